# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation gets from the task that runs it, and what it gives back (private)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._admin.client import Admin

REMEDY = "See that each of them runs and that its address is right, then run this again."
# Seconds between two lines of a wait in the progress file.
PROGRESS_EVERY = 10.0


class Task(Protocol):
    """The task that runs an operation; C(RocketmqModule) is one."""

    check_mode: bool

    @property
    def admin(self) -> Admin:
        """Its connections."""

    @property
    def timeout(self) -> float:
        """Seconds that its waits may take."""

    @property
    def interval(self) -> float:
        """Seconds between two looks of a wait."""

    @property
    def wants_diff(self) -> bool:
        """Whether both sides of a change will be shown."""

    @property
    def acknowledged(self) -> bool:
        """Whether a changing request was answered with success."""

    def progress(self, text: str) -> None:
        """Takes one line for the operator who waits."""

    def warn(self, text: str) -> None:
        """Takes one line for the operator's attention."""


@dataclass(frozen=True)
class Outcome:
    """How an operation ended. C(failure): why the task fails; None where it does not.

    C(before), C(after): both sides of the diff. C(values): further keys of the result.
    """

    failure: str | None = None
    changed: bool = False
    before: Any = None
    after: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def passed(cls, changed: bool = False, before: Any = None, after: Any = None, **values: Any) -> Outcome:
        return cls(None, changed, before, after, values)

    @classmethod
    def failed(
        cls, failure: str, before: Any = None, after: Any = None, *, changed: bool = False, **values: Any
    ) -> Outcome:
        return cls(failure, changed, before, after, values)
