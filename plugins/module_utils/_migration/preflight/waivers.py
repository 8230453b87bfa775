# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers that have ended or that cover nothing: errors, as long as their source is not done."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from fnmatch import fnmatchcase

from ..reasons.catalogue import waivable_only_at
from ..reasons.entry import PREFLIGHT
from ..reasons.reason import Reason
from ..reasons.waivers import Judged, Waiver


def refuse_ended_or_unused(
    judged: Judged,
    *,
    read: Iterable[str],
    done: Iterable[str] = (),
    also: Iterable[str] = (),
    today: datetime.date,
) -> Judged:
    """C(judged) with a blocking reason for each waiver that ended or is not needed.

    read: sources that were read now; done: those that are migrated. also: codes that were looked for besides the
    preflight's own. A waiver for a code that only a later phase can give is left alone until it ends.
    """
    read, done, codes = frozenset(read), frozenset(done), waivable_only_at(PREFLIGHT).union(also)
    more = []
    for waiver in judged.unused:
        sources = _sources(waiver, read | done)
        if sources and sources <= done:
            continue
        subject = f"{waiver.code} {waiver.subject}"
        if waiver.until is not None and today > waiver.until:
            ended = {"until": waiver.until.isoformat(), "who": waiver.who or "-"}
            more.append(Reason("WAIVER_EXPIRED", subject, ended))
        elif waiver.code in codes and read and (not sources or sources & read):
            more.append(Reason("WAIVER_UNMATCHED", subject, {"who": waiver.who or "-", "why": waiver.reason}))
    return dataclasses.replace(judged, blocking=(*judged.blocking, *more))


def _sources(waiver: Waiver, names: frozenset[str]) -> frozenset[str]:
    """The sources that the first part of its subject names; none for a subject that begins with something else."""
    first = waiver.subject.split("/")[0]
    return frozenset(name for name in names if fnmatchcase(name, first))
