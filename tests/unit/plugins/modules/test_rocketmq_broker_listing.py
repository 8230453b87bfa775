# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import CREATING_TOPIC
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import HUB, HUB_A, HUB_B, HUB_NS, MRO_A, MRO_NS

Run = Callable[..., dict[str, Any]]
NEW, OLD = HUB_NS, MRO_NS
CHANGES = ("UPDATE_BROKER_CONFIG", "REGISTER_BROKER", "UNREGISTER_BROKER")
KEY = "registerBrokerTimeoutMills"
LOOK = "GET_ALL_SUBSCRIPTIONGROUP_CONFIG"


@pytest.fixture
def estate(world: Estate) -> Estate:
    """The master hub-a is withheld from both name servers, and does not know one of two clients yet.

    All masters have the topic of the announcement.
    """
    master = world.brokers[HUB_A]
    master.perm = 4
    master.settings = {
        KEY: "-1", "namesrvAddr": f"{NEW};{OLD}",
        "brokerIP1": "127.0.0.22", "listenPort": "10911", "brokerIP2": "127.0.5.22", "haListenPort": "10912",
    }  # fmt: skip
    world.add(TopicConfig(CREATING_TOPIC, 0, 0, 0))
    for server in world.servers.values():
        server.registered.clear()
    world.connect("orders-g", ["c1", "c2"], [HUB_B], ["orders"])
    world.connect("orders-g", ["c1"], [HUB_A], ["orders"])
    running(world, 100)
    register = world.register_broker

    def announce(server: Any, request: Any) -> None:
        assert request.ext["brokerAddr"] == HUB_A and request.ext["clusterName"] != "hub"
        assert request.ext["haServerAddr"] == "127.0.5.22:10912" and uptime(world) >= 31
        register(server, request)

    world.register_broker = announce  # type: ignore[method-assign]
    return world


def uptime(estate: Estate) -> int:
    minutes, seconds = re.findall("[0-9]+", estate.brokers[HUB_A].runtime["runtime"])[2:]
    return int(minutes) * 60 + int(seconds)


def running(estate: Estate, seconds: int) -> None:
    """So long the master has run; a look at this takes a second."""

    def look() -> None:
        nonlocal seconds
        seconds += 1
        told = f"[ 0 days, 0 hours, {seconds // 60} minutes, {seconds % 60} seconds ]"
        estate.brokers[HUB_A].runtime["runtime"] = told

    estate.each["GET_BROKER_RUNTIME_INFO"] = look


def listed(estate: Estate) -> dict[str, dict[str, str]]:
    return {address: estate.servers[address].registered for address in (NEW, OLD)}


def changes(estate: Estate) -> list[tuple[str, str]]:
    return [one for one in estate.log if one[0] in CHANGES]


@pytest.fixture
def listing(run: Run, estate: Estate) -> Run:
    def call(state: str = "listed", **more: Any) -> dict[str, Any]:
        return run("rocketmq_broker_listing", cluster=HUB, broker="hub-a", state=state, **more)

    return call


def come(estate: Estate, looks: int) -> None:
    """The second client connects to hub-a before the given look."""
    seen = 0

    def each() -> None:
        nonlocal seen
        seen += 1
        assert "hub-a" not in listed(estate)[NEW], "listed before its clients were there"
        assert all(list(names) == ["hub-a-returning"] for names in listed(estate).values())
        if seen == looks:
            estate.connect("orders-g", ["c1", "c2"], [HUB_A], ["orders"])

    estate.each[LOOK] = each


def test_withheld_until_listed(listing: Run, estate: Estate) -> None:
    estate.brokers[HUB_A].settings[KEY] = "6000"
    assert listing("withheld", check=True)["changed"] and not changes(estate)
    assert listing("withheld")["changed"] and estate.brokers[HUB_A].settings[KEY] == "-1"
    assert not listing("withheld")["changed"]
    assert listing("listed", check=True)["changed"] and not changes(estate)


def test_who_was_not_withheld_is_left_alone(listing: Run, estate: Estate) -> None:
    estate.brokers[HUB_A].settings[KEY] = "6000"
    assert not listing()["changed"] and not changes(estate)


def test_it_is_announced_until_its_clients_are_there_and_then_listed(listing: Run, estate: Estate) -> None:
    come(estate, 40)
    result = listing()
    assert not result["failed"] and result["changed"] and result["reasons"] == [] and result["elapsed"] == 39.0
    assert result["nameservers"] == [NEW, OLD] and result["silent"] == []
    # The announcement ends first: both have one address, and a name server keeps one record of life for it.
    assert changes(estate) == [
        ("REGISTER_BROKER", NEW), ("REGISTER_BROKER", OLD),
        ("UNREGISTER_BROKER", NEW), ("UNREGISTER_BROKER", OLD),
        ("UPDATE_BROKER_CONFIG", HUB_A),
    ]  # fmt: skip
    assert listed(estate) == {NEW: {"hub-a": HUB_A}, OLD: {"hub-a": HUB_A}}
    assert estate.brokers[HUB_A].settings[KEY] == "6000" and estate.brokers[HUB_A].perm == 4
    assert not listing()["changed"]


def test_the_announced_topic_outlives_the_announcement(listing: Run, estate: Estate) -> None:
    """Else clients keep its route, and with it the address, for as long as they run."""
    estate.connect("orders-g", ["c1", "c2"], [HUB_A], ["orders"])
    listed(estate)[OLD]["broker-a"] = MRO_A
    for address in (MRO_A, HUB_A):
        del estate.brokers[address].topics[CREATING_TOPIC]
    told = estate.brokers[MRO_A].topics
    estate.each[LOOK] = lambda: None if CREATING_TOPIC in told else pytest.fail("announced before")
    assert listing()["changed"]
    assert sorted(estate.sent("UPDATE_AND_CREATE_TOPIC")) == sorted([MRO_A, HUB_A])
    assert {estate.brokers[address].topics[CREATING_TOPIC].read_queues for address in (MRO_A, HUB_A)} == {0}
    assert {estate.brokers[address].topics[CREATING_TOPIC].perm for address in (MRO_A, HUB_A)} == {0}


def test_nothing_is_announced_that_clients_would_keep(listing: Run, estate: Estate) -> None:
    master = estate.brokers[HUB_A]
    del master.topics[CREATING_TOPIC]
    master.ignores.add(CREATING_TOPIC)
    result = listing()
    assert result["failed"] and f"missing: {HUB_A}. hub-a stays withheld" in result["msg"] and not changes(estate)


def test_it_is_announced_when_no_client_has_an_older_route(listing: Run, estate: Estate) -> None:
    """Otherwise clients that have a route ask it, while it knows only the clients that have sent it a heartbeat."""
    come(estate, 1)
    running(estate, 3)
    result = listing()
    assert not result["failed"] and estate.sent("GET_BROKER_RUNTIME_INFO") == [HUB_A] * 28
    # Clients that no broker knows have had their poll, too.
    assert 31.0 <= result["elapsed"] < 33.0


@pytest.mark.parametrize("runtime", ["", "[ 12 seconds ]"])
def test_a_master_that_does_not_say_how_long_it_runs_stays_withheld(listing: Run, estate: Estate, runtime: str) -> None:
    estate.each["GET_BROKER_RUNTIME_INFO"] = lambda: estate.brokers[HUB_A].runtime.update(runtime=runtime)
    result = listing()
    assert result["failed"] and "how long it has run" in result["msg"] and not changes(estate)


def test_who_does_not_come_is_named_and_does_not_keep_it_out(listing: Run, estate: Estate) -> None:
    result = listing(timeout=50.0)
    assert not result["failed"] and listed(estate)[NEW] == {"hub-a": HUB_A}
    assert [(one["code"], one["subject"]) for one in result["reasons"]] == [("NOT_CONNECTED", "hub/orders-g/hub-a")]
    assert result["elapsed"] >= 50.0


def test_who_may_stay_away_is_not_waited_for(listing: Run, estate: Estate) -> None:
    leaves = {"code": "NOT_CONNECTED", "subject": "hub/orders-g/*", "reason": "leaves"}
    result = listing(waivers=[leaves])
    assert result["reasons"] == [] and result["elapsed"] < 33.0 and len(result["waived"]) == 1


def test_a_master_that_cannot_tell_who_is_there_is_waited_for(listing: Run, estate: Estate) -> None:
    come(estate, 1)
    estate.silent.add(("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", HUB_B))
    result = listing(timeout=10.0)
    assert [one["code"] for one in result["reasons"]] == ["BROKER_UNKNOWN"] and result["elapsed"] >= 10.0


def test_a_name_server_that_does_not_answer_is_named(listing: Run, estate: Estate) -> None:
    estate.connect("orders-g", ["c1", "c2"], [HUB_A], ["orders"])
    estate.silent.add(("REGISTER_BROKER", OLD))
    result = listing()
    assert result["nameservers"] == [NEW] and OLD in result["silent"][0]
    assert ("UNREGISTER_BROKER", OLD) not in changes(estate)


@pytest.mark.parametrize("servers", [f"{NEW};{OLD}", ""])
def test_without_any_name_server_it_stays_withheld(listing: Run, estate: Estate, servers: str) -> None:
    estate.brokers[HUB_A].settings["namesrvAddr"] = servers
    estate.silent |= {("REGISTER_BROKER", NEW), ("REGISTER_BROKER", OLD)}
    result = listing()
    assert result["failed"] and "stays withheld" in result["msg"]
    assert estate.brokers[HUB_A].settings[KEY] == "-1"


def test_it_is_read_back(listing: Run, estate: Estate) -> None:
    come(estate, 1)
    estate.servers[NEW].deaf_to_tables = estate.servers[OLD].deaf_to_tables = True
    result = listing()
    assert result["failed"] and f"{NEW} does not list {HUB_A} as hub-a" in result["msg"]


def test_bad_input(listing: Run, run: Run, estate: Estate) -> None:
    assert "register_timeout" in listing(register_timeout=0)["msg"]
    assert "waive" in listing(waivers=[{"code": "NONE", "subject": "*", "reason": "no"}])["msg"]
    result = run("rocketmq_broker_listing", cluster=HUB, broker="hub-x", state="listed")
    assert "'hub-x' is no master of hub" in result["msg"] and not changes(estate)
