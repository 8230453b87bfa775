#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command and kills it, with all that it started, as soon as a file holds a text.

Usage: kill_in_the_middle.py FILE TEXT COMMAND [ARGUMENT...]
Fails when the command ends by itself before, or when the text never comes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

DEADLINE = 120.0


def descendants(pid: int) -> list[int]:
    """The process and all that it started, by whatever session they are in."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = (int(word) for word in line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def kill(pid: int) -> None:
    # Stopped first, the youngest last, so that nobody starts anything or lives on without its parent.
    for sent in (signal.SIGSTOP, signal.SIGKILL):
        for one in descendants(pid) if sent is signal.SIGSTOP else reversed(descendants(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, sent)


def main(file: Path, text: str, command: list[str]) -> int:
    file.unlink(missing_ok=True)
    ends = time.monotonic() + DEADLINE
    with subprocess.Popen(command) as process:
        while process.poll() is None and time.monotonic() < ends:
            if file.exists() and text in file.read_text(encoding="utf-8"):
                kill(process.pid)
                process.wait()
                print(f"killed at: {text}")
                return 0
            time.sleep(0.002)
        if process.poll() is None:
            kill(process.pid)
    print(f"ended by itself ({process.returncode}), or {text!r} did not come within {DEADLINE:g} s", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
