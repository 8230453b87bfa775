# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process it is that a pattern finds: whose, started where, and by which file and name servers.

A process that has ended cannot be asked any more, and a rescue or an undo has to start it again as it was.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shlex import quote

from . import account, command_line
from .answer import printable

# More processes than that fit no pattern of one process; more of a command line is read of no process.
MOST_PROCESSES = 20
MOST_BYTES = 262144
# Linux before 4.2 shows so many bytes of a command line and no more; where the cut fell is not to be seen.
OLD_KERNELS_BYTES = 4096
LONGEST_PATH = 1024
_JVMS = ("java", "jsvc")


@dataclass(frozen=True)
class Process:
    """A process of a pattern. C(jvm): whether it is a Java machine, and not one of the shells that have started it.

    C(config_file): the file that -c names, absolute, or nothing. C(name_servers_given): the list of -n. C(environment):
    whether NAMESRV_ADDR stands in its environment, None where that may not be read. C(unknown): in words, what of it
    could not be found out.
    """

    pid: int
    jvm: bool
    program: str = ""
    uid: int | None = None
    user: str = ""
    directory: str = ""
    config_file: str = ""
    name_servers_given: str = ""
    environment: bool | None = None
    unknown: tuple[str, ...] = ()


def ask(pattern: str) -> str:
    """Prints of each process of the pattern what only /proc tells. Texts come in base64: a name may hold a line break.

    The program is what the kernel runs, however the process calls itself. A process in a container has another root.
    """
    return f"""
pids=$(pgrep -f {quote(pattern)}); case $? in 0 | 1) ;; *) exit 3 ;; esac
here=$(stat -Lc %d:%i /)
inert() {{ base64 | tr -d '\\n'; }}
# A root without all of its rights, as in a container, may not read this of the processes of others; their owner may.
as_owner() {{
  "$@" 2>/dev/null && return
  # Any other user has to give a password to su, and each time a failed login is noted.
  [ "$(id -u)" = 0 ] || return 1
  case $name in [A-Za-z_]*) su -s /bin/sh "$name" -c "$*" 2>/dev/null </dev/null ;; *) return 1 ;; esac
}}
count=0
for pid in $pids; do
  count=$((count + 1)); [ $count -le {MOST_PROCESSES} ] || {{ echo more=; break; }}
  words=$(head -c {MOST_BYTES} /proc/$pid/cmdline 2>/dev/null | inert)
  [ -n "$words" ] || continue
  uid=$(sed -n 's/^Uid:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status 2>/dev/null)
  user=$(getent passwd "$uid" 2>/dev/null || awk -F: -v uid="$uid" '$3 == uid' /etc/passwd)
  name=$(printf '%s\\n' "$user" | sed -n '1s/:.*//p')
  echo "process=$pid"
  echo "uid=$uid"
  echo "user=$(printf '%s\\n' "$name" | inert)"
  echo "program=$(as_owner readlink /proc/$pid/exe | inert)"
  echo "directory=$(as_owner readlink /proc/$pid/cwd | inert)"
  root=$(as_owner stat -Lc %d:%i /proc/$pid/root/.)
  [ -z "$root" ] || echo "root=$([ "$root" = "$here" ] && echo own || echo other)"
  if as_owner cat /proc/$pid/environ >/dev/null; then
    echo "environment=$(as_owner cat /proc/$pid/environ | tr '\\0' '\\n' | grep -c '^NAMESRV_ADDR=')"
  fi
  echo "words=$words"
done
echo end=
"""


def start_without_user(pattern: str, uid: int, start: str) -> str:
    """The start of a process whose user has no known name: never as another user, and never as root.

    start: what starts it as the connection's user; it runs where that user has this uid.
    """
    said = f"its process belonged to uid {int(uid)}, which has no usable name there: set rocketmq_user"
    return f"""
if [ "$(id -u)" = {int(uid)} ]; then
{start}
else
  pgrep -f {quote(pattern)} >/dev/null || {{ echo {quote(said)} >&2; exit 1; }}
fi
"""


def read(lines: Iterable[str]) -> list[Process]:
    """The processes in an answer; ValueError, in words, where it is none."""
    blocks: list[dict[str, str]] = []
    ended = False
    for line in lines:
        key, equals, value = line.strip().partition("=")
        if not equals or ended or key == "more":
            raise ValueError(
                f"more than {MOST_PROCESSES} processes fit the pattern" if key == "more"
                else f"unexpected output: {printable(line, 80)}"
            )  # fmt: skip
        if key == "process":
            blocks.append({})
        if key == "end":
            ended = True
        elif not blocks or key in blocks[-1]:
            raise ValueError(f"unexpected output: {printable(line, 80)}")
        else:
            blocks[-1][key] = value
    if not ended:
        raise ValueError("the answer is cut")
    return [_process(block) for block in blocks]


def jvm_of(processes: Iterable[Process]) -> Process | None:
    """The Java machine among the processes of a pattern; ValueError, naming them, where it is not one alone."""
    found = list(processes)
    jvms = [one for one in found if one.jvm]
    if len(jvms) > 1:
        named = ", ".join(f"process {one.pid} ({one.config_file or 'no -c'})" for one in jvms)
        raise ValueError(f"its pattern fits {len(jvms)} Java processes, which would be ended together: {named}")
    return jvms[0] if jvms else None


def problem_of_path(path: str) -> str:
    """Why a path is not fit to be read and written on a machine; nothing where it is."""
    if not path.startswith("/"):
        return f"{printable(path, 100)} is no absolute path"
    if len(path) > LONGEST_PATH or not path.isprintable() or path.endswith("/"):
        return f"{printable(path, 100)} is no usable path of a file"
    return ""


def _process(block: Mapping[str, str]) -> Process:
    if not re.fullmatch(r"[0-9]{1,10}", block["process"]):
        raise ValueError(f"unexpected output: {printable(block['process'], 80)}")
    unknown: list[str] = []
    text = _text(block, "words")
    words = text.split("\0")
    if words and not words[-1]:
        words.pop()
    program = _text(block, "program").removesuffix("\n").removesuffix(" (deleted)")
    name = posixpath.basename(program or (words[0] if words else ""))
    uid = int(block["uid"]) if re.fullmatch(r"[0-9]{1,10}", block.get("uid", "")) else None
    user = _text(block, "user").strip()
    if block.get("root") == "other":
        # Users of a container are none of the machine's, and what starts the container is none of the container's.
        uid, user = None, ""
    elif account.problem(user):
        unknown.append(f"a usable name of its user (uid {'unknown' if uid is None else uid})")
        user = ""
    directory = _text(block, "directory").removesuffix("\n")
    options, config_file = command_line.options(words), ""
    if len(block.get("words", "")) * 3 // 4 >= MOST_BYTES - 2:
        options = None
        unknown.append("its configuration, because its command line is too long")
    elif words and (not text.endswith("\0") or len(text.encode("utf-8", "surrogateescape")) == OLD_KERNELS_BYTES):
        options = None
        unknown.append("its configuration, because its command line is cut (old kernels show 4096 bytes)")
    elif options is None:
        unknown.append("its configuration, because no word of its command line is BrokerStartup")
    elif options.config_file:
        config_file = options.config_file
        if not config_file.startswith("/"):
            config_file = posixpath.join(directory, config_file) if directory.startswith("/") else ""
        if block.get("root") != "own":
            where = "its root directory is another one (a container)" if block.get("root") else "/proc cannot be read"
            unknown.append(f"where {printable(options.config_file, 100)} (-c) lies, because {where}")
            config_file = ""
        elif not config_file or problem_of_path(config_file):
            unknown.append(f"where {printable(options.config_file, 100)} (-c) lies")
            config_file = ""
    return Process(
        pid=int(block["process"]),
        jvm=name in _JVMS,
        program=printable(name, 60),
        uid=uid,
        user=user,
        directory=directory if not problem_of_path(directory) or directory == "/" else "",
        config_file=config_file,
        name_servers_given=printable(options.name_servers, 500) if options else "",
        environment={"0": False}.get(block["environment"], True) if block.get("environment") else None,
        unknown=tuple(unknown),
    )


def _text(block: Mapping[str, str], key: str) -> str:
    try:
        found = base64.b64decode(block.get(key, ""), validate=True)
    except binascii.Error as error:
        raise ValueError(f"unexpected output: {key} is no base64 ({error})") from error
    if len(found) > MOST_BYTES:
        raise ValueError(f"unexpected output: {key} is too long")
    # What is no UTF-8 is not printable afterwards, and no path.
    return found.decode("utf-8", "surrogateescape")
