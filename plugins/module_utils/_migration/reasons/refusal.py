# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text with which a phase stops by itself: what was seen, what it means, what was done, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from .catalogue import CATALOGUE
from .entry import TASKS


def stated(code: str, subject: str | Iterable[object], seen: str = "") -> str:
    """C(CODE subject: seen), one of several findings in a larger text. Several subjects are joined with commas.

    Raises ValueError for a code that the catalogue does not have.
    """
    if code not in CATALOGUE:
        raise ValueError(f"reason code {code!r} is not in the catalogue")
    named = subject if isinstance(subject, str) else ", ".join(map(str, subject))
    return " ".join(part for part in (code, named) if part) + (f": {seen}" if seen else "")


def refusal(code: str, subject: str | Iterable[object], seen: str | Iterable[object] = "", done: str = "") -> str:
    """C(CODE subject: what was seen), then what the catalogue says that it means, C(done), and the catalogue's remedy.

    seen: a text, or findings; empty where the subject says it all. done: what was changed or left, as "Nothing was
    changed.". Raises ValueError for a code that is none of a phase's own.
    """
    entry = CATALOGUE.get(code)
    if entry is None or TASKS not in entry.gates:
        raise ValueError(f"reason code {code!r} is none of those that a phase gives by itself")
    text = seen.strip(" ") if isinstance(seen, str) else "; ".join(map(str, seen))
    ended = not text or text[-1] in ".!?\n"
    head, *rest = (part for part in (text if ended else f"{text}.", entry.meaning, done, entry.remedy) if part)
    return " ".join([stated(code, subject, head), *rest])
