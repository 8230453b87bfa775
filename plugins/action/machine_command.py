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
from ansible.plugins.action.raw import ActionModule as Raw

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory import questions
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import framed

OPTIONS = {"host", "limit", "asks", "known", "commands"}


class ActionModule(Raw):
    """ansible.builtin.raw, but for the frame of its commands, and for a machine that cannot be reached.

    Up to ansible-core 2.18 a failure of the connection that leaves an action is kept as trusted text, while whatever an
    action returns is kept as untrusted text. That failure holds what the machine has printed, for ssh takes an exit
    status 255 of the command as its own: the next task that names the result would evaluate a template in it, on the
    control host.
    """

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """What raw returns, with C(mark) and C(tried); for a machine that cannot be reached C(unreachable), C(msg)."""
        given, mark = self._task.args, f"mqops-{secrets.token_hex(8)}"
        if not {"host", "limit"} <= set(given) <= OPTIONS or not (given.get("asks") or given.get("commands")):
            raise AnsibleActionFail("machine_command: it takes host, limit, and asks (with known) or commands")
        hostvars, host = (task_vars or {}).get("hostvars") or {}, str(given["host"])
        values = hostvars[host] if host in hostvars else {}
        told = {"mark": mark, "tried": questions.connection(values)}
        try:
            text = framed(_commands(given, values), mark, int(given["limit"]))
        except (TypeError, ValueError) as error:
            # Returned and not raised, as said above: it may hold a text of the inventory's or of a file's.
            return {"failed": True, "msg": f"machine_command: {error}", **told}
        self._task.args = {"_raw_params": text}
        try:
            # When the machine had answered, by this host's clock.
            return {**super().run(tmp, task_vars), "answered": time.time(), **told}
        except AnsibleConnectionFailure as error:
            return {"unreachable": True, "msg": to_text(error), **told}
        finally:
            self._task.args = given


def _commands(given: dict[str, Any], values: Any) -> dict[str, str]:
    if given.get("commands"):
        return dict(given["commands"])
    known = questions.Known(**{"now": time.time(), **(given.get("known") or {})})
    return {one: questions.command(str(given["host"]), values, one, known) for one in given["asks"]}
