# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one fake cluster: requests in, 4.4.0's effects and answers out, at the boundary of Admin.

The estate knows its brokers and name servers by address. A test changes their tables, or what they do::

    estate.brokers["h:2"].down = True                           refuses connections, from now on
    estate.silent.add("h:2")                                    is reached and does not answer
    estate.silent.add(("GET_MAX_OFFSET", "h:2"))                the same for one request (or for its name everywhere)
    estate.each["GET_ALL_CONSUMER_OFFSET"] = die                happens before each look that asks for this
    clock.at(50, lambda: broker.write("orders"))                happens at a second
    estate.refuse("GET_TOPIC_STATS_INFO", topic="orders")       is answered with an error
    estate.get_broker_config = lambda broker, request: {...}    another answer, a lie for example
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    Client,
    ClusterInfo,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    Message,
    MessageQueue,
    PullResult,
    QueueData,
    QueueRange,
    RunningInfo,
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import DeadlineExceeded, RemotingError
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command

# Milliseconds: when the last message of each queue was stored.
STORED = 7
NO_ANSWER = "no answer within 5 s"
HALF = "RMQ_SYS_TRANS_HALF_TOPIC"
SCHEDULE = "SCHEDULE_TOPIC_XXXX"
MAGIC, FILLER = -626843481, -875286124


def cluster(name: str, nameserver: str, masters: Mapping[str, str]) -> dict[str, Any]:
    """A cluster as modules take it; masters by name and address."""
    brokers = [{"name": broker, "id": 0, "address": address} for broker, address in masters.items()]
    return {"name": name, "nameservers": [nameserver], "brokers": brokers}


def record(
    topic: str, queue: int, offset: int, position: int, properties: Mapping[str, str] | None = None,
    body: bytes = b"hello",
) -> bytes:  # fmt: skip
    """One message as it lies in the commit log at C(position)."""
    text = "".join(f"{key}\x01{value}\x02" for key, value in (properties or {}).items()).encode()
    host = bytes((198, 18, 50, 101)) + struct.pack(">i", 4000)
    tail = struct.pack(">i", len(body)) + body + bytes((len(topic),)) + topic.encode()
    tail += struct.pack(">h", len(text)) + text
    head = struct.pack(">iiiqqiq", 0, queue, 0, offset, position, 0, 1000) + host + struct.pack(">q", 1001) + host
    head += struct.pack(">iq", 0, 0)
    return struct.pack(">ii", 8 + len(head) + len(tail), MAGIC) + head + tail


def half_message(offset: int = 0, **properties: str) -> Message:
    return Message(HALF, 0, offset, 0, b"", properties, 0, 0, "x", "y")


class Broker:
    """One broker. Topics and groups (or options) that it C(refuses) are answered with an error, those that it
    C(ignores) with success and no effect.
    """

    def __init__(self, name: str, address: str, cluster: str, broker_id: int, servers: list[str]) -> None:
        self.name, self.address, self.cluster, self.id, self.home = name, address, cluster, broker_id, servers
        self.perm, self.version = 6, DataVersion(1, 1)
        self.settings: dict[str, str] = {}
        self.runtime = {"brokerVersionDesc": "V4_4_0", "bootTimestamp": "1", "dispatchBehindBytes": "0"}
        self.topics = {name: TopicConfig(name, 1, 1, 7), cluster: TopicConfig(cluster, 16, 16, 7)}
        self.groups = {"TOOLS_CONSUMER": SubscriptionGroup("TOOLS_CONSUMER")}
        self.offsets: dict[tuple[str, str], dict[int, int]] = {}
        self.starts: dict[tuple[str, int], int] = {}
        self.ends: dict[tuple[str, int], int] = {}
        self.delivered: dict[int, int] = {}  # of each delay level
        self.messages: dict[tuple[str, int], list[Message]] = {}
        self.log: dict[int, bytes] = {}
        self.log_end = 1000
        self.online: dict[str, ConsumerConnections] = {}
        self.producers: dict[str, tuple[Client, ...]] = {}
        self.refuses: set[str] = set()
        self.ignores: set[str] = set()
        self.down = False
        self.answers_late = 0  # how many looks at the table still show the old one after a change
        self.stale: dict[str, TopicConfig] | None = None

    @property
    def servers(self) -> list[str]:
        """Where it registers."""
        return self.settings.get("namesrvAddr", ";".join(self.home)).split(";")

    def published(self, topic: TopicConfig) -> tuple[int, int, int]:
        return topic.read_queues, topic.write_queues, topic.perm if self.perm == 6 else self.perm

    def add(self, *rows: TopicConfig | SubscriptionGroup) -> None:
        for row in rows:
            (self.topics if isinstance(row, TopicConfig) else self.groups)[row.name] = row  # type: ignore[index]

    def write(
        self, topic: str = "orders", queue: int = 0, *, in_log: bool = True, in_queue: bool = True, **properties: str
    ) -> None:
        """A message."""
        offset = self.ends.get((topic, queue), 0)
        if in_log:
            self.log[self.log_end] = record(topic, queue, offset, self.log_end, properties)
            self.log_end += len(self.log[self.log_end])
        if in_queue:
            self.ends[topic, queue] = offset + 1

    def fill(self) -> None:
        """What 4.4.0 writes at the end of a file of the log."""
        self.log[self.log_end] = struct.pack(">ii", 40, FILLER) + bytes(32)
        self.log_end += 40


class NameServer:
    """What brokers have published here. C(drops): topics whose increments get lost."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.routes: dict[str, dict[str, tuple[int, int, int]]] = {}
        self.registered: dict[str, str] = {}
        self.kv: dict[str, dict[str, str]] = {}
        self.settings = {"orderMessageEnable": "false"}
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


class Estate:
    """All clusters of a test, made of what modules take for a cluster.

    C(requests), C(rounds): what was asked in the last run, and in how many calls; C(audit): what was changed.
    """

    def __init__(self, *clusters: dict[str, Any]) -> None:
        self.homes = {one["name"]: list(one["nameservers"]) for one in clusters}
        self.servers = {address: NameServer(address) for home in self.homes.values() for address in home}
        self.brokers = {
            row["address"]: Broker(row["name"], row["address"], one["name"], row["id"], self.homes[one["name"]])
            for one in clusters
            for row in one["brokers"]
        }
        self.running: dict[tuple[str, str], RunningInfo | AdminError] = {}  # by group and client
        self.silent: set[str | tuple[str, str]] = set()
        self.stubborn: set[str] = set()  # brokers that register again as soon as they are taken out
        self.each: dict[str, Callable[[], Any]] = {}
        self.refused: list[tuple[str, dict[str, str]]] = []
        self.requests: list[Request[Any]] = []
        self.rounds = 0
        self.audit: list[dict[str, Any]] = []
        self.connected = False
        self.publish_all()

    # --- for tests -----------------------------------------------------------------------------------------

    def spec(self, name: str) -> dict[str, Any]:
        """A cluster as modules take it."""
        rows = [
            {"name": one.name, "id": one.id, "address": one.address}
            for one in self.brokers.values()
            if one.cluster == name
        ]
        return {"name": name, "nameservers": list(self.homes[name]), "brokers": rows}

    @property
    def clusters(self) -> list[dict[str, Any]]:
        return [self.spec(name) for name in self.homes]

    def peer(self, address: str) -> Broker | NameServer:
        return self.brokers.get(address) or self.servers[address]

    @property
    def log(self) -> list[tuple[str, str]]:
        """Name and address of every request."""
        return [(request.name, request.address) for request in self.requests]

    @property
    def count(self) -> int:
        return len(self.requests)

    def sent(self, *names: str) -> list[str]:
        """Where requests of these names were sent to, in order."""
        return [address for name, address in self.log if name in names]

    def refuse(self, name: str, **fields: str) -> None:
        """Requests of this name with these header fields are answered with an error."""
        self.refused.append((name, fields))

    def add(self, *rows: TopicConfig | SubscriptionGroup) -> None:
        """Topics and groups, on every broker."""
        for broker in self.brokers.values():
            broker.add(*rows)
        self.publish_all()

    def publish_all(self, *brokers: Broker) -> None:
        """Each master registers with its whole table wherever it registers, unless it is withheld."""
        for broker in brokers or self.brokers.values():
            if broker.id != 0 or int(broker.settings.get("registerBrokerTimeoutMills", "6000")) < 0:
                continue
            for server in self._servers_of(broker):
                if not server.deaf_to_tables:
                    server.registered[broker.name] = broker.address
                    for topic in broker.topics.values():
                        server.routes.setdefault(topic.name, {})[broker.name] = broker.published(topic)

    def forget(self, server: str, broker: str) -> None:
        """What a name server does when the connection of a broker ends."""
        self.servers[server].registered.pop(broker, None)
        for topic, rows in list(self.servers[server].routes.items()):
            rows.pop(broker, None)
            if not rows:
                del self.servers[server].routes[topic]

    def connect(
        self, group: str, clients: Iterable[str], where: Iterable[str], topics: Iterable[str], *,
        broadcast: bool = False, pull: bool = False,
    ) -> None:  # fmt: skip
        """The group's clients, connected to the brokers at these addresses and subscribed to topics."""
        own = {*topics} | (set() if broadcast else {f"%RETRY%{group}"})
        for address in where:
            self.brokers[address].groups.setdefault(group, SubscriptionGroup(group))
            self.brokers[address].online[group] = ConsumerConnections(
                tuple(Client(client, f"127.0.1.{number}:5{number:04d}") for number, client in enumerate(clients, 1)),
                "CONSUME_ACTIVELY" if pull else "CONSUME_PASSIVELY",
                "BROADCASTING" if broadcast else "CLUSTERING",
                "CONSUME_FROM_LAST_OFFSET",
                dict.fromkeys(own, "*"),
            )

    def holds(self, group: str, client: str, *queues: tuple[str, str, int], **figures: Any) -> None:
        """The queues that a client has, each as topic, broker's name and number."""
        held = {MessageQueue(*queue): {"locked": True, **figures} for queue in queues}
        self.running[group, client] = RunningInfo({}, {}, held)

    def _servers_of(self, broker: Broker) -> list[NameServer]:
        found = [self.servers[address] for address in broker.servers if address in self.servers]
        return [server for server in found if not server.down]

    # --- Admin ---------------------------------------------------------------------------------------------

    def client(self) -> Estate:
        """What a module gets for its Admin: the estate, with nothing asked yet."""
        self.requests, self.rounds, self.audit, self.connected = [], 0, [], True
        return self

    def close(self) -> None:
        self.connected = False

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
        self.rounds += 1
        for name in self.each.keys() & {request.name for request in asked}:
            self.each[name]()
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
        self.requests.append(request)
        answer = self.answer(request)
        if request.changes:
            result = str(answer) if isinstance(answer, AdminError) else "SUCCESS"
            fields = request.fields or request.ext
            self.audit.append({"request": request.name, "address": request.address, "fields": fields, "result": result})
        return answer

    def answer(self, request: Request[Any]) -> Any:
        name, address = request.name, request.address
        peer = self.brokers.get(address) or self.servers.get(address)
        if peer is None or peer.down:
            return AdminError(name, address, None, "cannot connect (Connection refused)")
        if self.silent & {name, address, (name, address)}:
            error = AdminError(name, address, None, NO_ANSWER)
            error.__cause__ = DeadlineExceeded(address, NO_ANSWER)
            return error
        for refused, fields in self.refused:
            if refused == name and fields.items() <= request.ext.items():
                return AdminError(name, address, 1, "no")
        answers = getattr(self, name.lower(), None)
        assert answers is not None, f"the fake cluster does not know {request}"
        return answers(peer, request)

    # --- 4.4.0: brokers ------------------------------------------------------------------------------------

    def get_broker_config(self, broker: Broker, _request: Any) -> dict[str, str]:
        return {
            "brokerName": broker.name,
            "brokerClusterName": broker.cluster,
            "brokerId": str(broker.id),
            "brokerPermission": str(broker.perm),
            **broker.settings,
        }

    def update_broker_config(self, broker: Broker, request: Any) -> Any:
        fields = {key: value for key, value in request.fields.items() if key not in broker.ignores}
        if broker.refuses & fields.keys():
            return AdminError(request.name, request.address, 1, "no")
        broker.perm = int(fields.pop("brokerPermission", broker.perm))
        broker.settings.update(fields)
        if "brokerPermission" in request.fields:
            self.publish_all(broker)
        return None

    def get_broker_runtime_info(self, broker: Broker, _request: Any) -> dict[str, str]:
        return {"commitLogMinOffset": "0", "commitLogMaxOffset": str(broker.log_end), **broker.runtime}

    def get_all_topic_config(self, broker: Broker, _request: Any) -> TopicTable:
        if broker.answers_late and broker.stale is not None:
            broker.answers_late -= 1
            return TopicTable(broker.version, dict(broker.stale))
        return TopicTable(broker.version, dict(broker.topics))

    def update_and_create_topic(self, broker: Broker, request: Any) -> Any:
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
        broker.add(topic)
        for server in self._servers_of(broker):
            if topic.name not in server.drops:
                server.routes.setdefault(topic.name, {})[broker.name] = broker.published(topic)
        return None

    def delete_topic_in_broker(self, broker: Broker, request: Any) -> Any:
        if request.ext["topic"] in broker.refuses:
            return AdminError(request.name, request.address, 1, "no")
        if request.ext["topic"] not in broker.ignores:
            broker.topics.pop(request.ext["topic"], None)
        return None

    def get_all_subscriptiongroup_config(self, broker: Broker, _request: Any) -> GroupTable:
        return GroupTable(broker.version, dict(broker.groups))

    def update_and_create_subscriptiongroup(self, broker: Broker, request: Any) -> Any:
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

    def delete_subscriptiongroup(self, broker: Broker, request: Any) -> None:
        broker.groups.pop(request.ext["groupName"], None)

    def get_all_consumer_offset(self, broker: Broker, _request: Any) -> Any:
        return {pair: dict(queues) for pair, queues in broker.offsets.items()}

    def update_consumer_offset(self, broker: Broker, request: Any) -> None:
        ext = request.ext
        queues = broker.offsets.setdefault((ext["topic"], ext["consumerGroup"]), {})
        queues[int(ext["queueId"])] = int(ext["commitOffset"])

    def get_all_delay_offset(self, broker: Broker, _request: Any) -> dict[int, int]:
        return dict(broker.delivered)

    def get_max_offset(self, broker: Broker, request: Any) -> int:
        return broker.ends.get((request.ext["topic"], int(request.ext["queueId"])), 0)

    def get_min_offset(self, broker: Broker, request: Any) -> int:
        return broker.starts.get((request.ext["topic"], int(request.ext["queueId"])), 0)

    def get_topic_stats_info(self, broker: Broker, request: Any) -> dict[int, QueueRange] | None:
        name = request.ext["topic"]
        if name not in broker.topics:
            return None
        return {
            queue: QueueRange(broker.starts.get((name, queue), 0), broker.ends.get((name, queue), 0), STORED)
            for queue in range(broker.topics[name].write_queues)
        }

    def pull_message(self, broker: Broker, request: Any) -> PullResult:
        held = broker.messages.get((request.ext["topic"], int(request.ext["queueId"])), [])
        first = int(request.ext["queueOffset"])
        found = tuple(held[first : first + int(request.ext["maxMsgNums"])])
        return PullResult("FOUND", found, first + len(found), 0, len(held))

    def view_message_by_id(self, broker: Broker, request: Any) -> Any:
        found = broker.log.get(int(request.ext["offset"]))
        if found is None:
            return AdminError(request.name, request.address, 1, "can not find message by the offset")
        return request.parse(Command(code=0, body=found))

    def get_consumer_connection_list(self, broker: Broker, request: Any) -> ConsumerConnections | None:
        return broker.online.get(request.ext["consumerGroup"])

    def get_producer_connection_list(self, broker: Broker, request: Any) -> tuple[Client, ...] | None:
        return broker.producers.get(request.ext["producerGroup"])

    def get_consumer_running_info(self, _broker: Broker, request: Any) -> RunningInfo | AdminError:
        found = self.running.get((request.ext["consumerGroup"], request.ext["clientId"]))
        return found or AdminError(request.name, request.address, 207, "consumer did not answer")

    # --- 4.4.0: name servers -------------------------------------------------------------------------------

    def _listed(self, server: NameServer, name: str) -> BrokerData:
        """A broker as a name server lists it, with its slaves."""
        master = self.brokers.get(server.registered.get(name, ""))
        if master is None:
            master = next(one for one in self.brokers.values() if one.name == name)
        slaves = {
            one.id: one.address
            for one in self.brokers.values()
            if one.id != 0 and (one.name, one.cluster) == (name, master.cluster)
        }
        return BrokerData(name, master.cluster, {**slaves, 0: master.address})

    def get_broker_cluster_info(self, server: NameServer, _request: Any) -> ClusterInfo:
        brokers = {name: self._listed(server, name) for name in sorted(server.registered)}
        clusters: dict[str, tuple[str, ...]] = {}
        for name, data in brokers.items():
            clusters[data.cluster] = (*clusters.get(data.cluster, ()), name)
        return ClusterInfo(brokers, clusters)

    def get_all_topic_list_from_nameserver(self, server: NameServer, _request: Any) -> frozenset[str]:
        return frozenset(server.routes)

    def get_routeinto_by_topic(self, server: NameServer, request: Any) -> TopicRoute | None:
        topic = request.ext["topic"]
        rows = sorted(server.routes.get(topic, {}).items())
        if not rows:
            return None
        brokers = tuple(self._listed(server, name) for name, _row in rows)
        return TopicRoute(topic, tuple(QueueData(name, *row) for name, row in rows), brokers)

    def delete_topic_in_namesrv(self, server: NameServer, request: Any) -> None:
        server.routes.pop(request.ext["topic"], None)

    def register_broker(self, server: NameServer, request: Any) -> None:
        server.registered[request.ext["brokerName"]] = request.ext["brokerAddr"]

    def unregister_broker(self, server: NameServer, request: Any) -> None:
        if request.ext["brokerAddr"] not in self.stubborn:
            server.registered.pop(request.ext["brokerName"], None)

    def get_namesrv_config(self, server: NameServer, _request: Any) -> dict[str, str]:
        return dict(server.settings)

    def get_kvlist_by_namespace(self, server: NameServer, request: Any) -> dict[str, str]:
        return dict(server.table(request.ext["namespace"]))

    def put_kv_config(self, server: NameServer, request: Any) -> None:
        server.table(request.ext["namespace"])[request.ext["key"]] = request.ext["value"]

    def delete_kv_config(self, server: NameServer, request: Any) -> None:
        server.table(request.ext["namespace"]).pop(request.ext["key"], None)
