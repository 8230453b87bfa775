#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_registration
short_description: Wait until name servers know all of a cluster
description:
  - Waits until every name server of O(nameservers) lists every broker of O(cluster) with its id and address, lists
    every topic of each master's own table, and has a route for every topic of the business that leads to that master
    with the queue numbers of its table.
  - Being listed proves little with RocketMQ 4.4.0. One incremental registration can leave a name server with a single
    topic of a broker and with the version of the whole table, and then nothing mends it. That is why the tables are
    compared; sending the same brokerPermission to the master once more mends it.
  - A name server or master that does not answer never passes.
options:
  nameservers:
    description:
      - Addresses of all name servers that must know the cluster.
      - If not given, the cluster's own.
    type: list
    elements: str
  perm:
    description:
      - The brokerPermission that the routes must show.
      - V(6) stands for each topic's own permission. Any other value replaces it, for that is what a broker publishes.
      - If not given, permissions are not looked at.
    type: int
    choices: [0, 2, 4, 6]
  register:
    description:
      - Whether each master of O(cluster) is first sent its own C(brokerPermission) once more, so that it registers at
        once at all name servers of its list, with its whole table.
      - Without it that takes up to 30 seconds after a broker has taken a new list over. In check mode nothing is sent.
    type: bool
    default: false
  unchanged:
    description:
      - Clusters whose own brokers must be known to their own name servers as completely as O(cluster), with any
        permission.
      - For example the sources, to prove that a target that joined them has not pushed anything out.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      nameservers:
        description: Addresses of every name server of the cluster.
        type: list
        elements: str
        required: true
      brokers:
        description: The brokers that must exist. If left out, those that the name servers list are taken.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName).
            type: str
            required: true
          id:
            description: The C(brokerId).
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
  timeout:
    default: 120.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Wait until old and new name servers know the read-only target completely
  mqops.rocketmq.rocketmq_registration:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    nameservers: ["198.18.10.20:9876", "198.18.10.80:9876"]
    perm: 4
"""

RETURN = r"""
checked:
  description: How many routes were compared with a master's table, over all name servers.
  returned: always
  type: int
topics:
  description: Topics of the business in the tables of the masters of O(cluster).
  returned: always
  type: int
reasons:
  description: What is missing or different.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      type: str
      sample: TOPICS_NOT_LISTED
    subject:
      description: What it is about.
      type: str
      sample: 198.18.10.20:9876/hub-a
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
  sample: "Would wait until hub is known completely at 198.18.10.20:9876"
elapsed:
  description: Seconds that it took.
  returned: always
  type: float
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    cluster_option,
    clusters_option,
    gate_spec,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import registration


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "nameservers": {"type": "list", "elements": "str"},
            "perm": {"type": "int", "choices": [0, 2, 4, 6]},
            "register": {"type": "bool", "default": False},
            "unchanged": {**clusters_option(required=False), "default": []},
            **gate_spec(timeout=120.0),
        },
        supports_check_mode=True,
    )
    module.end(registration.run(module, **module.options()))


if __name__ == "__main__":
    main()
