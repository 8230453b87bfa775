# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As which user a process is started: its own, unless the start command chooses a user, or asks a service that does."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from . import commands as machine_commands
from . import end as machine_end
from . import identity as machine_identity
from .shell_words import acting_word

# Programs that become another user, for which they need root, or that ask a service, for which they need rights that
# the process's own user does not have.
_CHOOSERS = frozenset((
    "su", "sudo", "doas", "runuser", "setpriv", "chpst", "setuidgid", "envuidgid", "s6-setuidgid", "gosu", "su-exec",
    "start-stop-daemon", "daemonize",
    "systemctl", "systemd-run", "service", "invoke-rc.d", "rc-service", "initctl", "monit",
    "sv", "svc", "s6-svc", "s6-rc", "supervisorctl",
    "docker", "podman", "nerdctl", "lxc", "kubectl",
))  # fmt: skip
_SCRIPTS = ("/etc/init.d/", "/etc/rc.d/")


def start(method: str, pattern: str, unit: str, command: str, end: str, user: str, known: Mapping[str, Any]) -> str:
    """The text for sh that starts the process (machine_commands.start).

    C(command), C(end), C(user): what the inventory says, or nothing. C(known): as kept_processes.known() gives it.
    """
    # A manager of processes, such as a supervisor, knows the user; the command asks it as the connection's user.
    managed = bool(end) and not machine_end.signals(end)
    if not user and (managed or chosen_by(command)):
        return machine_commands.start(method, pattern, unit, command)
    if method == "command" and command and known["uid"] and not known["user"]:
        begin = machine_commands.start(method, pattern, unit, command)
        return machine_identity.start_without_user(pattern, known["uid"], begin)
    return machine_commands.start(method, pattern, unit, command, known["user"])


def chosen_by(command: str) -> bool:
    """Whether the first command of a text for sh that does something chooses the user itself."""
    word = acting_word(command)
    return posixpath.basename(word) in _CHOOSERS or word.startswith(_SCRIPTS)
