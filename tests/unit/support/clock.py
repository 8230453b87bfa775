# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one clock of the tests: time passes while something sleeps, and only then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

# What time.time() says at second 0.
EPOCH = 1_800_000_000.0
# A longer wait than any test has in mind is a wait without an end.
LONGEST = 30 * 24 * 3600.0


class Clock:
    """Seconds since the test began. C(at): what happens at which second, as soon as the sleep that passes it is over;
    C(on_sleep): what happens after each sleep.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.on_sleep: Callable[[float], Any] = lambda now: None
        self._events: list[tuple[float, Callable[[], Any]]] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "time", lambda: EPOCH + self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def at(self, second: float, happens: Callable[[], Any]) -> None:
        self._events.append((second, happens))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        # A remainder too small to move the clock would never end.
        self.now += max(seconds, 0.001)
        assert self.now < LONGEST, "this waits for ever"
        due = sorted((event for event in self._events if event[0] <= self.now), key=lambda event: event[0])
        self._events = [event for event in self._events if event[0] > self.now]
        for _second, happens in due:
            happens()
        self.on_sleep(self.now)
