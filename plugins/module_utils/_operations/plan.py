# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a migration is made, and compared with what people agreed to (private)."""

from __future__ import annotations

from typing import Any

from .._admin.models import ClusterSpec
from .._migration.preflight import report
from .._migration.progress import plan
from .._migration.reasons.entry import BLOCKING
from .._migration.reasons.reason import Reason, summary
from .._migration.reasons.refusal import stated
from .._migration.reasons.waivers import Judged, Waiver
from .clusters import with_brokers
from .errors import OperationError
from .plan_directory import Directory
from .plan_reading import Asked, Reading
from .task import Outcome, Task


def worst_first(judged: Judged) -> list[Reason]:
    """What no waiver could help comes first."""
    return sorted(judged.blocking, key=lambda reason: reason.severity != BLOCKING)


REFUSALS = {
    "missing": "PLAN_UNCONFIRMED", "wrong": "PLAN_UNCONFIRMED", "outdated": "PLAN_OUTDATED",
    "unreadable": "PLAN_UNREADABLE",
}  # fmt: skip


def refused(error: plan.PlanError) -> OperationError:
    code = REFUSALS[error.kind]
    return OperationError(stated(code, "", str(error)), refused=error.kind, differences=error.differences)


def present(task: Task, asked: Asked, replace: bool) -> Outcome:
    """The plan that the world leads to, written where there is none, or another one and C(replace) is set."""
    directory = Directory(asked.directory)
    existing = directory.load()
    if existing is not None:
        try:
            plan.whole(existing, directory.json)
        except plan.PlanError:
            if not replace:
                raise
    reading = Reading(task, asked, existing)
    decided, notes = reading.decide()
    told = {
        **reading.judged.as_result(),
        "table": report.table(reading.judged),
        "inventory": reading.inventory,
        "estimate": notes["estimate"],
        "questions": task.admin.count,
        "agreed": sorted(reading.agreed),
        "files": [directory.json, directory.page],
    }
    if not reading.judged.ok:
        raise OperationError(
            f"{len(reading.judged.blocking)} reasons block the migration: {summary(worst_first(reading.judged), 5)}",
            **told,
        )
    document = plan.document(decided, notes)
    if existing is not None and existing["hash"] == document["hash"]:
        return Outcome.passed(hash=document["hash"], plan=decided, **told)
    lines = plan.differences(existing["decisions"], decided) if existing is not None else []
    if existing is not None and not replace:
        raise OperationError(
            stated(
                "PLAN_OUTDATED",
                "",
                f"the estate leads to other decisions than the plan in {directory.json}, in {len(lines)} points: "
                f"{'; '.join(lines[:10])}. Look at them, and set replace=true (the playbooks: "
                "rocketmq_migration_replan) to agree to a new plan.",
            ),
            differences=lines,
            **told,
        )
    if not task.check_mode:
        if existing is not None:
            directory.write(directory.kept(existing["hash"]), plan.dump(existing))
        # The page first: a plan.json without its page would look complete.
        directory.write(directory.page, plan.render(document))
        directory.write(directory.json, plan.dump(document))
    diff = {"before": existing["decisions"] if existing is not None else "", "after": decided}
    return Outcome.passed(changed=True, hash=document["hash"], plan=decided, diff=diff, differences=lines, **told)


def check(task: Task, asked: Asked, confirm: str | None, live: bool) -> Outcome:
    """Raises OperationError unless the plan that is there is the confirmed one, and still true where that is asked."""
    directory = Directory(asked.directory)
    existing = directory.load()
    try:
        agreed = plan.confirm(existing, confirm, directory.json, directory.older(confirm))
        if asked.target is not None:
            sources = [with_brokers(task.admin, spec) for spec in asked.sources]
            plan.same_members(agreed, sources, with_brokers(task.admin, asked.target), directory.json)
        if live:
            decided, _notes = Reading(task, asked, existing).decide()
            plan.same_decisions(agreed, decided, directory.json)
    except plan.PlanError as error:
        if error.kind == "missing" and task.check_mode:
            return Outcome.passed(hash=None, plan=None, would=str(error))
        raise refused(error) from error
    return Outcome.passed(hash=agreed["hash"], plan=agreed["decisions"], files=[directory.json, directory.page])


def run(
    task: Task,
    *,
    state: str,
    directory: str,
    sources: list[ClusterSpec],
    target: ClusterSpec | None,
    target_config: dict[str, Any],
    target_nameserver_config: dict[str, Any],
    business: list[str] | None,
    peers: list[dict[str, Any]],
    replication_timeout: float,
    dns: list[dict[str, Any]],
    dns_port: int,
    connect_timeout: float,
    waivers: tuple[Waiver, ...],
    findings: list[dict[str, Any]],
    batches: list[list[str]] | None,
    archive: str | None,
    replace: bool,
    confirm: str | None,
    live: bool,
) -> Outcome:
    asked = Asked(
        directory=directory,
        sources=sources,
        target=target,
        target_config=target_config,
        target_nameserver_config=target_nameserver_config,
        business=business,
        peers=peers,
        replication_timeout=replication_timeout,
        dns=dns,
        dns_port=dns_port,
        connect_timeout=connect_timeout,
        waivers=waivers,
        findings=findings,
        batches=batches,
        archive=archive,
    )
    try:
        return present(task, asked, replace) if state == "present" else check(task, asked, confirm, live)
    except plan.PlanError as error:
        raise refused(error) from error
