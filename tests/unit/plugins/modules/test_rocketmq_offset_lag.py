# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    Client,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    Message,
    MessageQueue,
    PullResult,
    QueueRange,
    RunningInfo,
    SubscriptionGroup,
    TopicConfig,
    TopicTable,
)

MASTER, SLAVE, SERVER = "198.18.50.21:10911", "198.18.50.24:10911", "198.18.50.20:9876"
CLUSTER = {"name": "mro", "nameservers": [SERVER], "brokers": [
    {"name": "broker-a", "id": 0, "address": MASTER}, {"name": "broker-a", "id": 1, "address": SLAVE}]}
WAIVER = {"code": "NO_CONSUMER", "subject": "mro/late/*", "reason": "retired"}


class Estate:
    """One master and its slave; group g reads topic orders, group late is offline and has read it too."""

    def __init__(self) -> None:
        self.max, self.committed, self.late = 10, 10, 10
        self.log, self.slave_log = 5000, 5000
        self.model, self.perm, self.changed = "CLUSTERING", "4", 1
        self.client = 10
        self.delayed, self.delivered = 0, 3
        self.half, self.half_topic, self.decided = 0, "elsewhere", 0
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.gone = False
        self.target_rate, self.sweeps = 0, 0
        self.behind: dict[str, int] = {}  # master's address: messages of g that wait there

    def write(self) -> None:
        self.max += 1
        self.log += 100
        self.slave_log += 100

    def answer(self, request):
        self.asked.append(request.name)
        if request.address in self.silent or request.name in self.silent:
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        extra = request.ext
        if request.address.startswith("198.18.50.81"):
            return self._target(request)
        return {
            "GET_BROKER_CLUSTER_INFO": lambda: None,
            "GET_ALL_TOPIC_LIST_FROM_NAMESERVER": frozenset,
            "GET_KVLIST_BY_NAMESPACE": dict,
            "GET_BROKER_CONFIG": lambda: {"brokerPermission": self.perm, "messageDelayLevel": "1s 5s"},
            "GET_BROKER_RUNTIME_INFO": lambda: {
                "commitLogMaxOffset": str(self.log if request.address == MASTER else self.slave_log),
                "bootTimestamp": "1", "dispatchBehindBytes": "0"},
            "GET_ALL_TOPIC_CONFIG": lambda: TopicTable(DataVersion(1, self.changed), {
                name: TopicConfig(name, 1, 1, 6) for name in ("orders", "TBW102")}),
            "GET_ALL_SUBSCRIPTIONGROUP_CONFIG": lambda: GroupTable(DataVersion(1, 1), {
                name: SubscriptionGroup(name) for name in ("g", "late", "TOOLS_CONSUMER")}),
            "GET_ALL_CONSUMER_OFFSET": lambda: {
                ("orders", "late"): {0: self.late},
                ("RMQ_SYS_TRANS_HALF_TOPIC", "CID_RMQ_SYS_TRANS"): {0: self.decided},
                **({("orders", "g"): {0: self.committed - self.behind.get(request.address, 0)}}
                   if self.model == "CLUSTERING" else {})},
            "GET_ALL_DELAY_OFFSET": lambda: {1: self.delivered},
            "PULL_MESSAGE": lambda: self._pull(int(extra["queueOffset"])),
            "GET_TOPIC_STATS_INFO": lambda: {0: QueueRange(0, self.max if extra["topic"] == "orders" else 0)},
            "GET_MAX_OFFSET": lambda: {
                ("SCHEDULE_TOPIC_XXXX", "0"): 3 + self.delayed, ("RMQ_SYS_TRANS_HALF_TOPIC", "0"): self.half,
            }.get((extra["topic"], extra["queueId"]), 0),
            "GET_MIN_OFFSET": lambda: 0,
            "GET_CONSUMER_CONNECTION_LIST": lambda: ConsumerConnections(
                (Client("c1", "198.18.50.101:4000"),), "CONSUME_PASSIVELY", self.model, "", {"orders": "*"},
            ) if extra["consumerGroup"] == "g" and not self.gone else None,
            "GET_CONSUMER_RUNNING_INFO": lambda: RunningInfo({}, {}, {
                MessageQueue("orders", "broker-a", 0): {"commitOffset": self.client}}),
        }[request.name]()

    def _pull(self, at):
        """Half messages: of no delay level does 4.4.0 let anybody read one."""
        messages = tuple(
            Message("RMQ_SYS_TRANS_HALF_TOPIC", 0, offset, 0, b"", {"REAL_TOPIC": self.half_topic}, 0, 0, "", "")
            for offset in range(at, self.half)
        )
        return PullResult("FOUND", messages, self.half, 0, self.half)

    def _target(self, request):
        """One sweep every 5 s, each of which finds more that waits."""
        self.sweeps += request.name == "GET_BROKER_RUNTIME_INFO"
        lag = self.sweeps * 5 * self.target_rate
        request = replace(request, address=MASTER)
        answer = self.answer(request)
        if request.name == "GET_BROKER_RUNTIME_INFO":
            return {**answer, "commitLogMaxOffset": str(self.sweeps)}
        if request.name == "GET_TOPIC_STATS_INFO" and request.ext["topic"] == "orders":
            return {0: QueueRange(0, 1000 + lag)}
        if request.name == "GET_ALL_CONSUMER_OFFSET":
            return {("orders", "g"): {0: 1000}}
        return answer


@pytest.fixture
def estate():
    return Estate()


def lag(gate, estate, **arguments):
    return gate.run("rocketmq_offset_lag", estate.answer, **{"clusters": [CLUSTER], **arguments})


def test_passes_after_the_window_and_asks_for_ranges_once(gate, estate) -> None:
    failed, result = lag(gate, estate)
    assert not failed, result
    assert result["drained"] is True
    assert result["proved"] == 60.0
    assert result["samples"] == 13
    assert result["commit_logs"] == {MASTER: 5000}
    assert result["clusters"]["mro"]["groups"]["g"]["verdict"] == "DRAINED"
    assert estate.asked.count("GET_TOPIC_STATS_INFO") == 2
    assert estate.asked.count("GET_ALL_CONSUMER_OFFSET") == 2 * 13  # master and slave


def test_a_write_during_the_window_is_seen_and_begins_it_anew(gate, estate) -> None:
    def happen(now):
        if now == 1050.0:
            estate.write()
        if now == 1055.0:
            estate.committed = estate.late = estate.max
    gate.on_sleep = happen
    failed, result = lag(gate, estate)
    assert not failed
    assert result["elapsed"] == 115.0
    assert estate.asked.count("GET_TOPIC_STATS_INFO") == 4


def test_a_backlog_fails_with_what_was_seen(gate, estate) -> None:
    estate.committed = 3
    failed, result = lag(gate, estate, timeout=120)
    assert failed
    assert "STALLED mro/g/orders" in result["msg"]
    assert "after 120 s and 25 samples" in result["msg"]
    assert result["clusters"]["mro"]["remaining"] == 7
    assert [(row["queue"], row["remaining"], row["verdict"]) for row in result["rows"]] == [(0, 7, "STALLED")]


def test_a_waiver_lets_one_backlog_pass_and_is_shown(gate, estate) -> None:
    estate.late = 4
    failed, result = lag(gate, estate, timeout=70)
    assert failed
    failed, result = lag(gate, estate, waivers=[WAIVER])
    assert not failed
    assert result["waived"][0]["waiver"]["reason"] == "retired"
    assert result["reasons"] == []


def test_reading_once_fails_never(gate, estate) -> None:
    estate.silent = {MASTER}
    failed, result = lag(gate, estate, wait=False)
    assert not failed
    assert result["drained"] is False
    assert {one["code"] for one in result["reasons"]} >= {"BROKER_UNKNOWN"}
    assert result["samples"] == 1


@pytest.mark.parametrize("silent", [
    MASTER, SLAVE, "GET_ALL_CONSUMER_OFFSET", "GET_TOPIC_STATS_INFO", "GET_MAX_OFFSET", "GET_ALL_DELAY_OFFSET",
    "GET_CONSUMER_CONNECTION_LIST", "GET_BROKER_RUNTIME_INFO", "GET_ALL_SUBSCRIPTIONGROUP_CONFIG"])
def test_silence_never_passes(gate, estate, silent) -> None:
    estate.silent = {silent}
    failed, result = lag(gate, estate, timeout=90)
    assert failed
    assert "no answer within 5 s" in result["msg"]
    if silent in ("GET_TOPIC_STATS_INFO", "GET_MAX_OFFSET"):
        return  # not asked for again while nothing is written
    # And not either when it begins in the middle of the window.
    estate.silent = set()
    gate.on_sleep = lambda now: estate.silent.add(silent)
    assert lag(gate, estate, timeout=90)[0]


def test_a_slave_that_stays_behind(gate, estate) -> None:
    estate.slave_log = 4900
    assert "SLAVE_BEHIND mro/broker-a:1" in lag(gate, estate, timeout=70)[1]["msg"]


def test_delayed_messages_become_due_without_new_ranges(gate, estate) -> None:
    estate.delayed = 2
    failed, result = lag(gate, estate, timeout=70)
    assert failed
    assert "DELAYED_PENDING mro/broker-a/1" in result["msg"]


def test_broadcast_progress_is_asked_from_the_client(gate, estate) -> None:
    estate.model, estate.client = "BROADCASTING", 9
    failed, result = lag(gate, estate, timeout=70)
    assert failed
    assert result["clusters"]["mro"]["parts"]["broadcast"] == 1
    estate.client = 10
    assert not lag(gate, estate)[0]
    estate.silent = {"GET_CONSUMER_RUNNING_INFO"}
    assert "BROADCAST_UNKNOWN" in lag(gate, estate, timeout=70)[1]["msg"]


def test_topics_that_are_read_by_broadcast_are_named_while_they_are_empty(gate, estate) -> None:
    estate.model, estate.max, estate.late = "BROADCASTING", 0, 0
    failed, result = lag(gate, estate)
    assert not failed
    assert result["clusters"]["mro"]["broadcast_topics"] == ["orders"]


def test_a_closed_broker_whose_log_has_moved_since_the_proof_is_never_taken_for_read(gate, estate) -> None:
    estate.model, estate.perm = "BROADCASTING", "0"
    assert not lag(gate, estate, commit_logs={MASTER: 5000})[0]
    estate.write()
    # The heartbeat of a group that is new makes its retry topic.
    estate.changed = 10**15
    assert "WRITTEN_SINCE mro/broker-a" in lag(gate, estate, commit_logs={MASTER: 5000})[1]["msg"]
    failed, result = lag(gate, estate, timeout=70)
    assert failed
    assert "BROADCAST_UNKNOWN mro/g/orders" in result["msg"]


def test_commit_logs_of_an_earlier_proof(gate, estate) -> None:
    assert not lag(gate, estate, commit_logs={MASTER: 5000})[0]
    failed, result = lag(gate, estate, commit_logs={MASTER: 4000}, timeout=70)
    assert failed
    assert "WRITTEN_SINCE mro/broker-a (proved 4000, now 5000)" in result["msg"]


def test_time_that_is_too_short_for_the_window_is_told(gate, estate) -> None:
    gate.on_sleep = lambda now: estate.write() if now < 1030 else setattr(estate, "committed", estate.max)
    estate.late = 10**6
    failed, result = lag(gate, estate, timeout=60, window=50,
                         waivers=[{**WAIVER, "code": "OFFSET_BEYOND_END"}])
    assert failed
    assert "only for 30 of 50 s with nothing written" in result["msg"]


def test_filters(gate, estate) -> None:
    estate.late = 4
    assert not lag(gate, estate, groups=["g"])[0]
    for arguments in ({"groups": ["g", "nobody"]}, {"topics": ["nothing*"]}):
        failed, result = lag(gate, estate, **arguments)
        assert failed
        assert "matches: " in result["msg"]
        assert gate.now < 10**6


@pytest.mark.parametrize(("arguments", "words"), [
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
])
def test_bad_input_asks_nobody(gate, estate, arguments, words) -> None:
    failed, result = lag(gate, estate, **arguments)
    assert failed
    assert words in result["msg"]
    assert estate.asked == []


def test_the_wait_is_given_up_when_a_group_loses_its_last_consumer(gate, estate) -> None:
    estate.committed = 3

    def happen(now):
        estate.gone = now >= 1020
    gate.on_sleep = happen
    failed, result = lag(gate, estate, abort_on={"consumer_lost": 30})
    assert failed
    assert result["aborted"] == ["CONSUMER_LOST"]
    assert "waiting on is of no use: CONSUMER_LOST mro/g" in result["msg"]
    assert result["elapsed"] == 50.0
    assert result["clusters"]["mro"]["passed"] is False


def test_the_wait_is_given_up_when_the_target_falls_behind(gate, estate) -> None:
    estate.committed = 3
    hub = {"name": "hub", "nameservers": [SERVER],
           "brokers": [{"name": "hub-a", "id": 0, "address": "198.18.50.81:10911"}]}
    estate.target_rate = 10
    failed, result = lag(gate, estate, target=hub, abort_on={"target_growth": 5})
    assert failed
    assert result["aborted"] == ["TARGET_FALLS_BEHIND"]
    assert result["elapsed"] == 30.0
    estate.target_rate = 1
    estate.committed = estate.max
    assert not lag(gate, estate, target=hub, abort_on={"target_growth": 5})[0]


def test_one_cluster_that_is_behind_takes_nothing_from_the_others(gate, estate) -> None:
    other = {"name": "mdm", "nameservers": [SERVER],
             "brokers": [{"name": "broker-a", "id": 0, "address": "198.18.50.31:10911"}]}
    estate.behind["198.18.50.31:10911"] = 7
    failed, result = lag(gate, estate, clusters=[CLUSTER, other], timeout=90)
    assert failed
    assert {name: one["passed"] for name, one in result["clusters"].items()} == {"mro": True, "mdm": False}
    assert "mdm/g/orders" in result["msg"] and "mro/" not in result["msg"]


def test_among_others_only_the_queues_of_the_filter_must_stand_still(gate, estate) -> None:
    def happen(now):
        # Others write, delayed messages, too, and three of these always wait.
        estate.log += 100
        estate.delayed += 1
        estate.delivered = estate.delayed
        if now == 1050.0:
            estate.max += 1
        if now == 1055.0:
            estate.committed = estate.late = estate.max

    gate.on_sleep = happen
    estate.delayed, estate.slave_log, estate.half = 7, 1, 2
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues")
    assert not failed, result
    assert result["elapsed"] == 130.0
    assert result["clusters"]["mro"]["remaining"] == 0
    assert result["topic_ends"] == {MASTER: {"orders": estate.max}}
    failed, result = lag(gate, estate, topics=["orders"], timeout=120)
    assert failed
    assert "DELAYED_PENDING" in result["msg"]


def test_among_others_what_was_delayed_has_to_be_delivered(gate, estate) -> None:
    def happen(now):
        estate.log += 100
        if now == 1050.0:
            # One of them was of the filter, was not processed, and is delayed once more.
            estate.delivered, estate.delayed = 10, 8
            estate.max += 1
            estate.committed = estate.late = estate.max
        if now == 1100.0:
            estate.delivered = 11

    gate.on_sleep = happen
    estate.delayed = 7
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues", window=10, timeout=40)
    assert failed and "DELAYED_PENDING mro/broker-a/1 (pending 7)" in result["msg"]
    assert result["clusters"]["mro"]["parts"]["delay"] == 7
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues", window=10)
    assert not failed, result
    assert result["elapsed"] == 70.0  # from 1040 on


def test_among_others_half_messages_of_the_filter_have_to_be_decided(gate, estate) -> None:
    def happen(now):
        estate.log += 100
        if now == 1050.0:
            estate.decided = 2

    gate.on_sleep = happen
    estate.half, estate.half_topic = 2, "orders"
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues", window=10, timeout=40)
    assert failed and "HALF_PENDING mro/broker-a (pending 2)" in result["msg"]
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues", window=10)
    assert not failed, result
    assert estate.asked.count("PULL_MESSAGE") == 2  # each is read once in a run


def test_among_others_what_cannot_be_read_is_unknown(gate, estate) -> None:
    estate.half = 2
    estate.silent.add("PULL_MESSAGE")
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues", timeout=70)
    assert failed and "BROKER_UNKNOWN mro/broker-a (part half messages" in result["msg"]


def test_among_others_a_backlog_and_a_restart_count_as_ever(gate, estate) -> None:
    estate.committed = 3
    failed, result = lag(gate, estate, topics=["orders"], standstill="queues", timeout=120)
    assert failed
    assert "mro/g/orders" in result["msg"]


def test_among_others_something_has_to_be_selected(gate, estate) -> None:
    failed, result = lag(gate, estate, standstill="queues")
    assert failed
    assert "needs groups or topics" in result["msg"]
