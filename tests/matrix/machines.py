#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to machines and to the way to them while two sources move, one after the other.

Wrong sudo password, a user who may not use sudo, a changed host key, a bastion that goes down in the middle of a
phase, a machine without ss, one on which a command never returns, a full disk. An old machine is switched off
at the preflight, at the freeze, at the stop and after the decommission; a client's machine right after the point of no
return; and the second source is attached when all machines of the first are gone. Each run ends with the name of the
machine and what to do, changes nothing where it refuses, and passes when the machine is mended.

No ledger is judged: a machine that is switched off takes its clients with it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.driver import journal
from ansible_collections.mqops.rocketmq.tests.lab.driver.chain import Chain
from ansible_collections.mqops.rocketmq.tests.lab.driver.cutover import JOIN
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB

FIRST, SECOND = "mro", "mdm"
SLAVE = f"{FIRST}-broker-a-slave"  # alone on its machine
UNREACHABLE = f"MACHINE_UNREACHABLE {SLAVE}"
DISK = "1m"


class Machines(Chain):
    """Two sources, one by hand and one under a supervisor, and machines that fail."""

    name, usual_estate = "machines", "twins"

    def go(self) -> None:
        # An earlier lab first: a directory in which something is mounted cannot be removed.
        self.take_down()
        with self.small_disk():
            self.bring_up_business()
            self.groups_catch_up()
            self.more = {"rocketmq_migration_batch": [FIRST]}
            self.at_the_preflight()
            self.confirm = self.preflight()
            for phase in JOIN:
                self.phase(phase)
            self.at_the_freeze()
            for phase in ("phase_65_drain_source", "phase_70_close_source", "phase_75_switch_dns"):
                self.phase(phase)
            self.at_the_stop()
            self.at_the_release()
            self.phase("phase_90_finalize")
            self.at_the_decommission()
        self.after_the_decommission()

    def finds(self, fault: str, says: str) -> None:
        """The preflight names what is wrong with a machine; where nothing is, it writes the plan."""
        self.phase("phase_20_preflight", passes=False, says=says)
        self.note(fault, 0.0)

    # -- the way to the machines ---------------------------------------------------------------------------------

    def at_the_preflight(self) -> None:
        with self.told(ansible_become_password="wrong"):
            self.finds("wrong sudo password", "Incorrect sudo password")
        with self.told(ansible_user="guest"):
            self.finds("a user who may not use sudo", "guest is not in the sudoers file")
        with self.other_host_key(SLAVE):
            self.finds("a changed host key", UNREACHABLE)
        with self.command(SLAVE, "ss", None):
            self.finds("no ss", f"TOOL_MISSING {SLAVE} (commands ss)")
        with self.command(SLAVE, "ss", "exec sleep 3600"):
            self.finds("a command that never returns", "did not end within its time limit")
        with self.off(SLAVE):
            self.finds("a machine that is off", UNREACHABLE)
        self.bastion_goes_down()

    def bastion_goes_down(self) -> None:
        """When the phase has begun: machines have answered, and engines are asked next."""
        with self.when(lambda: self.begun("preflight"), lambda: self.processes.power_off("bastion")):
            self.phase("phase_20_preflight", passes=False, says="ENGINE_UNKNOWN hub-ns")
        self.processes.power_on("bastion")
        self.await_ssh()

    def at_the_freeze(self) -> None:
        """A slave that is off is nothing that the freeze can wait for: it refuses, and nothing is frozen."""
        with self.off(SLAVE):
            self.phase("phase_60_freeze_source", passes=False, says=UNREACHABLE)
        self.stands("open", FIRST)
        self.phase("phase_60_freeze_source")

    def at_the_stop(self) -> None:
        with self.off(SLAVE):
            self.phase("phase_80_stop_brokers", passes=False, says=UNREACHABLE)
        self.stands("switched", FIRST)
        # The bastion goes down in the middle: one process has ended, the next cannot be reached.
        with self.when(lambda: not self.processes.running(SLAVE), lambda: self.processes.power_off("bastion")):
            self.phase("phase_80_stop_brokers", passes=False, says="MACHINE_UNREACHABLE")
        self.processes.power_on("bastion")
        self.await_ssh()
        self.phase("phase_80_stop_brokers")

    def at_the_release(self) -> None:
        business = f"{FIRST}-business"
        self.more["migration_release_timeout"] = 90
        with self.when(lambda: not self.processes.running(f"{FIRST}-ns"), lambda: self.processes.power_off(business)):
            self.phase("phase_85_release_clients", passes=False, says=f"{business} (0 of ")
        del self.more["migration_release_timeout"]
        # It comes back as a machine does: the clients on it are started by whoever runs them.
        self.processes.power_on(business)
        self.processes.start(business)
        self.phase("phase_85_release_clients")

    def at_the_decommission(self) -> None:
        self.phase("phase_95_decommission", passes=False, says="Look there for room")
        subprocess.run(["mount", "-o", "remount,size=1g", str(self.archive)], check=True)
        self.phase("phase_95_decommission")

    def after_the_decommission(self) -> None:
        self.processes.power_off(f"{FIRST}-ns", SLAVE)
        self.more = {"rocketmq_migration_batch": [FIRST]}
        self.phase("status", says=f"{FIRST}: done")
        self.more = {"rocketmq_migration_batch": [SECOND], "rocketmq_migration_replan": True}
        self.confirm = self.preflight()
        self.phase("attach")
        self.stands("open", SECOND)

    # -- faults ----------------------------------------------------------------------------------------------------

    @contextmanager
    def told(self, **more: Any) -> Iterator[None]:
        """With these variables of the command line."""
        before, self.more = self.more, {**self.more, **more}
        # What ssh has kept was opened by somebody else.
        self.forget_connections()
        try:
            yield
        finally:
            self.more = before
            self.forget_connections()

    @contextmanager
    def off(self, host: str) -> Iterator[None]:
        self.processes.power_off(host)
        try:
            yield
        finally:
            self.processes.power_on(host)
            self.forget_connections()
            self.await_ssh()
            self.processes.start(host)
            self.await_registered(host)

    @contextmanager
    def command(self, host: str, name: str, text: str | None) -> Iterator[None]:
        """A command of the machine is missing, or does something else."""
        path = self.processes.on_machine(host, "sh", "-c", f"command -v {name}").strip()
        self.processes.on_machine(host, "mv", path, f"{path}.away")
        if text is not None:
            script = 'printf "#!/bin/sh\\n%s\\n" "$1" > "$0" && chmod 755 "$0"'
            self.processes.on_machine(host, "sh", "-c", script, path, text)
        try:
            yield
        finally:
            self.processes.on_machine(host, "mv", f"{path}.away", path)

    @contextmanager
    def other_host_key(self, host: str) -> Iterator[None]:
        """As after a machine was made anew, or is somebody else."""
        key = "/etc/ssh/ssh_host_ed25519_key"
        again = f"rm {key} && ssh-keygen -q -t ed25519 -N '' -f {key}"
        self.processes.on_machine(host, "sh", "-c", f"cp {key} {key}.away && {again} && pkill -HUP -o -x sshd")
        self.forget_connections()
        try:
            yield
        finally:
            self.processes.on_machine(host, "sh", "-c", f"mv {key}.away {key} && pkill -HUP -o -x sshd")
            self.forget_connections()

    @contextmanager
    def small_disk(self) -> Iterator[None]:
        """The directory into which old machines pack their stores has no room."""
        self.archive.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(self.archive)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(self.archive)], check=False)

    @contextmanager
    def when(self, seen: Callable[[], bool], then: Callable[[], None]) -> Iterator[None]:
        """Beside what is run: as soon as something is seen, something happens."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.is_set():
                if seen():
                    then()
                    return
                time.sleep(0.1)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def begun(self, phase: str) -> bool:
        """Whether this phase has newly begun."""
        mine = [event for event in journal.events(self.journal) if event["phase"] == phase]
        return bool(mine) and mine[-1]["event"] == "start" and time.time() - mine[-1]["time"] < 5

    def forget_connections(self) -> None:
        """End what ssh has kept open, as it would be gone some time later."""
        close = str(LAB / "bin/close-connections")
        subprocess.run([close, str(self.build)], stdin=subprocess.DEVNULL, timeout=120, check=True)

    def await_ssh(self) -> None:
        end = time.monotonic() + 60
        while True:
            reached = subprocess.run(
                ["ssh", "-F", str(self.build / "ssh/config"), "-o", "ConnectTimeout=3", "-o", "ControlMaster=no",
                 "-o", "ControlPath=none", self.processes.hosts[SLAVE]["lab_address"], "true"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False,
            )  # fmt: skip
            if reached.returncode == 0:
                return
            if time.monotonic() > end:
                raise Failed(f"the machines are not reached through the bastion: {reached.stderr}")
            time.sleep(0.5)

    def await_registered(self, host: str) -> None:
        """A process that was started is back at its name server."""
        values = self.processes.hosts[host]
        line = [values["rocketmq_broker_name"], str(values["rocketmq_broker_id"])]
        end = time.monotonic() + 120
        while True:
            seen = self.mqadmin("clusterList", "-n", f"{FIRST}-ns.mq.test:9876")
            if any(row.split()[1:3] == line for row in seen.splitlines()):
                return
            if time.monotonic() > end:
                raise Failed(f"{host} is not back at its name server: {seen}")
            time.sleep(2)


if __name__ == "__main__":
    sys.exit(Machines.main(__doc__))
