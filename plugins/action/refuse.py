# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends a run with a code of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.refusal import refusal

OPTIONS = {"code", "subject", "seen", "done"}


class ActionModule(ActionBase):
    """Asks nobody, so that it is the same in check mode."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """C(failed) with C(msg), the refusal; nothing of that where a list of subjects or of findings is empty."""
        given = self._task.args
        if not {"code"} <= set(given) <= OPTIONS:
            raise AnsibleActionFail("refuse: it takes code, subject, seen and done")
        subject, seen = _words(given.get("subject", "")), _words(given.get("seen", ""))
        if [] in (subject, seen):
            return {"changed": False}
        try:
            return {"changed": False, "failed": True,
                    "msg": refusal(str(given["code"]), subject, seen, str(given.get("done") or ""))}  # fmt: skip
        except ValueError as error:
            raise AnsibleActionFail(f"refuse: {error}") from error


def _words(value: Any) -> str | list[str]:
    """A text, or the texts of a list."""
    if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
        return [str(one) for one in value]
    return "" if value is None else str(value)
