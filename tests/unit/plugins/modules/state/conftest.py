# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that is played at the Admin boundary: requests in, 4.4.0's effects and answers out."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args

from ansible_collections.mqops.rocketmq.plugins.module_utils import _module, _wait
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    ClusterInfo,
    DataVersion,
    GroupTable,
    QueueData,
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request

VERSION = DataVersion(1, 1)
WAIT_UNTIL = _wait.wait_until


class FakeBroker:
    """One broker of cluster C(c). C(deaf): codes that are never answered; C(refuses): topic or group names."""

    def __init__(self, name: str, address: str, broker_id: int = 0) -> None:
        self.name, self.address, self.id = name, address, broker_id
        self.perm = 6
        self.topics = {name: TopicConfig(name, 1, 1, 7), "c": TopicConfig("c", 16, 16, 7)}
        self.groups = {"TOOLS_CONSUMER": SubscriptionGroup("TOOLS_CONSUMER")}
        self.offsets: dict[tuple[str, str], dict[int, int]] = {}
        self.ends: dict[tuple[str, int], int] = {}
        self.refuses: set[str] = set()
        self.ignores: set[str] = set()
        self.down = False
        self.answers_late = 0  # how many looks at the table still show the old one after a change
        self.stale: dict[str, TopicConfig] | None = None

    def published(self, topic: TopicConfig) -> tuple[int, int, int]:
        return topic.read_queues, topic.write_queues, topic.perm if self.perm == 6 else self.perm


class FakeServer:
    """One name server: what brokers have published here. C(drops): topics whose increments get lost."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.routes: dict[str, dict[str, tuple[int, int, int]]] = {}
        self.registered: dict[str, str] = {}
        self.order: dict[str, str] = {}
        self.drops: set[str] = set()
        self.deaf_to_tables = False
        self.down = False


class FakeEstate:
    """All of it, with the log of every request as (name, address)."""

    def __init__(self) -> None:
        self.brokers = {b.address: b for b in (FakeBroker("a", "h:1"), FakeBroker("b", "h:2"))}
        self.servers = {s.address: s for s in (FakeServer("n:1"), FakeServer("n:2"))}
        self.log: list[tuple[str, str]] = []
        self.audit: list[dict[str, Any]] = []
        self.count = 0
        self.closed = False
        for broker in self.brokers.values():
            self.publish_all(broker)

    @property
    def clusters(self) -> list[dict[str, Any]]:
        brokers = [{"name": b.name, "id": b.id, "address": b.address} for b in self.brokers.values()]
        return [{"name": "c", "nameservers": list(self.servers), "brokers": brokers}]

    def add_topic(self, *topics: TopicConfig) -> None:
        for broker in self.brokers.values():
            broker.topics.update({topic.name: topic for topic in topics})
            self.publish_all(broker)

    def publish_all(self, broker: FakeBroker) -> None:
        for server in self.servers.values():
            if server.down or server.deaf_to_tables or broker.id != 0:
                continue
            server.registered[broker.name] = broker.address
            for topic in broker.topics.values():
                server.routes.setdefault(topic.name, {})[broker.name] = broker.published(topic)

    # --- what the modules use of Admin ---------------------------------------------------------------------

    def ask(self, request: Request[Any]) -> Any:
        answer = self.ask_all([request])[0]
        if isinstance(answer, AdminError):
            raise answer
        return answer

    def ask_all(self, requests: Iterable[Request[Any]]) -> list[Any]:
        answers = []
        for request in requests:
            self.count += 1
            self.log.append((request.name, request.address))
            answer = self.answer(request)
            if request.changes:
                result = str(answer) if isinstance(answer, AdminError) else "SUCCESS"
                self.audit.append({"request": request.name, "address": request.address, "result": result})
            answers.append(answer)
        return answers

    def close(self) -> None:
        self.closed = True

    # --- 4.4.0 ---------------------------------------------------------------------------------------------

    def answer(self, request: Request[Any]) -> Any:
        peer = self.brokers.get(request.address) or self.servers.get(request.address)
        if peer is None or peer.down:
            return AdminError(request.name, request.address, None, "cannot connect (Connection refused)")
        return getattr(self, request.name.lower())(peer, request)

    def get_broker_config(self, broker: FakeBroker, _request: Any) -> dict[str, str]:
        return {
            "brokerName": broker.name,
            "brokerClusterName": "c",
            "brokerId": str(broker.id),
            "brokerPermission": str(broker.perm),
        }

    def update_broker_config(self, broker: FakeBroker, request: Any) -> Any:
        if "brokerPermission" in broker.refuses:
            return AdminError(request.name, request.address, 1, "no")
        if "brokerPermission" not in broker.ignores:
            broker.perm = int(request.fields["brokerPermission"])
        self.publish_all(broker)
        return None

    def get_all_topic_config(self, broker: FakeBroker, _request: Any) -> TopicTable:
        if broker.answers_late and broker.stale is not None:
            broker.answers_late -= 1
            return TopicTable(VERSION, dict(broker.stale))
        return TopicTable(VERSION, dict(broker.topics))

    def update_and_create_topic(self, broker: FakeBroker, request: Any) -> Any:
        ext = request.ext
        if ext["topic"] in broker.refuses:
            return AdminError(request.name, request.address, 1, "no")
        if ext["topic"] in broker.ignores:
            return None
        broker.stale = dict(broker.topics)
        topic = TopicConfig(
            ext["topic"],
            int(ext["readQueueNums"]),
            int(ext["writeQueueNums"]),
            int(ext["perm"]),
            ext["topicFilterType"],
            int(ext["topicSysFlag"]),
        )
        broker.topics[topic.name] = topic
        for server in self.servers.values():
            if not server.down and topic.name not in server.drops:
                server.routes.setdefault(topic.name, {})[broker.name] = broker.published(topic)
        return None

    def get_all_subscriptiongroup_config(self, broker: FakeBroker, _request: Any) -> GroupTable:
        return GroupTable(VERSION, dict(broker.groups))

    def update_and_create_subscriptiongroup(self, broker: FakeBroker, request: Any) -> Any:
        sent = json.loads(request.body)
        if sent["groupName"] in broker.refuses:
            return AdminError(request.name, request.address, 1, "no")
        broker.groups[sent["groupName"]] = SubscriptionGroup(
            sent["groupName"],
            sent.get("consumeEnable", True),
            sent.get("consumeFromMinEnable", True),
            sent.get("consumeBroadcastEnable", True),
            sent.get("retryQueueNums", 1),
            sent.get("retryMaxTimes", 16),
            sent.get("brokerId", 0),
            sent.get("whichBrokerWhenConsumeSlowly", 1),
            sent.get("notifyConsumerIdsChangedEnable", True),
        )
        return None

    def get_all_consumer_offset(self, broker: FakeBroker, _request: Any) -> Any:
        return broker.offsets

    def get_max_offset(self, broker: FakeBroker, request: Any) -> int:
        return broker.ends.get((request.ext["topic"], int(request.ext["queueId"])), 0)

    def get_min_offset(self, _broker: FakeBroker, _request: Any) -> int:
        return 0

    def get_broker_cluster_info(self, server: FakeServer, _request: Any) -> ClusterInfo:
        return ClusterInfo(
            {name: BrokerData(name, "c", {0: address}) for name, address in server.registered.items()},
            {"c": tuple(sorted(server.registered))},
        )

    def get_all_topic_list_from_nameserver(self, server: FakeServer, _request: Any) -> frozenset[str]:
        return frozenset(server.routes)

    def get_routeinto_by_topic(self, server: FakeServer, request: Any) -> TopicRoute | None:
        topic = request.ext["topic"]
        if topic not in server.routes:
            return None
        return TopicRoute(
            topic, tuple(QueueData(broker, *row) for broker, row in sorted(server.routes[topic].items())), ()
        )

    def get_kvlist_by_namespace(self, server: FakeServer, _request: Any) -> dict[str, str]:
        return dict(server.order)

    def put_kv_config(self, server: FakeServer, request: Any) -> None:
        server.order[request.ext["key"]] = request.ext["value"]

    def delete_kv_config(self, server: FakeServer, request: Any) -> None:
        server.order.pop(request.ext["key"], None)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, sample: Any, judge: Any, **kwargs: Any) -> Any:
        return WAIT_UNTIL(sample, judge, clock=lambda: self.now, sleep=self.sleep, **kwargs)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Ended(Exception):
    """exit_json or fail_json was called."""


@pytest.fixture
def estate() -> FakeEstate:
    return FakeEstate()


@pytest.fixture
def run(estate: FakeEstate, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """run("rocketmq_topic", name="t", _ansible_check_mode=True) → the module's result; time costs nothing."""
    clock = Clock()
    results: list[dict[str, Any]] = []

    def end(failed: bool) -> Callable[..., None]:
        def ended(_self: Any, msg: str | None = None, **result: Any) -> None:
            results.append({"failed": failed, "msg": msg, "changed": False, **result})
            raise Ended

        return ended

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", end(False))
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", end(True))
    monkeypatch.setattr(_module, "Admin", lambda **_kwargs: estate)
    monkeypatch.setattr(_module, "wait_until", clock.wait)
    monkeypatch.setattr(_wait, "wait_until", clock.wait)
    monkeypatch.delenv("MQOPS_PROGRESS_FILE", raising=False)

    def start(module: str, **options: Any) -> dict[str, Any]:
        estate.audit, estate.count, estate.log = [], 0, []
        if "nameserver" not in options:  # rocketmq_lock is about one name server, not about clusters
            options.setdefault("clusters", estate.clusters)
        with patch_module_args(options), pytest.raises(Ended):
            runpy.run_module(f"ansible_collections.mqops.rocketmq.plugins.modules.{module}", run_name="__main__")
        assert estate.closed or not estate.count
        json.dumps(results[-1])
        return results[-1]

    return start


@pytest.fixture
def seeded(estate: FakeEstate) -> FakeEstate:
    """The estate with a topic and a group that exist already."""
    estate.add_topic(TopicConfig("orders", 4, 4, 6), replace(TopicConfig("%DLQ%g", 1, 1, 2), sys_flag=1))
    for broker in estate.brokers.values():
        broker.groups["g"] = SubscriptionGroup("g", broadcast=False, retry_queues=2, retry_max=3)
    estate.add_topic(TopicConfig("%RETRY%g", 1, 1, 6))
    return estate
