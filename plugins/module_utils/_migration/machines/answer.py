# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands on machines, and what of their output is the answer.

A machine prints more than it is asked for: sudo that cannot resolve its own name, a login banner, an C(echo) in
.bashrc, all of it in the same stream where the connection has a terminal. So each command runs in a frame that prints a
mark before and behind it; the mark is made for this one call. Only what lies between is an answer.
"""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

ANSWERED = "answered"  # the command ended; rc says how
UNREACHABLE = "unreachable"  # the connection did not come about, or broke
TIMED_OUT = "timed_out"  # it did not end within its limit
GARBLED = "garbled"  # something came back, but no whole frame
PLANNED = "planned"  # it would change something, and was not run in check mode

# More than that is not read: a machine with 100,000 connections prints 12 MB.
MOST = 16 * 1024**2
_SAID = 300
_LAST = 240
_ERRORS = 2000
# Exit statuses of timeout(1): it ended the command by SIGTERM, by SIGKILL.
_ENDED_BY_TIMEOUT = (124, 137)

# $1 the mark, $2 the limit of each command in seconds, then pairs: a name, and a command in base64. A command travels
# in the environment, so that no process has its text on the command line: pgrep -f would find it by the pattern in it.
# Its output is a pipe even where the connection has a terminal, for which some commands break lines. All is one line,
# because a login shell of the csh family takes no more than one between quotes.
FRAME = (
    "mark=$1 limit=$2; shift 2; while [ $# -ge 2 ]; do "
    'MQOPS_COMMAND=$(echo "$2" | base64 -d); export MQOPS_COMMAND; '
    'printf \'\\n%s out %s\\n\' "$mark" "$1"; '
    '{ said=$({ { timeout -k 5 "$limit" sh -c \'c=$MQOPS_COMMAND; unset MQOPS_COMMAND; eval "$c"\' '
    "</dev/null 2>&4 3>&- 4>&-; "
    'printf \'\\n%s rc %s\\n\' "$mark" "$?" >&4; } '
    f"| head -c {MOST} >&3; }} 4>&1); }} 3>&1; "
    "printf '\\n%s err\\n' \"$mark\"; printf '%s\\n' \"$said\" | tail -c 4000; printf '%s end\\n' \"$mark\"; "
    "shift 2; done; exit 0"
)


@dataclass(frozen=True)
class Answer:
    """What came back of one command. C(rc): its exit status, None without one. C(lines): its output. C(errors): its
    error output, printable, on one line, at most 2000 characters. C(said): why there is no answer, in words of the
    connection or the machine, printable, at most 300 characters; empty when it answered and ended with 0. C(ok): it
    did, or it is planned.
    """

    status: str
    rc: int | None = None
    lines: list[str] = field(default_factory=list)
    errors: str = ""
    said: str = ""

    @property
    def ok(self) -> bool:
        return self.status == PLANNED or (self.status == ANSWERED and self.rc == 0)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def framed(commands: Mapping[str, str], mark: str, limit: int) -> str:
    """The text that runs commands (name → text for sh) in frames, one by one, each for at most limit seconds."""
    words = [mark, str(int(limit))]
    for name, command in commands.items():
        words += [name, base64.b64encode(command.encode()).decode()]
    return f"/bin/sh -c {shlex.quote(FRAME)} frame {' '.join(map(shlex.quote, words))}"


def read(result: Any, mark: str, name: str) -> Answer:
    """The answer of the command I(name) in what Ansible returned of the call with this mark (rc, stdout, msg, ...)."""
    if not isinstance(result, Mapping) or result.get("skipped"):
        return Answer(GARBLED, said="it was not asked")
    if name in (result.get("planned") or ()):
        return Answer(PLANNED, said="it was not run, for this is check mode")
    told = printable(str(result.get("msg") or "").removeprefix("Task failed: "), _SAID)
    # Ansible's words for an exit status; what was printed says more.
    told = "" if told == "non-zero return code" else told
    if result.get("unreachable"):
        return Answer(UNREACHABLE, said=told or "no reason was given")
    printed = str(result.get("stdout") or "").replace("\r\n", "\n").replace("\r", "")
    found = _cut(printed.split("\n"), mark, name)
    if found is None:
        # All versions of ansible-core say this of a task that was ended by its time limit.
        if "timedout" in result or "expected time frame" in told:
            return Answer(TIMED_OUT, said=told)
        # The end of it: a lecture and a banner come first.
        rest = printable(" ".join([printed[-_SAID:], str(result.get("stderr") or "")[-_SAID:]]), _SAID * 20)[-_LAST:]
        cut = "its answer is cut" if f"{mark} out {name}" in printed else "no answer came back"
        said = printable(f"{cut}: {told or rest or 'nothing was printed'}", _SAID)
        return Answer(GARBLED, rc=_number(result.get("rc")), said=said)
    lines, errors = found
    rc = _number(errors.pop().rpartition(" ")[2]) if errors and errors[-1].startswith(f"{mark} rc ") else None
    told = printable("\n".join(errors), _ERRORS)
    if rc is None or sum(map(len, lines)) + len(lines) >= MOST:
        why = "its answer is cut" if rc is None else f"it printed more than {MOST} bytes"
        return Answer(GARBLED, rc, said=printable(f"{why}: {told}", _SAID))
    if rc in _ENDED_BY_TIMEOUT:
        return Answer(TIMED_OUT, rc, lines, told, printable(f"it did not end within its time limit {told}", _SAID))
    said = "" if rc == 0 else f"exit status {rc}: {told or ' '.join(lines[-3:]) or 'nothing was printed'}"
    return Answer(ANSWERED, rc, lines, told, printable(said, _SAID))


def printable(text: Any, most: int) -> str:
    """Text of a machine as it may stand in a message: one line, at most I(most) characters, all of them printable."""
    words = " ".join(str(text)[: most * 8].split())
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in words)
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def _cut(lines: Sequence[str], mark: str, name: str) -> tuple[list[str], list[str]] | None:
    """Output and error output between the marks; None when they are not there, or there twice."""
    begins = [number for number, line in enumerate(lines) if line == f"{mark} out {name}"]
    if len(begins) != 1:
        return None
    try:
        middle = lines.index(f"{mark} err", begins[0])
        end = lines.index(f"{mark} end", middle)
    except ValueError:
        return None
    return _whole(lines[begins[0] + 1 : middle]), _whole(lines[middle + 1 : end])


def _whole(lines: Sequence[str]) -> list[str]:
    """Without the empty lines that only keep a mark at the begin of a line."""
    found = list(lines)
    while found and not found[-1].strip():
        found.pop()
    return found


def _number(value: Any) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
