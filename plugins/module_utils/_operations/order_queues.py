# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queues of one cluster in the order tables of name servers (private)."""

from __future__ import annotations

from typing import Any

from .._admin.broker import topic_table
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._admin.nameserver import (
    kv_delete,
    kv_put,
    order_tables,
)
from .._admin.request import Request
from .._migration.tables.topic import order_value, same_order
from .changes import answers_of
from .errors import ArgumentError
from .task import Outcome, Task


def decide(
    tables: dict[tuple[str, str], dict[str, str]], masters: dict[str, dict[str, Any]], ordered: bool
) -> list[dict[str, Any]]:
    """What has to change: tables by name server and namespace; masters: broker name to its topics."""
    found = []
    for (server, namespace), table in tables.items():
        for topic, before in sorted(table.items()):
            entries = {name: topics[topic].write_queues for name, topics in masters.items() if topic in topics}
            after = order_value(before, entries, ordered) if entries else before
            if after != before:
                row = {"nameserver": server, "namespace": namespace, "topic": topic, "before": before, "after": after}
                found.append(row)
    return found


def write(row: dict[str, Any]) -> Request[None]:
    place = row["nameserver"], row["namespace"], row["topic"]
    return kv_delete(*place) if row["after"] is None else kv_put(*place, row["after"])


def run(task: Task, *, state: str, cluster: ClusterSpec, nameservers: list[str]) -> Outcome:
    ordered = state == "present"
    servers = list(dict.fromkeys(nameservers))
    if not servers or not cluster.masters:
        raise ArgumentError(f"nameservers and the masters of {cluster.name} must not be empty: nothing would change")
    tables = order_tables(servers)
    asked = {spec.name: topic_table(spec.address) for spec in cluster.masters}
    topics = answers_of(task, asked, "nothing was changed")
    masters = {name: table.topics for name, table in topics.items()}
    work = decide(answers_of(task, tables, "nothing was changed"), masters, ordered)
    before = {f"{one['nameserver']} {one['topic']}": one["before"] for one in work}
    after = {f"{one['nameserver']} {one['topic']}": one["after"] for one in work}
    if work and not task.check_mode:
        # Changes that arrive together make 4.4.0 rewrite kvConfig.json side by side, and it can lose the file.
        answers = task.admin.ask_all([write(one) for one in work], serial=True)
        failed = [str(answer) for answer in answers if isinstance(answer, AdminError)]
        seen = answers_of(task, tables, "written, and not read back")
        for one in work:
            value = seen[one["nameserver"], one["namespace"]].get(one["topic"])
            if not same_order(value, one["after"]):
                failed.append(f"{one['nameserver']} has {value!r} for {one['topic']}")
        if failed:
            return Outcome.failed("; ".join(failed), changed=task.acknowledged, entries=work)
    return Outcome.passed(changed=bool(work), before=before or None, after=after or None, entries=work)
