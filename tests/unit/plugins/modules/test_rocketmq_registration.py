# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    ClusterInfo,
    DataVersion,
    QueueData,
    TopicConfig,
    TopicRoute,
    TopicTable,
)

MASTER, NEW, OLD = "198.18.50.81:10911", "198.18.50.80:9876", "198.18.50.20:9876"
CLUSTER = {"name": "hub", "nameservers": [NEW], "brokers": [{"name": "hub-a", "id": 0, "address": MASTER}]}
DATA = BrokerData("hub-a", "hub", {0: MASTER})


class Estate:
    def __init__(self) -> None:
        self.hidden: set[tuple[str, str]] = set()
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    def answer(self, request):
        address, topic = request.address, request.ext.get("topic", "")
        self.asked.append((request.name, address))
        if address in self.silent:
            return AdminError(request.name, address, None, "connection refused")
        if request.name == "GET_ALL_TOPIC_CONFIG":
            return TopicTable(DataVersion(1, 1), {
                name: TopicConfig(name, 4, 4, 6) for name in ("orders", "bills", "TBW102")})
        if request.name == "GET_BROKER_CLUSTER_INFO":
            return ClusterInfo({"hub-a": DATA}, {"hub": ("hub-a",)})
        if request.name == "GET_ALL_TOPIC_LIST_FROM_NAMESERVER":
            hidden = {name for server, name in self.hidden if server == address}
            return frozenset({"orders", "bills", "TBW102"}) - hidden
        assert request.name == "GET_ROUTEINTO_BY_TOPIC"
        if (address, topic) in self.hidden:
            return None
        return TopicRoute(topic, (QueueData("hub-a", 4, 4, 4),), (DATA,))


@pytest.fixture
def estate():
    return Estate()


def registration(gate, estate, **arguments):
    return gate.run("rocketmq_registration", estate.answer,
                    **{"cluster": CLUSTER, "nameservers": [OLD, NEW], "perm": 4, **arguments})


def test_passes_at_once_when_everything_is_there(gate, estate) -> None:
    failed, result = registration(gate, estate)
    assert not failed, result
    assert (result["checked"], result["topics"], result["elapsed"]) == (4, 2, 0.0)


def test_waits_for_what_is_missing(gate, estate) -> None:
    estate.hidden = {(OLD, "bills")}
    gate.on_sleep = lambda now: estate.hidden.clear() if now >= 1010 else None
    failed, result = registration(gate, estate)
    assert not failed
    assert result["elapsed"] == 10.0


def test_names_what_stays_missing(gate, estate) -> None:
    estate.hidden = {(OLD, "bills")}
    failed, result = registration(gate, estate)
    assert failed
    assert result["elapsed"] == 120.0
    assert {(one["code"], one["subject"]) for one in result["reasons"]} == {
        ("TOPICS_NOT_LISTED", f"{OLD}/hub-a"), ("TOPICS_NOT_ROUTED", f"{OLD}/hub-a")}


@pytest.mark.parametrize("silent", [OLD, NEW, MASTER])
def test_silence_never_passes(gate, estate, silent) -> None:
    estate.silent = {silent}
    failed, result = registration(gate, estate, timeout=4)
    assert failed
    assert "connection refused" in result["msg"]
    if silent != MASTER:
        assert ("GET_ROUTEINTO_BY_TOPIC", silent) not in estate.asked


def test_others_must_be_unchanged(gate, estate) -> None:
    assert not registration(gate, estate, unchanged=[CLUSTER])[0]
    other = {"name": "mro", "nameservers": [OLD], "brokers": [
        {"name": "broker-a", "id": 0, "address": "198.18.50.21:10911"}]}
    failed, result = registration(gate, estate, unchanged=[other], timeout=0)
    assert failed
    assert ("BROKER_NOT_REGISTERED", f"{OLD}/broker-a:0") in {
        (one["code"], one["subject"]) for one in result["reasons"]}


@pytest.mark.parametrize(("arguments", "words"), [
    ({"nameservers": []}, "nameservers is empty"),
    ({"nameservers": ["no port"]}, "not an address"),
    ({"cluster": {**CLUSTER, "brokers": [{"name": "hub-a", "id": 1, "address": MASTER}]}}, "has no master"),
    ({"perm": 5}, "must be one of"),
])
def test_bad_input_asks_nobody(gate, estate, arguments, words) -> None:
    failed, result = registration(gate, estate, **arguments)
    assert failed
    assert words in result["msg"]
    assert estate.asked == []


def test_masters_are_told_to_register_first(gate, estate) -> None:
    sent = []

    def answer(request):
        if request.name == "GET_BROKER_CONFIG":
            return {"brokerPermission": "4"}
        if request.name == "UPDATE_BROKER_CONFIG":
            sent.append((request.address, dict(request.fields)))
            return None
        return estate.answer(request)

    def run(**more):
        return gate.run("rocketmq_registration", answer, cluster=CLUSTER, nameservers=[OLD, NEW], perm=4, **more)

    failed, _result = run()
    assert not failed and sent == []
    failed, _result = run(register=True)
    assert not failed and sent == [(MASTER, {"brokerPermission": "4"})]
    sent.clear()
    failed, _result = run(register=True, _ansible_check_mode=True)
    assert not failed and sent == []
