# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import snapshot
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    BrokerSpec,
    ClusterInfo,
    ClusterSpec,
    QueueRange,
    SubscriptionGroup,
    TopicConfig,
    Unknown,
)
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import HALF, SCHEDULE, Estate, cluster

NS, NS2 = "198.18.10.20:9876", "198.18.10.80:9876"
MASTER, SLAVE, OTHER = "198.18.10.21:10911", "198.18.10.24:10911", "198.18.10.41:10911"
SPEC = ClusterSpec("mro", (NS,), (BrokerSpec("broker-a", 0, MASTER), BrokerSpec("broker-a", 1, SLAVE)))


@pytest.fixture
def estate(play):
    """A master and its slave with two topics, and groups of which one is online; and another cluster."""
    mro = cluster("mro", NS, {"broker-a": MASTER})
    mro["brokers"].append({"name": "broker-a", "id": 1, "address": SLAVE})
    made = play(Estate(mro, cluster("mdm", NS2, {"broker-a": OTHER})))
    for server in made.servers.values():
        server.routes.clear()
    for broker in made.brokers.values():
        fill(broker, {"order_created": (4, 3), "%RETRY%CG_order": (1, 1)}, "CG_order", "CG_idle")
        broker.offsets = {
            ("order_created", "CG_order"): {0: 5, 1: 5, 2: 5, 3: 2},
            ("order_created", "CG_gone"): {6: 1},
            ("dropped", "CG_gone"): {0: 1},
            (HALF, "CID_RMQ_SYS_TRANS"): {0: 9},
        }
        broker.ends |= {(SCHEDULE, 2): 6, (HALF, 0): 9, ("order_created", 3): 2}
        broker.delivered, broker.settings["messageDelayLevel"], broker.log_end = {3: 4}, "1s 5s 10s", 4096
    made.connect("CG_order", ["c1"], [MASTER], ["order_created"])
    made.servers[NS].routes["order_created"] = {"broker-a": (4, 3, 6)}
    return made


@pytest.fixture
def master(estate):
    return estate.brokers[MASTER]


def fill(broker, topics, *groups):
    """These topics with numbers of queues, five messages in each queue that is written, of which one has gone."""
    broker.topics, broker.groups, broker.offsets, broker.ends, broker.starts = {}, {}, {}, {}, {}
    for name, (read, write) in topics.items():
        broker.add(TopicConfig(name, read, write, 6))
        broker.ends |= {(name, queue): 5 for queue in range(write)}
        broker.starts |= {(name, queue): 1 for queue in range(write)}
    broker.add(*(SubscriptionGroup(name, retry_queues=2 if name == "CG_two" else 1) for name in groups))


def codes_of(estate, address):
    return [request.code for request in estate.requests if request.address == address]


def test_a_whole_sweep(estate) -> None:
    snap = snapshot.take(estate, SPEC)
    assert estate.rounds == 2
    (view,) = snap.masters
    assert view.offsets["order_created", "CG_order"] == {0: 5, 1: 5, 2: 5, 3: 2}
    assert view.stats["order_created"] == {
        0: QueueRange(1, 5, 7),
        1: QueueRange(1, 5, 7),
        2: QueueRange(1, 5, 7),
        3: QueueRange(0, 2),  # not written any more
        6: QueueRange(0, 0),  # known from an offset only
    }
    assert view.stats["dropped"] == {0: QueueRange(0, 0)}  # not in the table any more
    assert {level: ends for level, ends in view.schedule.items() if any(ends)} == {3: (4, 6)}
    assert view.half == (9, 9)
    assert list(view.connections) == ["CG_order"]
    assert view.runtime["commitLogMaxOffset"] == "4096"
    assert snap.nameservers[NS].topic_list == {"order_created"}
    assert snap.nameservers[NS].order_conf == {}
    assert snap.taken_ms > 1_600_000_000_000


def test_queues_that_are_read_and_not_written_are_asked_for_without_any_offset(estate, master) -> None:
    fill(master, {"shrunk": (3, 1)})
    master.ends["shrunk", 2] = 8
    view = snapshot.take(estate, SPEC, {"stats"}).brokers[MASTER]
    assert view.stats["shrunk"] == {0: QueueRange(1, 5, 7), 1: QueueRange(0, 0), 2: QueueRange(0, 8)}


def test_retries_in_queues_that_the_retry_topic_does_not_have_are_asked_for(estate, master) -> None:
    # The broker picks a retry's queue by the group's retryQueueNums: group 2, topic 1/1, a message in queue 1.
    fill(master, {"%RETRY%CG_two": (1, 1)}, "CG_two")
    master.ends["%RETRY%CG_two", 1] = 3
    view = snapshot.take(estate, SPEC, {"stats"}).brokers[MASTER]
    assert view.stats["%RETRY%CG_two"][1] == QueueRange(0, 3)


def test_maxima_are_read_after_committed_and_delivered_offsets(estate) -> None:
    snapshot.take(estate, SPEC, {"stats"})
    codes = codes_of(estate, MASTER)
    before = max(codes.index(43), codes.index(45))
    assert before < min(codes.index(code) for code in (30, 31, 202))


def test_slaves_are_asked_for_their_tables_only(estate) -> None:
    (view,) = snapshot.take(estate, SPEC).slaves
    assert sorted(codes_of(estate, SLAVE)) == [21, 26, 28, 43, 45, 201]
    assert view.topics is not None and view.stats is None and view.connections is None and view.half is None


def test_only_what_is_wanted_and_needed(estate) -> None:
    view = snapshot.take(estate, SPEC, {"groups"}).brokers[MASTER]
    assert codes_of(estate, MASTER) == [201]
    assert view.offsets is None and view.stats is None
    with pytest.raises(ValueError, match="unknown parts: moon"):
        snapshot.take(estate, SPEC, {"moon"})


def test_requests_grow_with_topics_and_groups(estate, master) -> None:
    fill(master, {f"topic_{number}": (8, 8) for number in range(50)}, *(f"CG_{number}" for number in range(30)))
    snapshot.take(estate, SPEC)
    assert len(codes_of(estate, MASTER)) == 6 + 50 + 30 + 18 + 1
    assert estate.rounds == 2


def test_a_broker_that_does_not_answer_is_unknown_in_every_part(estate, master) -> None:
    master.down = True
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    for part in (
        view.config, view.runtime, view.topics, view.groups, view.offsets, view.delay, view.stats, view.schedule,
        view.half, view.connections,
    ):  # fmt: skip
        assert isinstance(part, Unknown)
        assert MASTER in str(part) and "Connection refused" in part.reason
    assert not isinstance(snapshot.take(estate, SPEC).brokers[SLAVE].topics, Unknown)


@pytest.mark.parametrize(
    ("name", "unknown", "known"),
    [
        ("GET_ALL_TOPIC_CONFIG", {"topics", "stats"}, {"offsets", "schedule", "half", "connections"}),
        ("GET_ALL_CONSUMER_OFFSET", {"offsets", "stats", "half", "connections"}, {"topics", "schedule"}),
        ("GET_ALL_DELAY_OFFSET", {"delay", "schedule"}, {"stats", "half"}),
        ("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", {"groups", "connections", "stats"}, {"schedule"}),
        ("GET_BROKER_CONFIG", {"config"}, {"stats", "schedule"}),
    ],
)
def test_what_one_missing_answer_makes_unknown(estate, name: str, unknown: set[str], known: set[str]) -> None:
    estate.refuse(name)
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    for part in unknown:
        assert isinstance(getattr(view, part), Unknown), part
    for part in known:
        assert not isinstance(getattr(view, part), (Unknown, type(None))), part


def test_one_topic_or_group_that_does_not_answer_is_unknown_alone(estate) -> None:
    estate.refuse("GET_TOPIC_STATS_INFO", topic="order_created")
    estate.refuse("GET_CONSUMER_CONNECTION_LIST", consumerGroup="CG_idle")
    estate.refuse("GET_MAX_OFFSET", queueId="2")
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    assert isinstance(view.stats["order_created"], Unknown)
    assert view.stats["%RETRY%CG_order"][0].max == 5
    assert isinstance(view.connections["CG_idle"], Unknown) and view.connections["CG_order"].clients
    assert isinstance(view.schedule[3], Unknown) and view.schedule[1] == (0, 0)


def test_one_queue_that_does_not_answer_makes_its_topic_unknown(estate) -> None:
    estate.refuse("GET_MIN_OFFSET", queueId="3")
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    assert isinstance(view.stats["order_created"], Unknown)
    assert view.stats["dropped"] == {0: QueueRange(0, 0)}


def test_a_topic_that_vanishes_is_unknown(estate) -> None:
    estate.get_topic_stats_info = lambda _broker, _request: None
    assert "vanished" in str(snapshot.take(estate, SPEC).brokers[MASTER].stats["order_created"])


@pytest.mark.parametrize(
    ("configured", "delay", "levels"),
    [
        # A shortened list leaves messages behind in levels that it does not name any more.
        ("1s 5s", {}, list(range(1, 19))),
        ("1s 5s", {20: 1}, [*range(1, 19), 20]),
        (" ".join(["1s"] * 20), {}, list(range(1, 21))),
        ("", {}, list(range(1, 19))),
        ("nonsense x", {}, list(range(1, 19))),
    ],
)
def test_delay_levels(estate, master, configured: str, delay: dict[int, int], levels: list[int]) -> None:
    master.settings["messageDelayLevel"], master.delivered = configured, delay
    assert list(snapshot.take(estate, SPEC, {"stats"}).brokers[MASTER].schedule) == levels


def test_several_clusters_are_read_in_one_sweep(estate) -> None:
    other = ClusterSpec("mdm", (NS2,), (BrokerSpec("broker-a", 0, OTHER),))
    first, second = snapshot.take_all(estate, [SPEC, other], {"topics"})
    assert estate.rounds == 1
    assert list(first.brokers) == [MASTER, SLAVE] and list(second.brokers) == [OTHER]
    assert list(second.nameservers) == [NS2]


def test_a_name_server_that_does_not_answer(estate) -> None:
    estate.refuse("GET_BROKER_CLUSTER_INFO")
    view = snapshot.take(estate, SPEC).nameservers[NS]
    assert isinstance(view.cluster_info, Unknown) and view.topic_list == {"order_created"}


def listing(estate, brokers, **clusters):
    """What every name server says of brokers (name, cluster and addresses), and of the names in each cluster."""
    rows = {name: BrokerData(name, cluster, addresses) for name, cluster, addresses in brokers}
    estate.get_broker_cluster_info = lambda _server, _request: ClusterInfo(rows, clusters)


def test_discover(estate) -> None:
    listing(estate, [("broker-a", "mro", {0: MASTER, 1: SLAVE})], mro=("broker-a", "ghost"))
    assert snapshot.discover(estate, "mro", [NS]) == SPEC
    estate.servers[NS2].down = True
    assert snapshot.discover(estate, "mro", [NS, NS2]).brokers == SPEC.brokers


def test_a_name_that_lives_on_in_another_cluster_is_not_discovered(estate) -> None:
    brokers = [("broker-a", "mro", {0: MASTER}), ("hub-a", "hub", {0: "198.18.10.81:10911"})]
    listing(estate, brokers, mro=("broker-a", "hub-a"), hub=("hub-a",))
    assert [broker.name for broker in snapshot.discover(estate, "mro", [NS]).brokers] == ["broker-a"]


def test_discover_says_what_is_wrong(estate) -> None:
    with pytest.raises(AdminError, match=r"cluster nobody is not listed \(listed: mro\)"):
        snapshot.discover(estate, "nobody", [NS])
    with pytest.raises(AdminError, match="no name server is given"):
        snapshot.discover(estate, "mro", [])
    estate.servers[NS].down = True
    with pytest.raises(AdminError, match="Connection refused"):
        snapshot.discover(estate, "mro", [NS])
    estate.servers[NS].down = False
    estate.brokers[OTHER].cluster = "mro"
    with pytest.raises(AdminError, match=f"broker-a id 0 is {OTHER} here"):
        snapshot.discover(estate, "mro", [NS, NS2])


def test_ranges_are_read_of_the_topics_that_are_named_and_no_others(estate) -> None:
    taken = snapshot.take(estate, SPEC, {"topics", "groups", "offsets"})
    estate.requests.clear()
    found = snapshot.with_ranges_of(estate, taken, {MASTER: ["order_created", "not there"]})
    (view,) = found.masters
    assert {request.ext["topic"] for request in estate.requests} == {"order_created"}
    assert {request.code for request in estate.requests} == {202, 30, 31}
    assert view.stats.keys() == {"order_created"}
    # Queue 3 is read and not written, queue 6 is known from offsets: code 202 leaves both out.
    assert set(view.stats["order_created"]) == {0, 1, 2, 3, 6}
    assert view.topics == taken.masters[0].topics and view.offsets == taken.masters[0].offsets


def test_ranges_of_no_topic_ask_nothing(estate) -> None:
    taken = snapshot.take(estate, SPEC, {"topics", "groups", "offsets"})
    estate.requests.clear()
    assert snapshot.with_ranges_of(estate, taken, {}).masters[0].stats == {}
    assert estate.requests == []


def test_ranges_of_a_master_that_did_not_answer_stay_unknown(estate) -> None:
    estate.silent.add(("GET_ALL_CONSUMER_OFFSET", MASTER))
    taken = snapshot.take(estate, SPEC, {"topics", "groups", "offsets"})
    assert isinstance(snapshot.with_ranges_of(estate, taken, {MASTER: ["order_created"]}).masters[0].stats, Unknown)
