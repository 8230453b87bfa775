# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig

CREATE = "UPDATE_AND_CREATE_TOPIC"
CURE = "UPDATE_BROKER_CONFIG"


@pytest.fixture
def estate(sides):
    return sides


@pytest.fixture
def copy(run, estate):
    return lambda **more: run("rocketmq_metadata", sources=[estate.spec("c")], target=estate.spec("d"), **more)


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
    assert result["failed"] and estate.sent(CREATE).count("h:9") == 1 and estate.sent(CREATE).count("h:8") == 3
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
    assert estate.sent(CREATE) == []


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
        assert result["silent_nameservers"] == ["198.18.9.250:9876"] and estate.sent(CREATE) == []
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
        **config(broker, request),
        "aclEnable": "true" if broker.name == "a" else "false",
    }
    assert copy()["acl_files"] == ["h:1"]
