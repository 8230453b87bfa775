#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each phase meets is broken first; each stops with a reason, or says what is wrong, and passes when it is mended.

Name server and DNS server that do not answer, a target that has ended or a master of it that hangs, a configuration
directory that cannot be written, a name that was changed past the collection, a secondary that lags, a resolver that
keeps answers for too long, an inventory that names no client's machine, missing records of the drain and of the last
check, an address server that is away. The business runs meanwhile.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.mqops.rocketmq.tests.lab.dns_servers import Resolver, Secondary
from ansible_collections.mqops.rocketmq.tests.lab.driver.cutover import ADDRESSES, UNCHECKED, Cutover
from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed


class Faults(Cutover):
    name, usual_estate = "faults", "single"

    def go(self) -> None:
        self.begin()
        with self.broken("mro-ns"):
            self.phase("phase_30_deploy", passes=False, says="Nothing was changed")
        self.phase("phase_30_deploy")
        # As far as anybody can see from outside, a target that has ended was never there.
        self.proofs.change(empty=None)
        with self.broken("hub-a", "hub-b", by="stop"):
            self.phase("rollback_deploy", passes=False, says="may have run, does not answer")
        self.phase("phase_30_deploy")
        self.phase("phase_40_copy_metadata")
        with self.broken("hub-a"):
            self.phase("phase_50_open_target", passes=False, says="BROKER_UNKNOWN hub/")
        self.flows("the fault at the open")
        self.phase("phase_50_open_target")
        with self.broken("mro-ns"):
            self.phase("phase_60_freeze_source", passes=False, says="Nothing was changed")
        container, directory = self.processes.configuration("mro-broker-a")
        self.output("docker", "exec", "-u", "0", container, "chmod", "0555", directory)
        self.phase("phase_60_freeze_source", says="do not restart this broker")
        self.output("docker", "exec", "-u", "0", container, "chmod", "0755", directory)
        self.phase("rollback_freeze_source")
        self.flows("the faults at the freeze")
        self.phase("phase_60_freeze_source")
        self.phase("phase_65_drain_source")
        self.phase("phase_70_close_source")
        with self.broken("dns"):
            self.phase("phase_75_switch_dns", passes=False, says="mro-ns.mq.test")
        with self.broken("mro-ns"):
            self.phase("phase_75_switch_dns", passes=False, says="Nothing was changed")
        before = self.dns()["mro-ns.mq.test"]
        self.record("198.18.250.250")
        self.phase("phase_75_switch_dns", passes=False, says="198.18.250.250")
        if self.dns()["mro-ns.mq.test"] != "198.18.250.250":
            raise Failed("what was written into DNS past the collection was overwritten")
        self.record(before)
        with self.proofs.without(drained={"ends": {}, "broadcast_topics": {}, "missed": {}}):
            self.phase("phase_75_switch_dns", passes=False, says="does not say where their commit logs ended")
        self.secondary_that_lags()
        self.resolver_that_keeps_answers()
        self.phase("phase_80_stop_brokers")
        with self.without_in_the_inventory("business"):
            self.phase("phase_85_release_clients", passes=False, says="group business is empty")
        self.phase("phase_85_release_clients")
        with self.proofs.without_check_of("mro"):
            self.phase("phase_90_finalize", passes=False, says=UNCHECKED.format("mro"))
        self.address_server_that_is_away()
        self.phase("phase_90_finalize")
        self.phase("phase_95_decommission")
        self.finish()

    @contextmanager
    def broken(self, *hosts: str, by: str = "pause") -> Iterator[None]:
        """These processes hang: connections are taken and nothing is answered. ``by``="stop": they have ended."""
        undo = {"pause": "unpause", "stop": "start"}[by]
        getattr(self.processes, by)(*hosts)
        try:
            yield
        finally:
            getattr(self.processes, undo)(*hosts)

    def tsig_secret(self) -> str:
        return (self.build / "tsig.secret").read_text().strip()

    def record(self, address: str) -> None:
        """The name of the source's name server is changed past this collection."""
        update = (
            f"server 127.0.0.1\\nupdate delete mro-ns.mq.test. A\\nupdate add mro-ns.mq.test. 30 A {address}\\nsend\\n"
        )
        key = f"hmac-sha256:mqops-lab.:{self.tsig_secret()}"
        self.output("docker", "exec", f"mqops-{self.lab}-dns", "sh", "-c",
                    f"printf '{update}' | nsupdate -y {key}")  # fmt: skip

    def address_server_that_is_away(self) -> None:
        """A broker that starts meanwhile has no name server until the phase has brought the server back."""
        with self.broken(ADDRESSES):
            self.phase("phase_90_finalize", passes=False, says="No answer at")
        self.processes.stop(ADDRESSES)
        self.processes.restart("hub-a-slave")
        self.phase("status", says="hub-a-1: has no name server (the address server tells nothing")
        began = time.time()
        pinned = "grep -q ^namesrvAddr= /etc/rocketmq/broker.conf"
        until = f"until docker exec {self.processes.container('hub-a')} {pinned}; do sleep 0.2; done"
        killed = self.killed("playbooks/phase_90_finalize.yml", "finalize", Kill.after("sh", "-c", until))
        self.note("killed when the first broker was pinned", time.time() - began, killed=killed)
        if not killed:
            raise Failed(f"finalize was to be killed between two pins; see {self.log}")

    def secondary_that_lags(self) -> None:
        """A server of the zone that goes on giving the address that it was given at first."""
        before = self.dns()
        secondary = Secondary(self.lab, self.output, self.tsig_secret(), "mro-ns.mq.test")
        self.more = {"rocketmq_dns_servers": [secondary.primary, secondary.address], "migration_dns_timeout": 20}
        self.phase("phase_75_switch_dns", passes=False, says="The names answer the sources' name servers again")
        if self.dns() != before:
            raise Failed(f"the names were not pointed back: {before} -> {self.dns()}")
        self.more = {}

    def resolver_that_keeps_answers(self) -> None:
        """One that holds an answer for longer than it may live, and then one that goes on giving the old one."""
        before, resolver = self.dns(), Resolver(self.lab, self.output)
        self.more = {"rocketmq_dns_resolvers": [resolver.address], "migration_dns_timeout": 20}
        with resolver.holding("mro-ns.mq.test"):
            self.phase("phase_75_switch_dns", passes=False, says="with a TTL of at most 30 s")
        # Long enough for the answer to age, however long it is kept.
        self.more["migration_dns_timeout"] = 90
        with self.broken("forwarder"):
            self.phase("phase_75_switch_dns", passes=False, says="The names answer the sources' name servers again")
        if self.dns() != before:
            raise Failed(f"the names were not pointed back: {before} -> {self.dns()}")
        self.phase("phase_75_switch_dns")
        self.more = {}


if __name__ == "__main__":
    sys.exit(Faults.main(__doc__))
