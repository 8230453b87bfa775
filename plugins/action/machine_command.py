# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands on a machine without Python, whose answer is inert text even where it cannot be reached."""

from __future__ import annotations

import secrets
import time
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.action import ActionBase

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory import questions
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import framed

OPTIONS = {"host", "limit", "asks", "known", "commands"}
# What a command prints, on a line of its own, that has changed something.
CHANGED = {"terminated", "started", "written"}


class ActionModule(ActionBase):
    """As ansible.builtin.raw, but for the frame of its commands, for check mode, in which what only reads is run, and
    for a machine that cannot be reached.

    Up to ansible-core 2.18 a failure of the connection that leaves an action is kept as trusted text, while whatever an
    action returns is kept as untrusted text. That failure holds what the machine has printed, for ssh takes an exit
    status 255 of the command as its own: the next task that names the result would evaluate a template in it, on the
    control host.
    """

    # Without Python on the machine there is nothing to put there.
    TRANSFERS_FILES = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """What raw returns, with C(mark), C(tried) and C(planned); for a machine that cannot be reached C(unreachable),
        C(msg).
        """
        given, mark = self._task.args, f"mqops-{secrets.token_hex(8)}"
        if not {"host", "limit"} <= set(given) <= OPTIONS or not (given.get("asks") or given.get("commands")):
            raise AnsibleActionFail("machine_command: it takes host, limit, and asks (with known) or commands")
        hostvars, host = (task_vars or {}).get("hostvars") or {}, str(given["host"])
        values = hostvars[host] if host in hostvars else {}
        told: dict[str, Any] = {"mark": mark, "tried": questions.connection(values)}
        try:
            commands = _commands(given, values)
            changing = [name for name in commands if given.get("commands") or name in questions.CHANGING]
            planned = changing if self._task.check_mode else []
            asked = {name: command for name, command in commands.items() if name not in planned}
            text = framed(asked, mark, int(given["limit"]))
        except (TypeError, ValueError) as error:
            # Returned and not raised, as said above: it may hold a text of the inventory's or of a file's.
            return {"failed": True, "msg": f"machine_command: {error}", **told}
        if planned:
            told["planned"] = planned
        if not asked:
            return {"changed": True, **told}
        try:
            # Without an executable: the text is one for whatever shell the user has there.
            result = {**super().run(tmp, task_vars), **self._low_level_execute_command(text, executable=False)}
        except AnsibleConnectionFailure as error:
            return {"unreachable": True, "msg": to_text(error), **told}
        if result.get("rc"):
            result.update(failed=True, msg="non-zero return code")
        printed = {line.strip() for line in result.get("stdout_lines") or ()} if changing else set()
        # When the machine had answered, by this host's clock.
        return {**result, "changed": bool(planned or printed & CHANGED), "answered": time.time(), **told}


def _commands(given: dict[str, Any], values: Any) -> dict[str, str]:
    if given.get("commands"):
        return dict(given["commands"])
    known = questions.Known(**{"now": time.time(), **(given.get("known") or {})})
    return {one: questions.command(str(given["host"]), values, one, known) for one in given["asks"]}
