# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run this is, and whether another one has ended, as far as it can be seen from here (private)."""

from __future__ import annotations

import getpass
import os


def _start(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; None when there is none, or only its unread exit status."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as handle:
            words = handle.read().rpartition(")")[2].split()
        return None if words[0] == "Z" else words[19]
    except (OSError, IndexError):
        return None


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as handle:
            return int(handle.read().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _is_ansible(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as handle:
            words = handle.read().split(b"\0")[:3]
    except OSError:
        return False
    return any(os.path.basename(word).startswith((b"ansible-playbook", b"ansible-runner")) for word in words)


def run_process() -> int:
    """The ansible-playbook that this module belongs to; the module's own parent when it is none's.

    In a container it may be process 1 itself, or what process 1 was started to run.
    """
    found, pid = 0, os.getpid()
    while pid > 0:
        if _is_ansible(pid):
            found = pid
        elif found:
            break
        pid = _parent(pid)
    return found or os.getppid()


def machine() -> str:
    """Where a process id means the same: this boot, and this namespace of processes."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as handle:
            boot = handle.read().strip()[:8]
        return os.readlink("/proc/self/ns/pid").strip("pid:[]") + "." + boot
    except OSError:
        return "unknown"


def this_owner() -> str:
    pid = run_process()
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}:{machine()}:{pid}:{_start(pid)}"


def ended(owner: str) -> bool | None:
    """Whether the owner's process is gone. None: it is none of this machine, so that is not known."""
    place, _unused, rest = owner.partition(":")[2].partition(":")
    pid, _unused, start = rest.partition(":")
    if not pid.isdigit() or place != machine() or place == "unknown":
        return None
    return _start(int(pid)) != start
