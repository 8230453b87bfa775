# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerData, ClusterInfo
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule
from ansible_collections.mqops.rocketmq.plugins.modules import rocketmq_broker_listing

from .conftest import ADDRESSES, HUB, World

Run = Callable[..., dict[str, Any]]
MASTER = ADDRESSES["hub-a"]
NEW, OLD = "127.0.0.21:9876", "127.0.0.1:9876"
CHANGES = ("UPDATE_BROKER_CONFIG", "REGISTER_BROKER", "UNREGISTER_BROKER")


class Estate(World):
    """hub-a with its configuration, and what two name servers list."""

    def __init__(self) -> None:
        super().__init__()
        self.config = {
            "registerBrokerTimeoutMills": "-1", "brokerPermission": "4", "namesrvAddr": f"{NEW};{OLD}",
            "brokerIP1": "127.0.0.22", "listenPort": "10911", "brokerIP2": "127.0.5.22", "haListenPort": "10912",
        }  # fmt: skip
        self.polled = set(ADDRESSES.values())  # masters that have the topic of the announcement
        self.running_for = 100  # seconds; a look takes one
        self.listed: dict[str, dict[str, str]] = {NEW: {}, OLD: {}}
        self.deaf = False  # takes a configuration and does nothing

    def ask(self, request: Any) -> Any:
        (answer,) = self.ask_all([request])
        if isinstance(answer, AdminError):
            raise answer
        return answer

    def _answer(self, request: Any) -> Any:
        if request.code not in (17, 25, 26, 28, 103, 104, 106, 202):
            return super()._answer(request)
        self.asked.append((request.name, request.address))
        if (request.name, request.address) in self.down:
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        if request.code == 17:
            assert (request.ext["topic"], request.ext["perm"], request.ext["readQueueNums"]) == ("TBW102", "0", "0")
            if not self.deaf:
                self.polled.add(request.address)
            return None
        if request.code == 202:
            return {} if request.address in self.polled else None
        if request.code == 26:
            return dict(self.config)
        if request.code == 28:
            self.running_for += 1
            minutes, seconds = divmod(self.running_for, 60)
            return {"runtime": f"[ 0 days, 0 hours, {minutes} minutes, {seconds} seconds ]"}
        if request.code == 25:
            self._configure(dict(request.fields))
        elif request.code == 103:
            assert request.ext["brokerAddr"] == MASTER and request.ext["clusterName"] != "hub"
            assert request.ext["haServerAddr"] == "127.0.5.22:10912" and self.running_for >= 31
            self.listed[request.address][request.ext["brokerName"]] = MASTER
        elif request.code == 104:
            self.listed[request.address].pop(request.ext["brokerName"], None)
        else:
            found = self.listed[request.address]
            return ClusterInfo({name: BrokerData(name, "any", {0: address}) for name, address in found.items()}, {})
        return None

    def _configure(self, values: dict[str, str]) -> None:
        self.config.update(values)
        if "brokerPermission" in values and int(self.config["registerBrokerTimeoutMills"]) >= 0 and not self.deaf:
            for server in self.config["namesrvAddr"].split(";"):
                self.listed[server]["hub-a"] = MASTER

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [one for one in self.asked if one[0] in CHANGES]


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Estate:
    """Two clients, one of which hub-a does not know yet."""
    one = Estate()
    one.online("orders-g", ["c1", "c2"], ["hub-b"], ["orders"])
    one.online("orders-g", ["c1"], ["hub-a"], ["orders"])
    monkeypatch.setattr(RocketmqModule, "admin", property(lambda _self: one))
    return one


@pytest.fixture
def listing(run: Run) -> Run:
    def call(state: str = "listed", **more: Any) -> dict[str, Any]:
        return run(rocketmq_broker_listing.main, cluster=HUB, broker="hub-a", state=state, **more)

    return call


def come(estate: Estate, looks: int) -> None:
    """The second client greets hub-a before the given look."""
    seen = 0

    def each() -> None:
        nonlocal seen
        seen += 1
        assert "hub-a" not in estate.listed[NEW], "listed before its clients were there"
        assert all(list(listed) == ["hub-a-returning"] for listed in estate.listed.values())
        if seen == looks:
            estate.online("orders-g", ["c1", "c2"], ["hub-a"], ["orders"])

    estate.each_time = each


def test_withheld_until_listed(listing: Run, estate: Estate) -> None:
    estate.config["registerBrokerTimeoutMills"] = "6000"
    assert listing("withheld", _ansible_check_mode=True)["changed"] and not estate.changes
    assert listing("withheld")["changed"] and estate.config["registerBrokerTimeoutMills"] == "-1"
    assert not listing("withheld")["changed"]
    assert listing("listed", _ansible_check_mode=True)["changed"] and len(estate.changes) == 1


def test_who_was_not_withheld_is_left_alone(listing: Run, estate: Estate) -> None:
    estate.config["registerBrokerTimeoutMills"] = "6000"
    assert not listing()["changed"] and not estate.changes


def test_it_is_announced_until_its_clients_are_there_and_then_listed(listing: Run, estate: Estate) -> None:
    come(estate, 40)
    result = listing()
    assert not result.get("failed") and result["changed"] and result["reasons"] == [] and result["elapsed"] == 39.0
    assert result["nameservers"] == [NEW, OLD] and result["silent"] == []
    # The announcement ends first: both have one address, and a name server keeps one record of life for it.
    assert estate.changes == [
        ("REGISTER_BROKER", NEW), ("REGISTER_BROKER", OLD),
        ("UNREGISTER_BROKER", NEW), ("UNREGISTER_BROKER", OLD),
        ("UPDATE_BROKER_CONFIG", MASTER),
    ]  # fmt: skip
    assert estate.listed == {NEW: {"hub-a": MASTER}, OLD: {"hub-a": MASTER}}
    assert estate.config["registerBrokerTimeoutMills"] == "6000" and estate.config["brokerPermission"] == "4"
    assert not listing()["changed"]


def test_the_announced_topic_outlives_the_announcement(listing: Run, estate: Estate) -> None:
    """Else clients keep its route, and with it the address, for as long as they run."""
    estate.online("orders-g", ["c1", "c2"], ["hub-a"], ["orders"])
    estate.listed[OLD]["broker-a"] = ADDRESSES["mro"]
    estate.polled = {ADDRESSES["hub-b"]}
    estate.each_time = lambda: None if ADDRESSES["mro"] in estate.polled else pytest.fail("announced before")
    assert listing()["changed"]
    made = [address for name, address in estate.asked if name == "UPDATE_AND_CREATE_TOPIC"]
    assert sorted(made) == sorted([ADDRESSES["mro"], MASTER])


def test_nothing_is_announced_that_clients_would_keep(listing: Run, estate: Estate) -> None:
    estate.polled, estate.deaf = {ADDRESSES["hub-b"]}, True
    result = listing()
    assert result["failed"] and f"missing: {MASTER}. hub-a stays withheld" in result["msg"] and not estate.changes


def test_it_is_announced_when_no_client_has_an_older_route(listing: Run, estate: Estate) -> None:
    """Else it is asked by clients who have one, while it knows those that have greeted it alone."""
    come(estate, 1)
    estate.running_for = 3
    result = listing()
    assert not result.get("failed") and estate.asked.count(("GET_BROKER_RUNTIME_INFO", MASTER)) == 28
    # Clients that nobody knows of have had their poll, too.
    assert 31.0 <= result["elapsed"] < 33.0


@pytest.mark.parametrize("runtime", ["", "[ 12 seconds ]"])
def test_a_master_that_does_not_say_how_long_it_runs_stays_withheld(
    listing: Run, estate: Estate, monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    answer = estate._answer
    monkeypatch.setattr(
        estate, "_answer", lambda request: {"runtime": runtime} if request.code == 28 else answer(request)
    )
    result = listing()
    assert result["failed"] and "how long it has run" in result["msg"] and not estate.changes


def test_who_does_not_come_is_named_and_does_not_keep_it_out(listing: Run, estate: Estate) -> None:
    result = listing(timeout=50.0)
    assert not result.get("failed") and estate.listed[NEW] == {"hub-a": MASTER}
    assert [(one["code"], one["subject"]) for one in result["reasons"]] == [("NOT_CONNECTED", "hub/orders-g/hub-a")]
    assert result["elapsed"] >= 50.0


def test_who_may_stay_away_is_not_waited_for(listing: Run, estate: Estate) -> None:
    leaves = {"code": "NOT_CONNECTED", "subject": "hub/orders-g/*", "reason": "leaves"}
    result = listing(waivers=[leaves])
    assert result["reasons"] == [] and result["elapsed"] < 33.0 and len(result["waived"]) == 1


def test_a_master_that_cannot_tell_who_is_there_is_waited_for(listing: Run, estate: Estate) -> None:
    come(estate, 1)
    estate.down.add(("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", ADDRESSES["hub-b"]))
    result = listing(timeout=10.0)
    assert [one["code"] for one in result["reasons"]] == ["BROKER_UNKNOWN"] and result["elapsed"] >= 10.0


def test_a_name_server_that_does_not_answer_is_named(listing: Run, estate: Estate) -> None:
    estate.online("orders-g", ["c1", "c2"], ["hub-a"], ["orders"])
    estate.down.add(("REGISTER_BROKER", OLD))
    result = listing()
    assert result["nameservers"] == [NEW] and OLD in result["silent"][0]
    assert ("UNREGISTER_BROKER", OLD) not in estate.changes


@pytest.mark.parametrize("servers", [f"{NEW};{OLD}", ""])
def test_without_any_name_server_it_stays_withheld(listing: Run, estate: Estate, servers: str) -> None:
    estate.config["namesrvAddr"] = servers
    estate.down |= {("REGISTER_BROKER", NEW), ("REGISTER_BROKER", OLD)}
    result = listing()
    assert result["failed"] and "stays withheld" in result["msg"]
    assert estate.config["registerBrokerTimeoutMills"] == "-1"


def test_it_is_read_back(listing: Run, estate: Estate) -> None:
    come(estate, 1)
    estate.deaf = True
    result = listing()
    assert result["failed"] and f"{NEW} does not list {MASTER} as hub-a" in result["msg"]


def test_bad_input(listing: Run, run: Run, estate: Estate) -> None:
    assert "register_timeout" in listing(register_timeout=0)["msg"]
    assert "waive" in listing(waivers=[{"code": "NONE", "subject": "*", "reason": "no"}])["msg"]
    result = run(rocketmq_broker_listing.main, cluster=HUB, broker="hub-x", state="listed")
    assert "'hub-x' is no master of hub" in result["msg"] and not estate.changes
