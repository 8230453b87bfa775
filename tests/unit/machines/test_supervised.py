# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker below a real runsv, over a real sshd: found before its end, told when it comes back, ended by a command."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest

HOST = "mro-s"
CHECK = {
    "ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"},
    "vars": {"migration_tasks": "steps/process/require_methods", "__migration_hosts": [HOST]},
}


def act(what: str) -> dict:
    return {
        "ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"},
        "vars": {"migration_tasks": f"steps/process/{what}", "__migration_host": HOST, "__migration_kind": "broker"},
    }


@pytest.fixture
def service(world, tmp_path):
    """The service of HOST; its process fits the pattern."""
    runsv, sv = (world.command(name, "runit") for name in ("runsv", "sv"))
    place = tmp_path / "service"
    place.mkdir()
    name = world.pattern(HOST).replace("[m]", "m")
    (place / "run").write_text(f"#!{shutil.which('bash')}\nexec -a {name} sleep 600\n")
    (place / "run").chmod(0o755)
    supervisor = subprocess.Popen([runsv, place], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not running(world):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    world.up(HOST)
    yield place
    subprocess.run([sv, "exit", place], capture_output=True, check=False)
    supervisor.wait(20)


def running(world) -> list[str]:
    done = subprocess.run(["pgrep", "-f", world.pattern(HOST)], capture_output=True, text=True, check=False)
    return done.stdout.split()


def play(world, *tasks: dict) -> tuple[int, str]:
    return world.play(
        *tasks,
        migration_looked={},
        migration_source_stages={},
        migration_stop_timeout=20,
        migration_phase="stop_brokers",
    )


def test_a_process_that_its_supervisor_would_start_again_is_not_ended(world, service):
    before = running(world)
    code, printed = play(world, CHECK, act("stop"))
    assert code != 0 and running(world) == before
    assert f"PROCESS_SUPERVISED {HOST} (seen process {before[0]} is started again by runsv (process " in printed
    assert "Nothing was changed." in printed


def test_a_process_that_comes_back_has_not_ended(world, service):
    before = running(world)
    code, printed = play(world, act("stop"))
    assert code != 0 and running(world) not in ([], before)
    said = f"PROCESS_NOT_ENDED {HOST}: the broker was told to end, was given 20 s, and has not ended for good: "
    assert said in printed
    assert "it was started again, by runsv (process " in printed


def test_a_command_of_the_supervisor_ends_it_and_starts_it(world, service):
    world.hosts[HOST]["rocketmq_stop_command"] = f"sv -w 10 stop {service}"
    world.hosts[HOST]["rocketmq_start_command"] = f"sv -w 10 start {service}"
    code, printed = play(world, CHECK, act("stop"))
    assert code == 0 and running(world) == [], printed
    code, printed = play(world, act("start"))
    assert code == 0 and running(world), printed
    world.hosts[HOST]["rocketmq_stop_command"] = "svv stop broker"
    code, printed = play(world, CHECK)
    assert code != 0
    assert f"{HOST} by command: exit status 1: svv, with which rocketmq_stop_command begins, is no command" in printed


def test_a_connection_that_is_lost_meanwhile_says_nothing_of_the_process(world, service):
    """As where the bastion goes down in the middle: here the session ends itself."""
    world.hosts[HOST]["rocketmq_stop_command"] = (
        "at=$$; until grep -q ^sshd /proc/$at/comm; do at=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$at/status); done;"
        " kill -KILL $at"
    )
    before = running(world)
    code, printed = play(world, act("stop"))
    assert code != 0 and running(world) == before
    assert f"MACHINE_UNREACHABLE {HOST} (tried ssh " in printed
    assert "the connection did not last while the broker there was to end, so it is not known whether it has" in printed
