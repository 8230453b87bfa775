# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_group at the Admin boundary."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup

TOPIC = "UPDATE_AND_CREATE_TOPIC"
GROUP = "UPDATE_AND_CREATE_SUBSCRIPTIONGROUP"


@pytest.fixture
def run(run, estate):
    """Runs on the clusters of the estate where a test gives no others."""
    return lambda module, **options: run(module, **{"clusters": estate.clusters, **options})


def sent(estate, *names):
    return [row for row in estate.log if row[0] in names]


def test_creates_group_then_its_retry_topic(run, estate):
    result = run("rocketmq_group", name="g", retry_queues=3, broadcast=False)
    assert result["changed"] and not result["failed"]
    for broker in estate.brokers.values():
        assert broker.groups["g"] == SubscriptionGroup("g", broadcast=False, retry_queues=3)
        assert (broker.topics["%RETRY%g"].read_queues, broker.topics["%RETRY%g"].write_queues) == (3, 3)
    assert sent(estate, TOPIC, GROUP) == [(GROUP, "h:1"), (GROUP, "h:2"), (TOPIC, "h:1"), (TOPIC, "h:2")]
    # 12 to read, 4 changes, 2 tables of groups, 2 tables and 2 routes of the retry topic
    assert estate.count == 12 + 4 + 2 + 4


def test_second_run_changes_nothing(run, estate):
    run("rocketmq_group", name="g")
    result = run("rocketmq_group", name="g")
    assert not result["changed"] and result["requests"] == [] and estate.count == 12


def test_check_mode_predicts_and_sends_nothing(run, estate):
    predicted = run("rocketmq_group", name="g", check=True)
    assert predicted["changed"] and predicted["requests"] == []
    assert run("rocketmq_group", name="g")["diff"] == predicted["diff"]


def test_every_setting_is_sent_and_what_is_not_given_is_kept(run, seeded):
    run("rocketmq_group", name="g", notify_changes=False, slow_broker_id=0)
    wanted = SubscriptionGroup(
        "g", broadcast=False, retry_queues=2, retry_max=3, slow_broker_id=0, notify_changes=False
    )
    assert seeded.brokers["h:2"].groups["g"] == wanted


def test_retry_topic_grows_before_the_group(run, seeded):
    result = run("rocketmq_group", name="g", retry_queues=5)
    assert not result["failed"]
    assert sent(seeded, TOPIC, GROUP) == [(TOPIC, "h:1"), (TOPIC, "h:2"), (GROUP, "h:1"), (GROUP, "h:2")]
    assert seeded.brokers["h:1"].topics["%RETRY%g"].read_queues == 5


def test_retry_topic_that_is_too_small_is_a_change_of_its_own(run, seeded):
    result = run("rocketmq_group", name="g")
    assert [(row["kind"], row["name"]) for row in result["changes"]] == [("topic", "%RETRY%g")] * 2
    assert seeded.brokers["h:1"].topics["%RETRY%g"].read_queues == 2


def test_retry_topic_never_shrinks(run, seeded):
    run("rocketmq_group", name="g", retry_queues=5)
    run("rocketmq_group", name="g", retry_queues=1)
    assert seeded.brokers["h:1"].groups["g"].retry_queues == 1
    assert seeded.brokers["h:1"].topics["%RETRY%g"].read_queues == 5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "CID_ONSAPI_PULL"}, "keeps for itself"),
        ({"name": "CID_RMQ_SYS_X"}, "keeps for itself"),
        ({"name": ""}, "the name is empty"),
        ({"name": "x" * 121}, "121 characters, more than the 120"),
        ({"name": "g", "retry_queues": 0}, "retry_queues must be between 1 and 1024, got 0"),
        ({"name": "g", "retry_max": -1}, "retry_max must be 0 or more"),
        ({"name": "g", "broker_id": -1}, "broker_id must be 0 or more"),
        ({"groups": [{}]}, "name"),
        ({"groups": [{"name": "g", "retry_max": 1}, {"name": "g"}]}, "more than once with different settings"),
        ({"groups": [{"name": "g", "size": 1}]}, "groups.size"),
        ({}, "one of the following is required"),
    ],
)
def test_refused_before_anybody_is_asked(run, estate, options, words):
    result = run("rocketmq_group", **options)
    assert result["failed"] and not result["changed"] and words in result["msg"]
    assert estate.count == 0


def test_growth_that_fails_leaves_the_group_alone(run, seeded):
    seeded.brokers["h:2"].refuses.add("%RETRY%g")
    result = run("rocketmq_group", name="g", retry_queues=5)
    assert result["failed"] and result["changed"]
    assert sent(seeded, GROUP) == []
    assert {(row["broker"], row["kind"]): row["result"] for row in result["changes"]} == {
        ("a", "topic"): "applied",
        ("b", "topic"): "failed",
        ("a", "group"): "not attempted",
        ("b", "group"): "not attempted",
    }


def test_refused_group_is_named(run, estate):
    estate.brokers["h:2"].refuses.add("g2")
    result = run("rocketmq_group", groups=[{"name": "g1"}, {"name": "g2"}])
    assert result["failed"] and "group g2 at b (h:2)" in result["msg"]
    assert "g1" in estate.brokers["h:2"].groups


def test_group_that_is_not_read_back_as_sent(run, estate):
    plain = estate.update_and_create_subscriptiongroup

    def drops(broker, request):
        return None if broker.name == "b" else plain(broker, request)

    estate.update_and_create_subscriptiongroup = drops
    result = run("rocketmq_group", name="g")
    assert result["failed"] and "group g at b (h:2): read back as None" in result["msg"]
