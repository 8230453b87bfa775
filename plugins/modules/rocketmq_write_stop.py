#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_write_stop
short_description: Prove that no client writes to clusters any more
description:
  - A RocketMQ 4.4.0 broker without write permission still accepts every message, so a stop of the writes can only be
    observed. This gate observes it on every master.
  - It reads the commit log record by record from the moment it begins, which shows delayed, transactional and retry
    messages with their real topic, and it compares the ends of all queues before and after, SCHEDULE_TOPIC_XXXX and the
    half topic included. Both must agree.
  - What the broker writes by itself is left out on proof only. It delivers delayed messages, appends undecided
    transactional messages again at each check, and writes the message of a transaction that is decided now.
  - It passes after one window of O(window) seconds without a client's write on any master of a cluster, for every
    cluster. Each cluster has a window of its own. A write begins a new one, as long as O(timeout) leaves room for it.
  - A master that does not answer, restarts, or has records that cannot be read never passes.
  - In check mode no window is observed and O(since) is not read; RV(commit_logs) is where the logs end now.
options:
  settle:
    description:
      - Seconds to wait before the first window. Clients ask for routes every 30 seconds; until then they rightly write.
      - They do not count into O(timeout).
    type: float
    default: 35.0
  window:
    description:
      - Seconds without a write that are required.
      - Must not be longer than O(timeout). A producer that sends less often than this is not seen.
    type: float
    default: 60.0
  timeout:
    description:
      - Seconds, after O(settle), within which one whole window must be seen.
      - The module fails earlier when no whole window fits any more.
    default: 180.0
  interval:
    default: 5.0
  max_records:
    description:
      - How many records are read from one master in one window.
      - A master that writes more, for example because very many delayed messages become due, is not proved.
    type: int
    default: 100000
  since:
    description:
      - RV(commit_logs) of this module or of M(mqops.rocketmq.rocketmq_offset_lag). What was written after it is read
        first and listed in RV(offenders); it does not count against the window that follows.
      - This names all clients that wrote to a cluster after it was proved to be drained. The logs that are
        named here are read whole, up to O(max_records); of others no more is read than shows that a client writes.
    type: dict
  topics:
    description:
      - Names of topics. If given, only messages that belong to one of these count, for clusters that go on serving
        others.
      - Then O(max_records) only limits what is read. Where a log grows faster, the ends of these topics' queues alone
        have to stand still, and such a master is named in RV(unread).
    type: list
    elements: str
  producer_groups:
    description:
      - Names of producer groups that may be the writers. RocketMQ 4.4.0 cannot list producer groups, but tells where
        the clients of a named one are.
      - Only asked when a client wrote; those on the same machine are listed in RV(offenders[].likely_groups).
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Take the write permission
  mqops.rocketmq.rocketmq_broker_perm:
    clusters: "{{ sources }}"
    perm: 4

# In a block whose rescue gives the permission back.
- name: Prove that no client writes any more
  mqops.rocketmq.rocketmq_write_stop:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
    settle: 35
    window: 60
    timeout: 180
"""

RETURN = r"""
offenders:
  description: Who wrote, one entry for each queue and kind of write. Also filled when the writes stopped later.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
    broker:
      description: Name of the master.
      type: str
    topic:
      description: Where the message belongs, also for delayed and transactional ones.
      type: str
    queue:
      description: The queue of this topic.
      type: int
    kind:
      description: One of V(send), V(delayed), V(transactional) and V(retry) (sent by a consumer that failed).
      type: str
    count:
      description: How many messages were seen.
      type: int
    rate:
      description: Messages per second.
      type: float
    producer_groups:
      description: Producer groups (for V(retry), the consumer group). RocketMQ tells it only with some kinds.
      type: list
      elements: str
    likely_groups:
      description: Those of O(producer_groups) that have a client on a machine that the messages came from.
      type: list
      elements: str
    hosts:
      description: Addresses that the messages came from.
      type: list
      elements: str
    first_ms:
      description: When the broker stored the first one, in milliseconds since the epoch.
      type: int
    last_ms:
      description: When the broker stored the last one, in milliseconds since the epoch.
      type: int
clusters:
  description: How it ended, by name of the cluster.
  returned: when the observation has begun
  type: dict
  contains:
    passed:
      description: Whether one whole window was clean.
      type: bool
    clean:
      description: Seconds without a client's write at the end.
      type: float
    reasons:
      description: Why it does not pass; as RV(reasons).
      type: list
      elements: dict
unread:
  description:
    - Why a commit log was not read to the end that it had at the last look, by cluster and broker. RV(offenders) may
      lack a client that wrote there, and with O(topics) delayed and transactional messages can have gone unseen.
  returned: when the observation has begun
  type: dict
  sample: {"mro/broker-a": "more than 100000 records"}
internal:
  description: Records that the broker wrote by itself and that were left out, by cluster, broker and kind.
  returned: always
  type: dict
  sample: {"mro/broker-a": {"delayed_delivery": 12, "half_check": 2}}
clean:
  description: Seconds without a client's write at the end, in the cluster with the fewest.
  returned: always
  type: float
commit_logs:
  description: Where each master's commit log ended when it was read last, by address.
  returned: always
  type: dict
reasons:
  description: Why it does not pass.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      type: str
      sample: CLIENT_WRITES
    subject:
      description: What it is about, from the largest thing to the smallest.
      type: str
      sample: mro/broker-a/orders/3
    evidence:
      description: What was seen.
      type: dict
    severity:
      description: Always V(blocking).
      type: str
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until no client has written to mro for 60 s"
elapsed:
  description: Seconds that it took, O(settle) included.
  returned: always
  type: float
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import clusters_option, gate_spec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import write_stop


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "settle": {"type": "float", "default": write_stop.SETTLE},
            "window": {"type": "float", "default": 60.0},
            "max_records": {"type": "int", "default": 100000},
            "since": {"type": "dict"},
            "topics": {"type": "list", "elements": "str"},
            "producer_groups": {"type": "list", "elements": "str", "default": []},
            **gate_spec(timeout=180.0, interval=5.0),
        },
        supports_check_mode=True,
    )
    module.end(write_stop.run(module, **module.options()))


if __name__ == "__main__":
    main()
