#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes and machines of a lab from outside, for tests that break them: by the engine, past Ansible and ssh.

Usage: processes.py LAB stop|start|restart|kill|pause|unpause|wait HOST...

A process is run as its source runs it (rocketmq_method and lab_run_by of its host in the inventory): in a container, by
hand, or by runit. Every wait has a deadline of its own and raises Failed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import yaml

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD

GRACE = 120  # seconds that a process is given to end, as the roles give it


def docker(*words: str, timeout: float = 300, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["docker", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
    )
    if check and done.returncode:
        raise Failed(f"docker {' '.join(words)} ended with {done.returncode}: {done.stdout[-400:]}{done.stderr[-400:]}")
    return done


class Processes:
    """Of one lab."""

    def __init__(self, lab: str) -> None:
        self.lab = lab
        inventory = yaml.safe_load((BUILD / lab / "inventory/hosts.yml").read_text())
        self.hosts: dict[str, dict[str, Any]] = inventory["all"]["hosts"]

    def machine(self, host: str) -> str:
        """The container that is the machine of this host."""
        return str(self.hosts[host]["lab_machine"])

    def on_machine(self, host: str, *command: str, check: bool = True, timeout: float = 300) -> str:
        """What a command prints that root runs on the machine."""
        done = docker("exec", "-u", "0", self.machine(host), *command, check=check, timeout=timeout)
        return done.stdout

    def run_by(self, host: str) -> str:
        return str(self.hosts[host].get("lab_run_by", "docker"))

    def container(self, host: str) -> str:
        """Of a process in a container; what is no host of the inventory is a container of the lab by itself."""
        return str(self.hosts.get(host, {}).get("rocketmq_container") or f"mqops-{self.lab}-{host}")

    def _plain(self, host: str) -> bool:
        return host in self.hosts and self.run_by(host) != "docker" and "rocketmq_role" in self.hosts[host]

    def pattern(self, host: str) -> str:
        return f"Startup .*conf/{host}[.]conf"

    def _signal(self, host: str, signal: str) -> None:
        self.on_machine(host, "pkill", f"-{signal}", "-f", self.pattern(host), check=False)

    def _service(self, host: str) -> str:
        return "rocketmq-nameserver" if self.hosts[host]["rocketmq_role"] == "nameserver" else "rocketmq-broker"

    def running(self, host: str) -> bool:
        if self._plain(host):
            done = docker("exec", self.machine(host), "pgrep", "-f", self.pattern(host), check=False)
            # docker exec ends with 1, too, where there is no such machine, or where it is off.
            if done.returncode not in (0, 1) or done.stderr.strip():
                raise Failed(f"nobody knows whether {host} runs: {done.stdout}{done.stderr}")
            return done.returncode == 0
        state = docker("container", "inspect", "--format", "{{.State.Running}}", self.container(host), check=False)
        if state.returncode:
            raise Failed(f"nobody knows whether {host} runs: {state.stderr}")
        return state.stdout.strip() == "true"

    def _until(self, what: str, seen: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > end:
                raise Failed(f"{what}: not seen within {seconds:.0f} s")
            time.sleep(0.1)

    def wait(self, *hosts: str, seconds: float = 1200) -> None:
        """Until the process of each has ended."""
        for host in hosts:
            self._until(f"the end of {host}", lambda host=host: not self.running(host), seconds)

    def stop(self, *hosts: str) -> None:
        for host in hosts:
            if not self._plain(host):
                docker("stop", "--time", str(GRACE), self.container(host))
            elif self.run_by(host) == "runit":
                self.on_machine(host, "sv", "-w", str(GRACE), "down", self._service(host))
            else:
                self._signal(host, "TERM")
        self.wait(*hosts, seconds=GRACE)

    def start(self, *hosts: str) -> None:
        for host in hosts:
            if not self._plain(host):
                docker("start", self.container(host))
            elif self.run_by(host) == "runit":
                self.on_machine(host, "sv", "-w", "30", "up", self._service(host))
            else:
                command = self.hosts[host]["rocketmq_start_command"]
                docker("exec", "-u", "mq", self.machine(host), "sh", "-c", command)
            self._until(f"the start of {host}", lambda host=host: self.running(host), 30)

    def restart(self, *hosts: str) -> None:
        for host in hosts:
            self.stop(host)
            self.start(host)

    def _tell(self, hosts: tuple[str, ...], signal: str, verb: str) -> None:
        """Signal the process of each host, or let its engine do this to its container."""
        for host in hosts:
            if self._plain(host):
                self._signal(host, signal)
            else:
                docker(verb, self.container(host))

    def kill(self, *hosts: str) -> None:
        """By SIGKILL, as a crash. A supervisor starts its process again."""
        self._tell(hosts, "KILL", "kill")

    def pause(self, *hosts: str) -> None:
        """The process hangs: connections are taken and nothing is answered."""
        self._tell(hosts, "STOP", "pause")

    def unpause(self, *hosts: str) -> None:
        self._tell(hosts, "CONT", "unpause")

    def configuration(self, host: str) -> tuple[str, str]:
        """The container and the directory in which the file of a broker lies."""
        if self._plain(host):
            return self.machine(host), "/home/mq/rocketmq/conf"
        return self.container(host), "/etc/rocketmq"

    # Machines

    def power_off(self, *hosts: str) -> None:
        """The machine vanishes with everything on it: its address answers nobody, not even with a reset."""
        docker("kill", *dict.fromkeys(self.machine(host) for host in hosts))

    def power_on(self, *hosts: str) -> None:
        """The machine boots. Processes in containers and what was started by hand stay away."""
        docker("start", *dict.fromkeys(self.machine(host) for host in hosts))


def main() -> int:
    lab, action, *hosts = sys.argv[1:]
    if action not in ("stop", "start", "restart", "kill", "pause", "unpause", "wait") or not hosts:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        getattr(Processes(lab), action)(*hosts)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
