# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drain finds: a row for each queue and group, and the judgement of a whole cluster."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.system_names import RETRY_PREFIX
from ..reasons.reason import Reason

DRAINED = "DRAINED"
DRAINING = "DRAINING"
STALLED = "STALLED"
NO_CONSUMER = "NO_CONSUMER"
REWOUND = "REWOUND"
UNKNOWN = "UNKNOWN"

# Parts of the remainder, for totals and progress lines.
TOPICS, RETRY, BROADCAST, DELAY, HALF = "topics", "retry", "broadcast", "delay", "half"


# Not frozen: to make a frozen one takes three times as long, and a judgement makes some hundred thousand. No code
# changes one.
@dataclass(slots=True)
class QueueLag:
    """One queue from the view of one group (of one client of it, when the group broadcasts).

    ``committed`` next offset to consume (None: never committed), ``remaining`` messages that can still be consumed,
    ``lost`` messages that the broker deleted before they were consumed, ``rate`` messages per second, ``moved_ms``
    when the offset was last seen to move, ``code`` the reason's code (empty when drained).
    """

    cluster: str
    broker: str
    group: str
    topic: str
    queue: int
    committed: int | None
    min: int
    max: int
    verdict: str
    code: str = ""
    remaining: int = 0
    lost: int = 0
    rate: float = 0.0
    moved_ms: int = 0
    taken_ms: int = 0
    client: str = ""
    why: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, int, str]:
        return (self.cluster, self.broker, self.group, self.topic, self.queue, self.client)

    @property
    def eta(self) -> float | None:
        """Seconds to go at the present rate; None when nothing moves."""
        if not self.remaining:
            return 0.0
        return self.remaining / self.rate if self.rate > 0 else None

    @property
    def part(self) -> str:
        if self.client:
            return BROADCAST
        return RETRY if self.topic.startswith(RETRY_PREFIX) else TOPICS


@dataclass(frozen=True)
class ClusterDrain:
    """The judgement of one snapshot. ``parts``: remaining messages by part. ``logs``: master's address → (commit log
    end, boot time), which must not change while the end of the drain is proved. ``consumers``: client ids by group,
    those of online groups. ``broadcast_topics``: what broadcasting groups subscribe to, messages there or not.
    ``masters``: names by address. ``selected``: master's address → (topic, queue) → end, of the topics that were
    selected by name, with and without readers."""

    cluster: str
    taken_ms: int
    rows: tuple[QueueLag, ...]
    reasons: tuple[Reason, ...]
    parts: Mapping[str, int]
    logs: Mapping[str, tuple[int, str]]
    consumers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    broadcast_topics: tuple[str, ...] = ()
    masters: Mapping[str, str] = field(default_factory=dict)
    selected: Mapping[str, Mapping[tuple[str, int], int]] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        return sum(self.parts.values())

    @property
    def ends(self) -> dict[str, tuple[int, str]]:
        """Instead of ``logs`` where clients write to other topics, too: the ends of the judged queues of each master,
        added up."""
        found = self.topic_ends
        return {address: (sum(found[address].values()), boot) for address, (_end, boot) in self.logs.items()}

    @property
    def topic_ends(self) -> dict[str, dict[str, int]]:
        """Master's address → topic → the ends of its queues, added up: of those judged, and of the selected topics."""
        judged: dict[str, dict[tuple[str, int], int]] = {}
        for row in self.rows:
            judged.setdefault(row.broker, {})[row.topic, row.queue] = row.max
        found: dict[str, dict[str, int]] = {address: {} for address in self.logs}
        for address, ends in found.items():
            maxima = {**self.selected.get(address, {}), **judged.get(self.masters[address], {})}
            for (topic, _queue), end in maxima.items():
                ends[topic] = ends.get(topic, 0) + end
        return found

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(row.group for row in self.rows)


def row_reasons(rows: Iterable[QueueLag]) -> list[Reason]:
    """One reason per cluster, group, topic and code: an operator waives and reads names, not queues."""
    grouped: dict[tuple[str, str, str, str], list[QueueLag]] = {}
    for row in rows:
        if row.code:
            grouped.setdefault((row.code, row.cluster, row.group, row.topic), []).append(row)
        if row.lost:
            grouped.setdefault(("EXPIRED", row.cluster, row.group, row.topic), []).append(row)
    reasons = []
    for (code, cluster, group, topic), members in sorted(grouped.items()):
        brokers = sorted({row.broker for row in members})
        evidence: dict[str, Any] = {"brokers": brokers, "queues": len({(row.broker, row.queue) for row in members})}
        if code == "EXPIRED":
            evidence["lost"] = sum(row.lost for row in members)
            reasons.append(Reason(code, f"{cluster}/{group}/{topic}", evidence))
            continue
        evidence = {"verdict": members[0].verdict, "remaining": sum(row.remaining for row in members), **evidence}
        rate = sum(row.rate for row in members)
        if rate > 0:
            evidence["rate"] = round(rate, 2)
            evidence["eta"] = round(max((row.eta for row in members if row.eta is not None), default=0.0), 1)
        if any(row.client for row in members):
            evidence["clients"] = sorted({row.client for row in members})
        whys = sorted({row.why for row in members if row.why})
        if whys:
            evidence["why"] = "; ".join(whys[:3])
        subject = f"{cluster}/{brokers[0]}" if code == "BROKER_UNKNOWN" else f"{cluster}/{group}/{topic}"
        if code == "BROKER_UNKNOWN":
            evidence["part"] = f"clients of {group}"
        reasons.append(Reason(code, subject, evidence))
    return reasons


def behind(first: Iterable[Mapping[str, Any]], now: Iterable[QueueLag], waived: Container[str] = ()) -> list[str]:
    """A line for each queue that a group has not read up to where it ended at an earlier look.

    first: the rows that the module has returned then, for topics that others go on writing. waived: subjects,
    C(cluster/group/topic), that need not be read.
    """
    later = {row.key: row.committed for row in now}
    found = []
    for row in first:
        at = later.get(tuple(row[key] for key in ("cluster", "broker", "group", "topic", "queue", "client"))) or 0
        subject = f"{row['cluster']}/{row['group']}/{row['topic']}"
        # What lies below the minimum was deleted by the broker: no consumer can read it.
        if row["max"] > max(at, row["min"]) and subject not in waived:
            found.append(f"{subject} on {row['broker']} queue {row['queue']}: {at} of {row['max']}")
    return found
