# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to read where others go on writing."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.filter.closing import rows_behind


def test_what_a_group_has_not_read_of_what_there_was() -> None:
    def row(committed, end, *, group="g", queue=0, least=0):
        return {"cluster": "hub", "group": group, "topic": "shared", "broker": "hub-a", "queue": queue, "client": "",
                "committed": committed, "min": least, "max": end}  # fmt: skip

    first = [row(3, 10), row(None, 0, queue=1)]
    behind = rows_behind
    # Others go on writing: what there was at first counts.
    assert behind(first, [row(10, 99), row(None, 50, queue=1)]) == []
    assert behind(first, [row(9, 99)]) == ["hub/g/shared on hub-a queue 0: 9 of 10"]
    assert behind(first, []) == ["hub/g/shared on hub-a queue 0: 0 of 10"]
    assert behind(first, [], ["hub/g/shared"]) == []
    assert behind([row(None, 10, least=10)], []) == []
