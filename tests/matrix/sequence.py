#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One source after the other, with a business that runs meanwhile.

The first from the deploy to the end, the second attached to the target that serves; then a gentle restart, and the
rescue of messages that were left unread, under a waiver, on the released source, whose processes are supervised (with
--second rot-sc: in containers), and of the first one, whose processes were started by hand. Two topics are in the first
one's order table. Between the two the first is struck from the inventory, and the target is kept for it all the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.mqops.rocketmq.tests.lab.driver.cutover import JOIN, LEAVE, UNCHECKED, Cutover
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed

ESTATES = {"mdm": "twins", "rot-sc": "pods"}  # by the second source


class Sequence(Cutover):
    name, usual_estate = "sequence", ""  # the estate follows from the second source
    second = "mdm"  # the source that comes after mro

    def go(self) -> None:
        first, second = "mro", self.second
        self.more = {"rocketmq_migration_batch": [first]}
        self.begin("listed")
        for phase in (*JOIN, *LEAVE):
            self.phase(phase)
        self.flows(f"the migration of {first}")
        # What the owners of the first one's topics have said goes on to hold, for its topics are the target's now.
        told = self.more["rocketmq_migration_waivers"]
        # The owners of the second source's late group say that it may stay behind; it does not come back in time.
        self.more = {
            "rocketmq_migration_batch": [second],
            "oracle_returns": ["catch-up"],
            "rocketmq_migration_waivers": [
                *told,
                {"code": "NO_CONSUMER", "subject": f"*/{second}-late/*", "reason": "comes back after the release"},
            ],
        }
        self.phase("phase_20_preflight", passes=False, says="rocketmq_migration_replan")
        self.more["rocketmq_migration_replan"] = True
        self.confirm = self.preflight()
        self.phase("attach")
        self.flows(f"the attachment of {second}")
        with self.of_all_sources(), self.without_in_the_inventory(first):
            self.phase("rollback_open_target", passes=False, says="whose names answer the target")
        for phase in LEAVE:
            if phase == "phase_85_release_clients":
                with self.proofs.without_check_of(second):
                    self.phase(phase, passes=False, says=UNCHECKED.format(second))
                with self.of_all_sources(), self.proofs.without_check_of(first):
                    self.phase(phase, passes=False, says=UNCHECKED.format(first))
            self.phase(phase)
        self.target_started_once()
        self.killed_while_stopped("restart", "hub-a")
        self.phase("restart")
        unread = self.unread(second)
        if not unread:
            raise Failed(f"nothing was left unread on {second}, so there is nothing to rescue")
        self.phase("rollback_stop_brokers", passes=False, says=f"{second} is done")
        self.more["migration_drain_timeout"] = 1
        self.phase("rescue", passes=False, says="has to be longer than window")
        del self.more["migration_drain_timeout"]
        # What was known of its stores before that rescue began counts no more.
        self.phase("phase_95_decommission", passes=False, says=UNCHECKED.format(second))
        self.business.tell("late-return", sources=[second])
        self.phase("rescue")
        self.phase("phase_95_decommission")
        # Of the first one nothing is unread; its masters are run in another way, and come and go all the same.
        batch = self.more["rocketmq_migration_batch"]
        self.more["rocketmq_migration_batch"] = [first]
        self.phase("rescue")
        self.more["rocketmq_migration_batch"] = batch
        self.note("messages that were unread before the rescue", 0.0, messages=unread)
        self.finish()

    @contextmanager
    def of_all_sources(self) -> Iterator[None]:
        """Playbooks act on every source, not on the batch alone."""
        batch = self.more.pop("rocketmq_migration_batch")
        try:
            yield
        finally:
            self.more["rocketmq_migration_batch"] = batch

    def unread(self, source: str) -> int:
        """Messages of the late group that the brokers of the source took and no consumer has received."""
        book = self.build / "ledger" / source
        lines = [json.loads(line) for line in (book / "sends-late.jsonl").read_text().splitlines()]
        got = {json.loads(line)["key"] for line in (book / "receipts-late.jsonl").read_text().splitlines()}
        return len({line["key"] for line in lines if str(line.get("broker", "")).startswith("broker-")} - got)


def main() -> int:
    parser = Sequence.parser(__doc__)
    parser.add_argument("--second", choices=list(ESTATES), default="mdm")
    options = parser.parse_args()
    sequence = Sequence(options.lab, options.estate or ESTATES[options.second])
    sequence.second = options.second
    if options.second == "rot-sc":
        sequence.name = "sequence-containers"
    return sequence.conclude()


if __name__ == "__main__":
    sys.exit(main())
