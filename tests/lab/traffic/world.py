# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cases see and do: the lab, its source mro, its gates, modules, brokers and the business."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.inventory import cluster
from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, Refusal, parse
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, ROOT

ESTATE = "shift"
FREEZE, CLOSE = "steps/freeze/freeze", "steps/close/close"  # task files of the role migration, each with one gate
TOPIC, GROUP = "mro-puppet", "mro-puppet"
ACL_FILE = "/opt/rocketmq/conf/plain_acl.yml"  # read again by itself when it changes
READER = {"accessKey": "mqops-reader", "secretKey": "mqops-reader-secret", "admin": False, "defaultGroupPerm": "SUB"}
NEW_TOPIC = {
    "defaultTopic": "TBW102",
    "readQueueNums": 1,
    "writeQueueNums": 1,
    "perm": 6,
    "topicFilterType": "SINGLE_TAG",
    "topicSysFlag": 0,
    "order": False,
}


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


def peer_of(address: str) -> Peer | None:
    """A connection to a broker that answers; None while it does not."""
    try:
        peer = Peer(address)
        peer.ask(26)
        return peer
    except (OSError, Refusal):
        return None


class Traffic:
    """The lab, its source mro and everything that can be done to it."""

    def __init__(self, lab: str) -> None:
        self.lab = lab
        self.build = BUILD / lab
        self.inventory = str(self.build / "inventory")
        self.progress = self.build / "progress.log"
        self.environment = dict(
            os.environ,
            LAB=lab,
            ESTATE=ESTATE,
            MQOPS_PROGRESS_FILE=str(self.progress),
            # Molecule sets both otherwise; here what a gate says is read, on one line and in one place.
            ANSIBLE_CALLBACK_RESULT_FORMAT="json",
            ANSIBLE_DISPLAY_FAILED_STDERR="false",
        )
        hosts = json.loads(self.run("ansible-inventory", "-i", self.inventory, "--list"))["_meta"]["hostvars"]
        self.hosts = hosts
        self.source, self.target = cluster(hosts, "mro"), cluster(hosts, "hub")
        self.master = next(one["address"] for one in self.source["brokers"] if one["id"] == 0)
        self.peer = Peer(self.master)
        self.delayed_at = 0.0  # when the message with the long delay was sent
        self.seldom_at = 0.0  # when the producer that seldom sends did
        self.blind = (0.0, 0.0)  # while a restarted name server did not list everything; seconds since 1970

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
        return self.playbook("tests/lab/traffic/gate.yml", traffic_tasks=tasks, **(short | variables))

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
