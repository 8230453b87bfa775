# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a look that found nothing left is a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Proof:
    """Whether the end was seen twice, at least ``window`` seconds apart, with nothing written in between."""

    window: float
    since_ms: int | None = None
    samples: int = 0
    logs: dict[str, tuple[int, str]] = field(default_factory=dict)

    def look(self, now_ms: int, drained: bool, logs: Mapping[str, tuple[int, str]]) -> bool:
        """Adds one sample; True when the proof is complete.

        A sample that is not drained, a commit log that moved or a broker that was restarted begins it anew.
        """
        if not drained or not logs:
            self.reset()
            return False
        if self.since_ms is None or dict(logs) != self.logs:
            self.since_ms, self.samples, self.logs = now_ms, 1, dict(logs)
            return False
        self.samples += 1
        return self.samples >= 2 and now_ms - self.since_ms >= self.window * 1000

    def reset(self) -> None:
        self.since_ms, self.samples, self.logs = None, 0, {}

    def seconds(self, now_ms: int) -> float:
        return 0.0 if self.since_ms is None else (now_ms - self.since_ms) / 1000
