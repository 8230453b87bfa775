# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the file of a broker says of its permission: with that it comes back from a restart."""

from __future__ import annotations

from shlex import quote

# Out of the words of a command line, one a line, the value of -c as commons-cli 1.2 takes it (command_line.py). What
# stands before the main class is not the broker's.
_CONFIG_FILE = r"""
!main && /(^|[.])BrokerStartup$/ { main = 1; value = 0; found = ""; next }
value { found = $0; value = 0; next }
found != "" { next }
/^-(c|-c|-?configFile)$/ { value = 1; next }
/^--(c|configFile)=/ { found = $0; sub(/^[^=]*=/, "", found); next }
main && /^-[pm]*c./ { found = $0; sub(/^-[pm]*c/, "", found) }
END { print found }
"""


def saved_permission(pattern: str, given: str = "", kept: str = "") -> str:
    """Prints brokerPermission out of the file that the process of the pattern was started with (-c), each value once.

    C(given): the file that the inventory names, which overrules. C(kept): what is known of a process that has ended.
    """
    return f"""
saved() {{ sed -n 's/^[[:space:]]*brokerPermission[[:space:]]*[=:][[:space:]]*//p' "$1" | tail -n 1; }}
given={quote(given)} kept={quote(kept)}
[ -z "$given" ] || {{ saved "$given"; exit; }}
pids=$(pgrep -f {quote(pattern)})
for pid in $pids; do
  file=$(tr '\\0' '\\n' < /proc/$pid/cmdline | awk {quote(_CONFIG_FILE)})
  case $file in
    "") ;;
    /*) (cd "/proc/$pid/root" && saved "./$file") ;;
    *) (cd "/proc/$pid/cwd" && saved "./$file") ;;
  esac
done | sort -u
[ -n "$pids" ] || [ -z "$kept" ] || saved "$kept"
"""
