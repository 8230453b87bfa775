# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain that is under way: its line of progress, and when to give up waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..reasons.entry import NOTICE
from ..reasons.reason import Reason
from .rows import NO_CONSUMER, ClusterDrain, QueueLag

Waived = frozenset[tuple[str, str]]
_CLIENTS_NAMED = 2


@dataclass(frozen=True)
class Limits:
    """When to give up; None switches a criterion off.

    ``growing_samples``: so many looks in a row that each found more than the one before. ``consumer_lost``: seconds
    for which a group that was draining may be without a consumer. ``broker_restarted``: whether a restart ends it.
    ``target_growth``: messages per second by which the target's backlog may grow.
    """

    growing_samples: int | None = None
    consumer_lost: float | None = None
    broker_restarted: bool = False
    target_growth: float | None = None


@dataclass
class Aborts:
    """Compares one judgement with those before it, of which it keeps what a comparison needs."""

    limits: Limits
    totals: dict[str, list[int]] = field(default_factory=dict)
    boots: dict[str, str] = field(default_factory=dict)
    online: set[tuple[str, str]] = field(default_factory=set)
    lost_ms: dict[tuple[str, str], int] = field(default_factory=dict)

    def look(self, drain: ClusterDrain, names: Mapping[str, str], waived: Waived = frozenset()) -> list[Reason]:
        """Why waiting for this cluster is of no use; empty while it is. ``names``: broker name by master's address."""
        return [*self._growing(drain, waived), *self._restarted(drain, names), *self._lost(drain, waived)]

    def _growing(self, drain: ClusterDrain, waived: Waived) -> list[Reason]:
        limit = self.limits.growing_samples
        if limit is None:
            return []
        # A look in which a broker did not answer would seem to hold less than there is.
        if any(reason.code == "BROKER_UNKNOWN" for reason in drain.reasons):
            return []
        seen = self.totals.setdefault(drain.cluster, [])
        total = sum(_left(drain, waived).values())
        if seen and total <= seen[-1]:
            seen.clear()
        seen.append(total)
        if len(seen) <= limit:
            return []
        evidence = {"samples": limit, "before": seen[len(seen) - limit - 1], "now": total}
        return [Reason("DRAIN_GROWS", drain.cluster, evidence)]

    def _restarted(self, drain: ClusterDrain, names: Mapping[str, str]) -> list[Reason]:
        reasons = []
        for address, (end, boot) in sorted(drain.logs.items()):
            before = self.boots.setdefault(address, boot)
            if self.limits.broker_restarted and boot != before:
                evidence = {"address": address, "boot": boot, "boot_before": before, "end": end}
                reasons.append(Reason("BROKER_RESTARTED", f"{drain.cluster}/{names.get(address, address)}", evidence))
        return reasons

    def _lost(self, drain: ClusterDrain, waived: Waived) -> list[Reason]:
        limit = self.limits.consumer_lost
        if limit is None:
            return []
        waiting: dict[tuple[str, str], list[QueueLag]] = {}
        for row in drain.rows:
            key = (drain.cluster, row.group)
            if row.group in drain.consumers:
                self.online.add(key)
                self.lost_ms.pop(key, None)
            elif row.remaining and row.verdict == NO_CONSUMER and key in self.online and not _is_waived(row, waived):
                waiting.setdefault(key, []).append(row)
        reasons = []
        for key, rows in sorted(waiting.items()):
            since = self.lost_ms.setdefault(key, drain.taken_ms)
            seconds = (drain.taken_ms - since) / 1000
            if seconds >= limit:
                evidence = {
                    "remaining": sum(row.remaining for row in rows),
                    "seconds": round(seconds),
                    "topics": sorted({row.topic for row in rows}),
                }
                reasons.append(Reason("CONSUMER_LOST", "/".join(key), evidence))
        return reasons


@dataclass
class TargetWatch:
    """How fast the backlog of the cluster that takes over grows, over at least ``window`` seconds."""

    limit: float
    window: float = 30.0
    samples: list[tuple[int, int]] = field(default_factory=list)

    def look(self, drain: ClusterDrain) -> list[Reason]:
        """Takes a judgement of the target; one in which a broker did not answer says nothing about its growth."""
        if any(reason.code == "BROKER_UNKNOWN" for reason in drain.reasons):
            return []
        # Delayed and undecided messages are no backlog: they are there as long as there is traffic.
        lags = {group: left for group, left in backlog(drain).items() if group in drain.consumers}
        self.samples.append((drain.taken_ms, sum(lags.values())))
        since, before = next(
            (one for one in reversed(self.samples) if drain.taken_ms - one[0] >= self.window * 1000), (0, 0)
        )
        if not since:
            return []
        rate = (sum(lags.values()) - before) * 1000 / (drain.taken_ms - since)
        if rate <= self.limit:
            return []
        worst = sorted(lags.items(), key=lambda item: -item[1])[:3]
        evidence = {"rate": round(rate, 1), "limit": self.limit, "behind": dict(worst)}
        return [Reason("TARGET_FALLS_BEHIND", drain.cluster, evidence)]


def backlog(drain: ClusterDrain) -> dict[str, int]:
    """Messages that wait in queues, by group."""
    found: dict[str, int] = {}
    for row in drain.rows:
        found[row.group] = found.get(row.group, 0) + row.remaining
    return found


def progress(drains: Iterable[ClusterDrain], proved: float, window: float, waived: Waived = frozenset()) -> str:
    """One line for a person: what remains by part, how fast it shrinks, who is slowest and who consumes it.

    ``waived``: (code, subject) of reasons that do not block; what they stand for is no news and is left out.
    """
    parts: dict[str, int] = {}
    lags: dict[tuple[str, str], list[QueueLag]] = {}
    consumers: dict[tuple[str, str], tuple[str, ...]] = {}
    blocking = []
    for drain in drains:
        consumers.update({(drain.cluster, group): clients for group, clients in drain.consumers.items()})
        for row in drain.rows:
            if row.remaining and not _is_waived(row, waived):
                lags.setdefault((row.cluster, row.group), []).append(row)
        for part, count in _left(drain, waived).items():
            if count:
                parts[part] = parts.get(part, 0) + count
        blocking += [
            reason
            for reason in drain.reasons
            if reason.severity != NOTICE and (reason.code, reason.subject) not in waived
        ]
    total = sum(parts.values())
    if not total:
        if blocking:
            return f"nothing remains, but {len(blocking)} reasons stand: {blocking[0]}"
        covered = f" but what {len(waived)} waived reasons stand for" if waived else ""
        return f"nothing remains{covered}; proved for {proved:.0f} of {window:.0f} s"
    rate = sum(row.rate for rows in lags.values() for row in rows)
    text = f"remaining {total} ({', '.join(f'{part} {count}' for part, count in parts.items())})"
    text += f", {rate:.1f}/s, ETA {total / rate:.0f} s" if rate > 0 else ", nothing moved since the last look"
    if lags:
        key, rows = max(lags.items(), key=lambda item: _slowness(item[1]))
        text += f"; slowest: {'/'.join(key)} {sum(row.remaining for row in rows)} "
        text += f"{'/'.join(sorted({row.verdict for row in rows}))}, {_who(consumers.get(key, ()))}"
    return text


def _slowness(rows: list[QueueLag]) -> tuple[float, int]:
    remaining, rate = sum(row.remaining for row in rows), sum(row.rate for row in rows)
    return (remaining / rate if rate > 0 else float("inf"), remaining)


def _who(clients: tuple[str, ...]) -> str:
    if not clients:
        return "consumed by no client"
    more = f" and {len(clients) - _CLIENTS_NAMED} more" if len(clients) > _CLIENTS_NAMED else ""
    return f"consumed by {', '.join(clients[:_CLIENTS_NAMED])}{more}"


def _is_waived(row: QueueLag, waived: Waived) -> bool:
    return (row.code, f"{row.cluster}/{row.group}/{row.topic}") in waived


def _left(drain: ClusterDrain, waived: Waived) -> Mapping[str, int]:
    left = dict(drain.parts)
    for row in drain.rows:
        if _is_waived(row, waived):
            left[row.part] -= row.remaining
    return left
