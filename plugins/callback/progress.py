# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: aggregate
short_description: Show what long waits are waiting for, while they last
description:
  - Prints every line that a module adds to its O(progress_file) as soon as it is there, so that a person sees what a
    task is waiting for that runs for minutes.
  - Only lines that are added while the playbook runs are printed. Without a file the plugin does nothing.
  - The file is read by a thread of the control process, two times a second, which ends with the run.
requirements:
  - Enable in the configuration, with C(callbacks_enabled = mqops.rocketmq.progress).
  - The modules have to run on the control node, which is where they belong.
options:
  progress_file:
    description: The file that modules write to, as given to them in their option of the same name.
    type: path
    env:
      - name: MQOPS_PROGRESS_FILE
    ini:
      - section: callback_mqops_progress
        key: progress_file
author:
  - mqops.rocketmq contributors (@mqops)
"""

import os
import threading
from collections.abc import Callable

from ansible.plugins.callback import CallbackBase

# Bounds that keep a runaway writer from drowning the run: bytes and lines at one look, characters of one line.
MAX_BYTES = 64 * 1024
MAX_LINES = 50
MAX_WIDTH = 400
INTERVAL = 0.5


class Tail:
    """New complete lines of a file that may not exist yet, may be cut, and may be replaced."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._rest = b""
        self._position, self._file = self._state()

    def _state(self) -> tuple[int, int | None]:
        try:
            found = os.stat(self._path)
        except OSError:
            return 0, None
        return found.st_size, found.st_ino

    def lines(self) -> list[str]:
        """What was added since the last call; never raises. A line that is not finished yet comes with a later call."""
        size, file = self._state()
        if file != self._file or size < self._position:
            self._position, self._file, self._rest = 0, file, b""
        skipped = 0
        if size - self._position > MAX_BYTES:
            skipped = size - self._position - MAX_BYTES
            self._position, self._rest = size - MAX_BYTES, b""
        try:
            with open(self._path, "rb") as stream:
                stream.seek(self._position)
                data = stream.read(MAX_BYTES)
        except OSError:
            return []
        self._position += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_BYTES:
            self._rest = b""
        if skipped and whole:
            # The first one begins somewhere in the middle of a line.
            whole = whole[1:]
        texts = [line.decode("utf-8", "replace") for line in whole if line.strip()]
        left_out = len(texts) - MAX_LINES
        if left_out > 0:
            texts = [f"({left_out} lines left out)", *texts[left_out:]]
        # Control characters could move the cursor or change the terminal.
        return ["".join(char if char.isprintable() else " " for char in text)[:MAX_WIDTH] for text in texts]


class Printer:
    """A daemon thread that shows a file's new lines until it is told to stop."""

    def __init__(self, path: str, show: Callable[[str], None], interval: float = INTERVAL) -> None:
        self._tail = Tail(path)
        self._show = show
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqops-progress", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self._once()

    def _once(self) -> None:
        for line in self._tail.lines():
            self._show(f"  ... {line}")

    def stop(self) -> None:
        """Ends the thread and shows what is left. Can be called again."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._once()


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "mqops.rocketmq.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._printer: Printer | None = None

    def v2_playbook_on_start(self, playbook: object) -> None:
        path = self.get_option("progress_file")
        if path and self._printer is None:
            self._printer = Printer(path, self._display.display)

    def v2_playbook_on_stats(self, stats: object) -> None:
        if self._printer is not None:
            self._printer.stop()
            self._printer = None
