#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_offset_lag
short_description: Wait until clusters are drained, or read what they still hold
description:
  - Reads, for every group, topic and queue of every master, how many messages remain to be consumed, and why they are
    or are not being consumed.
  - With O(wait=true) it is a gate. It passes only when nothing remains in any part, in at least two looks that are at
    least O(window) seconds apart, with no message written to any commit log in between. Each cluster is proved by
    itself; one that is behind takes nothing from the others.
  - The parts are topics, retry topics, broadcasting groups (each client is asked for its own progress), delay levels,
    undecided transactional messages, and the slaves, which must hold what their masters hold.
  - Expected are all pairs of the offset tables, all subscriptions of groups that are online and the retry topic of
    every group. A part, broker or group that does not answer is unknown, and unknown never passes.
  - Messages that no group consumes, groups that are offline with a backlog, and groups whose progress cannot be known
    are named. They pass only with a waiver.
  - RocketMQ's own topics count only where a group consumes them. Dead-letter queues are counted and do not block.
options:
  groups:
    description:
      - Judge only groups whose names match one of these shell patterns.
      - A pattern that matches no group fails the module; in check mode it is a warning.
      - Delay levels, transactional messages and slaves are judged with any filter, for they may hold messages of every
        topic; see O(standstill=queues) for clusters on which others write.
    type: list
    elements: str
    default: []
  topics:
    description:
      - Judge only topics whose names match one of these shell patterns, and the retry topics of the groups that consume
        them.
      - A pattern that matches no topic fails the module; in check mode it is a warning.
    type: list
    elements: str
    default: []
  wait:
    description:
      - Whether to wait until the clusters are drained, and to fail when they are not in time.
      - V(false) looks once and returns what was seen, without failing because of it. A pattern that matches nothing
        fails all the same.
    type: bool
    default: true
  timeout:
    description:
      - Seconds to wait for the condition. To look once, use O(wait=false).
      - The module fails with the last state seen when they are over.
    default: 1800.0
  interval:
    default: 5.0
  window:
    description:
      - Seconds over which the clusters must stay drained, with nothing written to them.
      - It begins with the first look that finds nothing left and ends with a later one, so O(timeout) has to be longer.
    type: float
    default: 60.0
  standstill:
    description:
      - What must not grow while the end is proved.
      - V(logs) are the commit logs of the masters.
      - V(queues) are the queues that the filter selects, for clusters that go on serving others. Delayed messages
        count then until all that were there when these queues came to a standstill are delivered, transactional ones
        if their topic is selected, and slaves are not judged. Needs O(groups) or O(topics).
    type: str
    choices: [logs, queues]
    default: logs
  stall_after:
    description: Seconds without a moved offset after which a group that is online counts as stalled.
    type: float
    default: 60.0
  commit_logs:
    description:
      - RV(commit_logs) of an earlier run of this module.
      - If given, every commit log that is named must still end there, which proves that nothing was written since.
        Otherwise the module fails at once, for no wait undoes it.
      - For a closed broker only this proves that it holds no broadcast that nobody has read, because its clients cannot
        be asked any more. Without it, such a group is C(BROADCAST_UNKNOWN).
    type: dict
  abort_on:
    description:
      - When waiting on is of no use. The module then fails at once, naming which of these it was.
      - Nothing is changed by it; the same task can be run again.
    type: dict
    suboptions:
      growing_samples:
        description: So many looks in a row that each found more remaining messages than the one before.
        type: int
      consumer_lost:
        description: Seconds for which a group that was consuming its messages may be without any consumer.
        type: float
      broker_restarted:
        description: Whether the restart of a master ends the wait. Without it, it begins the proof anew.
        type: bool
        default: false
      target_growth:
        description:
          - Messages per second by which the backlog of the online groups of O(target) may grow, over 30 seconds.
          - Needs O(target).
        type: float
  detail:
    description: Whether RV(rows) lists only queues that are not drained (V(open)), or all (V(all)).
    type: str
    choices: [open, all]
    default: open
  read_up_to:
    description:
      - RV(rows) of an earlier look with O(detail=all), on clusters that go on serving others.
      - If given, RV(behind) names what was there then and has not been read since. With O(wait=true) the gate passes as
        soon as nothing is, whatever came later.
    type: list
    elements: dict
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._clusters.growing_target
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Wait until a frozen cluster is drained
  mqops.rocketmq.rocketmq_offset_lag:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
          - {name: broker-a, id: 1, address: "198.18.10.24:10911"}
    timeout: 1800
    waivers:
      - code: NO_CONSUMER
        subject: mro/mro-reports/*
        reason: The report was retired in March, its owner agreed.
        who: operations

- name: Read the lag of two groups, once
  mqops.rocketmq.rocketmq_offset_lag:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    groups: [mro-billing, "mro-audit-*"]
    wait: false
  register: lag
"""

RETURN = r"""
drained:
  description: Whether nothing remains that is not waived. With O(wait=false) this is what one look showed, not a proof.
  returned: always
  type: bool
proved:
  description: Seconds over which the clusters were seen drained with nothing written; of several, the fewest.
  returned: always
  type: float
clusters:
  description: What remains, by name of the cluster.
  returned: always
  type: dict
  contains:
    passed:
      description: Whether the proof of this cluster is complete.
      type: bool
    broadcast_topics:
      description: Topics that broadcasting groups subscribe to, empty ones as well.
      type: list
      elements: str
    remaining:
      description: Messages that remain in all parts.
      type: int
    parts:
      description: Messages that remain, by part. The parts are V(topics), V(retry), V(broadcast), V(delay) and V(half).
      type: dict
    groups:
      description:
        - By group, RV(ignore:remaining), RV(ignore:verdict), RV(ignore:rate), RV(ignore:eta), and RV(ignore:clients),
          the ids of those who consume it.
      type: dict
rows:
  description: One entry for each queue from the view of one group (and client, where the group broadcasts). With
    O(detail=open) no more than 500, the worst first.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
    broker:
      description: Name of the broker.
      type: str
    group:
      description: Name of the group.
      type: str
    topic:
      description: Name of the topic.
      type: str
    queue:
      description: Number of the queue.
      type: int
    client:
      description: Id of the client, where the group broadcasts.
      type: str
    committed:
      description: The next offset to be consumed; null where none was ever committed.
      type: int
    min:
      description: First offset that is still kept.
      type: int
    max:
      description: Next offset to be written.
      type: int
    remaining:
      description: Messages that can still be consumed.
      type: int
    lost:
      description: Messages that the broker deleted before they were consumed.
      type: int
    verdict:
      description: One of V(DRAINED), V(DRAINING), V(STALLED), V(NO_CONSUMER), V(REWOUND), V(UNKNOWN).
      type: str
    rate:
      description: Messages consumed per second.
      type: float
    eta:
      description: Seconds to go at this rate; null when nothing moves.
      type: float
    why:
      description: What explains the verdict.
      type: str
aborted:
  description: Codes of RV(reasons) for which the wait was given up (O(abort_on), O(commit_logs)).
  returned: always
  type: list
  elements: str
  sample: [CONSUMER_LOST]
reasons:
  description: Why the clusters are not drained, and what else should be known.
  returned: always
  type: list
  elements: dict
  contains: &reason
    code:
      description: Code of the reason.
      type: str
      sample: NO_CONSUMER
    subject:
      description: What it is about, from the largest thing to the smallest.
      type: str
      sample: mro/mro-reports/orders
    evidence:
      description: What was seen.
      type: dict
    severity:
      description: V(blocking), V(waivable) or V(notice).
      type: str
waived:
  description: Reasons that a waiver covers, each with its waiver.
  returned: always
  type: list
  elements: dict
unused_waivers:
  description: Waivers that covered nothing.
  returned: always
  type: list
  elements: dict
commit_logs:
  description: Where each master's commit log ends, by address.
  returned: always
  type: dict
  sample: {"198.18.10.21:10911": 734003}
topic_ends:
  description: By master's address and topic, the ends of the judged queues added up, and those of O(topics) that nobody
    reads. Where two looks differ, somebody wrote in between.
  returned: with O(standstill=queues)
  type: dict
  sample: {"198.18.10.21:10911": {"orders": 4120, "%RETRY%billing": 3}}
behind:
  description: A line for each queue that a group has not read up to where it ended at the earlier look.
  returned: with O(read_up_to)
  type: list
  elements: str
  sample: ["hub/billing/orders on hub-a queue 0: 9 of 10"]
samples:
  description: How often the clusters were looked at.
  returned: always
  type: int
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until nothing is left on mro and nothing was written there for 60 s"
elapsed:
  description: Seconds that it took.
  returned: always
  type: float
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    cluster_option,
    clusters_option,
    gate_spec,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import drain


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "groups": {"type": "list", "elements": "str", "default": []},
            "topics": {"type": "list", "elements": "str", "default": []},
            "wait": {"type": "bool", "default": True},
            "window": {"type": "float", "default": 60.0},
            "standstill": {"type": "str", "choices": ["logs", "queues"], "default": "logs"},
            "stall_after": {"type": "float", "default": 60.0},
            "commit_logs": {"type": "dict"},
            "abort_on": {
                "type": "dict",
                "options": {
                    "growing_samples": {"type": "int"},
                    "consumer_lost": {"type": "float"},
                    "broker_restarted": {"type": "bool", "default": False},
                    "target_growth": {"type": "float"},
                },
            },
            "target": cluster_option(required=False),
            "waivers": waivers_option(),
            "detail": {"type": "str", "choices": ["open", "all"], "default": "open"},
            "read_up_to": {"type": "list", "elements": "dict"},
            **gate_spec(timeout=1800.0, interval=5.0),
        },
        supports_check_mode=True,
    )
    module.end(drain.run(module, **module.options()))


if __name__ == "__main__":
    main()
