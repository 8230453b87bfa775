# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError, Unexpected
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    Client,
    ClusterSpec,
    DataVersion,
    QueueRange,
    TopicConfig,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import SCHEDULE_TOPIC
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.write_stop import (
    Observer,
    ask_groups,
    observe,
    record_at,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command
from ansible_collections.mqops.rocketmq.tests.unit.plugins.modules.gate import Gate

MASTERS = ("198.18.50.21:10911", "198.18.50.22:10911")
SPEC = ClusterSpec("mro", ("198.18.50.20:9876",), tuple(
    BrokerSpec(f"broker-{name}", 0, address) for name, address in zip("ab", MASTERS, strict=True)))
MAGIC, FILLER = -626843481, -875286124


def raw(topic, queue, offset, position, properties=None, body=b"hello"):
    text = "".join(f"{key}\x01{value}\x02" for key, value in (properties or {}).items()).encode()
    host = bytes((198, 18, 50, 101)) + struct.pack(">i", 4000)
    tail = struct.pack(">i", len(body)) + body + bytes((len(topic),)) + topic.encode()
    tail += struct.pack(">h", len(text)) + text
    head = struct.pack(">iiiqqiq", 0, queue, 0, offset, position, 0, 1000) + host + struct.pack(">q", 1001) + host
    head += struct.pack(">iq", 0, 0)
    return struct.pack(">ii", 8 + len(head) + len(tail), MAGIC) + head + tail


class Broker:
    """A store with a log of records and the queues they are in."""

    def __init__(self) -> None:
        self.log: dict[int, bytes] = {}
        self.end, self.boot, self.behind = 1000, "1", 0
        self.ends: dict[tuple[str, int], int] = {("orders", 0): 5, (SCHEDULE_TOPIC, 1): 3}
        self.silent = False

    def write(self, topic="orders", queue=0, *, in_log=True, in_queue=True, **properties) -> None:
        offset = self.ends.get((topic, queue), 0)
        if in_log:
            self.log[self.end] = raw(topic, queue, offset, self.end, properties)
            self.end += len(self.log[self.end])
        if in_queue:
            self.ends[topic, queue] = offset + 1

    def fill(self) -> None:
        self.log[self.end] = struct.pack(">ii", 40, FILLER) + bytes(32)
        self.end += 40


class World:
    """Brokers at the Admin boundary, and a clock at which things happen while somebody sleeps."""

    def __init__(self) -> None:
        self.brokers = {address: Broker() for address in MASTERS}
        self.now, self.events = 0.0, []
        self.asked: list[str] = []
        self.on_ask: Callable[[str], Any] = lambda name: None

    def at(self, when: float, do: Callable[[], Any]) -> None:
        self.events.append((when, do))

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for event in [one for one in self.events if one[0] <= self.now]:
            self.events.remove(event)
            event[1]()

    def ask_all(self, requests):
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        self.asked.append(request.name)
        self.on_ask(request.name)
        broker = self.brokers[request.address]
        if broker.silent:
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        if request.name == "GET_BROKER_RUNTIME_INFO":
            return {"commitLogMaxOffset": str(broker.end), "bootTimestamp": broker.boot,
                    "dispatchBehindBytes": str(broker.behind)}
        if request.name == "GET_ALL_TOPIC_CONFIG":
            return TopicTable(DataVersion(1, 1), {"orders": TopicConfig("orders", 3, 2, 6)})
        if request.name == "GET_BROKER_CONFIG":
            return {"messageDelayLevel": "1s 5s"}
        if request.name == "GET_TOPIC_STATS_INFO":
            return {queue: QueueRange(0, broker.ends.get(("orders", queue), 0)) for queue in range(2)}
        if request.name == "GET_MAX_OFFSET":
            return broker.ends.get((request.ext["topic"], int(request.ext["queueId"])), 0)
        assert request.name == "VIEW_MESSAGE_BY_ID"
        found = broker.log.get(int(request.ext["offset"]))
        if found is None:
            return AdminError(request.name, request.address, 1, "can not find message by the offset")
        return request.parse(Command(code=0, body=found))

    def run(self, *, window=60.0, timeout=180.0, max_records=1000, topics=None):
        observer = Observer(self, [SPEC], max_records, sleep=self.sleep, topics=topics and frozenset(topics))
        outcome = observe({"mro": observer}, window=window, timeout=timeout, interval=5.0, clock=lambda: self.now,
                          sleep=self.sleep)["mro"]
        offenders = [one for master in observer.masters for one in master.watch.offenders.values()]
        return outcome, offenders, observer


@pytest.fixture
def gate(monkeypatch, capsys):
    return Gate(monkeypatch, capsys)


@pytest.fixture
def world():
    return World()


def codes(outcome):
    return {reason.code for reason in outcome.reasons}


def test_silence_passes_after_one_window(world) -> None:
    outcome, offenders, _unused = world.run()
    assert (outcome.ok, offenders, world.now) == (True, [], 60.0)
    assert "VIEW_MESSAGE_BY_ID" not in world.asked


def test_writes_before_the_window_do_not_matter(world) -> None:
    world.brokers[MASTERS[0]].write()
    assert world.run()[0].ok


def test_a_write_begins_a_new_window(world) -> None:
    world.at(50, world.brokers[MASTERS[1]].write)
    outcome, offenders, _unused = world.run()
    assert outcome.ok
    assert 110 <= world.now <= 120
    assert [(one.broker, one.topic, one.queue, one.count) for one in offenders] == [("broker-b", "orders", 0, 1)]


def test_a_write_at_the_very_end_of_the_window_counts(world) -> None:
    world.at(60, world.brokers[MASTERS[0]].write)
    outcome, offenders, _unused = world.run(timeout=60)
    assert not outcome.ok
    assert codes(outcome) == {"CLIENT_WRITES"}
    assert len(offenders) == 1


@pytest.mark.parametrize(("properties", "passes"), [
    ({"REAL_TOPIC": "orders", "REAL_QID": "0", "DELAY": "2"}, True), ({}, False)])
@pytest.mark.parametrize("request_name", ["GET_ALL_TOPIC_CONFIG", "GET_BROKER_RUNTIME_INFO"])
def test_a_write_between_the_last_looks_counts_as_what_it_is(world, request_name, properties, passes) -> None:
    # In finish the ends of the queues are read first, then the log: whatever lies between is in the log.
    def write_once(name):
        if name == request_name and world.now >= 60:
            world.on_ask = lambda name: None
            world.brokers[MASTERS[0]].write(**properties)

    world.on_ask = write_once
    outcome, _unused, _unused = world.run(timeout=60)
    assert outcome.ok == passes
    assert codes(outcome) == (set() if passes else {"CLIENT_WRITES"})


def test_who_never_stops_fails_in_time_and_is_named(world) -> None:
    for when in range(1, 400, 2):
        world.at(when, world.brokers[MASTERS[0]].write)
    outcome, offenders, _unused = world.run()
    assert not outcome.ok
    assert world.now <= 180
    assert offenders[0].count > 20
    assert str(outcome.reasons[0]).startswith("CLIENT_WRITES mro/broker-a/orders/0")


def test_what_the_broker_writes_is_left_out(world) -> None:
    broker = world.brokers[MASTERS[0]]
    world.at(20, lambda: broker.write(REAL_TOPIC="orders", REAL_QID="0", DELAY="2"))
    world.at(21, broker.fill)
    world.at(40, lambda: broker.write(REAL_TOPIC="orders", REAL_QID="0", DELAY="2"))
    outcome, offenders, observer = world.run()
    assert (outcome.ok, offenders, world.now) == (True, [], 60.0)
    assert observer.masters[0].watch.internal == {"delayed_delivery": 2}
    assert observer.masters[0].position == broker.end


def test_a_delayed_send_is_named_by_its_real_topic(world) -> None:
    broker = world.brokers[MASTERS[0]]
    world.at(10, lambda: broker.write(SCHEDULE_TOPIC, 1, REAL_TOPIC="orders", REAL_QID="1", DELAY="2"))
    _unused, offenders, _unused = world.run()
    assert [(one.kind, one.topic, one.queue) for one in offenders] == [("delayed", "orders", 1)]


def test_growth_without_a_record_does_not_pass(world) -> None:
    world.at(30, lambda: world.brokers[MASTERS[0]].write(in_log=False))
    outcome, _unused, _unused = world.run(timeout=60)
    assert not outcome.ok
    assert codes(outcome) == {"UNEXPLAINED_GROWTH"}


def test_a_queue_beyond_the_written_ones_is_watched(world) -> None:
    world.at(30, lambda: world.brokers[MASTERS[0]].write("orders", 2, in_log=False))
    assert codes(world.run(timeout=60)[0]) == {"UNEXPLAINED_GROWTH"}


def test_no_answer_is_no_pass(world) -> None:
    world.brokers[MASTERS[1]].silent = True
    outcome, _unused, _unused = world.run()
    assert not outcome.ok
    assert codes(outcome) == {"BROKER_UNKNOWN"}
    assert "no answer within 5 s" in str(outcome.reasons[0])


def test_no_answer_for_a_while_begins_anew(world) -> None:
    broker = world.brokers[MASTERS[1]]
    world.at(10, lambda: setattr(broker, "silent", True))
    world.at(10, broker.write)
    world.at(20, lambda: setattr(broker, "silent", False))
    outcome, offenders, _unused = world.run()
    assert outcome.ok
    assert world.now >= 80
    # What was written while nobody could look is found afterwards.
    assert len(offenders) == 1


def test_a_restart_begins_anew(world) -> None:
    world.at(50, lambda: setattr(world.brokers[MASTERS[0]], "boot", "2"))
    assert codes(world.run(timeout=60)[0]) == {"BROKER_RESTARTED"}


def test_a_log_that_went_back_begins_anew(world) -> None:
    world.at(50, lambda: setattr(world.brokers[MASTERS[0]], "end", 900))
    assert codes(world.run(timeout=60)[0]) == {"BROKER_RESTARTED"}


def test_a_record_that_cannot_be_read_does_not_pass(world) -> None:
    broker = world.brokers[MASTERS[0]]

    def write_and_lose() -> None:
        broker.write()
        broker.log.clear()

    world.at(10, write_and_lose)
    assert codes(world.run()[0]) == {"BROKER_UNKNOWN"}


def test_only_writes_to_the_given_topics_count(world) -> None:
    broker = world.brokers[MASTERS[0]]
    for when in range(1, 400, 2):
        world.at(when, lambda: broker.write("other"))
    world.at(30, lambda: broker.write(SCHEDULE_TOPIC, 1, REAL_TOPIC="orders", REAL_QID="1", DELAY="2"))
    outcome, offenders, observer = world.run(topics=["orders"])
    assert outcome.ok
    assert 90 <= world.now <= 100
    assert [(one.kind, one.topic) for one in offenders] == [("delayed", "orders")]
    assert observer.unread() == {}


def test_of_the_given_topics_growth_without_a_record_does_not_pass(world) -> None:
    world.at(10, lambda: world.brokers[MASTERS[0]].write(in_log=False))
    outcome, _unused, _unused = world.run(timeout=60, topics=["orders"])
    assert codes(outcome) == {"UNEXPLAINED_GROWTH"}
    # What others do elsewhere is not even asked for.
    world.at(world.now + 10, lambda: world.brokers[MASTERS[0]].write(SCHEDULE_TOPIC, 1, in_log=False))
    assert world.run(topics=["orders"])[0].ok


def test_where_others_write_more_than_can_be_read_the_queues_alone_tell(world) -> None:
    def flood() -> None:
        for _unused in range(20):
            world.brokers[MASTERS[0]].write("other")

    world.at(10, flood)
    outcome, _unused, observer = world.run(max_records=5, topics=["orders"])
    assert outcome.ok
    assert list(observer.unread()) == ["mro/broker-a"]
    world.at(world.now + 10, flood)
    world.at(world.now + 11, world.brokers[MASTERS[0]].write)
    outcome, _unused, _unused = world.run(max_records=5, timeout=60, topics=["orders"])
    assert not outcome.ok


def test_more_records_than_can_be_read_do_not_pass(world) -> None:
    broker = world.brokers[MASTERS[0]]
    for _unused in range(5):
        world.at(10, lambda: broker.write(REAL_TOPIC="orders", REAL_QID="0", DELAY="2"))
    assert codes(world.run(timeout=60, max_records=4)[0]) == {"BROKER_UNKNOWN"}


def test_a_flood_is_not_read_to_its_end(world) -> None:
    broker = world.brokers[MASTERS[0]]
    world.at(10, lambda: [broker.write() for _unused in range(2000)])
    outcome, offenders, _unused = world.run(max_records=10_000)
    assert outcome.ok
    assert offenders[0].count == 256


def test_queues_that_lag_behind_the_log_are_waited_for(world) -> None:
    broker = world.brokers[MASTERS[0]]
    broker.behind = 100
    broker.write(in_queue=False)
    world.at(0.3, lambda: setattr(broker, "behind", 0))
    world.at(0.3, lambda: broker.write(in_log=False))
    assert world.run()[0].ok
    broker.behind = 100
    assert codes(world.run()[0]) == {"BROKER_UNKNOWN"}


def test_a_record_must_begin_where_it_is_asked_for() -> None:
    request = record_at(MASTERS[0], 1000)
    assert request.ext == {"offset": "1000"}
    assert request.parse(Command(code=0, body=raw("orders", 0, 5, 1000))).message.offset == 5
    for body in (raw("orders", 0, 5, 999), b"", b"\0" * 7, raw("orders", 0, 5, 1000) * 2):
        with pytest.raises(Unexpected):
            request.parse(Command(code=0, body=body))


def test_a_cluster_that_is_written_to_takes_nothing_from_the_others(world) -> None:
    observers = {
        name: Observer(world, [ClusterSpec(name, (), (BrokerSpec("broker-a", 0, address),))], 1000, sleep=world.sleep)
        for name, address in zip(("mro", "mdm"), MASTERS, strict=True)
    }
    for second in range(10, 200, 10):
        world.at(second, world.brokers[MASTERS[1]].write)
    outcomes = observe(observers, window=60.0, timeout=180.0, interval=5.0, clock=lambda: world.now, sleep=world.sleep)
    assert {name: one.ok for name, one in outcomes.items()} == {"mro": True, "mdm": False}
    assert codes(outcomes["mdm"]) == {"CLIENT_WRITES"}


def test_who_wrote_since_an_earlier_proof_is_named_and_does_not_break_the_window(world) -> None:
    broker = world.brokers[MASTERS[0]]
    proved = broker.end
    broker.write()
    observer = Observer(world, [SPEC], 1000, sleep=world.sleep, since={MASTERS[0]: proved})
    outcome = observe({"mro": observer}, window=60.0, timeout=60.0, interval=5.0, clock=lambda: world.now,
                      sleep=world.sleep)["mro"]
    assert outcome.ok
    assert [(one.topic, one.queue, one.count) for one in observer.masters[0].watch.offenders.values()] == [
        ("orders", 0, 1)]
    # One that was given no position begins at its end, as always.
    assert observer.masters[1].records == 0


def since_the_proof(world, *, max_records=100_000):
    """An observation of what both masters have got from now on, not yet begun."""
    since = {address: broker.end for address, broker in world.brokers.items()}
    observer = Observer(world, [SPEC], max_records, sleep=world.sleep, since=since)
    return observer, lambda: observe({"mro": observer}, window=60.0, timeout=60.0, interval=5.0,
                                     clock=lambda: world.now, sleep=world.sleep)["mro"]


def topics(observer):
    return {key[0]: one.count for master in observer.masters for key, one in master.watch.offenders.items()}


def test_a_busy_straggler_hides_nobody_who_wrote_since_the_proof(world) -> None:
    broker = world.brokers[MASTERS[0]]
    observer, look = since_the_proof(world)
    for _unused in range(300):
        broker.write()
    broker.write("news")
    world.at(5, lambda: [broker.write() for _unused in range(300)])
    world.at(5, lambda: broker.write("late-news"))
    assert codes(look()) == {"CLIENT_WRITES"}
    assert topics(observer) == {"orders": 600, "news": 1, "late-news": 1}
    assert observer.unread() == {}


def test_what_was_not_read_is_told(world) -> None:
    observer, look = since_the_proof(world, max_records=4)
    broker = world.brokers[MASTERS[0]]
    for _unused in range(6):
        broker.write()
    look()
    assert observer.unread() == {"mro/broker-a": "more than 4 records"}
    # Nobody asks for all of a flood; that it was not read is true all the same.
    world.at(world.now + 10, lambda: [world.brokers[MASTERS[1]].write() for _unused in range(300)])
    assert "mro/broker-b" in world.run(max_records=10_000)[2].unread()


def test_a_log_that_cannot_be_read_now_is_told_and_one_that_could_be_later_is_not(world) -> None:
    observer, look = since_the_proof(world)
    first, second = (world.brokers[address] for address in MASTERS)
    second.silent = True
    first.write()
    record = first.log.pop(1000)
    look()
    assert set(observer.unread()) == {"mro/broker-a", "mro/broker-b"}
    assert "no answer within 5 s" in observer.unread()["mro/broker-b"]
    first.log[1000], second.silent = record, False
    look()
    assert (observer.unread(), topics(observer)) == ({}, {"orders": 1})


def test_what_a_log_has_lost_is_told(world) -> None:
    observer, look = since_the_proof(world)
    world.brokers[MASTERS[0]].end = 900
    look()
    assert "900" in observer.unread()["mro/broker-a"]


def test_the_module_returns_what_was_not_read(gate, world) -> None:
    cluster = {"name": "mro", "nameservers": ["198.18.50.20:9876"], "brokers": [
        {"name": "broker-a", "id": 0, "address": MASTERS[0]}]}
    arguments = {"clusters": [cluster], "settle": 0, "window": 10, "timeout": 10, "max_records": 4}
    for _unused in range(6):
        world.brokers[MASTERS[0]].write()
    assert gate.run("rocketmq_write_stop", world._answer, **arguments)[1]["unread"] == {}
    failed, result = gate.run("rocketmq_write_stop", world._answer, since={MASTERS[0]: 1000}, **arguments)
    assert failed
    assert result["unread"] == {"mro/broker-a": "more than 4 records"}


def test_likely_groups_are_those_with_a_client_on_the_writers_machine(world) -> None:
    client = Client("198.18.50.101@7", "198.18.50.101:5555")
    answers = {("pay", MASTERS[0]): (client,), ("ship", MASTERS[0]): (replace(client, address="198.18.50.9:1"),)}
    world.ask_all = lambda requests: [answers.get((one.ext["producerGroup"], one.address)) for one in requests]
    observer = Observer(world, [SPEC], 1000)
    assert ask_groups(world, {"mro": observer}, ["pay", "ship", "nobody"]) == {
        "198.18.50.101": {"pay"}, "198.18.50.9": {"ship"}}
