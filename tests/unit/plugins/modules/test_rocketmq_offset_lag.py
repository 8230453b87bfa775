# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    DataVersion,
    SubscriptionGroup,
    TopicConfig,
)
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import HALF, SCHEDULE, Estate, cluster, half_message

MASTER, SLAVE, SERVER = "198.18.50.21:10911", "198.18.50.24:10911", "198.18.50.20:9876"
MDM_MASTER, HUB_MASTER = "198.18.50.31:10911", "198.18.50.81:10911"
CLUSTER = cluster("mro", SERVER, {"broker-a": MASTER})
CLUSTER["brokers"].append({"name": "broker-a", "id": 1, "address": SLAVE})
MDM, HUB = cluster("mdm", SERVER, {"broker-a": MDM_MASTER}), cluster("hub", SERVER, {"hub-a": HUB_MASTER})
WAIVER = {"code": "NO_CONSUMER", "subject": "mro/late/*", "reason": "retired"}


@pytest.fixture
def estate(play):
    """On each master group g reads topic orders; group late is offline and has read it too. mro has a slave."""
    made = play(Estate(CLUSTER, MDM, HUB))
    for broker in made.brokers.values():
        broker.perm, broker.log_end, broker.settings["messageDelayLevel"] = 4, 5000, "1s 5s"
        broker.topics = {name: TopicConfig(name, 1, 1, 6) for name in ("orders", "TBW102")}
        broker.add(SubscriptionGroup("late"))
        broker.ends, broker.delivered = {("orders", 0): 10, (SCHEDULE, 0): 3}, {1: 3}
        broker.offsets = {("orders", "g"): {0: 10}, ("orders", "late"): {0: 10}, (HALF, "CID_RMQ_SYS_TRANS"): {0: 0}}
    made.brokers[SLAVE].offsets = made.brokers[MASTER].offsets
    made.connect("g", ["c1"], made.brokers, ["orders"])
    made.holds("g", "c1", ("orders", "broker-a", 0), commitOffset=10)
    return made


@pytest.fixture
def master(estate):
    return estate.brokers[MASTER]


@pytest.fixture
def lag(run, estate):
    return lambda **arguments: run.look("rocketmq_offset_lag", **{"clusters": [CLUSTER], **arguments})


def commit(broker, group, offset=None):
    """Its offset in orders; the end if none is given."""
    broker.offsets["orders", group] = {0: broker.ends["orders", 0] if offset is None else offset}


def write(estate, *, read=False):
    """One message into orders of mro. C(read): both groups have it at once."""
    master = estate.brokers[MASTER]
    master.write()
    estate.brokers[SLAVE].log_end = master.log_end
    if read:
        commit(master, "g"), commit(master, "late")


def broadcast(estate):
    """Group g keeps its offsets with its clients."""
    estate.connect("g", ["c1"], estate.brokers, ["orders"], broadcast=True)
    del estate.brokers[MASTER].offsets["orders", "g"]


def half(master, topic):
    """Two half messages of a topic."""
    master.ends[HALF, 0] = 2
    master.messages[HALF, 0] = [half_message(offset, REAL_TOPIC=topic) for offset in range(2)]


def test_passes_after_the_window_and_asks_for_ranges_once(lag, estate) -> None:
    result = lag()
    assert not result["failed"], result
    assert result["drained"] is True
    assert result["proved"] == 60.0
    assert result["samples"] == 13
    assert result["commit_logs"] == {MASTER: 5000}
    assert result["clusters"]["mro"]["groups"]["g"]["verdict"] == "DRAINED"
    assert len(estate.sent("GET_TOPIC_STATS_INFO")) == 2
    assert estate.sent("GET_ALL_CONSUMER_OFFSET") == [MASTER, SLAVE] * 13


def test_a_write_during_the_window_is_seen_and_begins_it_anew(lag, estate, master, clock) -> None:
    clock.at(50, lambda: write(estate))
    clock.at(55, lambda: (commit(master, "g"), commit(master, "late")))
    result = lag()
    assert not result["failed"]
    assert result["elapsed"] == 115.0
    assert len(estate.sent("GET_TOPIC_STATS_INFO")) == 4


def test_a_backlog_fails_with_what_was_seen(lag, master) -> None:
    commit(master, "g", 3)
    result = lag(timeout=120)
    assert result["failed"]
    assert "STALLED mro/g/orders" in result["msg"]
    assert "after 120 s and 25 samples" in result["msg"]
    assert result["clusters"]["mro"]["remaining"] == 7
    assert [(row["queue"], row["remaining"], row["verdict"]) for row in result["rows"]] == [(0, 7, "STALLED")]


def test_a_waiver_lets_one_backlog_pass_and_is_shown(lag, master) -> None:
    commit(master, "late", 4)
    result = lag(timeout=70)
    assert result["failed"]
    result = lag(waivers=[WAIVER])
    assert not result["failed"]
    assert result["waived"][0]["waiver"]["reason"] == "retired"
    assert result["reasons"] == []


def test_reading_once_fails_never(lag, estate) -> None:
    estate.silent = {MASTER}
    result = lag(wait=False)
    assert not result["failed"]
    assert result["drained"] is False
    assert {one["code"] for one in result["reasons"]} >= {"BROKER_UNKNOWN"}
    assert result["samples"] == 1


@pytest.mark.parametrize(
    "silent",
    [
        MASTER,
        SLAVE,
        "GET_ALL_CONSUMER_OFFSET",
        "GET_TOPIC_STATS_INFO",
        "GET_MAX_OFFSET",
        "GET_ALL_DELAY_OFFSET",
        "GET_CONSUMER_CONNECTION_LIST",
        "GET_BROKER_RUNTIME_INFO",
        "GET_ALL_SUBSCRIPTIONGROUP_CONFIG",
    ],
)
def test_silence_never_passes(lag, estate, clock, silent) -> None:
    estate.silent = {silent}
    result = lag(timeout=90)
    assert result["failed"]
    assert "no answer within 5 s" in result["msg"]
    if silent in ("GET_TOPIC_STATS_INFO", "GET_MAX_OFFSET"):
        return  # not asked for again while nothing is written
    # And not either when it begins in the middle of the window.
    estate.silent = set()
    clock.on_sleep = lambda now: estate.silent.add(silent)
    assert lag(timeout=90)["failed"]


def test_a_slave_that_stays_behind(lag, estate) -> None:
    estate.brokers[SLAVE].log_end = 4900
    assert "SLAVE_BEHIND mro/broker-a:1" in lag(timeout=70)["msg"]


def test_delayed_messages_become_due_without_new_ranges(lag, master) -> None:
    master.ends[SCHEDULE, 0] = 5
    result = lag(timeout=70)
    assert result["failed"]
    assert "DELAYED_PENDING mro/broker-a/1" in result["msg"]


def test_broadcast_progress_is_asked_from_the_client(lag, estate) -> None:
    broadcast(estate)
    estate.holds("g", "c1", ("orders", "broker-a", 0), commitOffset=9)
    result = lag(timeout=70)
    assert result["failed"]
    assert result["clusters"]["mro"]["parts"]["broadcast"] == 1
    estate.holds("g", "c1", ("orders", "broker-a", 0), commitOffset=10)
    assert not lag()["failed"]
    estate.silent = {"GET_CONSUMER_RUNNING_INFO"}
    assert "BROADCAST_UNKNOWN" in lag(timeout=70)["msg"]


def test_topics_that_are_read_by_broadcast_are_named_while_they_are_empty(lag, estate, master) -> None:
    broadcast(estate)
    master.ends["orders", 0] = 0
    commit(master, "late")
    result = lag()
    assert not result["failed"]
    assert result["clusters"]["mro"]["broadcast_topics"] == ["orders"]


def test_a_closed_broker_whose_log_has_moved_since_the_proof_is_never_taken_for_read(lag, estate, master) -> None:
    broadcast(estate)
    master.perm = 0
    assert not lag(commit_logs={MASTER: 5000})["failed"]
    write(estate)
    # The heartbeat of a group that is new makes its retry topic.
    master.version = DataVersion(1, 10**15)
    assert "WRITTEN_SINCE mro/broker-a" in lag(commit_logs={MASTER: 5000})["msg"]
    result = lag(timeout=70)
    assert result["failed"]
    assert "BROADCAST_UNKNOWN mro/g/orders" in result["msg"]


def test_one_look_in_check_mode_is_no_proof(lag, estate, monkeypatch) -> None:
    told = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda _self, text, **_more: told.append(text))
    result = lag(check=True, abort_on={"consumer_lost": 0.0})
    assert (result["samples"], result["proved"], result["clusters"]["mro"]["passed"]) == (1, 0.0, False)
    assert result["commit_logs"] == {MASTER: 5000} and result["clusters"]["mro"]["broadcast_topics"] == []
    assert result["would_wait"].endswith("nothing is left on mro and nothing was written there for 60 s")
    result = lag(check=True, commit_logs={MASTER: 4000})
    assert not result["failed"] and "now: WRITTEN_SINCE mro/broker-a" in result["would_wait"]
    # A topic that an earlier change makes.
    result = lag(check=True, topics=["made-later"])
    assert not result["failed"] and told == ["nothing in mro matches: topic made-later"]


def test_commit_logs_of_an_earlier_proof(lag) -> None:
    assert not lag(commit_logs={MASTER: 5000})["failed"]
    result = lag(commit_logs={MASTER: 4000}, timeout=70)
    assert result["failed"]
    assert "WRITTEN_SINCE mro/broker-a (proved 4000, now 5000)" in result["msg"]


def test_time_that_is_too_short_for_the_window_is_told(lag, estate, master, clock) -> None:
    clock.on_sleep = lambda now: write(estate) if now < 30 else commit(master, "g")
    commit(master, "late", 10**6)
    result = lag(timeout=60, window=50, waivers=[{**WAIVER, "code": "OFFSET_BEYOND_END"}])
    assert result["failed"]
    assert "only for 30 of 50 s with nothing written" in result["msg"]


def test_filters(lag, master, clock) -> None:
    commit(master, "late", 4)
    assert not lag(groups=["g"])["failed"]
    for arguments in ({"groups": ["g", "nobody"]}, {"topics": ["nothing*"]}):
        result = lag(**arguments)
        assert result["failed"]
        assert "matches: " in result["msg"]
        assert clock.now < 10**6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"window": 60, "timeout": 60}, "timeout (60 s) has to be longer than window (60 s)"),
        ({"window": -1}, "must not be negative"),
        ({"stall_after": 0}, "must be greater than 0"),
        ({"interval": 0}, "interval must be greater than 0"),
        ({"waivers": [{**WAIVER, "reason": " "}]}, "does not say why"),
        ({"waivers": [{**WAIVER, "code": "NOPE"}]}, "no reason has this code"),
        ({"waivers": [{"code": "NO_CONSUMER", "subject": "*"}]}, "missing required arguments: reason"),
        ({"clusters": []}, "clusters is empty"),
        ({"clusters": [{**CLUSTER, "brokers": []}]}, "brokers is empty"),
        ({"abort_on": {"growing_samples": 0}}, "must be at least 1"),
        ({"abort_on": {"consumer_lost": -1}}, "must not be negative"),
        ({"abort_on": {"target_growth": 5}}, "needs target"),
        ({"commit_logs": {MASTER: "many"}}, "commit_logs must hold"),
        ({"commit_logs": {"198.18.50.99:1": 1}}, "no master of these clusters"),
    ],
)
def test_bad_input_asks_nobody(lag, estate, arguments, words) -> None:
    result = lag(**arguments)
    assert result["failed"]
    assert words in result["msg"]
    assert estate.count == 0


def test_the_wait_is_given_up_when_a_group_loses_its_last_consumer(lag, master, clock) -> None:
    commit(master, "g", 3)
    clock.at(20, master.online.clear)
    result = lag(abort_on={"consumer_lost": 30})
    assert result["failed"]
    assert result["aborted"] == ["CONSUMER_LOST"]
    assert "waiting on is of no use: CONSUMER_LOST mro/g" in result["msg"]
    assert result["elapsed"] == 50.0
    assert result["clusters"]["mro"]["passed"] is False


def test_the_wait_is_given_up_when_the_target_falls_behind(lag, estate, master, clock) -> None:
    commit(master, "g", 3)
    hub, rate = estate.brokers[HUB_MASTER], 10

    def arrive(_now):
        hub.ends["orders", 0] += 5 * rate
        hub.log_end += 1

    clock.on_sleep = arrive
    result = lag(target=HUB, abort_on={"target_growth": 5})
    assert result["failed"]
    assert result["aborted"] == ["TARGET_FALLS_BEHIND"]
    assert result["elapsed"] == 30.0
    rate = 1
    commit(master, "g")
    assert not lag(target=HUB, abort_on={"target_growth": 5})["failed"]


def test_one_cluster_that_is_behind_takes_nothing_from_the_others(lag, estate) -> None:
    commit(estate.brokers[MDM_MASTER], "g", 3)
    result = lag(clusters=[CLUSTER, MDM], timeout=90)
    assert result["failed"]
    assert {name: one["passed"] for name, one in result["clusters"].items()} == {"mro": True, "mdm": False}
    assert "mdm/g/orders" in result["msg"] and "mro/" not in result["msg"]


def test_among_others_only_the_queues_of_the_filter_must_stand_still(lag, estate, master, clock) -> None:
    def happen(now):
        # Others write, delayed messages, too, and three of these always wait.
        master.log_end += 100
        master.ends[SCHEDULE, 0] += 1
        master.delivered[1] = master.ends[SCHEDULE, 0] - 3

    clock.on_sleep = happen
    clock.at(50, lambda: master.write(in_log=False))
    clock.at(55, lambda: (commit(master, "g"), commit(master, "late")))
    master.ends[SCHEDULE, 0], estate.brokers[SLAVE].log_end = 10, 1
    half(master, "elsewhere")
    result = lag(topics=["orders"], standstill="queues")
    assert not result["failed"], result
    assert result["elapsed"] == 130.0
    assert result["clusters"]["mro"]["remaining"] == 0
    assert result["topic_ends"] == {MASTER: {"orders": 11}}
    result = lag(topics=["orders"], timeout=120)
    assert result["failed"]
    assert "DELAYED_PENDING" in result["msg"]


def test_among_others_what_was_delayed_has_to_be_delivered(lag, estate, master, clock) -> None:
    def again():
        # One of them was of the filter, was not processed, and is delayed once more.
        master.delivered[1], master.ends[SCHEDULE, 0] = 10, 11
        write(estate, read=True)

    def others(_now):
        master.log_end += 100

    clock.on_sleep = others
    clock.at(50, again)
    clock.at(100, lambda: master.delivered.update({1: 11}))
    master.ends[SCHEDULE, 0] = 10
    result = lag(topics=["orders"], standstill="queues", window=10, timeout=40)
    assert result["failed"] and "DELAYED_PENDING mro/broker-a/1 (pending 7)" in result["msg"]
    assert result["clusters"]["mro"]["parts"]["delay"] == 7
    result = lag(topics=["orders"], standstill="queues", window=10)
    assert not result["failed"], result
    assert result["elapsed"] == 70.0  # from 40 on


def test_among_others_half_messages_of_the_filter_have_to_be_decided(lag, estate, master, clock) -> None:
    def others(_now):
        master.log_end += 100

    clock.on_sleep = others
    clock.at(50, lambda: master.offsets.update({(HALF, "CID_RMQ_SYS_TRANS"): {0: 2}}))
    half(master, "orders")
    result = lag(topics=["orders"], standstill="queues", window=10, timeout=40)
    assert result["failed"] and "HALF_PENDING mro/broker-a (pending 2)" in result["msg"]
    result = lag(topics=["orders"], standstill="queues", window=10)
    assert not result["failed"], result
    assert estate.sent("PULL_MESSAGE") == [MASTER]  # each is read once in a run


def test_among_others_what_cannot_be_read_is_unknown(lag, estate, master) -> None:
    half(master, "elsewhere")
    estate.silent.add("PULL_MESSAGE")
    result = lag(topics=["orders"], standstill="queues", timeout=70)
    assert result["failed"] and "BROKER_UNKNOWN mro/broker-a (part half messages" in result["msg"]


def test_among_others_a_backlog_and_a_restart_count_as_ever(lag, master) -> None:
    commit(master, "g", 3)
    result = lag(topics=["orders"], standstill="queues", timeout=120)
    assert result["failed"]
    assert "mro/g/orders" in result["msg"]


def test_among_others_something_has_to_be_selected(lag) -> None:
    result = lag(standstill="queues")
    assert result["failed"]
    assert "needs groups or topics" in result["msg"]


def test_what_others_go_on_writing_is_read_up_to_where_it_ended(lag, estate, master, clock) -> None:
    commit(master, "g", 4)
    shared = {"topics": ["orders"], "groups": ["g"], "standstill": "queues"}
    first = lag(wait=False, detail="all", **shared)
    assert first["rows"][0]["max"] == 10
    # Somebody writes all the time, and the group is never level with the end.
    clock.on_sleep = lambda now: (write(estate), commit(master, "g", master.ends["orders", 0] - 1))
    result = lag(read_up_to=first["rows"], **shared)
    assert not result["failed"] and result["behind"] == [] and result["elapsed"] == 5.0
    clock.on_sleep = lambda now: write(estate)
    commit(master, "g", 9)
    result = lag(read_up_to=first["rows"], timeout=20, **shared)
    behind = "mro/g/orders on broker-a queue 0: 9 of 10"
    assert result["failed"] and result["behind"] == [behind]
    assert result["msg"] == f"not read up to there after 20 s and 5 samples: {behind}"
    assert lag(read_up_to=first["rows"], wait=False, **shared)["behind"] == [behind]
    planned = lag(read_up_to=first["rows"], check=True, **shared)
    assert planned["would_wait"] == f"Would wait until what was there is read on mro; now: {behind}"
