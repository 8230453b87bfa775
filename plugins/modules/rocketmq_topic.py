#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_topic
short_description: Create and change topics on all masters of one or more clusters
description:
  - Creates topics and changes their settings on every master of each cluster, and reads them back from the broker's
    table and from the route at every name server.
  - Everything is read and checked first. A wish that cannot be fulfilled anywhere, or a broker or name server that does
    not answer, ends the task before anything is changed.
  - Nothing is created while a name server's list of topics is incomplete for any master, because RocketMQ 4.4.0 would
    then hide the master's other topics there for good. Such a list is repaired first, by sending the master the
    C(brokerPermission) that it has once more; this counts as a change and is returned in RV(cured).
  - Deletes topics only where nothing can be lost by it, see O(state).
options:
  name:
    description:
      - Name of one topic.
      - At most 127 characters out of letters, digits and C(%|_-), which is what brokers and Java clients of 4.4.0 can
        both use. Names that RocketMQ keeps for itself are refused, and so are the names of clusters and brokers.
    type: str
  read_queues:
    description:
      - Number of queues that consumers see, on each master.
      - Left alone if not given. A new topic gets O(write_queues), or V(8) if that is not given either.
    type: int
  write_queues:
    description:
      - Number of queues that producers use, on each master. Cannot be higher than the number of read queues.
      - Left alone if not given. A new topic gets O(read_queues), or V(8) if that is not given either.
    type: int
  perm:
    description:
      - Permission of the topic itself; V(4) for reading, V(2) for writing, V(6) for both, V(0) for neither.
      - While a broker's own C(brokerPermission) is not V(6), the name servers show that one instead.
      - Left alone if not given. A new topic gets V(6).
    type: int
    choices: [0, 2, 4, 6]
  order:
    description:
      - Whether the topic is listed with its queues in the C(ORDER_TOPIC_CONFIG) table of every name server of the
        cluster. Entries of brokers that belong to other clusters are kept.
      - Brokers take the table over by themselves, at the latest 30 seconds later.
      - Left alone if not given.
    type: bool
  filter_type:
    description: Whether messages carry one tag or several. Left alone if not given. A new topic gets V(SINGLE_TAG).
    type: str
    choices: [SINGLE_TAG, MULTI_TAG]
  sys_flag:
    description:
      - Unit flags of the topic; V(1) for a unit topic, V(2) for a topic with unit subscriptions, V(3) for both.
      - Left alone if not given. A new topic gets V(0).
    type: int
  topics:
    description:
      - Several topics, each with the options of the same name.
      - A topic that is listed twice with different settings is refused.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the topic, see O(name).
        type: str
        required: true
      read_queues:
        description: See O(read_queues).
        type: int
      write_queues:
        description: See O(write_queues).
        type: int
      perm:
        description: See O(perm).
        type: int
        choices: [0, 2, 4, 6]
      order:
        description: See O(order).
        type: bool
      filter_type:
        description: See O(filter_type).
        type: str
        choices: [SINGLE_TAG, MULTI_TAG]
      sys_flag:
        description: See O(sys_flag).
        type: int
  allow_decrease:
    description:
      - Allow queue numbers to become smaller. Without it such a wish is refused.
      - Read queues are only taken away when producers do not use them any more (decrease O(write_queues) in a run of
        its own and give clients a minute), and when every group with offsets has consumed what they hold.
    type: bool
    default: false
  state:
    description:
      - V(present) creates topics and changes their settings.
      - V(absent) deletes them from the masters and from every name server, together with their order entries.
      - Deleting a topic with RocketMQ 4.4.0 endangers others. A broker then also destroys the bookkeeping of
        transactions, and a name server forgets the topic for all clusters that it knows. So V(absent) is refused, and
        nothing is deleted, while any of the masters holds messages of the topic that a group has not consumed or that
        no group has read, or undelivered delayed messages, retries or undecided transactional messages of whatever
        topic; while transactional producers or readers of the topic are connected; and while a name server leads the
        topic to a broker outside of O(clusters). Whatever did not answer counts as such.
      - Never delete anything while a migration runs.
    type: str
    choices: [present, absent]
    default: present
  timeout:
    description: Seconds to wait until the changes can be read back from the masters and all name servers.
    default: 60.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._connection
  - mqops.rocketmq._gate
  - mqops.rocketmq._registers
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_group
  - module: mqops.rocketmq.rocketmq_broker_perm
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Create a topic on both sides of a migration, old side first
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
          - {name: broker-a, id: 1, address: "198.18.10.24:10911"}
      - name: hub
        nameservers: ["198.18.10.80:9876", "198.18.10.20:9876"]
        brokers:
          - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
          - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    name: orders
    read_queues: 8
    write_queues: 8

- name: Several topics on one cluster whose brokers are looked up
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    topics:
      - name: orders
        read_queues: 16
        write_queues: 16
      - name: bookings
        order: true
      - name: archive
        perm: 4

- name: Delete a topic that is no longer used
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    name: orders-old
    state: absent

- name: Take write queues away, as the first of two steps
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    name: orders
    write_queues: 4
    allow_decrease: true
"""

RETURN = r"""
changes:
  description: One entry for each topic on each master, and for each order entry at each name server, that was not as
    wished. In check mode, what would be done.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
      sample: hub
    address:
      description: Address of the master or name server.
      type: str
      sample: 198.18.10.81:10911
    broker:
      description: Name of the broker.
      type: str
      returned: when RV(changes[].kind) is V(topic)
      sample: hub-a
    kind:
      description: V(topic) for a topic of a master, V(order) for an entry of a name server's order table, V(route) for
        a name server's route that is deleted.
      type: str
      sample: topic
    name:
      description: Name of the topic.
      type: str
      sample: orders
    before:
      description: Settings before; null where the topic or the entry did not exist.
      type: raw
    after:
      description: Settings that were asked for.
      type: raw
    result:
      description:
        - V(applied) when it was read back everywhere, V(planned) in check mode.
        - V(failed) when it was refused or could not be read back, V(not attempted) after a failure elsewhere.
      type: str
      sample: applied
    error:
      description: Why it failed, with what was seen last.
      type: str
      returned: when RV(changes[].result) is V(failed)
cured:
  description: Masters whose whole topic table was published again because a name server's list had holes, with the
    holes. In check mode, the holes that were found.
  returned: always
  type: list
  elements: dict
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
  sample:
    - "UPDATE_AND_CREATE_TOPIC 198.18.10.21:10911 topic=orders readQueueNums=8 writeQueueNums=8 perm=6: SUCCESS"
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    clusters_option,
    gate_spec,
    registers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import topics


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "name": {"type": "str"},
            **topics.SETTINGS,
            "topics": {
                "type": "list",
                "elements": "dict",
                "options": {"name": {"type": "str", "required": True}, **topics.SETTINGS},
            },
            "allow_decrease": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "registers_with": registers_option(),
            **gate_spec(timeout=60.0, interval=1.0),
        },
        required_one_of=[("name", "topics")],
        mutually_exclusive=[("topics", "name"), *(("topics", setting) for setting in topics.SETTINGS)],
        supports_check_mode=True,
    )
    module.end(topics.run(module, **module.options()))


if __name__ == "__main__":
    main()
