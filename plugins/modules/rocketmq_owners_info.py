#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_owners_info
short_description: Tell which topics and groups of a cluster belong to some sources alone
description:
  - Compares the tables of O(sources) with those of all other sources that use O(target), before something is taken from
    O(sources) there.
  - A topic of O(sources) belongs to others, too, when a cluster of O(others) has it, when O(agreed) has it, or when a
    group that is none of O(sources)'s reads it on O(target) or has an offset of it there.
  - System topics, retry and dead letter topics are left out; the latter two follow their groups.
  - Fails when a peer does not answer completely, because half a picture would call something unused.
options:
  others:
    description: The other clusters that share O(target) and can be read.
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
  agreed:
    description: What is known of other clusters in another way, for example from a plan, where they answer no more.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      topics:
        description: Names of its topics.
        type: list
        elements: str
        default: []
      groups:
        description: Names of its groups.
        type: list
        elements: str
        default: []
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
seealso:
  - module: mqops.rocketmq.rocketmq_topic
  - module: mqops.rocketmq.rocketmq_drift
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: See what the new cluster serves mdm alone with
  mqops.rocketmq.rocketmq_owners_info:
    sources:
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    others:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
  register: owned

- name: Take the write permission of these topics
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    topics: "{{ owned.close }}"
  when: owned.close | length > 0
"""

RETURN = r"""
topics:
  description: Topics of O(target) that belong to O(sources) alone.
  returned: always
  type: list
  elements: str
  sample: [mdm-orders]
close:
  description:
    - Those of RV(topics) that a master of O(target) lets be written, without this permission, as
      O(mqops.rocketmq.rocketmq_topic#module:topics) takes them.
  returned: always
  type: list
  elements: dict
  sample: [{"name": mdm-orders, "perm": 4}]
shared:
  description: Topics of O(sources) on O(target) that another source or group needs, too, each with C(name) and
    C(owners).
  returned: always
  type: list
  elements: dict
  sample: [{"name": orders, "owners": ["source mro"]}]
groups:
  description: Groups that O(target) knows and that belong to O(sources) alone.
  returned: always
  type: list
  elements: str
unanswered:
  description: What did not answer.
  returned: failure
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import cluster_option, clusters_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import owners


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "others": {**clusters_option(required=False), "default": []},
            "agreed": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "topics": {"type": "list", "elements": "str", "default": []},
                    "groups": {"type": "list", "elements": "str", "default": []},
                },
            },
        },
        supports_check_mode=True,
    )
    module.end(owners.run(module, **module.options()))


if __name__ == "__main__":
    main()
