#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What 4.4.0 doubles by itself when a topic's set of queues changes: no target, no playbook, only mqadmin.

Each round gives topics of every source an idle fifth queue and takes it away again. As at the close of a migration
(where four of twelve queues go), a quarter of the traffic then changes its reader, and each of the group's two
consumers learns of it at its own poll. Three sources, because the distance between the polls is each pair's own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.driver.chain import Chain
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import MQADMIN

MODES = ("normal", "delayed")
QUEUES = 4
ROUNDS = 3
# Two polls of the routes and two rebalances: what is read twice after that has another cause.
WINDOW = 100.0


class Baseline(Chain):
    """The business of three sources, which are not migrated."""

    name, usual_estate = "baseline", "trio"

    def go(self) -> None:
        self.bring_up_business(20)
        self.groups_catch_up()
        for number in range(1, ROUNDS + 1):
            self.change(f"queue added {number}", QUEUES + 1)
            self.change(f"queue taken {number}", QUEUES)
        self.finish()
        self.tell()

    def change(self, what: str, queues: int) -> None:
        """The topics of all sources at once. Their write queues stay as they are: nothing is ever in the fifth."""
        began = time.time()
        self.mark(what, "start")
        running = {
            source: subprocess.Popen(
                [str(MQADMIN), self.lab, "-"], env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for source in self.report.started
        }  # fmt: skip
        for source, process in running.items():
            commands = "".join(
                f"updateTopic -n {source}-ns.mq.test:9876 -c {source} -t {source}-{mode} -r {queues} -w {QUEUES}\n"
                for mode in MODES
            )
            printed = process.communicate(commands, timeout=120)[0]
            if printed.count("create topic to") != len(MODES):
                raise Failed(f"mqadmin did not change the topics of {source}: {printed[-800:]}")
        time.sleep(max(0.0, began + WINDOW - time.time()))
        self.mark(what, "end")
        self.note(what, time.time() - began)

    def tell(self) -> None:
        """Messages that came twice after each change, and how many came at all."""
        rows: list[dict[str, Any]] = [
            {"topic": f"{source}-{mode}", "change": what, "twice": modes[mode]["again"], "of": modes[mode]["received"]}
            for source, body in self.report.ledger["sources"].items()
            for what, modes in body["phases"].items()
            for mode in MODES
        ]
        self.note("messages that came twice", 0.0, rows=rows)
        for row in rows:
            print(f"{row['topic']:<20}{row['change']:<16}{row['twice']:>6} of {row['of']}")


if __name__ == "__main__":
    sys.exit(Baseline.main(__doc__))
