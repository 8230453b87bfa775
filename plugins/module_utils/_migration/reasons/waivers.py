# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers: which reasons an operator has agreed to, and what is left of them.

A waiver matches subjects with a shell pattern, in which ``*`` also matches ``/``.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .catalogue import CATALOGUE, waivable_codes
from .entry import NOTICE, WAIVABLE
from .reason import Reason


class WaiverError(ValueError):
    """A waiver that cannot be used; the text says which one and why."""


@dataclass(frozen=True)
class Waiver:
    """``until`` is the last day on which it counts (None: no end)."""

    code: str
    subject: str
    reason: str
    who: str = ""
    until: datetime.date | None = None

    def covers(self, reason: Reason, today: datetime.date | None) -> bool:
        """Without ``today`` an end date is not looked at."""
        if self.until is not None and today is not None and today > self.until:
            return False
        return reason.severity == WAIVABLE and reason.code == self.code and fnmatchcase(reason.subject, self.subject)

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "subject": self.subject,
            "reason": self.reason,
            "who": self.who,
            "until": self.until.isoformat() if self.until else None,
        }


def parse_waivers(items: Iterable[Mapping[str, Any]] | None) -> tuple[Waiver, ...]:
    """Waivers out of an inventory's list of ``{code, subject, reason, who?, until?}``.

    Raises WaiverError for one without a reason or a subject, with an unknown code, with a code that nothing can
    waive, or with an end that is no date.
    """
    return tuple(_waiver(number, item) for number, item in enumerate(_listed(items), start=1))


def waiver_problems(items: Any) -> list[str]:
    """What C(parse_waivers) refuses, for each waiver, instead of the first one only."""
    try:
        listed = _listed(items)
    except WaiverError as error:
        return [str(error)]
    problems = []
    for number, item in enumerate(listed, start=1):
        try:
            _waiver(number, item)
        except WaiverError as error:
            problems.append(str(error))
    return problems


def _listed(items: Any) -> list[Any]:
    if items is None or items == "":
        return []
    if isinstance(items, (str, Mapping)) or not isinstance(items, Iterable):
        raise WaiverError("waivers are a list of mappings with code, subject and reason")
    return list(items)


def _waiver(number: int, item: Any) -> Waiver:
    if not isinstance(item, Mapping):
        raise WaiverError(f"waiver {number} is no mapping with code, subject and reason")
    code, subject = str(item.get("code") or "").strip(), str(item.get("subject") or "").strip()
    where = f"waiver {number} ({code or 'no code'} {subject or 'no subject'})"
    unknown = set(item) - {"code", "subject", "reason", "who", "until"}
    if unknown:
        raise WaiverError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")
    entry = CATALOGUE.get(code)
    if entry is None:
        near = difflib.get_close_matches(code, waivable_codes(), n=1)
        hint = f"did you mean {near[0]}?" if near else "docs/reasons.md has those that can be waived"
        raise WaiverError(f"{where}: no reason has this code; {hint}")
    if not entry.waivable_at():
        raise WaiverError(
            f"{where}: {entry.severity} reasons need and take no waiver"
            if entry.severity == NOTICE
            else f"{where}: this reason cannot be waived: {entry.remedy}"
        )
    if not subject:
        raise WaiverError(f"{where}: the subject is missing (its form is {entry.subject})")
    why = str(item.get("reason") or "").strip()
    if not why:
        raise WaiverError(f"{where}: it does not say why (reason)")
    return Waiver(code, subject, why, str(item.get("who") or "").strip(), _date(item.get("until"), where))


def _date(value: Any, where: str) -> datetime.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value).strip())
    except ValueError:
        raise WaiverError(f"{where}: until {value!r} is not a date of the form YYYY-MM-DD") from None


@dataclass(frozen=True)
class Judged:
    """``blocking`` what still blocks, ``waived`` what a waiver covers, ``notices`` what is only reported.
    ``unused``: waivers that covered nothing (expired ones included)."""

    blocking: tuple[Reason, ...]
    waived: tuple[tuple[Reason, Waiver], ...]
    notices: tuple[Reason, ...]
    unused: tuple[Waiver, ...]

    @property
    def ok(self) -> bool:
        return not self.blocking

    def as_result(self) -> dict[str, Any]:
        """Keys of a module's result: ``reasons`` (all, blocking first), ``waived``, ``unused_waivers``."""
        return {
            "reasons": [reason.as_dict() for reason in (*self.blocking, *self.notices)],
            "waived": [{**reason.as_dict(), "waiver": waiver.as_dict()} for reason, waiver in self.waived],
            "unused_waivers": [waiver.as_dict() for waiver in self.unused],
        }


def apply_waivers(reasons: Iterable[Reason], waivers: Iterable[Waiver], today: datetime.date | None = None) -> Judged:
    """Splits ``reasons``; an expired waiver covers nothing."""
    waivers = tuple(waivers)
    blocking, waived, notices, used = [], [], [], set()
    for reason in reasons:
        if reason.severity == NOTICE:
            notices.append(reason)
            continue
        waiver = next((one for one in waivers if one.covers(reason, today)), None)
        if waiver is None:
            blocking.append(reason)
        else:
            used.add(waiver)
            waived.append((reason, waiver))
    return Judged(
        tuple(blocking), tuple(waived), tuple(notices), tuple(waiver for waiver in waivers if waiver not in used)
    )
