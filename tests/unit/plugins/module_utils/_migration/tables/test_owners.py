# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be taken from a source that leaves, without an effect on those that stay."""

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
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables import owners
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.merge import Gap, MergedTables

HUB = (BrokerSpec("hub-a", 0, "198.18.9.81:10911"), BrokerSpec("hub-b", 0, "198.18.9.82:10911"))
VERSION = DataVersion(1, 1)


def merged(source, topics, groups, gaps=()):
    return MergedTables(
        topics={name: TopicConfig(name, 4, 4, 6) for name in topics},
        groups={name: SubscriptionGroup(name) for name in groups},
        order={},
        topic_origins=dict.fromkeys(topics, (source,)),
        group_origins=dict.fromkeys(groups, (source,)),
        pairs=frozenset(),
        gaps=tuple(gaps),
    )


MDM = merged("mdm", ["mdm-items", "orders", "%RETRY%mdm-g", "%DLQ%mdm-g"], ["mdm-g"])
MRO = merged("mro", ["mro-x", "orders"], ["mro-g"])
NOBODY = merged("", [], [])


def target(perms=(6, 6), *, offsets=(), subscribed=(), absent=False, silent=None):
    """Two masters; the second one lacks mdm-items when ``absent``."""
    views = {}
    for spec, perm in zip(HUB, perms, strict=True):
        names = ["orders", "mro-x", "%RETRY%mdm-g"] + ([] if absent and spec is HUB[1] else ["mdm-items"])
        table = {name: TopicConfig(name, 4, 4, perm if name == "mdm-items" else 6) for name in names}
        online = {
            group: ConsumerConnections((Client("c", "x"),), "CONSUME_PASSIVELY", "CLUSTERING", "x", {topic: "*"})
            for group, topic in subscribed
        }
        known = {"topics": TopicTable(VERSION, table), "connections": online,
                 "groups": GroupTable(VERSION, {name: SubscriptionGroup(name) for name in ("mdm-g", "mro-g")}),
                 "offsets": {(topic, group): {0: 1} for group, topic in offsets}}  # fmt: skip
        views[spec.address] = BrokerView(spec=spec, **{**known, **({silent: Unknown("no answer")} if silent else {})})
    return ClusterSnapshot(spec=ClusterSpec("hub", ("n:1",), HUB), brokers=views)


def judge(seen=None, others=MRO, agreed=()):
    return owners.judge(MDM, others, agreed, seen or target())


def test_what_another_source_has_stays_open():
    found = judge(target(offsets=[("mdm-g", "mdm-items")], subscribed=[("mdm-g", "orders")]))
    assert found.topics == ("mdm-items",)
    assert found.close == ({"name": "mdm-items", "perm": 4},)
    assert found.shared == {"orders": ("source mro",)}
    assert found.groups == ("mdm-g",)


def test_what_one_had_that_answers_no_more_stays_open():
    gone = {"name": "mro", "topics": ["orders"], "groups": ["mro-g"]}
    assert judge(others=NOBODY, agreed=[gone]).shared == {"orders": ("source mro",)}
    assert judge(others=NOBODY).shared == {}
    assert judge(others=NOBODY).topics == ("mdm-items", "orders")


@pytest.mark.parametrize("how", ["offsets", "subscribed"])
def test_what_a_group_of_others_reads_stays_open(how):
    # Of a source that is done nothing else may be left to tell it.
    found = judge(target(**{how: [("mro-g", "mdm-items")]}))
    assert found.topics == ()
    assert found.close == ()
    assert found.shared["mdm-items"] == ("group mro-g",)


def test_system_groups_are_nobody():
    assert judge(target(offsets=[("TOOLS_CONSUMER", "mdm-items")])).topics == ("mdm-items",)


def test_a_group_that_others_have_is_not_theirs_alone():
    assert judge(agreed=[{"name": "x", "topics": [], "groups": ["mdm-g"]}]).groups == ()


def test_closed_topics_are_not_closed_again():
    found = judge(target((4, 4)))
    assert found.topics == ("mdm-items",)
    assert found.close == ()
    assert judge(target((4, 6))).close == ({"name": "mdm-items", "perm": 4},)
    assert judge(target((2, 2))).close == ({"name": "mdm-items", "perm": 0},)


def test_a_topic_that_a_master_lacks_would_be_created_as_it_is_elsewhere():
    assert judge(target(absent=True)).close == ({"name": "mdm-items", "perm": 4, "read_queues": 4, "write_queues": 4},)
    assert judge(target((4, 4), absent=True)).close == ()


@pytest.mark.parametrize("part", ["topics", "groups", "offsets", "connections"])
def test_half_a_picture_is_none(part):
    found = judge(target(silent=part))
    assert [gap.part for gap in found.gaps] == [part, part]
    assert found.topics == ()


def test_gaps_of_sources_and_of_groups_count():
    gap = Gap("mro", "198.18.9.21:10911", "topics", "no answer")
    assert judge(others=merged("mro", [], [], [gap])).gaps == (gap,)
    seen = target()
    for view in seen.brokers.values():
        view.connections["mro-g"] = Unknown("no answer")
    assert {one.part for one in judge(seen).gaps} == {"connections of group mro-g"}
