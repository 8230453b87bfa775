# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after converge, as mqadmin sees it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("topic", ["scenario-source-alone", "scenario-target-alone"])
def test_topic_is_on_both_sides_and_open_on_the_target(route, topic):
    rows = route(topic)
    assert set(rows) == {"broker-a", "hub-a"}
    assert (rows["hub-a"]["readQueueNums"], rows["hub-a"]["writeQueueNums"], rows["hub-a"]["perm"]) == (3, 3, 6)
    assert (rows["broker-a"]["readQueueNums"], rows["broker-a"]["writeQueueNums"]) == (3, 3)


def test_freeze_went_through_once_both_sides_were_equal(route):
    # While a broker is read-only, its permission is published instead of the topic's own.
    assert route("scenario-late")["broker-a"]["perm"] == 4
    assert route("scenario-late")["hub-a"]["perm"] == 6


def test_killed_copy_is_complete(mqadmin, members, route):
    # Only the target registers with its own name server.
    target = f"{members['hub-ns']['rocketmq_address']}:9876"
    copied = {topic for topic in mqadmin("topicList", "-n", target).split() if topic.startswith("scenario-many-")}
    assert copied == {f"scenario-many-{number}" for number in range(1, 1001)}
    for topic in ("scenario-many-1", "scenario-many-1000"):
        row = route(topic)["hub-a"]
        assert (row["readQueueNums"], row["writeQueueNums"], row["perm"]) == (1, 1, 6)


def test_refused_topics_were_not_created(mqadmin, nameserver):
    topics = mqadmin("topicList", "-n", nameserver).split()
    assert "scenario-late" in topics
    assert not [topic for topic in topics if topic.startswith("scenario-slow-")]


def test_late_group_has_read_everything(mqadmin, nameserver):
    printed = mqadmin("consumerProgress", "-n", nameserver, "-g", "scenario-late-readers")
    rows = [line.split() for line in printed.split("\n") if line.startswith("scenario-late ")]
    # topic, broker, queue, broker offset, consumer offset
    assert sorted((row[1], row[2]) for row in rows) == [
        ("broker-a", "0"),
        ("broker-a", "1"),
        ("hub-a", "0"),
        ("hub-a", "1"),
    ]
    assert all(row[3] == row[4] and int(row[3]) >= (2 if row[1] == "hub-a" else 1) for row in rows), printed
