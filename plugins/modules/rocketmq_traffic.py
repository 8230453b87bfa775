#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the target receive, and do its consumers consume?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_traffic
short_description: Wait until traffic flows through a cluster, and is consumed
description:
  - Waits until every topic with traffic has taken messages on the target, every master of the target has taken some,
    and each clustering group that is online has committed further on every target broker on which its topics grew.
  - Growth counts from the start of the module; what was there before proves nothing.
  - Progress of broadcasting groups and of pull consumers is not known to brokers; they are not waited for.
options:
  topics:
    description:
      - The topics that must have traffic.
      - If left out, those that take messages on O(sources) or O(target) within O(baseline_window), and with empty
        O(sources) those that take messages on O(target), at least one.
    type: list
    elements: str
  baseline_window:
    description: Seconds during which it is observed which topics have traffic, if O(topics) is left out.
    type: float
    default: 15.0
  allow_none:
    description: Whether it passes when no topic has any traffic. Otherwise silence is a failure.
    type: bool
    default: false
  timeout:
    default: 240.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: After the target became writable
  mqops.rocketmq.rocketmq_traffic:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]

- name: The target serves at all
  mqops.rocketmq.rocketmq_traffic:
    sources: []
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]

- name: Two topics by name
  mqops.rocketmq.rocketmq_traffic:
    sources: []
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
    topics: [mro-orders, mdm-changes]
    timeout: 60
"""

RETURN = r"""
topics:
  description: The topics that were watched, with figures since the start.
  returned: always
  type: list
  elements: dict
  contains:
    topic:
      description: Name of the topic.
      returned: always
      type: str
    received:
      description: Messages that arrived, by broker name of the target.
      returned: always
      type: dict
    groups:
      description: Messages that each online clustering group committed, by group and broker name of the target.
      returned: always
      type: dict
reasons:
  description: Why the gate does not pass, and notices. See the catalogue of reasons for the meaning of the codes.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      returned: always
      type: str
    subject:
      description: What it is about, from the largest thing to the smallest.
      returned: always
      type: str
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
samples:
  description: How often the clusters were looked at.
  returned: always
  type: int
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until hub receives and its consumers consume"
elapsed:
  description: Seconds that were waited.
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
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import traffic


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "topics": {"type": "list", "elements": "str"},
            "baseline_window": {"type": "float", "default": 15.0},
            "allow_none": {"type": "bool", "default": False},
            "waivers": waivers_option(),
            **gate_spec(timeout=240.0),
        },
        supports_check_mode=True,
    )
    module.end(traffic.run(module, **module.options()))


if __name__ == "__main__":
    main()
