# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight reads and judges (private)."""

from __future__ import annotations

import dataclasses
from typing import Any

from .._admin.models import ClusterSpec
from .._migration.preflight import judge as conflicts
from .._migration.preflight import report
from .._migration.preflight.facts import Facts
from .._migration.preflight.inventory import describe
from .._migration.reasons.entry import SEVERITIES
from .._migration.reasons.waivers import apply_waivers
from .._migration.tables import merge
from . import preflight as inventory
from .errors import ArgumentError
from .task import Outcome, Task


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    names: dict[str, Any],
    target_config: dict[str, str],
    target_nameserver_config: dict[str, str],
    business: list[str] | None,
    peers: list[dict[str, Any]],
    replication_timeout: float,
) -> Outcome:
    if not sources:
        raise ArgumentError("sources is empty: there is nothing to look at")
    stray = set(names.values()) - {spec.name for spec in sources}
    if stray:
        raise ArgumentError(f"names: {', '.join(sorted(map(str, stray)))} is none of the sources")
    seen = inventory.read(
        task.admin,
        sources,
        names=[*sources, target],
        timeout=replication_timeout,
        progress=task.progress,
    )
    tables = {snapshot.spec.name: merge.merge([snapshot], target, sources) for snapshot in seen.snapshots}
    facts = Facts(
        tables=tables,
        merged=merge.union(tables.values()),
        target=target,
        specs=tuple(sources),
        target_config=target_config,
        target_nameserver_config=target_nameserver_config,
        names=names,
        business=None if business is None else frozenset(business),
        **inventory.peers_from(peers),
        **{field.name: getattr(seen, field.name) for field in dataclasses.fields(seen)},
    )
    found = sorted(conflicts.judge(facts), key=lambda reason: SEVERITIES.index(reason.severity))
    return Outcome.passed(
        inventory=describe(facts),
        reasons=[reason.as_dict() for reason in found],
        table=report.table(apply_waivers(found, ())),
        questions=task.admin.count,
    )
