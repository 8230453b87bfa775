#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_plan
short_description: Judge whether clusters can become one, and keep the plan that people agreed to
description:
  - With O(state=present), reads all sources, looks for everything that would go wrong when their clients meet on the
    target
    and writes a plan, C(plan.json) and the readable C(plan.md), into O(directory). Nothing but these files is changed.
  - Fails on reasons that block, see RV(reasons). Reasons of severity V(waivable) need an entry in O(waivers).
  - A source whose name servers already list the target's brokers is being migrated. What was agreed about it is taken
    from
    the existing plan, and so is everything about a source that is in the plan and not in O(sources) (one that is done).
  - If the estate now leads to other decisions than those of the existing plan, the module fails with the differences,
    unless
    O(replace) is set. The replaced plan is kept beside the new one.
  - The hash covers the decisions only. With O(state=check), a changing phase presents the hash that a person
    confirmed; a
    missing, a wrong and an outdated one are refused, each in its own words.
  - All codes of reasons, with their meaning and remedy, are in the collection's file C(docs/reasons.md).
options:
  state:
    description:
      - V(present) computes the plan and writes it.
      - V(check) compares O(confirm) with the plan that is there and changes nothing.
    type: str
    choices: [present, check]
    default: present
  directory:
    description: Directory of the plan, on the host that runs the module. It is created if it is missing.
    type: path
    required: true
  sources:
    description:
      - The old clusters. Required with O(state=present), where the list may be empty once every source is done.
      - With O(state=check), the members are compared with those of the plan when they are given.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) says.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description:
          - The brokers that must exist, masters and slaves.
          - If left out, the brokers that the name servers list are taken, and one that is down is not missed.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
  target:
    description:
      - The new cluster, which need not exist yet; its list of brokers is needed. Required with O(state=present).
    type: dict
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) will say.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description: All brokers, masters and slaves.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
  dns:
    description: The names that lead clients to the sources' name servers and will be switched.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name.
        type: str
        required: true
      source:
        description: Name of the source in O(sources) that the name belongs to.
        type: str
        required: true
      servers:
        description: DNS servers that are asked; each must answer O(dns[].from) and nothing else.
        type: list
        elements: str
        required: true
      zone:
        description: Zone of the name, as it will be needed for the change.
        type: str
      type:
        description: Type of the record.
        type: str
        choices: [A]
        default: A
      from:
        description: Addresses of the source's name servers.
        type: list
        elements: str
        required: true
      to:
        description: Addresses of the target's name servers.
        type: list
        elements: str
        required: true
      ttl:
        description: Original TTL in seconds. By default the highest one that the servers answer.
        type: int
  dns_port:
    description: Port of the DNS servers that do not name one as C(address#port).
    type: int
    default: 53
  waivers:
    description: Reasons that are accepted.
    type: list
    elements: dict
    default: []
    suboptions:
      code:
        description: Code of a waivable reason, also one that only a later phase can give.
        type: str
        required: true
      subject:
        description: The subject of the reason, or a shell pattern for several.
        type: str
        required: true
      reason:
        description: Why it is accepted.
        type: str
        required: true
      who:
        description: Who accepted it.
        type: str
      until:
        description: The last day on which it counts, C(YYYY-MM-DD).
        type: str
  findings:
    description:
      - Reasons that were found elsewhere, about machines, names or capacity for example, to be judged together with the
        module's own; O(waivers) covers them as well.
    type: list
    elements: dict
    default: []
    suboptions:
      code:
        description: Code of the reason, as the catalogue has it.
        type: str
        required: true
      subject:
        description: What it is about, in the form that the catalogue gives for the code.
        type: str
        required: true
      severity:
        description: Severity of the reason. It must be the catalogue's.
        type: str
        choices: [blocking, waivable, notice]
        required: true
      evidence:
        description: What was seen, for example numbers, the request and the address.
        type: dict
        default: {}
  batches:
    description: Names of sources that are migrated together, batch after batch. By default all at once.
    type: list
    elements: list
  archive:
    description:
      - An absolute directory of each old machine, into which the decommission packs the stores of its masters. If left
        out or empty, the data just stay where they are.
    type: str
  replace:
    description:
      - Replace a plan that has other decisions. Sources that are being migrated, and those that are not in
        O(sources), keep what was agreed about them; a plan without them is made in a directory of its own.
    type: bool
    default: false
  confirm:
    description: The hash that a person confirmed, for O(state=check).
    type: str
  live:
    description: With O(state=check), also compute the decisions anew from the estate and refuse a plan that has others.
    type: bool
    default: false
extends_documentation_fragment:
  - mqops.rocketmq._preflight
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - With O(state=check), a plan or confirmation that is missing is no failure in check mode, because a real run
        would
        have written the plan before.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_preflight_info
  - module: mqops.rocketmq.rocketmq_seed
  - module: mqops.rocketmq.rocketmq_metadata
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Judge the sources and write the plan
  mqops.rocketmq.rocketmq_plan:
    sources: "{{ (hostvars | mqops.rocketmq.estate(groups)).sources | mqops.rocketmq.specs }}"
    target: "{{ [(hostvars | mqops.rocketmq.estate(groups)).target] | mqops.rocketmq.specs | first }}"
    dns:
      - name: mro-ns.mq.test
        source: mro
        servers: [198.18.10.2]
        from: [198.18.10.20]
        to: [198.18.10.80]
    waivers:
      - code: SAME_TOPIC
        subject: audit
        reason: Both departments write to one audit log on purpose.
        who: platform team
    directory: /var/lib/mqops/plan
  register: plan

- name: Refuse to go on without a person's confirmation
  mqops.rocketmq.rocketmq_plan:
    state: check
    directory: /var/lib/mqops/plan
    confirm: "{{ rocketmq_migration_confirm | default('') }}"
"""

RETURN = r"""
hash:
  description: Hash of the plan's decisions.
  returned: success
  type: str
  sample: 3f9a1c0de4b75a21
plan:
  description: The decisions of the plan.
  returned: success
  type: dict
files:
  description: Paths of the plan and of its readable page.
  returned: success
  type: list
  elements: str
reasons:
  description: What was found, blocking reasons first, each with C(code), C(subject), C(evidence) and C(severity).
  returned: with O(state=present)
  type: list
  elements: dict
waived:
  description: Reasons that a waiver covers.
  returned: with O(state=present)
  type: list
  elements: dict
unused_waivers:
  description: Waivers that cover nothing that was found now.
  returned: with O(state=present)
  type: list
  elements: dict
table:
  description: The verdict as lines of less than 100 columns, most important first, counted where many are alike.
  returned: with O(state=present)
  type: list
  elements: str
inventory:
  description: The sources that were read, in figures, as M(mqops.rocketmq.rocketmq_preflight_info) returns them.
  returned: with O(state=present)
  type: list
  elements: dict
estimate:
  description: Estimated duration in C(seconds), by phase, the C(longest) wait and why, and C(unbounded) waits that end
    when somebody acts.
  returned: with O(state=present)
  type: dict
questions:
  description: How many requests were sent to name servers and brokers.
  returned: with O(state=present)
  type: int
agreed:
  description: Sources that were taken from the existing plan because they are being migrated or are done.
  returned: with O(state=present)
  type: list
  elements: str
differences:
  description: Where decisions differ from the plan that is there.
  returned: when a plan is refused or replaced
  type: list
  elements: str
refused:
  description: Why a confirmation is refused, V(missing), V(wrong), V(outdated) or V(unreadable).
  returned: failure with O(state=check)
  type: str
"""

import dataclasses
import datetime
import os
import re
import tempfile
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import inventory, nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterSpec, Unknown
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.answers import observe_all
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.errors import DnsError
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.library import IMPORT_ERROR
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.records import content, parse_name
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import Server, Transport
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import conflicts, merge, plan, report
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.estimate import estimate
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.facts import DnsFact, Facts
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.findings import FindingError, parse_findings
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight_inventory import describe
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight_waivers import hold_to_account
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import (
    BLOCKING,
    WaiverError,
    apply_waivers,
    parse_waivers,
    summary,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ModuleError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    make_diff,
    peers_from,
    preflight_spec,
    run_module,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import wait_until

_HASH = re.compile(r"[0-9a-f]{16}")


class Directory:
    """The files of the plan."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.json = os.path.join(path, "plan.json")
        self.page = os.path.join(path, "plan.md")

    def load(self) -> dict[str, Any] | None:
        return self._load(self.json)

    def older(self, given: str | None) -> dict[str, Any] | None:
        """The replaced plan that had this hash."""
        if not given or not _HASH.fullmatch(given.strip()):
            return None
        return self._load(self.kept(given.strip()))

    def kept(self, digest: str) -> str:
        return os.path.join(self.path, f"plan-{digest}.json")

    def _load(self, path: str) -> dict[str, Any] | None:
        try:
            with open(path, encoding="utf-8") as handle:
                return plan.parse(handle.read(), path)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeError) as error:
            raise ModuleError(f"{path} cannot be read: {error}") from error

    def write(self, module: Any, path: str, text: str) -> None:
        try:
            os.makedirs(self.path, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self.path)
            with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
                handle.write(text)
            os.chmod(temporary, 0o644)
        except OSError as error:
            raise ModuleError(f"{path} cannot be written: {error}") from error
        module.atomic_move(temporary, path)


class Reading:
    """What the live world and the plan that is there lead to."""

    def __init__(self, module: RocketmqModule, existing: Mapping[str, Any] | None) -> None:
        self.module = module
        self.admin = module.admin
        self.existing = {part["name"]: part for part in existing["decisions"]["sources"]} if existing else {}
        self.existing_dns = {entry["name"]: entry for entry in existing["decisions"]["dns"]} if existing else {}
        self.sources = module.clusters("sources")
        if not module.params["target"]["brokers"]:
            raise ModuleError(
                "target needs its list of brokers: a cluster that does not exist yet cannot be asked for them"
            )
        self.target = module.clusters("target")[0]
        if not self.target.masters:
            raise ModuleError(f"target {self.target.name} has no master")
        self.agreed: list[str] = []
        self.sections: dict[str, Mapping[str, Any]] = {}
        self.judged: Any = None
        self.inventory: list[dict[str, Any]] = []

    def decide(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return decisions and notes; ``judged`` says whether they may be used."""
        params = self.module.params
        waivers = self._waivers()
        findings = self._findings()
        live = [spec for spec in self.sources if not self._is_agreed(spec)]
        listed = {spec.name for spec in self.sources}
        self.agreed += [name for name in self.existing if name not in listed]
        seen = inventory.read(
            self.admin,
            live,
            names=[*self.sources, self.target],
            wait=wait_until,
            timeout=params["replication_timeout"],
            progress=self.module.progress,
        )

        tables = {}
        for name in self.agreed:
            self.sections[name] = self.existing[name]
            tables[name] = plan.tables_of(self.existing[name])
        for snapshot in seen.snapshots:
            tables[snapshot.spec.name] = merge.merge([snapshot], self.target, self.sources)
            self.sections[snapshot.spec.name] = plan.section(snapshot, tables[snapshot.spec.name])
        merged = merge.union(tables.values())

        dns_facts, entries = self._dns({spec.name for spec in live})
        facts = Facts(
            tables=tables,
            merged=merged,
            target=self.target,
            specs=tuple(self.sources),
            target_config=params["target_config"],
            target_nameserver_config=params["target_nameserver_config"],
            dns=tuple(dns_facts),
            names={entry["name"]: entry["source"] for entry in params["dns"]},
            business=None if params["business"] is None else frozenset(params["business"]),
            **peers_from(params["peers"]),
            **{field.name: getattr(seen, field.name) for field in dataclasses.fields(seen)},
        )
        today = datetime.date.today()
        self.judged = hold_to_account(
            apply_waivers(dict.fromkeys([*conflicts.judge(facts), *findings]), waivers, today),
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
            [waiver.as_dict() for waiver in waivers],
            params["batches"],
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
        directory = self.module.params["archive"]
        if directory and not directory.startswith("/"):
            raise ModuleError(f"archive has to be an absolute directory of the old machines, got {directory!r}")
        return directory

    def _waivers(self) -> Any:
        given = [
            {key: value for key, value in waiver.items() if value is not None}
            for waiver in self.module.params["waivers"]
        ]
        try:
            return parse_waivers(given)
        except WaiverError as error:
            raise ModuleError(str(error)) from error

    def _findings(self) -> Any:
        try:
            return parse_findings(self.module.params["findings"])
        except FindingError as error:
            raise ModuleError(f"nothing was read: {error}") from error

    def _is_agreed(self, spec: ClusterSpec) -> bool:
        """Whether the source already knows the target's brokers; what it looks like now says nothing about before."""
        mine = {(broker.name, broker.address) for broker in self.target.masters}
        for server in spec.nameservers:
            answer = self.admin.ask_all([nameserver.cluster_info(server)])[0]
            if isinstance(answer, AdminError):
                continue  # the judgement of the snapshot will say so
            if any((name, data.addresses.get(0)) in mine for name, data in answer.brokers.items()):
                if spec.name not in self.existing:
                    raise ModuleError(
                        f"source {spec.name} is being migrated already (name server {server} lists brokers of "
                        f"{self.target.name}), and the plan in {self.module.params['directory']} does not know it. "
                        "Use the directory with the plan that was agreed before."
                    )
                self.agreed.append(spec.name)
                return True
        return False

    def _dns(self, live: set[str]) -> tuple[list[DnsFact], list[dict[str, Any]]]:
        facts: list[DnsFact] = []
        wanted = self.module.params["dns"]
        entries = [
            entry
            for name, entry in self.existing_dns.items()
            if entry["source"] in self.agreed and name not in {one["name"] for one in wanted}
        ]
        if wanted and IMPORT_ERROR is not None:
            self.module.module.fail_json(msg=missing_required_lib("dnspython"), exception=IMPORT_ERROR)
        for entry in wanted:
            if entry["source"] in self.agreed:
                if entry["name"] in self.existing_dns:
                    entries.append(self.existing_dns[entry["name"]])
                continue
            ttls = []
            for server, seen in self._ask(entry):
                values = Unknown(seen) if isinstance(seen, str) else tuple(content(seen.rdatas))
                facts.append(DnsFact(entry["name"], server, entry["source"], tuple(entry["from"]), values))
                if not isinstance(seen, str) and seen.ttl is not None:
                    ttls.append(seen.ttl)
            entries.append(
                {
                    **{key: entry[key] for key in ("name", "source", "servers", "zone", "type", "from", "to")},
                    "ttl": plan.original_ttl(entry["ttl"], self.existing_dns.get(entry["name"], {}).get("ttl"), ttls),
                }
            )
        return facts, entries

    def _ask(self, entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """(server, answer), where an answer that did not come is text."""
        try:
            name = parse_name(entry["name"])
            servers = [Server.parse(server, self.module.params["dns_port"]) for server in entry["servers"]]
        except DnsError as error:
            return [(", ".join(entry["servers"]), str(error))]
        seen = observe_all(Transport(timeout=self.module.params["connect_timeout"]), servers, name, entry["type"])
        return [(one.server, one if one.error is None else one.error) for one in seen]


def _worst_first(reading: Reading) -> list[Any]:
    """What no waiver could help comes first."""
    return sorted(reading.judged.blocking, key=lambda reason: reason.severity != BLOCKING)


def present(module: RocketmqModule) -> None:
    directory = Directory(module.params["directory"])
    existing = directory.load()
    if existing is not None:
        try:
            plan.whole(existing, directory.json)
        except plan.PlanError:
            if not module.params["replace"]:
                raise
    reading = Reading(module, existing)
    decided, notes = reading.decide()
    told = {
        **reading.judged.as_result(),
        "table": report.table(reading.judged),
        "inventory": reading.inventory,
        "estimate": notes["estimate"],
        "questions": module.admin.count,
        "agreed": sorted(reading.agreed),
        "files": [directory.json, directory.page],
    }
    if not reading.judged.ok:
        raise ModuleError(
            f"{len(reading.judged.blocking)} reasons block the migration: {summary(_worst_first(reading), 5)}", **told
        )
    document = plan.document(decided, notes)
    if existing is not None and existing["hash"] == document["hash"]:
        module.exit(changed=False, hash=document["hash"], plan=decided, **told)
    lines = plan.differences(existing["decisions"], decided) if existing is not None else []
    if existing is not None and not module.params["replace"]:
        raise ModuleError(
            f"the estate leads to other decisions than the plan in {directory.json}, in {len(lines)} points: "
            f"{'; '.join(lines[:10])}. Look at them, and set replace=true (the playbooks: "
            "rocketmq_migration_replan) to agree to a new plan.",
            differences=lines,
            **told,
        )
    diff = make_diff(existing["decisions"] if existing is not None else None, decided)
    if not module.check_mode:
        if existing is not None:
            directory.write(module.module, directory.kept(existing["hash"]), plan.dump(existing))
        # The page first: a plan.json without its page would look complete.
        directory.write(module.module, directory.page, plan.render(document))
        directory.write(module.module, directory.json, plan.dump(document))
    module.exit(changed=True, hash=document["hash"], plan=decided, diff=diff, differences=lines, **told)


def check(module: RocketmqModule) -> None:
    params = module.params
    directory = Directory(params["directory"])
    existing = directory.load()
    try:
        plan.confirm(existing, params["confirm"], directory.json, directory.older(params["confirm"]))
        if params["target"] is not None:
            # Without the client nothing is looked up: a list that was left out cannot differ.
            sources = [spec for spec in module.clusters("sources") if spec.brokers]
            plan.same_members(existing, sources, module.clusters("target")[0], directory.json)
        if params["live"]:
            decided, _notes = Reading(module, existing).decide()
            plan.same_decisions(existing, decided, directory.json)
    except plan.PlanError as error:
        if error.kind == "missing" and module.check_mode:
            module.exit(changed=False, hash=None, plan=None, would=str(error))
        raise ModuleError(str(error), refused=error.kind, differences=error.differences) from error
    module.exit(
        changed=False, hash=existing["hash"], plan=existing["decisions"], files=[directory.json, directory.page]
    )


@run_module
def main() -> None:
    entry = {
        "name": {"type": "str", "required": True},
        "source": {"type": "str", "required": True},
        "servers": {"type": "list", "elements": "str", "required": True},
        "zone": {"type": "str"},
        "type": {"type": "str", "choices": ["A"], "default": "A"},
        "to": {"type": "list", "elements": "str", "required": True},
        "ttl": {"type": "int"},
    }
    entry["from"] = {"type": "list", "elements": "str", "required": True}
    module = RocketmqModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "check"], "default": "present"},
            "directory": {"type": "path", "required": True},
            "sources": clusters_option(required=False),
            "target": cluster_option(required=False),
            **preflight_spec(),
            "dns": {"type": "list", "elements": "dict", "default": [], "options": entry},
            "dns_port": {"type": "int", "default": 53},
            "waivers": waivers_option(),
            "findings": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "code": {"type": "str", "required": True},
                    "subject": {"type": "str", "required": True},
                    "severity": {"type": "str", "choices": ["blocking", "waivable", "notice"], "required": True},
                    "evidence": {"type": "dict", "default": {}},
                },
            },
            "batches": {"type": "list", "elements": "list"},
            "archive": {"type": "str"},
            "replace": {"type": "bool", "default": False},
            "confirm": {"type": "str"},
            "live": {"type": "bool", "default": False},
        },
        required_if=[("state", "present", ("sources", "target")), ("live", True, ("sources", "target"))],
        required_together=[("sources", "target")],
        supports_check_mode=True,
    )
    try:
        (present if module.params["state"] == "present" else check)(module)
    except plan.PlanError as error:
        raise ModuleError(str(error), refused=error.kind, differences=error.differences) from error


if __name__ == "__main__":
    main()
