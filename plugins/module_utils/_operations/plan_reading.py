# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the live world, and the plan that is there, lead to (private)."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._admin import nameserver
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._admin.release import MASTER_ID
from .._migration.preflight import judge as conflicts
from .._migration.preflight.estimate import estimate
from .._migration.preflight.facts import Facts
from .._migration.preflight.findings import FindingError, parse_findings
from .._migration.preflight.inventory import describe
from .._migration.preflight.waivers import refuse_ended_or_unused
from .._migration.progress import plan
from .._migration.reasons.waivers import Waiver, apply_waivers
from .._migration.tables import merge
from . import gate
from . import preflight as inventory
from .clusters import with_brokers
from .errors import OperationError
from .plan_names import Names
from .task import Task


@dataclass(frozen=True)
class Asked:
    """What a plan is asked for: options of the module under their names. Clusters without brokers are looked up."""

    directory: str
    sources: list[ClusterSpec]
    target: ClusterSpec | None
    target_config: dict[str, Any]
    target_nameserver_config: dict[str, Any]
    business: list[str] | None
    peers: list[dict[str, Any]]
    replication_timeout: float
    dns: list[dict[str, Any]]
    dns_port: int
    connect_timeout: float
    waivers: tuple[Waiver, ...]
    findings: list[dict[str, Any]]
    batches: list[list[str]] | None
    archive: str | None


class Reading:
    """C(agreed): sources that are taken from the plan that is there. C(judged), C(inventory): as of C(decide)."""

    def __init__(self, task: Task, asked: Asked, existing: Mapping[str, Any] | None) -> None:
        self.task, self.admin, self.asked = task, task.admin, asked
        self.existing = {part["name"]: part for part in existing["decisions"]["sources"]} if existing else {}
        planned = {entry["name"]: entry for entry in existing["decisions"]["dns"]} if existing else {}
        self.names = Names(asked.dns, planned, asked.dns_port, asked.connect_timeout)
        self.sources = [with_brokers(self.admin, spec) for spec in asked.sources]
        if asked.target is None or not asked.target.brokers:
            raise OperationError(
                "target needs its list of brokers: a cluster that does not exist yet cannot be asked for them"
            )
        self.target = asked.target
        if not self.target.masters:
            raise OperationError(f"target {self.target.name} has no master")
        self.agreed: list[str] = []
        self.sections: dict[str, Mapping[str, Any]] = {}
        self.judged: Any = None
        self.inventory: list[dict[str, Any]] = []

    def decide(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return decisions and notes; ``judged`` says whether they may be used."""
        asked = self.asked
        findings = self._findings()
        live = [spec for spec in self.sources if not self._is_agreed(spec)]
        listed = {spec.name for spec in self.sources}
        self.agreed += [name for name in self.existing if name not in listed]
        seen = inventory.read(
            self.admin,
            live,
            names=[*self.sources, self.target],
            timeout=asked.replication_timeout,
            progress=self.task.progress,
        )

        tables = {}
        for name in self.agreed:
            self.sections[name] = self.existing[name]
            tables[name] = plan.tables_of(self.existing[name])
        for snapshot in seen.snapshots:
            tables[snapshot.spec.name] = merge.merge([snapshot], self.target, self.sources)
            self.sections[snapshot.spec.name] = plan.section(snapshot, tables[snapshot.spec.name])
        merged = merge.union(tables.values())

        dns_facts, entries = self.names.read(self.agreed)
        facts = Facts(
            tables=tables,
            merged=merged,
            target=self.target,
            specs=tuple(self.sources),
            target_config=asked.target_config,
            target_nameserver_config=asked.target_nameserver_config,
            dns=tuple(dns_facts),
            names={entry["name"]: entry["source"] for entry in asked.dns},
            business=None if asked.business is None else frozenset(asked.business),
            **inventory.peers_from(asked.peers),
            **{field.name: getattr(seen, field.name) for field in dataclasses.fields(seen)},
        )
        today = gate.today()
        self.judged = refuse_ended_or_unused(
            apply_waivers(dict.fromkeys([*conflicts.judge(facts), *findings]), asked.waivers, today),
            read=[spec.name for spec in live],
            done=set(self.existing) - {spec.name for spec in self.sources},
            also={finding.code for finding in findings},
            today=today,
        )
        self.inventory = describe(facts)
        decided = plan.decisions(
            self.sections.values(),
            self.target,
            entries,
            [waiver.as_dict() for waiver in asked.waivers],
            asked.batches,
            self._archive(),
        )
        size = conflicts.registration_bytes(
            merged.topics.values(), self.target.name, [broker.name for broker in self.target.brokers]
        )
        written = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        told = {
            **self.judged.as_result(),
            "inventory": self.inventory,
            "estimate": estimate(facts, [entry["ttl"] for entry in entries]),
        }
        return decided, plan.notes(tables.values(), merged, size, told, written)

    def _archive(self) -> str | None:
        directory = self.asked.archive
        if directory and not directory.startswith("/"):
            raise OperationError(f"archive has to be an absolute directory of the old machines, got {directory!r}")
        return directory

    def _findings(self) -> Any:
        try:
            return parse_findings(self.asked.findings)
        except FindingError as error:
            raise OperationError(f"nothing was read: {error}") from error

    def _is_agreed(self, spec: ClusterSpec) -> bool:
        """Whether the source already knows the target's brokers; what it looks like now says nothing about before."""
        mine = {(broker.name, broker.address) for broker in self.target.masters}
        for server in spec.nameservers:
            answer = self.admin.ask_all([nameserver.cluster_info(server)])[0]
            if isinstance(answer, AdminError):
                continue  # the judgement of the snapshot will say so
            if any((name, data.addresses.get(MASTER_ID)) in mine for name, data in answer.brokers.items()):
                if spec.name not in self.existing:
                    raise OperationError(
                        f"source {spec.name} is being migrated already (name server {server} lists brokers of "
                        f"{self.target.name}), and the plan in {self.asked.directory} does not know it. "
                        "Use the directory with the plan that was agreed before."
                    )
                self.agreed.append(spec.name)
                return True
        return False
