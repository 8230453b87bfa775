# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether name servers know all of a cluster: every broker, every topic, every route.

Being listed proves little: one incremental registration can leave a name server with a single topic of a broker and
the version number of the whole table. So each master's own table is compared with what each name server answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import ClusterInfo, ClusterSpec, TopicRoute, TopicTable, Unknown
from ..._admin.release import MASTER_ID, READ_WRITE
from ..._admin.system_names import is_system_topic
from ..reasons.reason import Reason

_EXAMPLES = 5


@dataclass(frozen=True)
class Listing:
    """What one name server says. ``routes``: topic → route (None: no route), for all topics that were asked for."""

    info: ClusterInfo | Unknown
    topics: frozenset[str] | Unknown
    routes: Mapping[str, TopicRoute | None | Unknown] = field(default_factory=dict)


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
            reasons.append(Reason("BROKER_UNKNOWN", f"{spec.name}/{master.name}", {
                "part": "topics", "address": master.address, "why": table.reason}))
        elif not business_topics([table], spec):
            reasons.append(Reason("TABLE_EMPTY", f"{spec.name}/{master.name}", {
                "address": master.address, "topics": len(table.topics)}))
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
    if isinstance(listing.info, Unknown):
        return [Reason("NAMESERVER_UNKNOWN", f"{spec.name}/{server}", {"why": listing.info.reason})]
    reasons = []
    members = listing.info.clusters.get(spec.name, ())
    for broker in spec.brokers:
        data = listing.info.brokers.get(broker.name)
        address = data.addresses.get(broker.id) if data else None
        subject = f"{server}/{broker.name}:{broker.id}"
        if address is None:
            reasons.append(Reason("BROKER_NOT_REGISTERED", subject, {"expected": broker.address}))
        elif address != broker.address:
            reasons.append(Reason("BROKER_ADDRESS_DIFFERS", subject, {"expected": broker.address, "listed": address}))
        if data is not None and broker.is_master and broker.name not in members:
            reasons.append(Reason("BROKER_NOT_IN_CLUSTER", f"{server}/{broker.name}", {
                "expected": spec.name, "listed": data.cluster}))
    return reasons


def _topics(
    spec: ClusterSpec, server: str, listing: Listing, name: str, table: TopicTable, perm: int | None
) -> tuple[list[Reason], int]:
    subject = f"{server}/{name}"
    reasons = []
    if isinstance(listing.topics, Unknown):
        if not isinstance(listing.info, Unknown):  # else it is told already
            reasons.append(Reason("NAMESERVER_UNKNOWN", f"{spec.name}/{server}", {"why": listing.topics.reason}))
    else:
        missing = sorted(set(table.topics) - listing.topics)
        if missing:
            reasons.append(Reason("TOPICS_NOT_LISTED", subject, _some(missing, len(table.topics))))
    unrouted, different, permissions, silent = [], [], [], []
    wanted = sorted(business_topics([table], spec))
    for topic in wanted:
        route = listing.routes.get(topic, Unknown("was not asked"))
        if isinstance(route, Unknown):
            silent.append((topic, route.reason))
            continue
        share = next((data for data in route.queues if data.broker == name), None) if route else None
        # A broker whose queues are published while its address is not cannot be used by anybody.
        reachable = route is not None and any(
            data.name == name and MASTER_ID in data.addresses for data in route.brokers)
        if share is None or not reachable:
            unrouted.append(topic)
            continue
        own = table.topics[topic]
        if (share.read_queues, share.write_queues) != (own.read_queues, own.write_queues):
            different.append(f"{topic} {share.read_queues}/{share.write_queues} instead of "
                             f"{own.read_queues}/{own.write_queues}")
        if perm is not None:
            expected = own.perm if perm & READ_WRITE == READ_WRITE else perm
            if share.perm != expected:
                permissions.append(f"{topic} {share.perm} instead of {expected}")
    for code, found in (
        ("TOPICS_NOT_ROUTED", unrouted), ("ROUTES_DIFFER", different), ("ROUTE_PERM_DIFFERS", permissions),
    ):
        if found:
            reasons.append(Reason(code, subject, _some(found, len(wanted))))
    if silent and not isinstance(listing.info, Unknown):
        reasons.append(Reason("NAMESERVER_UNKNOWN", f"{spec.name}/{server}", {
            "routes": len(silent), "first": silent[0][0], "why": silent[0][1]}))
    return reasons, len(wanted) - len(silent)


def _some(names: list[str], of: int) -> dict[str, Any]:
    return {"topics": len(names), "of": of, "examples": names[:_EXAMPLES]}
