#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every phase before the point of no return is undone and done again, with a business that runs meanwhile.

In between a lock is held by another host, and the source's broker, which knows its name server by DNS name, is
restarted after the switch, before its undo and before the release. The name servers run with orderMessageEnable, and
two topics are in their order table.
"""

from __future__ import annotations

import json
import re
import sys
import time

from ansible_collections.mqops.rocketmq.tests.lab.driver import evidence
from ansible_collections.mqops.rocketmq.tests.lab.driver.cutover import Cutover
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed


class Undo(Cutover):
    name, usual_estate = "undo", "single"

    def go(self) -> None:
        self.begin("obeyed")
        self.phase("phase_30_deploy")
        self.phase("rollback_deploy")
        self.flows("the undo of deploy")
        self.stands("apart")
        self.phase("phase_30_deploy")
        self.lock("present")
        self.phase("phase_40_copy_metadata", passes=False, says="ops@elsewhere:1:1:1 holds the lock of this estate")
        self.lock("absent")
        self.phase("phase_40_copy_metadata")
        self.phase("phase_50_open_target")
        self.phase("rollback_open_target")
        self.flows("the undo of open_target")
        self.phase("phase_50_open_target")
        self.phase("phase_60_freeze_source")
        self.phase("rollback_freeze_source")
        self.flows("the undo of freeze_source")
        self.phase("phase_60_freeze_source")
        self.phase("phase_65_drain_source")
        self.phase("phase_70_close_source")
        self.phase("rollback_freeze_source", passes=False, says="mro is closed")
        self.phase("rollback_close_source")
        self.flows("the undo of close_source")
        self.phase("phase_70_close_source")
        self.phase("phase_75_switch_dns")
        self.restart_of_the_source("hub-ns")
        # It keeps to the name server that it found, also when the name leads back.
        self.phase("rollback_switch_dns", passes=False, says="restart each of these brokers by hand")
        self.phase("rollback_close_source", passes=False, says="restart each of these brokers by hand")
        self.restart_of_the_source("mro-ns")
        self.phase("rollback_switch_dns")
        self.stands("closed")
        self.phase("phase_75_switch_dns")
        self.phase("phase_80_stop_brokers")
        self.phase("rollback_stop_brokers")
        self.flows("the undo of stop_brokers")
        self.stands("closed")
        self.phase("phase_75_switch_dns")
        self.phase("phase_80_stop_brokers")
        self.restart_of_the_source("hub-ns")
        self.phase("phase_85_release_clients", passes=False, says="broker-a of mro (id 0")
        self.phase("phase_80_stop_brokers")
        self.phase("phase_85_release_clients")
        self.phase("phase_90_finalize")
        self.phase("phase_95_decommission")
        self.finish()

    def lock(self, state: str) -> None:
        """The lock of another run, from another host."""
        server = evidence.plan(self.evidence)["decisions"]["target"]["nameservers"][0]
        arguments = {
            "state": state, "nameserver": server, "directory": str(self.evidence), "what": "another run",
            "owner": "ops@elsewhere:1:1:1",
        }  # fmt: skip
        self.output("ansible", "-i", str(self.inventory), "localhost", "-m", "mqops.rocketmq.rocketmq_lock",
                    "-a", json.dumps(arguments))  # fmt: skip

    def restart_of_the_source(self, leads_to: str) -> None:
        """Its broker, which knows its name server by DNS name and may have ended before, registers where that leads."""
        self.processes.stop("mro-broker-a")
        self.processes.start("mro-broker-a")
        end = time.monotonic() + 120
        # Not its slave, which clusterList names with the id 1.
        while not re.search(r"broker-a\s+0\s", seen := self.mqadmin("clusterList", "-n", f"{leads_to}.mq.test:9876")):
            if time.monotonic() > end:
                raise Failed(f"the restarted broker did not register at {leads_to} within 120 s: {seen}")
            time.sleep(2)


if __name__ == "__main__":
    sys.exit(Undo.main(__doc__))
