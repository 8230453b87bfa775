#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shift of the traffic under everything that can go wrong, with real brokers and a business that keeps a ledger.

One lab (estate shift), one chain of cases. Each asserts that a gate fails with its code, or passes only when the
messages are gone; what the gates say is held against mqadmin's numbers and a client of our own that asks one by one.

    traffic.py --lab traf            the short form, which the scenario molecule/traffic runs
    traffic.py --lab traf --long     all of it: make matrix
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "molecule/resources/oracle"))

import lag as oracle  # noqa: E402
from remoting import Peer, Puppet, Refusal, parse, send  # noqa: E402

TOPIC, GROUP = "mro-puppet", "mro-puppet"
PREPARED = 4  # sysFlag of a half message
HALF_CHECKS = 15  # 4.4.0's transactionCheckMax
TWO_MINUTES = 6  # delay level
NEW_TOPIC = {
    "defaultTopic": "TBW102",
    "readQueueNums": 1,
    "writeQueueNums": 1,
    "perm": 6,
    "topicFilterType": "SINGLE_TAG",
    "topicSysFlag": 0,
    "order": False,
}
TEN_MINUTES = 600
ACL_FILE = "/opt/rocketmq/conf/plain_acl.yml"  # read again by itself when it changes
READER = {"accessKey": "mqops-reader", "secretKey": "mqops-reader-secret", "admin": False, "defaultGroupPerm": "SUB"}


class Failed(Exception):
    """A case was not observed; the text says what was seen instead."""


def require(true: bool, text: str) -> None:
    if not true:
        raise Failed(text)


def wait_for(what: str, seen: Callable[[], Any], seconds: float) -> Any:
    """The first true value of seen; Failed with the last one when it does not come in time."""
    end = time.monotonic() + seconds
    while True:
        last = seen()
        if last:
            return last
        require(time.monotonic() < end, f"{what}: not within {seconds:.0f} s, last seen {last!r}")
        time.sleep(0.5)


class Traffic:
    """The lab, its source mro and everything that can be done to it."""

    def __init__(self, lab: str) -> None:
        self.lab = lab
        self.build = ROOT / "build" / lab
        self.inventory = str(self.build / "inventory")
        self.progress = self.build / "progress.log"
        self.environment = dict(
            os.environ,
            LAB=lab,
            ESTATE="shift",
            MQOPS_PROGRESS_FILE=str(self.progress),
            # Molecule sets both otherwise; here what a gate says is read, on one line and in one place.
            ANSIBLE_CALLBACK_RESULT_FORMAT="json",
            ANSIBLE_DISPLAY_FAILED_STDERR="false",
        )
        hosts = json.loads(self.run("ansible-inventory", "-i", self.inventory, "--list"))["_meta"]["hostvars"]
        self.hosts = hosts
        self.source, self.target = self.cluster(hosts, "mro"), self.cluster(hosts, "hub")
        self.master = next(one["address"] for one in self.source["brokers"] if one["id"] == 0)
        self.peer = Peer(self.master)
        self.results: list[dict[str, Any]] = []
        self.delayed_at = 0.0  # when the message with the long delay was sent
        self.seldom_at = 0.0  # when the producer that seldom sends did
        self.blind = (0.0, 0.0)  # while a restarted name server did not list everything; seconds since 1970

    @staticmethod
    def cluster(hosts: dict[str, Any], name: str) -> dict[str, Any]:
        own = [
            values for values in hosts.values() if values.get("rocketmq_cluster") == name and "rocketmq_role" in values
        ]
        return {
            "name": name,
            "nameservers": [f"{one['rocketmq_address']}:9876" for one in own if one["rocketmq_role"] == "nameserver"],
            "brokers": [
                {
                    "name": one["rocketmq_broker_name"],
                    "id": one["rocketmq_broker_id"],
                    "address": f"{one['rocketmq_address']}:10911",
                }
                for one in own
                if one["rocketmq_role"] != "nameserver"
            ],
        }

    # -- commands ---------------------------------------------------------------------------------------------------

    def run(self, *command: str, check: bool = True, timeout: float = 900) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise Failed(f"{command[:4]} ended with {done.returncode}: {done.stdout[-1500:]}{done.stderr[-500:]}")
        return done.stdout

    def playbook(self, name: str, **variables: Any) -> tuple[bool, str]:
        """Whether it ended well, and what it printed."""
        command = ["ansible-playbook", "-i", self.inventory, name, "-e", json.dumps(variables)]
        with (self.build / "traffic.log").open("a") as log:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=1500,
                check=False,
            )
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        return done.returncode == 0, done.stdout

    def gate(self, tasks: str, **variables: Any) -> tuple[bool, str]:
        """A gate of the role with short windows: a test has no producer that sends once in a minute."""
        short = {
            # Of a lab at quick pace the inventory says it.
            "migration_write_settle": self.hosts["localhost"].get("migration_write_settle", 34),
            "migration_write_window": 12,
            "migration_write_timeout": 60,
            "migration_drain_window": 10,
            "migration_drain_timeout": 240,
            "migration_progress_file": str(self.progress),
            "migration_directory": str(self.build / "evidence"),
        }
        return self.playbook("molecule/traffic/phase.yml", traffic_tasks=tasks, **(short | variables))

    def module(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        printed = self.run(
            "ansible",
            "-i",
            self.inventory,
            "localhost",
            "-m",
            f"mqops.rocketmq.{name}",
            "-a",
            json.dumps(arguments),
            check=False,
        )
        require("=> {" in printed, f"{name} printed no result: {printed[-800:]}")
        at = printed.index("=> {")
        return {"failed": "FAILED!" in printed[:at], **json.loads(printed[at + 3 :])}

    def lag(self, **arguments: Any) -> dict[str, Any]:
        return self.module("rocketmq_offset_lag", clusters=[self.source], **{"interval": 1, "window": 5, **arguments})

    def fails(self, code: str, **arguments: Any) -> dict[str, Any]:
        """The gate does not pass, and this code is among what blocks it."""
        found = self.lag(**{"timeout": 8, **arguments})
        codes = {one["code"] for one in found.get("reasons", []) if one["severity"] != "notice"}
        require(bool(found.get("failed")), f"the drain passed although {code} was expected")
        require(code in codes, f"{code} was expected, seen: {sorted(codes)}: {found.get('msg')}")
        return found

    def after_a_look(self, act: Callable[[], Any]) -> threading.Thread:
        """Acts when a gate that is started next has looked for the first time and said so."""
        size = self.progress.stat().st_size if self.progress.exists() else 0

        def wait() -> None:
            wait_for(
                "the gate's first look", lambda: self.progress.exists() and self.progress.stat().st_size > size, 120
            )
            time.sleep(2)
            act()

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        return thread

    # -- the world --------------------------------------------------------------------------------------------------

    def permission(self) -> str:
        lines = self.peer.ask(26)[1].decode().splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith("brokerPermission="))

    def configure(self, **values: Any) -> None:
        self.peer.ask(25, "".join(f"{key}={value}\n" for key, value in values.items()).encode())

    def let_in(self, addresses: list[str]) -> None:
        """Who needs no account at the master, once its ACL is switched on."""
        text = json.dumps({"globalWhiteRemoteAddresses": addresses, "accounts": [READER]})
        name = self.hosts["mro-broker-a"]["rocketmq_container"]
        self.run("docker", "exec", "-u", "0", name, "sh", "-c", f"printf %s '{text}' > {ACL_FILE}")

    def tell_business(self, word: str) -> None:
        for path in (self.build / "ledger").iterdir():
            (path / word).touch()

    def status(self) -> dict[str, Any]:
        return json.loads((self.build / "ledger/mro/status.json").read_text())

    def end(self, topic: str, queue: int) -> int:
        return int(self.peer.ask(30, topic=topic, queueId=queue)[0]["offset"])

    def committed(self, group: str, topic: str) -> dict[str, int]:
        return parse(self.peer.ask(43)[1])["offsetTable"].get(f"{topic}@{group}", {})


class Pinned:
    """A producer that pins its queue: it never asks for a route, so no permission reaches it."""

    def __init__(self, address: str, topic: str, queue: int, every: float) -> None:
        self.peer, self.topic, self.queue, self.every = Peer(address), topic, queue, every
        self.sent, self.ended = 0, threading.Event()
        self.address = "{}:{}".format(*self.peer.socket.getsockname())
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self) -> None:
        while not self.ended.is_set():
            send(self.peer, self.topic, self.queue)
            self.sent += 1
            self.ended.wait(self.every)

    def stop(self) -> None:
        self.ended.set()
        self.thread.join()
        self.peer.close()


# -- the cases, in the order of the chain -----------------------------------------------------------------------------


def prepare(lab: Traffic) -> str:
    """The business runs, the target serves, and there is a topic whose consumer is pulled by strings."""
    found = wait_for(
        "the business", lambda: lab.status()["ready"] and lab.status()["modes"]["late"]["acknowledged"] > 20, 240
    )
    made = lab.module("rocketmq_topic", clusters=[lab.source], name=TOPIC, read_queues=2, write_queues=2)
    require(not made.get("failed"), str(made.get("msg")))
    wait_for("the late group's leave", lambda: not lab.status()["late_online"], 120)
    return str(found)


def pinned_producer(lab: Traffic) -> str:
    """Named with topic, queue, rate and its very connection; the write permission is back."""
    producer = Pinned(lab.master, TOPIC, 1, 1.0)
    try:
        passed, printed = lab.gate("steps/freeze/freeze", migration_write_timeout=12)
    finally:
        producer.stop()
    require(not passed, "the freeze passed although a pinned producer wrote")
    require(f"{TOPIC} queue 1 on mro/broker-a" in printed, f"the writer is not named: {printed[-1500:]}")
    require(f"connected now: {producer.address}" in printed, f"{producer.address} is not named: {printed[-1500:]}")
    require(lab.permission() == "6", f"the write permission is {lab.permission()}")
    # Its messages are consumed, so that they are not in the way of what follows.
    puppet = Puppet(lab.master, GROUP, TOPIC)
    puppet.commit(1, lab.end(TOPIC, 1))
    puppet.die()
    return f"{producer.sent} sends of {producer.address} named, permission 6 again"


def refused(lab: Traffic) -> str:
    """A master whose ACL lets us ask and not change: the freeze stops, naming it, and nothing is changed."""
    lab.let_in(["*"])
    _restart_with(lab, aclEnable="true")
    lab.let_in([values["lab_address"] for values in lab.hosts.values() if "lab_address" in values])
    try:
        wait_for("the ACL", lambda: _peer(lab.master) is None, 30)
        passed, printed = lab.gate(
            "steps/freeze/freeze", rocketmq_access_key=READER["accessKey"], rocketmq_secret_key=READER["secretKey"]
        )
    finally:
        lab.let_in(["*"])
    lab.peer = wait_for("the open ACL", lambda: _peer(lab.master), 30)
    permission = lab.permission()
    # 4.4.0's ACL fails at the heartbeats of all clients that sign nothing, even of those that it lets in.
    _restart_with(lab, aclEnable="false")
    wait_for("the business's consumers", lambda: _online(lab, "mro-normal") and _online(lab, "mro-ordered"), 90)
    require(not passed, "the freeze passed although the master refused it")
    require("Need admin permission" in printed and lab.master in printed, f"it is not named: {printed[-2500:]}")
    require(permission == "6", f"the permission is {permission}")
    return "refused, named, permission 6"


def _restart_with(lab: Traffic, **values: str) -> None:
    lab.configure(**values)
    lab.run("docker", "restart", "-t", "120", lab.hosts["mro-broker-a"]["rocketmq_container"])
    lab.peer = wait_for("the master", lambda: _peer(lab.master), 90)


def _online(lab: Traffic, group: str) -> bool:
    try:
        lab.peer.ask(203, consumerGroup=group)
    except Refusal:
        return False
    return True


def freeze(lab: Traffic) -> str:
    """Passes with delayed, undecided and retried messages on their way, which the broker moves by itself.

    And with a producer that sent a moment ago and will again in ten minutes, which no window shows (seldom).
    """
    lab.seldom_at = time.monotonic()
    send(lab.peer, TOPIC, 0, DELAY=str(TWO_MINUTES))
    lab.delayed_at = time.monotonic()
    # At quick pace the broker would give the undecided message up after some 75 s, wherever the chain is then.
    lab.configure(transactionCheckMax=1000)
    send(lab.peer, TOPIC, 0, flag=PREPARED, TRAN_MSG="true", PGROUP="mro-nobody", UNIQ_KEY="undecided")
    for number in range(20):
        send(lab.peer, TOPIC, 0, str(number))
    # A consumer that gives up a message: 4.4.0's own way into the dead-letter queue.
    puppet = Puppet(lab.master, GROUP, TOPIC)
    _offset, position = send(lab.peer, TOPIC, 1, "dead", KEYS="dead-1")
    puppet.peer.ask(
        36,
        offset=position,
        group=GROUP,
        delayLevel=-1,
        originMsgId="0" * 32,
        originTopic=TOPIC,
        unitMode=False,
        maxReconsumeTimes=16,
    )
    puppet.commit(0, 5)
    puppet.commit(1, lab.end(TOPIC, 1))
    puppet.die()
    # A broker answers before its queues show what it has stored.
    wait_for("the dead letter", lambda: lab.end(f"%DLQ%{GROUP}", 0) == 1, 10)
    passed, printed = lab.gate("steps/freeze/freeze")
    require(passed, f"the freeze did not pass: {printed[-2500:]}")
    require(lab.permission() == "4", f"the permission is {lab.permission()}")
    return "passed in one window"


def independent_check(lab: Traffic) -> str:
    """The module's rows equal, queue by queue, what 43, 30 and 31 say when asked one by one by other code."""

    def both() -> tuple[dict[Any, Any], dict[Any, Any]]:
        before = oracle.remaining(Peer(lab.master))
        found = lab.lag(wait=False, detail="all")
        after = oracle.remaining(Peer(lab.master))
        # What moves while both look can be compared with nothing.
        still = {
            (pair, queue): row
            for pair, queues in before.items()
            for queue, row in queues.items()
            if after.get(pair, {}).get(queue) == row
        }
        rows = {
            (f"{row['topic']}@{row['group']}", row["queue"]): [
                row["committed"],
                row["min"],
                row["max"],
                row["remaining"],
            ]
            for row in found["rows"]
            if row["committed"] is not None and not row["client"]
        }
        return still, {key: row for key, row in rows.items() if key in still}

    said, rows = both()
    wrong = {key: (said[key], rows.get(key)) for key in said if rows.get(key) != said[key]}
    require(not wrong, f"{len(wrong)} of {len(said)} queues differ, e.g. {dict(list(wrong.items())[:3])}")
    left = sum(row[3] for row in rows.values())
    require(len(said) > 20 and left > 20, f"only {len(said)} queues with {left} messages were compared")
    return f"{len(said)} queues equal, {left} messages remaining"


def nothing_passes(lab: Traffic) -> str:
    """Offline groups, delayed, undecided messages each block; the dead letter is counted."""
    found = lab.fails("NO_CONSUMER")
    codes = {one["code"] for one in found["reasons"]}
    missing = {"NO_CONSUMER", "DELAYED_PENDING", "HALF_PENDING", "DLQ_CONTENT"} - codes
    require(not missing, f"{missing} not among {codes}")
    subjects = {one["subject"] for one in found["reasons"] if one["code"] == "NO_CONSUMER"}
    require({f"mro/{GROUP}/{TOPIC}", "mro/mro-late/mro-late"} <= subjects, f"{subjects}")
    return f"{sorted(codes)}"


def dies_in_mid_drain(lab: Traffic) -> str:
    """The wait is given up, naming the group that lost its last consumer."""
    puppet = Puppet(lab.master, GROUP, TOPIC)
    killer = lab.after_a_look(puppet.die)
    began = time.monotonic()
    found = lab.lag(timeout=120, abort_on={"consumer_lost": 3})
    killer.join()
    require(found.get("aborted") == ["CONSUMER_LOST"], f"aborted: {found.get('aborted')}: {found.get('msg')}")
    require(f"CONSUMER_LOST mro/{GROUP}" in found["msg"], found["msg"])
    return f"given up after {time.monotonic() - began:.0f} s"


def rewound(lab: Traffic) -> str:
    """A group that was through and goes back is not drained."""
    puppet = Puppet(lab.master, GROUP, TOPIC)
    try:
        puppet.commit(0, lab.end(TOPIC, 0))
        lab.after_a_look(lambda: puppet.commit(0, 2))
        found = lab.lag(timeout=15, groups=[GROUP])
        remaining = found["clusters"]["mro"]["groups"][GROUP]["remaining"]
        require(bool(found.get("failed")), "the drain passed although the offset was set back")
        require(remaining > 0, f"nothing remains after the rewind: {found['clusters']}")
        puppet.commit(0, lab.end(TOPIC, 0))
    finally:
        puppet.die()
    return f"{remaining} remain after the rewind"


def dead_letters(lab: Traffic) -> str:
    """Exported as many as mqadmin and the broker count, and arriving in the group's retry topic when sent again."""
    directory = lab.build / "dead-letters"
    arguments = {"clusters": [lab.source], "directory": str(directory)}
    found = lab.module("rocketmq_dlq", state="exported", **arguments)
    require(not found.get("failed"), str(found.get("msg")))
    counts = {row["group"]: row["messages"] for row in found["letters"]}
    require(counts == {GROUP: 1}, f"exported {counts}")
    require("dead-1" in Path(found["letters"][0]["file"]).read_text(), "the message is not in the file")
    again = lab.module("rocketmq_dlq", state="exported", **arguments)
    require(again["changed"] is False, "a second export changed something")
    perm = next(
        topic["perm"]
        for name, topic in parse(lab.peer.ask(21)[1])["topicConfigTable"].items()
        if name == f"%DLQ%{GROUP}"
    )
    require(perm == 2, f"the queue's permission is {perm} after the export")
    lab.module("rocketmq_topic", clusters=[lab.target], name=f"%RETRY%{GROUP}", read_queues=1, write_queues=1)
    sent = lab.module("rocketmq_dlq", state="resent", clusters=[lab.target], directory=str(directory))
    require(not sent.get("failed") and sent["letters"][0]["sent"] == 1, f"{sent.get('msg')} {sent.get('letters')}")
    masters = [Peer(one["address"]) for one in lab.target["brokers"] if one["id"] == 0]
    wait_for(
        "the message in the retry topic of the target",
        lambda: sum(int(one.ask(30, topic=f"%RETRY%{GROUP}", queueId=0)[0]["offset"]) for one in masters) == 1,
        10,
    )
    return "1 exported, 1 sent again, permission 2 again"


def killed_in_mid_drain(lab: Traffic) -> str:
    """SIGKILL and start of the master: named and given up; nothing is lost."""
    name = lab.hosts["mro-broker-a"]["rocketmq_container"]
    timer = lab.after_a_look(lambda: (lab.run("docker", "kill", name), lab.run("docker", "start", name)))
    found = lab.lag(timeout=180, abort_on={"broker_restarted": True})
    timer.join()
    lab.peer = wait_for("the master", lambda: _peer(lab.master), 90)
    require(found.get("aborted") == ["BROKER_RESTARTED"], f"aborted: {found.get('aborted')}: {found.get('msg')}")
    require(lab.permission() == "4", f"the permission after the restart is {lab.permission()}")
    return found["msg"][:120]


def _peer(address: str) -> Peer | None:
    try:
        peer = Peer(address)
        peer.ask(26)
        return peer
    except (OSError, Refusal):
        return None


def drained(lab: Traffic) -> str:
    """Passes when the owners have acted and the last delayed message is through, and not a moment before."""
    lab.tell_business("catch-up")
    lab.tell_business("late-return")
    # The undecided message is given up by the broker at its next check instead of its 15th.
    lab.configure(transactionCheckMax=1)
    puppet = Puppet(lab.master, GROUP, TOPIC)
    try:
        follow = threading.Event()

        def consume() -> None:
            while not follow.wait(1):
                for queue in (0, 1):
                    puppet.commit(queue, lab.end(TOPIC, queue))

        thread = threading.Thread(target=consume, daemon=True)
        thread.start()
        found = lab.lag(timeout=420, window=10)
        follow.set()
        thread.join()
    finally:
        puppet.die()
    waited = time.monotonic() - lab.delayed_at
    require(not found.get("failed"), f"the drain did not pass: {found.get('msg')}")
    require(waited >= 120, f"the drain passed {waited:.0f} s after a message with a delay of 120 s was sent")
    said = oracle.remaining(lab.peer)
    left = {pair: queues for pair, queues in said.items() if any(row[3] for row in queues.values())}
    require(not left, f"the drain passed with messages left: {left}")
    lab.configure(transactionCheckMax=HALF_CHECKS)
    return f"passed {waited:.0f} s after the delayed message was sent, nothing left by the other count"


def lost_routes(lab: Traffic) -> str:
    """A name server that was restarted and got one incremental registration: the freeze completes its list first."""
    container = lab.hosts["mro-ns"]["rocketmq_container"]
    began = time.time()
    lab.run("docker", "restart", "-t", "10", container)
    server = wait_for("the name server", lambda: _name_server(lab.source["nameservers"][0]), 60)
    lab.peer.ask(17, **NEW_TOPIC, topic="mro-increment")
    table = set(parse(lab.peer.ask(21)[1])["topicConfigTable"])
    listed = wait_for("the increment", lambda: _listed(server, "mro-increment"), 60)
    passed, printed = lab.gate("steps/freeze/freeze")
    now = set(parse(server.ask(206)[1])["topicList"])
    lab.blind = (began, time.time())
    require(passed, f"the freeze did not pass: {printed[-2000:]}")
    require(table <= now, f"the name server still lacks {sorted(table - now)[:5]}")
    require(len(table - listed) > 1, "the name server had everything at once, so nothing was shown")
    return f"{len(table - listed)} of {len(table)} topics were missing, none is"


def _listed(server: Peer, topic: str) -> set[str]:
    found = set(parse(server.ask(206)[1])["topicList"])
    return found if topic in found else set()


def _name_server(address: str) -> Peer | None:
    try:
        peer = Peer(address)
        peer.ask(206)
        return peer
    except (OSError, Refusal, ConnectionError):
        return None


def seldom(lab: Traffic) -> str:
    """Lets the ten minutes pass after which the producer sends again, which is what the straggler does."""
    left = lab.seldom_at + TEN_MINUTES - time.monotonic()
    if left > 0:
        time.sleep(left)
    return f"{time.monotonic() - lab.seldom_at:.0f} s since it sent before the freeze"


def straggler(lab: Traffic) -> str:
    """Somebody sends once while the source is closed: opened once more, drained, closed for good, and named."""

    def once() -> None:
        wait_for("the close", lambda: lab.permission() == "0", 300)
        time.sleep(5)
        send(Peer(lab.master), TOPIC, 0, "straggler")

    puppet = Puppet(lab.master, GROUP, TOPIC)
    follow = threading.Event()

    def consume() -> None:
        # As a real consumer: what is closed cannot be read.
        while not follow.wait(1):
            if lab.permission() == "4":
                puppet.commit(0, lab.end(TOPIC, 0))

    threads = [threading.Thread(target=target, daemon=True) for target in (once, consume)]
    for thread in threads:
        thread.start()
    try:
        # The puppet does not tell which queues it holds, as clients in some other languages.
        passed, printed = lab.gate(
            "steps/close/close",
            migration_waivers=[{"code": "CLIENT_SILENT", "subject": f"mro/{GROUP}/*", "reason": "a puppet"}],
        )
    finally:
        follow.set()
        threads[1].join()
        puppet.die()
    require(passed, f"the close did not pass the second time: {printed[-3000:]}")
    require("WRITTEN_SINCE mro/broker-a" in printed, "the first close did not notice the straggler")
    require(f"Straggler: {TOPIC} queue 0 on mro/broker-a: 1 messages" in printed, f"it is not named: {printed[-3000:]}")
    require(lab.permission() == "0", f"the permission is {lab.permission()}")
    left = {
        pair: queues for pair, queues in oracle.remaining(lab.peer).items() if any(row[3] for row in queues.values())
    }
    require(not left, f"closed with messages left: {left}")
    return "named, drained, closed the second time"


def missed_broadcast(lab: Traffic) -> str:
    """Sent to a closed source after the run that closed it: the next one knows what was proved, and tells it once."""
    require(lab.permission() == "0", f"the permission is {lab.permission()}")
    send(Peer(lab.master), "mro-broadcast", 0, "missed")
    # The topic table is younger than the message now, as it is after any heartbeat of a new group.
    lab.peer.ask(17, **NEW_TOPIC, topic="mro-latest")
    passed, printed = lab.gate("steps/close/close")
    require(not passed, "the close passed although nobody will read a broadcast")
    require("WRITTEN_SINCE mro/broker-a" in printed, f"it was not noticed: {printed[-3000:]}")
    require("mro-broadcast queue 0 on mro/broker-a: 1 messages" in printed, f"it is not named: {printed[-3000:]}")
    require("their owner has to send them again" in printed, f"nobody is told: {printed[-3000:]}")
    require(lab.permission() == "0", f"the permission is {lab.permission()}")
    passed, printed = lab.gate("steps/close/close")
    require(passed, f"what was told is told again: {printed[-3000:]}")
    return "named, closed, told once"


def second_straggler(lab: Traffic) -> str:
    """One that goes on sending while the source is closed: the phase fails, names it, the source stays readable."""
    started: list[Pinned] = []

    def start() -> None:
        wait_for("the close", lambda: lab.permission() == "0", 400)
        started.append(Pinned(lab.master, TOPIC, 1, 2.0))

    opener = threading.Thread(target=start, daemon=True)
    opener.start()
    puppet = Puppet(lab.master, GROUP, TOPIC)
    follow = threading.Event()

    def consume() -> None:
        while not follow.wait(0.5):
            if lab.permission() == "4":
                puppet.commit(1, lab.end(TOPIC, 1))

    thread = threading.Thread(target=consume, daemon=True)
    thread.start()
    try:
        passed, printed = lab.gate(
            "steps/close/close",
            migration_drain_timeout=30,
            migration_waivers=[{"code": "CLIENT_SILENT", "subject": f"mro/{GROUP}/*", "reason": "a puppet"}],
        )
    finally:
        for producer in started:
            producer.stop()
        time.sleep(1)
        follow.set()
        thread.join()
        puppet.commit(1, lab.end(TOPIC, 1))
        puppet.die()
    require(not passed, "the close passed although somebody wrote all the time")
    require("WRITTEN_SINCE mro/broker-a" in printed, f"the close did not notice: {printed[-3000:]}")
    require("SOURCE_NOT_CLOSED mro" in printed and f"{TOPIC} queue 1 on mro/broker-a" in printed, printed[-3000:])
    require(lab.permission() == "4", f"the permission is {lab.permission()}")
    require(len(started) == 1, "the source was never closed")
    return f"refused after {started[0].sent} sends, readable again"


def verdict(lab: Traffic) -> str:
    """Nothing of the business was lost meanwhile."""
    lab.tell_business("stop-producing")
    printed = lab.run(
        sys.executable,
        "molecule/resources/ledger/verdict.py",
        str(lab.build / "ledger/mro"),
        "--wait",
        "400",
        "--minimum",
        "100",
        "--json",
        str(lab.build / "ledger.json"),
        check=False,
    )
    judged = json.loads((lab.build / "ledger.json").read_text())
    modes, problems = judged["sources"]["mro"]["modes"], judged["sources"]["mro"]["problems"]
    blind = _missed_while_blind(lab)
    if blind and modes["broadcast"]["lost"] == blind:
        problems = [problem for problem in problems if not problem.startswith(f"broadcast: {blind} lost, ")]
    require(not problems, f"{problems}\n{printed[-2000:]}")
    sums = {name: sum(one[name] for one in modes.values()) for name in ("acknowledged", "lost")}
    return f"acknowledged {sums['acknowledged']}, lost {sums['lost']}, {blind} of them by the name server's restart"


def _missed_while_blind(lab: Traffic) -> int:
    """Broadcast messages that were sent to the target while the restarted name server did not list all of it.

    A broadcast consumer of 4.4.0 that does not see a broker for 5 s forgets how far it had read there (persistAll of
    LocalFileOffsetStore writes the queues that it holds) and begins at the end when the broker is back. A producer
    whose poll comes first writes what it never reads. Each restart of a single name server does that.
    """
    book = lab.build / "ledger/mro"
    readers: dict[str, set[str]] = {}
    for line in map(json.loads, (book / "receipts-broadcast.jsonl").read_text().splitlines()):
        readers.setdefault(line["key"], set()).add(line["consumer"])
    everybody = set().union(*readers.values())
    return sum(
        line.get("outcome") == "acknowledged"
        and str(line.get("broker", "")).startswith("hub-")
        and lab.blind[0] * 1000 <= line["t"] <= lab.blind[1] * 1000
        and readers.get(line["key"], set()) != everybody
        for line in map(json.loads, (book / "sends-broadcast.jsonl").read_text().splitlines())
    )


SHORT = (
    prepare,
    pinned_producer,
    freeze,
    independent_check,
    nothing_passes,
    dies_in_mid_drain,
    rewound,
    dead_letters,
    drained,
    straggler,
    missed_broadcast,
    verdict,
)
LONG = (
    prepare,
    pinned_producer,
    refused,
    freeze,
    independent_check,
    nothing_passes,
    dies_in_mid_drain,
    rewound,
    dead_letters,
    killed_in_mid_drain,
    drained,
    lost_routes,
    second_straggler,
    seldom,
    straggler,
    missed_broadcast,
    verdict,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", default=os.environ.get("LAB", "traf"))
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--case", action="append", help="only these, in a lab that stands where they begin")
    options = parser.parse_args()
    lab = Traffic(options.lab)
    failed = False
    for case in LONG if options.long or options.case else SHORT:
        if options.case and case.__name__ not in options.case:
            continue
        began = time.monotonic()
        try:
            said, ok = case(lab), True
        except Failed as failure:
            said, ok = str(failure), False
        seconds = time.monotonic() - began
        print(
            f"[{time.strftime('%H:%M:%S')}] {'passed' if ok else 'FAILED'} {case.__name__} ({seconds:.0f} s): {said}",
            flush=True,
        )
        lab.results.append({"case": case.__name__, "passed": ok, "seconds": round(seconds, 1), "said": said})
        (lab.build / "traffic.json").write_text(json.dumps(lab.results, indent=1))
        failed |= not ok
        if not ok:
            break
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
