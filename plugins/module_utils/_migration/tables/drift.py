# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether sources and target hold the same topics and groups, while both live.

What the target lacks of the sources comes from C(metadata.compare); this file names it, item by item, and looks the
other way too: names that exist on the target alone, and topics that a source gives less permission than the target.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ..._admin.models import SubscriptionGroup, TopicConfig, Unknown
from ..._admin.system_names import DERIVED, DLQ_PREFIX, is_system_group, is_system_topic
from ..reasons.reason import Reason
from .merge import Gap, MergedTables
from .missing import Work


@dataclass(frozen=True)
class OneSided:
    """What the target has and the sources lack. C(owners): topic or group name → source, None where nothing tells.

    C(narrow): topics that the sources have with less permission; the value is what the target has.
    """

    topics: Mapping[str, TopicConfig] = field(default_factory=dict)
    groups: Mapping[str, SubscriptionGroup] = field(default_factory=dict)
    narrow: Mapping[str, TopicConfig] = field(default_factory=dict)
    owners: Mapping[str, str | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.topics or self.groups or self.narrow)


def unanswered(gaps: Iterable[Gap]) -> list[Reason]:
    """What did not answer, and is therefore not known to be equal."""
    return [
        Reason(
            "NAMESERVER_UNKNOWN" if gap.part == "order configuration" else "BROKER_UNKNOWN",
            f"{gap.source or 'target'}/{gap.subject}",
            {"part": gap.part, "answer": gap.reason},
        )
        for gap in gaps
    ]


def lacking(work: Work) -> list[Reason]:
    """One reason for each thing that the target lacks, with the masters that lack it."""
    topics: dict[tuple[str, str], dict[str, str]] = {}
    groups: dict[tuple[str, str], dict[str, str]] = {}
    offsets: dict[tuple[str, str], dict[str, int]] = {}
    for master in work.masters:
        for found, wanted in master.topics:
            topics.setdefault((_topic_code(found, wanted), wanted.name), {})[master.name] = _change(found, wanted)
        for before, after in master.groups:
            code = "GROUP_NOT_ON_TARGET" if before is None else "GROUP_DIFFERS_ON_TARGET"
            groups.setdefault((code, after.name), {})[master.name] = _change(before, after)
        for item in master.offsets:
            queues = offsets.setdefault((item.group, item.topic), {})
            queues[master.name] = queues.get(master.name, 0) + 1
    reasons = [
        Reason(code, name, {"masters": ", ".join(sorted(masters)), "change": next(iter(masters.values()))})
        for (code, name), masters in sorted({**topics, **groups}.items())
    ]
    reasons += [
        Reason("ORDER_NOT_EVERYWHERE", f"{server}/{topic}", {"expected": value})
        for server, entries in sorted(work.order.items())
        for topic, value in sorted(entries.items())
    ]
    # A group that is missing lacks its offsets too; that is one finding, not two.
    missing = {name for code, name in (*topics, *groups) if code in ("TOPIC_NOT_ON_TARGET", "GROUP_NOT_ON_TARGET")}
    reasons += [
        Reason("OFFSETS_NOT_SEEDED", f"{group}/{topic}", {"queues": sum(queues.values())})
        for (group, topic), queues in sorted(offsets.items())
        if not {group, topic} & missing
    ]
    return reasons


def one_sided(
    merged: MergedTables,
    target: Any,
    names: tuple[frozenset[str], frozenset[str]],
    sources: Iterable[str],
    owners: Iterable[Mapping[str, str]] = (),
) -> OneSided:
    """What the target alone has. target: ClusterSnapshot with topics, groups, offsets and clients; names: all cluster
    and broker names; owners: C({name: shell pattern, source}) as the operator gives them, in that order.

    Retry and dead-letter topics do not count: brokers make them where a message needs them.
    """
    topics: dict[str, TopicConfig] = {}
    groups: dict[str, SubscriptionGroup] = {}
    narrow: dict[str, TopicConfig] = {}
    pairs: set[tuple[str, str]] = set()
    for spec in target.spec.masters:
        view = target.brokers[spec.address]
        for name, found in view.topics.topics.items():
            if is_system_topic(name, *names) or name.startswith(DERIVED):
                continue
            wish = merged.topics.get(name)
            if wish is None:
                topics[name] = _larger(topics.get(name), found)
            elif found.perm & ~wish.perm:
                narrow[name] = dataclasses.replace(wish, perm=found.perm | wish.perm)
        groups.update(
            {
                name: group
                for name, group in view.groups.groups.items()
                if name not in merged.groups and not is_system_group(name)
            }
        )
        pairs.update((group, topic) for topic, group in view.offsets)
        for group, online in view.connections.items():
            if not isinstance(online, Unknown) and online is not None:
                pairs.update((group, topic) for topic in online.subscriptions)
    sources, owners = tuple(sources), tuple(owners)
    found_owners: dict[str, str | None] = {}
    for name in (*topics, *groups):
        found_owners[name] = _owner(name, merged, pairs, sources, owners)
    for name in narrow:
        found_owners[name] = merged.topic_origins[name][0]
    return OneSided(
        dict(sorted(topics.items())), dict(sorted(groups.items())), dict(sorted(narrow.items())), found_owners
    )


def alone(found: OneSided) -> list[Reason]:
    """One reason for each thing that the target alone has."""
    reasons = []
    for code, table in (
        ("TOPIC_ONLY_ON_TARGET", found.topics),
        ("GROUP_ONLY_ON_TARGET", found.groups),
        ("TOPIC_CLOSED_ON_SOURCE", found.narrow),
    ):
        reasons += [Reason(code, name, {"belongs to": found.owners.get(name) or "not known"}) for name in table]
    return reasons


def _owner(
    name: str,
    merged: MergedTables,
    pairs: Iterable[tuple[str, str]],
    sources: tuple[str, ...],
    owners: Iterable[Mapping[str, str]],
) -> str | None:
    for rule in owners:
        if fnmatchcase(name, rule["name"]):
            return rule["source"]
    if len(sources) == 1:
        return sources[0]
    # A topic belongs where its readers come from, a group where what it reads comes from; if that is one source.
    found = {merged.group_origins.get(group) for group, topic in pairs if topic == name}
    found |= {merged.topic_origins.get(topic) for group, topic in pairs if group == name}
    origins = {origin for origin in found if origin is not None}
    if len(origins) == 1 and len(next(iter(origins))) == 1:
        return next(iter(origins))[0]
    return None


def _topic_code(found: TopicConfig | None, wanted: TopicConfig) -> str:
    if found is None:
        return "DLQ_NOT_ON_TARGET" if wanted.name.startswith(DLQ_PREFIX) else "TOPIC_NOT_ON_TARGET"
    same = dataclasses.replace(found, perm=wanted.perm, order=wanted.order) == wanted
    return "TOPIC_CLOSED_ON_TARGET" if same else "TOPIC_DIFFERS_ON_TARGET"


def _change(found: Any, wanted: Any) -> str:
    if found is None:
        return "missing"
    return ", ".join(
        f"{item.name} {getattr(found, item.name)} instead of {getattr(wanted, item.name)}"
        for item in dataclasses.fields(wanted)
        if item.name != "order" and getattr(found, item.name) != getattr(wanted, item.name)
    )


def _larger(one: TopicConfig | None, other: TopicConfig) -> TopicConfig:
    if one is None:
        return other
    return dataclasses.replace(
        one,
        read_queues=max(one.read_queues, other.read_queues),
        write_queues=max(one.write_queues, other.write_queues),
        perm=one.perm | other.perm,
        sys_flag=one.sys_flag | other.sys_flag,
    )
