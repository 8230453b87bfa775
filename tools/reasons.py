#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints docs/reasons.md from the catalogue in plugins/module_utils/_migration; needs the collection on PYTHONPATH."""

from __future__ import annotations

import sys

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import CATALOGUE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import GATES, SEVERITIES

HEAD = """\
# Reasons

Why a phase did not pass, or what a report wants you to know. Each reason has a code, a subject, evidence (what was
seen) and a severity:

- **blocking**: cannot be waived;
- **waivable**: blocks until a waiver in the inventory names this code and subject, says why, and has not ended;
- **notice**: is shown, never blocks.

A subject is a path from the largest thing to the smallest. A waiver's subject may be a shell pattern, in which `*` also
matches `/`:

```yaml
rocketmq_migration_waivers:
  - code: CODE
    subject: mro/*
    reason: why it is fine
    who: who says so
    until: 2026-12-31
```

This page is made by `tools/reasons.py` from the catalogue that the code itself uses.
"""


def page() -> str:
    lines = [HEAD, "## By gate\n\n| given by | codes |\n|---|---|"]
    for gate in GATES:
        codes = sorted(code for code, entry in CATALOGUE.items() if gate in entry.gates)
        lines.append(f"| {gate} | {', '.join(f'[{code}](#{code.lower()})' for code in codes)} |")
    lines.append("")
    for severity in SEVERITIES:
        lines.append(f"## {severity.capitalize()}\n")
        for code, entry in sorted(CATALOGUE.items()):
            if entry.severity == severity:
                lines.append(f"### {code}\n\nSubject: `{entry.subject}`. Given by: {', '.join(entry.gates)}.\n")
                lines.append(f"{entry.meaning}\n\n*Remedy.* {entry.remedy}\n")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
