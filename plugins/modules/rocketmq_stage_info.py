#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_stage_info
short_description: Where each topic stands in a migration, as clients see it
description:
  - Derives for every topic of every source its stage from the live routes in the name servers of the source and of the
    target. Nothing is remembered, and nothing that was planned is believed.
  - The stages are, in the order of the migration, V(S_RW_D_NA) (the target is unknown), V(S_RW_D_R) (the target is
    read-only), V(S_RW_D_RW), V(S_R_D_RW) (the source is read-only), and V(S_NA_D_RW) (the source is closed or gone).
  - V(MIXED) is anything else, with the rows that disagree.
  - RocketMQ's own topics, dead-letter queues and topics whose own permission is not read and write show no stage.
options:
  topics:
    description:
      - The topics of the sources, by name of the source.
      - If not given for a source, the tables of its masters are taken, and when no master answers, the topics of its
        name servers. With neither, the topics of the target's masters are taken, which then include other sources'.
    type: dict
    default: {}
  limit:
    description: How many V(MIXED) topics of a source are returned with their rows.
    type: int
    default: 20
  stage:
    description:
      - If given, waits until every source has this stage and its name servers answer, and fails otherwise.
      - If not given, looks once and tells.
    type: str
    choices: [S_RW_D_NA, S_RW_D_R, S_RW_D_RW, S_R_D_RW, S_NA_D_RW]
  timeout:
    default: 60.0
  interval:
    default: 5.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: See where the sources stand
  mqops.rocketmq.rocketmq_stage_info:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
  register: stages

- name: Go on only when the source is frozen for every topic
  ansible.builtin.assert:
    that: stages.sources.mro.frozen

- name: Wait until clients of the source see the queues of the target alone
  mqops.rocketmq.rocketmq_stage_info:
    sources: "{{ sources }}"
    target: "{{ target }}"
    stage: S_NA_D_RW
"""

RETURN = r"""
sources:
  description: By name of the source.
  returned: always
  type: dict
  contains:
    stage:
      description: The one stage of all its topics, V(MIXED), or V(UNREACHABLE) when a name server does not answer.
      type: str
      sample: S_R_D_RW
    nameserver:
      description:
        - V(answers), V(silent), or V(gone) when none of the source's name servers answers and the target alone has
          every topic.
      type: str
    counts:
      description: How many topics are in each stage.
      type: dict
      sample: {S_R_D_RW: 12}
    topics:
      description: How many topics were judged.
      type: int
    mixed:
      description: Topics that are V(MIXED), with a row for each name server and master.
      type: list
      elements: dict
    mixed_left_out:
      description: How many more topics are V(MIXED).
      type: int
    skipped:
      description: Topics without a stage, because their own permission is not read and write.
      type: list
      elements: str
    opened:
      description: Whether every topic can be written on the target.
      type: bool
    frozen:
      description: Whether moreover no topic can be written on the source.
      type: bool
    closed:
      description: Whether moreover no topic can be read on the source.
      type: bool
    done:
      description: Whether moreover the source's name servers are gone.
      type: bool
    why:
      description: What did not answer.
      type: str
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until S_NA_D_RW is the stage of mro; now: mro is S_R_D_RW"
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
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import topic_stage


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "topics": {"type": "dict", "default": {}},
            "limit": {"type": "int", "default": 20},
            "stage": {"type": "str", "choices": topic_stage.CHOICES},
            **gate_spec(timeout=60.0, interval=5.0),
        },
        supports_check_mode=True,
    )
    module.end(topic_stage.run(module, **module.options()))


if __name__ == "__main__":
    main()
