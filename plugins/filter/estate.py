# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that read the inventory: the estate of a migration, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.check import find_mistakes
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.estate import EstateError, build_estate
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.readable import readable

T = TypeVar("T")


def _read(name: str, read: Callable[..., T], hostvars: Any, groups: Any, *more: Any, **names: Any) -> T:
    if not isinstance(hostvars, Mapping) or not isinstance(groups, Mapping):
        raise AnsibleFilterError(f"mqops.rocketmq.{name}: use it as `hostvars | mqops.rocketmq.{name}(groups)`")
    try:
        return read(readable(hostvars), groups, *more, **names)
    except (EstateError, TypeError) as error:
        raise AnsibleFilterError(f"mqops.rocketmq.{name}: {error}") from error


def estate(hostvars: Any, groups: Any, batch: Any = None, **names: Any) -> dict[str, Any]:
    """Jinja face of :func:`build_estate`."""
    return _read("estate", build_estate, hostvars, groups, batch, **names)


def inventory_mistakes(hostvars: Any, groups: Any, batch: Any = None, **names: Any) -> list[str]:
    """Jinja face of :func:`find_mistakes`: a head line and a line for each mistake, or nothing."""
    return _read("inventory_mistakes", find_mistakes, hostvars, groups, batch, **names).report()


class FilterModule:
    """Filters of the collection that read the inventory."""

    def filters(self) -> dict[str, Any]:
        return {"estate": estate, "inventory_mistakes": inventory_mistakes}
