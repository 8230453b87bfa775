# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether several clusters would fit into one, by their real names and numbers (private)."""

from __future__ import annotations

from dataclasses import asdict

from .._admin.models import ClusterSnapshot, ClusterSpec, Unknown
from .._admin.release import FRAME_LIMIT
from .._admin.snapshot import take_all
from .._migration.preflight import capacity
from .._migration.reasons.reason import Reason
from .._migration.tables import merge
from .task import Outcome, Task

PARTS = ("topics", "groups", "offsets", "runtime")


def silent(snapshot: ClusterSnapshot) -> list[Reason]:
    """The masters whose tables did not come: without them every size would be too small."""
    found = []
    for broker in snapshot.spec.masters:
        view = snapshot.brokers[broker.address]
        missing = {part: getattr(view, part) for part in PARTS if isinstance(getattr(view, part), Unknown)}
        if missing:
            evidence = {"address": broker.address, "part": ", ".join(missing)}
            evidence["answer"] = next(iter(missing.values())).reason
            found.append(Reason("BROKER_UNKNOWN", f"{snapshot.spec.name}/{broker.name}", evidence))
    return found


def read(task: Task, sources: list[ClusterSpec], target: ClusterSpec) -> tuple[capacity.Capacity, list[Reason]]:
    """The capacity that is needed, and the reasons."""
    *snapshots, goal = take_all(task.admin, [*sources, target], PARTS)
    reasons = [reason for snapshot in snapshots for reason in silent(snapshot)]
    # One of the target that does not answer is not deployed yet, or is a matter of other gates.
    merged = merge.merge([*snapshots, goal], target, sources)
    size = capacity.measure(merged, target, capacity.stored(snapshots))
    return size, reasons + list(capacity.judge(size, target))


def run(task: Task, *, sources: list[ClusterSpec], target: ClusterSpec) -> Outcome:
    size, reasons = read(task, sources, target)
    return Outcome.passed(
        capacity=asdict(size),
        frame_limit=FRAME_LIMIT,
        reasons=[reason.as_dict() for reason in reasons],
    )
