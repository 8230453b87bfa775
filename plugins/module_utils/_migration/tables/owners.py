# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What on the target belongs to some sources alone, so that it can be taken from them without an effect on other
sources.

A topic is shared where one of these may need it, too: another source that has it, one that had it when it was agreed
upon and answers no more, and a group on the target that is none of theirs and reads it or has ever read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import TopicConfig
from ..._admin.release import PERM_READ, PERM_WRITE
from ..._admin.system_names import DERIVED, is_system_group
from .merge import Gap, MergedTables, read_parts, subscribed

_PARTS = ("topics", "groups", "offsets", "connections")


@dataclass(frozen=True)
class Ownership:
    """``topics``: of the target, of these sources alone. ``close``: those that a master of the target lets be written,
    with the settings that they should have. ``shared``: topic → who else needs it. ``groups``: of these sources alone.
    """

    topics: tuple[str, ...] = ()
    close: tuple[dict[str, Any], ...] = ()
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def judge(leaving: MergedTables, others: MergedTables, agreed: Iterable[Mapping[str, Any]], target: Any) -> Ownership:
    """leaving, others: the merged tables of the sources in question and of those others that answer.

    agreed: C({name, topics, groups}) of other sources as a plan has it; target: ClusterSnapshot with topics, groups,
    offsets and clients. What did not answer is in the gaps, and then the rest is worth nothing.
    """
    agreed = list(agreed)
    gaps = [*leaving.gaps, *others.gaps]
    theirs = set(others.groups).union(*(part["groups"] for part in agreed))
    own_groups = {name for name in leaving.groups if name not in theirs}
    tables: list[Mapping[str, TopicConfig]] = []
    known_groups: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for spec in target.spec.masters:
        view = target.brokers.get(spec.address)
        parts = read_parts(target.spec.name, spec.address, view, _PARTS, gaps)
        if len(parts) < len(_PARTS):
            continue
        tables.append(parts["topics"].topics)
        known_groups |= set(parts["groups"].groups)
        pairs |= set(parts["offsets"])
        named = subscribed(parts["connections"], target.spec.name, spec.address, gaps)
        pairs |= {(topic, group) for group, topic in named}
    if gaps:
        return Ownership(gaps=tuple(gaps))
    readers: dict[str, set[str]] = {}
    for topic, group in pairs:
        if group not in own_groups and not is_system_group(group):
            readers.setdefault(topic, set()).add(f"group {group}")
    topics, close = [], []
    shared: dict[str, tuple[str, ...]] = {}
    for name in leaving.topics:
        found = [table[name] for table in tables if name in table]
        if name.startswith(DERIVED) or not found:
            continue
        owners = {f"source {one}" for one in others.topic_origins.get(name, ())}
        owners |= {f"source {part['name']}" for part in agreed if name in part["topics"]}
        owners |= readers.get(name, set())
        if owners:
            shared[name] = tuple(sorted(owners))
            continue
        topics.append(name)
        if any(topic.perm & PERM_WRITE for topic in found):
            close.append(_closed(name, found, everywhere=len(found) == len(tables)))
    return Ownership(tuple(topics), tuple(close), shared, tuple(sorted(own_groups & known_groups)))


def _closed(name: str, found: list[TopicConfig], *, everywhere: bool) -> dict[str, Any]:
    """As rocketmq_topic takes it: readable where any master has it readable, and not writable."""
    row: dict[str, Any] = {"name": name, "perm": PERM_READ if any(topic.perm & PERM_READ for topic in found) else 0}
    if not everywhere:
        # It would be created with a default where it is missing.
        row["read_queues"] = max(topic.read_queues for topic in found)
        row["write_queues"] = max(topic.write_queues for topic in found)
    return row
