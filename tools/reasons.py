#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints docs/reasons.md from the catalogue in plugins/module_utils/_migration and from the roles' tasks.

Needs the collection on PYTHONPATH.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import phase_tasks
import phases

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import PHASES
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import CATALOGUE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import (
    EVIDENCE,
    GATES,
    SEVERITIES,
    STAGE,
    TASKS,
    Entry,
)

HEAD = """\
# Reasons

Why a phase did not pass, or what a report wants you to know. Each reason has a code, a subject, evidence (what was
seen) and a severity:

- **blocking**: cannot be waived;
- **waivable**: blocks until a waiver in the inventory names this code and subject, says why, and has not ended;
- **notice**: is shown, never blocks.

A subject is a path from the largest thing to the smallest. A waiver's subject may be a shell pattern, in which `*` also
matches `/` ([waivers](waivers.md)):

```yaml
rocketmq_migration_waivers:
  - code: CODE
    subject: mro/*
    reason: why it is fine
    who: who says so
    until: 2026-12-31
```

A phase stops for what its *gates* find (judgements over the live world, which later phases ask again), and for what its
own *tasks* refuse. What tasks refuse cannot be waived, and says as text what was seen, what it means, what was done and
what to do. The [page of the phase](phases/README.md) says what to do first.

This page is made by `tools/reasons.py` from the catalogue that the code itself uses, and from the tasks of the roles.
"""

# What the names of some gates do not say.
GATES_SAID = """
*evidence* is what is kept between phases: the lock, the plan and the proofs. *stage* is where each source stands.
*delete* is `rocketmq_topic` and `rocketmq_group` with `state: absent`.
"""


def linked(codes: Iterable[str]) -> str:
    return ", ".join(f"[{code}](#{code.lower()})" for code in sorted(codes))


def phases_table() -> list[str]:
    common = phase_tasks.codes_of_any()
    lines = [
        "## By phase\n",
        "What stands at *any phase* is not said again. The codes of gates are in the [next table](#by-gate).\n",
        "| playbook | its gates | its tasks refuse with |\n|---|---|---|",
        f"| any phase | {EVIDENCE}, {STAGE} | {linked(common)} |",
    ]
    for phase in PHASES:
        gates = [gate for gate in GATES if gate in phase_tasks.gates_of(phase.name) - {EVIDENCE, STAGE}]
        codes = phase_tasks.codes_of(phase.name) - common
        lines.append(f"| [`{phase.playbook}`](phases/{phases.page_of(phase)}) | {', '.join(gates)} | {linked(codes)} |")
    return [*lines, ""]


def gates_table() -> list[str]:
    lines = ["## By gate\n", "| given by | codes |\n|---|---|"]
    for gate in GATES:
        if gate != TASKS:
            lines.append(f"| {gate} | {linked(code for code, entry in CATALOGUE.items() if gate in entry.gates)} |")
    return [*lines, GATES_SAID]


def givers(entry: Entry) -> str:
    """Who gives a reason: gates, and the phases whose tasks do."""
    found = [f"the gate {gate}" for gate in entry.gates if gate != TASKS]
    if TASKS in entry.gates:
        if entry.code in phase_tasks.codes_of_any():
            found.append("any phase")
        else:
            found += [f"`{phase.playbook}`" for phase in PHASES if entry.code in phase_tasks.codes_of(phase.name)]
    return ", ".join(found)


def section(entry: Entry) -> str:
    elsewhere = "".join(f" At the gate {gate}: {severity}." for gate, severity in entry.milder.items())
    return (
        f"### {entry.code}\n\nSubject: `{entry.subject}`. Given by: {givers(entry)}.{elsewhere}\n\n"
        f"{entry.meaning}\n\n*Remedy.* {entry.remedy}\n"
    )


def page() -> str:
    lines = [HEAD, *phases_table(), *gates_table()]
    for severity in SEVERITIES:
        lines.append(f"## {severity.capitalize()}\n")
        lines += [section(entry) for _code, entry in sorted(CATALOGUE.items()) if entry.severity == severity]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
