# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import MessageQueue
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import (
    HUB,
    HUB_A,
    HUB_B,
    MDM,
    MDM_A,
    MRO,
    MRO_A,
    MRO_NS,
)
from ansible_collections.mqops.rocketmq.tests.unit.support.runner import Runner

Run = Callable[..., dict[str, Any]]
RETRY = "%RETRY%orders-g"
LOOK = "GET_ALL_SUBSCRIPTIONGROUP_CONFIG"
EVERYTHING = [("orders", broker, queue) for broker in ("hub-a", "hub-b", "broker-a") for queue in (0, 1)]
RETRIES = [(RETRY, "hub-a", 0), (RETRY, "hub-b", 0), (RETRY, "broker-a", 0)]


@pytest.fixture
def gate(run: Runner) -> Run:
    def call(**more: Any) -> dict[str, Any]:
        arguments = {"sources": [MRO], "target": HUB, "state": "assigned", "timeout": 0.05, "interval": 0.01}
        return run.look("rocketmq_consumer_assignment", **arguments | more)

    return call


@pytest.fixture
def settled(world: Estate) -> Estate:
    """Two clients share what a clustering group has to hold; two of a broadcasting group hold it each."""
    everywhere = (MRO_A, HUB_A, HUB_B)
    world.connect("orders-g", ["c1", "c2"], everywhere, ["orders"])
    world.holds("orders-g", "c1", *EVERYTHING[:2], *EVERYTHING[4:5], *RETRIES[:1])
    world.holds("orders-g", "c2", *EVERYTHING[2:4], *EVERYTHING[5:], *RETRIES[1:])
    world.connect("all-g", ["c1", "c2"], everywhere, ["orders"], broadcast=True)
    world.holds("all-g", "c1", *EVERYTHING)
    world.holds("all-g", "c2", *EVERYTHING)
    route(world, "orders", {"broker-a": 2, "hub-a": 2, "hub-b": 2})
    route(world, RETRY, {"broker-a": 1, "hub-a": 1, "hub-b": 1})
    return world


def route(world: Estate, topic: str, queues: dict[str, int]) -> None:
    world.servers[MRO_NS].routes[topic] = {name: (count, count, 4) for name, count in queues.items()}


def codes(result: dict[str, Any]) -> set[tuple[str, str]]:
    return {(reason["code"], reason["subject"]) for reason in result["reasons"]}


def test_assigned(gate: Run, settled: Estate) -> None:
    result = gate()
    assert not result["failed"] and not result["changed"] and result["samples"] == 2
    assert [(one["group"], one["model"]) for one in result["groups"]] == [
        ("all-g", "BROADCASTING"),
        ("orders-g", "CLUSTERING"),
    ]
    assert set(settled.sent("GET_CONSUMER_RUNNING_INFO")) <= settled.brokers.keys()


# Those of the source among them: an ordered consumer leaves a queue alone for 40 s when it changes hands.
@pytest.mark.parametrize("lost", EVERYTHING + RETRIES)
def test_every_single_queue_counts(gate: Run, settled: Estate, lost: tuple[str, str, int]) -> None:
    for client in ("c1", "c2"):
        rest = [
            (queue.topic, queue.broker, queue.queue)
            for queue in settled.running["orders-g", client].queues
            if (queue.topic, queue.broker, queue.queue) != lost
        ]
        settled.holds("orders-g", client, *rest)
    result = gate()
    assert result["failed"] and codes(result) == {("NOT_ASSIGNED", f"mro/orders-g/{lost[0]}")}
    assert f"{lost[1]}:{lost[2]}" in result["msg"]


def test_an_ordered_client_needs_the_lock(gate: Run, settled: Estate) -> None:
    held = settled.running["orders-g", "c2"].queues
    settled.running["orders-g", "c2"].properties["PROP_CONSUMEORDERLY"] = "true"
    assert not gate()["failed"]
    held[MessageQueue("orders", "hub-b", 1)]["locked"] = False
    result = gate()
    assert codes(result) == {("NOT_ASSIGNED", "mro/orders-g/orders")} and "hub-b:1" in result["msg"]
    del settled.running["orders-g", "c2"].properties["PROP_CONSUMEORDERLY"]
    assert not gate()["failed"], "nobody else locks"


def test_each_broadcast_client_counts(gate: Run, settled: Estate) -> None:
    settled.holds("all-g", "c2", *EVERYTHING[:3])
    result = gate(waivers=[{"code": "NOT_ASSIGNED", "subject": "*", "reason": "too wide"}])
    assert codes(result) == {("BROADCAST_NOT_ASSIGNED", "mro/all-g/orders")}
    assert result["reasons"][0]["evidence"]["client"] == "c2"


def test_a_silent_client_blocks_unless_waived(gate: Run, settled: Estate) -> None:
    del settled.running["all-g", "c2"]
    result = gate()
    assert codes(result) == {("CLIENT_SILENT", "mro/all-g/c2")}
    assert set(settled.sent("GET_CONSUMER_RUNNING_INFO")) >= {MRO_A, HUB_A, HUB_B}, "each of its brokers is asked"
    waived = gate(waivers=[{"code": "CLIENT_SILENT", "subject": "mro/all-g/*", "reason": "python client"}])
    assert not waived["failed"] and len(waived["waived"]) == 1


def test_answers_through_another_broker(gate: Run, settled: Estate) -> None:
    settled.silent.add(("GET_CONSUMER_RUNNING_INFO", MRO_A))
    assert not gate()["failed"]


def test_routes_must_have_the_target(gate: Run, settled: Estate) -> None:
    route(settled, "orders", {"broker-a": 2, "hub-a": 2})
    assert ("TOPICS_NOT_ROUTED", f"{MRO_NS}/hub-b") in codes(gate())
    route(settled, "orders", {"broker-a": 2, "hub-a": 2, "hub-b": 0})
    assert not gate()["failed"], "queues that are not there need no owner"
    del settled.servers[MRO_NS].routes["orders"]
    result = gate()
    assert not result["failed"] and {reason["code"] for reason in result["reasons"]} == {"TOPIC_ABSENT"}


def test_pull_consumers_are_named(gate: Run, settled: Estate) -> None:
    settled.connect("pull-g", ["c3"], [MRO_A], ["orders"], pull=True)
    assert codes(gate()) == {("PULL_CLIENT", "mro/pull-g")}
    assert not gate(groups=["orders-*", "all-*"])["failed"]


@pytest.mark.parametrize(
    ("request_", "address", "code"),
    [
        ("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", MRO_A, "BROKER_UNKNOWN"),
        ("GET_CONSUMER_CONNECTION_LIST", HUB_B, "BROKER_UNKNOWN"),
        ("GET_ROUTEINTO_BY_TOPIC", MRO_NS, "NAMESERVER_UNKNOWN"),
    ],
)
def test_what_does_not_answer_is_unknown(gate: Run, settled: Estate, request_: str, address: str, code: str) -> None:
    gate()
    assert (request_, address) in settled.log
    settled.silent.add((request_, address))
    result = gate()
    assert result["failed"] and code in {reason["code"] for reason in result["reasons"]}
    assert address in result["msg"]


def test_nobody_online_proves_nothing(gate: Run, world: Estate) -> None:
    for state in ("assigned", "released", "connected"):
        more = {"target": MRO} if state == "released" else {"brokers": ["hub-a"]} if state == "connected" else {}
        assert codes(gate(state=state, **more)) == {("NOTHING_ONLINE", "mro")}
        assert not gate(state=state, allow_none=True, **more)["failed"]
        known = {"code": "NOTHING_ONLINE", "subject": "mro", "reason": "its last consumer was switched off in March"}
        assert not gate(state=state, waivers=[known], **more)["failed"]


def test_one_look_is_not_enough(gate: Run, settled: Estate) -> None:
    """Every other look shows a gap, as during a rebalance."""
    looks = 0

    def flap() -> None:
        nonlocal looks
        looks += 1
        settled.holds("orders-g", "c2", *(EVERYTHING[2:] + RETRIES[1:] if looks % 2 else []))

    settled.each[LOOK] = flap
    assert gate()["failed"]
    assert not gate(stable=1)["failed"]


def test_released_is_asked_per_source(gate: Run, settled: Estate) -> None:
    """mdm has a broker-a too, and its clients hold queues of it: this is nothing to mro."""
    settled.connect("mdm-g", ["c9"], [MDM_A, HUB_A], ["changes"])
    settled.holds("mdm-g", "c9", ("changes", "broker-a", 0))
    for group, client in (("all-g", "c1"), ("all-g", "c2"), ("orders-g", "c2")):
        settled.holds(group, client, *EVERYTHING[:4])
    result = gate(state="released", target=MRO)
    assert codes(result) == {("QUEUES_HELD", "mro/orders-g/c1")}
    settled.holds("orders-g", "c1", *EVERYTHING[:4])
    assert not gate(state="released", target=MRO)["failed"]
    assert codes(gate(state="released", sources=[MDM], target=MDM)) == {("QUEUES_HELD", "mdm/mdm-g/c9")}
    assert "another" in gate(state="released", sources=[MRO, MDM], target=MRO)["msg"]


def test_connected_wants_every_client(gate: Run, settled: Estate) -> None:
    back = {"state": "connected", "sources": [HUB], "brokers": ["hub-a"]}
    assert not gate(**back)["failed"]
    settled.connect("orders-g", ["c2"], [HUB_A], ["orders"])
    assert codes(gate(**back)) == {("NOT_CONNECTED", "hub/orders-g/hub-a")}
    del settled.brokers[HUB_A].online["all-g"]
    assert codes(gate(**back)) == {("NOT_CONNECTED", "hub/orders-g/hub-a"), ("NOT_CONNECTED", "hub/all-g/hub-a")}
    settled.silent.add(("GET_CONSUMER_CONNECTION_LIST", HUB_A))
    assert "BROKER_UNKNOWN" in {code for code, _subject in codes(gate(**back))}


def test_connected_wants_ordered_clients_to_have_renewed_their_locks(gate: Run, settled: Estate) -> None:
    """The client says all the time that it has the lock; that it got it again shows by the time alone."""
    back = {"state": "connected", "sources": [HUB], "brokers": ["hub-a"], "stable": 1, "timeout": 1.0}
    ordered = settled.running["orders-g", "c1"]
    ordered.properties["PROP_CONSUMEORDERLY"] = "true"
    for figures in ordered.queues.values():
        figures["lastLockTimestamp"] = 1_000
    result = gate(**back)
    assert codes(result) == {("LOCK_NOT_RENEWED", "hub/orders-g/c1")} and "hub-a:0, hub-a:1" in result["msg"]

    def renew() -> None:
        for queue, figures in ordered.queues.items():
            # At the broker that was not restarted it is renewed in any case.
            renewed = queue.broker == "hub-b" or settled.log.count((LOOK, HUB_A)) > 3
            figures["lastLockTimestamp"] += 20_000 if renewed else 0

    settled.each[LOOK] = renew
    result = gate(**back)
    assert not result["failed"] and result["samples"] > 2
    del settled.running["orders-g", "c1"]
    assert codes(gate(**back)) == {("CLIENT_SILENT", "hub/orders-g/c1")}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sources": []}, "sources is empty"),
        ({"stable": 0}, "stable"),
        ({"state": "connected"}, "brokers"),
        ({"state": "connected", "brokers": []}, "brokers must name"),
        ({"state": "connected", "brokers": ["hub-x"]}, "hub-x"),
        ({"waivers": [{"code": "BROADCAST_NOT_ASSIGNED", "subject": "*", "reason": "no"}]}, "cannot be waived"),
    ],
)
def test_bad_arguments(gate: Run, world: Estate, arguments: dict[str, Any], words: str) -> None:
    result = gate(**arguments)
    assert result["failed"] and words in result["msg"]
