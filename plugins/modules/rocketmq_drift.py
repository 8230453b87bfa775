#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_drift
short_description: Prove that several clusters and the new one have the same topics and groups
description:
  - Compares the merged tables of all masters of O(sources) with every master of O(target), item by item, by the rules
    of M(mqops.rocketmq.rocketmq_metadata), and names what the target lacks.
  - Unless told otherwise it looks the other way too, because a topic or group that exists on the target alone is lost
    when the migration is turned back.
  - Changes nothing. Whatever did not answer counts as different.
options:
  target_only:
    description:
      - What is thought of topics and groups that exist on the target alone.
      - V(refuse) is right while the sources take writes; V(allow) afterwards, as new names then belong to the target.
    type: str
    choices: [refuse, allow]
    default: refuse
  owners:
    description:
      - Which source a topic or group of the target belongs to, where neither its readers nor what it reads tells. The
        first entry that matches counts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Shell pattern for names of topics and groups.
        type: str
        required: true
      source:
        description: Name of a cluster of O(sources).
        type: str
        required: true
  wait:
    description: Wait until both sides are equal, and fail if they do not become so. Otherwise look once and tell.
    type: bool
    default: true
  timeout:
    default: 10.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
seealso:
  - module: mqops.rocketmq.rocketmq_metadata
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Refuse to go on while something is missing on either side
  mqops.rocketmq.rocketmq_drift:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]

- name: See what exists on the new cluster alone
  mqops.rocketmq.rocketmq_drift:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
    wait: false
  register: drift
"""

RETURN = r"""
equal:
  description: Whether nothing differs, waived differences apart.
  returned: always
  type: bool
one_sided:
  description: What the target alone has, by the source that it belongs to.
  returned: always
  type: list
  elements: dict
  contains:
    source:
      description: Name of the source, V(null) where nothing tells it.
      type: str
    topics:
      description: Topics as O(mqops.rocketmq.rocketmq_topic#module:topics) takes them, with the settings of the target.
      type: list
      elements: dict
    narrow:
      description: Topics that the source has with less permission, each with the C(name) and the C(perm) of the target.
      type: list
      elements: dict
    groups:
      description: Groups as O(mqops.rocketmq.rocketmq_group#module:groups) takes them, with the settings of the target.
      type: list
      elements: dict
closed:
  description: Topics that have less permission on the target than on the sources.
  returned: always
  type: list
  elements: str
reasons:
  description: What differs, and notices. See the catalogue of reasons for the meaning of the codes.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      returned: always
      type: str
      sample: TOPIC_NOT_ON_TARGET
    subject:
      description: Name of the topic or group, or a path that ends with it.
      returned: always
      type: str
      sample: orders
    evidence:
      description: What was seen.
      returned: always
      type: dict
    severity:
      description: V(blocking), V(waivable) or V(notice).
      returned: always
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
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until the topics and groups of the sources and hub are equal; now: TOPIC_NOT_ON_TARGET orders"
elapsed:
  description: Seconds that it took.
  returned: always
  type: float
requests:
  description: Changing requests that were sent, always none.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    cluster_option,
    clusters_option,
    gate_spec,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import drift


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "target_only": {"type": "str", "choices": ["refuse", "allow"], "default": "refuse"},
            "owners": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {"name": {"type": "str", "required": True}, "source": {"type": "str", "required": True}},
            },
            "wait": {"type": "bool", "default": True},
            "waivers": waivers_option(),
            **gate_spec(timeout=10.0),
        },
        supports_check_mode=True,
    )
    module.end(drift.run(module, **module.options()))


if __name__ == "__main__":
    main()
