# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a broker's permission counts as in force: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable

from ..._admin.models import TopicConfig
from ..._admin.release import PERM_READ, READ_WRITE
from ..._admin.system_names import is_system_topic

WORDS = {0: "closed", PERM_READ: "read-only", READ_WRITE: "read and write"}


def takes_rights(before: int, after: int) -> bool:
    """Whether clients lose something that they may do now."""
    return before & ~after & READ_WRITE != 0


def published_perm(own: int, broker_perm: int) -> int:
    """The permission that a broker publishes at a name server: without full permission the broker's replaces the
    topic's own."""
    return own if broker_perm & READ_WRITE == READ_WRITE else broker_perm


def witnesses(
    topics: dict[str, TopicConfig], broker: str, clusters: Iterable[str], brokers: Iterable[str]
) -> dict[str, TopicConfig]:
    """The topics whose routes show the permission of a broker.

    All topics of the business, and the one that has the broker's own name: every broker has it, no other broker
    should, so there is always something to see.
    """
    clusters, brokers = frozenset(clusters), frozenset(brokers)
    return {
        name: topic for name, topic in topics.items() if name == broker or not is_system_topic(name, clusters, brokers)
    }
