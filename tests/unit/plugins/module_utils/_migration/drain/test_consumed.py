# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import QueueRange
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.consumed import remaining, unread


@pytest.mark.parametrize(
    ("committed", "left"),
    [
        (None, 7),  # never consumed: all that is kept
        (0, 7),
        (2, 7),  # what lies below the minimum is gone
        (3, 7),
        (9, 1),
        (10, 0),
        (12, 0),  # beyond the end: a matter of another group
        (-1, 7),
    ],
)
def test_what_a_group_can_still_consume(committed: int | None, left: int) -> None:
    assert remaining(QueueRange(3, 10), committed) == left


def test_an_empty_queue_is_read_by_whoever_there_is() -> None:
    assert unread({0: QueueRange(4, 4)}, {}) is None


def test_messages_without_a_reader_are_told() -> None:
    assert unread({0: QueueRange(4, 4), 1: QueueRange(4, 6)}, {}) == "queue 1 holds 2 message(s) that no group has read"


def test_every_reader_has_to_have_consumed_every_queue() -> None:
    ranges = {0: QueueRange(0, 5), 1: QueueRange(0, 5)}
    assert unread(ranges, {"a": {0: 5, 1: 5}, "b": {0: 5, 1: 5}}) is None
    told = unread(ranges, {"a": {0: 5, 1: 5}, "b": {0: 5}})
    assert told == "queue 1 holds 5 message(s) that group b has not consumed"
