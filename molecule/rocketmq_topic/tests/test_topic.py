# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after converge, as mqadmin sees it."""

from __future__ import annotations


def test_grown_topic_is_the_same_on_every_master(route, brokers):
    rows = route("scenario-orders")
    assert set(rows) == set(brokers)
    for row in rows.values():
        assert (row["readQueueNums"], row["writeQueueNums"], row["perm"]) == (6, 6, 6)


def test_read_only_topic_kept_what_was_not_named(route, brokers):
    rows = route("scenario-archive")
    assert set(rows) == set(brokers)
    for row in rows.values():
        assert (row["readQueueNums"], row["writeQueueNums"], row["perm"]) == (2, 2, 4)


def test_refused_topics_were_not_created(mqadmin, nameserver):
    topics = mqadmin("topicList", "-n", nameserver).split()
    assert "scenario-orders" in topics
    assert "SCHEDULE_TOPIC_XXXX" not in topics
    assert not [topic for topic in topics if topic.startswith("xxxx")]


def test_topic_takes_messages(mqadmin, nameserver):
    printed = mqadmin("sendMessage", "-n", nameserver, "-t", "scenario-orders", "-p", "hello")
    assert "SEND_OK" in printed


def test_deleted_topic_is_gone_and_the_unread_one_is_there(mqadmin, nameserver, route, brokers):
    topics = mqadmin("topicList", "-n", nameserver).split()
    assert "scenario-gone" not in topics
    assert set(route("scenario-unread")) == set(brokers)
