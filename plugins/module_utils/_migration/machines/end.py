# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that end a process on a machine, and that tell before whether it can be ended, as text for sh.

SIGTERM only, or what the inventory names instead of it.
"""

from __future__ import annotations

import posixpath
from shlex import quote

from . import account, supervision
from . import unit as machine_unit
from .shell_words import acting_word, first_word

# Seconds for which a process has to stay away until it counts as ended: runsv starts a process again at once, or one
# second after it was started, supervisord after one second, systemd after RestartSec (0.1 s unless it is set).
STAYS_ENDED = 5
# The exit status of stop() where the process came back; its lines tell who started it (supervision.py).
CAME_BACK = 4

# Prints each process of its arguments with its container, its unit of systemd and all of its parents, for
# supervision.py. All of it is foreign text: it is cut, made printable, and becomes no command.
LINEAGE = r"""
shown() { tr -d '\n' | LC_ALL=C tr -c '[:print:]' '?' | cut -c 1-200; }
container_of() { grep -o '[0-9a-f]\{64\}' "/proc/$1/cgroup" 2>/dev/null | tail -n 1; }
unit_of() {
  { sed -n -e 's,^[0-9]*:name=systemd:,,p' -e 's,^0::,,p' "/proc/$1/cgroup" | tr / '\n' | grep '\.service$' |
    tail -n 1 | shown; } 2>/dev/null
}
word_of() { { tr '\000\n' '\n ' < "/proc/$1/cmdline" | sed -n "$2p" | shown; } 2>/dev/null; }
parent_of() { sed -n 's/^PPid:[^0-9]*//p' "/proc/$1/status" 2>/dev/null; }
lineage() {
  printf 'shell\t%s\n' "$(container_of self)"
  for pid in "$@"; do
    unit=$(unit_of "$pid") state=
    [ -z "$unit" ] || state=$(systemctl show -p MainPID -p Restart -- "$unit" 2>/dev/null |
      sed -n -e '/^MainPID=[0-9]*$/p' -e '/^Restart=[a-z-]*$/p' | tr '\n' ' ')
    printf 'process\t%s\t%s\t%s\t%s\n' "$pid" "$(container_of "$pid")" "$unit" "$state"
    at=$pid steps=0
    while at=$(parent_of "$at") && [ "${at:-0}" -gt 0 ] && [ $steps -lt 64 ]; do
      name=$(sed -n 's/^Name:[^[:print:]]*//p' "/proc/$at/status" 2>/dev/null | shown)
      printf 'parent\t%s\t%s\t%s\t%s\n' "$at" "$name" "$(word_of "$at" 1)" "$(word_of "$at" 2)"
      steps=$((steps + 1))
    done
  done
  echo end
}
"""


def can_end(method: str, pattern: str, unit: str, seconds: int, command: str = "", user: str = "") -> str:
    """Ends with 0 where the process can be ended by this method and then is given C(seconds). Changes nothing.

    With the method command and no command of its own it prints what supervision.py reads. user: who the process has to
    be started as, where another than the connection's.
    """
    if method == "systemd":
        return machine_unit.ends_gently(unit, pattern, seconds)
    if method != "command":
        return "true"
    tools = "pgrep" if command else "pgrep pkill"
    text = f"for tool in {tools}; do command -v $tool >/dev/null || {{ echo $tool is missing >&2; exit 1; }}; done\n"
    if user:
        text += _may_become(user)
    word = first_word(command)
    if word:
        said = quote(f"{word}, with which rocketmq_stop_command begins, is no command there")
        text += f"command -v {quote(word)} >/dev/null || {{ echo {said} >&2; exit 1; }}\n"
    if command:
        return text
    # Signal 0 is none, and is refused where the user may not signal the process.
    return f"""{text}{LINEAGE}
now=$(pgrep -f {quote(pattern)}); case $? in 0) ;; 1) lineage; exit 0 ;; *) exit 3 ;; esac
pkill -0 -f {quote(pattern)} || {{ echo this user may not signal the process >&2; exit 1; }}
lineage $now
"""


def stop(method: str, pattern: str, unit: str, seconds: int, command: str = "", watched: int = STAYS_ENDED) -> str:
    """Ends with 0 when the process has ended and stays so; prints "terminated" when the signal, or the stop, was sent.

    Ends with CAME_BACK when another one runs in its place. command: used instead of SIGTERM; it may return before or
    after the process has ended, or never. A manager gets the stop even where no process is there: it may be about to
    start one.
    """
    end, why = f"pkill -TERM -f {quote(pattern)} && echo terminated", "it runs still"
    # Whether there is nothing to be ended, asked where no process is there.
    over = "true"
    if method == "systemd":
        end = f"systemctl stop --no-block {quote(unit)} && echo terminated"
        # Between two starts of Restart= a unit is activating; failed is one that is started no more.
        over = f"""state=$(systemctl show -p ActiveState {quote(unit)})
  [ "$state" = ActiveState=inactive ] || [ "$state" = ActiveState=failed ]"""
    elif command:
        over = "true" if signals(command) else "false"
        # It runs beside the look for the process, and holds no output of the connection.
        end = f"""said=$(mktemp "${{TMPDIR:-/tmp}}/rocketmq-stop.XXXXXX") || said=/dev/null
{{ ( {command}
) </dev/null; echo "exit status $?"; }} >"$said" 2>&1 &
[ -z "$before" ] || echo terminated"""
        why = 'it runs still; the end of $said, where rocketmq_stop_command prints: $(tail -c 500 "$said")'
    return f"""{LINEAGE}
said=
# What this shell has started: the command that ends the process may have the pattern on its command line.
own() {{
  at=$1 steps=0
  while at=$(parent_of "$at") && [ "${{at:-0}}" -gt 0 ] && [ $steps -lt 64 ]; do
    [ "$at" != $$ ] || return 0
    steps=$((steps + 1))
  done
  return 1
}}
look() {{
  now=$(pgrep -f {quote(pattern)}); case $? in 0) ;; 1) now= ;; *) exit 3 ;; esac
  new= left=
  for one in $now; do
    case " $before " in *" $one "*) left="$left $one" ;; *) own "$one" || new="$new $one" ;; esac
  done
}}
over() {{
  {over}
}}
before=; look
[ -n "$now" ] || ! over || exit 0
before=$(echo $now)
{end}
waited=0; away=0; others=0
while :; do
  look
  # One that was about to start when its manager was told has to end, too.
  if [ -z "$before" ] && [ -n "$new" ]; then before=$(echo $new); left=$before; new=; echo terminated; fi
  # Another command that has the pattern on its command line is there for one look only.
  if [ -n "$left" ]; then others=0; elif [ -n "$new" ]; then others=$((others + 1)); fi
  if [ $others -ge 2 ] && [ -n "$new" ]; then
    echo "it was started again" >&2; lineage $new; exit {CAME_BACK}
  fi
  if [ -z "$now" ]; then
    away=$((away + 1)); [ $away -le {int(watched)} ] || break
  else
    away=0; [ $waited -lt {int(seconds)} ] || {{ printf '%s\n' "{why}" >&2; exit 1; }}
  fi
  sleep 1; waited=$((waited + 1))
done
[ -z "$said" ] || [ "$said" = /dev/null ] || rm -f "$said"
exit 0
"""


def signals(command: str) -> bool:
    """Whether a rocketmq_stop_command signals the process itself: then no manager runs the process."""
    return posixpath.basename(acting_word(command)) in ("kill", "killall", "pkill")


def is_script(command: str) -> bool:
    """Whether the text of a rocketmq_stop_command leaves open if it signals the process or asks a manager to stop
    it."""
    word = acting_word(command)
    return not signals(command) and (not word or "/" in word or word in supervision.SHELLS)


def _may_become(user: str) -> str:
    wrong = account.problem(user)
    if wrong:
        raise ValueError(f"rocketmq_user {wrong}")
    return f"""id -u {user} >/dev/null 2>&1 || {{
  echo there is no user {user}, which rocketmq_user names >&2; exit 1; }}
[ "$(id -u)" = 0 ] || [ "$(id -un)" = {user} ] || {{
  echo "$(id -un) may not start a process as {user} (rocketmq_user): ansible_become" >&2; exit 1; }}
"""
