# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import client, snapshot
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    ClusterSpec,
    QueueRange,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import ConnectError
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command

NS, NS2 = "198.18.10.20:9876", "198.18.10.80:9876"
MASTER, SLAVE = "198.18.10.21:10911", "198.18.10.24:10911"
SPEC = ClusterSpec("mro", (NS,), (BrokerSpec("broker-a", 0, MASTER), BrokerSpec("broker-a", 1, SLAVE)))


def topic(name: str, read: int, write: int) -> str:
    return (
        f'"{name}":{{"order":false,"perm":6,"readQueueNums":{read},"topicFilterType":"SINGLE_TAG",'
        f'"topicName":"{name}","topicSysFlag":0,"writeQueueNums":{write}}}'
    )


def group(name: str) -> str:
    retry_queues = 2 if name == "CG_two" else 1
    return (
        f'"{name}":{{"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,"consumeFromMinEnable":true,'
        f'"groupName":"{name}","notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,'
        f'"retryQueueNums":{retry_queues},"whichBrokerWhenConsumeSlowly":1}}'
    )


VERSION = '"dataVersion":{"counter":1,"timestamp":1}'


class Estate:
    """A little RocketMQ: answers by request code; ``broken`` maps (code, address) or code to what comes instead."""

    def __init__(self) -> None:
        self.topics = {"order_created": (4, 3), "%RETRY%CG_order": (1, 1)}
        self.groups = ["CG_order", "CG_idle"]
        self.online = {"CG_order"}
        self.offsets = {
            "order_created@CG_order": "0:5,1:5,2:5,3:2",
            "order_created@CG_gone": "6:1",
            "dropped@CG_gone": "0:1",
            "RMQ_SYS_TRANS_HALF_TOPIC@CID_RMQ_SYS_TRANS": "0:9",
        }
        self.delay = "3:4"
        self.config = {"messageDelayLevel": "1s 5s 10s"}
        self.max = {("SCHEDULE_TOPIC_XXXX", 2): 6, ("RMQ_SYS_TRANS_HALF_TOPIC", 0): 9, ("order_created", 3): 2}
        self.broken: dict = {}
        self.asked: list[tuple] = []
        self.rounds = 0

    def ask_all(self, requests):
        self.rounds += 1
        found = []
        for request in requests:
            self.asked.append((request.code, request.address, tuple(request.ext.values())))
            answer = self.broken.get((request.code, request.address), self.broken.get(request.code))
            if callable(answer):
                answer = answer(request)
            if answer is None:
                answer = getattr(self, f"_{request.code}")(request)
            found.append(client._read(request, answer))
        return found

    def ask(self, request):
        result = self.ask_all([request])[0]
        if isinstance(result, AdminError):
            raise result
        return result

    def _106(self, _request) -> Command:
        addresses = f'{{0:"{MASTER}",1:"{SLAVE}"}}'
        broker = f'"broker-a":{{"brokerAddrs":{addresses},"brokerName":"broker-a","cluster":"mro"}}'
        return body(f'{{"brokerAddrTable":{{{broker}}},"clusterAddrTable":{{"mro":["broker-a","ghost"]}}}}')

    def _206(self, _request) -> Command:
        return body('{"topicList":["order_created"]}')

    def _219(self, _request) -> Command:
        return Command(22)

    def _26(self, _request) -> Command:
        return Command(0, body="".join(f"{key}={value}\n" for key, value in self.config.items()).encode())

    def _28(self, _request) -> Command:
        return body('{"table":{"commitLogMaxOffset":"4096"}}')

    def _21(self, _request) -> Command:
        rows = ",".join(topic(name, *queues) for name, queues in self.topics.items())
        return body(f'{{{VERSION},"topicConfigTable":{{{rows}}}}}')

    def _201(self, _request) -> Command:
        return body(f'{{{VERSION},"subscriptionGroupTable":{{{",".join(map(group, self.groups))}}}}}')

    def _43(self, _request) -> Command:
        rows = ",".join(f'"{key}":{{{queues}}}' for key, queues in self.offsets.items())
        return body(f'{{"offsetTable":{{{rows}}}}}')

    def _45(self, _request) -> Command:
        return body(f'{{"offsetTable":{{{self.delay}}}}}')

    def _202(self, request) -> Command:
        name = request.ext["topic"]
        rows = (
            f'{{"brokerName":"broker-a","queueId":{queue},"topic":"{name}"}}:'
            '{"lastUpdateTimestamp":7,"maxOffset":5,"minOffset":1}'
            for queue in range(self.topics[name][1])
        )
        return body(f'{{"offsetTable":{{{",".join(rows)}}}}}')

    def _30(self, request) -> Command:
        return Command(0, {"offset": str(self.max.get((request.ext["topic"], int(request.ext["queueId"])), 0))})

    def _31(self, _request) -> Command:
        return Command(0, {"offset": "0"})

    def _203(self, request) -> Command:
        if request.ext["consumerGroup"] not in self.online:
            return Command(206)
        connection = '{"clientAddr":"198.18.10.101:40000","clientId":"198.18.10.101@1","language":"JAVA","version":293}'
        return body(
            f'{{"connectionSet":[{connection}],"consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",'
            '"consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING","subscriptionTable":{}}'
        )

    def asked_of(self, address: str) -> list[int]:
        return [code for code, where, _values in self.asked if where == address]


def body(text: str) -> Command:
    return Command(0, body=text.encode())


def refused(address: str) -> Callable:
    return lambda request: ConnectError(address, "cannot connect (Connection refused)")


def test_a_whole_sweep() -> None:
    estate = Estate()
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


def test_queues_that_are_read_and_not_written_are_asked_for_without_any_offset() -> None:
    estate = Estate()
    estate.topics, estate.offsets = {"shrunk": (3, 1)}, {}
    estate.max = {("shrunk", 2): 8}
    view = snapshot.take(estate, SPEC, {"stats"}).brokers[MASTER]
    assert view.stats["shrunk"] == {0: QueueRange(1, 5, 7), 1: QueueRange(0, 0), 2: QueueRange(0, 8)}


def test_retries_in_queues_that_the_retry_topic_does_not_have_are_asked_for() -> None:
    # The broker picks a retry's queue by the group's retryQueueNums: group 2, topic 1/1, a message in queue 1.
    estate = Estate()
    estate.topics, estate.groups, estate.offsets = {"%RETRY%CG_two": (1, 1)}, ["CG_two"], {}
    estate.max = {("%RETRY%CG_two", 1): 3}
    view = snapshot.take(estate, SPEC, {"stats"}).brokers[MASTER]
    assert view.stats["%RETRY%CG_two"][1] == QueueRange(0, 3)


def test_maxima_are_read_after_committed_and_delivered_offsets() -> None:
    estate = Estate()
    snapshot.take(estate, SPEC, {"stats"})
    codes = estate.asked_of(MASTER)
    before = max(codes.index(43), codes.index(45))
    assert before < min(codes.index(code) for code in (30, 31, 202))


def test_slaves_are_asked_for_their_tables_only() -> None:
    estate = Estate()
    (view,) = snapshot.take(estate, SPEC).slaves
    assert sorted(estate.asked_of(SLAVE)) == [21, 26, 28, 43, 45, 201]
    assert view.topics is not None and view.stats is None and view.connections is None and view.half is None


def test_only_what_is_wanted_and_needed() -> None:
    estate = Estate()
    view = snapshot.take(estate, SPEC, {"groups"}).brokers[MASTER]
    assert estate.asked_of(MASTER) == [201]
    assert view.offsets is None and view.stats is None
    with pytest.raises(ValueError, match="unknown parts: moon"):
        snapshot.take(estate, SPEC, {"moon"})


def test_requests_grow_with_topics_and_groups() -> None:
    estate = Estate()
    estate.topics = {f"topic_{number}": (8, 8) for number in range(50)}
    estate.groups = [f"CG_{number}" for number in range(30)]
    estate.offsets = {}
    snapshot.take(estate, SPEC)
    assert len(estate.asked_of(MASTER)) == 6 + 50 + 30 + 18 + 1
    assert estate.rounds == 2


def test_a_broker_that_does_not_answer_is_unknown_in_every_part() -> None:
    estate = Estate()
    for code in (21, 26, 28, 30, 43, 45, 201):
        estate.broken[code, MASTER] = refused(MASTER)
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    for part in (
        view.config, view.runtime, view.topics, view.groups, view.offsets, view.delay, view.stats, view.schedule,
        view.half, view.connections,
    ):  # fmt: skip
        assert isinstance(part, Unknown)
        assert MASTER in str(part) and "Connection refused" in part.reason
    assert not isinstance(snapshot.take(estate, SPEC).brokers[SLAVE].topics, Unknown)


@pytest.mark.parametrize(
    ("code", "unknown", "known"),
    [
        (21, {"topics", "stats"}, {"offsets", "schedule", "half", "connections"}),
        (43, {"offsets", "stats", "half", "connections"}, {"topics", "schedule"}),
        (45, {"delay", "schedule"}, {"stats", "half"}),
        (201, {"groups", "connections", "stats"}, {"schedule"}),
        (26, {"config"}, {"stats", "schedule"}),
    ],
)
def test_what_one_missing_answer_makes_unknown(code: int, unknown: set[str], known: set[str]) -> None:
    estate = Estate()
    estate.broken[code] = Command(2, remark="busy")
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    for name in unknown:
        assert isinstance(getattr(view, name), Unknown), name
    for name in known:
        assert not isinstance(getattr(view, name), (Unknown, type(None))), name


def test_one_topic_or_group_that_does_not_answer_is_unknown_alone() -> None:
    estate = Estate()
    estate.broken[202] = lambda request: Command(1, remark="no") if request.ext["topic"] == "order_created" else None
    estate.broken[203] = lambda request: Command(1, remark="no") if request.ext["consumerGroup"] == "CG_idle" else None
    estate.broken[30] = lambda request: Command(1, remark="no") if request.ext["queueId"] == "2" else None
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    assert isinstance(view.stats["order_created"], Unknown)
    assert view.stats["%RETRY%CG_order"][0].max == 5
    assert isinstance(view.connections["CG_idle"], Unknown) and view.connections["CG_order"].clients
    assert isinstance(view.schedule[3], Unknown) and view.schedule[1] == (0, 0)


def test_one_queue_that_does_not_answer_makes_its_topic_unknown() -> None:
    estate = Estate()
    estate.broken[31] = lambda request: Command(1, remark="no") if request.ext["queueId"] == "3" else None
    view = snapshot.take(estate, SPEC).brokers[MASTER]
    assert isinstance(view.stats["order_created"], Unknown)
    assert view.stats["dropped"] == {0: QueueRange(0, 0)}


def test_a_topic_that_vanishes_is_unknown() -> None:
    estate = Estate()
    estate.broken[202] = Command(17)
    assert "vanished" in str(snapshot.take(estate, SPEC).brokers[MASTER].stats["order_created"])


@pytest.mark.parametrize(
    ("configured", "delay", "levels"),
    [
        # A shortened list leaves messages behind in levels that it does not name any more.
        ("1s 5s", "", list(range(1, 19))),
        ("1s 5s", "20:1", [*range(1, 19), 20]),
        (" ".join(["1s"] * 20), "", list(range(1, 21))),
        ("", "", list(range(1, 19))),
        ("nonsense x", "", list(range(1, 19))),
    ],
)
def test_delay_levels(configured: str, delay: str, levels: list[int]) -> None:
    estate = Estate()
    estate.config, estate.delay = {"messageDelayLevel": configured}, delay
    assert list(snapshot.take(estate, SPEC, {"stats"}).brokers[MASTER].schedule) == levels


def test_several_clusters_are_read_in_one_sweep() -> None:
    other = ClusterSpec("mdm", (NS2,), (BrokerSpec("broker-a", 0, "198.18.10.41:10911"),))
    estate = Estate()
    first, second = snapshot.take_all(estate, [SPEC, other], {"topics"})
    assert estate.rounds == 1
    assert list(first.brokers) == [MASTER, SLAVE] and list(second.brokers) == ["198.18.10.41:10911"]
    assert list(second.nameservers) == [NS2]


def test_a_name_server_that_does_not_answer() -> None:
    estate = Estate()
    estate.broken[106] = refused(NS)
    view = snapshot.take(estate, SPEC).nameservers[NS]
    assert isinstance(view.cluster_info, Unknown) and view.topic_list == {"order_created"}


def test_discover() -> None:
    estate = Estate()
    assert snapshot.discover(estate, "mro", [NS]) == SPEC
    estate.broken[106, NS2] = refused(NS2)
    assert snapshot.discover(estate, "mro", [NS, NS2]).brokers == SPEC.brokers


def test_a_name_that_lives_on_in_another_cluster_is_not_discovered() -> None:
    estate = Estate()
    rows = ",".join(
        f'"{name}":{{"brokerAddrs":{{0:"{address}"}},"brokerName":"{name}","cluster":"{cluster}"}}'
        for name, address, cluster in (("broker-a", MASTER, "mro"), ("hub-a", "198.18.10.81:10911", "hub"))
    )
    clusters = '"mro":["broker-a","hub-a"],"hub":["hub-a"]'
    estate.broken[106] = body(f'{{"brokerAddrTable":{{{rows}}},"clusterAddrTable":{{{clusters}}}}}')
    assert [broker.name for broker in snapshot.discover(estate, "mro", [NS]).brokers] == ["broker-a"]


def test_discover_says_what_is_wrong() -> None:
    estate = Estate()
    with pytest.raises(AdminError, match=r"cluster nobody is not listed \(listed: mro\)"):
        snapshot.discover(estate, "nobody", [NS])
    with pytest.raises(AdminError, match="no name server is given"):
        snapshot.discover(estate, "mro", [])
    estate.broken[106] = refused(NS)
    with pytest.raises(AdminError, match="Connection refused"):
        snapshot.discover(estate, "mro", [NS])
    row = '"broker-a":{"brokerAddrs":{0:"198.18.10.99:10911"},"brokerName":"broker-a","cluster":"mro"}'
    estate.broken = {(106, NS2): body(f'{{"brokerAddrTable":{{{row}}},"clusterAddrTable":{{"mro":["broker-a"]}}}}')}
    with pytest.raises(AdminError, match="broker-a id 0 is 198.18.10.99:10911 here"):
        snapshot.discover(estate, "mro", [NS, NS2])


def test_ranges_are_read_of_the_topics_that_are_named_and_no_others() -> None:
    estate = Estate()
    taken = snapshot.take(estate, SPEC, {"topics", "groups", "offsets"})
    estate.asked.clear()
    found = snapshot.with_ranges_of(estate, taken, {MASTER: ["order_created", "not there"]})
    (view,) = found.masters
    assert {name for code, _address, (name, *_unused) in estate.asked} == {"order_created"}
    assert {code for code, _address, _ext in estate.asked} == {202, 30, 31}
    assert view.stats.keys() == {"order_created"}
    # Queue 3 is read and not written, queue 6 is known from offsets: code 202 leaves both out.
    assert set(view.stats["order_created"]) == {0, 1, 2, 3, 6}
    assert view.topics == taken.masters[0].topics and view.offsets == taken.masters[0].offsets


def test_ranges_of_no_topic_ask_nothing() -> None:
    estate = Estate()
    taken = snapshot.take(estate, SPEC, {"topics", "groups", "offsets"})
    estate.asked.clear()
    assert snapshot.with_ranges_of(estate, taken, {}).masters[0].stats == {}
    assert estate.asked == []


def test_ranges_of_a_master_that_did_not_answer_stay_unknown() -> None:
    estate = Estate()
    estate.broken[43, MASTER] = ConnectError(MASTER, "cannot connect")
    taken = snapshot.take(estate, SPEC, {"topics", "groups", "offsets"})
    assert isinstance(snapshot.with_ranges_of(estate, taken, {MASTER: ["order_created"]}).masters[0].stats, Unknown)
