#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_group
short_description: Create and change consumer groups on all masters of one or more clusters
description:
  - Creates subscription groups and changes their settings on every master of each cluster, and reads them back.
  - A group's retry topic is created with it, or made to hold at least O(retry_queues) queues. RocketMQ 4.4.0 puts a
    message that is to be retried into one of that many queues without looking at the topic, and consumers never see
    what lies beyond the topic's queues.
  - Every change sends all nine settings, because the broker replaces the whole entry; a setting that is not given keeps
    the value that it has there.
  - Everything is read and checked first, and incomplete lists of name servers are repaired, in the same way as
    M(mqops.rocketmq.rocketmq_topic) does it.
  - Groups are never deleted by this module.
options:
  name:
    description:
      - Name of one group.
      - At most 120 characters out of letters, digits and C(%|_-), so that the name of its retry topic can be used too.
        Groups that RocketMQ keeps for itself are refused.
    type: str
  consume_enable:
    description: Whether the group may consume at all. Left alone if not given. A new group gets V(true).
    type: bool
  consume_from_min:
    description: Whether the group may start at the first message of a queue. Left alone if not given. A new group gets
      V(true).
    type: bool
  broadcast:
    description: Whether the group may consume in broadcasting mode. Left alone if not given. A new group gets V(true).
    type: bool
  retry_queues:
    description:
      - Number of queues on each master that messages to be retried are spread over.
      - Left alone if not given. A new group gets V(1).
    type: int
  retry_max:
    description: How often a message is retried before it goes to the dead letter topic. Left alone if not given. A new
      group gets V(16).
    type: int
  broker_id:
    description: Id of the broker, among those of one name, that the group reads from. Left alone if not given. A new
      group gets V(0), the master.
    type: int
  slow_broker_id:
    description: Id of the broker that a consumer is sent to when it reads from far behind. Left alone if not given. A
      new group gets V(1).
    type: int
  notify_changes:
    description: Whether consumers are told at once when one of them comes or goes. Left alone if not given. A new group
      gets V(true).
    type: bool
  groups:
    description:
      - Several groups, each with the options of the same name.
      - A group that is listed twice with different settings is refused.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the group, see O(name).
        type: str
        required: true
      consume_enable:
        description: See O(consume_enable).
        type: bool
      consume_from_min:
        description: See O(consume_from_min).
        type: bool
      broadcast:
        description: See O(broadcast).
        type: bool
      retry_queues:
        description: See O(retry_queues).
        type: int
      retry_max:
        description: See O(retry_max).
        type: int
      broker_id:
        description: See O(broker_id).
        type: int
      slow_broker_id:
        description: See O(slow_broker_id).
        type: int
      notify_changes:
        description: See O(notify_changes).
        type: bool
  state:
    description:
      - V(present) creates groups and changes their settings.
      - V(absent) deletes their settings from the masters. It is refused, and nothing is deleted, while a consumer of
        the group is online, while the group has not consumed everything of what it has offsets for, and while a master
        holds delayed messages or retries of whatever group. Whatever did not answer counts as such.
      - RocketMQ 4.4.0 keeps the offsets of a deleted group. The retry and dead-letter topics stay too; delete them with
        M(mqops.rocketmq.rocketmq_topic).
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
  - module: mqops.rocketmq.rocketmq_topic
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Create a group on both sides of a migration, old side first
  mqops.rocketmq.rocketmq_group:
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
    name: billing

- name: Several groups on one cluster whose brokers are looked up
  mqops.rocketmq.rocketmq_group:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    groups:
      - name: billing
        retry_queues: 4
        retry_max: 5
      - name: audit
        broadcast: false

- name: Delete a group that is no longer used
  mqops.rocketmq.rocketmq_group:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    name: audit-old
    state: absent
"""

RETURN = r"""
changes:
  description: One entry for each group and each retry topic on each master that was not as wished. In check mode, what
    would be done.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
      sample: hub
    address:
      description: Address of the master.
      type: str
      sample: 198.18.10.81:10911
    broker:
      description: Name of the broker.
      type: str
      sample: hub-a
    kind:
      description: V(group) or V(topic).
      type: str
      sample: group
    name:
      description: Name of the group or of the retry topic.
      type: str
      sample: billing
    before:
      description: Settings before; null where it did not exist.
      type: dict
    after:
      description: Settings that were asked for.
      type: dict
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
    - "UPDATE_AND_CREATE_SUBSCRIPTIONGROUP 198.18.10.21:10911 groupName=billing retryMaxTimes=16: SUCCESS"
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    clusters_option,
    gate_spec,
    registers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import groups


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "name": {"type": "str"},
            **groups.SETTINGS,
            "groups": {
                "type": "list",
                "elements": "dict",
                "options": {"name": {"type": "str", "required": True}, **groups.SETTINGS},
            },
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "registers_with": registers_option(),
            **gate_spec(timeout=60.0, interval=1.0),
        },
        required_one_of=[("name", "groups")],
        mutually_exclusive=[("groups", "name"), *(("groups", setting) for setting in groups.SETTINGS)],
        supports_check_mode=True,
    )
    module.end(groups.run(module, **module.options()))


if __name__ == "__main__":
    main()
