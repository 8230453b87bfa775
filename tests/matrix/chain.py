# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the long chains share: a lab with a business in it, steps told one by one, and the ledger at the end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from demo import Demo, Failed, Kill, end_on_the_way_out  # noqa: E402


class Chain(Demo):
    """A demo whose steps are told one by one."""

    def __init__(self, lab: str, estate: str, chain: str) -> None:
        super().__init__(lab, estate)
        self.chain = chain
        self.steps: list[dict[str, Any]] = []
        self.path = ROOT / "build" / "matrix" / "report.json"
        # Variables of every run, beside those of the demo.
        self.more: dict[str, Any] = {}

    def variables(self, confirm: str = "", *, compare: bool = False) -> list[str]:
        return [*super().variables(confirm, compare=compare), "-e", json.dumps(self.more)]

    def bring_up_business(self, minimum: int = 10) -> None:
        self.bring_up()
        self.wait_for_business(minimum, 400)
        self.report.started = {source: status.started for source, status in self.business().items()}

    def nobody_stays_behind(self) -> None:
        """The groups that are slow or away on purpose catch up: they are the business of other chains."""
        for source in self.report.started:
            for file in ("catch-up", "late-return"):
                (self.build / "ledger" / source / file).touch()

    def note(self, name: str, seconds: float, **more: Any) -> None:
        self.steps.append({"step": name, "seconds": round(seconds, 1), **more})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = json.loads(self.path.read_text()) if self.path.exists() else {}
        whole[self.chain] = {"lab": self.lab, "estate": self.estate, "steps": self.steps}
        self.path.write_text(json.dumps(whole, indent=2) + "\n")

    def mark(self, what: str, event: str) -> None:
        """Begin or end what is no phase, so that the ledger counts what happens in it: event is start or end."""
        with (self.evidence / "phases.jsonl").open("a") as journal:
            journal.write(json.dumps({"phase": what, "event": event, "time": time.time()}) + "\n")

    def phase(self, name: str, *, passes: bool = True, says: str = "") -> None:
        """Run one playbook; one that must not pass has to say why."""
        mark, began = (self.log.stat().st_size if self.log.exists() else 0), time.time()
        passed = self.playbook(f"playbooks/{name}.yml", *self.variables(self.confirm))
        with self.log.open("rb") as log:
            log.seek(mark)
            # Long messages are folded by the callback.
            printed = " ".join(log.read().decode(errors="replace").split())
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

    def flows(self, what: str) -> None:
        """The business sends and receives in every mode, after what was just done."""
        began, before = time.time(), self.business()
        while True:
            # Two groups stay behind on purpose until the freeze: they may not tell whether the others flow.
            behind = [
                f"{mode}: {counts}"
                for source, status in self.business().items()
                for mode, counts in status.behind(8, before[source]).items()
                if mode not in ("slow", "late")
            ]
            if not behind:
                break
            if time.time() - began > 240:
                raise Failed(f"the business stands still after {what}: {'; '.join(behind)}")
            time.sleep(1)
        self.note(f"business flows after {what}", time.time() - began)

    def stands(self, stage: str, source: str = "mro") -> None:
        """What the last phase noted at its end is where the source stands before the next."""
        mark = self.log.stat().st_size
        if not self.playbook("playbooks/status.yml", *self.variables()):
            raise Failed(f"status failed; see {self.log}")
        with self.log.open("rb") as log:
            log.seek(mark)
            printed = log.read().decode(errors="replace")
        if f"{source}: {stage}" not in printed:
            raise Failed(f"{source} was to stand at {stage}; see {self.log}")

    def finish(self) -> None:
        still = {source: status.started for source, status in self.business().items()}
        if still != self.report.started:
            raise Failed(f"business processes were restarted: {self.report.started} -> {still}")
        self.flows("the last phase")
        self.quiesce()
        clean = self.verdict()
        (self.build / "finished").touch()
        self.note("ledger", 0.0, passed=clean, expected=True, ledger=self.report.ledger)
        if not clean:
            raise Failed(f"the ledger is not clean; see {self.build}/ledger.txt")

    def conclude(self, steps: Callable[[], None]) -> int:
        """Go through the steps; 0 when every one of them came out as it had to."""
        began = time.time()
        end_on_the_way_out()
        try:
            steps()
        except Failed as failure:
            self.note("failed", time.time() - began, passed=False, expected=True, says=str(failure))
            print(f"\nFAILED: {failure}", file=sys.stderr)
            return 1
        print(f"{self.chain}: passed after {time.time() - began:.0f} s; see build/matrix/report.json")
        return 0
