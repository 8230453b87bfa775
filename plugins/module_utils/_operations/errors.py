# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of an operation whose text is meant for the operator (private)."""

from __future__ import annotations

from typing import Any


class OperationError(Exception):
    """A failure whose text is meant for the operator.

    Keyword arguments become keys of the module's result beside C(msg), for example C(reasons=[...]).
    """

    def __init__(self, msg: str, **result: Any) -> None:
        super().__init__(msg)
        self.result = result


class ArgumentError(OperationError):
    """Arguments that the argument specification alone cannot refuse."""
