# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter about what is left to read where nothing stands still."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


@told
def rows_behind(first: list[dict[str, Any]], now: list[dict[str, Any]], waived: Iterable[str] = ()) -> list[str]:
    """A line for each queue that a group has not read up to where it ended at first.

    first, now: the rows of two looks with O(mqops.rocketmq.rocketmq_offset_lag#module:detail=all). waived: subjects,
    C(cluster/group/topic), that need not be read.
    """
    keys = ("cluster", "group", "topic", "broker", "queue", "client")
    later = {tuple(row[key] for key in keys): row for row in now}
    behind = []
    for row in first:
        at = later.get(tuple(row[key] for key in keys), {}).get("committed")
        subject = f"{row['cluster']}/{row['group']}/{row['topic']}"
        # What lies below the minimum is gone: nobody can read it any more.
        if row["max"] > max(at or 0, row["min"]) and subject not in waived:
            behind.append(f"{subject} on {row['broker']} queue {row['queue']}: {at or 0} of {row['max']}")
    return behind


class FilterModule:
    """The collection's filter about what is left to read."""

    def filters(self) -> dict[str, Any]:
        return {"rows_behind": rows_behind}
