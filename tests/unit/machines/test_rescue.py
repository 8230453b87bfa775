# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker that no engine runs: kept before it is ended, pointed at the target by a rescue, put back by an undo."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time

import pytest

MAIN = "org.apache.rocketmq.broker.BrokerStartup"


def include(name: str, **variables) -> dict:
    return {
        "ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"},
        "vars": {"migration_tasks": name, **variables},
    }


class Broker:
    """What the kernel knows as java, with the words of a master: it writes the list of its file at each start."""

    def __init__(self, world, place) -> None:
        self.place, self.file = place, place / "broker-a.conf"
        self.marker = world.pattern("mro-a").replace("[m]", "m")
        self.java = place / "java"
        shutil.copy(shutil.which("bash"), self.java)
        os.mkfifo(place / "never")
        # It waits without a child: one has the same words on its command line until it runs another program.
        self.began = f"grep namesrvAddr= {self.file} >> {place}/starts; read -r x <> {place}/never"
        world.hosts["mro-a"]["rocketmq_start_command"] = f"cd {place} && ./start.sh"
        self.starts_with()

    def starts_with(self, *more: str) -> None:
        """The start command, as departments write it: a shell in the background, whose child the broker is."""
        words = " ".join([MAIN, "-c", "broker-a.conf", self.marker, *more])
        script = self.place / "start.sh"
        script.write_text(f"#!/bin/sh\nnohup sh -c '\"$0\" -c \"$1\" {words}; :' ./java '{self.began}' &\n")
        script.chmod(0o755)

    def start(self) -> None:
        subprocess.run(["./start.sh"], cwd=self.place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        deadline = time.monotonic() + 20
        while not self.starts():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def starts(self) -> list[str]:
        written = self.place / "starts"
        return written.read_text().split() if written.exists() else []

    def runs(self) -> bool:
        return subprocess.run(["pgrep", "-f", self.marker], capture_output=True, check=False).returncode == 0

    def end(self) -> None:
        subprocess.run(["pkill", "-KILL", "-f", self.marker], check=False)
        deadline = time.monotonic() + 20
        while self.runs():
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def broker(world, tmp_path):
    place = tmp_path / "mro-a"
    place.mkdir()
    made = Broker(world, place)
    own = world.address("mro-ns")
    made.file.write_text(f"brokerName=broker-a\nnamesrvAddr={own}\nbrokerPermission=0\n")
    slave = world.pattern("mro-s").replace("[m]", "m")
    world.hosts["mro-s"]["rocketmq_start_command"] = f"bash -c 'exec -a {slave} sleep 60' &"
    yield made
    made.end()
    subprocess.run(["pkill", "-KILL", "-f", slave], check=False)


def keep(world, *hosts):
    """What phase_80_stop_brokers does before it ends the first process."""
    return world.play(
        include("steps/proofs/read"),
        include("steps/process/keep", __migration_hosts=list(hosts)),
        migration_looked={}, migration_directory=str(world.evidence),
    )  # fmt: skip


def kept(world):
    return world.proofs()["processes"]


def test_a_master_by_command_is_rescued_and_put_back_by_an_undo(world, broker, more):
    world.up("mro-ns", "mro-a", "mro-s")
    world.run("hub-ns", "hub-a", "hub-b", "mdm-ns", "mdm-a")
    own, target = world.address("mro-ns"), world.address("hub-ns")
    broker.start()
    code, printed = keep(world, "mro-a", "mro-s")
    assert code == 0, printed
    assert kept(world) == {"mro-a": {
        "config_file": str(broker.file), "user": getpass.getuser(), "uid": os.getuid(), "name_servers_given": "",
        "without_file": False, "unknown": "", "name_servers": own,
    }}  # fmt: skip
    broker.end()
    original = broker.file.read_text()

    # Released: its name leads to the target, its processes have ended.
    world.point("mro", "hub-ns")
    code, printed = world("rescue", **more)
    assert code != 0 and "Wait until the target's name server lists them" in printed, printed
    assert broker.starts() == [f"namesrvAddr={own}", f"namesrvAddr={target}"], printed
    assert not broker.runs(), "it was not ended again"
    assert broker.file.read_text() == f"brokerName=broker-a\nnamesrvAddr={target}\nbrokerPermission=0\n"
    assert broker.file.with_name("broker-a.conf.before-mqops").read_text() == original
    assert kept(world)["mro-a"]["name_servers"] == own

    # Once more: the file has it already.
    was = broker.file.stat()
    code, printed = world("rescue", **more)
    assert "Edit the file of mro-a" not in printed and broker.starts()[2:] == [f"namesrvAddr={target}"], printed
    assert (broker.file.stat().st_ino, broker.file.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns)

    # The name server was started again by hand, and the undo starts the master towards it, and not towards the target.
    world.run("mro-ns")
    world.dns.put("mro-ns.mq.test.", more["migration_dns_ttl"], "A", world.hosts["mro-ns"]["rocketmq_address"])
    code, printed = world("rollback_stop_brokers", **more)
    assert broker.starts()[3:] == [f"namesrvAddr={own}"], printed
    assert broker.file.read_text() == f"brokerName=broker-a\nbrokerPermission=0\nnamesrvAddr={own}\n"


def test_what_a_rescue_cannot_do_is_refused_before_anything_is_changed(world, broker, more):
    world.up("mro-ns", "mro-a", "mro-s")
    world.run("hub-ns", "hub-a", "hub-b", "mdm-ns", "mdm-a")
    world.point("mro", "hub-ns")
    world.prove(checked={world.address("mro-a"): {"end": 0, "path": "/store"}})

    def refused(words):
        code, printed = world("rescue", **more)
        assert code != 0 and words in printed and "Nothing was changed." in printed, printed
        assert broker.starts() == begun and not broker.runs()
        assert world.address("mro-a") in world.proofs()["checked"] and not any(world.kv.values())

    broker.starts_with("-n", "198.18.9.9:9876")
    broker.start()
    assert keep(world, "mro-a")[0] == 0
    broker.end()
    begun = broker.starts()
    refused("mro-a: its process was started with -n 198.18.9.9:9876, which overrules the file")
    # The operator has taken it out of the start command, and says so.
    world.hosts["mro-a"]["rocketmq_config_file"] = str(broker.file)
    world.down("mro-a")
    code, printed = world("rescue", **more)
    assert code != 0 and "MACHINE_UNREACHABLE mro-a" in printed and broker.starts() == begun


def test_two_brokers_of_one_pattern_are_not_ended(world, broker, more):
    world.up("mro-a")
    broker.start()
    broker.start()
    code, printed = keep(world, "mro-a")
    assert code != 0 and "mro-a: its pattern fits 2 Java processes, which would be ended together: process " in printed
    assert not (world.evidence / "proofs.json").exists() and broker.runs()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_a_user_without_a_name_is_told_before_the_process_is_ended(world, broker):
    """Only the undo needs rocketmq_user, and by then the user of the process could not be found out."""
    world.up("mro-a")
    place = tempfile.mkdtemp()
    try:
        # The directories of tests are root's alone.
        os.chmod(place, 0o755)
        java = shutil.copy(broker.java, place)
        words = [java, "-c", "read -r never", MAIN, "-c", "/b.conf", broker.marker]
        process = subprocess.Popen(words, cwd="/", user=54321, start_new_session=True, stdin=subprocess.PIPE)
        while os.readlink(f"/proc/{process.pid}/exe") != java:
            time.sleep(0.05)
        code, printed = keep(world, "mro-a")
        process.kill()
        process.wait()
    finally:
        shutil.rmtree(place)
    assert code == 0 and "mro-a: a usable name of its user (uid 54321)" in printed, printed
    assert "without rocketmq_user the undo (rollback_stop_brokers) does not start" in printed
