# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd does when it ends a unit, judged by what old and new ones print. The chain systemd has a real one."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.unit import ends_gently

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
# As 219 of 2015 prints it, unless a test says otherwise.
SHOWN = {
    "LoadState": "loaded",
    "KillMode": "control-group",
    "KillSignal": "15",
    "SendSIGKILL": "yes",
    "TimeoutStopUSec": "3min 20s",
    "MainPID": "1",
}


@pytest.fixture(params=SHELLS)
def judged(request, tmp_path):
    """Runs the command for a unit with such values; returns what it refuses with, empty when it accepts."""

    def run(seconds=150, version="systemd 219", pattern="no-such-process-anywhere", **values):
        shown = {**SHOWN, **values}
        cases = "".join(f"  *{name}*) echo '{name}={value}' ;;\n" for name, value in shown.items())
        (tmp_path / "systemctl").write_text(
            '#!/bin/sh\ncase "$*" in\n'
            "  *--value*) echo \"systemctl: unrecognized option '--value'\" >&2; exit 1 ;;\n"
            f"  --version) echo '{version}'; echo +PAM ;;\n{cases}esac\n"
        )
        (tmp_path / "systemctl").chmod(0o755)
        done = subprocess.run(
            [request.param, "-c", 'eval "$TEXT"'],
            env={
                **os.environ,
                "PATH": f"{tmp_path}:{os.environ['PATH']}",
                "TEXT": ends_gently("rocketmq.service", pattern, seconds),
            },
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode == 0) is (done.stderr == ""), done.stderr
        assert done.stdout == ""
        return done.stderr.strip()

    return run


@pytest.mark.parametrize(
    ("seconds", "time", "enough"),
    [
        (200, "3min 20s", True),
        (201, "3min 20s", False),
        (3900, "1h 5min", True),
        (3901, "1h 5min", False),
        (86400, "1d", True),
        (86401, "1d", False),
        (799200, "1w 2d 6h", True),
        (31557600, "1y", True),
        (2629800, "1month", True),
        (2, "1s 900ms", False),
        # Not 500 s.
        (150, "500us", False),
        (1, "900ms", False),
        (90, "1min 30s", True),
        (1, "", False),
        (1, "a while", False),
        (1, "9parsecs", False),
    ],
)
def test_the_time_before_sigkill_is_added_up(judged, seconds, time, enough):
    refused = judged(seconds, TimeoutStopUSec=time)
    assert refused == ("" if enough else f"systemd sends SIGKILL after {time}".strip())


@pytest.mark.parametrize(
    ("version", "time", "words"),
    [
        ("systemd 219", "infinity", "systemd 219 sends SIGKILL at once where TimeoutStopSec=infinity; write 0"),
        ("systemd 219", "0", ""),
        ("systemd 228", "infinity", "systemd 228 sends SIGKILL at once"),
        ("systemd 229", "infinity", ""),
        ("systemd 252 (252.39-1~deb12u2)", "infinity", ""),
        ("systemd 252 (252.39-1~deb12u2)", "0", "systemd 252 sends SIGKILL at once where TimeoutStopSec=0"),
        ("what?", "infinity", "systemd before 229 sends SIGKILL at once"),
        ("what?", "0", "the version of systemd is not known"),
    ],
)
def test_no_limit_is_written_otherwise_in_old_versions(judged, version, time, words):
    refused = judged(version=version, TimeoutStopUSec=time)
    assert refused.startswith(words) and bool(refused) is bool(words)


@pytest.mark.parametrize("loaded", ["not-found", "error", "masked", ""])
def test_a_unit_that_is_not_loaded_is_refused(judged, loaded):
    assert judged(LoadState=loaded) == f"systemctl show says LoadState={loaded}"


def test_without_sigkill_any_time_will_do(judged):
    assert judged(SendSIGKILL="no", TimeoutStopUSec="1s", KillMode="mixed") == ""


@pytest.mark.parametrize(("signal", "peace"), [("15", True), ("2", True), ("1", True), ("9", False), ("3", False)])
def test_the_signal_has_to_run_the_shutdown_hook(judged, signal, peace):
    words = "" if peace else f"systemd sends signal {signal} instead of SIGTERM (KillSignal)"
    assert judged(SendSIGKILL="no", KillSignal=signal) == words


@pytest.mark.parametrize(
    ("mode", "sends", "command", "words"),
    [
        ("mixed", "yes", "", "systemd sends SIGKILL to process PID as soon as the unit's main process 1 has ended (K"),
        ("mixed", "no", "", "systemd signals the unit's main process 1, and not process PID (KillMode=mixed)"),
        ("process", "yes", "", "systemd signals the unit's main process 1, and not process PID (KillMode=process)"),
        ("process", "no", "", "systemd signals the unit's main process 1, and not process PID (KillMode=process)"),
        ("none", "yes", "", "systemd sends no signal to any process of the unit (KillMode=none), and the unit has no"),
        ("none", "no", "", "systemd sends no signal to any process of the unit (KillMode=none), and the unit has no"),
        ("process", "yes", "{ path=/opt/mqshutdown ; argv[]=/opt/mqshutdown broker }", ""),
        ("none", "no", "{ path=/opt/mqshutdown ; argv[]=/opt/mqshutdown broker }", ""),
        ("control-group", "no", "", ""),
    ],
)
def test_java_behind_a_shell_has_to_get_the_signal(judged, mode, sends, command, words):
    name = f"mqops-test-{uuid.uuid4().hex}"
    process = subprocess.Popen([name, "60"], executable=shutil.which("sleep"))
    try:
        refused = judged(pattern=name, KillMode=mode, SendSIGKILL=sends, ExecStop=command)
        assert refused.startswith(words.replace("PID", str(process.pid))) and bool(refused) is bool(words)
    finally:
        process.kill()
        process.wait()


def test_java_behind_a_shell_is_killed_with_the_mode_mixed(judged):
    name = f"mqops-test-{uuid.uuid4().hex}"
    process = subprocess.Popen([name, "60"], executable=shutil.which("sleep"))
    try:
        words = "as soon as the unit's main process 1 has ended (KillMode=mixed)"
        refused = judged(KillMode="mixed", pattern=name, MainPID="1")
        assert refused == f"systemd sends SIGKILL to process {process.pid} {words}"
        assert judged(KillMode="mixed", pattern=name, MainPID=str(process.pid)) == ""
    finally:
        process.kill()
        process.wait()
