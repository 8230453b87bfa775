# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that finds out whether systemd ends a unit gently: by SIGTERM, with enough time before SIGKILL."""

from __future__ import annotations

from shlex import quote

# The first systemd that takes TimeoutStopSec=infinity as it is meant: before, it added infinity to the clock, which
# overflowed, and sent SIGKILL at once; there 0 stands for no limit (service_arm_timer, service_enter_signal of 219).
_KNOWS_INFINITY = 229

# Adds up a time as systemd prints it (format_timespan): "1h 5min", "1min 30s 500ms"; what is no time counts as none.
# Ends with 0 where it is enough.
_ENOUGH = """
BEGIN {
  split("y 31557600 month 2629800 w 604800 d 86400 h 3600 min 60 s 1 ms 0.001 us 0.000001", words, " ")
  for (i = 1; i in words; i += 2) length_of[words[i]] = words[i + 1]
}
{
  for (i = 1; i <= NF; i++) {
    unit = $i
    sub(/^[0-9.]+/, "", unit)
    seconds += $i * length_of[unit]
  }
}
END { exit seconds < wanted }
"""


def ends_gently(unit: str, pattern: str, seconds: int) -> str:
    """Ends with 0 where C(systemctl stop) gives the process C(seconds) to end after SIGTERM. Changes nothing.

    Any signal after which Java runs its shutdown hook will do. Java has to get it: 4.4.0's own starters are shells, and
    with KillMode mixed or process systemd signals the shell alone. A systemctl of 2014 knows no --value.
    """
    return f"""
show() {{ systemctl show -p "$1" {quote(unit)} | sed -n "s/^$1=//p"; }}
refuse() {{ printf '%s\\n' "$1" >&2; exit 1; }}
loaded=$(show LoadState); signal=$(show KillSignal); sends=$(show SendSIGKILL); time=$(show TimeoutStopUSec)
[ "$loaded" = loaded ] || refuse "systemctl show says LoadState=$loaded"
case $signal in '' | 1 | 2 | 15) ;; *) refuse "systemd sends signal $signal instead of SIGTERM (KillSignal)" ;; esac
mode=$(show KillMode)
case $mode in process | none) [ -z "$(show ExecStop)" ] || mode=commanded ;; esac
case $mode in
  none) refuse "systemd sends no signal to any process of the unit (KillMode=none), and the unit has no ExecStop" ;;
  mixed | process)
    main=$(show MainPID)
    for pid in $(pgrep -f {quote(pattern)}); do
      [ "$pid" != "$main" ] || continue
      main="the unit's main process $main"
      [ "$mode$sends" = mixedyes ] || refuse "systemd signals $main, and not process $pid (KillMode=$mode)"
      refuse "systemd sends SIGKILL to process $pid as soon as $main has ended (KillMode=mixed)"
    done ;;
esac
[ "$sends" = no ] && exit 0
version=$(systemctl --version | sed -n '1s/^systemd \\([0-9]*\\).*/\\1/p')
knows=no; [ "${{version:-0}}" -ge {_KNOWS_INFINITY} ] && knows=yes
early="systemd ${{version:-before {_KNOWS_INFINITY}}} sends SIGKILL at once where TimeoutStopSec"
case $time$knows in
  infinityyes) ;;
  infinityno) refuse "$early=infinity; write 0" ;;
  0no) [ -n "$version" ] || refuse "the version of systemd is not known, and with it what TimeoutStopSec=0 means" ;;
  0yes) refuse "$early=0; write infinity" ;;
  *) printf '%s\\n' "$time" | awk -v wanted={int(seconds)} {quote(_ENOUGH)} ||
    refuse "systemd sends SIGKILL after $time" ;;
esac
"""
