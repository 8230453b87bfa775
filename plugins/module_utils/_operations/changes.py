# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all operations that change the tables of masters have in common (private)."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping
from typing import Any

from .._admin.client import ask_table
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._admin.request import Request
from .._migration.tables import changes
from .errors import ArgumentError, OperationError
from .masters import Masters
from .silent_nameservers import refuse_slow_creations, registering
from .task import REMEDY, Outcome, Task


def masters_of(task: Task, clusters: Iterable[ClusterSpec]) -> list[Masters]:
    """The masters of each cluster, with the task's client, waits and progress.

    Raises ArgumentError when there is no cluster: that nothing was changed would look like success, and a list that
    comes out of a playbook empty is a mistake in it.
    """
    sides = [
        Masters(task.admin, cluster, timeout=task.timeout, interval=task.interval, progress=task.progress)
        for cluster in clusters
    ]
    if not sides:
        raise ArgumentError("clusters is empty: there is nothing to change")
    return sides


def answers_of(task: Task, requests: Mapping[Any, Request[Any]], what: str) -> dict[Any, Any]:
    """Answers by key. Raises OperationError, naming each, when one did not come: half a picture is none.

    C(what): what follows from that, e.g. "nothing was changed".
    """
    answers = ask_table(task.admin, requests)
    failed = [str(answer) for answer in answers.values() if isinstance(answer, AdminError)]
    if failed:
        raise OperationError(f"{what}: {'; '.join(failed)}. {REMEDY}")
    return answers


def read_masters(task: Task, clusters: Iterable[ClusterSpec], *, groups: bool = False) -> list[Masters]:
    """The masters of all clusters, read.

    Raises OperationError, naming each, when a cluster has no master or when any master or name server did not answer or
    is not what it was taken for: a task that goes on without one of them could only guess.
    """
    sides = masters_of(task, clusters)
    texts = [f"cluster {side.cluster.name} has no master" for side in sides if not side.specs]
    for side in sides:
        texts.extend(f"{side.cluster.name}: {trouble.text}" for trouble in side.read(groups=groups))
    if texts:
        raise OperationError(f"nothing was changed: {'; '.join(texts)}. {REMEDY}", changes=[], cured=[])
    return sides


def cure_all(
    task: Task, sides: list[Masters], rows: list[dict[str, Any]], registers_with: list[str]
) -> list[dict[str, Any]]:
    """Completes the name servers' lists of all clusters, before anything is created in the first one.

    Returns what was cured (in check mode: what would be). Raises OperationError when a list stays incomplete, or when
    many topics would each wait for a name server that swallows what it is sent. C(registers_with): the list of brokers
    that have none in their configuration.
    """
    config = {address: one for side in sides for address, one in side.config.items()}
    count = collections.Counter(row["address"] for row in rows if row["kind"] == "topic")
    try:
        refuse_slow_creations(
            task.admin,
            {address: (number, registering(config.get(address), registers_with)) for address, number in count.items()},
            "nothing was changed",
        )
    except OperationError as error:
        changes.skip(rows)
        raise OperationError(str(error), changes=rows, cured=[], **error.result) from error
    cured: list[dict[str, Any]] = []
    for side in sides:
        if task.check_mode:
            cured.extend(side.cured_value(gap.address, gap) for gap in side.gaps())
            continue
        tried, left = side.cure()
        cured.extend(side.cured_value(gap.address, gap) for gap in tried)
        if left:
            changes.skip(rows)
            raise OperationError(
                "nothing was created or changed, because a name server's list of topics is incomplete and publishing "
                "it again did not help: " + "; ".join(str(gap) for gap in left),
                changes=rows,
                cured=cured,
            )
    return cured


def finish_changes(task: Task, rows: list[dict[str, Any]], cured: list[dict[str, Any]]) -> Outcome:
    """The end of an operation whose work is a list of changes (C(_migration.tables.changes))."""
    message = changes.failure(rows)
    done = [row for row in rows if row["result"] in (changes.APPLIED, changes.PLANNED)]
    before, after = changes.difference(done) if task.wants_diff else (None, None)
    changed = bool(rows or cured) if message is None else task.acknowledged
    return Outcome(message, changed, before, after, {"changes": rows, "cured": cured})
