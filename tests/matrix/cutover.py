#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long chains of the cut-over, with a business that runs meanwhile: `make matrix` runs them, CI does not.

undo      every phase before the point of no return is undone and done again; in between a lock is held by somebody
          else, and the source's broker, which knows its name server by DNS name, is restarted after the switch, before
          its undo and before the release. The name servers run with orderMessageEnable, and two topics are in their
          order table.
kills     the control process is killed at many points of `site`, which is then run to its end; with the order table.
faults    what each phase meets is broken first: name server and DNS server that do not answer, a target that has
          ended or a master of it that hangs, a configuration directory that cannot be written, a name that somebody
          else has changed, a secondary that lags, a resolver that keeps answers for too long, an inventory that names
          no client's machine, missing records of the drain and of the last check, a master that is not empty. Each
          stops with a reason, or says what is wrong, and passes when it is mended.
sequence  one source after the other: the first from the deploy to the end, the second attached to the target that
          serves; then a gentle restart, and the rescue of messages that were left unread, under a waiver, on the
          released source, whose processes are supervised (with --second rot-sc: in containers), and of the first one,
          whose processes were started by hand. Two topics are in the first one's order table. Between the two the first
          is struck from the inventory, and the target is kept for it all the same.
attach    the target is deployed for two sources, undone, and deployed for the first alone. The second joins while it
          serves the first, which is not done; it leaves again, killed on the way, while the first goes on; what
          is sent late to a topic of it is named; and it joins once more. The ways back that would take the target from
          both are refused.

Each step, what it took and what it said is in build/matrix/report.json. Ends with 0 only when every step came out as it
had to and the ledger is clean.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from chain import ROOT, Chain, Failed, Kill
from demo_report import read_phases
from dns_servers import Resolver, Secondary

sys.path.insert(0, str(ROOT / "molecule/resources/oracle"))

from remoting import Peer, send

# Phase and seconds after its begin: between a request and its reply, between the two masters of a phase, and between
# the swap of a name and its verification, wherever a run happens to be then.
KILLS = [
    ("deploy", 5.0), ("deploy", 15.0), ("copy_metadata", 6.0), ("open_target", 4.0), ("open_target", 25.0),
    ("freeze_source", 3.0), ("freeze_source", 9.0), ("freeze_source", 60.0), ("drain_source", 20.0),
    ("close_source", 8.0), ("close_source", 75.0), ("close_source", 85.0),
    ("switch_dns", 68.0), ("switch_dns", 72.0), ("stop_brokers", 70.0),
    ("stop_brokers", 80.0), ("release_clients", 12.0), ("finalize", 12.0), ("finalize", 40.0),
]  # fmt: skip

UNCHECKED = "{}-broker-a: ended before a last check of the store was recorded"

ADDRESSES = "hub-ns-addresses"  # the container of the address server

LEFT_LATE = "mdm-pinned"  # a topic of the second source that nobody reads

JOIN = ("phase_30_deploy", "phase_40_copy_metadata", "phase_50_open_target")
LEAVE = (
    "phase_60_freeze_source", "phase_65_drain_source", "phase_70_close_source", "phase_75_switch_dns",
    "phase_80_stop_brokers", "phase_85_release_clients", "phase_90_finalize", "phase_95_decommission",
)  # fmt: skip


class Matrix(Chain):
    """The chains of the cut-over."""

    second = "mdm"  # the source that comes after mro in the chain sequence
    ORDERED = ("mro-ordered", "mro-normal")  # what the order table lists where a chain wants one

    def lock(self, state: str) -> None:
        """Somebody else's lock, from another host."""
        server = json.loads((self.evidence / "plan.json").read_text())["decisions"]["target"]["nameservers"][0]
        arguments = {
            "state": state, "nameserver": server, "directory": str(self.evidence), "what": "another run",
            "owner": "ops@elsewhere:1:1:1",
        }  # fmt: skip
        self.output("ansible", "-i", str(self.inventory), "localhost", "-m", "mqops.rocketmq.rocketmq_lock",
                    "-a", json.dumps(arguments))  # fmt: skip

    def begin(self, ordered: str = "") -> None:
        """``ordered``: two topics are in the order table; "obeyed": the name servers hand it out, too."""
        self.bring_up_business()
        if ordered:
            self.order_by_table(obeyed=ordered == "obeyed")
        self.confirm = self.preflight()

    def order_by_table(self, *, obeyed: bool) -> None:
        """Brokers without write permission refuse the listed topics; producers who obey it look at no permission."""
        mqadmin = str(ROOT / "tools/mqadmin.sh")
        server = ("-n", "mro-ns.mq.test:9876")
        for topic in self.ORDERED:
            self.output(mqadmin, self.lab, "updateOrderConf", *server, "-t", topic, "-v", "broker-a:4", "-m", "put")
        waived = [("ORDERED_TOPIC", f"mro/{topic}") for topic in self.ORDERED]
        if obeyed:
            self.output(mqadmin, self.lab, "updateNamesrvConfig", *server, "-k", "orderMessageEnable", "-v", "true")
            self.more["rocketmq_nameserver_options"] = {"orderMessageEnable": "true"}
            waived.append(("ORDER_MESSAGE_ENABLED", "mro/*"))
        self.more["rocketmq_migration_waivers"] = [
            {"code": code, "subject": subject, "reason": "known to the owners"} for code, subject in waived
        ]

    def undo(self) -> None:
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

    def restart_of_the_source(self, leads_to: str) -> None:
        """Its broker, which knows its name server by DNS name and may have ended before, registers where that leads."""
        self.processes.stop("mro-broker-a")
        self.processes.start("mro-broker-a")
        listed = (str(ROOT / "tools/mqadmin.sh"), self.lab, "clusterList", "-n", f"{leads_to}.mq.test:9876")
        end = time.monotonic() + 120
        # Not its slave, which clusterList names with the id 1.
        while not re.search(r"broker-a\s+0\s", seen := self.output(*listed)):
            if time.monotonic() > end:
                raise Failed(f"the restarted broker did not register at {leads_to} within 120 s: {seen}")
            time.sleep(2)

    def kills(self) -> None:
        self.begin("obeyed")
        for phase, seconds in KILLS:
            known = len(read_phases(self.evidence / "phases.jsonl", raw=True))
            began = time.time()
            kill = self.kill_in(phase, seconds)
            ended = self.playbook("playbooks/site.yml", *self.variables(self.confirm), kill=kill)
            events = read_phases(self.evidence / "phases.jsonl", raw=True)[known:]
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

    @contextmanager
    def broken(self, *hosts: str, by: str = "pause") -> Iterator[None]:
        """These processes hang: connections are taken and nothing is answered. ``by``="stop": they have ended."""
        undo = {"pause": "unpause", "stop": "start"}[by]
        getattr(self.processes, by)(*hosts)
        try:
            yield
        finally:
            getattr(self.processes, undo)(*hosts)

    def record(self, address: str) -> None:
        """Somebody else changes the name of the source's name server, past this collection."""
        update = (
            f"server 127.0.0.1\\nupdate delete mro-ns.mq.test. A\\nupdate add mro-ns.mq.test. 30 A {address}\\nsend\\n"
        )
        key = f"hmac-sha256:mqops-lab.:{(self.build / 'tsig.secret').read_text().strip()}"
        self.output("docker", "exec", f"mqops-{self.lab}-dns", "sh", "-c",
                    f"printf '{update}' | nsupdate -y {key}")  # fmt: skip

    def faults(self) -> None:
        self.begin()
        with self.broken("mro-ns"):
            self.phase("phase_30_deploy", passes=False, says="Nothing was changed")
        self.phase("phase_30_deploy")
        # As far as anybody can see from outside, a target that has ended was never there.
        self.prove(empty=None)
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
            raise Failed("what somebody else wrote into DNS was overwritten")
        self.record(before)
        with self.without(drained={"ends": {}, "broadcast_topics": {}, "missed": {}}):
            self.phase("phase_75_switch_dns", passes=False, says="does not say where their commit logs ended")
        self.secondary_that_lags()
        self.resolver_that_keeps_answers()
        self.phase("phase_80_stop_brokers")
        with self.without_in_the_inventory("business"):
            self.phase("phase_85_release_clients", passes=False, says="group business is empty")
        self.phase("phase_85_release_clients")
        with self.without_the_record("mro"):
            self.phase("phase_90_finalize", passes=False, says=UNCHECKED.format("mro"))
        self.address_server_that_is_away()
        self.phase("phase_90_finalize")
        self.phase("phase_95_decommission")
        self.finish()

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
        before, secret = self.dns(), (self.build / "tsig.secret").read_text().strip()
        secondary = Secondary(self.lab, self.output, secret, "mro-ns.mq.test")
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

    def sequence(self) -> None:
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
                with self.without_the_record(second):
                    self.phase(phase, passes=False, says=UNCHECKED.format(second))
                with self.of_all_sources(), self.without_the_record(first):
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
        (self.build / "ledger" / second / "late-return").touch()
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

    def proofs(self) -> dict[str, Any]:
        """What was proved so far."""
        return json.loads((self.evidence / "proofs.json").read_text())

    def prove(self, **parts: Any) -> None:
        """Let the next run know something else in these parts of it."""
        (self.evidence / "proofs.json").write_text(json.dumps({**self.proofs(), **parts}))

    @contextmanager
    def without(self, **parts: Any) -> Iterator[None]:
        """These parts of what was proved are lost, and this is all that is left of them."""
        before = self.proofs()
        self.prove(**parts)
        try:
            yield
        finally:
            self.prove(**{part: before[part] for part in parts})

    @contextmanager
    def without_the_record(self, source: str) -> Iterator[None]:
        """Of the last check of this source's stores, as if somebody had only switched the machines off."""
        before = self.proofs()["checked"]
        sources = json.loads((self.evidence / "plan.json").read_text())["decisions"]["sources"]
        its = {broker["address"] for one in sources if one["name"] == source for broker in one["brokers"]}
        if not its & set(before):
            raise Failed(f"no last check of {source} is on record: {before}")
        self.prove(checked={address: entry for address, entry in before.items() if address not in its})
        try:
            yield
        finally:
            self.prove(checked=before | self.proofs()["checked"])

    @contextmanager
    def without_in_the_inventory(self, group: str) -> Iterator[None]:
        """Somebody has taken a group out of the inventory with its machines, as of a source that is gone."""
        file = self.inventory / "hosts.yml"
        before = file.read_text()
        known = yaml.safe_load(before)["all"]
        for host in known["children"].pop(group)["hosts"]:
            del known["hosts"][host]
        known["children"]["sources"]["children"].pop(group, None)
        file.write_text(yaml.safe_dump({"all": known}, sort_keys=False))
        try:
            yield
        finally:
            file.write_text(before)

    def attach(self) -> None:
        first, second = "mro", "mdm"
        self.bring_up_business()
        self.output(str(ROOT / "tools/mqadmin.sh"), self.lab, "updateTopic", "-n", f"{second}-ns.mq.test:9876",
                    "-c", second, "-t", LEFT_LATE)  # fmt: skip
        self.confirm = self.preflight()
        # What leaves has to be read.
        self.nobody_stays_behind()
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
        master = json.loads((self.evidence / "plan.json").read_text())["decisions"]["target"]["brokers"][0]
        send(Peer(master["address"]), LEFT_LATE, 0)
        self.phase("rollback_attach", passes=False, says=f"1 in {LEFT_LATE} on {master['address']}")
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

    def served(self, source: str, *, listed: bool) -> list[str]:
        """The command that ends when the list of hub-a has, or has not, the name server of a source."""
        address = self.processes.hosts[f"{source}-ns"]["lab_address"]
        look = f"docker exec {self.processes.container(ADDRESSES)} cat /var/lib/rocketmq/addresses/rocketmq/hub-a-0"
        return ["sh", "-c", f"while list=$({look}); do case $list in *{address}:*) {'exit' if listed else ':'} ;; "
                            f"*) {':' if listed else 'exit'} ;; esac; sleep 0.2; done; exit 1"]  # fmt: skip

    def have_let_go(self, source: str) -> None:
        """Wait until no client of the source is connected to a broker of the target: brokers end what is silent for
        120 s, so that this tells whether anybody still sends heartbeats there."""
        began = time.time()
        brokers = json.loads((self.evidence / "plan.json").read_text())["decisions"]["target"]["brokers"]
        hosts = {one["address"].split(":")[0] + ":" for one in brokers}  # with whatever port
        peers = ("docker", "exec", f"mqops-{self.lab}-{source}-business-machine", "ss", "-Htn", "state", "established")
        while held := sorted(host for host in hosts if host in self.output(*peers)):
            if time.time() - began > 300:
                raise Failed(f"clients of {source}, which has left, still hold on to {', '.join(held)}")
            time.sleep(5)
        self.note(f"clients of {source} have let go", time.time() - began)

    def unread(self, source: str) -> int:
        """Messages of the late group that the brokers of the source took and nobody has received."""
        book = self.build / "ledger" / source
        lines = [json.loads(line) for line in (book / "sends-late.jsonl").read_text().splitlines()]
        got = {json.loads(line)["key"] for line in (book / "receipts-late.jsonl").read_text().splitlines()}
        return len({line["key"] for line in lines if str(line.get("broker", "")).startswith("broker-")} - got)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chain", choices=["undo", "kills", "faults", "sequence", "attach"])
    parser.add_argument("--lab", default="scratch59")
    parser.add_argument("--estate", help="single; twins for sequence and attach")
    parser.add_argument("--second", choices=["mdm", "rot-sc"], default="mdm", help="of the chain sequence")
    options = parser.parse_args()
    usual = {"sequence": "twins" if options.second == "mdm" else "pods", "attach": "twins"}
    name = "sequence-containers" if options.second == "rot-sc" else options.chain
    matrix = Matrix(options.lab, options.estate or usual.get(options.chain, "single"), name)
    matrix.second = options.second
    return matrix.conclude(getattr(matrix, options.chain))


if __name__ == "__main__":
    sys.exit(main())
