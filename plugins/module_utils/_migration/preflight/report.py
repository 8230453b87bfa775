# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict as lines for a terminal: most important first, one line a reason, counted where many are alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..reasons.entry import BLOCKING, NOTICE, WAIVABLE
from ..reasons.reason import Reason
from ..reasons.waivers import Judged

# A playbook prints the lines of a list behind some indentation; together that is less than 100 columns.
WIDTH = 92
# As many reasons of one code are shown one by one; more become one line with their number.
ALIKE = 4
_REQUEST = re.compile(r"^[A-Z_]+ at \S+: ")
_WAIVED = "waived"
_ORDER = (BLOCKING, WAIVABLE, _WAIVED, NOTICE)
_WORDS = {BLOCKING: "BLOCKS", WAIVABLE: "WAIVABLE", _WAIVED: "waived", NOTICE: "notice"}


def table(judged: Judged, width: int = WIDTH, alike: int = ALIKE) -> list[str]:
    """The lines, none longer than C(width) characters; the first says how many there are of which kind."""
    rows = [(reason.severity, reason) for reason in (*judged.blocking, *judged.notices)]
    rows += [(_WAIVED, reason) for reason, _waiver in judged.waived]
    lines = [_counts(rows)]
    for kind in _ORDER:
        by_code: dict[str, list[Reason]] = {}
        for found, reason in rows:
            if found == kind:
                by_code.setdefault(reason.code, []).append(reason)
        for code, reasons in by_code.items():
            head = f"{_WORDS[kind]:<8} {code:<24} "
            if len(reasons) <= alike:
                lines += [_cut(head + _text(reason), width) for reason in reasons]
            else:
                lines.append(_cut(f"{head}{len(reasons)} of them, first {_text(reasons[0])}", width))
    return lines


def _counts(rows: Iterable[tuple[str, Reason]]) -> str:
    numbers = dict.fromkeys(_ORDER, 0)
    for kind, _reason in rows:
        numbers[kind] += 1
    return (
        f"{numbers[BLOCKING]} block, {numbers[WAIVABLE]} need a waiver, {numbers[_WAIVED]} waived, "
        f"{numbers[NOTICE]} notices"
    )


def _text(reason: Reason) -> str:
    evidence = dict(reason.evidence)
    first = []
    if "answer" in evidence:
        # What came back matters most; whom it was asked of is in the subject, and in the evidence.
        first = [_REQUEST.sub("", _one_line(evidence.pop("answer")))]
    shown = ", ".join([*first, *(f"{key} {_one_line(value)}" for key, value in evidence.items())])
    return f"{reason.subject}: {shown}" if shown else reason.subject


def _one_line(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return " ".join(str(value).split())


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 3] + "..."
