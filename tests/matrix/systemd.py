#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that are units of a real systemd, ended and started by the role's own tasks.

A virtual machine (tests/lab/machines/virtual.py) boots Debian with 4.4.0's name server as a unit. The role's tasks
reach it as they reach any old machine: by SSH, as a user who needs a password for sudo, without Python. Whether they
did what they say is read with systemctl, journalctl and RocketMQ's protocol. It needs no lab, but root, for
debootstrap.
"""

from __future__ import annotations

import json
import sys
import time

import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.tests.lab.driver.chain import Chain
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.machines.virtual import NAMESERVER_PORT, SSH_PORT, USER, Machine
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, ROOT

BOOT = 600.0
# Java on an emulated processor, beside whatever else runs here.
JAVA = 300.0
NAMESRV = "rocketmq-namesrv.service"
# Units that only sleep, by what is special about them. migration_stop_timeout is 150 s.
SLEEPERS = {
    "short": "TimeoutStopSec=20",
    "patient": "TimeoutStopSec=20\nSendSIGKILL=no",
    "endless": "TimeoutStopSec=infinity",
    "long": "TimeoutStopSec=1d",
    "returning": "TimeoutStopSec=180\nRestart=always\nRestartSec=1",
}


def unit(name: str) -> str:
    return f"mqops-{name}.service"


class Systemd(Chain):
    """One machine; each unit on it is a host of the inventory."""

    name, usual_estate = "systemd", "virtual machine"

    def __init__(self) -> None:
        super().__init__("systemd", self.usual_estate)
        self.machine = Machine(BUILD / "vm", self.build / "vm")

    def go(self) -> None:
        self.evidence.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        try:
            self.bring_up_machine()
            self.name_server()
            self.mixed()
            self.times()
            self.restarts()
        finally:
            self.machine.end()

    # -- the machine ---------------------------------------------------------------------------------------------

    def bring_up_machine(self) -> None:
        began = time.time()
        self.write_inventory()
        self.machine.get_tools()
        made = self.machine.make(self.playbook)
        self.note("make the machine", time.time() - began, made=made)
        began = time.time()
        self.say(f"booting {self.machine.place.relative_to(ROOT)}; its console is {self.machine.run}/console.log")
        self.machine.boot(BOOT)
        self.note("boot the machine", time.time() - began)
        self.answers("boot")
        began = time.time()
        texts = {}
        for name, lines in SLEEPERS.items():
            texts[unit(name)] = f"[Service]\nExecStart=@/usr/bin/sleep mqops-{name}-process infinity\n{lines}\n"
        script = "".join(f"cat > /run/systemd/system/{name} <<'END'\n{text}END\n" for name, text in texts.items())
        self.machine.root(f"{script}systemctl daemon-reload\nsystemctl start {' '.join(texts)}")
        for name in texts:
            self.is_active(name)
        self.note("start the other units", time.time() - began)

    def write_inventory(self) -> None:
        hosts = {"namesrv": {"rocketmq_unit": NAMESRV}}
        for name in SLEEPERS:
            hosts[name] = {"rocketmq_unit": unit(name), "rocketmq_process_pattern": f"[m]qops-{name}-process"}
        hosts["missing"] = {**hosts["endless"], "rocketmq_unit": unit("missing")}
        # By signals what a unit with Restart=always has started: its main process, and the grandchild of one.
        hosts["signalled"] = {**hosts["returning"], "rocketmq_method": "command"}
        hosts["signalled-java"] = {"rocketmq_method": "command"}
        machine = self.machine
        common = {
            "rocketmq_method": "systemd",
            "rocketmq_cluster": "old",
            "rocketmq_role": "nameserver",
            "rocketmq_address": machine.address,
            "ansible_host": machine.address,
            "ansible_port": SSH_PORT,
            "ansible_user": USER,
            "ansible_timeout": 60,
            "ansible_ssh_private_key_file": str(machine.run / "key"),
            "ansible_ssh_common_args": " ".join(machine.ssh_options()),
            "ansible_become": True,
            "ansible_become_password": f"{{{{ lookup('ansible.builtin.file', '{machine.password}') }}}}",
        }
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        inventory = {
            "all": {
                "hosts": {"localhost": local},
                "children": {"sources": {"children": {"old": {"hosts": hosts, "vars": common}}}},
            }
        }
        self.inventory = self.build / "hosts.yml"
        self.inventory.write_text(yaml.safe_dump(inventory))

    # -- what has to be so ---------------------------------------------------------------------------------------

    def name_server(self) -> None:
        """A unit that is ended has ended in peace, and comes back."""
        self.does("namesrv", "check", "stop")
        self.is_inactive(NAMESRV)
        journal = self.journal(NAMESRV)
        if "SIGKILL" in journal or "Stopped" not in journal:
            raise Failed(f"the name server was not ended in peace: {journal[-800:]}")
        knock = self.machine.root(f"bash -c ': < /dev/tcp/127.0.0.1/{NAMESERVER_PORT}' 2>&1")
        if "Connection refused" not in knock:
            raise Failed(f"the name server's port was to refuse: {knock or 'it answers'}")
        self.does("namesrv", "start")
        self.is_active(NAMESRV)
        self.answers("start")

    def mixed(self) -> None:
        """KillMode=mixed is refused: 4.4.0's starters are shells, and Java is not the unit's main process."""
        self.change(NAMESRV, "KillMode=mixed")
        self.refuses("namesrv", "(KillMode=mixed)", NAMESRV)
        # What it would have come to, and whether the journal tells of a SIGKILL.
        self.machine.root(f"systemctl stop {NAMESRV}")
        if "(java) with signal SIGKILL" not in (journal := self.journal(NAMESRV)):
            raise Failed(f"the journal was to tell of the SIGKILL that KillMode=mixed sends: {journal[-800:]}")
        self.change(NAMESRV, "Restart=always")
        self.machine.root(f"systemctl start {NAMESRV}")
        self.answers("KillMode=mixed")

    def times(self) -> None:
        """What systemd would kill too early is refused, and nothing is ended."""
        self.refuses("short", "systemd sends SIGKILL after 20s", unit("short"))
        self.refuses("missing", "LoadState=not-found", unit("endless"))
        for name in ("patient", "endless", "long"):
            self.does(name, "check", "stop")
            self.is_inactive(unit(name))

    def restarts(self) -> None:
        """Restart=always takes an end by signal for a crash; an end through systemd is one."""
        name = unit("returning")
        before = self.is_active(name)
        self.machine.root(f"kill {before}")
        end = time.monotonic() + 60
        while (state := self.shown(name)).get("ActiveState") != "active" or state.get("MainPID", "0") in ("0", before):
            if time.monotonic() > end:
                raise Failed(f"{name} was to come back after a signal under another number than {before}: {state}")
            time.sleep(0.5)
        self.does("returning", "check", "stop")
        time.sleep(10)
        self.is_inactive(name)
        self.does("returning", "start")
        self.refuses("signalled", f"{name} has Restart=always", name)
        self.refuses("signalled-java", f"{NAMESRV} has Restart=always", NAMESRV)

    # -- steps ---------------------------------------------------------------------------------------------------

    def play(self, host: str, *steps: str) -> tuple[bool, str]:
        """Whether the role's tasks for these steps passed, and what they said."""
        before, told = self.log_end(), json.dumps({"vm_process": host, "vm_steps": steps})
        passed = self.playbook("tests/lab/machines/vm/method.yml", "-e", told)
        return passed, " ".join(self.printed_since(before).split())

    def does(self, host: str, *steps: str) -> None:
        began = time.time()
        passed, _said = self.play(host, *steps)
        self.note(f"{host}: {', '.join(steps)}", time.time() - began, passed=passed, expected=True)
        if not passed:
            raise Failed(f"{', '.join(steps)} of {host} was to pass; see {self.log}")

    def refuses(self, host: str, words: str, name: str) -> None:
        """The check stops the run, says why, and the process of the unit C(name) runs on."""
        before, began = self.is_active(name), time.time()
        passed, said = self.play(host, "check", "stop")
        self.note(f"{host}: refused", time.time() - began, passed=passed, expected=False, says=words)
        after = self.is_active(name)
        if before != after:
            raise Failed(f"the process of {host} was {before}, and is {after} after a refusal; see {self.log}")
        if passed or words not in said or "Nothing was changed" not in said:
            raise Failed(f"{host} was to be refused with '{words}'; see {self.log}")

    def answers(self, after: str) -> None:
        """The name server answers RocketMQ's protocol."""
        began = time.time()
        with Admin() as admin:
            while True:
                try:
                    admin.ask(nameserver.cluster_info(f"{self.machine.address}:{NAMESERVER_PORT}"))
                    break
                except AdminError as error:
                    if time.time() - began > JAVA:
                        state = self.machine.root(f"systemctl status --no-pager -n 20 {NAMESRV}")
                        raise Failed(f"the name server does not answer after {after}: {error}; {state}") from error
                time.sleep(1)
        self.note(f"the name server answers after {after}", time.time() - began)

    def change(self, name: str, line: str) -> None:
        """Give a unit this setting beside its own, and no other."""
        place = f"/run/systemd/system/{name}.d"
        text = f"printf '[Service]\\n{line}\\n' > {place}/more.conf"
        self.machine.root(f"mkdir -p {place}\n{text}\nsystemctl daemon-reload")

    def shown(self, name: str) -> dict[str, str]:
        printed = self.machine.root(f"systemctl show -p ActiveState -p MainPID {name}")
        return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)

    def is_active(self, name: str) -> str:
        """The number of its process."""
        state = self.shown(name)
        if state.get("ActiveState") != "active" or state.get("MainPID", "0") == "0":
            raise Failed(f"{name} was to be active, and is {state}")
        return state["MainPID"]

    def is_inactive(self, name: str) -> None:
        state = self.shown(name)
        if state != {"ActiveState": "inactive", "MainPID": "0"}:
            raise Failed(f"{name} was to be inactive, and is {state}")

    def journal(self, name: str) -> str:
        return self.machine.root(f"journalctl --no-pager --output cat -u {name}")


if __name__ == "__main__":
    sys.exit(Systemd().conclude())
