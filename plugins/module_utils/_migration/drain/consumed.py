# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a group has consumed a queue: one rule for the drain, the forecast of the preflight, and the delete."""

from __future__ import annotations

from collections.abc import Mapping

from ..._admin.models import QueueRange


def remaining(span: QueueRange, committed: int | None) -> int:
    """Messages that a group can still consume. C(committed): its next offset; None where it has none.

    What lies below the minimum was deleted by the broker: no consumer can read it, so it does not count.
    """
    return max(span.max - max(committed or 0, span.min), 0)


def kept_messages(ranges: Mapping[int, QueueRange]) -> int:
    """Messages that queues hold for a reader that has read none of them."""
    return sum(remaining(span, None) for span in ranges.values())


def unread(ranges: Mapping[int, QueueRange], readers: Mapping[str, Mapping[int, int]]) -> str | None:
    """The first queue that some reader has not consumed, in words; None where there is none.

    ranges: queue to its range. readers: group to its next offset by queue.
    """
    for queue, span in sorted(ranges.items()):
        kept = remaining(span, None)
        if kept and not readers:
            return f"queue {queue} holds {kept} message(s) that no group has read"
        for group, offsets in sorted(readers.items()):
            if left := remaining(span, offsets.get(queue)):
                return f"queue {queue} holds {left} message(s) that group {group} has not consumed"
    return None
