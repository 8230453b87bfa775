#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_order_queues
short_description: Put a cluster's queues into the order tables of name servers, or take them out
description:
  - Where a name server runs with C(orderMessageEnable), producers take the queues of a topic that its
    C(ORDER_TOPIC_CONFIG) table lists from there, and no permission is looked at. Such a topic changes brokers by this
    table alone.
  - For each topic that a table lists already and that a master of O(cluster) has, the entries of the masters of
    O(cluster) are made to be there, or not. Entries of other brokers, and topics that no table lists, are left alone.
  - A table that nothing is to be changed in is not written. What was written is read back.
  - Entries that M(mqops.rocketmq.rocketmq_order_hold) holds out of the table are changed where they are held.
options:
  state:
    description:
      - V(present) lists every master of O(cluster) that has the topic, with its number of write queues.
      - V(absent) takes them out. A topic of which nothing is left loses its entry.
    type: str
    choices: [present, absent]
    required: true
  nameservers:
    description: Addresses of the name servers whose tables are meant, each C(host:port).
    type: list
    elements: str
    required: true
  timeout:
    description: Seconds until the tables must be read back as written.
    default: 30.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - With the set of queues the queue of a key changes. Messages of one key can then be in two queues at once, so that
    order is kept only by a pause in between.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let producers of ordered topics use the new cluster as well
  mqops.rocketmq.rocketmq_order_queues:
    state: present
    cluster: "{{ target }}"
    nameservers: ["198.18.10.20:9876", "198.18.10.80:9876"]

- name: Let them turn away from the old one
  mqops.rocketmq.rocketmq_order_queues:
    state: absent
    cluster: "{{ source }}"
    nameservers: ["198.18.10.20:9876", "198.18.10.80:9876"]
"""

RETURN = r"""
entries:
  description: What was, or in check mode would be, changed.
  returned: always
  type: list
  elements: dict
  contains:
    nameserver:
      description: Address of the name server.
      type: str
    namespace:
      description: C(ORDER_TOPIC_CONFIG), or C(MQOPS_ORDER_HELD) for an entry that is held.
      type: str
    topic:
      description: Name of the topic.
      type: str
    before:
      description: Its entry, C(broker:queues;broker:queues).
      type: str
    after:
      description: Its new entry; null where it loses it.
      type: str
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import cluster_option, gate_spec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import order_queues


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "required": True},
            "cluster": cluster_option(),
            "nameservers": {"type": "list", "elements": "str", "required": True},
            **gate_spec(timeout=30.0, interval=1.0),
        },
        supports_check_mode=True,
    )
    module.end(order_queues.run(module, **module.options()))


if __name__ == "__main__":
    main()
