# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who starts a process again that is ended by a signal: its parents, its unit of systemd, its container.

What the machine prints (machine_end.LINEAGE) are lines of fields between tabs, written by sh out of /proc; what they
mean is decided here. Not seen are those that look at a process from time to time (monit, cron, an agent) and what
process 1 starts again by itself (inittab, upstart): these show when the process comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .answer import printable

# A parent of these names waits for what it runs, and starts nothing again.
SHELLS = frozenset("sh ash bash busybox csh dash fish ksh ksh93 lksh mksh pdksh rbash tcsh yash zsh".split())
WRAPPERS = frozenset(
    "su sudo sudo-rs doas runuser setpriv nohup setsid nice ionice taskset numactl env time timeout stdbuf script"
    " tini tini-static dumb-init docker-init catatonit".split()
)
# They live on when what they run has ended, so that what lies above them does not matter.
SESSIONS = frozenset("sshd sshd-session sshd-auth dropbear telnetd in.telnetd login screen tmux cron crond atd".split())
# Where one of these is process 1, what it runs are its children; and some of them are shell scripts.
SUPERVISORS = frozenset(
    "runsv runsvdir supervise svscan s6-supervise s6-svscan supervisord circusd monit god perpd perpboot pm2".split()
)
_INTERPRETERS = re.compile(r"(python|ruby|perl|node)[0-9.]*")
_MOST_LINES = 5000


@dataclass(frozen=True)
class Parent:
    """C(name): as the kernel has it. C(words): the first two of its command line, empty where they cannot be read."""

    pid: int
    name: str
    words: tuple[str, str]

    @property
    def program(self) -> str:
        """The name of what runs: of C(sshd: ops [priv]) sshd, of C(-bash) bash, of C(/bin/sh start.sh) sh."""
        first, second = self.words
        shown = _base(first) or self.name
        # One executable with many commands.
        return _base(second) if shown == "busybox" and second else shown

    @property
    def supervises(self) -> bool:
        return bool({self.name, self.program, _base(self.words[1])} & SUPERVISORS)

    @property
    def display_name(self) -> str:
        """The name for a message: of a program in Python the name of its script."""
        name = self.name or self.program
        if _INTERPRETERS.fullmatch(self.program) and self.words[1] and not self.words[1].startswith("-"):
            name = _base(self.words[1])
        return f"{name or 'a process that this user may not see'} (process {self.pid})"


@dataclass(frozen=True)
class Process:
    """C(parents): from the nearest one on. C(state): MainPID and Restart as systemctl tells them of C(unit)."""

    pid: int
    container: str = ""
    unit: str = ""
    state: Mapping[str, str] = field(default_factory=dict)
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True)
class Lineage:
    """C(container): the one in which the machine's shell runs, empty for none."""

    container: str
    processes: tuple[Process, ...]


def parse(lines: Iterable[str]) -> Lineage | None:
    """What LINEAGE has printed; None where it is cut, or holds a line that is none of it."""
    container, ended = "", False
    found: list[tuple[int, str, str, dict[str, str], list[Parent]]] = []
    parents: list[Parent] = []
    for count, line in enumerate(lines):
        kind, *fields = line.rstrip("\r").split("\t")
        try:
            if ended or count > _MOST_LINES:
                return None
            if kind == "shell":
                (container,) = fields
            elif kind == "process":
                number, place, unit, state = fields
                parents = []
                known = dict(word.split("=", 1) for word in state.split() if "=" in word)
                found.append((int(number), place, unit, known, parents))
            elif kind == "parent":
                number, name, first, second = fields
                if not found:
                    return None
                parents.append(Parent(int(number), name, (first, second)))
            elif kind == "end":
                ended = True
            else:
                return None
        except ValueError:
            return None
    if not ended:
        return None
    return Lineage(
        container,
        tuple(Process(pid, place, unit, known, tuple(above)) for pid, place, unit, known, above in found),
    )


def starters(lineage: Lineage) -> list[str]:
    """For each process that would be started again when it is ended by a signal: by whom, and what to do instead."""
    found = []
    for process in lineage.processes:
        said = _container(process, lineage) or _unit(process) or _ancestor(process)
        found += [printable(f"process {process.pid} {said}", 300)] if said else []
    return list(dict.fromkeys(found))


def returned(lineage: Lineage) -> str:
    """Who has started the first of these processes that came back, as far as it shows."""
    for process in lineage.processes:
        said = printable(_origin(process), 200)
        return f"it was started again, by {said}, as process {process.pid}"
    return "it was started again"


def judge(lines: Iterable[str]) -> tuple[list[str], str]:
    """What starters() says of what a machine has answered, and why that cannot be read, if it cannot.

    Nothing was printed where the inventory names a command that ends the process.
    """
    lines = list(lines)
    lineage = parse(lines)
    if lineage is None:
        return [], f"its answer cannot be read: {printable(' '.join(lines[-3:]), 100)}" if lines else ""
    return starters(lineage), ""


def _origin(process: Process) -> str:
    if _restarts(process):
        return f"systemd (unit {process.unit})"
    above = _judged(process)
    for parent in above:
        if not _waits(parent):
            return parent.display_name
    # A shell that goes round in a loop is a supervisor, too.
    return above[-1].display_name if above else "a process that has ended since, or process 1"


def _container(process: Process, lineage: Lineage) -> str | None:
    if not process.container or process.container == lineage.container:
        return None
    return (
        f"runs in container {process.container[:12]}, whose engine may start it again: set rocketmq_method: docker, or"
        " rocketmq_stop_command to a command with which the engine stops it"
    )


def _unit(process: Process) -> str | None:
    if not process.unit:
        return None
    if "Restart" not in process.state:
        if any(parent.pid == 1 and parent.name == "systemd" for parent in process.parents):
            return (
                f"belongs to the unit {process.unit}, and systemctl does not say whether it is started again: set"
                f" rocketmq_method: systemd and rocketmq_unit: {process.unit}, or rocketmq_stop_command"
            )
        return None
    if not _restarts(process):
        return None
    return (
        f"is started again by systemd ({process.unit} has Restart={process.state['Restart']}): set rocketmq_method:"
        f" systemd and rocketmq_unit: {process.unit}"
    )


def _restarts(process: Process) -> bool:
    """Whether systemd takes the end of this process for the end of its unit, and starts that again."""
    main = process.state.get("MainPID", "")
    # Without a main process the unit ends with its last one.
    ending = {"0", str(process.pid), *(str(parent.pid) for parent in _judged(process))}
    return process.state.get("Restart", "no") != "no" and main in ending


def _ancestor(process: Process) -> str | None:
    for parent in _judged(process):
        if _waits(parent):
            continue
        # An orphan of a user's session becomes a child of the user's own systemd, too; what that starts has a unit.
        if parent.name == "systemd" and (not process.unit or process.unit.startswith("user@")):
            continue
        how = "is" if parent.supervises else "may be"
        return f"{how} started again by {parent.display_name}: set rocketmq_stop_command to what ends the process there"
    return None


def _judged(process: Process) -> list[Parent]:
    """The parents that end, or act, when the process ends: up to a session's, without process 1 as such."""
    found = []
    for parent in process.parents:
        if parent.program.lower() in SESSIONS:
            break
        if parent.pid != 1 or parent.supervises:
            found.append(parent)
    return found


def _waits(parent: Parent) -> bool:
    return not parent.supervises and (parent.program in SHELLS or parent.program in WRAPPERS)


def _base(word: str) -> str:
    """The name of a program, of the first word of a command line, whatever the program has made of it."""
    return re.split(r"[:\s]", word)[0].rpartition("/")[2].lstrip("-")
