# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import HUB, HUB_A, HUB_B, MRO, MRO_A
from ansible_collections.mqops.rocketmq.tests.unit.support.runner import Runner

Run = Callable[..., dict[str, Any]]
LOOK = "GET_ALL_CONSUMER_OFFSET"


@pytest.fixture
def gate(run: Runner) -> Run:
    def call(**more: Any) -> dict[str, Any]:
        arguments = {
            "sources": [MRO],
            "target": HUB,
            "baseline_window": 0.05,
            "timeout": 0.1,
            "interval": 0.01,
        }
        return run.look("rocketmq_traffic", **arguments | more)

    return call


class Flow:
    """At each look, so many more messages and commits by (address, topic) and (address, topic, group)."""

    def __init__(self, world: Estate) -> None:
        self.world = world
        self.writes = {(MRO_A, "orders"), (HUB_A, "orders"), (HUB_B, "orders")}
        self.commits = {(HUB_A, "orders", "orders-g"), (HUB_B, "orders", "orders-g")}
        for broker in world.brokers.values():
            broker.ends = {("orders", 0): 100, ("idle", 0): 7, ("%RETRY%orders-g", 0): 1}
            broker.add(*(TopicConfig(topic, 1, 1, 6) for topic, _queue in broker.ends))
            broker.offsets["orders", "orders-g"] = {0: 90}
        world.connect("orders-g", ["c1"], [HUB_A, HUB_B], ["orders"])
        world.connect("all-g", ["c1"], [HUB_A, HUB_B], ["orders"], broadcast=True)
        world.each[LOOK] = self

    def __call__(self) -> None:
        for address, topic in self.writes:
            self.world.brokers[address].ends[topic, 0] += 3
        for address, topic, group in self.commits:
            self.world.brokers[address].offsets[topic, group][0] += 2


@pytest.fixture
def flow(world: Estate) -> Flow:
    return Flow(world)


def codes(result: dict[str, Any]) -> set[tuple[str, str]]:
    return {(reason["code"], reason["subject"]) for reason in result["reasons"]}


def test_traffic_flows(gate: Run, flow: Flow) -> None:
    result = gate()
    assert not result["failed"] and not result["changed"]
    (row,) = result["topics"]
    assert row["topic"] == "orders" and set(row["groups"]) == {"orders-g"}
    assert all(row["received"][broker] > 0 and row["groups"]["orders-g"][broker] > 0 for broker in ("hub-a", "hub-b"))


def test_a_topic_that_stays_on_the_source_is_named(gate: Run, flow: Flow) -> None:
    flow.writes.add((MRO_A, "idle"))
    result = gate()
    assert result["failed"] and ("TOPIC_WITHOUT_TRAFFIC", "hub/idle") in codes(result) and "idle" in result["msg"]
    assert not gate(waivers=[{"code": "TOPIC_WITHOUT_TRAFFIC", "subject": "hub/idle", "reason": "pinned"}]).get(
        "failed"
    )


def test_every_master_receives(gate: Run, flow: Flow) -> None:
    flow.writes.remove((HUB_B, "orders"))
    assert codes(gate()) == {("MASTER_WITHOUT_TRAFFIC", "hub/hub-b")}


def test_what_arrives_is_consumed(gate: Run, flow: Flow) -> None:
    flow.commits.pop()
    result = gate()
    assert codes(result) == {("NOT_CONSUMED", "hub/orders-g/orders")}
    for address in (HUB_A, HUB_B):
        flow.world.brokers[address].online.clear()
    result = gate()
    assert not result["failed"] and codes(result) == {("TRAFFIC_WITHOUT_GROUP", "hub/orders")}


def test_silence_proves_nothing(gate: Run, flow: Flow) -> None:
    flow.writes.clear()
    for sources in ([MRO], []):
        assert codes(gate(sources=sources)) == {("NO_TRAFFIC", "hub")}
        assert not gate(sources=sources, allow_none=True)["failed"]
        known = {"code": "NO_TRAFFIC", "subject": "hub", "reason": "nobody works at night"}
        assert not gate(sources=sources, waivers=[known])["failed"]
        assert gate(sources=sources, waivers=[known | {"subject": "mro"}])["failed"]


def test_without_sources_the_target_alone_tells(gate: Run, flow: Flow) -> None:
    assert not gate(sources=[])["failed"]
    flow.commits.clear()
    assert gate(sources=[])["failed"]


def test_topics_are_observed_from_the_first_complete_look_on(gate: Run, flow: Flow) -> None:
    """While a master is silent it is not known what grows; afterwards not just any topic will do."""
    flow.writes.add((MRO_A, "idle"))
    silent, looks = ("GET_ALL_TOPIC_CONFIG", HUB_A), []

    def each_time() -> None:
        flow()
        looks.append(1)
        if len(looks) > 6:
            flow.world.silent.discard(silent)

    flow.world.silent.add(silent)
    flow.world.each[LOOK] = each_time
    result = gate(timeout=0.5, baseline_window=0.02)
    assert result["failed"] and ("TOPIC_WITHOUT_TRAFFIC", "hub/idle") in codes(result)


def test_topics_by_name(gate: Run, flow: Flow) -> None:
    assert not gate(topics=["orders"])["failed"]
    assert ("TOPIC_WITHOUT_TRAFFIC", "hub/idle") in codes(gate(topics=["orders", "idle"]))
    assert ("TOPIC_WITHOUT_TRAFFIC", "hub/absent") in codes(gate(topics=["absent"]))


@pytest.mark.parametrize("name", ["GET_ALL_CONSUMER_OFFSET", "GET_ALL_TOPIC_CONFIG", "GET_TOPIC_STATS_INFO"])
def test_what_does_not_answer_is_unknown(gate: Run, flow: Flow, name: str) -> None:
    flow.world.silent.add((name, HUB_A))
    result = gate()
    assert result["failed"] and ("BROKER_UNKNOWN", "hub/hub-a") in codes(result)


def test_a_single_look_proves_nothing(gate: Run, flow: Flow) -> None:
    assert gate(topics=["orders"], timeout=0)["failed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"topics": []}, "topics is empty"), ({"baseline_window": 0}, "baseline_window"), ({"target": MRO}, "both")],
)
def test_bad_arguments(gate: Run, world: Estate, arguments: dict[str, Any], words: str) -> None:
    result = gate(**arguments)
    assert result["failed"] and words in result["msg"]
