# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start commands that say themselves as whom the process runs, or speak to somebody who knows it."""

from __future__ import annotations

import posixpath
import re
import shlex

# They become another user, which takes root, or reach a service by rights that the process's own user does not have.
_CHOOSERS = frozenset((
    "su", "sudo", "doas", "runuser", "setpriv", "chpst", "setuidgid", "envuidgid", "s6-setuidgid", "gosu", "su-exec",
    "start-stop-daemon", "daemonize",
    "systemctl", "systemd-run", "service", "invoke-rc.d", "rc-service", "initctl", "monit",
    "sv", "svc", "s6-svc", "s6-rc", "supervisorctl",
    "docker", "podman", "nerdctl", "lxc", "kubectl",
))  # fmt: skip
_SCRIPTS = ("/etc/init.d/", "/etc/rc.d/")
# They prepare what follows, or ask whether it is to follow.
_BEFORE = frozenset((
    "cd", "export", "umask", "ulimit", "set", "unset", "exit", ":", "true",
    "[", "[[", "test", ".", "source", "echo", "sleep", "mkdir",
))  # fmt: skip
# They run the words that follow.
_PREFIXES = frozenset(("nohup", "setsid", "exec", "env", "nice", "ionice", "command"))
_SIGNS = re.compile(r"[();<>|&]+")
# Assignments, what groups commands, and the numbers of redirections and of nice.
_SKIPPED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*|[{!]|[0-9]+", re.DOTALL)


def chosen_by(command: str) -> bool:
    """Whether the first command of a text for sh that does something chooses the user itself."""
    word = _acting(command)
    return posixpath.basename(word) in _CHOOSERS or word.startswith(_SCRIPTS)


def _acting(command: str) -> str:
    """The first word that is no preparation; empty where only a shell can tell."""
    lexer = shlex.shlex(command.replace("\n", "\n ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return ""
    preparing = prefixed = redirected = False
    for word in words:
        if _SIGNS.fullmatch(word):
            redirected = "<" in word or ">" in word
            preparing = preparing and redirected
        elif redirected:
            redirected = False
        elif preparing or _SKIPPED.fullmatch(word) or (prefixed and word.startswith("-")):
            continue
        elif word in _BEFORE:
            preparing = True
        elif posixpath.basename(word) in _PREFIXES:
            prefixed = True
        else:
            return word
    return ""
