#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control process is killed at many points of `site`, which is then run to its end; with the order table.

After each kill mqadmin and status have to see the same, and the business runs meanwhile.
"""

from __future__ import annotations

import sys
import time

from ansible_collections.mqops.rocketmq.tests.lab.driver import journal
from ansible_collections.mqops.rocketmq.tests.lab.driver.cutover import Cutover
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed

# Phase and seconds after its begin: between a request and its reply, between the two masters of a phase, and between
# the swap of a name and its verification, wherever a run happens to be then.
KILLS = [
    ("deploy", 5.0), ("deploy", 15.0), ("copy_metadata", 6.0), ("open_target", 4.0), ("open_target", 25.0),
    ("freeze_source", 3.0), ("freeze_source", 9.0), ("freeze_source", 60.0), ("drain_source", 20.0),
    ("close_source", 8.0), ("close_source", 75.0), ("close_source", 85.0),
    ("switch_dns", 68.0), ("switch_dns", 72.0), ("stop_brokers", 70.0),
    ("stop_brokers", 80.0), ("release_clients", 12.0), ("finalize", 12.0), ("finalize", 40.0),
]  # fmt: skip


class Kills(Cutover):
    name, usual_estate = "kills", "single"

    def go(self) -> None:
        self.begin("obeyed")
        for phase, seconds in KILLS:
            known = len(journal.events(self.journal))
            began = time.time()
            kill = self.kill_in(phase, seconds)
            ended = self.playbook("playbooks/site.yml", *self.variables(self.confirm), kill=kill)
            events = journal.events(self.journal)[known:]
            self.note(f"killed {seconds:.0f} s into {phase}", time.time() - began, killed=not ended, events=len(events))
            if ended:
                break
            # Wherever the run was then: in this phase, or in the next ones.
            if not self.ended_by_kill:
                raise Failed(f"the run was to be killed {seconds:.0f} s into {phase}, and has failed; see {self.log}")
            if not self.playbook("playbooks/status.yml", *self.variables(compare=True)):
                raise Failed(f"after a kill in {phase}, mqadmin and status do not see the same; see {self.log}")
        self.phase("site")
        self.finish()


if __name__ == "__main__":
    sys.exit(Kills.main(__doc__))
