# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module as Ansible does, as a process of its own, and says what it cost.

Its byte code is there before, as Java's is in its jars. Ansible sends a module as source and compiles it at each task.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MODULES = "ansible_collections.mqops.rocketmq.plugins.modules"


@dataclass(frozen=True)
class Run:
    """``wall`` and ``cpu`` in seconds, start of Python included; ``peak`` memory in MiB; ``result`` as returned."""

    wall: float
    cpu: float
    peak: float
    result: dict[str, Any]


@functools.cache
def _environment(name: str) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", f"import {MODULES}.{name}"], env=environment, check=True)
    return environment


def run_module(
    name: str, arguments: dict[str, Any], watch: Callable[[int], None] | None = None, *, failure: str | None = None
) -> Run:
    """``watch`` is called with the process's id about five times a second. ``failure``: how the message of a module
    begins that is meant to fail. Raises RuntimeError when it ends in another way than it should.
    """
    environment = _environment(name)
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as errors:
        given.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        given.seek(0)
        start = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", f"{MODULES}.{name}"],
            stdin=given,
            stdout=told,
            stderr=errors,
            close_fds=True,
            env=environment,
        )
        while True:
            pid, _status, usage = os.wait4(process.pid, 0 if watch is None else os.WNOHANG)
            if pid:
                break
            if watch is not None:
                watch(process.pid)
            time.sleep(0.2)
        wall = time.monotonic() - start
        process.returncode = 0  # it was waited for here
        told.seek(0)
        errors.seek(0)
        output, trouble = told.read(), errors.read().decode("utf-8", "replace")
    try:
        result = json.loads(output)
    except ValueError:
        raise RuntimeError(f"{name} did not answer: {output[-400:]!r} {trouble[-2000:]}") from None
    message = result.get("msg", "") if result.get("failed") else None
    if (message is None) != (failure is None) or not (message or "").startswith(failure or ""):
        ended = "passed" if message is None else message[:2000]
        raise RuntimeError(f"{name}: {ended}; expected {failure or 'success'}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, result)


def memory_of(pid: int) -> float:
    """Resident memory of a process in MiB."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as handle:
        return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def descriptors_of(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
