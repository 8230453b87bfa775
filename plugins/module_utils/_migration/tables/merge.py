# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the target has to hold so that every topic and group of the sources finds itself there.

The rules, all of them stated in the plan wherever they decided something:

- A topic gets the highest read and the highest write queue number that any master of any source gives it, and every
  permission bit that any master gives it. Permissions are those of the masters' own tables; the published ones are
  masked while a broker is read-only.
- A group gets every switch that is on anywhere, and the highest retry numbers.
- Every group gets its retry topic, with at least C(retryQueueNums) queues: 4.4.0 picks the queue of a retry by that
  number and never looks at the topic.
- Dead letter topics are ordinary topics here, with the permission they have.
- System topics and groups stay out, and with them the topics that 4.4.0 names after clusters and brokers.
- Each target master gets the same tables, as C(mqadmin updateTopic -c) of 4.4.0 does it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import ClusterSpec, SubscriptionGroup, TopicConfig, Unknown, known
from ..._admin.release import MULTI_TAG, READ_WRITE, SINGLE_TAG
from ..._admin.system_names import is_system_group, is_system_topic, retry_topic


@dataclass(frozen=True)
class Difference:
    """Where the sources disagree about one field, and what was chosen.

    C(values): ((where, value), ...) with where as C(source/brokerName).
    """

    kind: str  # topic, group or order
    name: str
    field: str
    values: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Gap:
    """A part that did not answer; a merge with gaps is no merge."""

    source: str
    subject: str
    part: str
    reason: str


def read_parts(cluster: str, address: str, view: Any, names: Iterable[str], gaps: list[Gap]) -> dict[str, Any]:
    """Those parts of one broker's view that answered; the others are added to C(gaps)."""
    found = {}
    for name in names:
        value = getattr(view, name, None)
        if value is None or isinstance(value, Unknown):
            gaps.append(Gap(cluster, address, name, getattr(value, "reason", "not asked")))
        else:
            found[name] = value
    return found


@dataclass(frozen=True)
class MergedTables:
    """The merged tables; C(pairs) holds (group, topic) for every group that reads or has ever read the topic."""

    topics: dict[str, TopicConfig]
    groups: dict[str, SubscriptionGroup]
    order: dict[str, str]
    topic_origins: dict[str, tuple[str, ...]]
    group_origins: dict[str, tuple[str, ...]]
    pairs: frozenset[tuple[str, str]]
    differences: tuple[Difference, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass
class _Rows:
    """Values of one name, in the order met, with where each was met."""

    found: list[tuple[str, str, Any]] = field(default_factory=list)

    def values(self, name: str) -> list[Any]:
        return [getattr(row, name) for _source, _where, row in self.found]

    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source for source, _where, _row in self.found))


def taken_names(
    snapshots: Iterable[Any], target: ClusterSpec, others: Iterable[ClusterSpec] = ()
) -> tuple[frozenset[str], frozenset[str]]:
    """Cluster names and broker names of the whole estate: on 4.4.0 each is also a topic of its brokers."""
    clusters = {target.name, *(spec.name for spec in others)}
    brokers = {broker.name for spec in (target, *others) for broker in spec.brokers}
    for snapshot in snapshots:
        clusters.add(snapshot.spec.name)
        brokers.update(broker.name for broker in snapshot.spec.brokers)
        for view in snapshot.brokers.values():
            if isinstance(view.config, Mapping):
                clusters.add(view.config.get("brokerClusterName") or snapshot.spec.name)
        for server in snapshot.nameservers.values():
            if known(server.cluster_info):
                clusters.update(server.cluster_info.clusters)
                brokers.update(server.cluster_info.brokers)
    return frozenset(clusters), frozenset(brokers)


def merge(snapshots: Iterable[Any], target: ClusterSpec, others: Iterable[ClusterSpec] = ()) -> MergedTables:
    """Merge the sources' masters' tables (C(ClusterSnapshot)s with topics, groups, offsets and clients).

    others: clusters that are not merged here, but whose names are taken all the same.

    Never raises for parts that are Unknown: they are returned as gaps, and a caller that acts on the merged tables must
    refuse then.
    """
    snapshots = list(snapshots)
    clusters, brokers = taken_names(snapshots, target, others)
    topics: dict[str, _Rows] = {}
    groups: dict[str, _Rows] = {}
    pairs: set[tuple[str, str]] = set()
    orders: dict[str, list[tuple[str, str, str]]] = {}
    gaps: list[Gap] = []

    for snapshot in snapshots:
        source = snapshot.spec.name
        for address, server in snapshot.nameservers.items():
            if not known(server.order_conf):
                gaps.append(
                    Gap(source, address, "order configuration", getattr(server.order_conf, "reason", "not asked"))
                )
                continue
            for name, value in server.order_conf.items():
                orders.setdefault(name, []).append((source, f"{source}/{address}", value))
        for broker in snapshot.spec.masters:
            view = snapshot.brokers.get(broker.address)
            where = f"{source}/{broker.name}"
            if view is None:
                gaps.append(Gap(source, broker.address, "everything", "not asked"))
                continue
            read_parts(source, broker.address, view, ("topics", "groups", "offsets", "connections"), gaps)
            if known(view.topics):
                for name, row in view.topics.topics.items():
                    if not is_system_topic(name, clusters, brokers):
                        topics.setdefault(name, _Rows()).found.append((source, where, row))
            if known(view.groups):
                for name, row in view.groups.groups.items():
                    if not is_system_group(name):
                        groups.setdefault(name, _Rows()).found.append((source, where, row))
            if known(view.offsets):
                pairs.update((group, topic) for topic, group in view.offsets)
            if known(view.connections):
                pairs.update(subscribed(view.connections, source, broker.address, gaps))

    differences: list[Difference] = []
    order = {name: _merge_order(name, rows, differences) for name, rows in sorted(orders.items())}
    merged_groups = {name: _merge_group(name, rows, differences) for name, rows in sorted(groups.items())}
    merged_topics = {
        name: _merge_topic(name, rows, name in order, differences) for name, rows in sorted(topics.items())
    }
    origins = {name: rows.sources() for name, rows in topics.items()}
    group_origins = {name: rows.sources() for name, rows in groups.items()}
    for name, group in merged_groups.items():
        retry = wide_retry_topic(group, merged_topics.get(retry_topic(name)), differences)
        if retry is not None:
            merged_topics[retry.name] = retry
            origins[retry.name] = group_origins[name]
            pairs.add((name, retry.name))
    # A name server can hold entries of topics that no master has, or that belong to another source.
    order = {name: value for name, value in order.items() if name in merged_topics}
    return MergedTables(
        topics=dict(sorted(merged_topics.items())),
        groups=merged_groups,
        order=order,
        topic_origins=dict(sorted(origins.items())),
        group_origins=dict(sorted(group_origins.items())),
        pairs=frozenset(
            (group, topic) for group, topic in pairs if topic in merged_topics and not is_system_group(group)
        ),
        differences=tuple(differences),
        gaps=tuple(gaps),
    )


def union(tables: Iterable[MergedTables]) -> MergedTables:
    """Merge what was merged for each source before; pairs and differences within a source are kept."""
    topics: dict[str, _Rows] = {}
    groups: dict[str, _Rows] = {}
    orders: dict[str, list[tuple[str, str, str]]] = {}
    tables = list(tables)
    for number, table in enumerate(tables):
        for name, topic in table.topics.items():
            source = ", ".join(table.topic_origins.get(name, (str(number),)))
            topics.setdefault(name, _Rows()).found.append((source, source, topic))
        for name, group in table.groups.items():
            source = ", ".join(table.group_origins.get(name, (str(number),)))
            groups.setdefault(name, _Rows()).found.append((source, source, group))
        for name, value in table.order.items():
            orders.setdefault(name, []).append((str(number), str(number), value))
    differences = [row for table in tables for row in table.differences]
    order = {name: _merge_order(name, rows, differences) for name, rows in sorted(orders.items())}
    return MergedTables(
        topics={name: _merge_topic(name, rows, name in order, differences) for name, rows in sorted(topics.items())},
        groups={name: _merge_group(name, rows, differences) for name, rows in sorted(groups.items())},
        order=order,
        topic_origins={name: rows.sources() for name, rows in sorted(topics.items())},
        group_origins={name: rows.sources() for name, rows in sorted(groups.items())},
        pairs=frozenset().union(*(table.pairs for table in tables)),
        differences=tuple(differences),
        gaps=tuple(gap for table in tables for gap in table.gaps),
    )


def subscribed(connections: Mapping[str, Any], source: str, address: str, gaps: list[Gap]) -> Iterable[tuple[str, str]]:
    """(group, topic) for each subscription of one broker's online groups; what did not answer is added to C(gaps)."""
    for group, online in connections.items():
        if isinstance(online, Unknown):
            gaps.append(Gap(source, address, f"connections of group {group}", online.reason))
        elif online is not None:
            for topic in online.subscriptions:
                yield group, topic


def _note(differences: list[Difference], kind: str, name: str, rows: _Rows, names: Iterable[str], chosen: Any) -> None:
    for attribute in names:
        if len(set(rows.values(attribute))) > 1:
            differences.append(
                Difference(
                    kind,
                    name,
                    attribute,
                    tuple((where, str(getattr(row, attribute))) for _source, where, row in rows.found),
                    str(getattr(chosen, attribute)),
                )
            )


def _any_bit(values: Iterable[int]) -> int:
    result = 0
    for value in values:
        result |= value
    return result


def _merge_topic(name: str, rows: _Rows, ordered: bool, differences: list[Difference]) -> TopicConfig:
    filters = set(rows.values("filter_type"))
    chosen = TopicConfig(
        name=name,
        read_queues=max(rows.values("read_queues")),
        write_queues=max(rows.values("write_queues")),
        perm=_any_bit(rows.values("perm")),
        filter_type=MULTI_TAG if MULTI_TAG in filters else SINGLE_TAG,
        sys_flag=_any_bit(rows.values("sys_flag")),
        # A broker sets this flag from the name server's order configuration at each registration, for all topics.
        order=ordered,
    )
    fields = ("read_queues", "write_queues", "perm", "filter_type", "sys_flag")
    _note(differences, "topic", name, rows, fields, chosen)
    return chosen


def _merge_group(name: str, rows: _Rows, differences: list[Difference]) -> SubscriptionGroup:
    switches = ("consume_enable", "consume_from_min", "broadcast", "notify_changes")
    first = rows.found[0][2]
    chosen: SubscriptionGroup = dataclasses.replace(
        first,
        retry_queues=max(rows.values("retry_queues")),
        retry_max=max(rows.values("retry_max")),
        **{switch: any(rows.values(switch)) for switch in switches},
    )
    _note(
        differences,
        "group",
        name,
        rows,
        [item.name for item in dataclasses.fields(chosen) if item.name != "name"],
        chosen,
    )
    return chosen


def wide_retry_topic(
    group: SubscriptionGroup, found: TopicConfig | None, differences: list[Difference]
) -> TopicConfig | None:
    """Return the retry topic of a group, wide enough; None for a group that never retries."""
    if found is None:
        if group.retry_queues < 1:
            return None
        return TopicConfig(retry_topic(group.name), group.retry_queues, group.retry_queues, READ_WRITE)
    if min(found.read_queues, found.write_queues) >= group.retry_queues:
        return found
    wide = dataclasses.replace(
        found,
        read_queues=max(found.read_queues, group.retry_queues),
        write_queues=max(found.write_queues, group.retry_queues),
    )
    values = (
        ("merged topic", str(min(found.read_queues, found.write_queues))),
        ("retryQueueNums", str(group.retry_queues)),
    )
    differences.append(Difference("topic", found.name, "retry queues", values, str(group.retry_queues)))
    return wide


def _merge_order(name: str, rows: list[tuple[str, str, str]], differences: list[Difference]) -> str:
    """Union of C(broker:queues;broker:queues) strings; the highest number where they disagree about a broker."""
    entries: dict[str, str] = {}
    for _source, _where, value in rows:
        for item in value.split(";"):
            broker, separator, number = item.strip().rpartition(":")
            if not separator:
                broker, number = item.strip(), ""
            if broker and (broker not in entries or _as_number(number) > _as_number(entries[broker])):
                entries[broker] = number
    chosen = ";".join(f"{broker}:{number}" if number else broker for broker, number in entries.items())
    if len({value for _source, _where, value in rows}) > 1:
        differences.append(
            Difference("order", name, "value", tuple((where, value) for _s, where, value in rows), chosen)
        )
    return chosen


def _as_number(text: str) -> int:
    return int(text) if text.isdigit() else -1
