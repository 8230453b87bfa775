# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the inventory: the estate of a migration, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.check import find_mistakes
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.estate import EstateError, build_estate
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.readable import readable


def estate(hostvars: Any, groups: Any, batch: Any = None, check: bool = False, **names: Any) -> dict[str, Any]:
    """Jinja face of :func:`build_estate`, with C(check) of :func:`find_mistakes`."""
    if not isinstance(hostvars, Mapping) or not isinstance(groups, Mapping):
        raise AnsibleFilterError("mqops.rocketmq.estate: use it as `hostvars | mqops.rocketmq.estate(groups)`")
    try:
        if check:
            mistakes = find_mistakes(readable(hostvars), groups, batch, **names).report()
            return {"mistakes": mistakes, "text": "\n".join(mistakes)}
        return build_estate(readable(hostvars), groups, batch, **names)
    except (EstateError, TypeError) as error:
        raise AnsibleFilterError(f"mqops.rocketmq.estate: {error}") from error


class FilterModule:
    """The filter that reads the inventory."""

    def filters(self) -> dict[str, Any]:
        return {"estate": estate}
