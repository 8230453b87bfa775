# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge, seeds, comparison and plan over one small estate of two sources."""

from __future__ import annotations

import dataclasses
import json
import re

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
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import plan
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables import merge, seed
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables import missing as metadata
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.registration import Listing

VERSION = DataVersion(1, 1)
TARGET = ClusterSpec(
    "hub",
    ("198.18.50.80:9876",),
    (
        BrokerSpec("hub-a", 0, "198.18.50.81:10911"),
        BrokerSpec("hub-b", 0, "198.18.50.82:10911"),
        BrokerSpec("hub-a", 1, "198.18.50.84:10911"),
    ),
)
CONFIG = {"brokerPermission": "6", "autoCreateTopicEnable": "false", "autoCreateSubscriptionGroup": "false"}
RUNTIME = {"brokerVersionDesc": "V4_4_0"}


def topics(*rows):
    return TopicTable(VERSION, {row.name: row for row in rows})


def groups(*rows):
    return GroupTable(VERSION, {row.name: row for row in rows})


def view(spec, topic_rows, group_rows, offsets=None, connections=None, stats=None):
    table = topics(*topic_rows)
    return BrokerView(
        spec=spec,
        config=dict(CONFIG),
        runtime=dict(RUNTIME),
        topics=table,
        groups=groups(*group_rows),
        offsets=offsets or {},
        stats=stats or {name: {0: QueueRange(0, 0)} for name in table.topics},
        connections=connections or {},
    )


def slave_view(spec):
    return BrokerView(spec=spec, config=dict(CONFIG), runtime=dict(RUNTIME))


def source(name, net, master_views, order=None):
    """A source of two masters and a slave; master_views: rows of each master, (topics, groups, keyword arguments)."""
    specs = [BrokerSpec(f"broker-{letter}", 0, f"198.18.50.{net + 1 + i}:10911") for i, letter in enumerate("ab")]
    slave = BrokerSpec("broker-a", 1, f"198.18.50.{net + 4}:10911")
    spec = ClusterSpec(name, (f"198.18.50.{net}:9876",), (*specs, slave))
    views = {}
    for broker, (topic_rows, group_rows, more) in zip(specs, master_views, strict=True):
        views[broker.address] = view(broker, topic_rows, group_rows, **more)
    views[slave.address] = slave_view(slave)
    info = ClusterInfo(
        {
            "broker-a": BrokerData("broker-a", name, {0: specs[0].address, 1: slave.address}),
            "broker-b": BrokerData("broker-b", name, {0: specs[1].address}),
        },
        {name: ("broker-a", "broker-b")},
    )
    server = NameServerView(cluster_info=info, topic_list=frozenset(), order_conf=order or {})
    return ClusterSnapshot(spec=spec, nameservers={spec.nameservers[0]: server}, brokers=views)


SYSTEM = (
    TopicConfig("TBW102", 8, 8, 7),
    TopicConfig("mro", 16, 16, 7),
    TopicConfig("broker-a", 1, 1, 7),
    TopicConfig("broker-b", 1, 1, 7),
)


def mro(**changes):
    a = [
        TopicConfig("mro-orders", 4, 4, 6),
        TopicConfig("mro-log", 8, 8, 4),
        TopicConfig("%DLQ%mro-late", 1, 1, 2),
        *SYSTEM,
    ]
    b = [
        TopicConfig("mro-orders", 8, 2, 6),
        TopicConfig("mro-log", 8, 8, 2),
        TopicConfig("%RETRY%mro-orders-g", 1, 1, 6),
        *SYSTEM,
    ]
    ga = [SubscriptionGroup("mro-orders-g", broadcast=False, retry_queues=3), SubscriptionGroup("TOOLS_CONSUMER")]
    gb = [SubscriptionGroup("mro-orders-g", broadcast=True, retry_max=20), SubscriptionGroup("mro-late")]
    online = ConsumerConnections(
        (Client("c1", "198.18.50.101:4000"),), "CONSUME_PASSIVELY", "CLUSTERING", "x", {"mro-log": "*"}
    )
    more = {
        "offsets": {("mro-orders", "mro-late"): {0: 3}, ("gone", "mro-late"): {0: 1}},
        "stats": {"mro-orders": {0: QueueRange(0, 10)}},
        "connections": {"mro-orders-g": online},
    }
    return source("mro", 20, [(a, ga, more), (b, gb, {})], order={"mro-orders": "broker-a:4", "elsewhere": "x:1"})


def mdm(extra_topics=(), extra_groups=()):
    rows = [TopicConfig("mdm-items", 4, 4, 6), *extra_topics]
    return source("mdm", 40, [(rows, [SubscriptionGroup("mdm-g"), *extra_groups], {}), (rows, [], {})])


@pytest.fixture
def merged():
    return merge.merge([mro(), mdm()], TARGET)


# --- merge ------------------------------------------------------------------------------------------------


def test_highest_queue_numbers_and_all_permission_bits(merged):
    assert merged.topics["mro-orders"] == TopicConfig("mro-orders", 8, 4, 6, order=True)
    assert merged.topics["mro-log"].perm == 6
    assert merged.topics["%DLQ%mro-late"].perm == 2
    chosen = {(row.name, row.field): row.chosen for row in merged.differences}
    assert chosen["mro-orders", "read_queues"] == "8"
    assert chosen["mro-orders", "write_queues"] == "4"
    assert chosen["mro-log", "perm"] == "6"


def test_system_names_stay_out(merged):
    assert set(merged.topics) == {
        "mro-orders",
        "mro-log",
        "%DLQ%mro-late",
        "%RETRY%mro-orders-g",
        "%RETRY%mro-late",
        "%RETRY%mdm-g",
        "mdm-items",
    }
    assert set(merged.groups) == {"mro-orders-g", "mro-late", "mdm-g"}


def test_groups_get_every_switch_and_wide_retry_topics(merged):
    assert merged.groups["mro-orders-g"] == SubscriptionGroup(
        "mro-orders-g", broadcast=True, retry_queues=3, retry_max=20
    )
    assert merged.topics["%RETRY%mro-orders-g"] == TopicConfig("%RETRY%mro-orders-g", 3, 3, 6)
    assert merged.topics["%RETRY%mro-late"] == TopicConfig("%RETRY%mro-late", 1, 1, 6)


def test_pairs_are_offsets_online_subscriptions_and_retry_topics(merged):
    assert merged.pairs == {
        ("mro-late", "mro-orders"),
        ("mro-orders-g", "mro-log"),
        ("mro-orders-g", "%RETRY%mro-orders-g"),
        ("mro-late", "%RETRY%mro-late"),
        ("mdm-g", "%RETRY%mdm-g"),
    }


def test_order_is_merged_and_limited_to_known_topics(merged):
    assert merged.order == {"mro-orders": "broker-a:4"}
    one = dataclasses.replace(
        next(iter(mro().nameservers.values())), order_conf={"mro-orders": "broker-a:8;broker-b:2"}
    )
    second = dataclasses.replace(mdm(extra_topics=[TopicConfig("mro-orders", 1, 1, 6)]), nameservers={"x": one})
    assert merge.merge([mro(), second], TARGET).order == {"mro-orders": "broker-a:8;broker-b:2"}


def test_unanswered_parts_are_gaps():
    snapshot = mro()
    master = snapshot.spec.masters[0].address
    snapshot.brokers[master] = dataclasses.replace(snapshot.brokers[master], groups=Unknown("timed out after 5 s"))
    found = merge.merge([snapshot], TARGET)
    assert [(gap.subject, gap.part, gap.reason) for gap in found.gaps] == [(master, "groups", "timed out after 5 s")]
    assert not merge.merge([mro()], TARGET).gaps


def test_union_of_sources_is_the_merge_of_all(merged):
    single = [merge.merge([one], TARGET) for one in (mro(), mdm())]
    both = merge.union(single)
    assert (both.topics, both.groups, both.order, both.pairs) == (
        merged.topics,
        merged.groups,
        merged.order,
        merged.pairs,
    )


# --- seeds ------------------------------------------------------------------------------------------------


def test_seed_has_the_form_that_brokers_write(merged):
    files = seed.broker_files(merged, 1550000000000)
    table = json.loads(files["topics.json"])
    assert table["dataVersion"] == {"counter": 1, "timestamp": 1550000000000}
    assert table["topicConfigTable"]["mro-orders"] == {
        "order": True,
        "perm": 6,
        "readQueueNums": 8,
        "topicFilterType": "SINGLE_TAG",
        "topicName": "mro-orders",
        "topicSysFlag": 0,
        "writeQueueNums": 4,
    }
    group = json.loads(files["subscriptionGroup.json"])["subscriptionGroupTable"]["mro-orders-g"]
    assert group == {
        "brokerId": 0,
        "consumeBroadcastEnable": True,
        "consumeEnable": True,
        "consumeFromMinEnable": True,
        "groupName": "mro-orders-g",
        "notifyConsumerIdsChangedEnable": True,
        "retryMaxTimes": 20,
        "retryQueueNums": 3,
        "whichBrokerWhenConsumeSlowly": 1,
    }
    offsets = files["consumerOffset.json"]
    assert '"mro-orders@mro-late":{0:0,1:0,2:0,3:0,4:0,5:0,6:0,7:0}' in offsets
    assert offsets.count("@") == len(merged.pairs)
    assert not re.search(r":[1-9]", offsets)
    kv = json.loads(seed.nameserver_files(merged)["kvConfig.json"])
    assert kv == {"configTable": {"ORDER_TOPIC_CONFIG": {"mro-orders": "broker-a:4"}}}


def test_seed_is_compared_without_its_time(merged):
    old, new = seed.broker_files(merged, 1), seed.broker_files(merged, 2)
    assert old["topics.json"] != new["topics.json"]
    assert all(seed.same_content(name, old[name], new[name]) for name in new)
    other = seed.broker_files(merge.merge([mro()], TARGET), 1)
    assert not any(seed.same_content(name, other[name], new[name]) for name in new)
    assert not seed.same_content("topics.json", None, new["topics.json"])
    assert not seed.same_content("topics.json", "{", new["topics.json"])


# --- comparison -------------------------------------------------------------------------------------------


def hub(topic_rows=(), group_rows=(), offsets=None, stats=None):
    views = {spec.address: view(spec, topic_rows, group_rows, offsets, {}, stats) for spec in TARGET.masters}
    return ClusterSnapshot(spec=TARGET, nameservers={}, brokers=views)


ORDERS = {"198.18.50.20:9876": {"mro-orders": "changed"}, "198.18.50.80:9876": {}}


def full(merged):
    offsets = {key: dict.fromkeys(range(queues), 0) for key, queues in seed.zero_offsets(merged).items()}
    return hub(merged.topics.values(), merged.groups.values(), offsets)


def test_everything_is_missing_in_an_empty_target(merged):
    work = metadata.compare(merged, hub(), ORDERS)
    assert work.counts() == {"groups": 6, "topics": 14, "offsets": 2 * (8 + 8 + 3 + 1 + 1), "order": 1}
    assert work.order == {"198.18.50.80:9876": {"mro-orders": "broker-a:4"}}
    assert [master.name for master in work.masters] == ["hub-a", "hub-b"]


def test_nothing_is_missing_in_an_equal_target(merged):
    work = metadata.compare(merged, full(merged), {"198.18.50.80:9876": {"mro-orders": "hub-a:8"}})
    assert not work
    assert not work.gaps
    # ... nor does the order flag count, which each registration sets again
    rows = [dataclasses.replace(row, order=False) for row in merged.topics.values()]
    target = full(merged)
    for address, one in target.brokers.items():
        target.brokers[address] = dataclasses.replace(one, topics=topics(*rows))
    assert not metadata.compare(merged, target, {})


def test_larger_and_foreign_things_stay(merged):
    target = full(merged)
    for address, one in target.brokers.items():
        rows = [
            *(row for row in merged.topics.values() if row.name != "mro-orders"),
            TopicConfig("mro-orders", 16, 16, 7),
            TopicConfig("own", 1, 1, 6),
        ]
        wide = dataclasses.replace(merged.groups["mdm-g"], retry_queues=9)
        target.brokers[address] = dataclasses.replace(
            one, topics=topics(*rows), groups=groups(*{**merged.groups, "mdm-g": wide}.values())
        )
    assert not metadata.compare(merged, target, {})


def test_smaller_and_chosen_by_nobody_is_corrected(merged):
    found = SubscriptionGroup("mro-orders-g", broadcast=False)
    assert metadata.wanted_group(merged.groups["mro-orders-g"], found).broadcast is True
    small = TopicConfig("mro-orders", 1, 16, 4)
    wish = merged.topics["mro-orders"]
    assert metadata.wanted_topic(wish, small) == TopicConfig("mro-orders", 8, 16, 6)
    assert metadata.wanted_topic(wish, small, topic_perm=4) == TopicConfig("mro-orders", 8, 16, 4)


def test_topic_perm_closes_new_topics_but_not_what_brokers_write(merged):
    work = metadata.compare(merged, hub(), {}, topic_perm=4)
    perms = {row.name: row.perm for _found, row in work.masters[0].topics}
    assert perms["mro-orders"] == 4
    assert perms["%RETRY%mdm-g"] == 6
    assert perms["%DLQ%mro-late"] == 2
    assert work.closed == ("mdm-items", "mro-log", "mro-orders")


def test_offset_zero_only_on_empty_queues_without_one(merged):
    target = full(merged)
    address = TARGET.masters[0].address
    stats = {
        **target.brokers[address].stats,
        "mro-orders": {queue: QueueRange(0, 5 * (queue == 1)) for queue in range(8)},
    }
    offsets = {**target.brokers[address].offsets, ("mro-orders", "mro-late"): {0: 7}}
    target.brokers[address] = dataclasses.replace(target.brokers[address], stats=stats, offsets=offsets)
    work = metadata.compare(merged, target, {})
    assert work.masters[0].offsets == [metadata.Offset("mro-late", "mro-orders", queue) for queue in range(2, 8)]
    assert not work.masters[1]


def test_unanswered_target_is_a_gap(merged):
    target = full(merged)
    address = TARGET.masters[0].address
    target.brokers[address] = dataclasses.replace(target.brokers[address], topics=Unknown("connection refused"))
    work = metadata.compare(merged, target, {"198.18.50.20:9876": Unknown("timed out")})
    assert {gap.subject for gap in work.gaps} == {address, "198.18.50.20:9876"}
    assert "connection refused" in metadata.describe(work.gaps)[0]


def test_hidden_topics_are_found():
    table = {spec.address: {name: TopicConfig(name, 1, 1, 4) for name in "TU"} for spec in TARGET.masters}
    info = ClusterInfo(
        {spec.name: BrokerData(spec.name, "hub", {0: spec.address}) for spec in TARGET.masters},
        {"hub": ("hub-a", "hub-b")},
    )
    both = TopicRoute("T", (QueueData("hub-a", 1, 1, 4), QueueData("hub-b", 1, 1, 4)), ())
    half = TopicRoute("U", (QueueData("hub-b", 1, 1, 4),), ())
    servers = {spec.address: ("ns",) for spec in TARGET.masters}

    def lacks(what: Listing) -> dict[str, list[str]]:
        return metadata.unregistered(TARGET, table, servers, {"ns": what})

    assert lacks(Listing(info, routes={"T": both, "U": both})) == {}
    found = lacks(Listing(info, routes={"T": both, "U": half}))
    assert found == {"198.18.50.81:10911": ["ns hides 1 topics of hub-a, for example U"]}
    assert lacks(Listing(Unknown("x"))) != {}
    wrong = ClusterInfo({"hub-a": info.brokers["hub-a"]}, {})
    assert "hub-b" in str(lacks(Listing(wrong, routes={"T": both, "U": both})))
    assert metadata.unregistered(TARGET, table, servers, {}) != {}


def test_only_joined_name_servers_are_expected():
    target = full(merge.merge([mro()], TARGET))
    for address, one in target.brokers.items():
        target.brokers[address] = dataclasses.replace(
            one, config={"namesrvAddr": "198.18.50.80:9876;198.18.50.20:9876"}
        )
    servers = ("198.18.50.20:9876", "198.18.50.40:9876", "198.18.50.80:9876")
    expected = metadata.expected_servers(target, servers)
    assert expected["198.18.50.81:10911"] == ("198.18.50.20:9876", "198.18.50.80:9876")


def test_diff_shows_both_sides(merged):
    target = full(merged)
    address = TARGET.masters[0].address
    rows = {**merged.topics, "mdm-items": TopicConfig("mdm-items", 1, 1, 6)}
    target.brokers[address] = dataclasses.replace(target.brokers[address], topics=topics(*rows.values()))
    before, after = metadata.before_after(metadata.compare(merged, target, {}))
    assert before["hub-a"]["topics"]["mdm-items"]["read_queues"] == 1
    assert after["hub-a"]["topics"]["mdm-items"]["read_queues"] == 4
    assert "hub-b" not in after


def configured(snapshot, **values):
    address = snapshot.spec.masters[0].address
    snapshot.brokers[address] = dataclasses.replace(snapshot.brokers[address], config={**CONFIG, **values})
    return snapshot


def changed(snapshot, **changes):
    address = snapshot.spec.masters[0].address
    snapshot.brokers[address] = dataclasses.replace(snapshot.brokers[address], **changes)
    return snapshot


def renamed(**values):
    return dataclasses.replace(TARGET, **values)


# --- plan -------------------------------------------------------------------------------------------------


DNS = [
    {
        "name": "mro-ns.mq.test",
        "source": "mro",
        "servers": ["198.18.50.2"],
        "zone": "mq.test",
        "type": "A",
        "from": ["198.18.50.20"],
        "to": ["198.18.50.80"],
        "ttl": 60,
    }
]


def decide(*snapshots, waivers=()):
    parts = [plan.section(snapshot, merge.merge([snapshot], TARGET)) for snapshot in snapshots]
    return plan.decisions(parts, TARGET, DNS, waivers)


def written(*snapshots, waivers=()):
    told = plan.notes(
        [merge.merge(list(snapshots), TARGET)], merge.merge(list(snapshots), TARGET), 1234, {"reasons": []}, "now"
    )
    return plan.document(decide(*snapshots, waivers=waivers), told)


def test_hash_is_of_decisions_only():
    one = plan.fingerprint(decide(mro(), mdm()))
    assert re.fullmatch("[0-9a-f]{16}", one)
    assert plan.fingerprint(decide(mdm(), mro())) == one
    snapshot = mro()
    changed(snapshot, offsets={("mro-orders", "mro-late"): {0: 9999}}, stats={})
    assert plan.fingerprint(decide(snapshot, mdm())) == one
    # a dead letter topic appears while the business runs
    assert plan.fingerprint(decide(mro(), mdm(extra_topics=[TopicConfig("%DLQ%mdm-g", 1, 1, 2)]))) == one
    assert plan.fingerprint(decide(mro(), mdm(extra_topics=[TopicConfig("new", 1, 1, 6)]))) != one
    assert plan.fingerprint(decide(mro(), mdm(), waivers=[{"code": "SAME_TOPIC", "subject": "x"}])) != one
    assert plan.fingerprint(decide(configured(mro(), brokerPermission="4"), mdm())) != one


def test_section_gives_the_tables_back():
    table = merge.merge([mro()], TARGET)
    again = plan.tables_of(json.loads(json.dumps(plan.section(mro(), table))))
    assert again.groups == table.groups
    assert {name for name in table.topics if not name.startswith("%DLQ%")} == set(again.topics)
    assert again.topics["mro-orders"] == table.topics["mro-orders"]


def test_confirm_says_which_of_the_three():
    value = plan.parse(plan.dump(written(mro(), mdm())), "plan.json")
    plan.confirm(value, value["hash"], "plan.json")
    plan.confirm(value, f" {value['hash']}\n", "plan.json")

    def refused(*arguments):
        with pytest.raises(plan.PlanError) as error:
            plan.confirm(*arguments)
        return error.value.kind, str(error.value)

    assert refused(None, "x", "plan.json")[0] == "missing"
    assert refused(value, "", "plan.json") == (
        "missing",
        "confirmation is missing: review the plan in plan.json and give its hash as rocketmq_migration_confirm",
    )
    assert refused(value, None, "plan.json")[0] == "missing"
    assert refused(value, "0" * 16, "plan.json")[0] == "wrong"
    older = written(mro())
    kind, text = refused(value, older["hash"], "plan.json", older)
    assert kind == "outdated"
    assert "sources.mdm: new" in text
    edited = json.loads(json.dumps(value))
    edited["decisions"]["sources"][1]["topics"]["mro-log"]["perm"] = 6 - 4
    assert refused(edited, value["hash"], "plan.json")[0] == "outdated"


def test_the_inventory_must_be_that_of_the_plan():
    value = written(mro(), mdm())
    plan.same_members(value, [mdm().spec], TARGET, "plan.json")
    other = dataclasses.replace(mdm().spec, nameservers=("198.18.50.41:9876",))
    with pytest.raises(plan.PlanError, match="inventory differs.*sources.mdm.nameservers"):
        plan.same_members(value, [other], TARGET, "plan.json")
    with pytest.raises(plan.PlanError, match="target.name"):
        plan.same_members(value, [], renamed(name="hub2"), "plan.json")
    with pytest.raises(plan.PlanError, match="sources.zzz: not in the plan"):
        plan.same_members(value, [dataclasses.replace(mdm().spec, name="zzz")], TARGET, "plan.json")


def test_differences_name_the_leaf():
    changed = decide(mro(), mdm(extra_topics=[TopicConfig("new", 1, 1, 6)]))
    lines = plan.differences(decide(mro(), mdm()), changed)
    assert len(lines) == 1
    assert lines[0].startswith("sources.mdm.topics.new: new, ")
    with pytest.raises(plan.PlanError, match="changed in 1 points"):
        plan.same_decisions(written(mro(), mdm()), changed, "plan.json")
    plan.same_decisions(written(mro(), mdm()), decide(mro(), mdm()), "plan.json")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 1, "hash": "x"}', '{"schema": 99, "hash": "x", "decisions": {}}']
)
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(plan.PlanError) as error:
        plan.parse(text, "plan.json")
    assert error.value.kind == "unreadable"


def test_page_can_be_read():
    value = written(mro(), mdm())
    page = plan.render(value)
    assert value["hash"] in page
    assert "| mro-orders | 8 | 4 | 6 | broker-a:4 |" in page
    assert "| mro-ns.mq.test | A | 198.18.50.2 | mro | 198.18.50.20 | 198.18.50.80 | 60 |" in page
    assert "mro/broker-a 4, mro/broker-b 8" in page
    assert max(len(line) for line in page.splitlines()) < 400
    assert "Data of the old brokers: kept" in page
    value["decisions"]["archive"] = "/mnt/archive"
    assert "Data of the old brokers: packed into `/mnt/archive` of their machines, and kept" in plan.render(value)
