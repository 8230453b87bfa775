# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who wrote a record of the commit log: a client, or the broker itself.

A frozen 4.4.0 broker still accepts every send, so a stop of writes can only be observed. Two witnesses have to agree:
the records of the commit log, read one after the other over the whole window, and the ends of all queues before and
after it. A record counts as the broker's own work on proof only; whatever is not proved was written by a client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin import release
from ..._admin.models import Message
from ..._admin.system_names import HALF_TOPIC, OFFSET_MOVED_TOPIC, OP_TOPIC, RETRY_PREFIX, SCHEDULE_TOPIC
from ..reasons.reason import Reason

# What the broker writes by itself
DELIVERY = "delayed_delivery"  # a delayed message that became due
CHECK = "half_check"  # an undecided half message, appended again at each check
COMMIT = "commit"  # the message of a half message that was written before and is decided now
MARK = "transaction_mark"  # the note that a half message was decided
MOVED = "offset_moved"  # the note that a consumer asked beyond a queue's range
INTERNAL = frozenset({DELIVERY, CHECK, COMMIT, MARK, MOVED})

# What clients write
SEND = "send"
DELAYED = "delayed"
TRANSACTIONAL = "transactional"
RETRY = "retry"  # a consumer that could not process a message sends it to its retry topic

# (topic, queue) → next offset
Ends = Mapping[tuple[str, int], int]


@dataclass(frozen=True)
class Origin:
    """``kind``: one of the words above. ``topic``, ``queue``: where the message belongs, which for delayed and half
    messages is not where it lies. ``group``: of the producer, or of the consumer for a retry; empty when unknown."""

    kind: str
    topic: str
    queue: int
    group: str = ""

    @property
    def internal(self) -> bool:
        return self.kind in INTERNAL


def classify(message: Message) -> Origin:
    """Who wrote this record, and where it belongs.

    The proofs, each from what 4.4.0 does when it stores a message:

    * A message with a delay level is always stored under the schedule topic. Elsewhere only the schedule service
      stores one, when it is due, with its level and its real topic and queue still among the properties.
    * A half message carries the number of checks, or the queue position of its first copy, only when the broker
      appended it again.
    * A committed message carries the commit flag and the log position of its half message.
    * The broker's own notes have the broker as their origin, or lie in a topic that no client can name a queue of.
    """
    properties = message.properties
    topic, queue = _real(message)
    group = properties.get(release.PRODUCER_GROUP, "")
    if message.topic == OP_TOPIC:
        return Origin(MARK if message.born_host == message.store_host else SEND, message.topic, message.queue, group)
    if message.topic == HALF_TOPIC:
        again = _number(properties.get(release.TRANSACTION_CHECK_TIMES)) > 0 or release.FIRST_HALF_OFFSET in properties
        return Origin(CHECK if again else TRANSACTIONAL, topic, queue, group)
    committed = message.sys_flag & release.TRANSACTION_BITS == release.TRANSACTION_COMMITTED
    if committed and message.prepared_offset > 0:
        return Origin(COMMIT, topic, queue, group)
    if message.topic == SCHEDULE_TOPIC:
        if topic.startswith(RETRY_PREFIX):
            return Origin(RETRY, topic, queue, topic[len(RETRY_PREFIX) :])
        return Origin(DELAYED, topic, queue, group)
    if message.topic == OFFSET_MOVED_TOPIC and message.born_host == message.store_host:
        return Origin(MOVED, message.topic, message.queue)
    if (
        _number(properties.get(release.DELAY)) > 0
        and (topic, queue) == (message.topic, message.queue)
        and (release.REAL_TOPIC in properties)
    ):
        return Origin(DELIVERY, topic, queue, group)
    if message.topic.startswith(RETRY_PREFIX):
        return Origin(RETRY, message.topic, message.queue, message.topic[len(RETRY_PREFIX) :])
    return Origin(SEND, message.topic, message.queue, group)


def _real(message: Message) -> tuple[str, int]:
    queue = message.properties.get(release.REAL_QUEUE, "")
    return message.real_topic, int(queue) if queue.isdigit() else message.queue


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0


@dataclass
class Offender:
    """Client writes to one queue, in one way. ``hosts``: addresses that the clients wrote from."""

    cluster: str
    broker: str
    topic: str
    queue: int
    kind: str
    count: int = 0
    first_ms: int = 0
    last_ms: int = 0
    groups: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)

    def rate(self) -> float:
        """Messages per second between the first and the last one; one message has no rate."""
        seconds = (self.last_ms - self.first_ms) / 1000
        return (self.count - 1) / seconds if seconds > 0 else 0.0

    def ips(self) -> set[str]:
        return {host.rpartition(":")[0] for host in self.hosts}

    def as_dict(self) -> dict[str, Any]:
        return {
            "cluster": self.cluster,
            "broker": self.broker,
            "topic": self.topic,
            "queue": self.queue,
            "kind": self.kind,
            "count": self.count,
            "rate": round(self.rate(), 3),
            "producer_groups": sorted(self.groups),
            "hosts": sorted(self.hosts),
            "first_ms": self.first_ms,
            "last_ms": self.last_ms,
        }

    def reason(self) -> Reason:
        evidence: dict[str, Any] = {"kind": self.kind, "count": self.count, "rate": round(self.rate(), 3)}
        if self.groups:
            evidence["groups"] = sorted(self.groups)
        return Reason(
            "CLIENT_WRITES",
            f"{self.cluster}/{self.broker}/{self.topic}/{self.queue}",
            {**evidence, "hosts": sorted(self.hosts)[:5]},
        )


@dataclass
class Watch:
    """The observation of one master's log over the present window.

    ``offsets``: (topic, queue) → offsets of the records seen since the window began, those of clients and those of the
    broker.
    ``internal``: how many records of each kind the broker wrote itself.
    """

    cluster: str
    broker: str
    offsets: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    internal: dict[str, int] = field(default_factory=dict)
    offenders: dict[tuple[str, int, str], Offender] = field(default_factory=dict)

    def saw(self, messages: Iterable[Message]) -> int:
        """Adds records to the observation; returns how many of them clients wrote."""
        writes = 0
        for message in messages:
            self.offsets.setdefault((message.topic, message.queue), set()).add(message.offset)
            origin = classify(message)
            if origin.internal:
                self.internal[origin.kind] = self.internal.get(origin.kind, 0) + 1
                continue
            writes += 1
            key = (origin.topic, origin.queue, origin.kind)
            offender = self.offenders.setdefault(
                key, Offender(self.cluster, self.broker, *key, first_ms=message.stored_ms, last_ms=message.stored_ms)
            )
            offender.count += 1
            offender.first_ms = min(offender.first_ms, message.stored_ms)
            offender.last_ms = max(offender.last_ms, message.stored_ms)
            offender.hosts.add(message.born_host)
            if origin.group:
                offender.groups.add(origin.group)
        return writes

    def restart(self) -> None:
        """Begins a new window: records seen so far no longer explain growth. Offenders stay known."""
        self.offsets.clear()

    def unexplained(self, before: Ends, after: Ends) -> list[Reason]:
        """Queues whose growth between two readings is not covered, position by position, by the records seen.

        ``before`` must have been read after the first record's place was known, ``after`` before the last one's.
        """
        reasons = []
        for (topic, queue), end in sorted(after.items()):
            start = before.get((topic, queue), 0)
            if end == start:
                continue
            seen = self.offsets.get((topic, queue), set())
            missing = [offset for offset in range(start, end) if offset not in seen] if end > start else []
            if missing or end < start:
                reasons.append(
                    Reason(
                        "UNEXPLAINED_GROWTH",
                        f"{self.cluster}/{self.broker}/{topic}/{queue}",
                        {"before": start, "after": end, "unread": len(missing)},
                    )
                )
        for topic, queue in sorted(set(before) - set(after)):
            if before[topic, queue]:
                reasons.append(
                    Reason(
                        "UNEXPLAINED_GROWTH",
                        f"{self.cluster}/{self.broker}/{topic}/{queue}",
                        {"before": before[topic, queue], "after": "gone"},
                    )
                )
        return reasons
