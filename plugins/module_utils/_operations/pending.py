# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delayed and half messages of some topics, on masters that serve others, too.

4.4.0 lets no client read a delay level, so all that waits there counts until what was there when the topics' queues
came to a standstill is delivered: had one of them been theirs, its delivery would have moved a queue. An undecided half
message is appended anew at each check, so half messages are read, each once, for the topic that stands in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .._admin.broker import pull
from .._admin.client import Admin
from .._admin.errors import AdminError
from .._admin.models import BrokerView, ClusterSnapshot, PullResult, Unknown
from .._admin.release import PULL_COUNT
from .._admin.system_names import HALF_TOPIC
from .._migration.drain.rows import ClusterDrain

# In place of a delay level; those begin with 1.
HALF = 0

# Master's address and delay level, or HALF.
Counts = dict[tuple[str, int], "int | Unknown"]


@dataclass
class _Half:
    """C(read): up to where a half topic was read. C(mine): offsets of the wanted messages that were found."""

    read: int = 0
    mine: list[int] = field(default_factory=list)


class Pending:
    """Of one cluster, look after look. C(wanted): tells of a topic's name."""

    def __init__(self, admin: Admin, wanted: Callable[[str], bool]) -> None:
        self.admin, self.wanted = admin, wanted
        self.halves: dict[str, _Half] = {}
        self.marks: dict[tuple[str, int], int] = {}
        self.still: Any = None  # the ends of the topics' queues at the last look, while nothing was left in them

    def __call__(self, snapshot: ClusterSnapshot) -> Counts:
        """What waits in each part of each master; Unknown where that could not be read."""
        found: Counts = {}
        for view in snapshot.masters:
            for level, span in _levels(view).items():
                key = (view.spec.address, level)
                if isinstance(span, Unknown):
                    found[key] = span
                else:
                    found[key] = max(self.marks.get(key, span[1]) - span[0], 0)
            if isinstance(view.half, tuple):
                found[view.spec.address, HALF] = self._half(view.spec.address, *view.half)
        return found

    def look(self, snapshot: ClusterSnapshot, drain: ClusterDrain) -> None:
        """Takes the judgement of the same look: what is delayed now counts, unless the queues stand still since."""
        left = any(row.remaining for row in drain.rows)
        now = None if left else drain.ends
        if now is None or now != self.still:
            self.marks = {
                (view.spec.address, level): span[1]
                for view in snapshot.masters
                for level, span in _levels(view).items()
                if not isinstance(span, Unknown)
            }
        self.still = now

    def _half(self, address: str, done: int, end: int) -> int | Unknown:
        half = self.halves.setdefault(address, _Half())
        half.read = max(half.read, done)
        while half.read < end:
            (answer,) = self.admin.ask_all([pull(address, HALF_TOPIC, 0, half.read, min(PULL_COUNT, end - half.read))])
            why = self._take(half, answer)
            if why:
                return Unknown(why)
        half.mine = [offset for offset in half.mine if offset >= done]
        return len(half.mine)

    def _take(self, half: _Half, answer: PullResult | AdminError) -> str:
        """Adds what an answer holds; returns why it is none."""
        if isinstance(answer, AdminError):
            return str(answer)
        before = half.read
        for message in answer.messages:
            half.read = max(half.read, message.offset + 1)
            if self.wanted(message.real_topic):
                half.mine.append(message.offset)
        # What is gone from the disk does not wait any more.
        if not answer.messages and answer.status == "OFFSET_MOVED":
            half.read = max(half.read, answer.next)
        return "" if half.read > before else f"nothing could be read at offset {before}: {answer.status}"


def _levels(view: BrokerView) -> dict[int, tuple[int, int] | Unknown]:
    return view.schedule if isinstance(view.schedule, dict) else {}
