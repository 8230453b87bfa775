# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that run on machines, as text for sh; what comes out of the inventory is quoted here and nowhere else.

Old machines have no Python, and may be from 2014: an ss without -H, a systemctl without --value.
"""

from __future__ import annotations

from shlex import quote

from . import account


def process(pattern: str) -> str:
    """Ends with 0 where the process runs, with 1 where it does not."""
    return f"pgrep -f {quote(pattern)} >/dev/null"


def sockets(*ports: int) -> str:
    """Prints the established TCP connections, those to local ports alone where some are given."""
    filters = " or ".join(f"sport = :{int(port)}" for port in ports)
    return "ss -tnp state established" + (f" {quote(f'( {filters} )')}" if filters else "")


def start(method: str, pattern: str, unit: str, command: str, user: str = "") -> str:
    """Ends with 0 when the process runs; prints "started" when it was started.

    Its console goes to a file that is named: what holds the connection's own output would keep the call from ending.
    user: who runs the command, where another than the connection's; the connection's has to be root then.
    """
    begin = f"systemctl start {quote(unit)}" if method == "systemd" else command and _as_user(command, user)
    if not begin:
        return f"{process(pattern)} || {{ echo there is no rocketmq_start_command >&2; exit 1; }}"
    return f"""
runs() {{ {process(pattern)}; }}
runs; case $? in 0) exit 0 ;; 1) ;; *) exit 3 ;; esac
console=$(mktemp "${{TMPDIR:-/tmp}}/rocketmq-start.XXXXXX") || console=/dev/null
( {begin}
) >"$console" 2>&1 && echo started
waited=0
while ! runs && [ $waited -lt 30 ]; do sleep 1; waited=$((waited + 1)); done
runs && exit 0
echo "it does not run; the end of $console:" >&2
tail -c 1000 "$console" >&2
exit 1
"""


def _as_user(command: str, user: str) -> str:
    """Runs a command without a terminal, and as this user.

    It comes over a pipe: pgrep would find it on the command line of su or sh. su is what machines of 2014 have and
    root may always use; a user's own shell may be none (nologin). A session of its own has no terminal; where setsid is
    missing, the command keeps the one of the connection, if there is any.
    """
    text = """'c=$(cat); eval "$c" </dev/null'"""
    # A user may not even be allowed to read the directory of the connection's.
    at_home = """'c=$(cat); cd 2>/dev/null || cd /; eval "$c" </dev/null'"""
    other = ""
    if user:
        if wrong := account.problem(user):
            raise ValueError(f"rocketmq_user {wrong}")
        other = f'[ "$(id -un)" = {user} ] || set -- su -s /bin/sh -c {at_home} {user}\n'
    setsid = '! command -v setsid >/dev/null || set -- setsid "$@"'
    return f"set -- sh -c {text}\n{other}{setsid}\nprintf '%s\\n' {quote(command)} | " + '"$@"'


def fetch(server: str, path: str) -> str:
    """Prints the answer of an HTTP server, C(host:port), head and body; what is longer than a list is cut."""
    host, _colon, port = server.rpartition(":")
    script = """exec 3<>"/dev/tcp/$1/$2" || exit 1
printf 'GET %s HTTP/1.0\\r\\nHost: %s:%s\\r\\n\\r\\n' "$3" "$1" "$2" >&3
head -c 16384 <&3"""
    return f"bash --norc -c {quote(script)} fetch {quote(host)} {quote(port)} {quote(path)}"


def refused_connections() -> str:
    """Prints the kernel's count of resets that it has sent (OutRsts)."""
    return """awk '/^Tcp:/ {if (!n) {for (i=1; i<=NF; i++) if ($i == "OutRsts") n=i} else print $n}' /proc/net/snmp"""


def memory() -> str:
    """Prints the machine's memory in KiB."""
    return "awk '/^MemTotal:/ {print $2}' /proc/meminfo"


def size(path: str) -> str:
    """Prints the size of a directory in KiB, then its name."""
    return f"du -sk {quote(path)}"


def script(text: str, *arguments: str) -> str:
    """A script with arguments, which no process has on its command line."""
    return f"set -- {' '.join(map(quote, arguments))}\n{text}"
