# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands for machines, run by a real shell, with the ss of 2014."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import parse_ss
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import commands as machine_commands

NAME = "it's [a] $(touch hit) name"


@pytest.fixture
def tools(tmp_path):
    """A systemctl that does nothing."""
    (tmp_path / "systemctl").write_text("#!/bin/sh\n")
    (tmp_path / "systemctl").chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def test_whether_a_process_runs_is_the_exit_status(sh, name, sleeper):
    assert sh(machine_commands.process(name)).returncode == 0
    assert sh(machine_commands.process(f"{name}-other")).returncode == 1
    assert sh(machine_commands.process("[")).returncode not in (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        machine_commands.process(NAME),
        machine_commands.start("systemd", "no-such-process-here", NAME, ""),
        machine_commands.start("command", NAME, "", "true"),
        machine_commands.size(NAME),
        machine_commands.script("echo $1", NAME),
    ],
)
def test_what_comes_from_the_inventory_is_no_shell(sh, text, tmp_path, tools):
    short = text.replace("-lt 30", "-lt 0")
    sh(f"cd {tmp_path}; {short}", **tools)
    assert not (tmp_path / "hit").exists()


def test_a_process_is_started_once_and_what_it_says_holds_nobody(sh, name, tmp_path):
    start = f"exec {shutil.which('bash')} -c 'exec -a {name} sleep 60' &"
    text = machine_commands.start("command", name, "", start)
    try:
        done = sh(text, TMPDIR=str(tmp_path))
        assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
        assert sh(text, TMPDIR=str(tmp_path)).stdout == ""
    finally:
        subprocess.run(["pkill", "-f", name], check=False)


def test_a_start_that_fails_says_what_was_printed(sh, name, tmp_path):
    text = machine_commands.start("command", name, "", "echo no java here; false").replace("-lt 30", "-lt 0")
    done = sh(text, TMPDIR=str(tmp_path))
    assert done.returncode == 1 and "no java here" in done.stderr and done.stdout == ""
    done = sh(machine_commands.start("command", name, "", ""))
    assert (done.returncode, done.stderr) == (1, "there is no rocketmq_start_command\n")


def test_sockets_are_shown_with_a_header_that_is_skipped(sh):
    for text in (machine_commands.sockets(), machine_commands.sockets(10911, 10909)):
        assert " -H" not in text and "-H" not in text.split()[1]
        done = sh(text)
        assert done.returncode == 0, done.stderr
        assert parse_ss("vm", done.stdout.splitlines())[1] == []
    assert "'( sport = :10911 or sport = :10909 )'" in text


def test_counters_are_numbers(sh):
    for text in (machine_commands.refused_connections(), machine_commands.memory()):
        assert sh(text).stdout.strip().isdigit()


@pytest.fixture
def user():
    """Another user, who is on every machine."""
    if os.geteuid() != 0:
        pytest.skip("only root may become somebody else")
    return "nobody"


def test_a_start_has_no_terminal_and_no_open_output(shells, name, tmp_path):
    """What a connection with a terminal leaves behind would be ended with it."""
    look = f'readlink /proc/self/fd/0; ps -o sid=,tty= -p $$; exec bash -c "exec -a {name} sleep 60" &'
    try:
        done = shells(machine_commands.start("command", name, "", look), TMPDIR=str(tmp_path))
        assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
        (console,) = tmp_path.glob("rocketmq-start.*")
        stdin, session = console.read_text().splitlines()
        assert stdin == "/dev/null" and session.split()[1] == "?"
        assert int(session.split()[0]) != os.getsid(0)
    finally:
        subprocess.run(["pkill", "-f", name], check=False)


def test_a_start_runs_as_its_user_though_his_shell_is_none(shells, name, tmp_path, user):
    assert pwd.getpwnam(user).pw_shell.endswith("nologin")
    begin = f"""echo "it's $(id -un) in $PWD"\nexec bash -c 'exec -a {name} sleep 60' & # no more"""
    text = machine_commands.start("command", f"[{name[0]}]{name[1:]}", "", begin, user)
    try:
        done = shells(text, TMPDIR=str(tmp_path))
        assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
        (console,) = tmp_path.glob("rocketmq-start.*")
        assert console.read_text().startswith(f"it's {user} in /")
        owner = subprocess.run(["pgrep", "-u", user, "-f", name], capture_output=True, check=False)
        assert owner.returncode == 0
        assert shells(text, TMPDIR=str(tmp_path)).stdout == ""
    finally:
        subprocess.run(["pkill", "-f", name], check=False)


def test_the_text_of_a_start_is_on_no_command_line(sh, name, tmp_path, user):
    """pgrep would find su or sh by the pattern in it, and take them for the process."""
    text = machine_commands.start("command", name, "", f"sleep 2; false {name}", user).replace("-lt 30", "-lt 0")
    done = sh(text, TMPDIR=str(tmp_path))
    assert done.returncode == 1 and "it does not run" in done.stderr


@pytest.mark.parametrize("user", ["a b", "$(id)", "-c", "R$t", "x" * 33, "root\n", "a;b"])
def test_a_name_that_is_none_becomes_no_part_of_a_command(user):
    with pytest.raises(ValueError, match="rocketmq_user"):
        machine_commands.start("command", "x", "", "true", user)
