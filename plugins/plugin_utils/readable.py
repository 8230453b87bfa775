# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of hosts as values to judge: what cannot be computed is one, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from jinja2.exceptions import UndefinedError
from jinja2.runtime import Undefined

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.forms import Unreadable, Vaulted


class _Once(Mapping[str, Any]):
    """A mapping whose values are computed once, when they are asked for."""

    def __init__(self, inner: Mapping[str, Any], compute: Callable[[Any], Any]) -> None:
        self._inner = inner
        self._compute = compute
        self._known: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._known:
            if key not in self._inner:
                raise KeyError(key)
            self._known[key] = self._compute(key)
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        # An implicit localhost is in hostvars, and in no list of them.
        return key in self._inner

    def __iter__(self) -> Iterator[str]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)


def _plain(value: Any) -> Any:
    """The value with all that is in it computed. Raises UndefinedError where it uses something that is not defined."""
    if isinstance(value, Undefined):
        str(value)
    if getattr(value, "__ENCRYPTED__", False):
        # No text before ansible-core 2.19.
        return Vaulted(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def readable(hostvars: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """C(hostvars) in which a variable that cannot be computed is a value to judge instead of an exception."""

    def host(name: str) -> Mapping[str, Any]:
        values = hostvars[name]

        def value(key: str) -> Any:
            try:
                return _plain(values[key])
            except (AnsibleError, UndefinedError) as error:
                return Unreadable(" ".join(str(error).split()))

        return _Once(values, value)

    return _Once(hostvars, host)
