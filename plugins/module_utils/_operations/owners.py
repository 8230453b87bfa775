# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which topics and groups of a cluster belong to some sources alone (private)."""

from __future__ import annotations

from typing import Any

from .._admin.models import ClusterSpec
from .._admin.snapshot import take_all
from .._migration.tables import merge, owners
from .._migration.tables import missing as metadata
from .errors import OperationError
from .task import Outcome, Task

PARTS = frozenset({"config", "topics", "groups", "offsets", "clients"})


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    others: list[ClusterSpec],
    agreed: list[dict[str, Any]],
) -> Outcome:
    if not sources:
        raise OperationError("sources is empty: there is nothing whose topics could be told")
    # Those who may need something last: what they create meanwhile is found, and counts as theirs.
    mine = merge.merge(take_all(task.admin, sources, PARTS), target, [target, *others])
    seen = take_all(task.admin, [target], PARTS)[0]
    theirs = merge.merge(take_all(task.admin, others, PARTS), target, [target, *sources])
    parts = [{**part, "topics": frozenset(part["topics"])} for part in agreed]
    found = owners.judge(mine, theirs, parts, seen)
    if found.gaps:
        lines = metadata.describe(found.gaps)
        raise OperationError(
            f"whom the topics of {target.name} belong to is not known, because something did not answer: "
            f"{'; '.join(lines[:5])}. See that each of these runs and that its address is right, then run this again.",
            unanswered=lines,
        )
    return Outcome.passed(
        topics=list(found.topics),
        close=list(found.close),
        shared=[{"name": name, "owners": list(who)} for name, who in found.shared.items()],
        groups=list(found.groups),
    )
