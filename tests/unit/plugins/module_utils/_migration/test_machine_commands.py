# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands for machines, run by a real shell, with the systemctl and the ss of 2014."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import machine_commands
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.census import parse_ss

SYSTEMCTL = """#!/bin/sh
echo "$*" >> CALLS
case "$*" in *--value*) echo "systemctl: unrecognized option '--value'" >&2; exit 1 ;; esac
case "$*" in
  *LoadState*) echo LoadState=LOADED ;;
  *SendSIGKILL*) echo SendSIGKILL=SENDS ;;
  *TimeoutStopUSec*) echo TimeoutStopUSec=TIME ;;
esac
"""
NAME = "it's [a] $(touch hit) name"


def sh(text, **environment):
    # The command's own text must be on no command line, as in the frame.
    return subprocess.run(
        ["sh", "-c", 'eval "$TEXT"'], env={**os.environ, **environment, "TEXT": text},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def name():
    return f"mqops-test-{uuid.uuid4().hex}"


@pytest.fixture
def sleeper(name):
    process = subprocess.Popen([name, "60"], executable=shutil.which("sleep"))
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def tools(tmp_path):
    def make(loaded="loaded", sends="yes", limit="3min 20s"):
        text = SYSTEMCTL.replace("CALLS", str(tmp_path / "calls")).replace("LOADED", loaded)
        (tmp_path / "systemctl").write_text(text.replace("SENDS", sends).replace("TIME", limit))
        (tmp_path / "systemctl").chmod(0o755)
        return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    return make


def test_whether_a_process_runs_is_the_exit_status(name, sleeper):
    assert sh(machine_commands.process(name)).returncode == 0
    assert sh(machine_commands.process(f"{name}-other")).returncode == 1
    assert sh(machine_commands.process("[")).returncode not in (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        machine_commands.process(NAME),
        machine_commands.can_end("command", NAME, "", 1),
        machine_commands.can_end("systemd", "x", NAME, 1),
        machine_commands.stop("command", NAME, "", 1),
        machine_commands.stop("systemd", "x", NAME, 1),
        machine_commands.start("systemd", "no-such-process-here", NAME, ""),
        machine_commands.size(NAME),
        machine_commands.script("echo $1", NAME),
    ],
)
def test_what_comes_from_the_inventory_is_no_shell(text, tmp_path, tools):
    short = text.replace("-lt 30", "-lt 0")
    sh(f"cd {tmp_path}; {short}", **tools())
    assert not (tmp_path / "hit").exists()


def test_the_unit_reaches_systemctl_whole(tmp_path, tools):
    sh(machine_commands.can_end("systemd", "x", NAME, 1), **tools())
    assert f"show -p LoadState {NAME}" in (tmp_path / "calls").read_text().splitlines()


@pytest.mark.parametrize(
    ("values", "seconds", "words"),
    [
        ({}, 150, ""),
        ({}, 201, "systemd sends SIGKILL after 3min 20s"),
        ({"limit": "infinity"}, 9999, ""),
        ({"limit": "1h 5min"}, 3900, ""),
        ({"limit": "900ms"}, 1, "systemd sends SIGKILL after 900ms"),
        ({"sends": "no", "limit": "1s"}, 150, ""),
        ({"loaded": "not-found"}, 150, "LoadState=not-found"),
        ({"loaded": ""}, 150, "LoadState="),
    ],
)
def test_a_unit_of_2014_says_whether_it_gives_enough_time(tools, values, seconds, words):
    done = sh(machine_commands.can_end("systemd", "x", "broker.service", seconds), **tools(**values))
    assert (done.returncode == 0) is (words == ""), done.stderr
    assert words in done.stderr


def test_a_process_that_may_be_signalled_can_be_ended(name, sleeper, tmp_path):
    assert sh(machine_commands.can_end("command", name, "", 1)).returncode == 0
    assert sh(machine_commands.can_end("command", f"{name}-other", "", 1)).returncode == 0
    (tmp_path / "pkill").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "pkill").chmod(0o755)
    done = sh(machine_commands.can_end("command", name, "", 1), PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (1, "this user may not signal the process\n")
    done = sh(f"PATH={tmp_path}\n" + machine_commands.can_end("command", name, "", 1))
    assert "pgrep is missing" in done.stderr and done.returncode == 1


def test_a_process_is_ended_once(name, sleeper):
    done = sh(machine_commands.stop("command", name, "", 10))
    assert (done.returncode, done.stdout) == (0, "terminated\n")
    sleeper.wait(10)
    assert (sh(machine_commands.stop("command", name, "", 10)).stdout) == ""


def test_a_process_that_does_not_end_is_left_alone(name, tmp_path):
    script = tmp_path / f"{name}.sh"
    script.write_text("trap '' TERM\ntouch ready\nwhile :; do sleep 0.1; done\n")
    process = subprocess.Popen(["sh", script], cwd=tmp_path)
    try:
        while not (tmp_path / "ready").exists():
            time.sleep(0.02)
        done = sh(machine_commands.stop("command", name, "", 1))
        assert (done.returncode, done.stdout, done.stderr) == (1, "terminated\n", "it runs still\n")
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_a_process_is_started_once_and_what_it_says_holds_nobody(name, tmp_path):
    start = f"exec {shutil.which('bash')} -c 'exec -a {name} sleep 60' &"
    text = machine_commands.start("command", name, "", start)
    try:
        done = sh(text, TMPDIR=str(tmp_path))
        assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
        assert sh(text, TMPDIR=str(tmp_path)).stdout == ""
    finally:
        subprocess.run(["pkill", "-f", name], check=False)


def test_a_start_that_fails_says_what_was_printed(name, tmp_path):
    text = machine_commands.start("command", name, "", "echo no java here; false").replace("-lt 30", "-lt 0")
    done = sh(text, TMPDIR=str(tmp_path))
    assert done.returncode == 1 and "no java here" in done.stderr and done.stdout == ""
    done = sh(machine_commands.start("command", name, "", ""))
    assert (done.returncode, done.stderr) == (1, "there is no rocketmq_start_command\n")


def test_sockets_are_shown_with_a_header_that_is_skipped():
    for text in (machine_commands.sockets(), machine_commands.sockets(10911, 10909)):
        assert " -H" not in text and "-H" not in text.split()[1]
        done = sh(text)
        assert done.returncode == 0, done.stderr
        assert parse_ss("vm", done.stdout.splitlines())[1] == []
    assert "'( sport = :10911 or sport = :10909 )'" in text


def test_counters_are_numbers():
    for text in (machine_commands.refused_connections(), machine_commands.memory()):
        assert sh(text).stdout.strip().isdigit()
