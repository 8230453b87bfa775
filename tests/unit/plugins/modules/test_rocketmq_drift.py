# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig


@pytest.fixture
def estate(sides):
    return sides


@pytest.fixture
def copy(run, estate):
    return lambda **more: run("rocketmq_metadata", sources=[estate.spec("c")], target=estate.spec("d"), **more)


@pytest.fixture
def drift(run, estate):
    return lambda **more: run(
        "rocketmq_drift", **{"sources": [estate.spec("c")], "target": estate.spec("d"), "timeout": 0, **more}
    )


def codes(result):
    return [(reason["code"], reason["subject"]) for reason in result["reasons"]]


def test_equal_sides_pass(copy, drift):
    copy()
    result = drift()
    assert not result["failed"] and result["equal"] and result["reasons"] == [] and result["one_sided"] == []


def test_what_the_target_lacks_is_named(copy, drift, estate):
    copy()
    source = estate.brokers["h:1"]
    source.topics.update({"born": TopicConfig("born", 2, 2, 6), "%DLQ%billing": TopicConfig("%DLQ%billing", 1, 1, 2)})
    source.topics["orders"] = TopicConfig("orders", 8, 8, 6)
    source.groups["late"] = SubscriptionGroup("late")
    estate.hubs[0].topics["audit"] = TopicConfig("audit", 2, 2, 4)
    estate.hubs[1].groups["billing"] = SubscriptionGroup("billing")
    result = drift()
    assert result["failed"] and not result["changed"] and "Run the playbook sync" in result["msg"]
    assert set(codes(result)) == {
        ("TOPIC_NOT_ON_TARGET", "born"),
        ("TOPIC_NOT_ON_TARGET", "%RETRY%late"),
        ("TOPIC_DIFFERS_ON_TARGET", "orders"),
        ("TOPIC_CLOSED_ON_TARGET", "audit"),
        ("GROUP_NOT_ON_TARGET", "late"),
        ("GROUP_DIFFERS_ON_TARGET", "billing"),
        ("OFFSETS_NOT_SEEDED", "billing/orders"),
        ("DLQ_NOT_ON_TARGET", "%DLQ%billing"),
    }
    assert result["closed"] == ["audit"]
    # one that only a broker would miss for itself does not block
    assert [one["severity"] for one in result["reasons"] if one["code"] == "DLQ_NOT_ON_TARGET"] == ["notice"]
    copy()
    assert drift()["equal"]


def test_what_the_target_alone_has_is_named_with_its_source(copy, drift, estate):
    copy()
    for hub in estate.hubs:
        hub.topics["born"] = TopicConfig("born", 3, 3, 7)
        hub.topics["%DLQ%billing"] = TopicConfig("%DLQ%billing", 1, 1, 2)
        hub.groups["late"] = SubscriptionGroup("late", retry_max=3)
    estate.brokers["h:1"].topics["audit"] = TopicConfig("audit", 2, 2, 4)
    result = drift()
    assert result["failed"]
    assert codes(result) == [
        ("TOPIC_ONLY_ON_TARGET", "born"),
        ("GROUP_ONLY_ON_TARGET", "late"),
        ("TOPIC_CLOSED_ON_SOURCE", "audit"),
    ]
    (side,) = result["one_sided"]
    assert side["source"] == "c" and side["narrow"] == [{"name": "audit", "perm": 6}]
    assert [(one["name"], one["read_queues"], one["perm"]) for one in side["topics"]] == [("born", 3, 6)]
    assert [(one["name"], one["retry_max"]) for one in side["groups"]] == [("late", 3)]
    assert drift(target_only="allow")["equal"]
    assert not drift(wait=False)["failed"]
    waiver = {"code": "TOPIC_ONLY_ON_TARGET", "subject": "born", "reason": "a trial"}
    assert ("TOPIC_ONLY_ON_TARGET", "born") not in codes(drift(waivers=[waiver]))


@pytest.mark.parametrize("holds", [["n:1"], ["n:8"], ["n:1", "n:8"]])
def test_an_entry_that_is_held_out_of_the_order_table_still_counts(copy, drift, estate, holds):
    for server in estate.servers.values():
        server.order["orders"] = "a:4"
    copy()
    for address in holds:
        server = estate.servers[address]
        server.held["orders"] = server.order.pop("orders")
    assert drift()["equal"]
    assert not copy()["changed"]


@pytest.mark.parametrize("down", ["h:1", "h:9", "n:8"])
def test_silence_is_not_equality(copy, drift, estate, down):
    copy()
    estate.peer(down).down = True
    for wait in (True, False):
        result = drift(wait=wait)
        assert result["failed"] and "it is not known whether equal" in result["msg"] and down in result["msg"]


def test_drift_changes_nothing(drift, estate):
    drift()
    assert estate.audit == []


def test_sources_without_a_topic_are_no_proof(drift, estate):
    for name in ("orders", "audit"):
        del estate.brokers["h:1"].topics[name]
    estate.brokers["h:1"].groups.clear()
    assert ("NOTHING_SEEN", "c") in codes(drift())


def test_reader_online_makes_a_pair_whose_offsets_are_missed(copy, drift, estate):
    copy()
    estate.connect("billing", ["c1"], ["h:1"], ["audit"])
    assert codes(drift()) == [("OFFSETS_NOT_SEEDED", "billing/audit")]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sources": []}, "sources is empty"),
        ({"owners": [{"name": "*", "source": "x"}]}, "owners names x, which is no source"),
        ({"owners": [{"name": "*"}]}, "source"),
        ({"waivers": [{"code": "TOPIC_NOT_ON_TARGET", "subject": "t", "reason": "r"}]}, "cannot be waived"),
    ],
)
def test_wrong_input(drift, more, words):
    result = drift(**more)
    assert result["failed"] and words in result["msg"]
