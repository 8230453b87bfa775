# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the copy, written down a second time and on the brokers' raw answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Table = Mapping[str, Mapping[str, Any]]

SWITCHES = (
    "consumeEnable",
    "consumeFromMinEnable",
    "consumeBroadcastEnable",
    "notifyConsumerIdsChangedEnable",
)


def expected_groups(tables: Iterable[Table], own: set[str]) -> dict[str, dict[str, Any]]:
    """``own``: the names that are the sources' business and not RocketMQ's."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        for name in table.keys() & own:
            row = table[name]
            if name not in found:
                found[name] = dict(row)
                continue
            for switch in SWITCHES:
                found[name][switch] = found[name][switch] or row[switch]
            for number in ("retryQueueNums", "retryMaxTimes"):
                found[name][number] = max(found[name][number], row[number])
    return found


def expected_topics(
    tables: Iterable[Table], own: set[str], groups: Mapping[str, Mapping[str, Any]], ordered: set[str]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        for name in table.keys() & own:
            row = table[name]
            if name not in found:
                found[name] = dict(row)
                continue
            mine = found[name]
            for number in ("readQueueNums", "writeQueueNums"):
                mine[number] = max(mine[number], row[number])
            mine["perm"] |= row["perm"]
            mine["topicSysFlag"] |= row["topicSysFlag"]
            if "MULTI_TAG" in (mine["topicFilterType"], row["topicFilterType"]):
                mine["topicFilterType"] = "MULTI_TAG"
    for group, settings in groups.items():
        retry, wide = f"%RETRY%{group}", settings["retryQueueNums"]
        if retry in found:
            for number in ("readQueueNums", "writeQueueNums"):
                found[retry][number] = max(found[retry][number], wide)
        elif wide:
            found[retry] = {
                "topicName": retry,
                "readQueueNums": wide,
                "writeQueueNums": wide,
                "perm": 6,
                "topicFilterType": "SINGLE_TAG",
                "topicSysFlag": 0,
            }
    for name, row in found.items():
        row["order"] = name in ordered
    return found


def expected_order(tables: Iterable[Mapping[str, str]], topics: Iterable[str]) -> dict[str, dict[str, int]]:
    """Topic → broker → queues, the highest number of any source."""
    kept = set(topics)
    found: dict[str, dict[str, int]] = {}
    for table in tables:
        for topic in table.keys() & kept:
            for broker, number in parse_order(table[topic]).items():
                mine = found.setdefault(topic, {})
                mine[broker] = max(mine.get(broker, 0), number)
    return found


def parse_order(value: str) -> dict[str, int]:
    return {broker: int(number) for broker, number in (item.split(":") for item in value.split(";"))}


def expected_offsets(
    keys: Iterable[str], topics: Mapping[str, Mapping[str, Any]], groups: Iterable[str]
) -> dict[str, dict[str, int]]:
    """Offset 0 for every known pair and for every group on its retry topic, on all queues that are read or written."""
    pairs = {tuple(key.split("@")) for key in keys}
    pairs |= {(f"%RETRY%{group}", group) for group in groups}
    return {
        f"{topic}@{group}": {
            str(queue): 0 for queue in range(max(topics[topic]["readQueueNums"], topics[topic]["writeQueueNums"]))
        }
        for topic, group in pairs
        if topic in topics
    }


def differences(where: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """One line for each name that is not as wanted; names that are found and not wanted included."""
    return [
        f"{where}: {name}: wanted {wanted.get(name)}, found {found.get(name)}"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    ]
