# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Store files of large estates, so that a broker has its topics when it starts."""

from __future__ import annotations

import json
import time


def topic_name(number: int) -> str:
    return f"bench-topic-{number:05d}"


def group_name(number: int) -> str:
    return f"bench-group-{number:05d}"


def store_files(count: int, queues: int = 8) -> dict[str, str]:
    """``count`` topics of ``queues`` queues, as many groups, their retry topics, and each group's offset 0 on the topic
    of its number and on its retry topic."""
    topics = {}
    groups = {}
    offsets = {}
    for number in range(count):
        topic, group = topic_name(number), group_name(number)
        topics[topic] = _topic(topic, queues)
        topics[f"%RETRY%{group}"] = _topic(f"%RETRY%{group}", 1)
        groups[group] = {
            "groupName": group,
            "consumeEnable": True,
            "consumeFromMinEnable": True,
            "consumeBroadcastEnable": True,
            "retryQueueNums": 1,
            "retryMaxTimes": 16,
            "brokerId": 0,
            "whichBrokerWhenConsumeSlowly": 1,
            "notifyConsumerIdsChangedEnable": True,
        }
        offsets[f"{topic}@{group}"] = dict.fromkeys(range(queues), 0)
        offsets[f"%RETRY%{group}@{group}"] = {0: 0}
    version = {"counter": 1, "timestamp": int(time.time() * 1000)}
    return {
        "topics.json": _text({"dataVersion": version, "topicConfigTable": topics}),
        "subscriptionGroup.json": _text({"dataVersion": version, "subscriptionGroupTable": groups}),
        "consumerOffset.json": _text({"offsetTable": offsets}),
    }


def _topic(name: str, queues: int) -> dict[str, object]:
    return {
        "topicName": name,
        "readQueueNums": queues,
        "writeQueueNums": queues,
        "perm": 6,
        "topicFilterType": "SINGLE_TAG",
        "topicSysFlag": 0,
        "order": False,
    }


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
