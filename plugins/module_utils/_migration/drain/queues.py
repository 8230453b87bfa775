# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One queue at a time: how much of it a group, or a client that broadcasts, still has to read, and whether it moves."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from ..._admin.models import (
    BrokerView,
    ClusterSnapshot,
    ConsumerConnections,
    MessageQueue,
    QueueRange,
    RunningInfo,
    TopicConfig,
    Unknown,
)
from . import consumed
from .rows import (
    BROADCAST,
    DRAINED,
    DRAINING,
    NO_CONSUMER,
    RETRY,
    REWOUND,
    STALLED,
    TOPICS,
    UNKNOWN,
    ClusterDrain,
    QueueLag,
)

# (group, client id) → what that client says about itself
Clients = Mapping[tuple[str, str], RunningInfo | Unknown]


class QueueRows:
    """The rows of one snapshot, ``found``, and the ``parts`` that they add up to."""

    def __init__(
        self,
        snapshot: ClusterSnapshot,
        clients: Clients,
        previous: ClusterDrain | None,
        stall: float,
        unwritten: frozenset[str],
    ) -> None:
        self.cluster, self.taken_ms = snapshot.spec.name, snapshot.taken_ms
        self.clients, self.stall_ms, self.unwritten = clients, stall * 1000, unwritten
        self.before = {row.key: row for row in previous.rows} if previous else {}
        self.found: list[QueueLag] = []
        self.parts = dict.fromkeys((TOPICS, RETRY, BROADCAST), 0)

    def queue(
        self,
        view: BrokerView,
        group: str,
        topic: str,
        queue: int,
        committed: int | None,
        span: QueueRange | None,
        config: TopicConfig | None,
        online: ConsumerConnections | Unknown | None,
    ) -> None:
        if span is not None and committed is not None and span.min <= committed == span.max:
            # Most rows are of this kind; the short way keeps a sweep fast.
            now = self.taken_ms
            self.found.append(
                QueueLag(
                    self.cluster,
                    view.spec.name,
                    group,
                    topic,
                    queue,
                    committed,
                    span.min,
                    span.max,
                    DRAINED,
                    moved_ms=now,
                    taken_ms=now,
                )
            )
            return
        row = QueueLag(
            self.cluster,
            view.spec.name,
            group,
            topic,
            queue,
            committed,
            span.min if span else 0,
            span.max if span else 0,
            DRAINED,
        )
        if span is None:
            if not committed:
                return
            self._keep(row, UNKNOWN, "OFFSET_BEYOND_END", why="the broker does not know this queue")
            return
        if committed is not None and committed > span.max:
            self._keep(row, UNKNOWN, "OFFSET_BEYOND_END", why="the committed offset lies behind the end")
            return
        left = consumed.remaining(span, committed)
        lost = max(span.min - committed, 0) if committed is not None else 0
        if not left:
            self._keep(row, DRAINED, "", lost=lost)
        elif isinstance(online, Unknown):
            self._keep(row, UNKNOWN, "BROKER_UNKNOWN", left, lost, why=online.reason)
        elif online is None:
            self._keep(row, NO_CONSUMER, "NO_CONSUMER", left, lost, why="the group is not online on this broker")
        elif topic not in online.subscriptions:
            self._keep(
                row, NO_CONSUMER, "NO_CONSUMER", left, lost, why="the group is online and not subscribed to this topic"
            )
        elif config is not None and queue >= config.read_queues:
            self._keep(
                row, NO_CONSUMER, "HIDDEN_QUEUE", left, lost, why=f"the topic has readQueueNums {config.read_queues}"
            )
        else:
            self._moving(row, left, lost, "NOT_DRAINED" if online.is_push else "PULL_GROUP")

    def broadcast(
        self,
        view: BrokerView,
        group: str,
        topic: str,
        ranges: Mapping[int, QueueRange],
        holders: Iterable[str],
        config: TopicConfig | None,
    ) -> None:
        for queue, span in sorted(ranges.items()):
            kept = consumed.remaining(span, None)
            if not kept:
                continue  # nothing to consume, so it does not matter who holds it
            for client in sorted(holders):
                row = QueueLag(
                    self.cluster, view.spec.name, group, topic, queue, None, span.min, span.max, UNKNOWN, client=client
                )
                info = self.clients.get((group, client), Unknown("was not asked"))
                if isinstance(info, Unknown):
                    self._keep(row, UNKNOWN, "BROADCAST_UNKNOWN", kept, why=info.reason)
                    continue
                held = info.queues.get(MessageQueue(topic, view.spec.name, queue))
                if held is None:
                    if config is not None and queue >= config.read_queues:
                        self._keep(
                            row,
                            NO_CONSUMER,
                            "HIDDEN_QUEUE",
                            kept,
                            why=f"the topic has readQueueNums {config.read_queues}",
                        )
                    else:
                        self._keep(row, UNKNOWN, "BROADCAST_UNKNOWN", kept, why="the client does not hold this queue")
                    continue
                at = int(held.get("commitOffset", -1))
                # -1: the client has stored nothing yet; only the client itself knows where it began.
                row = replace(row, committed=at if at >= 0 else None)
                left = consumed.remaining(span, at)
                waiting = int(held.get("cachedMsgCount", 0)) + int(held.get("transactionMsgCount", 0))
                if at > span.max:
                    # Clients are asked after the ends are read, so this is usual while clients write.
                    self._keep(
                        row,
                        UNKNOWN,
                        "BROADCAST_UNKNOWN",
                        why="the client is further than the end: written meanwhile, or its offset is wrong",
                    )
                elif not left and waiting == 0:
                    self._keep(row, DRAINED, "")
                else:
                    self._moving(row, max(left, waiting), 0, "NOT_DRAINED")

    def closed(self, view: BrokerView, group: str, topic: str, ranges: Mapping[int, QueueRange]) -> None:
        """A broadcasting group on a broker with permission 0, whose clients have dropped its queues.

        Their progress can be asked no more, so it has to have been proved before, and only a commit log that has not
        grown since tells that nothing came later. No time does: a message can be older than the close and newer than
        the proof, and the topic table's time is that of its last change, whatever changed.
        """
        unwritten = view.spec.address in self.unwritten
        for queue, span in sorted(ranges.items()):
            if not consumed.remaining(span, None):
                continue
            row = QueueLag(self.cluster, view.spec.name, group, topic, queue, None, span.min, span.max, UNKNOWN)
            if not unwritten:
                self._keep(
                    row,
                    UNKNOWN,
                    "BROADCAST_UNKNOWN",
                    why="the broker is closed, and that nothing was written to it since is not proved",
                )
            else:
                self._keep(row, DRAINED, "BROADCAST_CLOSED")

    def _moving(self, row: QueueLag, remaining: int, lost: int, code: str) -> None:
        """A queue with messages and with a consumer that could take them."""
        before = self.before.get(row.key)
        now = self.taken_ms
        if before is None:
            self._keep(row, DRAINING, code, remaining, lost, moved_ms=now)
            return
        if before.committed is not None and (row.committed is None or row.committed < before.committed):
            self._keep(row, REWOUND, "REWOUND", remaining, lost, moved_ms=now, why=f"the offset was {before.committed}")
            return
        moved = (row.committed or 0) - (before.committed or 0)
        seconds = (now - before.taken_ms) / 1000
        # Offsets are committed in steps of 5 s, so one difference alone jumps between 0 and twice the truth.
        fresh = moved / seconds if seconds > 0 else before.rate
        rate = fresh if before.rate == 0 else 0.7 * before.rate + 0.3 * fresh
        moved_ms = now if moved or not before.remaining else before.moved_ms
        if now - moved_ms >= self.stall_ms:
            self._keep(
                row,
                STALLED,
                "STALLED",
                remaining,
                lost,
                moved_ms=moved_ms,
                why=f"the offset has not moved for {(now - moved_ms) / 1000:.0f} s",
            )
        else:
            self._keep(row, DRAINING, code, remaining, lost, rate=rate, moved_ms=moved_ms)

    def _keep(
        self,
        row: QueueLag,
        verdict: str,
        code: str,
        remaining: int = 0,
        lost: int = 0,
        *,
        rate: float = 0.0,
        moved_ms: int = 0,
        why: str = "",
    ) -> None:
        now = self.taken_ms
        row = replace(
            row,
            verdict=verdict,
            code=code,
            remaining=remaining,
            lost=lost,
            rate=rate,
            moved_ms=moved_ms or now,
            taken_ms=now,
            why=why,
        )
        self.found.append(row)
        self.parts[row.part] += remaining

    def carry(self, previous: ClusterDrain | None, online: Container[str]) -> None:
        """Rows that had messages at the last look and are in no answer any more: their messages wait all the same.

        A client that broadcasts, or a group that never committed, is known only as long as it is online. ``online``:
        the groups that are. Of a group that is not, its last client has left: that is the same as if the drain had
        begun after it, and is named the same.
        """
        there = {row.key for row in self.found}
        for row in previous.rows if previous else ():
            if not row.remaining or row.key in there:
                continue
            if row.client and row.group in online:
                verdict, code, why = UNKNOWN, "BROADCAST_UNKNOWN", "the client left before it had read everything"
            else:
                verdict, code, why = NO_CONSUMER, "NO_CONSUMER", "the group left before it had read everything"
            self._keep(row, verdict, code, row.remaining, row.lost, why=why)
