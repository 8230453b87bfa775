# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module returns: values that JSON and a playbook can hold, and both sides of a diff (private)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

_SCALARS = (str, int, float, bool)


def plain(value: Any) -> Any:
    """Dataclasses, tuples, sets and keys of any type as what JSON and a playbook can hold.

    Sets are sorted; keys that are tuples or dataclasses become their parts joined with C(@).
    """
    # The most frequent first and without a further call: results have a hundred thousand values.
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, (dict, Mapping)):
        return {
            key if isinstance(key, str) else _plain_key(key): item if isinstance(item, _SCALARS) else plain(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    return str(value)


def make_diff(before: Any, after: Any) -> dict[str, Any]:
    """What C(--diff) prints; None on either side is shown as nothing there."""
    return {
        "before": plain(before) if before is not None else "",
        "after": plain(after) if after is not None else "",
    }


def _plain_key(key: Any) -> str:
    if dataclasses.is_dataclass(key) and not isinstance(key, type):
        return "@".join(str(getattr(key, field.name)) for field in dataclasses.fields(key))
    if isinstance(key, tuple):
        return "@".join(str(part) for part in key)
    return str(key)
