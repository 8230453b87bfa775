# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world of brokers, name servers and clients, as the admin client would see it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    Client,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    MessageQueue,
    QueueData,
    QueueRange,
    RunningInfo,
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule
from ansible_collections.mqops.rocketmq.tests.resources.module_args import patch_module_args

VERSION = DataVersion(1, 1)


def cluster(name: str, nameserver: str, brokers: dict[str, str]) -> dict[str, Any]:
    listed = [{"name": broker, "id": 0, "address": address} for broker, address in brokers.items()]
    return {"name": name, "nameservers": [nameserver], "brokers": listed}


MRO = cluster("mro", "127.0.0.1:9876", {"broker-a": "127.0.0.2:10911"})
MDM = cluster("mdm", "127.0.0.11:9876", {"broker-a": "127.0.0.12:10911"})
HUB = cluster("hub", "127.0.0.21:9876", {"hub-a": "127.0.0.22:10911", "hub-b": "127.0.0.23:10911"})
ADDRESSES = {
    "mro": "127.0.0.2:10911",
    "mdm": "127.0.0.12:10911",
    "hub-a": "127.0.0.22:10911",
    "hub-b": "127.0.0.23:10911",
}


class World:
    """Tables to fill; ``down`` names requests and addresses that fail, as ("NAME", address)."""

    def __init__(self) -> None:
        self.groups: dict[str, set[str]] = {address: set() for address in ADDRESSES.values()}
        self.connections: dict[tuple[str, str], ConsumerConnections] = {}
        self.producers: dict[tuple[str, str], tuple[Client, ...]] = {}
        self.running: dict[tuple[str, str], RunningInfo] = {}
        self.routes: dict[tuple[str, str], TopicRoute] = {}
        self.maxima: dict[str, dict[str, int]] = {address: {} for address in ADDRESSES.values()}
        self.committed: dict[str, dict[tuple[str, str], int]] = {address: {} for address in ADDRESSES.values()}
        self.down: set[tuple[str, str]] = set()
        self.audit: list[Any] = []
        self.asked: list[tuple[str, str]] = []
        self.each_time: Callable[[], None] = lambda: None

    def close(self) -> None:
        pass

    def online(
        self,
        group: str,
        clients: list[str],
        where: Iterable[str],
        topics: Iterable[str],
        *,
        broadcast: bool = False,
        pull: bool = False,
    ) -> None:
        """The group's clients, connected to brokers (keys of ADDRESSES) and subscribed to topics."""
        own = set(topics) | (set() if broadcast else {f"%RETRY%{group}"})
        for key in where:
            address = ADDRESSES[key]
            self.groups[address].add(group)
            self.connections[address, group] = ConsumerConnections(
                tuple(Client(client, f"127.0.1.{number}:5{number:04d}") for number, client in enumerate(clients, 1)),
                "CONSUME_ACTIVELY" if pull else "CONSUME_PASSIVELY",
                "BROADCASTING" if broadcast else "CLUSTERING",
                "CONSUME_FROM_LAST_OFFSET",
                dict.fromkeys(own, "*"),
            )

    def holds(self, group: str, client: str, *queues: tuple[str, str, int]) -> None:
        found = {MessageQueue(topic, broker, number): {"locked": True} for topic, broker, number in queues}
        self.running[group, client] = RunningInfo({}, {}, found)

    def route(self, nameserver: str, topic: str, brokers: dict[str, int], perm: int = 4) -> None:
        queues = tuple(QueueData(name, count, count, perm) for name, count in brokers.items())
        data = tuple(BrokerData(name, "any", {0: "127.0.0.9:10911"}) for name in brokers)
        self.routes[nameserver, topic] = TopicRoute(topic, queues, data)

    def ask_all(self, requests: Iterable[Any]) -> list[Any]:
        asked = list(requests)
        if any(request.code in (201, 43) for request in asked):
            self.each_time()
        return [self._answer(request) for request in asked]

    def _answer(self, request: Any) -> Any:
        self.asked.append((request.name, request.address))
        if (request.name, request.address) in self.down:
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        address, ext = request.address, request.ext
        if request.code == 201:
            return GroupTable(
                VERSION, {name: SubscriptionGroup(name) for name in self.groups[address] | {"TOOLS_CONSUMER"}}
            )
        if request.code == 203:
            return self.connections.get((address, ext["consumerGroup"]))
        if request.code == 204:
            return self.producers.get((address, ext["producerGroup"]))
        if request.code == 307:
            found = self.running.get((ext["consumerGroup"], ext["clientId"]))
            return found or AdminError(request.name, address, 207, "consumer did not answer")
        if request.code == 105:
            return self.routes.get((address, ext["topic"]))
        if request.code == 21:
            return TopicTable(VERSION, {topic: TopicConfig(topic, 1, 1, 6) for topic in self.maxima[address]})
        if request.code == 202:
            return {0: QueueRange(0, self.maxima[address][ext["topic"]])}
        if request.code == 43:
            return {pair: {0: offset} for pair, offset in self.committed[address].items()}
        raise AssertionError(f"unexpected request {request.name}")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    one = World()
    monkeypatch.setattr(RocketmqModule, "admin", property(lambda _self: one))
    return one


@pytest.fixture(autouse=True)
def no_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits take no time and end as if they had: looks cost nothing, only sleeping moves the clock."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += max(seconds, 0.001)  # a remainder too small to move the clock would never end

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(time, "sleep", sleep)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Runs a module's main with arguments and returns the result that it prints."""

    def call(main: Callable[[], None], **arguments: Any) -> dict[str, Any]:
        with patch_module_args(arguments | {"_ansible_remote_tmp": "/nowhere"}), pytest.raises(SystemExit):
            main()
        return json.loads(capsys.readouterr().out)

    return call
