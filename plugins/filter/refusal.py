# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a task that refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import refusal as reasons
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template


def _text(value: Any) -> Any:
    """A text or a list. A task makes its text also when it passes: then there may be nothing to say."""
    if value is None:
        return ""
    return str(value) if isinstance(value, (bool, int, float, Mapping)) else value


@never_template
def refusal(code: str, subject: Any = "", seen: Any = "", done: Any = "") -> str:
    """Jinja face of C(reasons.refusal)."""
    try:
        return reasons.refusal(code, _text(subject), _text(seen), _text(done))
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"refusal: {error}") from error


class FilterModule:
    """The filter of refusals."""

    def filters(self) -> dict[str, Any]:
        return {"refusal": refusal}
