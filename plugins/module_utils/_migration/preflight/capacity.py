# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what the sources hold fits into one target: frames of 16 MiB, queues, disk, and the time that creations cost.

Sizes are computed from the real names, as 4.4.0 writes them; tests/benchmarks/capacity.py holds them against a real
broker. Every master of the target gets the complete tables, so none of this is divided among them; messages are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._admin.models import ClusterSpec, SubscriptionGroup, Unknown
from ..._admin.release import FRAME_LIMIT, GROUP_CREATION_MS, TABLE_FRAME, TOPIC_CREATION_MS
from ..._admin.system_names import BROKER_GROUPS, HALF_GROUP
from ..reasons.reason import Reason
from ..tables.merge import MergedTables
from ..tables.seed import group_entry, zero_offsets
from .judge import registration_bytes

# What every broker has of its own.
_OWN_GROUPS = (*BROKER_GROUPS, "SELF_TEST_P_GROUP", HALF_GROUP)


@dataclass(frozen=True)
class Capacity:
    """What one master of the target will hold. Sizes in bytes; times in milliseconds of broker CPU, (low, high).

    queues: of all topics, each with a file, a mapping and an open file once it has messages. volume: bytes of all
    sources' masters that are still in retention, None when a master did not tell; disk: an equal share of it.
    """

    topics: int
    groups: int
    queues: int
    registration: int
    topics_reply: int
    groups_reply: int
    offsets_reply: int
    creation_ms: tuple[float, float]
    one_by_one_ms: tuple[float, float]
    volume: int | None = None
    disk: int | None = None


def measure(merged: MergedTables, target: ClusterSpec, volume: int | None = None) -> Capacity:
    """The sizes of a target that gets the merged tables I(merged)."""
    topics, groups = len(merged.topics), len(merged.groups)
    brokers = [broker.name for broker in target.masters]
    registration = registration_bytes(merged.topics.values(), target.name, brokers)
    return Capacity(
        topics=topics,
        groups=groups,
        queues=sum(max(topic.read_queues, topic.write_queues) for topic in merged.topics.values()),
        registration=registration,
        # The same table, without what a registration adds around it.
        topics_reply=registration,
        groups_reply=_groups_bytes(merged.groups.values()),
        offsets_reply=_offsets_bytes(zero_offsets(merged)),
        creation_ms=(TOPIC_CREATION_MS[0] * topics, TOPIC_CREATION_MS[1] * topics),
        one_by_one_ms=(
            (TOPIC_CREATION_MS[0] * topics**2 + GROUP_CREATION_MS[0] * groups**2) / 2,
            (TOPIC_CREATION_MS[1] * topics**2 + GROUP_CREATION_MS[1] * groups**2) / 2,
        ),
        volume=volume,
        disk=None if volume is None or not brokers else (volume + len(brokers) - 1) // len(brokers),
    )


def judge(size: Capacity, target: ClusterSpec) -> Iterator[Reason]:
    """Frames that would be too long; otherwise what the size costs, as a notice."""
    name = target.name
    too_large = size.registration > FRAME_LIMIT
    if too_large:
        yield Reason("TABLE_TOO_LARGE", name, {"bytes": size.registration, "limit": FRAME_LIMIT, "topics": size.topics})
    for request, what, length in (
        ("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", size.groups, size.groups_reply),
        ("GET_ALL_CONSUMER_OFFSET", size.groups, size.offsets_reply),
    ):
        if length > FRAME_LIMIT:
            yield Reason(
                "REPLY_TOO_LARGE", f"{name}/{request}", {"bytes": length, "limit": FRAME_LIMIT, "groups": what}
            )
    if not too_large:
        low, high = size.creation_ms
        first, last = (duration / 60_000 for duration in size.one_by_one_ms)
        yield Reason(
            "TARGET_CAPACITY",
            name,
            {
                "topics": size.topics,
                "groups": size.groups,
                "queues": size.queues,
                "registration": f"{size.registration} bytes, {size.registration / FRAME_LIMIT:.0%} of the frame",
                "one more topic": f"{low:.1f}-{high:.1f} ms of each master's CPU",
                "all one by one": f"{first:.1f}-{last:.1f} min, seeded instead",
                "disk per master": "unknown" if size.disk is None else f"{size.disk} bytes",
            },
        )


def stored(snapshots: Iterable[Any]) -> int | None:
    """Bytes of messages that the masters hold (their commit logs), None when one did not tell."""
    total = 0
    for snapshot in snapshots:
        for broker in snapshot.spec.masters:
            runtime = getattr(snapshot.brokers.get(broker.address), "runtime", None)
            if runtime is None or isinstance(runtime, Unknown):
                return None
            try:
                total += int(runtime["commitLogMaxOffset"]) - max(int(runtime["commitLogMinOffset"]), 0)
            except (KeyError, ValueError):
                return None
    return total


def _groups_bytes(groups: Iterable[SubscriptionGroup]) -> int:
    """Bytes of the reply to code 201."""
    own = (SubscriptionGroup(name) for name in _OWN_GROUPS)
    return TABLE_FRAME + sum(_row(group.name, group_entry(group)) for group in (*groups, *own))


def _offsets_bytes(pairs: Mapping[tuple[str, str], int]) -> int:
    """Bytes of the reply to code 43 while every offset is 0; each digit that an offset gains adds one."""
    return TABLE_FRAME + sum(
        len(_text(f"{topic}@{group}")) + len(",:{}") + len(",".join(f"{queue}:0" for queue in range(queues)))
        for (topic, group), queues in pairs.items()
    )


def _row(name: str, entry: Mapping[str, Any]) -> int:
    return len(_text(name)) + len(_text(entry)) + len(":,")


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
