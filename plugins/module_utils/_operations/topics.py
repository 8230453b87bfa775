# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topics are created and changed, and read back (private)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._admin.broker import (
    consumer_offsets,
    max_offset,
    min_offset,
)
from .._admin.client import Admin
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec, QueueRange, TopicConfig
from .._admin.nameserver import kv_delete, kv_list, kv_put
from .._admin.release import FILTER_TYPES, ORDER_NAMESPACE, TOPIC_PERMISSIONS
from .._admin.system_names import is_system_topic
from .._migration.drain.consumed import unread
from .._migration.tables import changes
from .._migration.tables import topic as topic_diff
from .._migration.tables.topic import (
    TopicStep,
    TopicWish,
)
from .changes import (
    cure_all,
    finish_changes,
    read_masters,
)
from .delete import Removal
from .errors import ArgumentError, OperationError
from .masters import Masters
from .task import Outcome, Task

SETTINGS: dict[str, dict[str, Any]] = {
    "read_queues": {"type": "int"},
    "write_queues": {"type": "int"},
    "perm": {"type": "int", "choices": list(TOPIC_PERMISSIONS)},
    "order": {"type": "bool"},
    "filter_type": {"type": "str", "choices": list(FILTER_TYPES)},
    "sys_flag": {"type": "int"},
}


def wishes_from(listed: list[dict[str, Any]] | None, one: Mapping[str, Any]) -> list[TopicWish]:
    """The topics of the task, each once. Raises ArgumentError with everything that is wrong with them."""
    items = [one] if listed is None else listed
    wishes, contradictions = topic_diff.merge_doubles(
        TopicWish(item["name"], **{setting: item[setting] for setting in SETTINGS}) for item in items
    )
    problems = [f"topic {name}: listed more than once with different settings" for name in contradictions]
    for wish in wishes:
        problems.extend(f"topic {wish.name!r}: {text}" for text in topic_diff.wish_problems(wish, reserved()))
    if problems:
        raise ArgumentError("; ".join(problems))
    return wishes


def reserved(clusters: frozenset[str] = frozenset(), brokers: frozenset[str] = frozenset()) -> Any:
    """A function that says why a name is not the operator's."""

    def why(name: str) -> str | None:
        if name in clusters or name in brokers:
            return "a cluster or broker has this name, and RocketMQ keeps a topic of that name for itself"
        if is_system_topic(name):
            return "RocketMQ keeps this topic for itself"
        return None

    return why


def topic_value(topic: TopicConfig | None) -> dict[str, Any] | None:
    """One side of a step as it is shown. The broker's own C(order) is left out: it follows the name servers."""
    if topic is None:
        return None
    return {name: getattr(topic, name) for name in ("read_queues", "write_queues", "perm", "filter_type", "sys_flag")}


def still_needed(admin: Admin, address: str, step: TopicStep) -> str | None:
    """Why queues cannot be taken away from consumers, judged by what is in them now."""
    hidden = list(topic_diff.hidden_queues(step))
    if not hidden:
        return None
    offsets = admin.ask(consumer_offsets(address))
    # The maxima after the offsets: a queue that is found consumed then was consumed at that moment.
    ends = admin.ask_all([max_offset(address, step.wish.name, queue) for queue in hidden])
    starts = admin.ask_all([min_offset(address, step.wish.name, queue) for queue in hidden])
    readers = {group: queues for (topic, group), queues in offsets.items() if topic == step.wish.name}
    ranges: dict[int, QueueRange] = {}
    for queue, end, start in zip(hidden, ends, starts, strict=True):
        if isinstance(end, AdminError):
            return f"queue {queue} cannot be examined: {end}"
        if isinstance(start, AdminError):
            return f"queue {queue} cannot be examined: {start}"
        ranges[queue] = QueueRange(start, end)
    return unread(ranges, readers)


class Run:
    """One task: what has to change in each cluster, and what came of it."""

    def __init__(self, task: Task, clusters: list[ClusterSpec], wishes: list[TopicWish], allow_decrease: bool) -> None:
        self.task = task
        self.wishes, self.allow_decrease = wishes, allow_decrease
        self.sides: list[Masters] = read_masters(task, clusters)
        self.steps: dict[str, dict[str, list[TopicStep]]] = {}
        self.orders: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
        self.changes: list[dict[str, Any]] = []
        self.cured: list[dict[str, Any]] = []

    def decide(self) -> None:
        """Compares wishes and tables. Raises OperationError with every refusal; nothing has been changed then."""
        refusals: list[str] = []
        clusters = frozenset().union(*(side.names()[0] for side in self.sides))
        brokers = frozenset().union(*(side.names()[1] for side in self.sides))
        why = reserved(clusters, brokers)
        refusals.extend(f"topic {wish.name}: {why(wish.name)}" for wish in self.wishes if why(wish.name))
        # Clusters may share a name server: the second one has to see what the first one is going to write.
        tables: dict[str, dict[str, str | None]] = {}
        for side in self.sides:
            for server, table in side.order.items():
                tables.setdefault(server, dict(table))
        for side in self.sides:
            mine = self.steps.setdefault(side.cluster.name, {})
            for spec in side.specs:
                mine[spec.address] = []
                for wish in self.wishes:
                    current = side.topics[spec.address].get(wish.name)
                    step = topic_diff.decide(wish, current, self.allow_decrease)
                    refusal = step.refusal or still_needed(self.task.admin, spec.address, step)
                    if refusal:
                        refusals.append(f"topic {wish.name} on {spec.name} of {side.cluster.name}: {refusal}")
                    mine[spec.address].append(step)
            self._decide_order(side, tables)
        if refusals:
            raise OperationError("nothing was changed: " + "; ".join(refusals), changes=[], cured=[])

    def _decide_order(self, side: Masters, tables: dict[str, dict[str, str | None]]) -> None:
        mine = self.orders.setdefault(side.cluster.name, [])
        for position, wish in enumerate(self.wishes):
            if wish.order is None:
                self._warn_of_order(side, position, tables)
                continue
            entries = {
                spec.name: self.steps[side.cluster.name][spec.address][position].after.write_queues
                for spec in side.specs
            }
            for server in side.cluster.nameservers:
                before = tables[server].get(wish.name)
                after = topic_diff.order_value(before, entries, wish.order)
                if before != after:
                    mine.append((server, wish.name, before, after))
                    tables[server][wish.name] = after

    def _warn_of_order(self, side: Masters, position: int, tables: dict[str, dict[str, str | None]]) -> None:
        """Says where the queues of an ordered topic change and its entry, which was not asked for, stays behind."""
        wish = self.wishes[position]
        changed = [self.steps[side.cluster.name][spec.address][position] for spec in side.specs]
        if not any(step.before and step.before.write_queues != step.after.write_queues for step in changed):
            return
        found = {server: tables[server].get(wish.name) for server in side.cluster.nameservers}
        behind = ", ".join(f"{value} at {server}" for server, value in found.items() if value)
        if behind:
            self.task.warn(
                f"topic {wish.name}: its write queues change and its entry in the order table stays as it is "
                f"({behind}). With order=true it follows. Producers under orderMessageEnable go by that entry."
            )

    def plan(self) -> None:
        """Writes down what is going to change, before any of it is tried."""
        for side in self.sides:
            name = side.cluster.name
            for server, topic, before, after in self.orders[name]:
                self.changes.append(changes.entry("order", topic, name, server, before, after))
            for spec in side.specs:
                self.changes.extend(
                    changes.entry(
                        "topic",
                        step.wish.name,
                        name,
                        spec.address,
                        topic_value(step.before),
                        topic_value(step.after),
                        broker=spec.name,
                    )
                    for step in self.steps[name][spec.address]
                    if step.changes
                )

    def apply(self) -> None:
        """Sends the changes, cluster by cluster, and reads them back; a failure leaves later clusters alone."""
        failed = False
        for side in self.sides:
            rows = [row for row in self.changes if row["cluster"] == side.cluster.name]
            if failed:
                changes.skip(rows)
                continue
            # The order table first: the answer to the registration that a creation causes brings it to the broker.
            self._apply_order(side, [row for row in rows if row["kind"] == "order"])
            self._apply_topics(side, [row for row in rows if row["kind"] == "topic"])
            failed = changes.has_failed(rows)

    def _apply_order(self, side: Masters, rows: list[dict[str, Any]]) -> None:
        requests: dict[str, list[Any]] = {}
        for row in rows:
            server, topic = row["address"], row["name"]
            requests.setdefault(server, []).append(
                kv_delete(server, ORDER_NAMESPACE, topic)
                if row["after"] is None
                else kv_put(server, ORDER_NAMESPACE, topic, row["after"])
            )
        errors = {server: iter(answers) for server, answers in side.send(requests, "order entries").items()}
        tables = dict(
            zip(
                requests,
                self.task.admin.ask_all([kv_list(server, ORDER_NAMESPACE) for server in requests]),
                strict=True,
            )
        )
        for row in rows:
            server = row["address"]
            error, table = next(errors[server]), tables[server]
            if isinstance(table, AdminError):
                changes.finish(row, str(error or table))
            elif not topic_diff.same_order(table.get(row["name"]), row["after"]):
                changes.finish(row, str(error or f"the entry read back is {table.get(row['name'])!r}"))
            else:
                changes.finish(row)

    def _apply_topics(self, side: Masters, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        self.task.progress(f"{side.cluster.name}: {len(rows)} topic change(s) to send")
        wanted = {
            address: {step.wish.name: step.after for step in steps if step.changes}
            for address, steps in self.steps[side.cluster.name].items()
        }
        failed, cured = side.change_topics(wanted)
        self.cured.extend(side.cured_value(address) for address in cured)
        for row in rows:
            changes.finish(row, failed.get((row["address"], row["name"])))


def run(
    task: Task,
    *,
    clusters: list[ClusterSpec],
    topics: list[dict[str, Any]] | None,
    allow_decrease: bool,
    state: str,
    registers_with: list[str],
    **one: Any,
) -> Outcome:
    """C(one): name and settings of the one that is meant where there is no list."""
    wishes = wishes_from(topics, one)
    if state == "absent":
        if any(getattr(wish, setting) is not None for wish in wishes for setting in SETTINGS):
            raise ArgumentError("state=absent takes names only, no settings")
        return Removal(task, "topic", clusters, [wish.name for wish in wishes], reserved).run()
    work = Run(task, clusters, wishes, allow_decrease)
    work.decide()
    work.plan()
    work.cured = cure_all(task, work.sides, work.changes, registers_with)
    if not task.check_mode:
        work.apply()
    return finish_changes(task, work.changes, work.cured)
