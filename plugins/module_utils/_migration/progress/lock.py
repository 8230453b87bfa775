# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may change the estate now: pure decisions over the claims that were found.

A claim is one run's announcement. A run writes its own and then reads all: it holds the lock only when no other claim
that still counts is there. Two that write at once see each other, since each writes before it reads; the one whose
owner sorts first waits for the other to withdraw.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Claim:
    """C(owner): C(user@host:place:pid:start); C(what): the phase; C(since), C(until): seconds since 1970."""

    owner: str
    what: str
    since: float
    until: float

    def dump(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class Verdict:
    """C(holders): claims of others that count. C(gone): those that do not, each with the reason in words."""

    holders: tuple[Claim, ...]
    gone: tuple[tuple[Claim, str], ...]

    @property
    def free(self) -> bool:
        return not self.holders


def parse(text: str, where: str) -> Claim:
    """Raises ValueError, naming where, for anything that is no claim: it is not known which run it stands for."""
    try:
        value = json.loads(text)
        return Claim(str(value["owner"]), str(value["what"]), float(value["since"]), float(value["until"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{where} holds something that is no lock of this collection: {text[:120]!r}") from error


def judge(owner: str, claims: Iterable[Claim], now: float, ended: Callable[[str], bool | None]) -> Verdict:
    """C(ended): whether the run of that owner has ended; None when that cannot be seen from here. Of one that is seen
    to run the claim counts beyond its time."""
    holders, gone = [], []
    for claim in sorted(claims, key=lambda one: one.owner):
        if claim.owner == owner:
            continue
        over = ended(claim.owner)
        if over:
            gone.append((claim, "its run has ended without giving it back"))
        elif over is None and claim.until <= now:
            gone.append((claim, f"it expired {now - claim.until:.0f} s ago"))
        else:
            holders.append(claim)
    return Verdict(tuple(holders), tuple(gone))


def waits(owner: str, holders: Iterable[Claim]) -> bool:
    """After own claim and others' have met: does this one wait (the others withdraw), or withdraw itself?"""
    return all(owner < claim.owner for claim in holders)
