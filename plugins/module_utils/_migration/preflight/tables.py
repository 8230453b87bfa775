# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preflight: the tables of a source's masters, what lies in their queues, and who holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._admin.models import Unknown, known
from ..._admin.system_names import DERIVED, DLQ_PREFIX, is_system_group, is_system_topic, retry_topic
from ..drain.consumed import kept_messages
from ..reasons.entry import PREFLIGHT
from ..reasons.reason import Reason
from .facts import Facts, all_connections_known, online_groups, topic_tables


def tables_differ(facts: Facts) -> Iterator[Reason]:
    """Masters of one source that do not hold the same."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        if source not in facts.tables:
            continue
        topics = dict(topic_tables(snapshot))
        groups = {
            view.spec.name: view.groups.groups
            for view in map(snapshot.brokers.get, (broker.address for broker in snapshot.spec.masters))
            if view is not None and known(view.groups)
        }
        # Retry and dead letter topics appear broker by broker, as they are needed.
        business = [name for name in facts.tables[source].topics if not name.startswith(DERIVED)]
        yield from _differences("TOPIC_TABLES_DIFFER", source, topics, business, _topic)
        yield from _differences("GROUP_TABLES_DIFFER", source, groups, facts.tables[source].groups, _group)


def _differences(
    code: str, source: str, tables: Mapping[str, Mapping[str, Any]], names: Any, words: Any
) -> Iterator[Reason]:
    for name in names:
        rows = {broker: words(table.get(name)) for broker, table in tables.items()}
        if len(set(rows.values())) > 1:
            yield Reason(code, f"{source}/{name}", rows)


def _topic(row: Any) -> str:
    if row is None:
        return "missing"
    return f"{row.read_queues}/{row.write_queues} queues, permission {row.perm}"


def _group(row: Any) -> str:
    if row is None:
        return "missing"
    switches = f"enabled {row.consume_enable}, broadcast {row.broadcast}, from min {row.consume_from_min}"
    return f"{switches}, retries {row.retry_max} in {row.retry_queues} queues"


def narrow_retry_topics(facts: Facts) -> Iterator[Reason]:
    """Retry topics with fewer queues than their group's retryQueueNums, on any master."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        narrow: dict[str, list[str]] = {}
        for broker in snapshot.spec.masters:
            view = snapshot.brokers.get(broker.address)
            if view is None or not known(view.topics) or not known(view.groups):
                continue
            for group in view.groups.groups.values():
                retry = view.topics.topics.get(retry_topic(group.name))
                if retry is None or is_system_group(group.name):
                    continue
                queues = min(retry.read_queues, retry.write_queues)
                if queues < group.retry_queues:
                    narrow.setdefault(group.name, []).append(f"{broker.name} {queues} of {group.retry_queues}")
        for name, rows in narrow.items():
            yield Reason("RETRY_TOPIC_NARROW", f"{source}/{name}", {"queues": ", ".join(rows)})


def unread_topics(facts: Facts) -> Iterator[Reason]:
    """Topics that no group reads or has ever read; those that hold messages will never be drained."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        merged = facts.tables.get(source)
        # A master that did not answer may know a reader.
        if merged is None or merged.gaps or not all_connections_known(snapshot):
            continue
        read = {topic for _group, topic in merged.pairs}
        for connections in online_groups(snapshot).values():
            read.update(topic for one in connections for topic in one.subscriptions)
        for name in merged.topics:
            if name in read or name.startswith(DERIVED):
                continue
            held = _messages(snapshot, name)
            if held is None:
                continue
            if held:
                yield Reason("TOPIC_WITHOUT_GROUP", f"{source}/{name}", {"messages": held})
            else:
                yield Reason("TOPIC_UNREAD", f"{source}/{name}")


def dead_letters(facts: Facts) -> Iterator[Reason]:
    """Dead letter queues that hold messages."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        names = {name for _broker, table in topic_tables(snapshot) for name in table if name.startswith(DLQ_PREFIX)}
        for name in sorted(names):
            held = _messages(snapshot, name)
            if held and not is_system_topic(name):
                yield Reason("DLQ_CONTENT", f"{source}/{name}", {"messages": held})


def _messages(snapshot: Any, topic: str) -> int | None:
    """How many messages the masters keep of a topic; None when one that has it did not tell."""
    total = 0
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is None or not known(view.stats):
            return None
        ranges = view.stats.get(topic, {})
        if isinstance(ranges, Unknown):
            return None
        total += kept_messages(ranges)
    return total


def distances(facts: Facts) -> Iterator[Reason]:
    """Slaves, and the dispatch of masters, that have not reached by now what was there at the first look."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        ends = {}
        for broker in snapshot.spec.masters:
            view = snapshot.brokers.get(broker.address)
            if view is not None and known(view.runtime):
                ends[broker.name] = number(view.runtime, "commitLogMaxOffset")
        for broker in snapshot.spec.brokers:
            now = facts.later.get(broker.address)
            end = ends.get(broker.name)
            if end is None or not known(now):
                continue
            reached = number(now, "commitLogMaxOffset")
            if reached is None:
                continue
            subject = f"{source}/{broker.name}"
            if not broker.is_master and reached < end:
                evidence = {"missing bytes": end - reached, "master": end}
                yield Reason("SLAVE_BEHIND", f"{subject}:{broker.id}", evidence, PREFLIGHT)
            if broker.is_master:
                dispatched = reached - (number(now, "dispatchBehindBytes") or 0)
                if dispatched < end:
                    yield Reason("DISPATCH_BEHIND", subject, {"bytes": end - dispatched})


def number(runtime: Mapping[str, str], key: str) -> int | None:
    """A figure of a broker's state, None when it does not tell."""
    text = str(runtime.get(key, "")).strip()
    return int(text) if text.isdigit() else None
