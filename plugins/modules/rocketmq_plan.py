#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_plan
short_description: Judge whether clusters can become one, and keep the plan that people agreed to
description:
  - With O(state=present), reads all sources, looks for everything that would go wrong when their clients meet on the
    target
    and writes a plan, C(plan.json) and the readable C(plan.md), into O(directory). Nothing but these files is changed.
  - Fails on reasons that block, see RV(reasons). Reasons of severity V(waivable) need an entry in O(waivers).
  - A source whose name servers already list the target's brokers is being migrated. What was agreed about it is taken
    from
    the existing plan, and so is everything about a source that is in the plan and not in O(sources) (one that is done).
  - If the estate now leads to other decisions than those of the existing plan, the module fails with the differences,
    unless
    O(replace) is set. The replaced plan is kept beside the new one.
  - The hash covers the decisions only. With O(state=check), a changing phase presents the hash that a person
    confirmed; a
    missing, a wrong and an outdated one are refused, each in its own words.
  - All codes of reasons, with their meaning and remedy, are in the collection's file C(docs/reasons.md).
options:
  state:
    description:
      - V(present) computes the plan and writes it.
      - V(check) compares O(confirm) with the plan that is there and changes nothing.
    type: str
    choices: [present, check]
    default: present
  directory:
    description: Directory of the plan, on the host that runs the module. It is created if it is missing.
    type: path
    required: true
  dns:
    description: The names that lead clients to the sources' name servers and will be switched.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name.
        type: str
        required: true
      source:
        description: Name of the source in O(sources) that the name belongs to.
        type: str
        required: true
      servers:
        description: DNS servers that are asked; each must answer O(dns[].from) and nothing else.
        type: list
        elements: str
        required: true
      zone:
        description: Zone of the name, as it will be needed for the change.
        type: str
      type:
        description: Type of the record.
        type: str
        choices: [A]
        default: A
      from:
        description: Addresses of the source's name servers.
        type: list
        elements: str
        required: true
      to:
        description: Addresses of the target's name servers.
        type: list
        elements: str
        required: true
      ttl:
        description: Original TTL in seconds. By default the highest one that the servers answer.
        type: int
  dns_port:
    description: Port of the DNS servers that do not name one as C(address#port).
    type: int
    default: 53
  waivers:
    description: Reasons that are accepted.
    type: list
    elements: dict
    default: []
    suboptions:
      code:
        description: Code of a waivable reason, also one that only a later phase can give.
        type: str
        required: true
      subject:
        description: The subject of the reason, or a shell pattern for several.
        type: str
        required: true
      reason:
        description: Why it is accepted.
        type: str
        required: true
      who:
        description: Who accepted it.
        type: str
      until:
        description: The last day on which it counts, C(YYYY-MM-DD).
        type: str
  findings:
    description:
      - Reasons that were found elsewhere, about machines, names or capacity for example, to be judged together with the
        module's own; O(waivers) covers them as well.
    type: list
    elements: dict
    default: []
    suboptions:
      code:
        description: Code of the reason, as the catalogue has it.
        type: str
        required: true
      subject:
        description: What it is about, in the form that the catalogue gives for the code.
        type: str
        required: true
      severity:
        description: Severity of the reason. It must be the catalogue's.
        type: str
        choices: [blocking, waivable, notice]
        required: true
      evidence:
        description: What was seen, for example numbers, the request and the address.
        type: dict
        default: {}
  batches:
    description: Names of sources that are migrated together, batch after batch. By default all at once.
    type: list
    elements: list
  archive:
    description:
      - An absolute directory of each old machine, into which the decommission packs the stores of its masters. If left
        out or empty, the data just stay where they are.
    type: str
  replace:
    description:
      - Replace a plan that has other decisions. Sources that are being migrated, and those that are not in
        O(sources), keep what was agreed about them; a plan without them is made in a directory of its own.
    type: bool
    default: false
  confirm:
    description: The hash that a person confirmed, for O(state=check).
    type: str
  live:
    description: With O(state=check), also compute the decisions anew from the estate and refuse a plan that has others.
    type: bool
    default: false
extends_documentation_fragment:
  - mqops.rocketmq._clusters.planned_sources
  - mqops.rocketmq._clusters.planned_target
  - mqops.rocketmq._preflight
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - With O(state=check), a plan or confirmation that is missing is no failure in check mode, because a real run
        would
        have written the plan before.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_preflight_info
  - module: mqops.rocketmq.rocketmq_seed
  - module: mqops.rocketmq.rocketmq_metadata
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Judge the sources and write the plan
  mqops.rocketmq.rocketmq_plan:
    sources: "{{ (hostvars | mqops.rocketmq.estate(groups)).sources | map(attribute='spec') }}"
    target: "{{ (hostvars | mqops.rocketmq.estate(groups)).target.spec }}"
    dns:
      - name: mro-ns.mq.test
        source: mro
        servers: [198.18.10.2]
        from: [198.18.10.20]
        to: [198.18.10.80]
    waivers:
      - code: SAME_TOPIC
        subject: audit
        reason: Both departments write to one audit log on purpose.
        who: platform team
    directory: /var/lib/mqops/plan
  register: plan

- name: Refuse to go on without a person's confirmation
  mqops.rocketmq.rocketmq_plan:
    state: check
    directory: /var/lib/mqops/plan
    confirm: "{{ rocketmq_migration_confirm | default('') }}"
"""

RETURN = r"""
hash:
  description: Hash of the plan's decisions.
  returned: success
  type: str
  sample: 3f9a1c0de4b75a21
plan:
  description: The decisions of the plan.
  returned: success
  type: dict
files:
  description: Paths of the plan and of its readable page.
  returned: success
  type: list
  elements: str
reasons:
  description: What was found, blocking reasons first, each with C(code), C(subject), C(evidence) and C(severity).
  returned: with O(state=present)
  type: list
  elements: dict
waived:
  description: Reasons that a waiver covers.
  returned: with O(state=present)
  type: list
  elements: dict
unused_waivers:
  description: Waivers that cover nothing that was found now.
  returned: with O(state=present)
  type: list
  elements: dict
table:
  description: The verdict as lines of less than 100 columns, most important first, counted where many are alike.
  returned: with O(state=present)
  type: list
  elements: str
inventory:
  description: The sources that were read, in figures, as M(mqops.rocketmq.rocketmq_preflight_info) returns them.
  returned: with O(state=present)
  type: list
  elements: dict
estimate:
  description: Estimated duration in C(seconds), by phase, the C(longest) wait and why, and C(unbounded) waits that
    end only when a person acts.
  returned: with O(state=present)
  type: dict
questions:
  description: How many requests were sent to name servers and brokers.
  returned: with O(state=present)
  type: int
agreed:
  description: Sources that were taken from the existing plan because they are being migrated or are done.
  returned: with O(state=present)
  type: list
  elements: str
differences:
  description: Where decisions differ from the plan that is there.
  returned: when a plan is refused or replaced
  type: list
  elements: str
refused:
  description: Why a confirmation is refused, V(missing), V(wrong), V(outdated) or V(unreadable).
  returned: failure with O(state=check)
  type: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    UNASKED_CLUSTER,
    cluster_option,
    clusters_option,
    preflight_spec,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import plan


@run_module
def main() -> None:
    name = {
        "name": {"type": "str", "required": True},
        "source": {"type": "str", "required": True},
        "servers": {"type": "list", "elements": "str", "required": True},
        "zone": {"type": "str"},
        "type": {"type": "str", "choices": ["A"], "default": "A"},
        "from": {"type": "list", "elements": "str", "required": True},
        "to": {"type": "list", "elements": "str", "required": True},
        "ttl": {"type": "int"},
    }
    finding = {
        "code": {"type": "str", "required": True},
        "subject": {"type": "str", "required": True},
        "severity": {"type": "str", "choices": ["blocking", "waivable", "notice"], "required": True},
        "evidence": {"type": "dict", "default": {}},
    }
    module = RocketmqModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "check"], "default": "present"},
            "directory": {"type": "path", "required": True},
            "sources": clusters_option(required=False, kind=UNASKED_CLUSTER),
            "target": cluster_option(required=False, kind=UNASKED_CLUSTER),
            **preflight_spec(),
            "dns": {"type": "list", "elements": "dict", "default": [], "options": name},
            "dns_port": {"type": "int", "default": 53},
            "waivers": waivers_option(),
            "findings": {"type": "list", "elements": "dict", "default": [], "options": finding},
            "batches": {"type": "list", "elements": "list"},
            "archive": {"type": "str"},
            "replace": {"type": "bool", "default": False},
            "confirm": {"type": "str"},
            "live": {"type": "bool", "default": False},
        },
        required_if=[("state", "present", ("sources", "target")), ("live", True, ("sources", "target"))],
        required_together=[("sources", "target")],
        supports_check_mode=True,
    )
    # A wrong confirmation is refused before any broker is asked, so the plan looks the brokers up by itself.
    module.end(plan.run(module, connect_timeout=module.params["connect_timeout"], **module.options()))


if __name__ == "__main__":
    main()
