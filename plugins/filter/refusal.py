# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a task that refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import refusal as reasons
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


@told
def refusal(code: str, subject: str | Iterable[Any] = "", seen: str | Iterable[Any] = "", done: str = "") -> str:
    """Jinja face of C(reasons.refusal)."""
    try:
        return reasons.refusal(code, subject, seen, done)
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"refusal: {error}") from error


class FilterModule:
    """The filter of refusals."""

    def filters(self) -> dict[str, Any]:
        return {"refusal": refusal}
