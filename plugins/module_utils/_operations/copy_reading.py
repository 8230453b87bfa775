# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sources of a copy have, and what its target lacks (private)."""

from __future__ import annotations

import dataclasses
from typing import Any

from .._admin.client import ask_known
from .._admin.models import ClusterSnapshot, ClusterSpec, DataVersion, GroupTable, TopicTable, Unknown
from .._admin.nameserver import HELD_NAMESPACE, order_tables
from .._admin.release import ORDER_NAMESPACE
from .._admin.snapshot import take, with_held, with_ranges_of
from .._migration.tables import merge
from .._migration.tables import missing as metadata
from .errors import OperationError
from .silent_nameservers import registering
from .task import Task

SOURCE_PARTS = frozenset({"config", "topics", "groups", "offsets", "clients"})
# The ranges of queues are asked for where an offset is missing, and nowhere else: they are a request for each topic.
TARGET_PARTS = frozenset({"config", "topics", "groups", "offsets"})


class Reading:
    """Looks at the sources and at the target, again in each pass.

    C(servers): the name servers whose order configuration is written. C(acl_files), C(seen), C(assumed_empty): what the
    newest looks found, the addresses of sources with accounts, the target, and whether it was taken as empty.
    """

    def __init__(
        self,
        task: Task,
        sources: list[ClusterSpec],
        target: ClusterSpec,
        parts: frozenset[str],
        topic_perm: int | None,
        registers_with: list[str],
    ) -> None:
        self.task, self.admin = task, task.admin
        self.sources, self.target, self.parts = sources, target, parts
        self.topic_perm, self.registers_with = topic_perm, registers_with
        written = (*sources, target) if "tables" in parts else sources
        self.servers = tuple(dict.fromkeys(address for spec in written for address in spec.nameservers))
        self.acl_files: list[str] = []
        self.seen: Any = None
        self.assumed_empty = False

    def merged(self) -> merge.MergedTables:
        snapshots = [take(self.admin, spec, SOURCE_PARTS) for spec in self.sources]
        self.acl_files = metadata.acl_files(snapshots)
        merged = merge.merge(snapshots, self.target)
        if merged.gaps:
            lines = metadata.describe(merged.gaps)
            raise OperationError(
                f"the sources did not answer completely, so nothing was copied in this pass: {'; '.join(lines[:5])}. "
                "See that each of these runs and that its address is right, then run this again.",
                unanswered=lines,
            )
        if not merged.topics and not merged.groups:
            raise OperationError("the sources have no topic and no group of their own: check their addresses")
        return merged

    def work(self, merged: merge.MergedTables, granted: frozenset[str]) -> metadata.Work:
        """What the target lacks now. C(granted): topics that get their full permission whatever new ones may get.

        Raises OperationError when the target did not answer completely.
        """
        if "tables" not in self.parts:
            self.seen = ClusterSnapshot(spec=dataclasses.replace(self.target, brokers=()))
        else:
            seen = self._registering(take(self.admin, self.target, TARGET_PARTS))
            self.seen = with_ranges_of(self.admin, seen, metadata.without_offset(merged, seen))
        if self.task.check_mode and "tables" in self.parts and self._target_is_silent():
            self.assumed_empty = True
            self.seen = self._empty()
        tables = ask_known(self.admin, order_tables(self.servers))
        orders = {
            server: with_held(tables[server, ORDER_NAMESPACE], tables[server, HELD_NAMESPACE])
            for server in self.servers
        }
        if self.assumed_empty:
            for server in self.target.nameservers:
                if isinstance(orders[server], Unknown):
                    orders[server] = {}
        if "order" not in self.parts:
            orders = {}
        work = metadata.compare(merged, self.seen, orders, self.topic_perm, granted)
        if work.gaps:
            lines = metadata.describe(work.gaps)
            raise OperationError(
                f"the target did not answer completely, so nothing was sent in this pass: {'; '.join(lines[:5])}",
                unanswered=lines,
            )
        return work

    def _registering(self, seen: Any) -> Any:
        """What was seen, with the list of name servers that the target runs with."""
        brokers = {
            address: dataclasses.replace(view, config=registering(view.config, self.registers_with))
            for address, view in seen.brokers.items()
        }
        return dataclasses.replace(seen, brokers=brokers)

    def _target_is_silent(self) -> bool:
        return all(isinstance(view.topics, Unknown) for view in self.seen.masters)

    def _empty(self) -> Any:
        brokers = {
            view.spec.address: type(view)(
                spec=view.spec,
                config={},
                topics=TopicTable(DataVersion(0, 0), {}),
                groups=GroupTable(DataVersion(0, 0), {}),
                offsets={},
                stats={},
            )
            for view in self.seen.masters
        }
        return type(self.seen)(spec=self.target, nameservers={}, brokers=brokers)
