# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of conflicts over a clean estate of two sources: each fault is found, by its code, where it is."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    BrokerSpec,
    BrokerView,
    Client,
    ClusterInfo,
    ClusterSnapshot,
    ClusterSpec,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    NameServerView,
    QueueData,
    QueueRange,
    RunningInfo,
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight import estimate
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight import judge as conflicts
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.facts import DnsFact, Facts
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import CATALOGUE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import PREFLIGHT
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables import merge

VERSION = DataVersion(1, 1)
TARGET = ClusterSpec(
    "hub",
    ("198.18.50.80:9876",),
    (BrokerSpec("hub-a", 0, "198.18.50.81:10911"), BrokerSpec("hub-b", 0, "198.18.50.82:10911")),
)
CONFIG = {"brokerPermission": "6", "autoCreateTopicEnable": "false", "autoCreateSubscriptionGroup": "false"}
RUNTIME = {"brokerVersionDesc": "V4_4_0", "commitLogMaxOffset": "1000", "dispatchBehindBytes": "0"}
BUSINESS = frozenset({"198.18.50.101"})
FIRST, LAST = "198.18.50.20:9876", "198.18.50.40:9876"


def client(name: str, language: str = "JAVA", version: int = 293, address: str = "198.18.50.101:4000") -> Client:
    return Client(name, address, language, version)


def online(*clients: Client, model: str = "CLUSTERING", kind: str = "CONSUME_PASSIVELY", **topics: str):
    return ConsumerConnections(clients or (client("c1"),), kind, model, "x", topics)


def source(name: str, net: int) -> ClusterSnapshot:
    """Two masters with equal tables and a slave; one topic and one group that is online and has read everything."""
    specs = [BrokerSpec(f"broker-{letter}", 0, f"198.18.50.{net + 1 + i}:10911") for i, letter in enumerate("ab")]
    slave = BrokerSpec("broker-a", 1, f"198.18.50.{net + 4}:10911")
    spec = ClusterSpec(name, (f"198.18.50.{net}:9876",), (*specs, slave))
    topic, group = f"{name}-orders", f"{name}-g"
    rows = (TopicConfig(topic, 4, 4, 6), TopicConfig(f"%RETRY%{group}", 1, 1, 6))
    config = {**CONFIG, "namesrvAddr": f"{name}-ns.mq.test:9876"}
    views = {}
    for broker in specs:
        views[broker.address] = BrokerView(
            spec=broker,
            config=config,
            runtime=RUNTIME,
            topics=TopicTable(VERSION, {row.name: row for row in rows}),
            groups=GroupTable(VERSION, {group: SubscriptionGroup(group)}),
            offsets={(topic, group): {0: 7}},
            stats={topic: {0: QueueRange(0, 7)}, f"%RETRY%{group}": {0: QueueRange(0, 0)}},
            connections={group: online(client(f"{name}-c1"), **{topic: "*"})},
            half=(3, 3),
        )
    views[slave.address] = BrokerView(spec=slave, config=config, runtime=RUNTIME)
    info = ClusterInfo(
        {
            "broker-a": BrokerData("broker-a", name, {0: specs[0].address, 1: slave.address}),
            "broker-b": BrokerData("broker-b", name, {0: specs[1].address}),
        },
        {name: ("broker-a", "broker-b")},
    )
    server = NameServerView(cluster_info=info, topic_list=frozenset(), order_conf={})
    return ClusterSnapshot(spec=spec, nameservers={spec.nameservers[0]: server}, brokers=views)


def mro() -> ClusterSnapshot:
    return source("mro", 20)


def mdm() -> ClusterSnapshot:
    return source("mdm", 40)


# --- changes of one thing -----------------------------------------------------------------------------------


def master(snapshot, number=0, **changes):
    address = snapshot.spec.masters[number].address
    snapshot.brokers[address] = dataclasses.replace(snapshot.brokers[address], **changes)
    return snapshot


def masters(snapshot, change):
    """change(view) → the fields that are other."""
    for spec in snapshot.spec.masters:
        snapshot.brokers[spec.address] = dataclasses.replace(
            snapshot.brokers[spec.address], **change(snapshot.brokers[spec.address])
        )
    return snapshot


def with_topic(snapshot, *rows, only=None, held=0, read=True):
    """Topics on all masters; read: by the source's own group, which keeps TOPIC_UNREAD away."""

    def change(view):
        if only is not None and view.spec.name != only:
            return {}
        reader = f"{snapshot.spec.name}-g"
        return {
            "topics": TopicTable(VERSION, {**view.topics.topics, **{row.name: row for row in rows}}),
            "stats": {**view.stats, **{row.name: {0: QueueRange(0, held)} for row in rows}},
            "offsets": {**view.offsets, **({(row.name, reader): {0: held} for row in rows} if read else {})},
        }

    return masters(snapshot, change)


def with_group(snapshot, *rows, only=None, committed=True):
    def change(view):
        if only is not None and view.spec.name != only:
            return {}
        topic = f"{snapshot.spec.name}-orders"
        return {
            "groups": GroupTable(VERSION, {**view.groups.groups, **{row.name: row for row in rows}}),
            "offsets": {**view.offsets, **({(topic, row.name): {0: 7} for row in rows} if committed else {})},
        }

    return masters(snapshot, change)


def with_online(snapshot, group, connections, committed=True):
    with_group(snapshot, SubscriptionGroup(group), committed=committed)
    return masters(snapshot, lambda view: {"connections": {**view.connections, group: connections}})


def configured(snapshot, number=0, **values):
    return master(snapshot, number, config={**snapshot.masters[number].config, **values})


def silent(snapshot, address, *, timed_out=False):
    one = snapshot.brokers[address]
    nothing = {
        item.name: Unknown("no answer", timed_out=timed_out)
        for item in dataclasses.fields(one)
        if item.name != "spec" and getattr(one, item.name) is not None
    }
    snapshot.brokers[address] = dataclasses.replace(one, **nothing)
    return snapshot


def nameserver(snapshot, **changes):
    server = snapshot.spec.nameservers[0]
    snapshot.nameservers[server] = dataclasses.replace(snapshot.nameservers[server], **changes)
    return snapshot


def listed(snapshot, name, addresses):
    info = snapshot.nameservers[snapshot.spec.nameservers[0]].cluster_info
    brokers = {**info.brokers, name: BrokerData(name, "mro", addresses)}
    return nameserver(snapshot, cluster_info=ClusterInfo(brokers, info.clusters))


def renamed(**values):
    return dataclasses.replace(TARGET, **values)


def routes_of(snapshot):
    """What name servers publish of tables as they are."""
    rows: dict[str, list[QueueData]] = {}
    for spec in snapshot.spec.masters:
        view = snapshot.brokers[spec.address]
        if isinstance(view.topics, TopicTable):
            permission = view.config.get("brokerPermission", "6") if isinstance(view.config, dict) else "6"
            for name, row in view.topics.topics.items():
                perm = row.perm if permission == "6" else int(permission)
                rows.setdefault(name, []).append(QueueData(spec.name, row.read_queues, row.write_queues, perm))
    return {
        server: {name: TopicRoute(name, tuple(queues), ()) for name, queues in rows.items()}
        for server in snapshot.spec.nameservers
    }


def facts(*snapshots, target=TARGET, **changes) -> Facts:
    specs = tuple(snapshot.spec for snapshot in snapshots)
    tables = {snapshot.spec.name: merge.merge([snapshot], target, specs) for snapshot in snapshots}
    routes: dict = {}
    for snapshot in snapshots:
        routes.update(routes_of(snapshot))
    values = {
        "snapshots": tuple(snapshots),
        "tables": tables,
        "merged": merge.union(tables.values()),
        "target": target,
        "specs": specs,
        "routes": routes,
        "target_config": {"autoCreateTopicEnable": False, "autoCreateSubscriptionGroup": False},
        "names": {"mro-ns.mq.test": "mro", "mdm-ns.mq.test": "mdm"},
        "business": BUSINESS,
        "nameserver_configs": {server: {} for spec in specs for server in spec.nameservers},
        "later": {broker.address: RUNTIME for spec in specs for broker in spec.brokers},
        "dns": (DnsFact("mro-ns.mq.test", "198.18.50.2#53", "mro", ("198.18.50.20",), ("198.18.50.20",)),),
    }
    return Facts(**{**values, **changes})


def dns(expected=("198.18.50.20",), values=("198.18.50.20",), origin="mro"):
    return {"dns": (DnsFact("mro-ns.mq.test", "198.18.50.2#53", origin, expected, values),)}


def routed(change, *snapshots):
    """change(routes of the first name server): in place."""
    value = facts(*snapshots)
    change(value.routes[FIRST])
    return value


def queue(row: QueueData, **changes) -> TopicRoute:
    return TopicRoute("mro-orders", (dataclasses.replace(row, **changes),), ())


def told(*rows):
    """running: (group, client, subscriptions, properties) rows of mro."""
    return {"running": {"mro": {(group, one): RunningInfo(props, topics, {}) for group, one, topics, props in rows}}}


def found(value):
    return {(reason.code, reason.subject) for reason in conflicts.judge(value)}


CLEAN = {("SAME_BROKER_NAME", "broker-a"), ("SAME_BROKER_NAME", "broker-b")}


def test_a_clean_estate_gives_notices_only():
    assert found(facts(mro(), mdm())) == CLEAN
    assert {reason.severity for reason in conflicts.judge(facts(mro(), mdm()))} == {"notice"}


LONG = "t" * 128
TWO = (client("one"), client("two"))
LATER = {"198.18.50.24:10911": {**RUNTIME, "commitLogMaxOffset": "900"}}
BEHIND = {"198.18.50.21:10911": {**RUNTIME, "commitLogMaxOffset": "1200", "dispatchBehindBytes": "300"}}


def joining_later():
    """What was agreed about mro is known from the plan; only mdm was read."""
    both = facts(mro(), with_topic(mdm(), TopicConfig("mro-orders", 4, 4, 6)))
    return dataclasses.replace(both, snapshots=both.snapshots[1:])


FAULTS = [
    # names that meet
    ("SAME_TOPIC_SERVED", "mro-orders", joining_later),
    ("SAME_GROUP", "mro-g", lambda: facts(mro(), with_group(mdm(), SubscriptionGroup("mro-g")))),
    ("SAME_TOPIC", "mro-orders", lambda: facts(mro(), with_topic(mdm(), TopicConfig("mro-orders", 4, 4, 6)))),
    ("SAME_TOPIC_UNEQUAL", "mro-orders", lambda: facts(mro(), with_topic(mdm(), TopicConfig("mro-orders", 8, 4, 6)))),
    ("TARGET_SINGLE_MASTER", "hub", lambda: facts(mro(), mdm(), target=renamed(brokers=TARGET.brokers[:1]))),
    (
        "SAME_BROKER_NAME_TARGET",
        "hub/broker-a",
        lambda: facts(mro(), mdm(), target=renamed(brokers=(BrokerSpec("broker-a", 0, "198.18.50.81:10911"),))),
    ),
    (
        "SAME_ADDRESS",
        "198.18.50.81:10911",
        lambda: facts(mro(), mdm(), target=renamed(nameservers=("198.18.50.81:10911",))),
    ),
    ("SAME_CLUSTER_NAME", "mro", lambda: facts(mro(), mdm(), target=renamed(name="mro"))),
    ("NAME_IS_TOPIC", "mdm/hub", lambda: facts(mro(), with_topic(mdm(), TopicConfig("hub", 1, 1, 6)))),
    ("NAME_IS_TOPIC", "mdm/hub-b", lambda: facts(mro(), with_topic(mdm(), TopicConfig("hub-b", 1, 1, 6)))),
    ("BROKER_NAMES_MEET", "broker-a", lambda: facts(mro(), configured(mdm(), namesrvAddr=f"{LAST};{FIRST}"))),
    ("BROKER_NAMES_MEET", "broker-b", lambda: facts(mro(), configured(mdm(), 1, namesrvAddr="mro-ns.mq.test:9876"))),
    # names that cannot be used
    ("TOPIC_NAME_TOO_LONG", f"mdm/{LONG}", lambda: facts(mro(), with_topic(mdm(), TopicConfig(LONG, 1, 1, 6)))),
    ("GROUP_NAME_TOO_LONG", "mdm/" + "g" * 121, lambda: facts(mro(), with_group(mdm(), SubscriptionGroup("g" * 121)))),
    ("NAME_UNUSABLE", "mdm/a b", lambda: facts(mro(), with_topic(mdm(), TopicConfig("a b", 1, 1, 6)))),
    ("NAME_HAS_AT", "mdm/a@b", lambda: facts(mro(), with_group(mdm(), SubscriptionGroup("a@b")))),
    # settings
    ("DELAY_LEVELS_DIFFER", "mro/broker-a", lambda: facts(configured(mro(), messageDelayLevel="1s 2s"), mdm())),
    ("MAX_MESSAGE_SIZE_SMALLER", "mro/broker-a", lambda: facts(configured(mro(), maxMessageSize="9999999"), mdm())),
    ("MAX_MESSAGE_SIZE_LARGER", "mro/broker-a", lambda: facts(configured(mro(), maxMessageSize="65536"), mdm())),
    ("ACL_DIFFERS", "mro/broker-a", lambda: facts(configured(mro(), aclEnable="true"), mdm())),
    ("AUTO_CREATE", "mro/broker-a", lambda: facts(configured(mro(), autoCreateTopicEnable="true"), mdm())),
    ("AUTO_CREATE_DIFFERS", "mro/broker-a", lambda: facts(configured(mro(), autoCreateTopicEnable="true"), mdm())),
    ("FILTER_DIFFERS", "mro/broker-a", lambda: facts(configured(mro(), enablePropertyFilter="true"), mdm())),
    ("TRACE_DIFFERS", "mro/broker-a", lambda: facts(configured(mro(), traceTopicEnable="true"), mdm())),
    ("RETENTION_SHORT", "mro/broker-a", lambda: facts(configured(mro(), fileReservedTime="24"), mdm())),
    (
        "RETENTION_DISK",
        "mro/broker-a",
        lambda: facts(master(mro(), runtime={**RUNTIME, "commitLogDiskRatio": "0.75"}), mdm()),
    ),
    ("SOURCE_PERMISSION", "mro/broker-a", lambda: facts(configured(mro(), brokerPermission="4"), mdm())),
    (
        "ORDER_MESSAGE_ENABLED",
        f"mro/{FIRST}",
        lambda: facts(mro(), mdm(), nameserver_configs={FIRST: {"orderMessageEnable": "true"}}),
    ),
    (
        "ORDER_MESSAGE_DIFFERS",
        f"mro/{FIRST}",
        lambda: facts(mro(), mdm(), target_nameserver_config={"orderMessageEnable": True}),
    ),
    (
        "NAMESERVER_UNLISTED",
        "mro/broker-a:0",
        lambda: facts(configured(mro(), namesrvAddr=f"{FIRST};198.18.50.99:9876"), mdm()),
    ),
    (
        "NAMESERVER_UNLISTED",
        "mro/broker-b:0",
        lambda: facts(configured(mro(), 1, namesrvAddr="old-ns.mq.test:9876"), mdm()),
    ),
    (
        "ADDRESS_SERVER_USED",
        "mro/broker-b:0",
        lambda: facts(configured(mro(), 1, namesrvAddr="", fetchNamesrvAddrByAddressServer="true"), mdm()),
    ),
    (
        "OTHER_VERSION",
        "mro/broker-a:0",
        lambda: facts(master(mro(), runtime={**RUNTIME, "brokerVersionDesc": "V4_5_0"}), mdm()),
    ),
    # members and what they hold
    ("BROKER_UNKNOWN", "mro/broker-a", lambda: facts(silent(mro(), "198.18.50.21:10911"), mdm())),
    ("BROKER_UNKNOWN", "mro/broker-a", lambda: facts(silent(mro(), "198.18.50.21:10911", timed_out=True), mdm())),
    ("BROKER_UNKNOWN", "mro/broker-b", lambda: facts(master(mro(), 1, offsets=Unknown("timed out")), mdm())),
    ("BROKER_UNKNOWN", "mro/broker-a", lambda: facts(master(mro(), connections={"g": Unknown("x")}), mdm())),
    ("SLAVE_UNKNOWN", "mro/broker-a:1", lambda: facts(silent(mro(), "198.18.50.24:10911"), mdm())),
    ("SLAVE_UNKNOWN", "mro/broker-a:1", lambda: facts(silent(mro(), "198.18.50.24:10911", timed_out=True), mdm())),
    ("SLAVE_BEHIND", "mro/broker-a:1", lambda: facts(mro(), mdm(), later=LATER)),
    ("DISPATCH_BEHIND", "mro/broker-a", lambda: facts(mro(), mdm(), later=BEHIND)),
    (
        "NAMESERVER_UNKNOWN",
        f"mro/{FIRST}",
        lambda: facts(nameserver(mro(), cluster_info=Unknown("timed out")), mdm()),
    ),
    (
        "NAMESERVER_UNKNOWN",
        f"mro/{FIRST}",
        lambda: facts(mro(), mdm(), nameserver_configs={FIRST: Unknown("timed out")}),
    ),
    (
        "NAMESERVER_UNKNOWN",
        f"mro/{FIRST}",
        lambda: routed(lambda routes: routes.update({"mro-orders": Unknown("timed out")}), mro(), mdm()),
    ),
    (
        "NOTHING_SEEN",
        "mdm",
        lambda: facts(
            mro(),
            masters(
                mdm(),
                lambda view: {
                    "topics": TopicTable(VERSION, {}),
                    "groups": GroupTable(VERSION, {}),
                    "offsets": {},
                    "connections": {},
                },
            ),
        ),
    ),
    ("BROKER_NOT_REGISTERED", f"{FIRST}/broker-b:0", lambda: facts(listed(mro(), "broker-b", {}), mdm())),
    (
        "BROKER_ADDRESS_DIFFERS",
        f"{FIRST}/broker-b:0",
        lambda: facts(listed(mro(), "broker-b", {0: "198.18.50.29:10911"}), mdm()),
    ),
    (
        "BROKER_NOT_IN_INVENTORY",
        f"{FIRST}/broker-z:0",
        lambda: facts(listed(mro(), "broker-z", {0: "198.18.50.29:10911"}), mdm()),
    ),
    (
        "BROKER_NOT_IN_INVENTORY",
        f"{FIRST}/hub-a-returning:0",
        lambda: facts(listed(mro(), "hub-a-returning", {0: "198.18.50.29:10911"}), mdm()),
    ),
    (
        "TOPICS_NOT_ROUTED",
        f"{FIRST}/broker-a",
        lambda: routed(lambda routes: routes.update({"mro-orders": None}), mro(), mdm()),
    ),
    (
        "TOPICS_NOT_ROUTED",
        f"{FIRST}/broker-b",
        lambda: routed(
            lambda routes: routes.update({"mro-orders": queue(QueueData("broker-a", 4, 4, 6))}), mro(), mdm()
        ),
    ),
    (
        "ROUTES_DIFFER",
        f"{FIRST}/broker-a",
        lambda: routed(
            lambda routes: routes.update({"mro-orders": queue(QueueData("broker-a", 4, 3, 6))}), mro(), mdm()
        ),
    ),
    (
        "ROUTE_PERM_DIFFERS",
        f"{FIRST}/broker-a",
        lambda: routed(
            lambda routes: routes.update({"mro-orders": queue(QueueData("broker-a", 4, 4, 4))}), mro(), mdm()
        ),
    ),
    (
        "TOPIC_TABLES_DIFFER",
        "mro/late",
        lambda: facts(with_topic(mro(), TopicConfig("late", 1, 1, 6), only="broker-a"), mdm()),
    ),
    (
        "GROUP_TABLES_DIFFER",
        "mro/late",
        lambda: facts(with_group(mro(), SubscriptionGroup("late"), only="broker-b"), mdm()),
    ),
    ("TOPIC_UNREAD", "mro/alone", lambda: facts(with_topic(mro(), TopicConfig("alone", 1, 1, 6), read=False), mdm())),
    (
        "TOPIC_WITHOUT_GROUP",
        "mro/alone",
        lambda: facts(with_topic(mro(), TopicConfig("alone", 1, 1, 6), read=False, held=2), mdm()),
    ),
    (
        "DLQ_CONTENT",
        "mro/%DLQ%mro-g",
        lambda: facts(with_topic(mro(), TopicConfig("%DLQ%mro-g", 1, 1, 2), held=3), mdm()),
    ),
    (
        "RETRY_TOPIC_NARROW",
        "mro/mro-g",
        lambda: facts(with_group(mro(), SubscriptionGroup("mro-g", retry_queues=2)), mdm()),
    ),
    (
        "ORDERED_TOPIC",
        "mro/mro-orders",
        lambda: facts(nameserver(mro(), order_conf={"mro-orders": "broker-a:4"}), mdm()),
    ),
    # names in DNS
    ("DNS_SOURCE_UNKNOWN", "mro-ns.mq.test", lambda: facts(mro(), mdm(), **dns(origin="mrp"))),
    ("DNS_SOURCE_UNKNOWN", "mro-ns.mq.test", lambda: facts(mro(), mdm(), **dns(expected=("198.18.50.40",)))),
    ("ADDRESS_UNRESOLVED", "mro-ns.mq.test", lambda: facts(mro(), mdm(), **dns(values=Unknown("no answer")))),
    (
        "NAME_RESOLVES_ELSEWHERE",
        "mro-ns.mq.test",
        lambda: facts(mro(), mdm(), **dns(values=("198.18.50.20", "198.18.50.80"))),
    ),
    # clients
    ("BROADCAST_GROUP", "mro/b", lambda: facts(with_online(mro(), "b", online(model="BROADCASTING")), mdm())),
    ("PULL_CLIENT", "mro/p", lambda: facts(with_online(mro(), "p", online(kind="CONSUME_ACTIVELY")), mdm())),
    (
        "ORDERLY_GROUP",
        "mro/mro-g",
        lambda: facts(mro(), mdm(), **told(("mro-g", "mro-c1", {}, {"PROP_CONSUMEORDERLY": "true"}))),
    ),
    (
        "SUBSCRIPTIONS_DIFFER",
        "mro/d",
        lambda: facts(
            with_online(mro(), "d", online(*TWO)),
            mdm(),
            **told(("d", "one", {"T": "*"}, {}), ("d", "two", {"T": "TagA"}, {})),
        ),
    ),
    (
        "MODELS_DIFFER",
        "mro/d",
        lambda: facts(
            with_online(mro(), "d", online(*TWO)),
            mdm(),
            **told(
                ("d", "one", {}, {"messageModel": "CLUSTERING"}), ("d", "two", {}, {"messageModel": "BROADCASTING"})
            ),
        ),
    ),
    (
        "CLIENT_SILENT",
        "mro/mro-g/mro-c1",
        lambda: facts(mro(), mdm(), running={"mro": {("mro-g", "mro-c1"): Unknown("x")}}),
    ),
    ("CLIENT_OLD", "mro/o/old", lambda: facts(with_online(mro(), "o", online(client("old", version=292))), mdm())),
    ("CLIENT_OTHER_LANGUAGE", "mro/o/go", lambda: facts(with_online(mro(), "o", online(client("go", "GO", 0))), mdm())),
    ("CLIENT_ID_SHARED", "mro-c1", lambda: facts(mro(), with_online(mdm(), "o", online(client("mro-c1"))))),
    (
        "CLIENT_UNKNOWN_HOST",
        "mro/198.18.50.77",
        lambda: facts(with_online(mro(), "o", online(client("c", address="198.18.50.77:4000"))), mdm()),
    ),
    (
        "CLIENT_UNKNOWN_HOST",
        "mro/198.18.50.78",
        lambda: facts(mro(), mdm(), peers={"mro": {"198.18.50.78", "127.0.0.1"}}),
    ),
    ("BROKER_UNKNOWN", "mro/*", lambda: facts(mro(), mdm(), transactions={"mro": Unknown("x"), "mdm": {"tx": 1}})),
    ("BROKER_UNKNOWN", "mdm/*", lambda: facts(mro(), mdm(), producers={"mro": {}, "mdm": Unknown("timed out")})),
    ("TRANSACTION_GROUP_SHARED", "tx", lambda: facts(mro(), mdm(), transactions={"mro": {"tx": 4}, "mdm": {"tx": 1}})),
    (
        "SOCKETS_UNKNOWN",
        "mro/mro-ns",
        lambda: facts(mro(), mdm(), peers_unknown={("mro", "mro-ns"): "ss: not found"}),
    ),
    (
        "TRANSACTION_GROUP_SHARED",
        "tx",
        lambda: facts(mro(), mdm(), transactions={"mro": {"tx": 4}}, producers={"mdm": {"tx": (client("p"),)}}),
    ),
    ("TRANSACTIONS_OPEN", "mro/broker-a", lambda: facts(master(mro(), half=(3, 5)), mdm())),
    (
        "NO_CONSUMER",
        "mro/away/mro-orders",
        lambda: facts(master(mro(), offsets={("mro-orders", "mro-g"): {0: 7}, ("mro-orders", "away"): {0: 2}}), mdm()),
    ),
    (
        "GROUP_WITHOUT_OFFSETS",
        "mro/never",
        lambda: facts(with_group(mro(), SubscriptionGroup("never"), committed=False), mdm()),
    ),
]


@pytest.mark.parametrize(("code", "subject", "fault"), FAULTS, ids=[f"{row[0]}-{i}" for i, row in enumerate(FAULTS)])
def test_each_fault_is_found_and_only_where_it_is(code, subject, fault):
    assert (code, subject) in found(fault())
    assert (code, subject) not in CLEAN


# Nothing else is found beside a fault than what goes with it by its nature.
BYCATCH = {
    "SAME_BROKER_NAME_TARGET", "SAME_ADDRESS", "BROKER_NAMES_MEET", "AUTO_CREATE", "AUTO_CREATE_DIFFERS",
    "BROKER_UNKNOWN", "NAMESERVER_UNKNOWN", "NOTHING_SEEN", "TOPICS_NOT_ROUTED", "ROUTES_DIFFER", "ROUTE_PERM_DIFFERS",
    "ORDER_MESSAGE_ENABLED", "ORDER_MESSAGE_DIFFERS", "SAME_CLUSTER_NAME", "NAMESERVER_UNLISTED",
    "SLAVE_UNKNOWN", "SAME_TOPIC_SERVED",
}  # fmt: skip


SINGLE = [row for row in FAULTS if row[0] not in BYCATCH]


@pytest.mark.parametrize(("code", "subject", "fault"), SINGLE, ids=[f"{row[0]}-{i}" for i, row in enumerate(SINGLE)])
def test_a_fault_gives_one_reason(code, subject, fault):
    assert found(fault()) - CLEAN == {(code, subject)}


def test_every_code_of_the_preflight_has_a_fault():
    judged_elsewhere = {"WAIVER_EXPIRED", "WAIVER_UNMATCHED", "TABLE_TOO_LARGE", "SAME_BROKER_NAME"}
    given = {code for code, entry in CATALOGUE.items() if PREFLIGHT in entry.gates}
    assert sorted(given - {row[0] for row in FAULTS} - judged_elsewhere) == []


def test_brokers_of_the_target_may_be_listed_by_a_source():
    # A restart that was killed leaves what it announced for a while.
    for name in ("hub-a", "hub-a-returning"):
        snapshot = listed(mro(), name, {0: "198.18.50.81:10911"})
        assert found(facts(snapshot, mdm())) == CLEAN


def test_a_queue_of_which_an_offline_group_has_no_offset_waits_as_a_whole_for_it():
    stats = {**mro().masters[0].stats, "mro-orders": {0: QueueRange(0, 7), 1: QueueRange(2, 7)}}
    offsets = {("mro-orders", "mro-g"): {0: 7, 1: 7}, ("mro-orders", "away"): {0: 7}}
    reasons = conflicts.judge(facts(master(mro(), stats=stats, offsets=offsets), mdm()))
    # As the drain counts it.
    assert [one.evidence for one in reasons if one.code == "NO_CONSUMER"] == [{"messages": 5}]


def test_one_master_that_hangs_leaves_the_report_of_all_others():
    # Others' tables still meet, and nothing is said about what the hanging one may hold.
    hanging = silent(with_group(mro(), SubscriptionGroup("mdm-g")), "198.18.50.21:10911", timed_out=True)
    seen = found(facts(hanging, with_topic(mdm(), TopicConfig("a b", 1, 1, 6))))
    assert {("BROKER_UNKNOWN", "mro/broker-a"), ("SAME_GROUP", "mdm-g"), ("NAME_UNUSABLE", "mdm/a b")} <= seen
    assert not {code for code, _subject in seen} & {"NO_CONSUMER", "TOPIC_UNREAD", "GROUP_WITHOUT_OFFSETS"}


# The groups that a broker of 4.4.0 makes by itself, that of its monitor, and that of its half messages.
SYSTEM_GROUPS = (
    "TOOLS_CONSUMER", "FILTERSRV_CONSUMER", "SELF_TEST_C_GROUP", "CID_ONS-HTTP-PROXY", "CID_ONSAPI_PULL",
    "CID_ONSAPI_PERMISSION", "CID_ONSAPI_OWNER", "__MONITOR_CONSUMER", "CID_RMQ_SYS_TRANS",
)  # fmt: skip


def test_the_broker_own_transaction_group_is_no_offline_group():
    def kept(view):
        half, done = "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC"
        own = {(topic, "CID_RMQ_SYS_TRANS"): {0: 3} for topic in (half, done)}
        stats = {half: {0: QueueRange(0, 3)}, done: {0: QueueRange(0, 9)}}
        return {"offsets": {**view.offsets, **own}, "stats": {**view.stats, **stats}}

    value = facts(masters(mro(), kept), mdm())
    assert found(value) == CLEAN
    assert estimate._absent(value) == []


@pytest.mark.parametrize("group", SYSTEM_GROUPS)
def test_a_system_group_is_no_group_of_the_business(group):
    behind = {("mro-orders", group): {0: 2}}
    assert found(facts(masters(mro(), lambda view: {"offsets": {**view.offsets, **behind}}), mdm())) == CLEAN
    tool = online(client("tool", language="CPP"), kind="CONSUME_ACTIVELY", model="BROADCASTING", **{"mro-orders": "*"})
    wide = SubscriptionGroup(group, retry_queues=9)
    connected = with_topic(with_online(mro(), group, tool, committed=False), TopicConfig(f"%RETRY%{group}", 1, 1, 6))
    assert found(facts(with_group(connected, wide, committed=False), mdm())) == CLEAN


def test_a_system_group_reads_no_topic_for_the_business_and_its_clients_are_seen_all_the_same():
    lonely = with_topic(mro(), TopicConfig("mro-lonely", 1, 1, 6), read=False)
    stranger = online(client("tool", address="198.18.50.77:4000"), **{"mro-lonely": "*"})
    seen = found(facts(with_online(lonely, "TOOLS_CONSUMER", stranger), mdm())) - CLEAN
    assert seen == {("TOPIC_UNREAD", "mro/mro-lonely"), ("CLIENT_UNKNOWN_HOST", "mro/198.18.50.77")}


def test_a_name_of_unknown_meaning_is_not_judged_without_names():
    assert found(facts(mro(), mdm(), names={})) == CLEAN


def test_a_topic_that_one_of_two_sources_orders_is_named_as_such():
    one = nameserver(mro(), order_conf={"mro-orders": "broker-a:4"})
    both = facts(one, with_topic(mdm(), TopicConfig("mro-orders", 4, 4, 6)))
    (reason,) = (reason for reason in conflicts.judge(both) if reason.subject == "mro-orders")
    assert (reason.code, reason.evidence["mro"], reason.evidence["mdm"]) == (
        "SAME_TOPIC_UNEQUAL",
        "4/4 queues, permission 6, ordered",
        "4/4 queues, permission 6",
    )


def test_a_topic_that_the_target_has_already_for_another_source_is_named_for_the_one_that_joins():
    (reason,) = (reason for reason in conflicts.judge(joining_later()) if reason.code == "SAME_TOPIC_SERVED")
    assert (reason.severity, reason.evidence) == ("waivable", {"joining": "mdm", "served": "mro"})


def test_own_addresses_are_no_strangers_and_nobody_is_one_without_a_list():
    peers = {"mro": {"198.18.50.21", "198.18.50.24", "198.18.50.101", "198.18.50.81"}}
    assert found(facts(mro(), mdm(), peers=peers)) == CLEAN
    assert found(facts(mro(), mdm(), peers={"mro": {"198.18.50.77"}}, business=None)) == CLEAN


def test_equal_subscriptions_are_equal_whatever_their_order_and_retry_topics():
    value = facts(
        with_online(mro(), "d", online(*TWO)),
        mdm(),
        **told(("d", "one", {"A": "*", "B": "x"}, {}), ("d", "two", {"B": "x", "A": "*", "%RETRY%d": "*"}, {})),
    )
    assert found(value) == CLEAN


def test_a_broadcasting_group_never_commits_and_that_is_no_news():
    value = facts(with_online(mro(), "b", online(model="BROADCASTING"), committed=False), mdm())
    assert ("GROUP_WITHOUT_OFFSETS", "mro/b") not in found(value)


def test_a_read_only_broker_publishes_its_own_permission():
    value = facts(configured(mro(), brokerPermission="4"), mdm())
    assert not [reason for reason in conflicts.judge(value) if reason.code == "ROUTE_PERM_DIFFERS"]


def test_frame_size_is_that_of_real_registrations():
    # Measured: 104,007 topics of 17 to 26 characters made a frame of 17,577,306 bytes, so about 169 bytes each.
    rows = [TopicConfig(f"benchmark-topic-{number:06d}", 8, 8, 6) for number in range(1000)]
    size = conflicts.registration_bytes(rows, "hub", ["hub-a"])
    assert 165_000 < size < 175_000
    table = merge.merge([mro()], TARGET)
    big = dataclasses.replace(table, topics={f"{number:06d}" + "x" * 60: rows[0] for number in range(1)})
    assert not list(conflicts.table_size(facts(mro(), mdm(), merged=big)))
    huge = dataclasses.replace(table, topics={str(n): rows[0] for n in range(105_000)})
    assert [reason.code for reason in conflicts.table_size(facts(mro(), mdm(), merged=huge))] == ["TABLE_TOO_LARGE"]
