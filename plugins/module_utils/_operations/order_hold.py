# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of the order tables are set aside, and put back (private)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._admin.broker import topic_table
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._admin.nameserver import (
    HELD_NAMESPACE,
    kv_delete,
    kv_put,
    order_tables,
)
from .._admin.release import ORDER_NAMESPACE
from .._admin.request import Request
from .errors import ArgumentError, OperationError
from .gate import would_wait
from .task import Outcome, Task
from .wait import wait_until

Tables = dict[tuple[str, str], dict[str, str]]  # by name server and namespace


@dataclass(frozen=True)
class Flags:
    """``ordered``: what masters still refuse, C(broker/topic)."""

    ordered: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.ordered


class Hold:
    """The module's requests; each raises OperationError for half a picture or a change that did not happen."""

    def __init__(self, task: Task, servers: list[str]) -> None:
        self.task = task
        self.servers = servers

    def ask(self, requests: list[Request[Any]], what: str) -> list[Any]:
        # Changes that arrive together make 4.4.0 rewrite kvConfig.json side by side, and it can lose the file.
        answers = self.task.admin.ask_all(requests, serial=True)
        failed = [str(answer) for answer in answers if isinstance(answer, AdminError)]
        if failed:
            raise OperationError(f"{what}: {'; '.join(failed)}", changed=self.task.acknowledged)
        return answers

    def tables(self, what: str = "nothing was changed") -> Tables:
        requests = order_tables(self.servers)
        return dict(zip(requests, self.ask(list(requests.values()), what), strict=True))

    def move(self, rows: list[dict[str, str]], seen: Tables, away: str, to: str) -> None:
        """Read back there before it is taken away here, so that it is never nowhere."""
        missing = [row for row in rows if to == HELD_NAMESPACE or row["topic"] not in seen[row["nameserver"], to]]
        puts = [kv_put(row["nameserver"], to, row["topic"], row["value"]) for row in missing]
        self.ask(puts, "nothing was taken away")
        seen = self.tables("nothing was taken away")
        self._require(rows, lambda row: row["topic"] in seen[row["nameserver"], to], f"not written to {to}")
        self.ask([kv_delete(row["nameserver"], away, row["topic"]) for row in rows], "not everything was moved")
        seen = self.tables("moved, and not read back")
        self._require(rows, lambda row: row["topic"] not in seen[row["nameserver"], away], f"still in {away}")

    def _require(self, rows: list[dict[str, str]], true: Callable[[dict[str, str]], bool], what: str) -> None:
        odd = [f"{row['topic']} at {row['nameserver']}" for row in rows if not true(row)]
        if odd:
            raise OperationError(f"{what}: {'; '.join(odd)}", changed=self.task.acknowledged, entries=rows)

    def flags(self, cluster: ClusterSpec) -> Flags:
        """Every topic counts: a broker keeps a flag when its name server has lost the whole table."""
        tables = self.task.admin.ask_all([topic_table(spec.address) for spec in cluster.masters])
        found = []
        for spec, table in zip(cluster.masters, tables, strict=True):
            if isinstance(table, AdminError):
                raise table
            found += [f"{spec.name}/{name}" for name, topic in sorted(table.topics.items()) if topic.order]
        return Flags(tuple(found))


def rows_of(tables: Tables, namespace: str, topics: set[str] | None = None) -> list[dict[str, str]]:
    """The entries of a namespace at all name servers, only of these topics unless None."""
    return [
        {"nameserver": server, "topic": topic, "value": value}
        for (server, space), table in tables.items()
        if space == namespace
        for topic, value in sorted(table.items())
        if topics is None or topic in topics
    ]


def sides(rows: list[dict[str, str]], away: str, to: str) -> dict[str, Any]:
    """C(before) and C(after) of the entries that move; none when nothing moves."""
    if not rows:
        return {}
    entries = {f"{row['nameserver']} {row['topic']}": row["value"] for row in rows}
    return {"before": {away: entries}, "after": {to: entries}}


def release(task: Task, hold: Hold) -> Outcome:
    tables = hold.tables()
    rows = rows_of(tables, HELD_NAMESPACE)
    if rows and not task.check_mode:
        hold.move(rows, tables, HELD_NAMESPACE, ORDER_NAMESPACE)
    return Outcome.passed(changed=bool(rows), **sides(rows, HELD_NAMESPACE, ORDER_NAMESPACE), entries=rows)


def keep(task: Task, hold: Hold, cluster: ClusterSpec) -> Outcome:
    known = hold.ask([topic_table(spec.address) for spec in cluster.masters], "nothing was changed")
    own = {name for table in known for name in table.topics}
    tables = hold.tables()
    rows = rows_of(tables, ORDER_NAMESPACE, own)
    topics = sorted({row["topic"] for row in rows + rows_of(tables, HELD_NAMESPACE, own)})
    moved = sides(rows, ORDER_NAMESPACE, HELD_NAMESPACE)
    if task.check_mode:
        shown = {"changed": bool(rows), "elapsed": 0.0, "entries": rows, "topics": topics, **moved}
        flags = hold.flags(cluster)
        if flags.ok:
            return Outcome.passed(**shown)
        until = f"the masters of {cluster.name} take no topic for an ordered one"
        return would_wait(task, until, ", ".join(flags.ordered), **shown)
    if rows:
        hold.move(rows, tables, ORDER_NAMESPACE, HELD_NAMESPACE)
    waited = wait_until(
        lambda: hold.flags(cluster), lambda flags: flags,
        timeout=task.timeout, interval=task.interval,
    )  # fmt: skip
    elapsed = round(waited.elapsed, 1)
    if waited.ok:
        return Outcome.passed(changed=bool(rows), elapsed=elapsed, entries=rows, topics=topics, **moved)
    tables = hold.tables("the entries stay held")
    hold.move(rows_of(tables, HELD_NAMESPACE, own), tables, HELD_NAMESPACE, ORDER_NAMESPACE)
    still = ", ".join(waited.last.ordered) if waited.last else "nobody answered"
    return Outcome.failed(
        f"masters of {cluster.name} still take topics for ordered ones {waited.why()}, and would refuse their messages "
        f"at once, so the entries were put back: {still}. See that these masters register at "
        f"{', '.join(hold.servers)} and at no other name server. One with forceRegister=false does so only when one of "
        "its topics changes: set it to true, it is read at each period. A topic that no table lists has lost its "
        "entry: write it again with rocketmq_topic order=true.",
        changed=task.acknowledged,
        elapsed=elapsed,
        entries=[],
        topics=topics,
    )


def run(task: Task, *, state: str, cluster: ClusterSpec | None, nameservers: list[str]) -> Outcome:
    servers = list(dict.fromkeys(nameservers))
    if not servers:
        raise ArgumentError("nameservers must not be empty: nothing would change")
    hold = Hold(task, servers)
    if state == "released":
        return release(task, hold)
    if cluster is None or not cluster.masters:
        raise ArgumentError("cluster must have a master: nobody would be made read-only")
    return keep(task, hold, cluster)
