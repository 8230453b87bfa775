#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second source joins a target that serves the first, and leaves it again, with a business that runs meanwhile.

The target is deployed for two sources, undone, and deployed for the first alone. The second joins while it serves the
first, which is not done; it leaves again, killed on the way, while the first goes on; what is sent late to a topic of
it is named; and it joins once more. The ways back that would take the target from both are refused.
"""

from __future__ import annotations

import sys
import time

from ansible_collections.mqops.rocketmq.tests.lab.driver import evidence
from ansible_collections.mqops.rocketmq.tests.lab.driver.cutover import ADDRESSES, JOIN, Cutover
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, send

LEFT_LATE = "mdm-pinned"  # a topic of the second source without a reader


class Attach(Cutover):
    name, usual_estate = "attach", "twins"

    def go(self) -> None:
        first, second = "mro", "mdm"
        self.bring_up_business()
        self.mqadmin("updateTopic", "-n", f"{second}-ns.mq.test:9876", "-c", second, "-t", LEFT_LATE)
        self.confirm = self.preflight()
        # What leaves has to be read.
        self.groups_catch_up()
        # Deployed for both, and then for one of them alone: nothing of the other's may be left in the new brokers.
        self.phase("phase_30_deploy")
        self.phase("rollback_deploy")
        self.more = {"rocketmq_migration_batch": [first], "rocketmq_migration_replan": True}
        self.confirm = self.preflight()
        for phase in JOIN:
            self.phase(phase)
        self.flows(f"the opening for {first}")
        self.phase("rollback_attach", passes=False, says="the target would serve nobody")
        self.more = {"rocketmq_migration_batch": [second], "rocketmq_migration_replan": True}
        self.stands("apart", second)
        self.confirm = self.preflight()
        self.phase("attach")
        self.flows(f"the attachment of {second}")
        self.stands("open", second)
        self.phase("rollback_open_target", passes=False, says="the target would be read-only for every source")
        began = time.time()
        killed = self.killed("playbooks/rollback_attach.yml", "rollback_attach", self.kill_in("rollback_attach", 45.0))
        self.note("killed while its topics are proved", time.time() - began, killed=killed)
        self.killed_after("rollback_attach", *self.served(second, listed=False))
        # By a producer that is pinned to a master, which is about to leave and serves.
        master = self.target_brokers()[0]
        send(Peer(master), LEFT_LATE, 0)
        self.phase("rollback_attach", passes=False, says=f"1 in {LEFT_LATE} on {master}")
        self.phase("rollback_attach")
        self.flows(f"the leaving of {second}")
        self.stands("apart", second)
        self.have_let_go(second)
        self.phase("rollback_attach", says="changed=0")
        # What a killed attach leaves behind, too.
        self.killed_after("attach", *self.served(second, listed=True))
        self.phase("attach")
        self.flows(f"the second attachment of {second}")
        self.stands("open", second)
        self.target_started_once(deploys=2)
        self.finish()

    def target_brokers(self) -> list[str]:
        """Their addresses, as planned."""
        return [one["address"] for one in evidence.plan(self.evidence)["decisions"]["target"]["brokers"]]

    def served(self, source: str, *, listed: bool) -> list[str]:
        """The command that ends when the list of hub-a has, or has not, the name server of a source."""
        address = self.processes.hosts[f"{source}-ns"]["lab_address"]
        look = f"docker exec {self.processes.container(ADDRESSES)} cat /var/lib/rocketmq/addresses/rocketmq/hub-a-0"
        return ["sh", "-c", f"while list=$({look}); do case $list in *{address}:*) {'exit' if listed else ':'} ;; "
                            f"*) {':' if listed else 'exit'} ;; esac; sleep 0.2; done; exit 1"]  # fmt: skip

    def have_let_go(self, source: str) -> None:
        """Wait until no client of the source is connected to a broker of the target: brokers end what is silent for
        120 s, so that this tells whether any of them still sends heartbeats there."""
        began = time.time()
        hosts = {address.split(":")[0] + ":" for address in self.target_brokers()}  # with whatever port
        peers = ("docker", "exec", f"mqops-{self.lab}-{source}-business-machine", "ss", "-Htn", "state", "established")
        while held := sorted(host for host in hosts if host in self.output(*peers)):
            if time.time() - began > 300:
                raise Failed(f"clients of {source}, which has left, still hold on to {', '.join(held)}")
            time.sleep(5)
        self.note(f"clients of {source} have let go", time.time() - began)


if __name__ == "__main__":
    sys.exit(Attach.main(__doc__))
