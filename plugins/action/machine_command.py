# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command on a machine without Python, whose answer is inert text even where it cannot be reached."""

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.action.raw import ActionModule as Raw


class ActionModule(Raw):
    """ansible.builtin.raw, but for a machine that cannot be reached.

    Up to ansible-core 2.18 a failure of the connection that leaves an action is kept as trusted text, while whatever an
    action returns is kept as untrusted text. That failure holds what the machine has printed, for ssh takes an exit
    status 255 of the command as its own: the next task that names the result would evaluate a template in it, on the
    control host.
    """

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """What raw returns; for a machine that cannot be reached C(unreachable) and C(msg)."""
        command = self._task.args.get("command")
        if set(self._task.args) != {"command"} or not isinstance(command, str) or not command:
            raise AnsibleActionFail("machine_command: command, a text, is the only option and has to be given")
        self._task.args = {"_raw_params": command}
        try:
            # When the machine had answered, by this host's clock.
            return {**super().run(tmp, task_vars), "answered": time.time()}
        except AnsibleConnectionFailure as error:
            return {"unreachable": True, "msg": to_text(error)}
        finally:
            self._task.args = {"command": command}
