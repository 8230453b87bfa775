# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(state=absent) of the modules for topics and groups: look, refuse, delete, read back (private)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from .._admin.broker import delete_group, delete_topic, group_table, topic_table
from .._admin.errors import AdminError
from .._admin.models import BrokerView, ClusterSpec
from .._admin.nameserver import delete_topic_route, kv_delete, kv_list, topic_route
from .._admin.release import ORDER_NAMESPACE
from .._admin.request import Request
from .._admin.snapshot import take_all
from .._migration.reasons.refusal import stated
from .._migration.tables import changes, removal
from .changes import finish_changes, read_masters
from .errors import OperationError
from .half_messages import transactional_producers
from .masters import Masters
from .task import Outcome, Task

_PARTS = frozenset({"topics", "groups", "offsets", "delay", "stats", "clients"})


class Removal:
    """One task that deletes topics or groups (C(kind)) of these names from all masters of all clusters."""

    def __init__(
        self,
        task: Task,
        kind: str,
        clusters: Iterable[ClusterSpec],
        names: Iterable[str],
        reserved: Callable[[frozenset[str], frozenset[str]], Callable[[str], str | None]] | None = None,
    ) -> None:
        """C(reserved): cluster names, broker names → a function that says why a name is not the operator's."""
        self.task, self.kind, self.names = task, kind, list(names)
        self.sides: list[Masters] = read_masters(task, clusters, groups=True)
        self.rows: list[dict[str, Any]] = []
        self._reserved = reserved

    def run(self) -> Outcome:
        refusals = self._names() or self._masters()
        if self.kind == "topic":
            refusals += self._name_servers()
        if refusals:
            raise OperationError("nothing was deleted: " + "; ".join(refusals), changes=[], cured=[])
        if not self.task.check_mode:
            self._apply()
        return finish_changes(self.task, self.rows, [])

    # --- looking ------------------------------------------------------------------------------------------

    def _names(self) -> list[str]:
        if self._reserved is None:
            return []
        clusters = frozenset().union(*(side.names()[0] for side in self.sides))
        brokers = frozenset().union(*(side.names()[1] for side in self.sides))
        why = self._reserved(clusters, brokers)
        return [stated("TOPIC_RESERVED", name, text) for name in self.names if (text := why(name))]

    def _masters(self) -> list[str]:
        refusals = []
        snapshots = take_all(self.task.admin, [side.cluster for side in self.sides], _PARTS)
        for side, snapshot in zip(self.sides, snapshots, strict=True):
            for spec in side.specs:
                table = side.topics[spec.address] if self.kind == "topic" else side.groups[spec.address]
                present = [name for name in self.names if name in table]
                if not present:
                    continue
                where = f"{side.cluster.name}/{spec.name}"
                refusals += self._judge(where, snapshot.brokers[spec.address], present)
                self.rows += [
                    changes.entry(
                        self.kind, name, side.cluster.name, spec.address, _value(table[name]), None, broker=spec.name
                    )
                    for name in present
                ]
        return refusals

    def _judge(self, where: str, view: BrokerView, names: list[str]) -> list[str]:
        if self.kind == "topic":
            found = removal.broker_refusals(view, transactional_producers(self.task.admin, view))
            if found:
                return [stated(code, where, text) for code, text in found]
        judge = removal.topic_refusals if self.kind == "topic" else removal.group_refusals
        return [stated(code, f"{where}/{name}", text) for name in names for code, text in judge(name, view)]

    def _name_servers(self) -> list[str]:
        """A name server can only forget a topic for all brokers that it knows."""
        refusals = []
        clusters = [side.cluster.name for side in self.sides]
        brokers = [spec.name for side in self.sides for spec in side.specs]
        homes = {server: side for side in reversed(self.sides) for server in side.cluster.nameservers}
        asked = [(server, name) for server in sorted(homes) for name in self.names]
        answers = self.task.admin.ask_all([topic_route(*pair) for pair in asked])
        for (server, name), route in zip(asked, answers, strict=True):
            side = homes[server]
            if isinstance(route, AdminError):
                refusals.append(stated("NAMESERVER_UNKNOWN", f"{side.cluster.name}/{server}", str(route)))
                continue
            foreign = removal.foreign_brokers(route, clusters, brokers)
            if foreign:
                why = f"name server {server} also leads to {', '.join(foreign)}, and would forget it there too"
                refusals.append(stated("TOPIC_ELSEWHERE", name, why))
            entry = side.order[server].get(name)
            if entry is not None:
                self.rows.append(changes.entry("order", name, side.cluster.name, server, entry, None))
            if route is not None:
                led = {queue.broker: queue.perm for queue in route.queues}
                self.rows.append(changes.entry("route", name, side.cluster.name, server, led, None))
        return refusals

    # --- deleting -----------------------------------------------------------------------------------------

    def _apply(self) -> None:
        """The masters first: one that still has a topic publishes it again. After a failure the rest is left alone."""
        failed = False
        for kind in ("order", self.kind, "route"):
            rows = [row for row in self.rows if row["kind"] == kind]
            if failed:
                changes.skip(rows)
            elif rows:
                self._delete(kind, rows)
                failed = changes.has_failed(rows)

    def _delete(self, kind: str, rows: list[dict[str, Any]]) -> None:
        requests: dict[str, list[Request[Any]]] = {}
        for row in rows:
            requests.setdefault(row["address"], []).append(_request(kind, row))
        sent = {address: iter(errors) for address, errors in self.sides[0].send(requests, f"{kind} deletions").items()}
        looks = [_look(kind, row) for row in rows]
        for row, answer in zip(rows, self.task.admin.ask_all(looks), strict=True):
            error = next(sent[row["address"]])
            if isinstance(answer, AdminError):
                changes.finish(row, str(error or answer))
            elif _left(kind, row["name"], answer):
                changes.finish(row, str(error or "it is still there"))
            else:
                changes.finish(row)


def _request(kind: str, row: dict[str, Any]) -> Request[Any]:
    address, name = row["address"], row["name"]
    if kind == "order":
        return kv_delete(address, ORDER_NAMESPACE, name)
    return {"topic": delete_topic, "group": delete_group, "route": delete_topic_route}[kind](address, name)


def _look(kind: str, row: dict[str, Any]) -> Request[Any]:
    address = row["address"]
    if kind == "order":
        return kv_list(address, ORDER_NAMESPACE)
    if kind == "route":
        return topic_route(address, row["name"])
    return topic_table(address) if kind == "topic" else group_table(address)


def _left(kind: str, name: str, answer: Any) -> bool:
    if kind == "route":
        return answer is not None
    if kind == "order":
        return name in answer
    return name in (answer.topics if kind == "topic" else answer.groups)


def _value(settings: Any) -> dict[str, Any]:
    shown = dataclasses.asdict(settings)
    shown.pop("name")
    shown.pop("order", None)
    return shown
