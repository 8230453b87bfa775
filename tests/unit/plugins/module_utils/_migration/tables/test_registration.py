# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    BrokerSpec,
    ClusterInfo,
    ClusterSpec,
    DataVersion,
    QueueData,
    TopicConfig,
    TopicRoute,
    TopicTable,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.registration import (
    Listing,
    differences,
    judge,
)

MASTER, SLAVE = BrokerSpec("hub-a", 0, "198.18.50.81:10911"), BrokerSpec("hub-a", 1, "198.18.50.84:10911")
SPEC = ClusterSpec("hub", ("198.18.50.80:9876",), (MASTER, SLAVE))
NS, OLD = "198.18.50.80:9876", "198.18.50.20:9876"
SILENT = Unknown("no answer within 5 s")
TOPICS = ("orders", "bills@eu", "%RETRY%g", "%DLQ%g", "TBW102", "hub", "hub-a", "RMQ_SYS_TRANS_HALF_TOPIC")
DATA = BrokerData("hub-a", "hub", {0: MASTER.address, 1: SLAVE.address})


def table(names=TOPICS):
    return TopicTable(
        DataVersion(1, 1), {name: TopicConfig(name, 4, 4, 2 if name.startswith("%DLQ%") else 6) for name in names}
    )


def route(topic, perm=4, read=4, write=4, brokers=(DATA,), name="hub-a"):
    return TopicRoute(topic, (QueueData(name, read, write, perm),), brokers)


def listing(perm=4, **changes):
    info = ClusterInfo({"hub-a": DATA}, {"hub": ("hub-a",)})
    routes = {name: route(name, perm) for name in TOPICS}
    return replace(Listing(info, frozenset(TOPICS), routes), **changes)


def codes(listings=None, tables=None, spec=SPEC, perm=4):
    judged = judge(
        spec,
        {MASTER.address: table()} if tables is None else tables,
        {NS: listing(), OLD: listing()} if listings is None else listings,
        perm,
    )
    assert judged.ok == (not judged.reasons)
    return [(reason.code, reason.subject) for reason in judged.reasons]


def test_complete() -> None:
    assert codes() == []
    assert judge(SPEC, {MASTER.address: table()}, {NS: listing(), OLD: listing()}).checked == 2 * 4


@pytest.mark.parametrize(
    ("brokers", "expected"),
    [
        ({}, [("BROKER_NOT_REGISTERED", f"{OLD}/hub-a:0"), ("BROKER_NOT_REGISTERED", f"{OLD}/hub-a:1")]),
        ({"hub-a": BrokerData("hub-a", "hub", {0: MASTER.address})}, [("BROKER_NOT_REGISTERED", f"{OLD}/hub-a:1")]),
        (
            {"hub-a": BrokerData("hub-a", "hub", {0: "198.18.50.99:10911", 1: SLAVE.address})},
            [("BROKER_ADDRESS_DIFFERS", f"{OLD}/hub-a:0")],
        ),
    ],
)
def test_each_broker_under_its_id_and_address(brokers, expected) -> None:
    wrong = listing(info=ClusterInfo(brokers, {"hub": ("hub-a",)}))
    assert codes({NS: listing(), OLD: wrong}) == expected


def test_the_right_cluster() -> None:
    wrong = listing(info=ClusterInfo({"hub-a": replace(DATA, cluster="mro")}, {"mro": ("hub-a",)}))
    assert codes({OLD: wrong}) == [("BROKER_NOT_IN_CLUSTER", f"{OLD}/hub-a")]


def test_a_topic_missing_from_one_name_server() -> None:
    hidden = listing(
        topics=frozenset({"orders"}), routes={name: route(name) if name == "orders" else None for name in TOPICS}
    )
    assert codes({NS: listing(), OLD: hidden}) == [
        ("TOPICS_NOT_LISTED", f"{OLD}/hub-a"),
        ("TOPICS_NOT_ROUTED", f"{OLD}/hub-a"),
    ]
    evidence = judge(SPEC, {MASTER.address: table()}, {OLD: hidden}).reasons[1].evidence
    assert evidence == {"topics": 3, "of": 4, "examples": ["%DLQ%g", "%RETRY%g", "bills@eu"]}


@pytest.mark.parametrize(
    "wrong",
    [
        route("orders", brokers=()),
        route("orders", brokers=(replace(DATA, addresses={1: SLAVE.address}),)),
        route("orders", name="broker-a"),
    ],
    ids=["no address", "slave only", "another broker"],
)
def test_a_route_that_nobody_can_use(wrong) -> None:
    routes = {**listing().routes, "orders": wrong}
    assert codes({NS: listing(routes=routes)}) == [("TOPICS_NOT_ROUTED", f"{NS}/hub-a")]


def test_queue_numbers() -> None:
    routes = {**listing().routes, "orders": route("orders", read=8)}
    assert codes({NS: listing(routes=routes)}) == [("ROUTES_DIFFER", f"{NS}/hub-a")]


def test_permission() -> None:
    # With 4 even a dead-letter queue is published as 4, with 6 each topic's own permission is.
    assert codes(perm=6) == [
        ("ROUTE_PERM_DIFFERS", f"{NS}/hub-a") if server == NS else ("ROUTE_PERM_DIFFERS", f"{OLD}/hub-a")
        for server in sorted((NS, OLD))
    ]
    opened = {name: route(name, 2 if name.startswith("%DLQ%") else 6) for name in TOPICS}
    assert codes({NS: listing(routes=opened)}, perm=6) == []
    assert codes({NS: listing(routes=opened)}, perm=None) == []
    assert codes({NS: listing(routes=opened)}, perm=4) == [("ROUTE_PERM_DIFFERS", f"{NS}/hub-a")]


def test_silence_never_passes() -> None:
    assert codes({NS: Listing(SILENT, SILENT, {})}) == [("NAMESERVER_UNKNOWN", f"hub/{NS}")]
    assert codes({NS: listing(topics=SILENT)}) == [("NAMESERVER_UNKNOWN", f"hub/{NS}")]
    assert codes({NS: listing(routes={})}) == [("NAMESERVER_UNKNOWN", f"hub/{NS}")]
    assert codes({NS: listing(routes={**listing().routes, "orders": SILENT})}) == [("NAMESERVER_UNKNOWN", f"hub/{NS}")]
    assert codes({NS: listing()}, tables={}) == [("BROKER_UNKNOWN", "hub/hub-a")]
    assert codes({NS: listing()}, tables={MASTER.address: SILENT}) == [("BROKER_UNKNOWN", "hub/hub-a")]


def test_nothing_never_passes() -> None:
    assert codes({}) == [("NOTHING_SEEN", "hub")]
    assert ("NOTHING_SEEN", "hub") in codes(spec=replace(SPEC, brokers=()), tables={})
    assert codes({NS: listing()}, tables={MASTER.address: table(("TBW102", "hub"))}) == [("TABLE_EMPTY", "hub/hub-a")]
    assert codes({NS: listing()}, tables={MASTER.address: table(())}) == [("TABLE_EMPTY", "hub/hub-a")]


def test_how_much_each_answer_proves() -> None:
    own = table().topics
    info = ClusterInfo({"hub-a": DATA}, {"hub": ("hub-a",)})
    # Another broker has orders, too, so the list of topics shows nothing of hub-a's; the topic of its own name does.
    seen = differences("hub-a", own, Listing(info, frozenset(TOPICS) - {"hub-a"}))
    assert (seen.address, seen.unlisted, seen.unrouted) == (MASTER.address, ("hub-a",), ())
    routes = {"orders": route("orders", name="hub-b"), "bills@eu": SILENT, "%DLQ%g": route("%DLQ%g", perm=4, write=2)}
    seen = differences("hub-a", own, Listing(routes=routes), (*routes, "%RETRY%g"), 4)
    assert (seen.address, seen.unlisted, seen.unrouted) == (None, (), ("orders",))
    assert seen.silent == {"bills@eu": SILENT.reason, "%RETRY%g": "was not asked"}
    assert [str(one) for one in seen.differing["%DLQ%g"]] == ["4/2/4", "4/4/4"]
    unreachable = Listing(routes={"orders": route("orders", brokers=())})
    assert differences("hub-a", own, unreachable, ["orders"]).unrouted == ()
    assert differences("hub-a", own, unreachable, ["orders"], reachable=True).unrouted == ("orders",)
