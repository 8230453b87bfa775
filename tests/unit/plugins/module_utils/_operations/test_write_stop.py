# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.commit_log import record_at
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import Unexpected
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    Client,
    ClusterSpec,
    TopicConfig,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.write_stop import (
    Observer,
    ask_groups,
    observe,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import SCHEDULE, Estate, cluster, record

MASTERS = ("198.18.50.21:10911", "198.18.50.22:10911")
SERVER = "198.18.50.20:9876"
SPEC = ClusterSpec("mro", (SERVER,), tuple(
    BrokerSpec(f"broker-{name}", 0, address) for name, address in zip("ab", MASTERS, strict=True)))  # fmt: skip


@pytest.fixture
def estate(play):
    made = Estate(cluster("mro", SERVER, {"broker-a": MASTERS[0], "broker-b": MASTERS[1]}))
    made.add(TopicConfig("orders", 3, 2, 6))
    for broker in made.brokers.values():
        broker.settings["messageDelayLevel"] = "1s 5s"
        broker.ends = {("orders", 0): 5, (SCHEDULE, 1): 3}
    return play(made)


@pytest.fixture
def first(estate):
    return estate.brokers[MASTERS[0]]


@pytest.fixture
def second(estate):
    return estate.brokers[MASTERS[1]]


def look(*observers, timeout=60.0):
    names = [observer.masters[0].watch.cluster for observer in observers]
    return observe(dict(zip(names, observers, strict=True)), window=60.0, timeout=timeout, interval=5.0)


@pytest.fixture
def run(estate):
    """The outcome, who wrote, and the observation."""

    def start(*, timeout=180.0, max_records=1000, topics=None):
        observer = Observer(estate, [SPEC], max_records, topics=topics and frozenset(topics))
        return look(observer, timeout=timeout)["mro"], offenders(observer), observer

    return start


def offenders(observer):
    return [one for master in observer.masters for one in master.watch.offenders.values()]


def codes(outcome):
    return {reason.code for reason in outcome.reasons}


def test_silence_passes_after_one_window(run, estate, clock) -> None:
    outcome, offenders, _unused = run()
    assert (outcome.ok, offenders, clock.now) == (True, [], 60.0)
    assert estate.sent("VIEW_MESSAGE_BY_ID") == []


def test_writes_before_the_window_do_not_matter(run, first) -> None:
    first.write()
    assert run()[0].ok


def test_a_write_begins_a_new_window(run, clock, second) -> None:
    clock.at(50, second.write)
    outcome, offenders, _unused = run()
    assert outcome.ok
    assert 110 <= clock.now <= 120
    assert [(one.broker, one.topic, one.queue, one.count) for one in offenders] == [("broker-b", "orders", 0, 1)]


def test_a_write_at_the_very_end_of_the_window_counts(run, clock, first) -> None:
    clock.at(60, first.write)
    outcome, offenders, _unused = run(timeout=60)
    assert not outcome.ok
    assert codes(outcome) == {"CLIENT_WRITES"}
    assert len(offenders) == 1


@pytest.mark.parametrize(
    ("properties", "passes"), [({"REAL_TOPIC": "orders", "REAL_QID": "0", "DELAY": "2"}, True), ({}, False)]
)
@pytest.mark.parametrize("request_name", ["GET_ALL_TOPIC_CONFIG", "GET_BROKER_RUNTIME_INFO"])
def test_a_write_between_the_last_looks_counts_as_what_it_is(
    run, estate, clock, first, request_name, properties, passes
) -> None:
    # In finish the ends of the queues are read first, then the log: whatever lies between is in the log.
    def write_once():
        if clock.now >= 60:
            del estate.each[request_name]
            first.write(**properties)

    estate.each[request_name] = write_once
    outcome, _unused, _unused = run(timeout=60)
    assert outcome.ok == passes
    assert codes(outcome) == (set() if passes else {"CLIENT_WRITES"})


def test_who_never_stops_fails_in_time_and_is_named(run, clock, first) -> None:
    for when in range(1, 400, 2):
        clock.at(when, first.write)
    outcome, offenders, _unused = run()
    assert not outcome.ok
    assert clock.now <= 180
    assert offenders[0].count > 20
    assert str(outcome.reasons[0]).startswith("CLIENT_WRITES mro/broker-a/orders/0")


def test_what_the_broker_writes_is_left_out(run, clock, first) -> None:
    clock.at(20, lambda: first.write(REAL_TOPIC="orders", REAL_QID="0", DELAY="2"))
    clock.at(21, first.fill)
    clock.at(40, lambda: first.write(REAL_TOPIC="orders", REAL_QID="0", DELAY="2"))
    outcome, offenders, observer = run()
    assert (outcome.ok, offenders, clock.now) == (True, [], 60.0)
    assert observer.masters[0].watch.internal == {"delayed_delivery": 2}
    assert observer.masters[0].position == first.log_end


def test_a_delayed_send_is_named_by_its_real_topic(run, clock, first) -> None:
    clock.at(10, lambda: first.write(SCHEDULE, 1, REAL_TOPIC="orders", REAL_QID="1", DELAY="2"))
    _unused, offenders, _unused = run()
    assert [(one.kind, one.topic, one.queue) for one in offenders] == [("delayed", "orders", 1)]


def test_growth_without_a_record_does_not_pass(run, clock, first) -> None:
    clock.at(30, lambda: first.write(in_log=False))
    outcome, _unused, _unused = run(timeout=60)
    assert not outcome.ok
    assert codes(outcome) == {"UNEXPLAINED_GROWTH"}


def test_a_queue_beyond_the_written_ones_is_watched(run, clock, first) -> None:
    clock.at(30, lambda: first.write("orders", 2, in_log=False))
    assert codes(run(timeout=60)[0]) == {"UNEXPLAINED_GROWTH"}


def test_no_answer_is_no_pass(run, second) -> None:
    second.down = True
    outcome, _unused, _unused = run()
    assert not outcome.ok
    assert codes(outcome) == {"BROKER_UNKNOWN"}
    assert "Connection refused" in str(outcome.reasons[0])


def test_no_answer_for_a_while_begins_anew(run, clock, second) -> None:
    clock.at(10, lambda: setattr(second, "down", True))
    clock.at(10, second.write)
    clock.at(20, lambda: setattr(second, "down", False))
    outcome, offenders, _unused = run()
    assert outcome.ok
    assert clock.now >= 80
    # What was written while the log could not be read is found afterwards.
    assert len(offenders) == 1


def test_a_restart_begins_anew(run, clock, first) -> None:
    clock.at(50, lambda: first.runtime.update(bootTimestamp="2"))
    assert codes(run(timeout=60)[0]) == {"BROKER_RESTARTED"}


def test_a_log_that_went_back_begins_anew(run, clock, first) -> None:
    clock.at(50, lambda: setattr(first, "log_end", 900))
    assert codes(run(timeout=60)[0]) == {"BROKER_RESTARTED"}


def test_a_record_that_cannot_be_read_does_not_pass(run, clock, first) -> None:

    def write_and_lose() -> None:
        first.write()
        first.log.clear()

    clock.at(10, write_and_lose)
    assert codes(run()[0]) == {"BROKER_UNKNOWN"}


def test_only_writes_to_the_given_topics_count(run, clock, first) -> None:
    for when in range(1, 400, 2):
        clock.at(when, lambda: first.write("other"))
    clock.at(30, lambda: first.write(SCHEDULE, 1, REAL_TOPIC="orders", REAL_QID="1", DELAY="2"))
    outcome, offenders, observer = run(topics=["orders"])
    assert outcome.ok
    assert 90 <= clock.now <= 100
    assert [(one.kind, one.topic) for one in offenders] == [("delayed", "orders")]
    assert observer.unread() == {}


def test_of_the_given_topics_growth_without_a_record_does_not_pass(run, clock, first) -> None:
    clock.at(10, lambda: first.write(in_log=False))
    outcome, _unused, _unused = run(timeout=60, topics=["orders"])
    assert codes(outcome) == {"UNEXPLAINED_GROWTH"}
    # What others do elsewhere is not even asked for.
    clock.at(clock.now + 10, lambda: first.write(SCHEDULE, 1, in_log=False))
    assert run(topics=["orders"])[0].ok


def test_where_others_write_more_than_can_be_read_the_queues_alone_tell(run, clock, first) -> None:
    def flood() -> None:
        for _unused in range(20):
            first.write("other")

    clock.at(10, flood)
    outcome, _unused, observer = run(max_records=5, topics=["orders"])
    assert outcome.ok
    assert list(observer.unread()) == ["mro/broker-a"]
    clock.at(clock.now + 10, flood)
    clock.at(clock.now + 11, first.write)
    outcome, _unused, _unused = run(max_records=5, timeout=60, topics=["orders"])
    assert not outcome.ok


def test_more_records_than_can_be_read_do_not_pass(run, clock, first) -> None:
    for _unused in range(5):
        clock.at(10, lambda: first.write(REAL_TOPIC="orders", REAL_QID="0", DELAY="2"))
    assert codes(run(timeout=60, max_records=4)[0]) == {"BROKER_UNKNOWN"}


def test_a_flood_is_not_read_to_its_end(run, clock, first) -> None:
    clock.at(10, lambda: [first.write() for _unused in range(2000)])
    outcome, offenders, _unused = run(max_records=10_000)
    assert outcome.ok
    assert offenders[0].count == 256


def test_queues_that_lag_behind_the_log_are_waited_for(run, clock, first) -> None:
    first.runtime["dispatchBehindBytes"] = "100"
    first.write(in_queue=False)
    clock.at(0.3, lambda: first.runtime.update(dispatchBehindBytes="0"))
    clock.at(0.3, lambda: first.write(in_log=False))
    assert run()[0].ok
    first.runtime["dispatchBehindBytes"] = "100"
    assert codes(run()[0]) == {"BROKER_UNKNOWN"}


def test_a_record_must_begin_where_it_is_asked_for() -> None:
    request = record_at(MASTERS[0], 1000)
    assert request.ext == {"offset": "1000"}
    assert request.parse(Command(code=0, body=record("orders", 0, 5, 1000))).message.offset == 5
    for body in (record("orders", 0, 5, 999), b"", b"\0" * 7, record("orders", 0, 5, 1000) * 2):
        with pytest.raises(Unexpected):
            request.parse(Command(code=0, body=body))


def test_a_cluster_that_is_written_to_takes_nothing_from_the_others(estate, clock, second) -> None:
    mro, mdm = (
        Observer(estate, [ClusterSpec(name, (), (BrokerSpec("broker-a", 0, address),))], 1000)
        for name, address in zip(("mro", "mdm"), MASTERS, strict=True)
    )
    for when in range(10, 200, 10):
        clock.at(when, second.write)
    outcomes = look(mro, mdm, timeout=180.0)
    assert {name: one.ok for name, one in outcomes.items()} == {"mro": True, "mdm": False}
    assert codes(outcomes["mdm"]) == {"CLIENT_WRITES"}


def test_who_wrote_since_an_earlier_proof_is_named_and_does_not_break_the_window(since, estate, first) -> None:
    proved = first.log_end
    first.write()
    observer = Observer(estate, [SPEC], 1000, since={MASTERS[0]: proved})
    assert look(observer)["mro"].ok
    assert [(one.topic, one.queue, one.count) for one in offenders(observer)] == [("orders", 0, 1)]
    # One that was given no position begins at its end, as always.
    assert observer.masters[1].records == 0


@pytest.fixture
def since(estate):
    """An observation of what both masters have got from now on, not yet begun."""
    ends = {address: broker.log_end for address, broker in estate.brokers.items()}
    return lambda max_records=100_000: Observer(estate, [SPEC], max_records, since=ends)


def topics(observer):
    return {key[0]: one.count for master in observer.masters for key, one in master.watch.offenders.items()}


def test_a_busy_straggler_hides_nobody_who_wrote_since_the_proof(since, clock, first) -> None:
    observer = since()
    for _unused in range(300):
        first.write()
    first.write("news")
    clock.at(5, lambda: [first.write() for _unused in range(300)])
    clock.at(5, lambda: first.write("late-news"))
    assert codes(look(observer)["mro"]) == {"CLIENT_WRITES"}
    assert topics(observer) == {"orders": 600, "news": 1, "late-news": 1}
    assert observer.unread() == {}


def test_what_was_not_read_is_told(run, since, clock, first, second) -> None:
    observer = since(max_records=4)
    for _unused in range(6):
        first.write()
    look(observer)
    assert observer.unread() == {"mro/broker-a": "more than 4 records"}
    # Of a flood not all is asked for; that it was not read is true all the same.
    clock.at(clock.now + 10, lambda: [second.write() for _unused in range(300)])
    assert "mro/broker-b" in run(max_records=10_000)[2].unread()


def test_a_log_that_cannot_be_read_now_is_told_and_one_that_could_be_later_is_not(since, first, second) -> None:
    observer = since()
    second.down = True
    first.write()
    lost = first.log.pop(1000)
    look(observer)
    assert set(observer.unread()) == {"mro/broker-a", "mro/broker-b"}
    assert "Connection refused" in observer.unread()["mro/broker-b"]
    first.log[1000], second.down = lost, False
    look(observer)
    assert (observer.unread(), topics(observer)) == ({}, {"orders": 1})


def test_what_a_log_has_lost_is_told(since, first) -> None:
    observer = since()
    first.log_end = 900
    look(observer)
    assert "900" in observer.unread()["mro/broker-a"]


def test_likely_groups_are_those_with_a_client_on_the_writers_machine(estate, first) -> None:
    first.producers["pay"] = (Client("198.18.50.101@7", "198.18.50.101:5555"),)
    first.producers["ship"] = (Client("198.18.50.101@7", "198.18.50.9:1"),)
    observer = Observer(estate, [SPEC], 1000)
    assert ask_groups(estate, {"mro": observer}, ["pay", "ship", "nobody"]) == {
        "198.18.50.101": {"pay"}, "198.18.50.9": {"ship"}}  # fmt: skip
