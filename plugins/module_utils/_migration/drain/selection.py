# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups and topics a question is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from ..._admin.models import ClusterSnapshot, answered, known
from .pairs import pairs_of


@dataclass(frozen=True)
class Filter:
    """Shell patterns; an empty tuple selects everything."""

    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    # Thousands of plain names are a usual filter, and each is asked for very often.
    @cached_property
    def _plain(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self.groups), frozenset(self.topics)

    @cached_property
    def _globs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        wild = [tuple(one for one in patterns if set(one) & set("*?[")) for patterns in (self.groups, self.topics)]
        return wild[0], wild[1]

    def group(self, name: str) -> bool:
        return not self.groups or name in self._plain[0] or any(fnmatchcase(name, one) for one in self._globs[0])

    def topic(self, name: str) -> bool:
        return not self.topics or name in self._plain[1] or any(fnmatchcase(name, one) for one in self._globs[1])

    def unmatched(self, snapshots: Iterable[ClusterSnapshot]) -> list[str]:
        """Patterns that no name of any of the clusters fits, as ``group x`` or ``topic x``."""
        if not self.groups and not self.topics:
            return []
        topics: set[str] = set()
        groups: set[str] = set()
        for snapshot in snapshots:
            for view in snapshot.masters:
                topics.update(view.topics.topics if known(view.topics) else ())
                groups.update(view.groups.groups if known(view.groups) else ())
                groups.update(answered(view.connections) or ())
                for topic, group in pairs_of(view):
                    topics.add(topic)
                    groups.add(group)
        return [
            f"group {one}"
            for one in self.groups
            if one not in groups and not any(fnmatchcase(name, one) for name in groups)
        ] + [
            f"topic {one}"
            for one in self.topics
            if one not in topics and not any(fnmatchcase(name, one) for name in topics)
        ]


EVERYTHING = Filter()
