# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether name servers know all of a cluster: every broker, every topic, every route.

Being listed proves little: one incremental registration can leave a name server with a single topic of a broker and
the version number of the whole table. So each master's own table is compared with what each name server answers.
C(differences) is that comparison; gates, changes and the preflight differ only in how much they ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..._admin.models import ClusterInfo, ClusterSpec, TopicConfig, TopicRoute, TopicTable, Unknown, answered
from ..._admin.release import MASTER_ID
from ..._admin.system_names import is_system_topic
from ..reasons.reason import Reason
from .permission import published_perm

_EXAMPLES = 5


@dataclass(frozen=True)
class Listing:
    """What one name server says. A part that was not asked for is None, a route that was not is not there.

    info: its brokers (code 106). topics: names of topics, of whatever broker (code 206). routes: topic to its route,
    None where there is none (code 105).
    """

    info: ClusterInfo | Unknown | None = None
    topics: frozenset[str] | Unknown | None = None
    routes: Mapping[str, TopicRoute | None | Unknown] = field(default_factory=dict)


class Published(NamedTuple):
    """What a route shows of a topic at one master."""

    read_queues: int
    write_queues: int
    perm: int

    def __str__(self) -> str:
        return f"{self.read_queues}/{self.write_queues}/{self.perm}"


@dataclass(frozen=True)
class Differences:
    """What one name server does not know of a master's table, as far as it was asked.

    address: where it lists the master; None where it does not, or was not asked.
    unlisted: topics that no broker has there. It takes one request, whatever the number of topics, and shows a hole
    all the same: each broker has a topic of its own name, which is hidden together with all others.
    unrouted: topics without a route to the master. differing: topic to what its route shows and should show.
    silent: topic to why its route is not known.
    """

    address: str | None
    unlisted: tuple[str, ...]
    unrouted: tuple[str, ...]
    differing: Mapping[str, tuple[Published, Published]]
    silent: Mapping[str, str]


def differences(
    broker: str,
    table: Mapping[str, TopicConfig],
    listing: Listing,
    routed: Iterable[str] = (),
    perm: int | None = None,
    *,
    reachable: bool = False,
) -> Differences:
    """Compares a master's own table with what one name server says of it.

    routed: the topics of the table whose routes have to be right. perm: the master's brokerPermission, as which it
    publishes their permissions; None: permissions are not looked at. reachable: whether a route also has to name an
    address of the master, for who has not seen in C(info) that it is listed.
    """
    info, topics = answered(listing.info), answered(listing.topics)
    data = info.brokers.get(broker) if info else None
    unrouted: list[str] = []
    differing: dict[str, tuple[Published, Published]] = {}
    silent: dict[str, str] = {}
    for topic in routed:
        route = listing.routes.get(topic, Unknown("was not asked"))
        if isinstance(route, Unknown):
            silent[topic] = route.reason
            continue
        share = next((data for data in route.queues if data.broker == broker), None) if route else None
        # A broker whose queues are published while its address is not cannot be used by any client.
        if share is None or (reachable and not _has_address(route, broker)):
            unrouted.append(topic)
            continue
        own = table[topic]
        shown = Published(share.read_queues, share.write_queues, share.perm)
        right = Published(
            own.read_queues, own.write_queues, share.perm if perm is None else published_perm(own.perm, perm)
        )
        if shown != right:
            differing[topic] = shown, right
    return Differences(
        address=data.addresses.get(MASTER_ID) if data else None,
        unlisted=() if topics is None else tuple(sorted(table.keys() - topics)),
        unrouted=tuple(unrouted),
        differing=differing,
        silent=silent,
    )


def _has_address(route: TopicRoute | None, broker: str) -> bool:
    return route is not None and any(data.name == broker and MASTER_ID in data.addresses for data in route.brokers)


def listed(spec: ClusterSpec, server: str, info: ClusterInfo) -> Iterator[Reason]:
    """Brokers of a cluster, slaves too, that a name server does not list under their name, id and address."""
    for broker in spec.brokers:
        data = info.brokers.get(broker.name)
        address = data.addresses.get(broker.id) if data else None
        subject = f"{server}/{broker.name}:{broker.id}"
        if address is None:
            yield Reason("BROKER_NOT_REGISTERED", subject, {"expected": broker.address})
        elif address != broker.address:
            yield Reason("BROKER_ADDRESS_DIFFERS", subject, {"expected": broker.address, "listed": address})


def routed_wrong(server: str, broker: str, found: Differences, of: int) -> Iterator[Reason]:
    """Topics whose routes at a name server are not those of a master's table. C(of): how many had to be right."""
    queues, permissions = [], []
    for topic, (shown, right) in found.differing.items():
        if shown[:2] != right[:2]:
            queues.append(
                f"{topic} {shown.read_queues}/{shown.write_queues} instead of {right.read_queues}/{right.write_queues}"
            )
        if shown.perm != right.perm:
            permissions.append(f"{topic} {shown.perm} instead of {right.perm}")
    for code, topics in (
        ("TOPICS_NOT_ROUTED", found.unrouted),
        ("ROUTES_DIFFER", queues),
        ("ROUTE_PERM_DIFFERS", permissions),
    ):
        if topics:
            yield Reason(code, f"{server}/{broker}", _some(topics, of))


@dataclass(frozen=True)
class Registered:
    """``checked``: how many (name server, master, topic) were compared; none at all does not pass."""

    reasons: tuple[Reason, ...]
    checked: int

    @property
    def ok(self) -> bool:
        return not self.reasons and self.checked > 0


def business_topics(tables: Iterable[TopicTable], spec: ClusterSpec) -> frozenset[str]:
    """Topics of masters' tables whose routes matter to clients."""
    clusters, brokers = (spec.name,), tuple(broker.name for broker in spec.brokers)
    return frozenset(
        topic for table in tables for topic in table.topics if not is_system_topic(topic, clusters, brokers)
    )


def judge(
    spec: ClusterSpec,
    tables: Mapping[str, TopicTable | Unknown],
    listings: Mapping[str, Listing],
    perm: int | None = None,
) -> Registered:
    """Compares a cluster with what name servers say about it.

    ``tables``: master's address → its own topic table. ``listings``: name server's address → what it says.
    ``perm``: the brokerPermission that the routes must show: 6 means each topic's own permission, anything else
    replaces it. None: permissions are not looked at.
    """
    reasons: list[Reason] = []
    checked = 0
    if not spec.masters:
        reasons.append(Reason("NOTHING_SEEN", spec.name, {"masters": 0}))
    if not listings:
        reasons.append(Reason("NOTHING_SEEN", spec.name, {"nameservers": 0}))
    known: dict[str, TopicTable] = {}
    for master in spec.masters:
        table = tables.get(master.address, Unknown("was not asked"))
        if isinstance(table, Unknown):
            unanswered = {"part": "topics", "address": master.address, "why": table.reason}
            reasons.append(Reason("BROKER_UNKNOWN", f"{spec.name}/{master.name}", unanswered))
        elif not business_topics([table], spec):
            held = {"address": master.address, "topics": len(table.topics)}
            reasons.append(Reason("TABLE_EMPTY", f"{spec.name}/{master.name}", held))
        else:
            known[master.name] = table
    for server, listing in sorted(listings.items()):
        reasons += _brokers(spec, server, listing)
        for name, table in sorted(known.items()):
            found, count = _topics(spec, server, listing, name, table, perm)
            reasons += found
            checked += count
    return Registered(tuple(reasons), checked)


def _brokers(spec: ClusterSpec, server: str, listing: Listing) -> list[Reason]:
    if not isinstance(listing.info, ClusterInfo):
        return [_unknown(spec, server, {"why": _why(listing.info)})]
    reasons = list(listed(spec, server, listing.info))
    members = listing.info.clusters.get(spec.name, ())
    for master in spec.masters:
        data = listing.info.brokers.get(master.name)
        if data is not None and master.name not in members:
            evidence = {"expected": spec.name, "listed": data.cluster}
            reasons.append(Reason("BROKER_NOT_IN_CLUSTER", f"{server}/{master.name}", evidence))
    return reasons


def _topics(
    spec: ClusterSpec, server: str, listing: Listing, name: str, table: TopicTable, perm: int | None
) -> tuple[list[Reason], int]:
    reasons = []
    wanted = sorted(business_topics([table], spec))
    found = differences(name, table.topics, listing, wanted, perm, reachable=True)
    # Where a name server does not even name its brokers, that is the reason; its missing topics are no further one.
    answers = isinstance(listing.info, ClusterInfo)
    if answers and not isinstance(listing.topics, frozenset):
        reasons.append(_unknown(spec, server, {"why": _why(listing.topics)}))
    if found.unlisted:
        reasons.append(Reason("TOPICS_NOT_LISTED", f"{server}/{name}", _some(found.unlisted, len(table.topics))))
    reasons += routed_wrong(server, name, found, len(wanted))
    if answers and found.silent:
        first, why = next(iter(found.silent.items()))
        reasons.append(_unknown(spec, server, {"routes": len(found.silent), "first": first, "why": why}))
    return reasons, len(wanted) - len(found.silent)


def _unknown(spec: ClusterSpec, server: str, evidence: dict[str, Any]) -> Reason:
    return Reason("NAMESERVER_UNKNOWN", f"{spec.name}/{server}", evidence)


def _why(answer: object) -> str:
    return answer.reason if isinstance(answer, Unknown) else "was not asked"


def _some(names: Sequence[str], of: int) -> dict[str, Any]:
    return {"topics": len(names), "of": of, "examples": list(names[:_EXAMPLES])}
