# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What creating costs the brokers of 4.4.0, and what a start with seeds would cost instead.

Each creation rewrites the broker's whole table, so it costs time proportional to it. The figures were measured with
tables of 200 to 104,000 topics on two shared cores: 7 ms at 1,000 topics, 30 at 6,000, 110-180 at 20,000, 600 at
70,000; a seeded start was listed after 7 s with 3,000 topics and 20 s with 50,000.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._admin import release
from .merge import MergedTables
from .missing import Work

# Seconds. A creation that is faster than this is no reason to start a broker with seeds instead.
_WORTH_SECONDS = 60


def seconds(work: Work, merged: MergedTables) -> dict[str, int]:
    """Return C(one_by_one) and C(seeded), whole seconds; masters work side by side, so the slowest counts."""
    topics, groups = len(merged.topics), len(merged.groups)
    slowest = max(
        (_one_by_one(len(one.topics), topics) + _one_by_one(len(one.groups), groups) for one in work.masters),
        default=0.0,
    )
    seeded = release.SEEDED_START + release.SEEDED_START_PER_TOPIC * len(merged.topics)
    return {"one_by_one": round(slowest), "seeded": round(seeded)}


def seeds_pay_off(estimated: Mapping[str, int]) -> bool:
    return estimated["one_by_one"] > max(_WORTH_SECONDS, 2 * estimated["seeded"])


def _one_by_one(missing: int, in_all: int) -> float:
    """The table grows from what is there to what is wished; the middle of both is what a creation costs."""
    return missing * (release.CREATION + release.CREATION_PER_ENTRY * (in_all - missing / 2))
