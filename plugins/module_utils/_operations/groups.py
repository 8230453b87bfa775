# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription groups are created and changed, and read back (private)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from .._admin.broker import group_table, update_group
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec, SubscriptionGroup, TopicConfig
from .._admin.system_names import retry_topic
from .._migration.tables import changes
from .._migration.tables import group as group_diff
from .._migration.tables.group import GroupStep, GroupWish
from .changes import (
    cure_all,
    finish_changes,
    read_masters,
)
from .delete import Removal
from .errors import ArgumentError
from .masters import Masters
from .task import Outcome, Task

SETTINGS: dict[str, dict[str, Any]] = {
    "consume_enable": {"type": "bool"},
    "consume_from_min": {"type": "bool"},
    "broadcast": {"type": "bool"},
    "retry_queues": {"type": "int"},
    "retry_max": {"type": "int"},
    "broker_id": {"type": "int"},
    "slow_broker_id": {"type": "int"},
    "notify_changes": {"type": "bool"},
}


def wishes_from(listed: list[dict[str, Any]] | None, one: Mapping[str, Any]) -> list[GroupWish]:
    """The groups of the task, each once. Raises ArgumentError with everything that is wrong with them."""
    items = [one] if listed is None else listed
    wishes, contradictions = group_diff.merge_doubles(
        GroupWish(item["name"], **{setting: item[setting] for setting in SETTINGS}) for item in items
    )
    problems = [f"group {name}: listed more than once with different settings" for name in contradictions]
    for wish in wishes:
        problems.extend(f"group {wish.name!r}: {text}" for text in group_diff.wish_problems(wish))
    if problems:
        raise ArgumentError("; ".join(problems))
    return wishes


def value(settings: SubscriptionGroup | TopicConfig | None) -> dict[str, Any] | None:
    """One side of a change as it is shown."""
    if settings is None:
        return None
    shown = dataclasses.asdict(settings)
    shown.pop("name")
    shown.pop("order", None)
    return shown


class Run:
    """One task: what has to change in each cluster, and what came of it."""

    def __init__(self, task: Task, clusters: list[ClusterSpec], wishes: list[GroupWish]) -> None:
        self.task = task
        self.sides: list[Masters] = read_masters(task, clusters, groups=True)
        self.changes: list[dict[str, Any]] = []
        self.cured: list[dict[str, Any]] = []
        self.steps: dict[tuple[str, str], list[GroupStep]] = {}
        for side in self.sides:
            for spec in side.specs:
                self.steps[side.cluster.name, spec.address] = steps = []
                for wish in wishes:
                    step = group_diff.decide(
                        wish,
                        side.groups[spec.address].get(wish.name),
                        side.topics[spec.address].get(retry_topic(wish.name)),
                    )
                    steps.append(step)
                    place = (side.cluster.name, spec.address)
                    if step.retry.changes:
                        before, after = value(step.retry.before), value(step.retry.after)
                        row = changes.entry("topic", step.retry.after.name, *place, before, after, broker=spec.name)
                        self.changes.append(row)
                    if step.changes:
                        before, after = value(step.before), value(step.after)
                        self.changes.append(changes.entry("group", wish.name, *place, before, after, broker=spec.name))

    def apply(self) -> None:
        """Cluster by cluster: retry topics that have to grow, then groups, then retry topics that are missing.

        A group that may use more queues than its retry topic has would hide messages, so the topic grows first. A
        missing retry topic comes last, because its route makes consumers look for the group.
        """
        failed = False
        for side in self.sides:
            rows = [row for row in self.changes if row["cluster"] == side.cluster.name]
            for do, part in (
                (self._apply_retry, [row for row in rows if row["kind"] == "topic" and row["before"] is not None]),
                (self._apply_groups, [row for row in rows if row["kind"] == "group"]),
                (self._apply_retry, [row for row in rows if row["kind"] == "topic" and row["before"] is None]),
            ):
                if failed:
                    changes.skip(part)
                elif part:
                    self.task.progress(f"{side.cluster.name}: {len(part)} {part[0]['kind']} change(s) to send")
                    do(side, part)
                    failed = changes.has_failed(part)

    def _wanted(self, side: Masters, rows: list[dict[str, Any]], of: Callable[[GroupStep], Any]) -> dict[str, Any]:
        """address → name → settings for these rows."""
        names = {(row["address"], row["name"]) for row in rows}
        wanted: dict[str, Any] = {}
        for spec in side.specs:
            settings = [of(step) for step in self.steps[side.cluster.name, spec.address]]
            wanted[spec.address] = {item.name: item for item in settings if (spec.address, item.name) in names}
        return wanted

    def _apply_retry(self, side: Masters, rows: list[dict[str, Any]]) -> None:
        failed, cured = side.change_topics(self._wanted(side, rows, lambda step: step.retry.after))
        self.cured.extend(side.cured_value(address) for address in cured)
        for row in rows:
            changes.finish(row, failed.get((row["address"], row["name"])))

    def _apply_groups(self, side: Masters, rows: list[dict[str, Any]]) -> None:
        wanted = self._wanted(side, rows, lambda step: step.after)
        requests = {
            address: [update_group(address, group) for group in groups.values()] for address, groups in wanted.items()
        }
        errors = {address: iter(answers) for address, answers in side.send(requests, "group changes").items()}
        # A group is applied before it is answered, so one look is enough.
        addresses = [address for address, groups in wanted.items() if groups]
        tables = dict(
            zip(addresses, self.task.admin.ask_all([group_table(address) for address in addresses]), strict=True)
        )
        for row in rows:
            address, name = row["address"], row["name"]
            error, table = next(errors[address]), tables[address]
            if isinstance(table, AdminError):
                changes.finish(row, str(error or table))
            elif table.groups.get(name) != wanted[address][name]:
                changes.finish(row, str(error or f"read back as {value(table.groups.get(name))}"))
            else:
                changes.finish(row)


def run(
    task: Task,
    *,
    clusters: list[ClusterSpec],
    groups: list[dict[str, Any]] | None,
    state: str,
    registers_with: list[str],
    **one: Any,
) -> Outcome:
    """C(one): name and settings of the one that is meant where there is no list."""
    wishes = wishes_from(groups, one)
    if state == "absent":
        if any(getattr(wish, setting) is not None for wish in wishes for setting in SETTINGS):
            raise ArgumentError("state=absent takes names only, no settings")
        return Removal(task, "group", clusters, [wish.name for wish in wishes]).run()
    work = Run(task, clusters, wishes)
    work.cured = cure_all(task, work.sides, work.changes, registers_with)
    if not task.check_mode:
        work.apply()
    return finish_changes(task, work.changes, work.cured)
