# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source something belongs to that the target alone has; and what creating would cost."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    BrokerView,
    Client,
    ClusterSnapshot,
    ClusterSpec,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    SubscriptionGroup,
    TopicConfig,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables import creation_cost, drift
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.merge import MergedTables
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.missing import MasterWork, Work

HUB = BrokerSpec("hub-a", 0, "198.18.9.81:10911")
NAMES = (frozenset({"hub", "mro", "mdm"}), frozenset({"hub-a", "broker-a"}))
MERGED = MergedTables(
    topics={name: TopicConfig(name, 4, 4, 6) for name in ("mro-orders", "mdm-items")},
    groups={name: SubscriptionGroup(name) for name in ("mro-g", "mdm-g")},
    order={},
    topic_origins={"mro-orders": ("mro",), "mdm-items": ("mdm",)},
    group_origins={"mro-g": ("mro",), "mdm-g": ("mdm",)},
    pairs=frozenset(),
)


def found(offsets=(), subscribed=(), owners=(), sources=("mro", "mdm"), topics=("born",), groups=()):
    """What one_sided says of a target with these topics and groups beside those of the sources."""
    online = {
        group: ConsumerConnections((Client("c", "x"),), "CONSUME_PASSIVELY", "CLUSTERING", "x", {topic: "*"})
        for group, topic in subscribed
    }
    version = DataVersion(1, 1)
    view = BrokerView(
        spec=HUB,
        topics=TopicTable(version, {**MERGED.topics, **{name: TopicConfig(name, 2, 2, 6) for name in topics}}),
        groups=GroupTable(version, {**MERGED.groups, **{name: SubscriptionGroup(name) for name in groups}}),
        offsets={(topic, group): {0: 1} for group, topic in offsets},
        connections=online,
    )
    target = ClusterSnapshot(spec=ClusterSpec("hub", ("n:1",), (HUB,)), brokers={HUB.address: view})
    return drift.one_sided(MERGED, target, NAMES, sources, owners)


@pytest.mark.parametrize(
    ("more", "owner"),
    [
        ({}, None),
        ({"sources": ["mdm"]}, "mdm"),
        ({"offsets": [("mro-g", "born")]}, "mro"),
        ({"subscribed": [("mdm-g", "born")]}, "mdm"),
        ({"offsets": [("mro-g", "born")], "subscribed": [("mdm-g", "born")]}, None),
        ({"offsets": [("stranger", "born")]}, None),
        ({"offsets": [("mro-g", "born")], "owners": [{"name": "b*", "source": "mdm"}]}, "mdm"),
        ({"owners": [{"name": "x*", "source": "mdm"}]}, None),
    ],
)
def test_a_topic_belongs_where_its_readers_are(more, owner):
    assert found(**more).owners == {"born": owner}


def test_a_group_belongs_where_what_it_reads_is():
    assert found(topics=(), groups=["late"], subscribed=[("late", "mdm-items")]).owners == {"late": "mdm"}
    assert found(topics=(), groups=["late"]).owners == {"late": None}


def test_what_rocketmq_makes_for_itself_is_nobody_alone():
    own = ("TBW102", "hub-a", "mdm", "%RETRY%late", "%DLQ%mro-g", "RMQ_SYS_TRANS_HALF_TOPIC")
    assert not found(topics=own, groups=["CID_RMQ_SYS_TRANS", "TOOLS_CONSUMER"])
    assert not found(topics=())


def work(topics, groups):
    one = MasterWork("hub-a", HUB.address)
    one.topics = [(None, TopicConfig(f"t{number}", 1, 1, 6)) for number in range(topics)]
    one.groups = [(None, SubscriptionGroup(f"g{number}")) for number in range(groups)]
    return Work(masters=[one])


def merged(topics, groups):
    return MergedTables(dict.fromkeys(range(topics)), dict.fromkeys(range(groups)), {}, {}, {}, frozenset())


def test_the_estimate_is_near_what_was_measured():
    # 1,000 topics and as many groups from an empty table: 9 and 7 ms each; 20,000 and 10,000: about 25 minutes.
    small = creation_cost.seconds(work(1000, 1000), merged(1000, 1000))
    assert 10 <= small["one_by_one"] <= 25 and not creation_cost.seeds_pay_off(small)
    large = creation_cost.seconds(work(20000, 10000), merged(20000, 10000))
    assert 1200 <= large["one_by_one"] <= 2200 and large["seeded"] <= 20 and creation_cost.seeds_pay_off(large)
    # 100 topics more in a table of 10,000: about a tenth of a second each
    assert 5 <= creation_cost.seconds(work(100, 0), merged(10100, 10000))["one_by_one"] <= 12
    assert creation_cost.seconds(work(0, 0), merged(10000, 10000))["one_by_one"] == 0
