#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the restart of a serving master costs its clients: gently, with the collection, and plainly, with the engine.

Three sources migrate to the end; then each master of the target is restarted in both ways by turns. Nothing may be
lost either way, and a gentle restart may fail no send. How much comes twice is told, not judged: for 30 s after its
start a 4.4.0 broker gives its clients short lists of each other, and what that doubles depends on when each client
polls.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.driver.chain import Chain
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed

MASTERS = ("hub-a", "hub-b")
ROUNDS = 2
# After the broker is back: a poll of the routes, a heartbeat and two rebalances.
SETTLED = 100.0


class Restarts(Chain):
    """The business of three sources on the target that has taken them over."""

    name, usual_estate = "restarts", "compact"
    demands = ()  # a plain restart fails sends, which are told by restart

    def go(self) -> None:
        self.bring_up_business(20)
        self.confirm = self.preflight()
        self.phase("site")
        self.flows("the migration")
        self.killed_while_announced(MASTERS[0])
        for number in range(1, ROUNDS + 1):
            for master in MASTERS:
                self.restart("gentle", master, number)
                self.restart("plain", master, number)
        self.finish()
        self.tell()

    def killed_while_announced(self, master: str) -> None:
        """The task that announces may outlive the run and list the master, or end with it: a new run goes on."""
        self.more = {"rocketmq_restart_brokers": [master]}
        listed = f"tools/mqadmin.sh {self.lab} clusterList -n hub-ns.mq.test:9876"
        self.killed_after("restart", "sh", "-c", f"until {listed} | grep {master}-returning; do sleep 1; done")
        began = time.time()
        while f"{master}-returning" in (seen := self.output(*listed.split())):
            if time.time() - began > 120:
                raise Failed(f"{master}-returning is still announced, 120 s after the end of the run: {seen}")
            time.sleep(1)
        self.note("the announcement has ended", time.time() - began)
        self.more = {}
        self.phase("restart")
        self.flows("a restart that was killed")

    def restart(self, how: str, master: str, number: int) -> None:
        what, began = f"{how} restart {number} of {master}", time.time()
        self.mark(what, "start")
        if how == "gentle":
            self.more = {"rocketmq_restart_brokers": [master]}
            self.phase("restart")
        else:
            # As long as the roles give a broker to end.
            self.output("docker", "restart", "--time", "120", f"mqops-{self.lab}-{master}", timeout=180)
        time.sleep(SETTLED)
        self.mark(what, "end")
        self.note(what, time.time() - began)

    def tell(self) -> None:
        """Per restart and source: messages received, messages that came twice, sends that failed."""
        rows: list[dict[str, Any]] = []
        for source, body in self.report.ledger["sources"].items():
            for what, modes in body["phases"].items():
                counts = sum((Counter(mode) for mode in modes.values()), Counter())
                kept = {name: counts[name] for name in ("received", "again", "failed")}
                if "restart" in what:
                    rows.append({"restart": what, "source": source, **kept})
                if kept["failed"] and not what.startswith("plain"):
                    raise Failed(f"{kept['failed']} sends of {source} failed in {what}")
        self.note("what each restart cost", 0.0, rows=rows)
        for row in sorted(rows, key=lambda row: row["restart"]):
            print("{restart:<28}{source:<8}{again:>6} twice of {received:>6}, {failed:>3} failed".format(**row))


if __name__ == "__main__":
    sys.exit(Restarts.main(__doc__))
