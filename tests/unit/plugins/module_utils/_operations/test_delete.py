# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(state=absent) at the Admin boundary: what is deleted, and above all what is not."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Client, SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import HALF, half_message

DELETE = "DELETE_TOPIC_IN_BROKER"
HALF_PAIR = (HALF, "CID_RMQ_SYS_TRANS")


@pytest.fixture
def estate(pair):
    """Topic and group exist on the target alone, empty."""
    for hub in pair.hubs:
        hub.topics["old"] = TopicConfig("old", 2, 2, 6)
        hub.groups["readers"] = SubscriptionGroup("readers")
        hub.offsets["old", "readers"] = {0: 0, 1: 0}
        pair.publish_all(hub)
    pair.servers["n:8"].order["old"] = "hub-a:2;hub-b:2"
    return pair


@pytest.fixture
def remove(run, estate):
    return lambda module="rocketmq_topic", name="old", **more: run(
        module, **{"clusters": [estate.spec("d")], "name": name, "state": "absent", **more}
    )


def changing(estate):
    return [(row["request"], row["address"]) for row in estate.audit]


def half(group, count=1):
    return [half_message(PGROUP=group)] * count


def test_topic_goes_from_masters_then_from_name_servers_with_its_order(remove, estate):
    predicted = remove(check=True)
    assert predicted["changed"] and predicted["requests"] == []
    done = remove()
    assert done["changed"] and not done["failed"], done["msg"]
    assert done["diff"] == predicted["diff"]
    assert changing(estate) == [
        ("DELETE_KV_CONFIG", "n:8"),
        (DELETE, "h:8"),
        (DELETE, "h:9"),
        ("DELETE_TOPIC_IN_NAMESRV", "n:8"),
    ]
    assert [row["result"] for row in done["changes"]] == ["applied"] * 4
    again = remove()
    assert not again["changed"] and again["requests"] == []


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda e: e.hubs[1].ends.update({("old", 1): 5}), "queue 1 holds 5 message(s) that group readers has not"),
        (
            lambda e: (e.hubs[1].ends.update({("old", 1): 5}), e.hubs[1].offsets.clear()),
            "queue 1 holds 5 message(s) that no group has read",
        ),
        (lambda e: e.hubs[0].ends.update({("SCHEDULE_TOPIC_XXXX", 2): 4}), "not delivered yet (4 on level 3)"),
        (lambda e: e.hubs[0].ends.update({(HALF, 0): 7}), "7 undecided transactional message(s)"),
        (
            lambda e: (
                e.hubs[0].ends.update({(HALF, 0): 40}),
                e.hubs[0].offsets.update({HALF_PAIR: {0: 40}}),
                e.hubs[0].messages.update({(HALF, 0): half("payments", 40)}),
                e.hubs[0].producers.update(payments=(Client("p1", "x"),)),
            ),
            "transactional producers are connected (payments)",
        ),
        (
            lambda e: (
                e.hubs[0].ends.update({(HALF, 0): 50000}),
                e.hubs[0].offsets.update({HALF_PAIR: {0: 50000}}),
            ),
            "50000 half messages are too many",
        ),
        (
            lambda e: (
                e.hubs[0].ends.update({("gone", 0): 3}),
                e.hubs[0].offsets.update({("gone", "readers"): {0: 1}}),
            ),
            "the queues of gone, which is not in its table, would go",
        ),
        (
            lambda e: e.connect("readers", ["c1"], ["h:9"], ["old"]),
            "consumers of group readers are online and read it",
        ),
        (
            lambda e: (
                e.brokers["h:1"].topics.update(old=TopicConfig("old", 1, 1, 6)),
                e.servers["n:8"].routes["old"].update(a=(1, 1, 6)),
            ),
            "name server n:8 also leads to a",
        ),
        (lambda e: setattr(e.hubs[1], "down", True), "Connection refused"),
    ],
)
def test_topic_is_kept_while_something_could_go_with_it(remove, estate, prepare, words):
    prepare(estate)
    result = remove()
    assert result["failed"] and not result["changed"] and words in result["msg"], result["msg"]
    assert changing(estate) == [] and "old" in estate.hubs[0].topics


def test_decided_transactions_of_producers_that_left_do_not_keep_it(remove, estate):
    estate.hubs[0].ends[HALF, 0] = 40
    estate.hubs[0].offsets[HALF_PAIR] = {0: 40}
    estate.hubs[0].messages.update({(HALF, 0): half("payments", 40)})
    assert not remove()["failed"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": "TBW102"}, "keeps this topic for itself"),
        ({"name": "hub-a"}, "a cluster or broker has this name"),
        ({"name": "d"}, "a cluster or broker has this name"),
        ({"perm": 4}, "takes names only"),
    ],
)
def test_names_that_are_never_touched(remove, estate, more, words):
    result = remove(**more)
    assert result["failed"] and words in result["msg"] and changing(estate) == []


def test_failure_on_one_master_leaves_the_routes_alone(remove, estate):
    estate.hubs[1].ignores.add("old")
    result = remove()
    assert result["failed"] and result["changed"] and "it is still there" in result["msg"]
    assert {(row["kind"], row["address"]): row["result"] for row in result["changes"]} == {
        ("order", "n:8"): "applied",
        ("topic", "h:8"): "applied",
        ("topic", "h:9"): "failed",
        ("route", "n:8"): "not attempted",
    }
    assert "old" in estate.servers["n:8"].routes


def test_retry_topic_of_a_group_that_exists_stays(remove, estate):
    for hub in estate.hubs:
        hub.topics["%RETRY%readers"] = TopicConfig("%RETRY%readers", 1, 1, 6)
        estate.publish_all(hub)
    assert "its group readers exists" in remove(name="%RETRY%readers")["msg"]


# --- groups -----------------------------------------------------------------------------------------------


def test_group_goes_and_its_offsets_stay(remove, estate):
    done = remove("rocketmq_group", "readers")
    assert done["changed"] and not done["failed"], done["msg"]
    assert all("readers" not in hub.groups and ("old", "readers") in hub.offsets for hub in estate.hubs)
    assert not remove("rocketmq_group", "readers")["changed"]


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda e: e.hubs[1].ends.update({("old", 0): 2}), "topic old: queue 0 holds 2 message(s)"),
        (lambda e: e.hubs[0].ends.update({("SCHEDULE_TOPIC_XXXX", 0): 1}), "not delivered yet"),
        (
            lambda e: e.connect("readers", ["c1"], ["h:9"], []),
            "1 consumer(s) of it are online",
        ),
    ],
)
def test_group_is_kept_while_it_is_needed(remove, estate, prepare, words):
    prepare(estate)
    result = remove("rocketmq_group", "readers")
    assert result["failed"] and words in result["msg"], result["msg"]
    assert changing(estate) == []


def test_system_group_is_never_touched(remove, estate):
    result = remove("rocketmq_group", "TOOLS_CONSUMER")
    assert result["failed"] and "keeps for itself" in result["msg"]
