# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three sources as nobody would plan them: seeded random, so that a finding can be seen again."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from typing import Any

TOPICS, GROUPS, SHARED = 300, 100, 20
MASTERS = ("broker-a", "broker-b")
SOURCES = ("red", "green", "blue")
# What 4.4.0's own tools let through in a name.
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
LONGEST = 127
PERMISSIONS = (6, 6, 6, 4, 2, 0, 7, 5)
ORDER = "ORDER_TOPIC_CONFIG"


@dataclass
class Source:
    """``topics``, ``groups``, ``offsets``: broker name → table as in the store's file; ``order``: topic → value."""

    topics: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in MASTERS})
    groups: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in MASTERS})
    offsets: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in MASTERS})
    order: dict[str, str] = field(default_factory=dict)

    def files(self, broker: str) -> dict[str, str]:
        version = {"counter": 7, "timestamp": 1546300800000}
        return {
            "topics.json": _text({"dataVersion": version, "topicConfigTable": self.topics[broker]}),
            "subscriptionGroup.json": _text({"dataVersion": version, "subscriptionGroupTable": self.groups[broker]}),
            "consumerOffset.json": _text({"offsetTable": self.offsets[broker]}),
        }

    def order_file(self) -> dict[str, str]:
        return {"kvConfig.json": _text({"configTable": {ORDER: self.order}})}


def generate(seed: int) -> dict[str, Source]:
    """Name of a source → what it holds. Some topics are in all sources, with settings of their own in each."""
    chance = random.Random(seed)
    shared = [_name(chance, "shared", number) for number in range(SHARED)]
    return {name: _source(chance, name, shared) for name in SOURCES}


def _source(chance: random.Random, prefix: str, shared: list[str]) -> Source:
    source = Source()
    names = [*shared, *(_name(chance, prefix, number) for number in range(TOPICS - len(shared)))]
    for name in names:
        for broker in _where(chance):
            source.topics[broker][name] = _topic(chance, name, chance.choice((1, 3, 4, 8, 16)))
        # A shared topic is ordered in all sources or in none: else the merged order configuration changes a source.
        if name in shared[:5] or (name not in shared and chance.random() < 0.1):
            source.order[name] = ";".join(f"{broker}:{chance.choice((2, 4, 8))}" for broker in _where(chance))
    for number in range(GROUPS):
        _group(chance, source, _name(chance, f"{prefix}-group", number), names)
    return source


def _group(chance: random.Random, source: Source, group: str, names: list[str]) -> None:
    settings = {
        "groupName": group,
        "consumeEnable": chance.random() < 0.9,
        "consumeFromMinEnable": chance.random() < 0.5,
        "consumeBroadcastEnable": chance.random() < 0.5,
        "retryQueueNums": chance.choice((0, 1, 1, 2, 4)),
        "retryMaxTimes": chance.choice((0, 3, 16, 100)),
        "brokerId": 0,
        "whichBrokerWhenConsumeSlowly": 1,
        "notifyConsumerIdsChangedEnable": chance.random() < 0.8,
    }
    for broker in _where(chance):
        mine = copy.copy(settings)
        if chance.random() < 0.3:
            mine["retryQueueNums"] = chance.choice((1, 3))
            mine["consumeBroadcastEnable"] = not mine["consumeBroadcastEnable"]
        source.groups[broker][group] = mine
        # A group that was never online has none; an old one has fewer queues than it would need by now.
        if chance.random() < 0.7:
            retry = f"%RETRY%{group}"
            source.topics[broker][retry] = {**_topic(chance, retry, 1), "perm": 6, "readQueueNums": 1}
        if chance.random() < 0.1:
            dead = f"%DLQ%{group}"
            source.topics[broker][dead] = {**_topic(chance, dead, 1), "perm": 2}
        here = [name for name in names if name in source.topics[broker]]
        for topic in chance.sample(here, 3):
            queues = source.topics[broker][topic]["readQueueNums"]
            source.offsets[broker][f"{topic}@{group}"] = {queue: chance.randrange(1000) for queue in range(queues)}


def _where(chance: random.Random) -> list[str]:
    """Mostly both masters, sometimes one of them."""
    return list(MASTERS) if chance.random() < 0.8 else [chance.choice(MASTERS)]


def _topic(chance: random.Random, name: str, queues: int) -> dict[str, Any]:
    return {
        "topicName": name,
        "readQueueNums": queues + chance.choice((0, 0, 0, 1, 4)),
        "writeQueueNums": queues,
        "perm": chance.choice(PERMISSIONS),
        "topicFilterType": chance.choice(("SINGLE_TAG", "SINGLE_TAG", "MULTI_TAG")),
        "topicSysFlag": chance.choice((0, 0, 0, 1, 2, 3)),
        "order": False,
    }


def _name(chance: random.Random, prefix: str, number: int) -> str:
    start = f"{prefix}-{number:03d}-"
    kind = chance.random()
    if kind < 0.1:
        start += chance.choice(("a%b", "%", "x|y", "|", "%|%", "50%25"))
    if kind > 0.95:
        start += "".join(chance.choice(ALPHABET) for _unused in range(LONGEST - len(start)))
    return start + ("" if len(start) >= LONGEST else chance.choice(ALPHABET))


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
