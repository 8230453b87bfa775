#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_metadata
short_description: Copy topics, groups and order configuration from several clusters to one
description:
  - Merges the tables of all masters of the sources and creates on every master of the target what is missing there or
    smaller. Nothing is ever deleted or made smaller, and only what the sources own is compared.
  - The highest queue numbers of any master win, permissions are added up, a group's switches are on where any source
    has
    them on. Retry topics are at least as wide as C(retryQueueNums) of their group. System topics and groups stay out.
  - Stores offset 0 for every known group on every target queue that has no message and no offset of that group.
    Without it a group that comes back late starts at the end of queues that it has never seen.
  - Writes the merged order configuration to every name server of sources and target, where a topic's entry is missing.
  - Repeats until a pass finds no difference, because topics and groups can appear while it runs.
  - Creates no topic while a name server's list is incomplete for a master of the target, because RocketMQ 4.4.0 would
    then hide that master's other topics. Such a list is completed first, by sending the master the C(brokerPermission)
    that it has once more; if that does not help, the module refuses.
  - Refuses to create more than a few topics while a name server in a master's C(namesrvAddr) does not answer at all,
    because the broker then waits 3 seconds at each creation. One whose host refuses the connection costs nothing.
  - A change that is refused does not stop the others; a master that stops answering gets no more. What failed is
    returned item by item, and the next run goes on with what is missing.
options:
  topic_perm:
    description:
      - Permissions that new topics may get, other than retry and dead letter topics. Bits that the sources have and
        this
        option has not are left out; the topics are listed in RV(closed).
      - Use V(4) when the target already serves, and give the topics their permission when every consumer reads them.
        Broadcast consumers otherwise lose what is written before they have seen a new queue.
      - Without it, missing permission bits of topics that exist are added.
    type: int
    choices: [2, 4, 6]
  granted:
    description:
      - Topics of the target that get their full permission although O(topic_perm) is given. Name those that an earlier
        run returned in RV(closed), after M(mqops.rocketmq.rocketmq_consumer_assignment) has proved that every consumer
        reads them. A topic that this run creates is not opened by it.
    type: list
    elements: str
    default: []
  parts:
    description:
      - V(tables) are groups, offsets and topics on the target's masters; V(order) is the order configuration.
      - With V(order) alone the target is not asked for anything and only the sources' name servers are written. Do this
        before the target's brokers start for the first time; name servers that disagree make them rewrite their topics
        at every registration. The target's own name servers get theirs from M(mqops.rocketmq.rocketmq_seed).
    type: list
    elements: str
    choices: [order, tables]
    default: [order, tables]
  max_passes:
    description: How many passes may find a difference before the module gives up.
    type: int
    default: 10
  timeout:
    description: Seconds to wait until what was sent in one pass is in place, and until name servers list it.
    default: 120.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._registers
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - A target none of whose masters answers is taken as empty in check mode, so that a first run can be looked at.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_seed
  - module: mqops.rocketmq.rocketmq_plan
  - module: mqops.rocketmq.rocketmq_topic
  - module: mqops.rocketmq.rocketmq_group
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Copy what two clusters have to the new one
  mqops.rocketmq.rocketmq_metadata:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}

- name: See what a further copy into a serving cluster would create
  mqops.rocketmq.rocketmq_metadata:
    sources: "{{ (hostvars | mqops.rocketmq.estate(groups)).sources | map(attribute='spec') }}"
    target: "{{ (hostvars | mqops.rocketmq.estate(groups)).target.spec }}"
    topic_perm: 4
  check_mode: true
  diff: true
"""

RETURN = r"""
passes:
  description: Passes over all clusters, the last one without a difference.
  returned: success
  type: int
  sample: 2
sent:
  description: What was sent (in check mode, would be), counted over all target masters and name servers.
  returned: always
  type: dict
  sample: {"groups": 24, "topics": 48, "offsets": 192, "order": 1}
topics:
  description: Number of topics that every target master should have, retry and dead letter topics included.
  returned: success
  type: int
groups:
  description: Number of groups that every target master should have.
  returned: success
  type: int
failed_items:
  description: What could not be sent, item by item, when something failed on the way. Everything else was sent.
  returned: failure
  type: list
  elements: dict
  contains:
    kind:
      description: V(topics), V(groups), V(offsets) or V(order).
      type: str
    name:
      description: Name of the topic or group.
      type: str
    address:
      description: Address of the master or name server.
      type: str
    error:
      description: What came back.
      type: str
estimate:
  description:
    - Seconds that the masters themselves need for what is missing, created one by one, and that a start with seeds
      (M(mqops.rocketmq.rocketmq_seed)) would take instead, by the first pass.
    - Where seeds would be much faster and the target is not open yet, a warning says so.
  returned: success
  type: dict
  sample: {"one_by_one": 26, "seeded": 16}
acl_files:
  description: Addresses of source masters with C(aclEnable=true). Their accounts cannot be read over the network, so
    C(conf/plain_acl.yml) has to be copied from there to the target by hand.
  returned: success
  type: list
  elements: str
closed:
  description: Topics of the target that lack permission bits of the sources because of O(topic_perm).
  returned: success
  type: list
  elements: str
incomplete:
  description: Where a name server's list of a target master's topics is incomplete.
  returned: failure
  type: list
  elements: str
republished:
  description: Target masters whose C(brokerPermission) was sent again because a name server hid topics of theirs.
  returned: success
  type: list
  elements: str
requests:
  description: Every changing request with its result; offsets are counted for each master.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    cluster_option,
    clusters_option,
    gate_spec,
    registers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import copy_tables


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec=dict(
            sources=clusters_option(),
            target=cluster_option(),
            topic_perm={"type": "int", "choices": [2, 4, 6]},
            granted={"type": "list", "elements": "str", "default": []},
            parts={"type": "list", "elements": "str", "choices": ["order", "tables"], "default": ["order", "tables"]},
            max_passes={"type": "int", "default": 10, "no_log": False},
            registers_with=registers_option(),
            **gate_spec(timeout=120.0, interval=1.0),
        ),
        supports_check_mode=True,
    )
    module.end(copy_tables.run(module, **module.options()))


if __name__ == "__main__":
    main()
