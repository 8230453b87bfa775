#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a run: a process of its own that kills the run's process group, so that nothing of the run can delay it.

Usage: kill.py JOURNAL KNOWN PHASE SECONDS GROUP kills the process group GROUP that long after the next begin of PHASE,
which is none of the first KNOWN events of the journal.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.mqops.rocketmq.tests.lab.driver import journal
from ansible_collections.mqops.rocketmq.tests.lab.paths import ROOT


@dataclass(frozen=True)
class Kill:
    """When a run is killed: the command is given its process group, waits, and kills the group."""

    command: tuple[str, ...]

    @classmethod
    def after(cls, *awaited: str) -> Kill:
        """As soon as this command has ended well."""
        text = 'timeout 1200 sh -c "$1" && kill -s KILL -- "-$2"'
        return cls(("sh", "-c", text, "sh", shlex.join(awaited)))

    @classmethod
    def in_phase(cls, path: Path, phase: str, seconds: float) -> Kill:
        """That long after the next begin of the phase. path: the journal of the run."""
        return cls((sys.executable, __file__, str(path), str(len(journal.events(path))), phase, str(seconds)))

    def start(self, group: int, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Wait and kill from now on, in a session of its own; the command runs in the root of the checkout."""
        return subprocess.Popen(
            [*self.command, str(group)],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


def end_on_the_way_out() -> None:
    """At SIGTERM and SIGHUP, too, as at Ctrl-C: what runs is ended, and what was broken is mended."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a run and all that it has started, so that the next one does not meet it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


def kill_in_phase(path: Path, known: int, phase: str, seconds: float, group: int) -> None:
    """Kill the process group once the phase has newly begun and the seconds have passed, unless it ended before."""
    while not any(event["phase"] == phase and event["event"] == "start" for event in journal.events(path)[known:]):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.2)
    time.sleep(seconds)
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    kill_in_phase(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), int(sys.argv[5]))
