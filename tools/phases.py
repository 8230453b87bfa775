#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of phases into the pages, from the phases in plugins/module_utils/_migration; needs the collection
on PYTHONPATH. A table stands between two comments, `<!-- phases: NAME, made by tools/phases.py -->` and
`<!-- phases: end -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import PHASES, WAY, Phase

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/procedure.md")
_BLOCK = re.compile(r"(<!-- phases: (\w+), made by tools/phases.py -->\n).*?(<!-- phases: end -->)", re.DOTALL)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(str(cell or "–") for cell in row) + " |" for row in (head, *rows)]
    lines.insert(1, "|---" * len(head) + "|")
    return "\n".join(lines) + "\n"


def _words(phase: Phase) -> str:
    return phase.name.replace("_", " ").replace("dns", "DNS")


def _way() -> str:
    """What an operator runs, one after the other."""
    return _table(
        ("playbook", "what it does", "it passes when", "back"),
        ((f"`{one.playbook}.yml`", one.title, one.gate, f"`{one.undo}.yml`" if one.undo else "") for one in WAY),
    )


def _procedure() -> str:
    """The same in full."""
    return _table(
        ("phase", "does", "passes when", "undo", "waits"),
        ((_words(one), one.does, one.gate, f"`{one.undo}`" if one.undo else "", one.costs) for one in WAY),
    )


def _undos() -> str:
    """What takes a phase back."""
    return _table(
        ("playbook", "from", "does", "costs"),
        ((f"`{one.name}`", one.starts, one.does, one.costs) for one in PHASES if one.starts),
    )


def _measured() -> str:
    """Seconds that each took."""
    return _table(("phase", "three", "one", "second"), ((_words(one), *one.measured) for one in PHASES if one.measured))


TABLES: dict[str, Callable[[], str]] = {
    "way": _way,
    "procedure": _procedure,
    "undos": _undos,
    "measured": _measured,
}


def rewritten(page: str) -> str:
    """The page with its tables as the phases are now."""
    return _BLOCK.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], page)


if __name__ == "__main__":
    for name in PAGES:
        path = ROOT / name
        path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
