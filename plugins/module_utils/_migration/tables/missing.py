# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the target lacks of the merged tables, item by item.

Only what the sources own is compared, and nothing is ever deleted or made smaller. Queue numbers and retry
queues grow; permission bits are added; the other settings of a group become those of the sources, because a
group that a broker made by itself from a heartbeat has defaults that no operator chose.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import BrokerSpec, ClusterInfo, ClusterSpec, SubscriptionGroup, TopicConfig, Unknown
from ..._admin.system_names import DERIVED, RETRY_PREFIX
from .merge import Gap, MergedTables, read_parts
from .registration import Listing, differences
from .seed import zero_offsets

_PARTS = ("topics", "groups", "offsets", "stats")


@dataclass(frozen=True)
class Offset:
    """One queue that needs the offset 0 of a group."""

    group: str
    topic: str
    queue: int


@dataclass
class MasterWork:
    """What one target master lacks, in the order in which it has to be sent."""

    name: str
    address: str
    groups: list[tuple[SubscriptionGroup | None, SubscriptionGroup]] = field(default_factory=list)
    offsets: list[Offset] = field(default_factory=list)
    topics: list[tuple[TopicConfig | None, TopicConfig]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.groups or self.offsets or self.topics)


@dataclass
class Work:
    """All that is missing. ``order``: name server → {topic: value}. ``closed``: topics of the target that
    lack permission bits of the sources and stay so, because they were asked to be created closed.
    """

    masters: list[MasterWork] = field(default_factory=list)
    order: dict[str, dict[str, str]] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def __bool__(self) -> bool:
        return any(self.masters) or any(self.order.values())

    def counts(self) -> dict[str, int]:
        return {
            "groups": sum(len(master.groups) for master in self.masters),
            "topics": sum(len(master.topics) for master in self.masters),
            "offsets": sum(len(master.offsets) for master in self.masters),
            "order": sum(len(entries) for entries in self.order.values()),
        }


def compare(
    merged: MergedTables,
    target: Any,
    orders: Mapping[str, Any],
    topic_perm: int | None = None,
    granted: Iterable[str] = (),
) -> Work:
    """Compare the merged tables with the target.

    target: ClusterSnapshot with topics, groups, offsets and stats; orders: name server address → its order
    configuration or Unknown, for every name server of sources and target; topic_perm: permission that limits
    what new topics get (4 in a target that already serves: broadcast consumers lose what is written to a queue
    before they have seen it). Retry and dead letter topics are never limited, a broker writes them itself.
    granted: topics that exist and may have all their permission now.
    """
    work = Work()
    closed: set[str] = set()
    granted = frozenset(granted)
    gaps: list[Gap] = []
    zero = zero_offsets(merged)
    for spec in target.spec.masters:
        view = target.brokers.get(spec.address)
        parts = read_parts(target.spec.name, spec.address, view, _PARTS, gaps)
        if len(parts) < len(_PARTS):
            continue
        todo = MasterWork(spec.name, spec.address)
        for name, group_wish in merged.groups.items():
            held = parts["groups"].groups.get(name)
            whole = wanted_group(group_wish, held)
            if whole != held:
                todo.groups.append((held, whole))
        for name, wish in merged.topics.items():
            found = parts["topics"].topics.get(name)
            wanted = wanted_topic(wish, found, None if found is not None and name in granted else topic_perm)
            if found is None or _differs(found, wanted):
                todo.topics.append((found, wanted))
            if wish.perm & ~wanted.perm:
                closed.add(name)
        for (topic, group), queues in zero.items():
            if "@" in group and not topic.startswith(RETRY_PREFIX):
                continue  # 4.4.0 stores topic@group, so a later look could not find out whether it is there
            stored = parts["offsets"].get((topic, group), {})
            ranges = parts["stats"].get(topic, {})
            if isinstance(ranges, Unknown):
                gaps.append(Gap(target.spec.name, spec.address, f"queues of topic {topic}", ranges.reason))
                continue
            for queue in range(queues):
                # On a queue with messages an offset of 0 would be a rewind; what is there stays.
                if queue not in stored and (queue not in ranges or ranges[queue].max == 0):
                    todo.offsets.append(Offset(group, topic, queue))
        work.masters.append(todo)
    for server, found in orders.items():
        if found is None or isinstance(found, Unknown):
            gaps.append(Gap("", server, "order configuration", getattr(found, "reason", "not asked")))
            continue
        # Values that exist stay: opening and freezing change them, and only the presence of a key decides.
        lacking = {topic: value for topic, value in merged.order.items() if topic not in found}
        if lacking:
            work.order[server] = lacking
    work.closed = tuple(sorted(closed))
    work.gaps = tuple(gaps)
    return work


def without_offset(merged: MergedTables, target: Any) -> dict[str, set[str]]:
    """Return address of a target master → topics with a queue that has no offset of a group that needs one.

    Only their ranges have to be known to compare; when all is as it should be there are none. target: ClusterSnapshot
    with topics and offsets.
    """
    zero = zero_offsets(merged)
    found: dict[str, set[str]] = {}
    for view in target.masters:
        stored = view.offsets if isinstance(view.offsets, Mapping) else {}
        found[view.spec.address] = {
            topic
            for (topic, group), queues in zero.items()
            if not stored.get((topic, group), {}).keys() >= set(range(queues))
        }
    return found


def offset_batches(masters: Iterable[MasterWork], size: int) -> Iterator[list[tuple[MasterWork, Offset]]]:
    """The offsets of all masters in lists of at most C(size), each to be answered before the next is sent.

    The first offset of each group and topic comes in an earlier list than the others. 4.4.0 makes the entry of a group
    and topic without a lock, so that of two that arrive at once for a new one, one is acknowledged and lost.
    """
    first: list[tuple[MasterWork, Offset]] = []
    more: list[tuple[MasterWork, Offset]] = []
    for master in masters:
        begun: set[tuple[str, str]] = set()
        for item in master.offsets:
            pair = (item.group, item.topic)
            (more if pair in begun else first).append((master, item))
            begun.add(pair)
    for wave in (first, more):
        for start in range(0, len(wave), size):
            yield wave[start : start + size]


def wanted_topic(wish: TopicConfig, found: TopicConfig | None, topic_perm: int | None = None) -> TopicConfig:
    """What a topic should become, given what is there."""
    if found is None:
        perm = wish.perm
        if topic_perm is not None and not wish.name.startswith(DERIVED):
            perm = wish.perm & topic_perm or wish.perm
        return dataclasses.replace(wish, perm=perm)
    return dataclasses.replace(
        found,
        read_queues=max(found.read_queues, wish.read_queues),
        write_queues=max(found.write_queues, wish.write_queues),
        perm=found.perm | wish.perm if topic_perm is None else found.perm,
        sys_flag=found.sys_flag | wish.sys_flag,
    )


def wanted_group(wish: SubscriptionGroup, found: SubscriptionGroup | None) -> SubscriptionGroup:
    """What a group should become, given what is there."""
    if found is None:
        return wish
    return dataclasses.replace(wish, retry_queues=max(wish.retry_queues, found.retry_queues))


def _differs(found: TopicConfig, wanted: TopicConfig) -> bool:
    # The order flag is not ours to set: each registration takes it from the order configuration.
    return dataclasses.replace(found, order=False) != dataclasses.replace(wanted, order=False)


def expected_servers(target: Any, servers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return address of a target master → the name servers among C(servers) that it registers with.

    A source that the target has not joined yet does not list it, and nothing can be hidden there. A master whose
    configuration names none of them (names instead of addresses) is expected everywhere.
    """
    servers = tuple(servers)
    result = {}
    for broker in target.spec.masters:
        config = getattr(target.brokers.get(broker.address), "config", None)
        listed = str(config.get("namesrvAddr", "")).split(";") if isinstance(config, Mapping) else []
        result[broker.address] = tuple(server for server in servers if server in listed) or servers
    return result


def unregistered(
    target: ClusterSpec,
    tables: Mapping[str, Mapping[str, TopicConfig]],
    expected: Mapping[str, Iterable[str]],
    listings: Mapping[str, Listing],
) -> dict[str, list[str]]:
    """Return address of a target master → lines that say where a name server's list of its topics is incomplete.

    tables: address → topics of that master's table; expected: address → name servers; listings: name server → what
    it says of its brokers and of the route of every topic. While a list is incomplete, one creation can hide every
    other topic of that master there (4.4.0 stores the new data version with one topic).
    """
    found = {
        broker.address: [
            line
            for server in expected.get(broker.address, ())
            for line in _lacks(broker, tables.get(broker.address, {}), server, listings.get(server, Listing()))
        ]
        for broker in target.masters
    }
    return {address: lines for address, lines in found.items() if lines}


def _lacks(broker: BrokerSpec, table: Mapping[str, TopicConfig], server: str, listing: Listing) -> Iterator[str]:
    if not isinstance(listing.info, ClusterInfo):
        yield f"{server} did not say which brokers it knows: {getattr(listing.info, 'reason', 'not asked')}"
        return
    seen = differences(broker.name, table, listing, table)
    if seen.address != broker.address:
        yield f"{server} lists {broker.name} at {seen.address or 'no address'}, expected {broker.address}"
        return
    for topic, why in seen.silent.items():
        yield f"{server} did not answer for topic {topic}: {why}"
    if seen.unrouted:
        yield f"{server} hides {len(seen.unrouted)} topics of {broker.name}, for example {seen.unrouted[0]}"


def acl_files(snapshots: Iterable[Any]) -> list[str]:
    """Return the addresses of masters that check accounts; 4.4.0 has no request that tells the accounts."""
    return sorted(
        view.spec.address
        for snapshot in snapshots
        for view in snapshot.masters
        if isinstance(view.config, Mapping) and view.config.get("aclEnable") == "true"
    )


def before_after(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides of a diff, by broker and name server; offsets counted by topic and group."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for master in work.masters:
        if not master:
            continue
        left: dict[str, Any] = {}
        right: dict[str, Any] = {}
        for kind, rows in (("groups", master.groups), ("topics", master.topics)):
            if rows:
                left[kind] = {row.name: _plain(found) for found, row in rows}
                right[kind] = {row.name: _plain(row) for _found, row in rows}
        if master.offsets:
            zero: dict[str, list[int]] = {}
            for item in master.offsets:
                zero.setdefault(f"{item.topic}@{item.group}", []).append(item.queue)
            left["zero_offsets"] = {}
            right["zero_offsets"] = zero
        before[master.name], after[master.name] = left, right
    for server, entries in work.order.items():
        before[server] = {"order": {}}
        after[server] = {"order": dict(entries)}
    return before, after


def _plain(value: Any) -> dict[str, Any] | None:
    return None if value is None else {key: item for key, item in dataclasses.asdict(value).items() if key != "name"}


def describe(gaps: Iterable[Gap]) -> list[str]:
    """One readable line for each part that did not answer."""
    return [f"{gap.source + ' ' if gap.source else ''}{gap.subject}: {gap.part}: {gap.reason}" for gap in gaps]
