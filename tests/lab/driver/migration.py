# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab and one migration in it: what the demo and every chain do."""

from __future__ import annotations

import json
import sys
import time

from ansible_collections.mqops.rocketmq.tests.lab.driver import evidence, journal
from ansible_collections.mqops.rocketmq.tests.lab.driver.business import Business
from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill
from ansible_collections.mqops.rocketmq.tests.lab.driver.report import Report
from ansible_collections.mqops.rocketmq.tests.lab.driver.runs import Runs
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.machines.processes import Processes
from ansible_collections.mqops.rocketmq.tests.lab.paths import DIG, LAB, MQADMIN


class Migration(Runs):
    """The lab comes up, a plan is made, phases run or are killed, and the ledger is judged."""

    demands: tuple[str, ...] = ("--forbid-failed",)  # of the ledger, beside what every ledger has to show

    def __init__(self, lab: str, estate: str) -> None:
        super().__init__(lab, estate)
        self.archive = self.build / "archive"
        self.confirm = ""  # the hash of the plan
        self.business = Business(self.build, self.say)
        self.proofs = evidence.Proofs(self.evidence)
        self.report = Report(lab, estate)

    # -- the lab -------------------------------------------------------------------------------------------------

    @property
    def processes(self) -> Processes:
        """The processes and machines of the lab that is up."""
        return Processes(self.lab)

    def bring_up(self) -> None:
        self.build.mkdir(parents=True, exist_ok=True)
        if (self.build / "finished").exists() or (self.evidence / "plan.json").exists():
            self.say("a migration has run in this lab before: starting from a new one")
            self.take_down()
            self.build.mkdir(parents=True, exist_ok=True)
        self.evidence.mkdir(parents=True, exist_ok=True)
        self.archive.mkdir(exist_ok=True)
        started = time.time()
        if not self.playbook("tests/lab/up.yml"):
            raise Failed(f"the lab did not come up; see {self.log}")
        self.report.seconds["lab"] = time.time() - started

    def take_down(self) -> None:
        """Its directory goes, too, with all evidence."""
        if not self.playbook("tests/lab/down.yml"):
            raise Failed(f"the lab could not be removed; see {self.log}")

    def mqadmin(self, *words: str, timeout: float = 120) -> str:
        """What 4.4.0's own tool prints."""
        return self.output(str(MQADMIN), self.lab, *words, timeout=timeout)

    # -- runs ----------------------------------------------------------------------------------------------------

    def preflight(self) -> str:
        if not self.playbook("playbooks/phase_20_preflight.yml", *self.variables()):
            raise Failed(f"preflight found something that blocks; see {self.log}")
        return evidence.plan(self.evidence)["hash"]

    def variables(self, confirm: str = "", *, compare: bool = False) -> list[str]:
        """Extra variables of a run; compare: ask mqadmin after each phase, which costs a JVM for every question."""
        extra = {
            "rocketmq_migration_directory": str(self.evidence),
            "rocketmq_migration_release": True,
            "rocketmq_migration_confirm": confirm,
            "rocketmq_migration_archive": str(self.archive),
            "migration_after_phase": str(LAB / "oracle/after_phase.yml"),
            "oracle_compares": compare,
        }
        return ["-e", json.dumps(extra)]

    def killed(self, name: str, phase: str, kill: Kill) -> bool:
        """Whether a run was killed in this phase; one that fails by itself is a failure, one that passes is none."""
        # A restart needs no migration, and is no phase of one that is there: it writes nothing here.
        noted = [] if phase == "restart" else [(phase, "start")]
        known = len(journal.events(self.journal))
        if self.playbook(name, *self.variables(self.confirm), kill=kill):
            return False
        events = [(one["phase"], one["event"]) for one in journal.events(self.journal)[known:]]
        if not self.ended_by_kill:
            raise Failed(f"the run was to be killed in {phase}, and has failed before; see {self.log}")
        if events[-1:] != noted:
            raise Failed(f"the run was to be killed in {phase}, and has noted {events}")
        return True

    def kill_in(self, phase: str, seconds: float) -> Kill:
        """That long after the begin of the phase."""
        return Kill.in_phase(self.journal, phase, seconds)

    def ended(self, host: str) -> list[str]:
        """The command that ends when the process of this host has ended."""
        return [sys.executable, str(LAB / "machines/processes.py"), self.lab, "wait", host]

    # -- what is seen --------------------------------------------------------------------------------------------

    def dns(self) -> dict[str, str]:
        """What each name of the plan answers now."""
        names = evidence.plan(self.evidence)["decisions"]["dns"]
        return {record["name"]: self.output(str(DIG), self.lab, record["name"]).strip() for record in names}

    def target_started_once(self, deploys: int = 1) -> None:
        """No broker of the target was started but by a deploy, by what each of them has logged at its starts."""
        starts = {}
        for host, values in self.processes.hosts.items():
            if host.startswith("hub-") and values.get("rocketmq_role") in ("master", "slave"):
                look = "cat /var/log/rocketmq/broker.log* | grep -c 'boot success'"
                starts[host] = int(self.output("docker", "exec", self.processes.container(host), "sh", "-c", look))
        if not starts or set(starts.values()) != {deploys}:
            raise Failed(f"each broker of the target was to be started at {deploys} deploy(s) alone: {starts}")
        seen = f"{len(starts)} brokers, {deploys} each"
        self.report.claim("no broker of the target is started but by a deploy", seen)

    def business_never_restarted(self) -> None:
        self.report.still = self.business.started()
        if self.report.still != self.report.started:
            raise Failed(f"business processes were restarted: {self.report.started} -> {self.report.still}")

    def judge(self) -> bool:
        """The business stops sending, and the lab has had its migration; whether the ledger is clean."""
        self.business.quiesce()
        minimum = 500 if self.estate == "full" else 300
        clean, self.report.ledger = self.business.verdict(self.journal, minimum, *self.demands)
        (self.build / "finished").touch()
        return clean
