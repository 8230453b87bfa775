# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's commands on machines over a real sshd, where sudo, shell and tools print more than they are asked."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest


def include(name: str, **variables) -> dict:
    return {
        "ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"},
        "vars": {"migration_tasks": name, **variables},
    }


def show(words: str) -> dict:
    """Prints a value as JSON behind a word that nothing else prints."""
    return {"ansible.builtin.debug": {"msg": "SHOWN{{ " + words + " | to_json }}NWOHS"}}


def shown(printed: str) -> list:
    """What show() has printed; the callback has escaped the quotes."""
    return [json.loads(part.partition("NWOHS")[0].replace('\\"', '"')) for part in printed.split('"SHOWN')[1:]]


@pytest.fixture
def store(tmp_path):
    """A master's store, which ends at 100."""
    log = tmp_path / "store" / "commitlog"
    log.mkdir(parents=True)
    with (log / "00000000000000000000").open("wb") as file:
        file.write(b"x" * 100)
        file.truncate(4096)
    (tmp_path / "archive").mkdir()
    return log


def test_what_sudo_and_the_shell_print_comes_into_no_proof(world, store, tmp_path):
    world.up("mro-ns", "mro-a", "mro-s")
    world.run("mro-ns", "mro-a", "mro-s")
    address = world.address("mro-a")
    world.prove(checked={address: {"end": 100, "path": str(store)}})
    world.hush("mro-ns")
    began = time.monotonic()
    code, printed = world.play(
        include("steps/proofs/read"),
        include("steps/process/stop", __migration_host="mro-s", __migration_kind="broker", migration_stop_timeout=10),
        include("steps/store/check_end", __migration_host="mro-a"),
        include("steps/store/measure", __migration_host="mro-a"),
        include("steps/store/archive", __migration_host="mro-a", __migration_archive=str(tmp_path / "archive")),
        include("steps/clients/require_none_connected", __migration_host="mro-ns"),
        show("migration_stores"),
        show("migration_store_kilobytes"),
        show("migration_archives"),
        migration_directory=str(world.evidence),
    )
    assert code == 0, printed
    assert world.processes["mro-s"].wait(10) is not None and time.monotonic() - began < 60
    assert "changed: [localhost -> mro-s" in printed or "changed=1" in printed
    stores, kilobytes, archives = shown(printed)
    assert (stores["mro-a"]["ok"], stores["mro-a"]["readable"]) == (True, True)
    assert kilobytes["mro-a"] > 0
    packed = tmp_path / "archive" / "mro-broker-a.tar"
    assert archives["mro-a"] == {"file": str(packed), "bytes": packed.stat().st_size}


def test_what_a_start_prints_is_kept_below_the_directory_of_the_test(world):
    """It lies in TMPDIR and stays there: without one of its own each test would leave it in /tmp."""
    host, pattern = "mro-s", world.pattern("mro-s")
    began, marker = pattern.replace("[m]", "m"), f"told by {world.place}"
    world.hosts[host]["rocketmq_start_command"] = f"echo {marker}; bash -c 'exec -a {began} sleep 60' &"
    world.up(host)
    process = {"__migration_host": host, "__migration_kind": "broker"}
    looked = {"migration_looked": {}, "migration_source_stages": {}, "migration_phase": "stop_brokers"}
    code, printed = world.play(
        include("steps/process/start", **process), include("steps/process/stop", **process), **looked
    )
    assert code == 0, printed

    def kept(folder: Path) -> list[str]:
        mine = [path for path in folder.glob("rocketmq-*") if path.is_file() and marker in path.read_text()]
        return [path.name.partition(".")[0] for path in mine]

    assert (kept(Path("/tmp")), kept(world.temporary)) == ([], ["rocketmq-start"])


def test_a_store_that_cannot_be_read_stops_the_run_and_points_nothing_back(world, store):
    world.up("mro-a")
    world.prove(checked={world.address("mro-a"): {"end": 100, "path": f"{store}-elsewhere"}})
    code, printed = world.play(
        include("steps/proofs/read"),
        include("steps/store/check_end", __migration_host="mro-a"),
        show("'went on'"),
        migration_directory=str(world.evidence),
    )
    assert code != 0 and shown(printed) == []
    assert "the commit log could not be read: exit status 3" in printed
    assert "everything was left as it is" in printed


def test_a_machine_that_hangs_is_too_late_and_one_that_is_gone_is_told_apart(world):
    """By the limit of the command, and by that of the task where the machine says nothing. Nothing ends the run."""
    world.up("mro-a")
    # A machine on which not even timeout works, when it is told to.
    tool = world.place / "tools" / "timeout"
    tool.write_text(f'#!/bin/sh\n[ ! -e {world.place}/slow ] || exec sleep 20\nexec /usr/bin/timeout "$@"\n')
    tool.chmod(0o755)
    ask = {"__migration_purpose": "wait", "__migration_machines": ["mro-a"]}
    answer = "migration_answers.looked"
    code, printed = world.play(
        include("steps/machines/run", __migration_limit=1, __migration_commands={"command": "sleep 600"}, **ask),
        show(answer),
        {"ansible.builtin.file": {"path": f"{world.place}/slow", "state": "touch"}},
        # The time limit of the task lies 30 s behind that of its commands.
        include("steps/machines/run", __migration_limit=-27, __migration_commands={"command": "true"}, **ask),
        show(answer),
        include("steps/machines/run", __migration_limit=1, __migration_commands={"command": "true"},
                **{**ask, "__migration_machines": ["mro-s"]}),
        show(answer),
        migration_directory=str(world.evidence),
    )  # fmt: skip
    assert code == 0, printed
    first, second, third = shown(printed)
    first, second, third = first["mro-a"]["command"], second["mro-a"]["command"], third["mro-s"]["command"]
    assert (third["status"], third["ok"]) == ("unreachable", False)
    assert (first["status"], first["rc"], first["ok"]) == ("timed_out", 124, False)
    assert (second["status"], second["rc"], second["ok"]) == ("timed_out", None, False)
