# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration files that a 4.4.0 broker or name server reads at its first start.

Read from the source of 4.4.0: TopicConfigSerializeWrapper (C(topics.json)), SubscriptionGroupManager
(C(subscriptionGroup.json)), ConsumerOffsetManager (C(consumerOffset.json)) and KVConfigSerializeWrapper
(C(kvConfig.json)). All offsets are 0: a group that comes back after its new queues have left memory would
otherwise start at their end, and any other number would skip or repeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..._admin.models import SubscriptionGroup
from ..._admin.release import ORDER_NAMESPACE
from .merge import MergedTables

TOPICS = "topics.json"
GROUPS = "subscriptionGroup.json"
OFFSETS = "consumerOffset.json"
KV = "kvConfig.json"


def broker_files(merged: MergedTables, stamp_ms: int) -> dict[str, str]:
    """Return name → content of the files below C(<store>/config) of every target master.

    stamp_ms: milliseconds since the epoch for the tables' data versions; slaves and name servers only ask
    whether a version is the one that they know.
    """
    version = {"counter": 1, "timestamp": stamp_ms}
    return {
        TOPICS: _dump(
            {
                "dataVersion": version,
                "topicConfigTable": {name: topic.as_entry() for name, topic in sorted(merged.topics.items())},
            }
        ),
        GROUPS: _dump(
            {
                "dataVersion": version,
                "subscriptionGroupTable": {name: group_entry(group) for name, group in sorted(merged.groups.items())},
            }
        ),
        OFFSETS: _offsets(zero_offsets(merged)),
    }


def nameserver_files(merged: MergedTables) -> dict[str, str]:
    """Return name → content of the file that C(kvConfigPath) of the target's name servers names."""
    return {KV: _dump({"configTable": {ORDER_NAMESPACE: merged.order} if merged.order else {}})}


def zero_offsets(merged: MergedTables) -> dict[tuple[str, str], int]:
    """Return (topic, group) → number of queues that need an offset, every queue that can be read or written."""
    return {
        (topic, group): max(merged.topics[topic].read_queues, merged.topics[topic].write_queues)
        for group, topic in sorted(merged.pairs, key=lambda pair: (pair[1], pair[0]))
    }


def group_entry(group: SubscriptionGroup) -> dict[str, Any]:
    """All nine fields: one that is missing takes a default, which is how mqadmin turns broadcasting off."""
    return {
        "brokerId": group.broker_id,
        "consumeBroadcastEnable": group.broadcast,
        "consumeEnable": group.consume_enable,
        "consumeFromMinEnable": group.consume_from_min,
        "groupName": group.name,
        "notifyConsumerIdsChangedEnable": group.notify_changes,
        "retryMaxTimes": group.retry_max,
        "retryQueueNums": group.retry_queues,
        "whichBrokerWhenConsumeSlowly": group.slow_broker_id,
    }


def same_content(name: str, old: str | None, new: str) -> bool:
    """Whether a file says the same; its data version is a time and says nothing."""
    if old is None:
        return False
    if name not in (TOPICS, GROUPS):
        return old == new
    try:
        left, right = json.loads(old), json.loads(new)
    except ValueError:
        return False
    if not isinstance(left, dict):
        return False
    left.pop("dataVersion", None)
    right.pop("dataVersion", None)
    return bool(left == right)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _offsets(table: Mapping[tuple[str, str], int]) -> str:
    # Queue numbers are unquoted keys, as 4.4.0 itself writes them; that is no JSON, so json cannot write it.
    rows = []
    for (topic, group), queues in table.items():
        inner = ",".join(f"{queue}:0" for queue in range(queues))
        rows.append(f"{json.dumps(f'{topic}@{group}', ensure_ascii=False)}:{{{inner}}}")
    return '{"offsetTable":{' + ",".join(rows) + "}}\n"
