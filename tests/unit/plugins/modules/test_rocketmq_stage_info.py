# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    DataVersion,
    QueueData,
    TopicConfig,
    TopicRoute,
    TopicTable,
)

HUB, HUB_NS = "198.18.50.81:10911", "198.18.50.80:9876"


def cluster(name, broker, address, server):
    return {"name": name, "nameservers": [server], "brokers": [{"name": broker, "id": 0, "address": address}]}


TARGET = cluster("hub", "hub-a", HUB, HUB_NS)
# Both sources call their broker the same, as they do in real life.
MRO = cluster("mro", "broker-a", "198.18.50.21:10911", "198.18.50.20:9876")
MDM = cluster("mdm", "broker-a", "198.18.50.41:10911", "198.18.50.40:9876")


class Estate:
    """C(perms): (name server, broker's address) → published permission; C(topics): broker's address → names."""

    def __init__(self) -> None:
        self.topics = {HUB: ["mro-orders", "mdm-orders"], "198.18.50.21:10911": ["mro-orders", "TBW102", "%DLQ%g"],
                       "198.18.50.41:10911": ["mdm-orders"]}
        self.names = {HUB: "hub-a"}
        self.perms = {("198.18.50.20:9876", "198.18.50.21:10911"): 6, ("198.18.50.40:9876", "198.18.50.41:10911"): 4,
                      **{(server, HUB): 6 for server in ("198.18.50.20:9876", "198.18.50.40:9876", HUB_NS)}}
        self.silent: set[str] = set()

    def answer(self, request):
        address = request.address
        if address in self.silent:
            return AdminError(request.name, address, None, "connection refused")
        if request.name == "GET_ALL_TOPIC_CONFIG":
            return TopicTable(DataVersion(1, 1), {
                name: TopicConfig(name, 4, 4, 2 if "DLQ" in name else 6) for name in self.topics[address]})
        here = {broker: perm for (server, broker), perm in self.perms.items() if server == address}
        if request.name == "GET_ALL_TOPIC_LIST_FROM_NAMESERVER":
            return frozenset(name for broker in here for name in self.topics[broker])
        assert request.name == "GET_ROUTEINTO_BY_TOPIC"
        holders = {broker: perm for broker, perm in here.items() if request.ext["topic"] in self.topics[broker]}
        if not holders:
            return None
        return TopicRoute(request.ext["topic"], tuple(
            QueueData(self.names.get(broker, "broker-a"), 4, 4, perm) for broker, perm in holders.items()), tuple(
            BrokerData(self.names.get(broker, "broker-a"), "x", {0: broker}) for broker in holders))


@pytest.fixture
def estate():
    return Estate()


def stages(gate, estate, **arguments):
    return gate.run("rocketmq_stage_info", estate.answer, **{"sources": [MRO, MDM], "target": TARGET, **arguments})


def seen(result):
    return {name: (one["stage"], one["nameserver"], one["topics"]) for name, one in result["sources"].items()}


def test_each_source_by_its_own_topics(gate, estate) -> None:
    failed, result = stages(gate, estate)
    assert not failed, result
    assert seen(result) == {"mro": ("S_RW_D_RW", "answers", 1), "mdm": ("S_R_D_RW", "answers", 1)}


def test_a_stopped_broker(gate, estate) -> None:
    estate.silent = {"198.18.50.41:10911"}
    del estate.perms["198.18.50.40:9876", "198.18.50.41:10911"]
    # Its name server now lists only what the target has, which is every source's.
    assert seen(stages(gate, estate)[1])["mdm"] == ("S_NA_D_RW", "answers", 2)
    assert seen(stages(gate, estate, topics={"mdm": ["mdm-orders"]})[1])["mdm"] == ("S_NA_D_RW", "answers", 1)


def test_a_stopped_name_server(gate, estate) -> None:
    estate.silent = {"198.18.50.41:10911", "198.18.50.40:9876"}
    result = stages(gate, estate)[1]
    assert seen(result)["mdm"] == ("S_NA_D_RW", "gone", 2)
    assert result["sources"]["mdm"]["done"] is True
    assert seen(result)["mro"] == ("S_RW_D_RW", "answers", 1)
    estate.perms[HUB_NS, HUB] = 4
    assert seen(stages(gate, estate)[1])["mdm"] == ("UNREACHABLE", "silent", 0)


def test_a_silent_target(gate, estate) -> None:
    estate.silent = {HUB_NS}
    result = stages(gate, estate)[1]
    assert {one["stage"] for one in result["sources"].values()} == {"UNREACHABLE"}
    assert "connection refused" in result["sources"]["mro"]["why"]


def test_mixed_rows_are_limited(gate, estate) -> None:
    estate.perms["198.18.50.20:9876", HUB] = 4
    one = stages(gate, estate, limit=0)[1]["sources"]["mro"]
    assert (one["stage"], one["mixed"], one["mixed_left_out"]) == ("MIXED", [], 1)
    assert len(stages(gate, estate)[1]["sources"]["mro"]["mixed"][0]["rows"]) == 3


@pytest.mark.parametrize(("arguments", "words"), [
    ({"sources": []}, "sources is empty"),
    ({"topics": {"typo": ["a"]}}, "none of the sources"),
    ({"topics": {"mro": "orders"}}, "a list of names"),
    ({"target": {**TARGET, "brokers": [{"name": "hub-a", "id": 1, "address": HUB}]}}, "has no master"),
])
def test_bad_input(gate, estate, arguments, words) -> None:
    failed, result = stages(gate, estate, **arguments)
    assert failed
    assert words in result["msg"]
