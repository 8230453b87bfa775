# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster is drained: what is left, for whom, and why it is or is not moving.

The rows are the *expected* ones: every topic and group of the offset table, every subscription of a group that is
online, and the retry topic of every group, times every queue that holds or held messages. What a broker did not
answer is unknown in this sample and therefore not drained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._admin.models import (
    BrokerView,
    ClusterSnapshot,
    ConsumerConnections,
    QueueRange,
    TopicConfig,
    Unknown,
    answered,
    require_answer,
)
from ..._admin.system_names import (
    DLQ_PREFIX,
    HALF_TOPIC,
    OP_TOPIC,
    RETRY_PREFIX,
    SCHEDULE_TOPIC,
    is_system_group,
    is_system_topic,
    retry_topic,
)
from ..reasons.reason import Reason
from .consumed import kept_messages
from .pairs import pairs_of
from .queues import Clients, QueueRows
from .rows import DELAY, HALF, ClusterDrain, row_reasons
from .selection import EVERYTHING, Filter

# The broker keeps them for itself; their offsets say nothing about messages for consumers. The half topic and the
# schedule topic are judged as parts of their own.
BOOKKEEPING = frozenset({HALF_TOPIC, OP_TOPIC, SCHEDULE_TOPIC})

# What a master has to tell; without one of them nothing is proved.
MASTER_PARTS = ("runtime", "topics", "groups", "offsets", "stats", "schedule", "half", "connections")


def judge(
    snapshot: ClusterSnapshot,
    clients: Clients | None = None,
    previous: ClusterDrain | None = None,
    *,
    only: Filter = EVERYTHING,
    stall_after: float = 60.0,
    unwritten: frozenset[str] = frozenset(),
    alone: bool = True,
    pending: Mapping[tuple[str, int], int | Unknown] | None = None,
) -> ClusterDrain:
    """Judges one snapshot with the parts config, runtime, topics, groups, offsets, delay, stats and clients.

    ``clients``: the running information of every client of every broadcasting group. ``previous``: the judgement
    before this one; without it nothing can be seen to move, to stall or to be rewound. ``stall_after``: seconds
    without movement after which an online group counts as stalled. ``unwritten``: addresses of masters whose commit
    log ends where an earlier proof has left it. ``alone``: whether clients write to the selected topics only. Otherwise
    slaves are left out, and of delayed and transactional messages only those in ``pending`` count, by master and level
    (0: half messages): the selected topics' own.
    """
    run = _Run(snapshot, clients or {}, previous, only, stall_after, unwritten, alone, pending or {})
    for view in snapshot.masters:
        run.master(view)
    for view in snapshot.slaves if alone else ():
        run.slave(view)
    run.never_committed()
    run.queues.carry(previous, run.consumers)
    if not snapshot.masters or not run.seen:
        run.add("NOTHING_SEEN", snapshot.spec.name, {"masters": len(snapshot.masters), "rows": len(run.queues.found)})
    return ClusterDrain(
        snapshot.spec.name,
        snapshot.taken_ms,
        tuple(run.queues.found),
        (*row_reasons(run.queues.found), *run.reasons),
        {**run.queues.parts, **run.parts},
        run.logs,
        run.consumers,
        run.broadcast_topics(),
        {spec.address: spec.name for spec in snapshot.spec.masters},
        run.selected,
    )


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
        pending: Mapping[tuple[str, int], int | Unknown],
    ) -> None:
        self.snapshot, self.only, self.alone, self.pending = snapshot, only, alone, pending
        self.queues = QueueRows(snapshot, clients, previous, stall, unwritten)
        self.cluster = snapshot.spec.name
        self.names = ((self.cluster,), tuple(spec.name for spec in snapshot.spec.brokers))
        self.parts = {DELAY: 0, HALF: 0}
        self.reasons: list[Reason] = []
        self.logs: dict[str, tuple[int, str]] = {}
        self.selected: dict[str, dict[tuple[str, int], int]] = {}
        self.seen = 0  # topics of the business; none at all is no proof of anything
        self.subscriptions: dict[str, set[str]] = {}  # of the whole cluster: one master may not know a group (yet)
        self.broadcasting: dict[str, dict[str, set[str]]] = {}  # group → topic → client ids
        self.consumers: dict[str, tuple[str, ...]] = {}
        # Of the whole cluster, too: a group that has read a topic here waits for what another master holds of it.
        self.committed = {view.spec.address: pairs_of(view) for view in snapshot.masters}
        self.pairs = {pair for pairs in self.committed.values() for pair in pairs}
        for view in snapshot.masters:
            for group, connections in (answered(view.connections) or {}).items():
                if not isinstance(connections, ConsumerConnections) or is_system_group(group):
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
        return tuple(
            sorted(
                {
                    topic
                    for group, topics in self.broadcasting.items()
                    if self.only.group(group)
                    for topic in topics
                    if self.only.topic(topic)
                }
            )
        )

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
        else:
            self._own_pending(view, where)
        topics, stats, connections = answered(view.topics), answered(view.stats), answered(view.connections)
        if topics is None or stats is None or connections is None or answered(view.offsets) is None:
            return
        self.seen += sum(1 for name in topics.topics if not self._is_system(name))
        if self.only.topics:
            self.selected[view.spec.address] = {
                (topic, queue): span.max
                for topic, ranges in stats.items()
                if not isinstance(ranges, Unknown) and self.only.topic(topic)
                for queue, span in ranges.items()
            }
        for group, answer in connections.items():
            if isinstance(answer, Unknown):
                self.add(
                    "BROKER_UNKNOWN",
                    where,
                    {"part": f"clients of {group}", "address": view.spec.address, "why": answer.reason},
                )
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
        expected |= {(topic, topic[len(RETRY_PREFIX) :]) for topic in stats if topic.startswith(RETRY_PREFIX)}
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
                    self.queues.closed(view, group, topic, ranges)
                else:
                    self.queues.broadcast(view, group, topic, ranges, holders, config)
                continue
            # The ranges are sorted, and mostly hold all queues that have offsets.
            for queue in ranges if offsets.keys() <= ranges.keys() else sorted({*ranges, *offsets}):
                self.queues.queue(
                    view, group, topic, queue, offsets.get(queue), ranges.get(queue), config, connections.get(group)
                )
        self._without_group(stats, {topic for topic, _unused in expected})

    def _without_group(self, stats: Mapping[str, Mapping[int, QueueRange] | Unknown], consumed: set[str]) -> None:
        if self.only.groups:
            return
        for topic, ranges in sorted(stats.items()):
            if not self.only.topic(topic) or topic in BOOKKEEPING:
                continue
            if isinstance(ranges, Unknown):
                if topic not in consumed:
                    self.add("BROKER_UNKNOWN", f"{self.cluster}/{topic}", {"part": "queues", "why": ranges.reason})
                continue
            kept = kept_messages(ranges)
            if not kept:
                continue
            if topic.startswith(DLQ_PREFIX):
                self.add("DLQ_CONTENT", f"{self.cluster}/{topic}", {"messages": kept})
            elif topic not in consumed and not topic.startswith(RETRY_PREFIX) and not self._is_system(topic):
                self.add("TOPIC_WITHOUT_GROUP", f"{self.cluster}/{topic}", {"messages": kept})

    def _log(self, view: BrokerView, where: str) -> None:
        runtime = answered(view.runtime)
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
        for level, answer in sorted((answered(view.schedule) or {}).items()):
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
        half = answered(view.half)
        if half is not None and half[0] > half[1]:
            self.add("DELIVERY_BEYOND_END", f"{where}/half", {"delivered": half[0], "end": half[1]})
        if half is not None and half[0] < half[1]:
            self.parts[HALF] += half[1] - half[0]
            self.add("HALF_PENDING", where, {"pending": half[1] - half[0]})

    def _own_pending(self, view: BrokerView, where: str) -> None:
        """Of a master that serves other topics, too: delayed and half messages of the selected topics."""
        for (address, level), count in sorted(self.pending.items()):
            if address != view.spec.address:
                continue
            if isinstance(count, Unknown):
                part = f"delay level {level}" if level else "half messages"
                self.add("BROKER_UNKNOWN", where, {"part": part, "why": count.reason})
            elif count:
                self.parts[DELAY if level else HALF] += count
                code, subject = ("DELAYED_PENDING", f"{where}/{level}") if level else ("HALF_PENDING", where)
                self.add(code, subject, {"pending": count})

    # --- what no table shows ---

    def never_committed(self) -> None:
        """Groups that are known, offline, and have no offset anywhere: nothing tells what they have read."""
        views = self.snapshot.masters
        if any(answered(part) is None for view in views for part in (view.groups, view.offsets, view.connections)):
            return  # has a reason already; a group may be missing only because of it
        seen = {group for _unused, group in self.pairs} | set(self.consumers)
        online = [item for view in views for item in require_answer(view.connections).items()]
        seen |= {group for group, answer in online if isinstance(answer, Unknown)}
        known = {group for view in views for group in require_answer(view.groups).groups}
        for group in sorted(known - seen):
            if self.only.group(group) and not self.only.topics and not is_system_group(group):
                self.add("GROUP_WITHOUT_OFFSETS", f"{self.cluster}/{group}", {})

    # --- a slave ---

    def slave(self, view: BrokerView) -> None:
        where = f"{self.cluster}/{view.spec.name}:{view.spec.id}"
        master = next((spec for spec in self.snapshot.spec.masters if spec.name == view.spec.name), None)
        wanted = self.logs.get(master.address) if master else None
        runtime = answered(view.runtime)
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
    return (answered(view.config) or {}).get("brokerPermission") == "0"
