# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead-letter queues are exported to files, and sent again (private)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from .._admin.models import ClusterSpec
from .._migration.clients.dead_letters import shown
from .changes import read_masters
from .errors import ArgumentError
from .export_letters import export, held
from .letters import Letters
from .resend_letters import files, resend
from .task import Outcome, Task


def run(
    task: Task,
    *,
    clusters: list[ClusterSpec],
    state: str,
    directory: str,
    groups: list[str],
    sources: list[str] | None,
) -> Outcome:
    with Letters(directory) as letters:
        if state == "exported":
            if sources is not None:
                raise ArgumentError("sources is for state=resent; clusters says what is exported")
            rows = exported(task, letters, clusters, groups)
        else:
            rows = resent(task, letters, clusters, groups, sources)
    changed = any(row["changed"] for row in rows)
    errors = [f"{shown(row['cluster'])}/{shown(row['group'])}: {row['error']}" for row in rows if row["error"]]
    if errors:
        return Outcome.failed("; ".join(errors), changed=changed, letters=rows)
    return Outcome.passed(changed=changed, letters=rows)


def exported(task: Task, letters: Letters, clusters: list[ClusterSpec], groups: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    sides = read_masters(task, clusters)
    everything = [(side, held(task, side)) for side in sides]
    names = {group for _side, parts in everything for group in parts}
    wanted = matching(names, groups, ", ".join(side.cluster.name for side in sides))
    for side, parts in everything:
        rows += [export(task, side, group, parts[group], letters) for group in sorted(wanted & parts.keys())]
        task.progress(f"{side.cluster.name}: {sum(row['messages'] for row in rows)} dead letters exported")
    return rows


def resent(
    task: Task, letters: Letters, clusters: list[ClusterSpec], groups: list[str], sources: list[str] | None
) -> list[dict[str, Any]]:
    found = files(task, letters, sources)
    wanted = matching({group for _cluster, group in found}, groups, str(letters.directory))
    chosen = {key: place for key, place in found.items() if key[1] in wanted}
    for place in chosen.values():
        for _item in letters.read(place):
            pass  # each line of each file, before anything is sent
    sides = read_masters(task, clusters)
    if len(sides) != 1:
        raise ArgumentError("state=resent takes one cluster, which gets the messages")
    return [resend(task, sides[0], *key, place, letters) for key, place in chosen.items()]


def matching(names: set[str], patterns: list[str], where: str) -> set[str]:
    """The names that any pattern fits. Raises ArgumentError, naming C(where), for patterns that fit none."""
    found = {name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)}
    unmatched = [one for one in patterns if one != "*" and not any(fnmatchcase(name, one) for name in names)]
    if unmatched:
        raise ArgumentError(f"{where} has no dead letters of a group that matches {', '.join(unmatched)}")
    return found
