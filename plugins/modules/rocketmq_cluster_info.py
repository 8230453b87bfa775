#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_cluster_info
short_description: Read what the brokers and name servers of clusters say about themselves
description:
  - Takes one snapshot of each cluster, over all its name servers, masters and slaves, and returns it as it was
    answered.
  - A part that did not answer is returned as a dictionary with the single key C(unknown) and the reason, never left
    out.
options:
  gather:
    description:
      - What to ask for, besides the lists of the name servers, which are always read.
      - V(config) is the running configuration, V(runtime) the counters and the state, V(topics) and V(groups) the
        broker's own tables, V(offsets) what the groups have committed, V(delay) the delay levels, V(stats) the range of
        every queue, V(clients) the consumers that are connected to each group.
    type: list
    elements: str
    choices: [config, runtime, topics, groups, offsets, delay, stats, clients]
    default: [config, runtime, topics, groups]
  must_answer:
    description:
      - Whether to fail when no member of a cluster answers, which is most often a wrong address.
      - With V(false) such a cluster is returned with the reason in every part, for a caller that expects clusters which
        are not there yet or no longer.
    type: bool
    default: true
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Read the tables of a cluster whose brokers are looked up
  mqops.rocketmq.rocketmq_cluster_info:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    gather: [config, topics]
  register: estate

- name: Refuse to go on with half a picture
  ansible.builtin.assert:
    that: estate.unknown == []
    fail_msg: "{{ estate.unknown | join('; ') }}"
"""

RETURN = r"""
clusters:
  description: One entry for each cluster, in the order of O(clusters).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
      sample: mro
    nameservers:
      description: What each name server lists, by its address.
      type: dict
      contains:
        cluster_info:
          description: Broker names with their addresses by id, and cluster names with their broker names.
          type: dict
        topic_list:
          description: Names of all topics that the name server knows, system topics included.
          type: list
          elements: str
        order_conf:
          description: The order table, topic to C(broker:queues;broker:queues), with what is held.
          type: dict
        order_held:
          description: What M(mqops.rocketmq.rocketmq_order_hold) holds out of it now.
          type: dict
    brokers:
      description: What each broker said, by its address. Parts that were not asked for are null.
      type: dict
      contains:
        name:
          description: Name of the broker.
          type: str
          sample: broker-a
        id:
          description: Id of the broker; V(0) is the master.
          type: int
          sample: 0
        config:
          description: The running configuration.
          type: dict
        runtime:
          description: Counters and state.
          type: dict
        topics:
          description: The topic table with the true permissions.
          type: dict
        groups:
          description: The subscription groups.
          type: dict
        offsets:
          description: Committed offsets by group, topic and queue.
          type: dict
        delay:
          description: Delivered offsets by delay level.
          type: dict
        schedule:
          description: Delivered and highest offset by delay level.
          type: dict
        half:
          description: Committed and highest offset of the queue of half messages.
          type: list
          elements: int
        stats:
          description: Lowest and highest offset by topic and queue.
          type: dict
        connections:
          description: Connected consumers and their subscriptions, by group.
          type: dict
unknown:
  description: Every part that did not answer, with its reason.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import clusters_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import cluster_info


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "gather": {
                "type": "list",
                "elements": "str",
                "choices": list(cluster_info.PARTS),
                "default": ["config", "runtime", "topics", "groups"],
            },
            "must_answer": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.end(cluster_info.run(module, **module.options()))


if __name__ == "__main__":
    main()
