# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that is played at the Admin boundary: requests in, 4.4.0's effects and answers out."""

from __future__ import annotations

import json
import runpy
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    Client,
    ClusterInfo,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    Message,
    PullResult,
    QueueData,
    QueueRange,
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import base as _module
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import RemotingError
from ansible_collections.mqops.rocketmq.tests.resources.module_args import patch_module_args

VERSION = DataVersion(1, 1)


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
        self.settings: dict[str, str] = {}
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
        self.kv: dict[str, dict[str, str]] = {}
        self.drops: set[str] = set()
        self.deaf_to_tables = False
        self.down = False

    def table(self, namespace: str) -> dict[str, str]:
        return self.kv.setdefault(namespace, {})

    @property
    def order(self) -> dict[str, str]:
        return self.table("ORDER_TOPIC_CONFIG")

    @property
    def held(self) -> dict[str, str]:
        return self.table("MQOPS_ORDER_HELD")


def _in_turns(requests: list[Request[Any]]) -> list[int]:
    """Positions as they are sent when each address has one request in flight and all answer at the same pace."""
    turns: dict[str, int] = {}
    order = []
    for index, request in enumerate(requests):
        turns[request.address] = turns.get(request.address, -1) + 1
        order.append((turns[request.address], index))
    return [index for _turn, index in sorted(order)]


class FakeEstate:
    """All of it, with the log of every request as (name, address)."""

    def __init__(self) -> None:
        self.brokers = {b.address: b for b in (FakeBroker("a", "h:1"), FakeBroker("b", "h:2"))}
        self.servers = {s.address: s for s in (FakeServer("n:1"), FakeServer("n:2"))}
        self.log: list[tuple[str, str]] = []
        self.audit: list[dict[str, Any]] = []
        self.count = 0
        self.closed = False
        self.stubborn: set[str] = set()  # brokers that register again as soon as they are taken out
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

    def ask_all(
        self,
        requests: Iterable[Request[Any]],
        *,
        serial: bool = False,
        ahead: int = 0,
        on_answer: Callable[[], None] | None = None,
    ) -> list[Any]:
        asked = list(requests)
        answers: dict[int, Any] = {}
        silent: dict[str, AdminError] = {}
        for index in _in_turns(asked) if serial else range(len(asked)):
            request = asked[index]
            answers[index] = silent.get(request.address) or self._ask_one(request)
            if serial and isinstance(answers[index], AdminError) and answers[index].code is None:
                silent[request.address] = held_back = AdminError(request.name, request.address, None, "no answer")
                held_back.__cause__ = RemotingError(request.address, "no answer")
                held_back.__cause__.sent = False
            if on_answer is not None:
                on_answer()
        return [answers[index] for index in range(len(asked))]

    def _ask_one(self, request: Request[Any]) -> Any:
        self.count += 1
        self.log.append((request.name, request.address))
        answer = self.answer(request)
        if request.changes:
            result = str(answer) if isinstance(answer, AdminError) else "SUCCESS"
            fields = request.fields or request.ext
            sent = {"request": request.name, "address": request.address, "fields": fields, "result": result}
            self.audit.append(sent)
        return answer

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
            **broker.settings,
        }

    def update_broker_config(self, broker: FakeBroker, request: Any) -> Any:
        if "brokerPermission" in broker.refuses:
            return AdminError(request.name, request.address, 1, "no")
        fields = dict(request.fields)
        perm = fields.pop("brokerPermission", None)
        broker.settings.update({key: value for key, value in fields.items() if key not in broker.ignores})
        if perm is not None:
            if "brokerPermission" not in broker.ignores:
                broker.perm = int(perm)
            self.publish_all(broker)
        return None

    def unregister_broker(self, server: FakeServer, request: Any) -> None:
        if request.ext["brokerAddr"] not in self.stubborn:
            server.registered.pop(request.ext["brokerName"], None)

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

    def get_kvlist_by_namespace(self, server: FakeServer, request: Any) -> dict[str, str]:
        return dict(server.table(request.ext["namespace"]))

    def put_kv_config(self, server: FakeServer, request: Any) -> None:
        server.table(request.ext["namespace"])[request.ext["key"]] = request.ext["value"]

    def delete_kv_config(self, server: FakeServer, request: Any) -> None:
        server.table(request.ext["namespace"]).pop(request.ext["key"], None)


class FakePair(FakeEstate):
    """A source C(c) with master a, and a target C(d) with masters hub-a and hub-b that has joined c's name server."""

    def __init__(self) -> None:
        super().__init__()
        self.online: dict[tuple[str, str], ConsumerConnections] = {}
        self.delayed: dict[str, dict[int, int]] = {}
        self.half: list[Message] = []
        self.producers: dict[str, tuple[Client, ...]] = {}
        source = self.brokers["h:1"]
        hubs = [FakeBroker("hub-a", "h:8"), FakeBroker("hub-b", "h:9")]
        self.brokers = {broker.address: broker for broker in (source, *hubs)}
        self.servers = {address: FakeServer(address) for address in ("n:1", "n:8")}
        for hub in hubs:
            hub.perm = 4
            hub.topics = {hub.name: TopicConfig(hub.name, 1, 1, 7), "d": TopicConfig("d", 16, 16, 7)}
        for broker in self.brokers.values():
            self.publish_all(broker)

    def home(self, broker: str) -> str:
        return "d" if broker.startswith("hub") else "c"

    def spec(self, cluster: str) -> dict[str, Any]:
        brokers = [
            {"name": one.name, "id": 0, "address": one.address}
            for one in self.brokers.values()
            if self.home(one.name) == cluster
        ]
        return {"name": cluster, "nameservers": ["n:1" if cluster == "c" else "n:8"], "brokers": brokers}

    @property
    def clusters(self) -> list[dict[str, Any]]:
        return [self.spec("c"), self.spec("d")]

    @property
    def hubs(self) -> list[FakeBroker]:
        return [self.brokers["h:8"], self.brokers["h:9"]]

    def publish_all(self, broker: FakeBroker) -> None:
        for server in self.servers.values():
            if server.down or server.deaf_to_tables or (server.address == "n:8" and broker.name == "a"):
                continue
            server.registered[broker.name] = broker.address
            for topic in broker.topics.values():
                server.routes.setdefault(topic.name, {})[broker.name] = broker.published(topic)

    def get_broker_config(self, broker: FakeBroker, request: Any) -> dict[str, str]:
        listed = {"namesrvAddr": "n:1;n:8"} if self.home(broker.name) == "d" else {}
        return {**super().get_broker_config(broker, request), "brokerClusterName": self.home(broker.name), **listed}

    def update_and_create_topic(self, broker: FakeBroker, request: Any) -> Any:
        answer = super().update_and_create_topic(broker, request)
        if broker.name == "a":
            self.servers["n:8"].routes.get(request.ext["topic"], {}).pop("a", None)
        return answer

    def get_broker_cluster_info(self, server: FakeServer, _request: Any) -> ClusterInfo:
        names = sorted(server.registered)
        clusters = {home: tuple(name for name in names if self.home(name) == home) for home in "cd"}
        return ClusterInfo(
            {name: BrokerData(name, self.home(name), {0: server.registered[name]}) for name in names}, clusters
        )

    def get_routeinto_by_topic(self, server: FakeServer, request: Any) -> TopicRoute | None:
        route = super().get_routeinto_by_topic(server, request)
        if route is None or not route.queues:
            return None
        brokers = tuple(BrokerData(row.broker, self.home(row.broker), {0: "x"}) for row in route.queues)
        return replace(route, brokers=brokers)

    def get_topic_stats_info(self, broker: FakeBroker, request: Any) -> dict[int, QueueRange] | None:
        name = request.ext["topic"]
        if name not in broker.topics:
            return None
        return {
            queue: QueueRange(0, broker.ends.get((name, queue), 0)) for queue in range(broker.topics[name].write_queues)
        }

    def get_consumer_connection_list(self, broker: FakeBroker, request: Any) -> ConsumerConnections | None:
        return self.online.get((broker.address, request.ext["consumerGroup"]))

    def get_all_delay_offset(self, broker: FakeBroker, _request: Any) -> dict[int, int]:
        return self.delayed.get(broker.address, {})

    def update_consumer_offset(self, broker: FakeBroker, request: Any) -> None:
        ext = request.ext
        queues = broker.offsets.setdefault((ext["topic"], ext["consumerGroup"]), {})
        queues[int(ext["queueId"])] = int(ext["commitOffset"])

    def pull_message(self, _broker: FakeBroker, request: Any) -> PullResult:
        at = int(request.ext["queueOffset"])
        found = tuple(self.half[at : at + 32])
        return PullResult("FOUND", found, at + len(found), 0, len(self.half))

    def get_producer_connection_list(self, _broker: FakeBroker, request: Any) -> tuple[Client, ...] | None:
        return self.producers.get(request.ext["producerGroup"])

    def delete_topic_in_broker(self, broker: FakeBroker, request: Any) -> Any:
        if request.ext["topic"] in broker.refuses:
            return AdminError(request.name, request.address, 1, "no")
        if request.ext["topic"] not in broker.ignores:
            broker.topics.pop(request.ext["topic"], None)
        return None

    def delete_topic_in_namesrv(self, server: FakeServer, request: Any) -> None:
        server.routes.pop(request.ext["topic"], None)

    def delete_subscriptiongroup(self, broker: FakeBroker, request: Any) -> None:
        broker.groups.pop(request.ext["groupName"], None)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Ended(Exception):
    """exit_json or fail_json was called."""


@pytest.fixture
def estate() -> FakeEstate:
    return FakeEstate()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(estate: FakeEstate, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """run("rocketmq_topic", name="t", _ansible_check_mode=True) → the module's result; time costs nothing."""
    results: list[dict[str, Any]] = []

    def end(failed: bool) -> Callable[..., None]:
        def ended(_self: Any, msg: str | None = None, **result: Any) -> None:
            results.append({"failed": failed, "msg": msg, "changed": False, **result})
            raise Ended

        return ended

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", end(False))
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", end(True))
    monkeypatch.setattr(_module, "Admin", lambda **_kwargs: estate)
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.delenv("MQOPS_PROGRESS_FILE", raising=False)

    def start(module: str, **options: Any) -> dict[str, Any]:
        estate.audit, estate.count, estate.log = [], 0, []
        if module != "rocketmq_proofs" and not {"target", "cluster", "nameserver"} & set(options):
            options.setdefault("clusters", estate.clusters)
        with patch_module_args({"_ansible_diff": True, **options}), pytest.raises(Ended):
            runpy.run_module(f"ansible_collections.mqops.rocketmq.plugins.modules.{module}", run_name="__main__")
        assert estate.closed or not estate.count
        json.dumps(results[-1])
        return results[-1]

    return start


@pytest.fixture
def pair() -> FakePair:
    return FakePair()


@pytest.fixture
def seeded(estate: FakeEstate) -> FakeEstate:
    """The estate with a topic and a group that exist already."""
    estate.add_topic(TopicConfig("orders", 4, 4, 6), replace(TopicConfig("%DLQ%g", 1, 1, 2), sys_flag=1))
    for broker in estate.brokers.values():
        broker.groups["g"] = SubscriptionGroup("g", broadcast=False, retry_queues=2, retry_max=3)
    estate.add_topic(TopicConfig("%RETRY%g", 1, 1, 6))
    return estate
