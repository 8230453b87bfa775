# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a run ends it in the phase that was named, with all that it has started, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill, end_group


@pytest.fixture
def run(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """It starts a process of its own, whose number is in the file child."""
    text = f"sleep 60 & echo $! > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/child; wait"
    process = subprocess.Popen(["sh", "-c", text], start_new_session=True)
    while not (tmp_path / "child").exists():
        time.sleep(0.02)
    yield process
    end_group(process)


def begins(path: Path, phase: str) -> None:
    with path.open("a") as lines:
        lines.write(json.dumps({"phase": phase, "event": "start", "time": time.time()}) + "\n")


def runs(number: str) -> bool:
    """The command line of a process that has ended is empty until its parent has looked after it."""
    command = Path(f"/proc/{number.strip()}/cmdline")
    return command.exists() and command.read_bytes() != b""


def test_a_run_is_killed_when_the_phase_has_newly_begun(run: subprocess.Popen[bytes], tmp_path: Path) -> None:
    path = tmp_path / "phases.jsonl"
    begins(path, "freeze")
    killer = Kill.in_phase(path, "freeze", 0.0).start(run.pid, os.environ)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        assert run.poll() is None and killer.poll() is None, "an earlier begin of the phase counts"
        time.sleep(0.1)
    begins(path, "freeze")
    assert (run.wait(10), killer.wait(10)) == (-9, 0)
    assert not runs((tmp_path / "child").read_text())


def test_a_killer_ends_with_the_run(run: subprocess.Popen[bytes], tmp_path: Path) -> None:
    killer = Kill.in_phase(tmp_path / "phases.jsonl", "freeze", 0.0).start(run.pid, os.environ)
    end_group(run)
    assert killer.wait(10) == 0


@pytest.mark.parametrize(("command", "ended"), [("true", -9), ("false", None)])
def test_a_run_is_killed_when_what_is_awaited_has_ended_well(
    run: subprocess.Popen[bytes], command: str, ended: int | None
) -> None:
    killer = Kill.after(command).start(run.pid, os.environ)
    killer.wait(10)
    if ended is not None:
        run.wait(10)
    assert run.poll() == ended
