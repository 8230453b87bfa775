#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes into the pages what plugins/module_utils/_migration and the roles say of the phases.

Needs the collection on PYTHONPATH. A part that is made stands between two comments,
`<!-- phases: NAME, made by tools/phases.py -->` and `<!-- phases: end -->`. The page of a phase has one of the name
`facts`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import phase_tasks

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import PHASES, WAY, Phase
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.source_stage import ORDER
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import EVIDENCE, GATES, STAGE

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "docs/phases"
_BLOCK = re.compile(r"(<!-- phases: (\w+), made by tools/phases.py -->\n).*?(<!-- phases: end -->)", re.DOTALL)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(str(cell or "–") for cell in row) + " |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *lines, ""])


def _words(phase: Phase) -> str:
    return phase.name.replace("_", " ").replace("dns", "DNS")


def page_of(phase: Phase) -> str:
    """The file name of the phase's page."""
    return "-".join([*([str(phase.number)] if phase.number else []), *phase.name.split("_")]) + ".md"


def _to_page(name: str) -> str:
    """A link to the page of the phase of that name."""
    phase = next(one for one in PHASES if one.name == name)
    return f"[`{phase.playbook}`]({page_of(phase)})"


def _way() -> str:
    """What an operator runs, one after the other."""
    return _table(
        ("playbook", "what it does", "it passes when", "undo"),
        ((_to_page(one.name), one.title, one.gate, _to_page(one.undo) if one.undo else "") for one in WAY),
    )


def _beside() -> str:
    """What is run beside the way, when it is needed."""
    return _table(
        ("playbook", "what it does"),
        ((_to_page(one.name), one.title) for one in PHASES if one.number is None and not one.starts),
    )


def _undos() -> str:
    """What takes a phase back."""
    return _table(
        ("playbook", "from", "does", "what clients notice"),
        ((_to_page(one.name), one.starts, one.does, one.costs) for one in PHASES if one.starts),
    )


def _measured() -> str:
    """Seconds that each took."""
    return _table(("phase", "three", "one", "second"), ((_words(one), *one.measured) for one in PHASES if one.measured))


# The rows of the picture by their first stage. What is written first is drawn below.
_ROWS = {"apart": ("old", "old brokers are read"), "closed": ("new", "new brokers alone")}
_PICTURE = """```mermaid
%%{{init: {{"flowchart": {{"rankSpacing": 30, "nodeSpacing": 20}}}}}}%%
flowchart TB
{}
  classDef wall fill:#b00020,color:#ffffff,stroke:#b00020
```
"""


def _edges(phase: Phase, start: str, end: str) -> list[str]:
    """The way of a phase, and its undo; or a wall where it has none."""
    way = f"  {start} ==>|{phase.number} {_words(phase)}| "
    if phase.undo:
        return [f"{way}{end}", f"  {end} -.->|undo| {start}"]
    return [f'{way}wall[["point of<br/>no return"]]:::wall ==> {end}']


def _stages() -> str:
    """The stages of a source as a picture: phases lead on, undos lead back, and one wall has no way back."""
    at, row = ORDER[0], _ROWS[ORDER[0]]
    stays, inside, between = {at: [at]}, {row: ["  direction LR"]}, []
    for one in WAY:
        if not one.leaves:
            stays[at].append(f"{one.number} {_words(one)}")
            continue
        if one.leaves in _ROWS:
            between += _edges(one, row[0], _ROWS[one.leaves][0])
            row = _ROWS[one.leaves]
            inside[row] = ["  direction LR"]
        else:
            inside[row] += _edges(one, at, one.leaves)
        at, stays[one.leaves] = one.leaves, [one.leaves]
    rows = [
        line
        for (name, title), lines in reversed(inside.items())
        for line in (f'  subgraph {name} ["{title}"]', *(f"  {line}" for line in lines), "  end")
    ]
    nodes = [f'  {stage}["{"<br/>".join(texts)}"]' for stage, texts in stays.items() if len(texts) > 1]
    return _PICTURE.format("\n".join([*rows, *between, *nodes]))


def _reasons(phase: Phase) -> Iterator[tuple[str, str]]:
    """Where the codes are explained with which the phase stops."""
    own = phase_tasks.codes_of(phase.name) - phase_tasks.codes_of_any()
    gates = phase_tasks.gates_of(phase.name) - {EVIDENCE, STAGE}
    if gates:
        names = ", ".join(gate for gate in GATES if gate in gates)
        yield "its gates", f"{names} ([their reasons](../reasons.md#by-gate))"
    if own:
        yield "its tasks stop with", ", ".join(f"[{code}](../reasons.md#{code.lower()})" for code in sorted(own))


def _facts(phase: Phase) -> str:
    """What the table of phases and the tasks say of one phase."""
    before = WAY[WAY.index(phase) - 1] if phase in WAY[1:] else None
    after = WAY[WAY.index(phase) + 1] if phase in WAY[:-1] else None
    measured = zip(phase.measured or (), ("three sources at once", "one source", "a second source later"), strict=False)
    rows = [
        ("does", phase.does or phase.title),
        ("before it, after it", ", ".join(_to_page(one.name) for one in (before, after) if one)),
        ("acts on sources that are", f"{phase.first} to {phase.last}" if phase.first != phase.last else phase.first),
        ("passes when (with `--check`: would wait until)" if phase.changes else "passes when", phase.gate),
        ("the source is then", phase.leaves),
        ("what clients notice" if phase.starts else "waits for", phase.costs),
        ("took in a rehearsal", ", ".join(f"{seconds} s for {what}" for seconds, what in measured if seconds)),
        ("undo", _to_page(phase.undo) if phase.undo else ""),
        *_reasons(phase),
    ]
    return _table(("", ""), (row for row in rows if row[1]))


TABLES: dict[str, Callable[[], str]] = {
    "way": _way,
    "beside": _beside,
    "undos": _undos,
    "measured": _measured,
    "stages": _stages,
}
PAGES = {
    "README.md": None,
    f"{FOLDER}/README.md": None,
    "docs/developer/timings.md": None,
    **{f"{FOLDER}/{page_of(phase)}": phase for phase in PHASES},
}


def rewritten(page: str, phase: Phase | None = None) -> str:
    """The page with its tables as the phases are now. phase: the one of whose page it is."""

    def made(found: re.Match[str]) -> str:
        text = _facts(phase) if phase and found[2] == "facts" else TABLES[found[2]]()
        return found[1] + text + found[3]

    return _BLOCK.sub(made, page)


if __name__ == "__main__":
    for name, of in PAGES.items():
        path = ROOT / name
        path.write_text(rewritten(path.read_text(encoding="utf-8"), of), encoding="utf-8")
