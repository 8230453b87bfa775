# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_metadata and rocketmq_drift at the Admin boundary: a source and a target that has joined it."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    Client,
    ConsumerConnections,
    SubscriptionGroup,
    TopicConfig,
)

CREATE = "UPDATE_AND_CREATE_TOPIC"
CURE = "UPDATE_BROKER_CONFIG"


@pytest.fixture
def estate(pair):
    source = pair.brokers["h:1"]
    source.topics.update({one.name: one for one in (TopicConfig("orders", 4, 4, 6), TopicConfig("audit", 2, 2, 6))})
    source.groups["billing"] = SubscriptionGroup("billing", broadcast=False, retry_queues=2)
    source.offsets["orders", "billing"] = {0: 3}
    pair.publish_all(source)
    return pair


@pytest.fixture
def copy(run, estate):
    return lambda **more: run("rocketmq_metadata", sources=[estate.spec("c")], target=estate.spec("d"), **more)


@pytest.fixture
def drift(run, estate):
    return lambda **more: run(
        "rocketmq_drift", **{"sources": [estate.spec("c")], "target": estate.spec("d"), "timeout": 0, **more}
    )


def sent(estate, name):
    return [address for request, address in estate.log if request == name]


def codes(result):
    return [(reason["code"], reason["subject"]) for reason in result["reasons"]]


# --- copy -------------------------------------------------------------------------------------------------


def test_copy_is_complete_and_the_second_one_changes_nothing(copy, estate):
    done = copy()
    assert done["changed"] and not done["failed"], done["msg"]
    # per master: orders, audit, the retry topic; the group; 4 + 2 zero offsets
    assert done["sent"] == {"groups": 2, "topics": 6, "offsets": 12, "order": 0}
    for hub in estate.hubs:
        assert hub.groups["billing"] == estate.brokers["h:1"].groups["billing"]
        assert hub.topics["%RETRY%billing"].read_queues == 2
        assert hub.offsets["orders", "billing"] == dict.fromkeys(range(4), 0)
    again = copy()
    assert not again["changed"] and again["requests"] == [] and again["closed"] == []


def test_refused_items_do_not_stop_the_others_and_are_named(copy, estate):
    estate.hubs[1].refuses.add("audit")
    result = copy(timeout=2)
    assert result["failed"] and result["changed"]
    assert [(row["kind"], row["name"], row["address"]) for row in result["failed_items"]] == [
        ("topics", "audit", "h:9")
    ]
    assert "answered 1 SYSTEM_ERROR: no" in result["failed_items"][0]["error"] and "Run this again" in result["msg"]
    assert result["sent"]["topics"] == 5 and "orders" in estate.hubs[1].topics
    estate.hubs[1].refuses.clear()
    assert copy()["sent"] == {"groups": 0, "topics": 1, "offsets": 0, "order": 0}


def test_master_that_goes_silent_gets_no_more_and_the_other_is_completed(copy, estate):
    create = estate.update_and_create_topic

    def dies(broker, request):
        if broker.address == "h:9":
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        return create(broker, request)

    estate.update_and_create_topic = dies
    result = copy(timeout=2)
    assert result["failed"] and sent(estate, CREATE).count("h:9") == 1 and sent(estate, CREATE).count("h:8") == 3
    assert [row["error"][:8] for row in result["failed_items"]] == ["UPDATE_A", "not sent", "not sent"]


def test_hidden_routes_are_cured_before_anything_is_created(copy, estate):
    del estate.servers["n:1"].routes["hub-b"]
    result = copy()
    assert not result["failed"], result["msg"]
    assert result["republished"] == ["h:9"]
    assert estate.log.index((CURE, "h:9")) < estate.log.index((CREATE, "h:8"))


def test_nothing_is_created_while_a_list_stays_incomplete(copy, estate):
    server = estate.servers["n:1"]
    del server.routes["hub-b"]
    server.deaf_to_tables = True
    result = copy(timeout=5)
    assert result["failed"] and "n:1 hides 1 topics of hub-b" in result["msg"] and "brokerPermission" in result["msg"]
    assert sent(estate, CREATE) == []


@pytest.mark.parametrize(("seen", "refused"), [("cannot connect within 3 s", True), ("Connection refused", False)])
def test_name_server_that_swallows_everything_is_named_before_many_creations(copy, estate, seen, refused):
    source = estate.brokers["h:1"]
    source.topics.update({f"t{number}": TopicConfig(f"t{number}", 1, 1, 6) for number in range(20)})
    estate.publish_all(source)
    config = estate.get_broker_config
    listed = {"namesrvAddr": "n:1;n:8;198.18.9.250:9876"}
    estate.get_broker_config = lambda broker, request: {**config(broker, request), **listed}
    answer = estate.answer
    estate.answer = lambda request: (
        AdminError(request.name, request.address, None, seen) if "250" in request.address else answer(request)
    )
    result = copy()
    assert result["failed"] == refused
    if refused:
        assert result["silent_nameservers"] == ["198.18.9.250:9876"] and sent(estate, CREATE) == []
        assert "198.18.9.250:9876 (cannot connect within 3 s)" in result["msg"] and "seeds" in result["msg"]
        assert "each of 23 topics" in result["msg"]


def test_topic_that_arrives_at_a_serving_target_is_opened_only_when_granted(copy, estate):
    for hub in estate.hubs:
        hub.perm = 6
    assert copy(topic_perm=4)["closed"] == ["audit", "orders"]
    assert {hub.topics["orders"].perm for hub in estate.hubs} == {4}
    estate.brokers["h:1"].topics["born"] = TopicConfig("born", 1, 1, 6)
    done = copy(topic_perm=4, granted=["orders", "born"])
    assert {hub.topics["orders"].perm for hub in estate.hubs} == {6}
    # what this run created is not opened by it, whoever asks for it
    assert {hub.topics["born"].perm for hub in estate.hubs} == {4}
    assert done["closed"] == ["audit", "born"]


def test_accounts_are_told_to_be_copied_by_hand(copy, estate):
    config = estate.get_broker_config
    estate.get_broker_config = lambda broker, request: {
        **config(broker, request), "aclEnable": "true" if broker.name == "a" else "false"
    }
    assert copy()["acl_files"] == ["h:1"]


# --- drift ------------------------------------------------------------------------------------------------


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
    (estate.brokers.get(down) or estate.servers[down]).down = True
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
    estate.online["h:1", "billing"] = ConsumerConnections(
        (Client("c1", "x"),), "CONSUME_PASSIVELY", "CLUSTERING", "x", {"audit": "*"}
    )
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
