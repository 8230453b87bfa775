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
        return wrap_var(_plain(made(*given, **named)))

    return marked


def _plain(value: Any) -> Any:
    """The value in containers of Python's own: from ansible-core 2.19 on what a filter is given is in others, of which
    none can be made."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
