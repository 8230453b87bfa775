# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rows of two looks say together."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.rows import QueueLag, behind


def test_what_a_group_has_not_read_of_what_there_was() -> None:
    def row(committed, end, *, group="g", queue=0, least=0):
        return {"cluster": "hub", "group": group, "topic": "shared", "broker": "hub-a", "queue": queue, "client": "",
                "committed": committed, "min": least, "max": end}  # fmt: skip

    def now(*rows):
        return [QueueLag(verdict="", **one) for one in rows]

    first = [row(3, 10), row(None, 0, queue=1)]
    # Others go on writing: what there was at first counts.
    assert behind(first, now(row(10, 99), row(None, 50, queue=1))) == []
    assert behind(first, now(row(9, 99))) == ["hub/g/shared on hub-a queue 0: 9 of 10"]
    assert behind(first, []) == ["hub/g/shared on hub-a queue 0: 0 of 10"]
    assert behind(first, [], ["hub/g/shared"]) == []
    assert behind([row(None, 10, least=10)], []) == []
