#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the whole migration in a lab while real clients send and receive, and tell what happened to every message.

With --kills it is killed three times on the way (SIGKILL) and goes on from the live world. The rehearsal of CI,
--rehearse, is killed twice, run in check mode before and once more when it is finished. Ends with 0 only if the ledger
is clean and every claim was observed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tarfile
import time

from ansible_collections.mqops.rocketmq.tests.lab.driver import evidence, journal
from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill, end_on_the_way_out
from ansible_collections.mqops.rocketmq.tests.lab.driver.migration import Migration
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB


class Demo(Migration):
    """A migration from the first phase to the last, and the claims that are shown with it."""

    def run(self, rehearse: bool, kills: bool = False) -> None:
        self.bring_up()
        self.business.wait_for(20, 240)
        self.report.started = self.business.started()
        confirm = self.confirm = self.preflight()
        self.report.dns_before = self.dns()
        began = time.time()
        if rehearse:
            self.check_mode(confirm)
        if rehearse or kills:
            self.kills(3 if kills else 2)
        if not self.playbook("playbooks/site.yml", *self.variables(confirm, compare=True)):
            raise Failed(f"the migration stopped; see {self.log}")
        self.report.seconds["migration"] = time.time() - began
        self.report.phases = journal.phases(self.journal)
        self.report.dns_after = self.dns()
        self.business_never_restarted()
        self.target_started_once()
        self.purpose()
        self.archives()
        if rehearse:
            self.second_run(confirm)
        # Every mode has to be seen sending and receiving after the last phase, too.
        self.business.wait_for(20, 180, since=self.business.status())
        clean = self.judge()
        self.report.write(self.build / "verdict.json", self.evidence)
        if not clean:
            self.report.show(sys.stdout, self.evidence)
            raise Failed("the ledger is not clean; see the problems above and build/*/ledger.txt")

    # -- on the way ----------------------------------------------------------------------------------------------

    def check_mode(self, confirm: str) -> None:
        before = self.fingerprint()
        if not self.playbook("playbooks/site.yml", "--check", "--diff", *self.variables(confirm)):
            raise Failed(f"the first run in check mode failed; see {self.log}")
        after = self.fingerprint()
        if before != after:
            raise Failed(f"check mode changed something: {before} -> {after}")
        self.report.claim(
            "a first run with --check --diff changes nothing", "topics, routes, configuration and DNS serial equal"
        )

    def fingerprint(self) -> str:
        return self.output(str(LAB / "oracle/fingerprint.sh"), self.lab, timeout=300)

    def kills(self, count: int) -> None:
        """Runs that end in the middle: of a change, of a wait, and of ending processes; the first ``count`` of them."""
        # The second when the sources are closed and their clients let go: after some 65 s, 25 s at quick pace.
        closing = 40.0 if os.environ.get("PACE") == "quick" else 75.0
        places = (("freeze_source", 6.0), ("close_source", closing), ("stop_brokers", 0.0))
        for phase, seconds in places[:count]:
            ended = phase == "stop_brokers"
            kill = Kill.after(*self.ended("mro-broker-a-slave")) if ended else self.kill_in(phase, seconds)
            if not self.killed("playbooks/site.yml", phase, kill):
                raise Failed(f"the run was to be killed in {phase} and has gone through")
            self.say(f"the run was killed in {phase}; going on from the live world")
            if phase == "freeze_source":
                self.undo_freeze(self.confirm)

    def undo_freeze(self, confirm: str) -> None:
        """The short form of the matrix' undo: what was frozen in part is open again."""
        if not self.playbook("playbooks/rollback_freeze_source.yml", *self.variables(confirm)):
            raise Failed(f"the undo of the freeze stopped; see {self.log}")
        self.report.claim("a freeze that was killed is undone", "the sources take writes again")

    # -- afterwards ----------------------------------------------------------------------------------------------

    def purpose(self) -> None:
        """The article's purpose: a department reads another's topic; at the target's name all are read."""
        sources = sorted(self.report.started)
        first, second = sources[0], sources[1]
        for name, topics in (
            (f"{first}-ns", [f"{second}-normal"]),
            ("hub-ns", [f"{source}-normal" for source in sources]),
        ):
            for topic in topics:
                words = ("consumeMessage", "-n", f"{name}.mq.test:9876", "-t", topic, "-c", "5")
                seen = self.mqadmin(*words, timeout=180)
                count = seen.count("MSGID: ")
                if not count:
                    raise Failed(f"a new consumer at {name} read nothing of {topic}: {seen[-600:]}")
                self.report.claim(f"a new consumer that knows only {name}.mq.test reads {topic}", f"{count} messages")

    def archives(self) -> None:
        """The stores of the sources' masters are packed, as the plan says."""
        packed = sorted(self.archive.glob("*.tar"))
        found = json.loads((self.evidence / "released.json").read_text())["archives"]
        sources = evidence.plan(self.evidence)["decisions"]["sources"]
        masters = [(part["name"], one["name"]) for part in sources for one in part["brokers"] if one["id"] == 0]
        wanted = {f"{source}-{broker}.tar" for source, broker in masters}
        if {archive.name for archive in packed} != wanted:
            raise Failed(f"the stores of {sorted(wanted)} were to be packed; there are {packed}")
        if {entry["file"]: entry["bytes"] for entry in found.values()} != {str(a): a.stat().st_size for a in packed}:
            raise Failed(f"the decommission says that it has packed {found}; there are {packed}")
        for archive in packed:
            with tarfile.open(archive) as members:
                if not any(name.startswith("./commitlog/0") for name in members.getnames()):
                    raise Failed(f"{archive} holds no commit log")
        size = sum(archive.stat().st_size for archive in packed) // 2**20
        self.report.claim(f"packed as the plan says: {', '.join(archive.name for archive in packed)}", f"{size} MiB")

    def second_run(self, confirm: str) -> None:
        before = self.log_end()
        if not self.playbook("playbooks/site.yml", *self.variables(confirm)):
            raise Failed(f"a second run of site did not pass; see {self.log}")
        recap = [line for line in self.printed_since(before).splitlines() if "changed=" in line and "ok=" in line]
        if not recap or any("changed=0 " not in line for line in recap):
            raise Failed("a second run of site changed something: " + "\n".join(recap))
        self.report.claim("a second run of site right after", "changed=0 on all hosts")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", default=os.environ.get("LAB", "demo"))
    parser.add_argument("--estate", default=os.environ.get("ESTATE", "compact"), choices=["compact", "full"])
    parser.add_argument("--rehearse", action="store_true", help="check mode first, two kills, a second run")
    parser.add_argument("--kills", action="store_true", help="the run is killed three times on the way")
    options = parser.parse_args()
    if not shutil.which("ansible-playbook"):
        print("ansible-playbook is not on the path; start this with `make demo`", file=sys.stderr)
        return 2
    end_on_the_way_out()
    demo = Demo(options.lab, options.estate)
    try:
        demo.run(options.rehearse, options.kills)
    except Failed as failure:
        print(f"\nFAILED: {failure}", file=sys.stderr)
        return 1
    demo.report.show(sys.stdout, demo.evidence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
