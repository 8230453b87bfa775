# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_topic at the Admin boundary."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError

CREATE = "UPDATE_AND_CREATE_TOPIC"
CURE = "UPDATE_BROKER_CONFIG"


@pytest.fixture
def run(run, estate):
    """Runs on the clusters of the estate where a test gives no others."""
    return lambda module, **options: run(module, **{"clusters": estate.clusters, **options})


def test_creates_on_every_master_and_reads_back_everywhere(run, estate):
    result = run("rocketmq_topic", name="t", read_queues=4, write_queues=4)
    assert result["changed"] and not result["failed"]
    assert [(row["broker"], row["before"], row["result"]) for row in result["changes"]] == [
        ("a", None, "applied"),
        ("b", None, "applied"),
    ]
    assert estate.sent(CREATE) == ["h:1", "h:2"]
    # 2 × (config, table), 2 × (registered, listed, order); 2 creations; 2 tables and 2 routes read back
    assert estate.count == 10 + 2 + 4
    assert estate.brokers["h:1"].topics["t"].read_queues == 4
    assert result["diff"]["before"]["c"]["a (h:1)"] == {"topic t": None}
    assert len(result["requests"]) == 2


def test_second_run_changes_nothing(run, estate):
    run("rocketmq_topic", name="t")
    result = run("rocketmq_topic", name="t")
    assert not result["changed"] and result["requests"] == [] and result["changes"] == []
    assert estate.count == 10


def test_check_mode_predicts_and_sends_nothing(run, estate):
    predicted = run("rocketmq_topic", name="t", order=True, check=True)
    assert predicted["changed"] and predicted["requests"] == []
    assert {row["result"] for row in predicted["changes"]} == {"planned"}
    done = run("rocketmq_topic", name="t", order=True)
    assert done["diff"] == predicted["diff"]


def test_what_is_not_given_is_left_alone(run, seeded):
    result = run("rocketmq_topic", name="%DLQ%g", read_queues=2, write_queues=2)
    assert result["changed"]
    topic = seeded.brokers["h:1"].topics["%DLQ%g"]
    assert (topic.perm, topic.sys_flag, topic.read_queues) == (2, 1, 2)


def test_new_topic_takes_given_queues_for_both(run, estate):
    run("rocketmq_topic", topics=[{"name": "w", "write_queues": 12}, {"name": "r", "read_queues": 3}, {"name": "d"}])
    topics = estate.brokers["h:2"].topics
    assert (topics["w"].read_queues, topics["w"].write_queues) == (12, 12)
    assert (topics["r"].read_queues, topics["r"].write_queues) == (3, 3)
    assert (topics["d"].read_queues, topics["d"].write_queues, topics["d"].perm) == (8, 8, 6)


def test_serial_per_master(run, estate):
    run("rocketmq_topic", topics=[{"name": "t1"}, {"name": "t2"}, {"name": "t3"}])
    assert estate.sent(CREATE) == ["h:1", "h:2"] * 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "TBW102"}, "keeps this topic for itself"),
        ({"name": "%RETRY%CID_ONSAPI_PULL"}, "keeps this topic for itself"),
        ({"name": "c"}, "a cluster or broker has this name"),
        ({"name": "b"}, "a cluster or broker has this name"),
        ({"name": ""}, "the name is empty"),
        ({"name": "a b@"}, "contains ' @'"),
        ({"name": "x" * 128}, "128 characters"),
        ({"name": "t", "read_queues": 0}, "between 1 and 1024, got 0"),
        ({"name": "t", "write_queues": 100000}, "between 1 and 1024, got 100000"),
        ({"name": "t", "perm": 7}, "perm must be one of"),
        ({"name": "t", "perm": "rwx"}, "perm"),
        ({"name": "t", "read_queues": 2, "write_queues": 4}, "would never be consumed"),
        ({"topics": [{"name": "t", "perm": 4}, {"name": "t", "perm": 6}]}, "more than once with different settings"),
        ({"topics": [{"name": "t", "colour": 1}]}, "topics.colour"),
        ({"topics": [{}]}, "name"),
        ({"topics": [{"name": "t"}], "perm": 4}, "mutually exclusive"),
        ({}, "one of the following is required"),
        ({"name": "t", "timeout": -1}, "timeout must be"),
        ({"name": "t", "interval": 0}, "interval must be"),
    ],
)
def test_refused_before_anything_is_changed(run, estate, options, words):
    result = run("rocketmq_topic", **options)
    assert result["failed"] and not result["changed"]
    assert words in result["msg"]
    assert estate.sent(CREATE) == []


def test_same_topic_twice_with_same_settings_is_one(run, estate):
    run("rocketmq_topic", topics=[{"name": "t"}, {"name": "t"}])
    assert estate.sent(CREATE) == ["h:1", "h:2"]


def test_decrease_is_refused_without_consent(run, seeded):
    result = run("rocketmq_topic", name="orders", read_queues=2, write_queues=2)
    assert result["failed"] and "would decrease read queues from 4 to 2 and write queues from 4 to 2" in result["msg"]
    assert seeded.sent(CREATE) == []


def test_decrease_takes_write_queues_first(run, seeded):
    result = run("rocketmq_topic", name="orders", read_queues=2, write_queues=2, allow_decrease=True)
    assert result["failed"] and "producers still write to 4 queues" in result["msg"]
    assert run("rocketmq_topic", name="orders", write_queues=2, allow_decrease=True)["changed"]
    assert run("rocketmq_topic", name="orders", read_queues=2, allow_decrease=True)["changed"]


@pytest.mark.parametrize(
    ("offsets", "words"),
    [
        ({}, "queue 3 holds 9 message(s) that no group has read"),
        ({("orders", "g"): {3: 7}}, "queue 3 holds 2 message(s) that group g has not consumed"),
        ({("orders", "g"): {3: 9}, ("orders", "h"): {}}, "queue 3 holds 9 message(s) that group h has not consumed"),
        ({("orders", "g"): {3: 9}}, None),
    ],
)
def test_decrease_does_not_hide_messages(run, seeded, offsets, words):
    run("rocketmq_topic", name="orders", write_queues=2, allow_decrease=True)
    broker = seeded.brokers["h:2"]
    broker.ends["orders", 3] = 9
    broker.offsets = offsets
    result = run("rocketmq_topic", name="orders", read_queues=2, allow_decrease=True)
    assert result["failed"] == (words is not None)
    if words:
        assert words in result["msg"] and "on b of c" in result["msg"]
        assert seeded.sent(CREATE) == []


def test_order_is_written_to_every_name_server_and_keeps_others_entries(run, estate):
    estate.servers["n:1"].order["t"] = "old-a:4"
    result = run("rocketmq_topic", name="t", order=True)
    assert estate.servers["n:1"].order["t"] == "a:8;b:8;old-a:4"
    assert estate.servers["n:2"].order["t"] == "a:8;b:8"
    # the table is there before the creation whose registration brings it to the broker
    assert estate.log.index(("PUT_KV_CONFIG", "n:1")) < estate.log.index((CREATE, "h:1"))
    assert [row["result"] for row in result["changes"]] == ["applied"] * 4
    assert not run("rocketmq_topic", name="t", order=True)["changed"]
    assert not run("rocketmq_topic", name="t")["changed"]
    assert run("rocketmq_topic", name="t", order=False)["changed"]
    assert estate.servers["n:1"].order["t"] == "old-a:4"
    assert estate.servers["n:2"].order == {}


def test_clusters_that_share_a_name_server_end_up_in_one_entry(run, estate):
    one, two = (dict(estate.clusters[0]) for _unused in range(2))
    one["brokers"], two["brokers"] = [estate.clusters[0]["brokers"][0]], [estate.clusters[0]["brokers"][1]]
    del estate.brokers["h:1"].topics["c"], estate.brokers["h:2"].topics["c"]
    estate.brokers["h:2"].cluster = two["name"] = "d"
    result = run("rocketmq_topic", name="t", order=True, clusters=[one, two])
    assert not result["failed"], result["msg"]
    assert estate.servers["n:1"].order["t"] == "a:8;b:8"
    assert [row["cluster"] for row in result["changes"]] == ["c"] * 3 + ["d"] * 3
    assert not run("rocketmq_topic", name="t", order=True, clusters=[one, two])["changed"]


@pytest.mark.parametrize("down", ["h:2", "n:2"])
def test_silent_member_stops_everything(run, estate, down):
    estate.peer(down).down = True
    result = run("rocketmq_topic", name="t")
    assert result["failed"] and not result["changed"]
    assert down in result["msg"] and "Connection refused" in result["msg"] and "run this again" in result["msg"]
    assert estate.sent(CREATE) == [] and estate.sent(CURE) == []


def test_slave_given_as_master_is_found_out(run, estate):
    estate.brokers["h:2"].id = 1
    clusters = estate.clusters
    clusters[0]["brokers"][1]["id"] = 0
    result = run("rocketmq_topic", name="t", clusters=clusters)
    assert result["failed"] and "h:2 is not the master that it was taken for: it says brokerId=1" in result["msg"]


def test_slaves_are_never_asked(run, estate):
    estate.brokers["h:2"].id = 1
    run("rocketmq_topic", name="t")
    assert "h:2" not in {address for _request, address in estate.log}


def test_hole_is_cured_before_anything_is_created(run, estate):
    del estate.servers["n:2"].routes["b"]
    result = run("rocketmq_topic", name="t")
    assert result["changed"] and not result["failed"]
    assert [(row["broker"], row["nameserver"], row["missing"]) for row in result["cured"]] == [("b", "n:2", ["b"])]
    assert estate.sent(CURE) == ["h:2"]
    assert estate.log.index((CURE, "h:2")) < estate.log.index((CREATE, "h:1"))
    assert not run("rocketmq_topic", name="t")["changed"]


def test_hole_alone_is_a_change_and_check_mode_only_reports_it(run, seeded):
    del seeded.servers["n:2"].routes["b"]
    result = run("rocketmq_topic", name="orders", check=True)
    assert result["changed"] and result["changes"] == [] and len(result["cured"]) == 1
    assert seeded.sent(CURE) == []


def test_hole_that_stays_refuses_creation(run, estate):
    server = estate.servers["n:2"]
    del server.registered["b"]
    server.deaf_to_tables = True
    result = run("rocketmq_topic", name="t", timeout=5)
    assert result["failed"] and "n:2 does not list b" in result["msg"]
    assert estate.sent(CREATE) == []
    assert {row["result"] for row in result["changes"]} == {"not attempted"}


def test_route_that_does_not_come_is_published_again(run, estate):
    estate.servers["n:2"].drops.add("t")
    result = run("rocketmq_topic", name="t")
    assert not result["failed"]
    assert estate.sent(CURE) == ["h:1", "h:2"]
    assert [row["broker"] for row in result["cured"]] == ["a", "b"]


def test_reply_before_effect_is_waited_for(run, estate):
    estate.brokers["h:1"].answers_late = 4
    result = run("rocketmq_topic", name="t")
    assert not result["failed"] and estate.sent(CURE) == []


def test_answer_without_effect_is_no_success(run, estate):
    estate.brokers["h:2"].ignores.add("t")
    result = run("rocketmq_topic", name="t", timeout=5)
    assert result["failed"] and "h:2 does not have it" in result["msg"]
    assert {row["broker"]: row["result"] for row in result["changes"]} == {"a": "applied", "b": "failed"}
    assert result["changed"]


def test_partial_failure_is_told_item_by_item(run, estate):
    estate.brokers["h:2"].refuses.add("t2")
    result = run("rocketmq_topic", topics=[{"name": "t1"}, {"name": "t2"}, {"name": "t3"}])
    assert result["failed"] and result["changed"]
    assert "of 6 change(s) 1 failed, 5 were applied, 0 were not attempted" in result["msg"]
    assert "topic t2 at b (h:2)" in result["msg"] and "answered 1 SYSTEM_ERROR: no" in result["msg"]
    assert {(row["broker"], row["name"]): row["result"] for row in result["changes"]}["b", "t3"] == "applied"


def test_master_that_goes_silent_gets_no_more_and_the_other_goes_on(run, estate):
    create = estate.update_and_create_topic

    def dies(broker, request):
        if broker.name == "b" and request.ext["topic"] == "t2":
            broker.down = True
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        return create(broker, request)

    estate.update_and_create_topic = dies
    result = run("rocketmq_topic", topics=[{"name": f"t{number}"} for number in range(1, 6)], timeout=3)
    assert result["failed"] and result["changed"]
    assert estate.sent(CREATE) == ["h:1", "h:2", "h:1", "h:2", "h:1", "h:1", "h:1"]
    assert {(row["broker"], row["name"]) for row in result["changes"] if row["result"] == "applied"} == {
        ("a", f"t{number}") for number in range(1, 6)
    }
    assert "topic t2 at b (h:2): " in result["msg"] and "no answer within 5 s" in result["msg"]


def test_later_clusters_are_left_alone_after_a_failure(run, estate):
    first, second = estate.clusters[0], {**estate.clusters[0], "name": "d"}
    first["brokers"], second["brokers"] = [first["brokers"][0]], [first["brokers"][1]]
    estate.brokers["h:2"].cluster = "d"
    estate.brokers["h:1"].refuses.add("t")
    result = run("rocketmq_topic", name="t", clusters=[first, second])
    assert {row["broker"]: row["result"] for row in result["changes"]} == {"a": "failed", "b": "not attempted"}
    assert estate.sent(CREATE) == ["h:1"] and not result["changed"]


def test_read_only_broker_publishes_its_own_permission(run, estate):
    estate.brokers["h:1"].perm = 4
    estate.publish_all(estate.brokers["h:1"])
    assert not run("rocketmq_topic", name="t")["failed"]
    assert estate.servers["n:1"].routes["t"]["a"] == (8, 8, 4)


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ({"brokers": []}, "the list of brokers is empty"),
        ({"nameservers": []}, "the list of name servers is empty"),
        ({"nameservers": ["n"]}, "'n' is not an address of the form host:port"),
        ({"nameservers": ["n:1", "n:1"]}, "name server n:1 is listed twice"),
        ({"nameservers": ["n:70000"]}, "not an address"),
        ({"brokers": [{"name": "a", "id": 1, "address": "h:1"}]}, "cluster c has no master"),
        ({"brokers": [{"name": "a", "id": 0, "address": "h:1"}] * 2}, "broker a:0 is listed twice"),
    ],
)
def test_impossible_cluster(run, estate, cluster, words):
    result = run("rocketmq_topic", name="t", clusters=[{**estate.clusters[0], **cluster}])
    assert result["failed"] and words in result["msg"]
    assert estate.sent(CREATE) == []


def test_topic_of_the_table_that_differs_only_in_order_is_unchanged(run, seeded):
    for broker in seeded.brokers.values():
        broker.topics["orders"] = dataclasses.replace(broker.topics["orders"], order=True)
    assert not run("rocketmq_topic", name="orders", read_queues=4)["changed"]


@pytest.mark.parametrize(
    ("count", "seen", "refused"),
    [
        (11, "cannot connect within 3 s", True),
        (11, "cannot connect (No route to host)", True),
        (11, "cannot connect (Connection refused)", False),
        (10, "cannot connect within 3 s", False),
    ],
)
def test_many_topics_do_not_wait_for_a_name_server_that_swallows_everything(run, estate, count, seen, refused):
    # What a name means to the broker need not be what it means here.
    config = estate.get_broker_config
    listed = {"namesrvAddr": "198.18.9.250:9876;old-ns.mq.test:9876"}
    estate.get_broker_config = lambda broker, request: {**config(broker, request), **listed}
    answer = estate.answer
    estate.answer = lambda request: (
        AdminError(request.name, request.address, None, seen) if ":9876" in request.address else answer(request)
    )
    result = run("rocketmq_topic", topics=[{"name": f"t{number}"} for number in range(count)])
    assert result["failed"] == refused
    if refused:
        assert result["silent_nameservers"] == ["198.18.9.250:9876"]
        assert f"198.18.9.250:9876 ({seen})" in result["msg"] and f"each of {count} topics" in result["msg"]
        assert estate.sent(CREATE) == [] and {row["result"] for row in result["changes"]} == {"not attempted"}


def test_no_cluster_is_no_success(run, estate):
    result = run("rocketmq_topic", name="t", clusters=[])
    assert result["failed"] and "clusters is empty" in result["msg"]


def test_an_order_entry_that_stays_behind_is_told(run, estate, monkeypatch):
    told = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda _self, text, **_more: told.append(text))
    run("rocketmq_topic", name="t", write_queues=4, order=True)
    run("rocketmq_topic", name="t", read_queues=8, write_queues=8)
    run("rocketmq_topic", name="t", read_queues=12, write_queues=12, order=True)
    [warning] = told
    assert "topic t: its write queues change and its entry in the order table stays as it is (a:4;b:4 at n:1" in warning
