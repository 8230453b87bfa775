# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration whose steps are told one by one: what every long chain is."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any, ClassVar

from ansible_collections.mqops.rocketmq.tests.lab.driver import journal
from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill, end_on_the_way_out
from ansible_collections.mqops.rocketmq.tests.lab.driver.migration import Migration
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD


class Chain(Migration):
    """Each step, what it took and what it said is in build/matrix/report.json.

    A chain names itself and the estate that it needs, and says in go() what it does.
    """

    name: str
    usual_estate: ClassVar[str]

    def __init__(self, lab: str, estate: str) -> None:
        super().__init__(lab, estate)
        self.steps: list[dict[str, Any]] = []
        self.path = BUILD / "matrix" / "report.json"
        # Variables of every run, beside those of a migration.
        self.more: dict[str, Any] = {}

    def go(self) -> None:
        """All steps; Failed when one of them does not come out as it has to."""
        raise NotImplementedError

    @classmethod
    def parser(cls, about: str | None) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--lab", default="scratch59")
        parser.add_argument("--estate", default=cls.usual_estate)
        return parser

    @classmethod
    def main(cls, about: str | None) -> int:
        """The chain from the command line. about: what it says of itself."""
        options = cls.parser(about).parse_args()
        return cls(options.lab, options.estate).conclude()

    def variables(self, confirm: str = "", *, compare: bool = False) -> list[str]:
        return [*super().variables(confirm, compare=compare), "-e", json.dumps(self.more)]

    # -- the business --------------------------------------------------------------------------------------------

    def bring_up_business(self, minimum: int = 10) -> None:
        self.bring_up()
        self.business.wait_for(minimum, 400)
        self.report.started = self.business.started()

    def groups_catch_up(self) -> None:
        """The groups that are slow or away on purpose catch up: they are the business of other chains."""
        self.business.tell("catch-up", "late-return", sources=self.report.started)

    def flows(self, what: str) -> None:
        """The business sends and receives in every mode, after what was just done."""
        began, before = time.time(), self.business.status()
        while True:
            # Two groups stay behind on purpose until the freeze: they may not tell whether the others flow.
            behind = [
                f"{mode}: {counts}"
                for source, status in self.business.status().items()
                for mode, counts in status.behind(8, before[source]).items()
                if mode not in ("slow", "late")
            ]
            if not behind:
                break
            if time.time() - began > 240:
                raise Failed(f"the business stands still after {what}: {'; '.join(behind)}")
            time.sleep(1)
        self.note(f"business flows after {what}", time.time() - began)

    # -- steps ---------------------------------------------------------------------------------------------------

    def note(self, name: str, seconds: float, **more: Any) -> None:
        self.steps.append({"step": name, "seconds": round(seconds, 1), **more})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = json.loads(self.path.read_text()) if self.path.exists() else {}
        whole[self.name] = {"lab": self.lab, "estate": self.estate, "steps": self.steps}
        self.path.write_text(json.dumps(whole, indent=2) + "\n")

    def mark(self, what: str, event: str) -> None:
        journal.mark(self.journal, what, event)

    def phase(self, name: str, *, passes: bool = True, says: str = "") -> None:
        """Run one playbook; one that must not pass has to say why."""
        before, began = self.log_end(), time.time()
        passed = self.playbook(f"playbooks/{name}.yml", *self.variables(self.confirm))
        # Long messages are folded by the callback.
        printed = " ".join(self.printed_since(before).split())
        self.note(name, time.time() - began, passed=passed, expected=passes, says=says or None)
        if passed is not passes:
            raise Failed(f"{name} was to {'pass' if passes else 'stop'}; see {self.log}")
        if says and says not in printed:
            raise Failed(f"{name} was to say '{says}'; see {self.log}")

    def killed_after(self, name: str, *command: str) -> None:
        """Run a playbook, and kill it as soon as this command has ended."""
        began = time.time()
        killed = self.killed(f"playbooks/{name}.yml", name, Kill.after(*command))
        self.note(f"killed in {name} after {' '.join(command)}", time.time() - began, killed=killed)
        if not killed:
            raise Failed(f"{name} was to be killed after {' '.join(command)}; see {self.log}")

    def killed_while_stopped(self, name: str, broker: str) -> None:
        """Kill the run of a playbook when it has ended this broker's process, before it starts it again."""
        self.killed_after(name, *self.ended(broker))
        if self.processes.running(broker):
            raise Failed(f"{name} was to be killed with {broker} stopped, and {broker} runs; see {self.log}")

    def stands(self, stage: str, source: str = "mro") -> None:
        """What the last phase noted at its end is where the source stands before the next."""
        before = self.log_end()
        if not self.playbook("playbooks/status.yml", *self.variables()):
            raise Failed(f"status failed; see {self.log}")
        if f"{source}: {stage}" not in self.printed_since(before):
            raise Failed(f"{source} was to stand at {stage}; see {self.log}")

    # -- the end -------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self.business_never_restarted()
        self.flows("the last phase")
        clean = self.judge()
        self.note("ledger", 0.0, passed=clean, expected=True, ledger=self.report.ledger)
        if not clean:
            raise Failed(f"the ledger is not clean; see {self.build}/ledger.txt")

    def conclude(self) -> int:
        """Go through the steps; 0 when every one of them came out as it had to."""
        began = time.time()
        end_on_the_way_out()
        try:
            self.go()
        except Failed as failure:
            self.note("failed", time.time() - began, passed=False, expected=True, says=str(failure))
            print(f"\nFAILED: {failure}", file=sys.stderr)
            return 1
        print(f"{self.name}: passed after {time.time() - began:.0f} s; see build/matrix/report.json")
        return 0
