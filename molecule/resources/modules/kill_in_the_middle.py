#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command and kills it, with all that it started, as soon as a file holds a text.

Usage: kill_in_the_middle.py FILE TEXT COMMAND [ARGUMENT...]
Fails when the command ends by itself before, or when the text never comes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

DEADLINE = 120.0


def main(file: Path, text: str, command: list[str]) -> int:
    file.unlink(missing_ok=True)
    ends = time.monotonic() + DEADLINE
    with subprocess.Popen(command, start_new_session=True) as process:
        while process.poll() is None and time.monotonic() < ends:
            if file.exists() and text in file.read_text(encoding="utf-8"):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                print(f"killed at: {text}")
                return 0
            time.sleep(0.002)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    print(f"ended by itself ({process.returncode}), or {text!r} did not come within {DEADLINE:g} s", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
