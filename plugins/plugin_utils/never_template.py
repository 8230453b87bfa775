# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What machines and brokers have answered stays text, also when a filter has made something else of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var


def never_template(made: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result is never evaluated as a template, however it is kept and named later.

    From ansible-core 2.19 on this is so by itself. Before, what a filter makes of C(hostvars) counts as written by the
    author of the play, although it holds what machines and brokers have answered.
    """

    @functools.wraps(made)
    def marked(*given: Any, **named: Any) -> Any:
        return _marked(made(*given, **named), {})

    return marked


def _marked(value: Any, known: dict[int, tuple[Any, Any]]) -> Any:
    """The value in containers of Python's own: from ansible-core 2.19 on what a filter is given is in others, of which
    none can be made. known: what was marked before, by its id; a view shows one source in many places.
    """
    if not isinstance(value, (Mapping, list, tuple)):
        return wrap_var(value)
    if id(value) not in known:
        if isinstance(value, Mapping):
            made: Any = {wrap_var(key): _marked(inner, known) for key, inner in value.items()}
        else:
            made = [_marked(inner, known) for inner in value]
        # With the value, whose id is not given to another one then.
        known[id(value)] = value, made
    return known[id(value)][1]
