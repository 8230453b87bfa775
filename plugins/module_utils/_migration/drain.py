# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster is drained: what is left, for whom, and why it is or is not moving.

The rows are the *expected* ones: every topic and group of the offset table, every subscription of a group that is
online, and the retry topic of every group, times every queue that holds or held messages. What a broker did not
answer is unknown in this sample and therefore not drained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from .._admin.models import (
    BrokerView,
    ClusterSnapshot,
    ConsumerConnections,
    MessageQueue,
    QueueRange,
    RunningInfo,
    TopicConfig,
    Unknown,
)
from .._admin.system_names import is_system_group, is_system_topic, retry_topic
from .reasons import Reason

DRAINED = "DRAINED"
DRAINING = "DRAINING"
STALLED = "STALLED"
NO_CONSUMER = "NO_CONSUMER"
REWOUND = "REWOUND"
UNKNOWN = "UNKNOWN"

RETRY_PREFIX = "%RETRY%"
DLQ_PREFIX = "%DLQ%"
HALF_TOPIC = "RMQ_SYS_TRANS_HALF_TOPIC"
# Kept by the broker for itself; their offsets say nothing about messages that somebody waits for. The half topic and
# the schedule topic are judged as parts of their own.
BOOKKEEPING = frozenset({HALF_TOPIC, "RMQ_SYS_TRANS_OP_HALF_TOPIC", "SCHEDULE_TOPIC_XXXX"})

# What a master has to tell; without one of them nothing is proved.
MASTER_PARTS = ("runtime", "topics", "groups", "offsets", "stats", "schedule", "half", "connections")

# Parts of the remainder, for totals and progress lines.
TOPICS, RETRY, BROADCAST, DELAY, HALF = "topics", "retry", "broadcast", "delay", "half"

# (group, client id) → what that client says about itself
Clients = Mapping[tuple[str, str], RunningInfo | Unknown]


# Not frozen, which would make each of some hundred thousand three times as dear; nobody changes one.
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
    ``masters``: names by address."""

    cluster: str
    taken_ms: int
    rows: tuple[QueueLag, ...]
    reasons: tuple[Reason, ...]
    parts: Mapping[str, int]
    logs: Mapping[str, tuple[int, str]]
    consumers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    broadcast_topics: tuple[str, ...] = ()
    masters: Mapping[str, str] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        return sum(self.parts.values())

    @property
    def ends(self) -> dict[str, tuple[int, str]]:
        """In the place of ``logs`` where others write too: the ends of the judged queues of each master, together."""
        maxima: dict[str, dict[tuple[str, int], int]] = {}
        for row in self.rows:
            maxima.setdefault(row.broker, {})[row.topic, row.queue] = row.max
        return {
            address: (sum(maxima.get(self.masters[address], {}).values()), boot)
            for address, (_end, boot) in self.logs.items()
        }

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(row.group for row in self.rows)


@dataclass(frozen=True)
class Filter:
    """Shell patterns; an empty tuple selects everything."""

    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    # Thousands of plain names are a usual filter, and each is asked for very often.
    @cached_property
    def _plain(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self.groups), frozenset(self.topics)

    @cached_property
    def _globs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        wild = [tuple(one for one in patterns if set(one) & set("*?[")) for patterns in (self.groups, self.topics)]
        return wild[0], wild[1]

    def group(self, name: str) -> bool:
        return not self.groups or name in self._plain[0] or any(fnmatchcase(name, one) for one in self._globs[0])

    def topic(self, name: str) -> bool:
        return not self.topics or name in self._plain[1] or any(fnmatchcase(name, one) for one in self._globs[1])

    def unmatched(self, snapshots: Iterable[ClusterSnapshot]) -> list[str]:
        """Patterns that no name of any of the clusters fits, as ``group x`` or ``topic x``."""
        if not self.groups and not self.topics:
            return []
        topics: set[str] = set()
        groups: set[str] = set()
        for snapshot in snapshots:
            for view in snapshot.masters:
                topics.update(_known(view.topics).topics if _known(view.topics) else ())
                groups.update(_known(view.groups).groups if _known(view.groups) else ())
                groups.update(_known(view.connections) or ())
                for topic, group in pairs_of(view):
                    topics.add(topic)
                    groups.add(group)
        return [
            f"group {one}" for one in self.groups
            if one not in groups and not any(fnmatchcase(name, one) for name in groups)
        ] + [
            f"topic {one}" for one in self.topics
            if one not in topics and not any(fnmatchcase(name, one) for name in topics)
        ]


def judge(
    snapshot: ClusterSnapshot,
    clients: Clients | None = None,
    previous: ClusterDrain | None = None,
    *,
    only: Filter = Filter(),
    stall_after: float = 60.0,
    unwritten: frozenset[str] = frozenset(),
    alone: bool = True,
) -> ClusterDrain:
    """Judges one snapshot with the parts config, runtime, topics, groups, offsets, delay, stats and clients.

    ``clients``: the running information of every client of every broadcasting group. ``previous``: the judgement
    before this one; without it nothing can be seen to move, to stall or to be rewound. ``stall_after``: seconds
    without movement after which an online group counts as stalled. ``unwritten``: addresses of masters whose commit
    log ends where an earlier proof has left it. ``alone``: whether nobody else writes here; otherwise delay levels,
    transactional messages and slaves are left out, for nobody can tell whose they are.
    """
    run = _Run(snapshot, clients or {}, previous, only, stall_after, unwritten, alone)
    for view in snapshot.masters:
        run.master(view)
    for view in snapshot.slaves if alone else ():
        run.slave(view)
    run.never_committed()
    run.carry(previous)
    if not snapshot.masters or not run.seen:
        run.add("NOTHING_SEEN", snapshot.spec.name, {"masters": len(snapshot.masters), "rows": len(run.rows)})
    return ClusterDrain(
        snapshot.spec.name, snapshot.taken_ms, tuple(run.rows), (*_row_reasons(run.rows), *run.reasons),
        run.parts, run.logs, run.consumers, run.broadcast_topics(),
        {spec.address: spec.name for spec in snapshot.spec.masters},
    )


def pairs_of(view: BrokerView) -> dict[tuple[str, str], dict[int, int]]:
    """The offset table of a master as (topic, group) → {queue: offset}.

    4.4.0 joins both names with ``@`` and does not refuse names that contain it. Such a key is read in every way that
    names a topic and a group that exist; when no way does, it stays as it was split.
    """
    topics = set(_known(view.topics).topics) if _known(view.topics) else set()
    groups = set(_known(view.groups).groups) if _known(view.groups) else set()
    if isinstance(view.connections, dict):
        groups |= set(view.connections)
    result: dict[tuple[str, str], dict[int, int]] = {}
    for (topic, group), offsets in (_known(view.offsets) or {}).items():
        if "@" not in topic and "@" not in group:
            if (topic, group) in result:
                result[topic, group] = {**result[topic, group], **offsets}
            else:
                result[topic, group] = offsets
            continue
        words = f"{topic}@{group}".split("@")
        ways = [("@".join(words[:cut]), "@".join(words[cut:])) for cut in range(1, len(words))]
        fitting = [way for way in ways if way[0] in topics and way[1] in groups]
        if not fitting and len(ways) > 1:
            # A retry topic names its group; a deleted group may be in no table any more.
            fitting = [way for way in ways if way[0] == retry_topic(way[1])]
        for way in fitting or [(topic, group)]:
            result[way] = {**result.get(way, {}), **offsets}
    return result


def broadcast_clients(snapshot: ClusterSnapshot) -> dict[tuple[str, str], str]:
    """(group, client id) of every broadcasting client → a master it is connected to: whom to ask for its progress."""
    found: dict[tuple[str, str], str] = {}
    for view in snapshot.masters:
        for group, connections in (_known(view.connections) or {}).items():
            if isinstance(connections, ConsumerConnections) and connections.is_broadcast:
                for client in connections.clients:
                    found.setdefault((group, client.id), view.spec.address)
    return found


class _Run:
    """Collects rows and reasons of one snapshot."""

    def __init__(
        self,
        snapshot: ClusterSnapshot,
        clients: Clients,
        previous: ClusterDrain | None,
        only: Filter,
        stall: float,
        unwritten: frozenset[str],
        alone: bool,
    ) -> None:
        self.snapshot, self.clients, self.only, self.stall_ms = snapshot, clients, only, stall * 1000
        self.unwritten, self.alone = unwritten, alone
        self.before = {row.key: row for row in previous.rows} if previous else {}
        self.cluster = snapshot.spec.name
        self.names = ((self.cluster,), tuple(spec.name for spec in snapshot.spec.brokers))
        self.rows: list[QueueLag] = []
        self.reasons: list[Reason] = []
        self.parts = dict.fromkeys((TOPICS, RETRY, BROADCAST, DELAY, HALF), 0)
        self.logs: dict[str, tuple[int, str]] = {}
        self.seen = 0  # topics of the business; none at all is no proof of anything
        self.subscriptions: dict[str, set[str]] = {}  # of the whole cluster: one master may not know a group (yet)
        self.broadcasting: dict[str, dict[str, set[str]]] = {}  # group → topic → client ids
        self.consumers: dict[str, tuple[str, ...]] = {}
        # Of the whole cluster, too: a group that has read a topic here waits for what another master holds of it.
        self.committed = {view.spec.address: pairs_of(view) for view in snapshot.masters}
        self.pairs = {pair for pairs in self.committed.values() for pair in pairs}
        for view in snapshot.masters:
            for group, connections in (_known(view.connections) or {}).items():
                if not isinstance(connections, ConsumerConnections):
                    continue
                self.subscriptions.setdefault(group, set()).update(connections.subscriptions)
                known = {*self.consumers.get(group, ()), *(client.id for client in connections.clients)}
                self.consumers[group] = tuple(sorted(known))
                if connections.is_broadcast:
                    topics = self.broadcasting.setdefault(group, {})
                    for topic in connections.subscriptions:
                        topics.setdefault(topic, set()).update(client.id for client in connections.clients)

    def add(self, code: str, subject: str, evidence: Mapping[str, Any]) -> None:
        self.reasons.append(Reason(code, subject, evidence))

    def broadcast_topics(self) -> tuple[str, ...]:
        return tuple(sorted({topic for group, topics in self.broadcasting.items() if self.only.group(group)
                             for topic in topics if self.only.topic(topic)}))

    # --- a master ---

    def master(self, view: BrokerView) -> None:
        where = f"{self.cluster}/{view.spec.name}"
        for part in MASTER_PARTS:
            value = getattr(view, part)
            if value is None or isinstance(value, Unknown):
                why = value.reason if isinstance(value, Unknown) else "was not asked for"
                self.add("BROKER_UNKNOWN", where, {"part": part, "address": view.spec.address, "why": why})
        self._log(view, where)
        if self.alone:
            self._delay(view, where)
            self._half(view, where)
        topics, stats, connections = _known(view.topics), _known(view.stats), _known(view.connections)
        if topics is None or stats is None or connections is None or _known(view.offsets) is None:
            return
        self.seen += sum(1 for name in topics.topics if not self._is_system(name))
        for group, answer in connections.items():
            if isinstance(answer, Unknown):
                self.add("BROKER_UNKNOWN", where, {"part": f"clients of {group}", "address": view.spec.address,
                                                   "why": answer.reason})
        self._pairs(view, where, topics.topics, stats, connections)

    def _is_system(self, topic: str) -> bool:
        return topic in BOOKKEEPING or is_system_topic(topic, clusters=self.names[0], brokers=self.names[1])

    def _pairs(
        self,
        view: BrokerView,
        where: str,
        topics: Mapping[str, TopicConfig],
        stats: Mapping[str, Mapping[int, QueueRange] | Unknown],
        connections: Mapping[str, ConsumerConnections | Unknown],
    ) -> None:
        committed = self.committed[view.spec.address]
        expected = set(committed) | {(topic, group) for topic, group in self.pairs if topic in topics}
        expected |= {
            (topic, group)
            for group, subscribed in self.subscriptions.items()
            for topic in subscribed
            if topic in topics
        }
        # Every retry topic there is: also that of a group that is in no table any more, whose messages still wait.
        expected |= {(topic, topic[len(RETRY_PREFIX):]) for topic in stats if topic.startswith(RETRY_PREFIX)}
        expected = {
            (topic, group) for topic, group in expected if topic not in BOOKKEEPING and not is_system_group(group)
        }
        if self.only.topics:
            keep = {group for topic, group in expected if self.only.topic(topic)}
        for topic, group in sorted(expected):
            if not self.only.group(group):
                continue
            if self.only.topics and not self.only.topic(topic) and not (topic == retry_topic(group) and group in keep):
                continue
            offsets = committed.get((topic, group), {})
            ranges = stats.get(topic)
            if ranges is None:
                if offsets and any(offsets.values()):
                    self.add("BROKER_UNKNOWN", where, {"part": f"queues of {topic}", "why": "no answer held them"})
                continue
            if isinstance(ranges, Unknown):
                self.add("BROKER_UNKNOWN", where, {"part": f"queues of {topic}", "why": ranges.reason})
                continue
            holders = self.broadcasting.get(group, {}).get(topic)
            config = topics.get(topic)
            if holders is not None:
                # Entries in the offset table are left from a time when the group did not broadcast.
                if _is_closed(view):
                    self._closed(view, group, topic, ranges)
                else:
                    self._broadcast(view, group, topic, ranges, holders, config)
                continue
            # The ranges are sorted, and mostly hold all queues that have offsets.
            for queue in ranges if offsets.keys() <= ranges.keys() else sorted({*ranges, *offsets}):
                self._queue(view, group, topic, queue, offsets.get(queue), ranges.get(queue), config,
                            connections.get(group))
        self._without_group(stats, {topic for topic, _unused in expected})

    def _queue(
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
            # Most of all rows: made at once.
            now = self.snapshot.taken_ms
            self.rows.append(QueueLag(self.cluster, view.spec.name, group, topic, queue, committed, span.min, span.max,
                                      DRAINED, moved_ms=now, taken_ms=now))
            return
        row = QueueLag(self.cluster, view.spec.name, group, topic, queue, committed,
                       span.min if span else 0, span.max if span else 0, DRAINED)
        if span is None:
            if not committed:
                return
            self._keep(row, UNKNOWN, "OFFSET_BEYOND_END", why="the broker does not know this queue")
            return
        if committed is not None and committed > span.max:
            self._keep(row, UNKNOWN, "OFFSET_BEYOND_END", why="the committed offset lies behind the end")
            return
        # What lies below the minimum is gone: nobody can consume it, and nobody waits for it.
        remaining = span.max - max(committed or 0, span.min)
        lost = max(span.min - committed, 0) if committed is not None else 0
        if remaining <= 0:
            self._keep(row, DRAINED, "", lost=lost)
        elif isinstance(online, Unknown):
            self._keep(row, UNKNOWN, "BROKER_UNKNOWN", remaining, lost, why=online.reason)
        elif online is None:
            self._keep(row, NO_CONSUMER, "NO_CONSUMER", remaining, lost, why="the group is not online on this broker")
        elif topic not in online.subscriptions:
            self._keep(row, NO_CONSUMER, "NO_CONSUMER", remaining, lost,
                       why="the group is online and not subscribed to this topic")
        elif config is not None and queue >= config.read_queues:
            self._keep(row, NO_CONSUMER, "HIDDEN_QUEUE", remaining, lost,
                       why=f"the topic has readQueueNums {config.read_queues}")
        else:
            self._moving(row, remaining, lost, "NOT_DRAINED" if online.is_push else "PULL_GROUP")

    def _broadcast(
        self,
        view: BrokerView,
        group: str,
        topic: str,
        ranges: Mapping[int, QueueRange],
        holders: Iterable[str],
        config: TopicConfig | None,
    ) -> None:
        for queue, span in sorted(ranges.items()):
            if span.max <= span.min:
                continue  # nothing to consume, so it does not matter who holds it
            for client in sorted(holders):
                row = QueueLag(self.cluster, view.spec.name, group, topic, queue, None, span.min, span.max, UNKNOWN,
                               client=client)
                info = self.clients.get((group, client), Unknown("was not asked"))
                if isinstance(info, Unknown):
                    self._keep(row, UNKNOWN, "BROADCAST_UNKNOWN", span.max - span.min, why=info.reason)
                    continue
                held = info.queues.get(MessageQueue(topic, view.spec.name, queue))
                if held is None:
                    if config is not None and queue >= config.read_queues:
                        self._keep(row, NO_CONSUMER, "HIDDEN_QUEUE", span.max - span.min,
                                   why=f"the topic has readQueueNums {config.read_queues}")
                    else:
                        self._keep(row, UNKNOWN, "BROADCAST_UNKNOWN", span.max - span.min,
                                   why="the client does not hold this queue")
                    continue
                at = int(held.get("commitOffset", -1))
                # -1: the client has stored nothing yet; where it began is known to itself only.
                row = _changed(row, committed=at if at >= 0 else None)
                remaining = span.max - max(at, span.min)
                waiting = int(held.get("cachedMsgCount", 0)) + int(held.get("transactionMsgCount", 0))
                if at > span.max:
                    # Clients are asked after the ends are read, so this is usual while somebody writes.
                    self._keep(row, UNKNOWN, "BROADCAST_UNKNOWN",
                               why="the client is further than the end: written meanwhile, or its offset is wrong")
                elif remaining <= 0 and waiting == 0:
                    self._keep(row, DRAINED, "")
                else:
                    self._moving(row, max(remaining, waiting), 0, "NOT_DRAINED")

    def _closed(self, view: BrokerView, group: str, topic: str, ranges: Mapping[int, QueueRange]) -> None:
        """A broadcasting group on a broker with permission 0, whose clients have dropped its queues.

        Their progress can be asked no more, so it has to have been proved before, and only a commit log that has not
        grown since tells that nothing came later. No time does: a message can be older than the close and newer than
        the proof, and the topic table's time is that of its last change, whatever changed.
        """
        unwritten = view.spec.address in self.unwritten
        for queue, span in sorted(ranges.items()):
            if span.max <= span.min:
                continue
            row = QueueLag(self.cluster, view.spec.name, group, topic, queue, None, span.min, span.max, UNKNOWN)
            if not unwritten:
                self._keep(row, UNKNOWN, "BROADCAST_UNKNOWN",
                           why="the broker is closed, and that nothing was written to it since is not proved")
            else:
                self._keep(row, DRAINED, "BROADCAST_CLOSED")

    def _moving(self, row: QueueLag, remaining: int, lost: int, code: str) -> None:
        """A queue with messages and with a consumer that could take them."""
        before = self.before.get(row.key)
        now = self.snapshot.taken_ms
        if before is None:
            self._keep(row, DRAINING, code, remaining, lost, moved_ms=now)
            return
        if before.committed is not None and (row.committed is None or row.committed < before.committed):
            self._keep(row, REWOUND, "REWOUND", remaining, lost, moved_ms=now,
                       why=f"the offset was {before.committed}")
            return
        moved = (row.committed or 0) - (before.committed or 0)
        seconds = (now - before.taken_ms) / 1000
        # Offsets are committed in steps of 5 s, so one difference alone jumps between 0 and twice the truth.
        fresh = moved / seconds if seconds > 0 else before.rate
        rate = fresh if before.rate == 0 else 0.7 * before.rate + 0.3 * fresh
        moved_ms = now if moved or not before.remaining else before.moved_ms
        if now - moved_ms >= self.stall_ms:
            self._keep(row, STALLED, "STALLED", remaining, lost, moved_ms=moved_ms,
                       why=f"the offset has not moved for {(now - moved_ms) / 1000:.0f} s")
        else:
            self._keep(row, DRAINING, code, remaining, lost, rate=rate, moved_ms=moved_ms)

    def _keep(
        self, row: QueueLag, verdict: str, code: str, remaining: int = 0, lost: int = 0, *,
        rate: float = 0.0, moved_ms: int = 0, why: str = "",
    ) -> None:
        now = self.snapshot.taken_ms
        row = _changed(row, verdict=verdict, code=code, remaining=remaining, lost=lost, rate=rate,
                       moved_ms=moved_ms or now, taken_ms=now, why=why)
        self.rows.append(row)
        self.parts[row.part] += remaining

    def _without_group(
        self, stats: Mapping[str, Mapping[int, QueueRange] | Unknown], consumed: set[str]
    ) -> None:
        if self.only.groups:
            return
        for topic, ranges in sorted(stats.items()):
            if not self.only.topic(topic) or topic in BOOKKEEPING:
                continue
            if isinstance(ranges, Unknown):
                if topic not in consumed:
                    self.add("BROKER_UNKNOWN", f"{self.cluster}/{topic}", {"part": "queues", "why": ranges.reason})
                continue
            held = sum(max(span.max - span.min, 0) for span in ranges.values())
            if not held:
                continue
            if topic.startswith(DLQ_PREFIX):
                self.add("DLQ_CONTENT", f"{self.cluster}/{topic}", {"messages": held})
            elif topic not in consumed and not topic.startswith(RETRY_PREFIX) and not self._is_system(topic):
                self.add("TOPIC_WITHOUT_GROUP", f"{self.cluster}/{topic}", {"messages": held})

    def _log(self, view: BrokerView, where: str) -> None:
        runtime = _known(view.runtime)
        if runtime is None:
            return
        try:
            self.logs[view.spec.address] = (int(runtime["commitLogMaxOffset"]), runtime.get("bootTimestamp", ""))
            behind = int(runtime.get("dispatchBehindBytes", "0"))
        except (KeyError, ValueError) as error:
            self.add("BROKER_UNKNOWN", where, {"part": "runtime", "why": f"no usable commitLogMaxOffset: {error!r}"})
            return
        if behind and self.alone:
            # Messages are in the log and not in their queues yet: the maxima are too low.
            self.add("NOT_SETTLED", where, {"dispatchBehindBytes": behind})

    def _delay(self, view: BrokerView, where: str) -> None:
        for level, answer in sorted((_known(view.schedule) or {}).items()):
            if isinstance(answer, Unknown):
                self.add("BROKER_UNKNOWN", where, {"part": f"delay level {level}", "why": answer.reason})
                continue
            delivered, end = answer
            if delivered > end:
                self.add("DELIVERY_BEYOND_END", f"{where}/{level}", {"delivered": delivered, "end": end})
            if delivered < end:
                self.parts[DELAY] += end - delivered
                self.add("DELAYED_PENDING", f"{where}/{level}", {"pending": end - delivered})

    def _half(self, view: BrokerView, where: str) -> None:
        half = _known(view.half)
        if half is not None and half[0] > half[1]:
            self.add("DELIVERY_BEYOND_END", f"{where}/half", {"delivered": half[0], "end": half[1]})
        if half is not None and half[0] < half[1]:
            self.parts[HALF] += half[1] - half[0]
            self.add("HALF_PENDING", where, {"pending": half[1] - half[0]})

    # --- what no table shows ---

    def never_committed(self) -> None:
        """Groups that are known, offline, and have no offset anywhere: nothing tells what they have read."""
        views = self.snapshot.masters
        if any(_known(part) is None for view in views for part in (view.groups, view.offsets, view.connections)):
            return  # named already, and somebody may be missing only for that
        seen = {group for _unused, group in self.pairs} | set(self.consumers)
        seen |= {group for view in views for group, answer in view.connections.items() if isinstance(answer, Unknown)}
        known = {group for view in views for group in view.groups.groups}
        for group in sorted(known - seen):
            if self.only.group(group) and not self.only.topics and not is_system_group(group):
                self.add("GROUP_WITHOUT_OFFSETS", f"{self.cluster}/{group}", {})

    def carry(self, previous: ClusterDrain | None) -> None:
        """Rows that had messages at the last look and are in no answer any more: their messages wait all the same.

        A client that broadcasts, or a group that never committed, is known only as long as it is online.
        """
        there = {row.key for row in self.rows}
        for row in previous.rows if previous else ():
            if not row.remaining or row.key in there:
                continue
            verdict, code = (UNKNOWN, "BROADCAST_UNKNOWN") if row.client else (NO_CONSUMER, "NO_CONSUMER")
            why = "the client" if row.client else "the group"
            self._keep(row, verdict, code, row.remaining, row.lost, why=f"{why} left before it had read everything")

    # --- a slave ---

    def slave(self, view: BrokerView) -> None:
        where = f"{self.cluster}/{view.spec.name}:{view.spec.id}"
        master = next((spec for spec in self.snapshot.spec.masters if spec.name == view.spec.name), None)
        wanted = self.logs.get(master.address) if master else None
        runtime = _known(view.runtime)
        if runtime is None:
            why = view.runtime.reason if isinstance(view.runtime, Unknown) else "was not asked for"
            self.add("SLAVE_UNKNOWN", where, {"address": view.spec.address, "why": why})
            return
        if wanted is None:
            return  # the master's own reason blocks already
        try:
            end = int(runtime["commitLogMaxOffset"])
        except (KeyError, ValueError) as error:
            self.add("SLAVE_UNKNOWN", where, {"address": view.spec.address, "why": f"no commitLogMaxOffset: {error!r}"})
            return
        if end != wanted[0]:
            self.add("SLAVE_BEHIND", where, {"master": wanted[0], "slave": end, "bytes": wanted[0] - end})


def _is_closed(view: BrokerView) -> bool:
    return (_known(view.config) or {}).get("brokerPermission") == "0"


def _known(value: Any) -> Any:
    return None if isinstance(value, Unknown) else value


def _changed(row: QueueLag, **changes: Any) -> QueueLag:
    return replace(row, **changes)


def _row_reasons(rows: Iterable[QueueLag]) -> list[Reason]:
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


@dataclass
class Proof:
    """Whether the end was seen twice, at least ``window`` seconds apart, with nothing written in between."""

    window: float
    since_ms: int | None = None
    samples: int = 0
    logs: dict[str, tuple[int, str]] = field(default_factory=dict)

    def look(self, now_ms: int, drained: bool, logs: Mapping[str, tuple[int, str]]) -> bool:
        """Takes one sample into account; True when the proof is complete.

        A sample that is not drained, a commit log that moved or a broker that was restarted begins it anew.
        """
        if not drained or not logs:
            self.reset()
            return False
        if self.since_ms is None or dict(logs) != self.logs:
            self.since_ms, self.samples, self.logs = now_ms, 1, dict(logs)
            return False
        self.samples += 1
        return self.samples >= 2 and now_ms - self.since_ms >= self.window * 1000

    def reset(self) -> None:
        self.since_ms, self.samples, self.logs = None, 0, {}

    def seconds(self, now_ms: int) -> float:
        return 0.0 if self.since_ms is None else (now_ms - self.since_ms) / 1000
