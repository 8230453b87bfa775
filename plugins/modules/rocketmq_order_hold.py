#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_order_hold
short_description: Keep brokers from refusing messages of ordered topics while they are made read-only
description:
  - A broker of 4.4.0 whose C(brokerPermission) has no write goes on accepting messages until the producers have left
    it. Only those of topics in the C(ORDER_TOPIC_CONFIG) table of its name servers it refuses at once
    (C(NO_PERMISSION)).
  - V(held) moves the entries of these topics into a namespace of its own, which brokers and clients do not read, and
    waits until the masters of O(cluster) take the topics for unordered ones, as they do with their next registration.
    Then they can be made read-only.
  - V(released) moves all held entries back. The broker refuses again from its next registration on, so the producers
    should have left by then.
  - The entries are in the name servers all the time, so an interrupted run loses none. What is already as it should be
    is left alone. When the masters do not follow within O(timeout), the entries are put back before the module fails.
options:
  state:
    description: Whether the entries are kept out of the table.
    type: str
    choices: [held, released]
    required: true
  cluster:
    description:
      - The cluster whose masters are about to be made read-only. Required with O(state=held).
      - Only topics that one of its masters has are held.
    required: false
  nameservers:
    description: Addresses of all name servers at which these masters register, each C(host:port).
    type: list
    elements: str
    required: true
  timeout:
    description: Seconds until the masters must take the topics for unordered ones. They register every 30 s.
    default: 120.0
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
  - While the entries are held, producers take the queues of these topics from the brokers' permissions, also where name
    servers run with C(orderMessageEnable). Those are all queues of the topic, sorted by broker, so an entry that lists
    fewer, or in another sequence, sends a key elsewhere meanwhile.
  - M(mqops.rocketmq.rocketmq_topic) does not know of held entries. Do not change which topics are ordered in between.
  - An entry that somebody has written while the topic's entry was held stays as he wrote it.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let the brokers accept messages of ordered topics to the end
  mqops.rocketmq.rocketmq_order_hold:
    state: held
    cluster:
      name: mro
      nameservers: ["198.18.10.20:9876"]
    nameservers: ["198.18.10.20:9876"]

- name: Put the entries back when nobody writes there any more
  mqops.rocketmq.rocketmq_order_hold:
    state: released
    nameservers: ["198.18.10.20:9876"]
"""

RETURN = r"""
entries:
  description: What was, or in check mode would be, moved.
  returned: always
  type: list
  elements: dict
  contains:
    nameserver:
      description: Address of the name server.
      type: str
    topic:
      description: Name of the topic.
      type: str
    value:
      description: Its entry, C(broker:queues;broker:queues).
      type: str
topics:
  description: The topics that are held now, or in check mode would be.
  returned: when O(state=held)
  type: list
  elements: str
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until the masters of mro take no topic for an ordered one; now: broker-a/orders"
elapsed:
  description: Seconds that the masters took.
  returned: when O(state=held)
  type: float
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import cluster_option, gate_spec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import order_hold


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "state": {"type": "str", "choices": ["held", "released"], "required": True},
            "cluster": cluster_option(required=False),
            "nameservers": {"type": "list", "elements": "str", "required": True},
            **gate_spec(timeout=120.0),
        },
        required_if=[("state", "held", ("cluster",))],
        supports_check_mode=True,
    )
    module.end(order_hold.run(module, **module.options()))


if __name__ == "__main__":
    main()
