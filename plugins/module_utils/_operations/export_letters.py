# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead letters are read from the masters that hold them, into files (private)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .._admin.broker import pull, topic_stats
from .._admin.errors import AdminError
from .._admin.models import BrokerSpec, Message, TopicConfig
from .._admin.release import PERM_READ, PULL_COUNT, READ_WRITE
from .._admin.system_names import DLQ_PREFIX
from .._migration.clients import dead_letters
from .._migration.clients.dead_letters import shown
from .errors import OperationError
from .letters import Letters
from .masters import Masters
from .task import Task

# What a queue holds: master, topic, queue, first and end offset.
Part = tuple[BrokerSpec, TopicConfig, int, int, int]


def held(task: Task, side: Masters) -> dict[str, list[Part]]:
    """By group, what each master holds."""
    found: dict[str, list[Part]] = {}
    asked = [
        (spec, topic)
        for spec in side.specs
        for topic in side.topics[spec.address].values()
        if topic.name.startswith(DLQ_PREFIX)
    ]
    answers = task.admin.ask_all([topic_stats(spec.address, topic.name) for spec, topic in asked])
    for (spec, topic), answer in zip(asked, answers, strict=True):
        if answer is None or isinstance(answer, AdminError):
            raise OperationError(
                f"nothing was exported: {side.cluster.name}/{spec.name}: {answer or shown(topic.name) + ' vanished'}"
            )
        group = dead_letters.group_of(topic.name)
        for queue, span in answer.items():
            if span.max > span.min:
                found.setdefault(group, []).append((spec, topic, queue, span.min, span.max))
    return found


def read_queue(task: Task, spec: BrokerSpec, topic: str, queue: int, start: int, end: int) -> Iterator[Message]:
    """All messages of a queue; raises OperationError when the broker tells less or other than it holds."""
    where = f"{shown(topic)} queue {queue} at {spec.address}"
    while start < end:
        result = task.admin.ask(pull(spec.address, topic, queue, start, min(PULL_COUNT, end - start)))
        if result.status != "FOUND" or not result.messages:
            raise OperationError(f"{where}: {result.status} at {start}, expected messages to {end}")
        for message in result.messages[: end - start]:
            if (message.topic, message.queue, message.offset) != (topic, queue, start):
                raise OperationError(
                    f"{where}: expected message {start}, got {message.offset} of queue {message.queue} of "
                    f"{shown(message.topic)}"
                )
            yield message
            start += 1


def readable(side: Masters, parts: list[Part], perm: int | None) -> None:
    """Gives the masters' topics one permission (None: back what each had); raises OperationError when one does not."""
    wanted: dict[str, dict[str, TopicConfig]] = {}
    for spec, topic, *_queue in parts:
        if not topic.perm & PERM_READ:
            wanted.setdefault(spec.address, {})[topic.name] = topic if perm is None else replace(topic, perm=perm)
    failed, _cured = side.change_topics(wanted) if wanted else ({}, [])
    if failed:
        raise OperationError("; ".join(failed.values()))


def export(task: Task, side: Masters, group: str, parts: list[Part], letters: Letters) -> dict[str, Any]:
    """One group of one cluster into its file, which appears as a whole or not at all."""
    name = side.cluster.name
    place = letters.own(name, group)
    total = sum(end - start for _spec, _topic, _queue, start, end in parts)
    row: dict[str, Any] = {
        "cluster": name,
        "group": group,
        "messages": total,
        "file": str(letters.path(place)),
        "changed": True,
        "error": None,
    }
    try:
        if not group:
            raise OperationError(
                f"the topic {DLQ_PREFIX} names no group, so nothing was exported of its {total} messages"
            )
        place = letters.place(name, group)
        row["file"] = str(letters.path(place))
        # Ranges and not offsets: a broker may say that a queue ends at 10^12.
        there = letters.spans(place, name, group)
        todo = [
            (spec, topic, queue, first, last)
            for spec, topic, queue, start, end in parts
            for first, last in dead_letters.missing(start, end, there.get((spec.name, queue), ()))
        ]
        if not todo:
            return {**row, "changed": False}
        if task.check_mode:
            return row
        readable(side, todo, READ_WRITE)
        try:
            letters.add(
                place,
                (
                    dead_letters.line(name, spec.name, message)
                    for spec, topic, queue, first, last in todo
                    for message in read_queue(task, spec, topic.name, queue, first, last)
                ),
            )
        finally:
            readable(side, todo, None)
    except (AdminError, OperationError) as error:
        return {**row, "changed": task.acknowledged, "error": str(error)}
    return row
