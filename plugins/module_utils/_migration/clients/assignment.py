# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds which queues: decisions over what brokers and clients said in one sweep.

Clients of one source see the brokers of that source and the target's, never those of another source, and the same
broker names occur in every source. Facts are therefore kept per source, and a question about a source's own queues
is asked with that source alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import ConsumerConnections, MessageQueue, RunningInfo, TopicRoute, Unknown
from ..._admin.release import PERM_READ
from ..._admin.system_names import retry_topic
from ..reasons.reason import Reason


@dataclass
class GroupFacts:
    """One online group. I(connections): broker address -> what 203 said, online ones only.

    I(running): client id -> what the client said (307), or why it did not.
    """

    connections: dict[str, ConsumerConnections] = field(default_factory=dict)
    running: dict[str, RunningInfo | Unknown] = field(default_factory=dict)

    @property
    def clients(self) -> dict[str, list[str]]:
        """Client id -> addresses of the brokers that it is connected to."""
        found: dict[str, list[str]] = {}
        for address, connections in self.connections.items():
            for client in connections.clients:
                found.setdefault(client.id, []).append(address)
        return dict(sorted(found.items()))

    @property
    def subscriptions(self) -> set[str]:
        return {topic for one in self.connections.values() for topic in one.subscriptions}

    @property
    def is_broadcast(self) -> bool:
        return any(one.is_broadcast for one in self.connections.values())

    @property
    def is_push(self) -> bool:
        return any(one.is_push for one in self.connections.values())

    def wanted_topics(self, group: str) -> list[str]:
        """Topics whose queues it must hold. Retry queues are not used when broadcasting."""
        retry = retry_topic(group)
        topics = self.subscriptions - {retry}
        return sorted(topics if self.is_broadcast else topics | {retry})


@dataclass
class SourceFacts:
    """One sweep over one source. I(routes): topic -> name server -> route, None for "no such topic".

    I(unknown): reasons for answers that did not come; with any of them nothing is proved.
    """

    name: str
    groups: dict[str, GroupFacts] = field(default_factory=dict)
    routes: dict[str, dict[str, TopicRoute | None]] = field(default_factory=dict)
    unknown: list[Reason] = field(default_factory=list)


def online(facts: Iterable[SourceFacts], allow_none: bool) -> list[Reason]:
    """Whether each source has an online consumer at all."""
    return [
        Reason("NOTHING_ONLINE", source.name)
        for source in facts
        if not allow_none and not source.unknown and not source.groups
    ]


def assigned(facts: Iterable[SourceFacts], masters: Iterable[str]) -> list[Reason]:
    """Whether the clients hold every read queue of every topic on each of I(masters) (the target's broker names).

    They have to hold those of all other brokers that their name servers list, too: a queue without a holder stands
    still. Between two ordered consumers a queue has no holder for up to 41 s.
    """
    names = sorted(masters)
    reasons: list[Reason] = []
    for source in facts:
        reasons += source.unknown
        for group, known in source.groups.items():
            reasons += _asked(source, group, known)
            if not known.is_push:
                continue
            for topic in known.wanted_topics(group):
                wanted, routing = _wanted(source, topic, names)
                reasons += routing
                if wanted is None:
                    # Nothing creates a retry topic before the group exists on a broker; then nothing is in it either.
                    if topic != retry_topic(group):
                        reasons.append(Reason("TOPIC_ABSENT", f"{source.name}/{group}/{topic}"))
                elif known.is_broadcast:
                    reasons += _broadcast(source, group, known, topic, wanted)
                else:
                    missing = wanted - set().union(*(_consumed(info, topic) for info in known.running.values()))
                    if missing:
                        seen = {"missing": _queues(missing), "of": len(wanted), "clients": len(known.running)}
                        reasons.append(Reason("NOT_ASSIGNED", f"{source.name}/{group}/{topic}", seen))
    return _once(reasons)


def released(facts: Iterable[SourceFacts], masters: Iterable[str]) -> list[Reason]:
    """Whether no client holds a queue of the brokers with these names. Every client has to say so itself."""
    names = set(masters)
    reasons: list[Reason] = []
    for source in facts:
        reasons += source.unknown
        for group, known in source.groups.items():
            reasons += _asked(source, group, known)
            for client, info in known.running.items():
                held = set() if isinstance(info, Unknown) else {queue for queue in info.queues if queue.broker in names}
                if held:
                    topics = sorted({queue.topic for queue in held})
                    seen = {"queues": len(held), "topics": ", ".join(topics[:5])}
                    reasons.append(Reason("QUEUES_HELD", f"{source.name}/{group}/{client}", seen))
    return _once(reasons)


def connected(facts: Iterable[SourceFacts], brokers: Mapping[str, str]) -> list[Reason]:
    """Whether all clients that other brokers know are connected to each of I(brokers) (address -> name), too."""
    reasons: list[Reason] = []
    for source in facts:
        reasons += source.unknown
        for group, known in source.groups.items():
            for address, name in brokers.items():
                away = [client for client, addresses in known.clients.items() if address not in addresses]
                if away:
                    seen = {"absent": ", ".join(away[:5]), "count": len(away), "of": len(known.clients)}
                    reasons.append(Reason("NOT_CONNECTED", f"{source.name}/{group}/{name}", seen))
    return _once(reasons)


# When a lock was last renewed, as its client's clock says: (cluster, group, client, queue) → milliseconds.
Locks = dict[tuple[str, str, str, MessageQueue], int]


def locks(facts: Iterable[SourceFacts], brokers: Iterable[str]) -> Locks:
    """The locks that ordered clients of clustering groups hold on queues of the brokers with these names."""
    names = set(brokers)
    return {
        (source.name, group, client, queue): int(figures.get("lastLockTimestamp", 0))
        for source in facts
        for group, known in source.groups.items()
        if not known.is_broadcast
        for client, info in known.running.items()
        if isinstance(info, RunningInfo) and info.is_ordered
        for queue, figures in info.queues.items()
        if queue.broker in names
    }


def renewed(facts: Iterable[SourceFacts], brokers: Iterable[str], first: Locks) -> list[Reason]:
    """Whether every ordered client has renewed its locks on the queues of I(brokers). A broker that starts has
    forgotten them.

    A client goes on saying that it holds the lock, so only a later time than the one in I(first) (what was seen first
    of each lock) proves that the broker has given it.
    """
    reasons: list[Reason] = []
    old: dict[tuple[str, str], set[tuple[str, int]]] = {}
    facts = list(facts)
    for (cluster, group, client, queue), moment in locks(facts, brokers).items():
        if moment <= first.get((cluster, group, client, queue), moment):
            old.setdefault((f"{cluster}/{group}/{client}", queue.topic), set()).add((queue.broker, queue.queue))
    for (subject, topic), queues in old.items():
        reasons.append(Reason("LOCK_NOT_RENEWED", subject, {"topic": topic, "queues": _queues(queues)}))
    for source in facts:
        for group, known in source.groups.items():
            if known.is_push and not known.is_broadcast:
                reasons += _asked(source, group, known)
    return reasons


def table(facts: Iterable[SourceFacts]) -> list[dict[str, Any]]:
    """What was seen, for a module's result: one entry per group."""
    return [
        {
            "cluster": source.name,
            "group": group,
            "model": "BROADCASTING" if known.is_broadcast else "CLUSTERING",
            "topics": known.wanted_topics(group),
            "clients": [
                {
                    "id": client,
                    "brokers": sorted(addresses),
                    "queues": _count(known.running.get(client)),
                }
                for client, addresses in known.clients.items()
            ],
        }
        for source in facts
        for group, known in source.groups.items()
    ]


def _asked(source: SourceFacts, group: str, known: GroupFacts) -> list[Reason]:
    if not known.is_push:
        return [Reason("PULL_CLIENT", f"{source.name}/{group}", {"clients": len(known.clients)})]
    return [
        Reason("CLIENT_SILENT", f"{source.name}/{group}/{client}", {"answer": info.reason})
        for client, info in known.running.items()
        if isinstance(info, Unknown)
    ]


def _wanted(source: SourceFacts, topic: str, names: list[str]) -> tuple[set[tuple[str, int]] | None, list[Reason]]:
    """The queues to be held, None when no broker has the topic; and reasons for masters that are not routed."""
    wanted: set[tuple[str, int]] = set()
    reasons: list[Reason] = []
    routes = source.routes.get(topic, {})
    if not any(routes.values()):
        return None, []
    for nameserver, route in routes.items():
        routed = {queue.broker: queue for queue in route.queues} if route else {}
        # A retry topic is made on a broker by the group's first heartbeat there: then it is there to be held.
        reasons += [
            Reason("TOPICS_NOT_ROUTED", f"{nameserver}/{name}", {"topic": topic})
            for name in names
            if name not in routed
        ]
        for name, queue in routed.items():
            if queue.perm & PERM_READ:
                wanted |= {(name, number) for number in range(queue.read_queues)}
    return wanted, reasons


def _broadcast(
    source: SourceFacts, group: str, known: GroupFacts, topic: str, wanted: set[tuple[str, int]]
) -> list[Reason]:
    """Each client by itself. A silent one is named as such, which can be waived; an incomplete one cannot."""
    lacking = {
        client: wanted - _held(info, topic)
        for client, info in known.running.items()
        if isinstance(info, RunningInfo) and wanted - _held(info, topic)
    }
    if not lacking:
        return []
    client, missing = next(iter(lacking.items()))
    seen = {"client": client, "missing": _queues(missing), "of": len(wanted), "clients": len(lacking)}
    return [Reason("BROADCAST_NOT_ASSIGNED", f"{source.name}/{group}/{topic}", seen)]


def _held(info: RunningInfo | Unknown, topic: str) -> set[tuple[str, int]]:
    if isinstance(info, Unknown):
        return set()
    return {(queue.broker, queue.queue) for queue in info.queues if queue.topic == topic}


def _consumed(info: RunningInfo | Unknown, topic: str) -> set[tuple[str, int]]:
    """Those held that it may consume: an ordered client of a clustering group needs the broker's lock on each queue."""
    held = _held(info, topic)
    if isinstance(info, Unknown) or not info.is_ordered:
        return held
    return {queue for queue in held if info.queues[MessageQueue(topic, *queue)].get("locked") is True}


def _count(info: RunningInfo | Unknown | None) -> int | None:
    return len(info.queues) if isinstance(info, RunningInfo) else None


def _queues(queues: Iterable[tuple[str, int]]) -> str:
    found = sorted(queues)
    text = ", ".join(f"{broker}:{number}" for broker, number in found[:5])
    return text + (f" and {len(found) - 5} more" if len(found) > 5 else "")


def _once(reasons: Iterable[Reason]) -> list[Reason]:
    """Several groups subscribe to one topic; its reason stands once."""
    found: dict[tuple[str, str, str], Reason] = {}
    for reason in reasons:
        found.setdefault((reason.code, reason.subject, str(reason.evidence.get("topic", ""))), reason)
    return list(found.values())
