# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected to clusters (private)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from .._admin.broker import group_table
from .._admin.client import Admin
from .._admin.clients import (
    consumer_connections,
    producer_connections,
)
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec, ConsumerConnections
from .._admin.system_names import is_system_group
from .._migration.clients.census import Holding, census, parse_ss
from .errors import ArgumentError
from .task import Outcome, Task


def holdings(
    admin: Admin, specs: list[ClusterSpec], patterns: list[str], producers: list[str]
) -> tuple[list[Holding], list[str]]:
    """What every broker, slaves included, knows of its clients; and the errors of those that did not answer."""
    brokers = [(spec.name, broker) for spec in specs for broker in spec.brokers]
    unanswered: list[str] = []
    names: dict[str, set[str]] = {spec.name: set() for spec in specs}
    silent = set()
    tables = admin.ask_all(group_table(broker.address) for _cluster, broker in brokers)
    for (cluster, broker), table in zip(brokers, tables, strict=True):
        if isinstance(table, AdminError):
            unanswered.append(str(table))
            silent.add(broker.address)
        else:
            names[cluster] |= {name for name in table.groups if not is_system_group(name)}
    asked: list[tuple[str, Any, str, str]] = []
    for cluster, broker in brokers:
        if broker.address in silent:
            continue
        for group in sorted(names[cluster]):
            if not patterns or any(fnmatchcase(group, pattern) for pattern in patterns):
                asked.append((cluster, broker, "consumer", group))
        asked += [(cluster, broker, "producer", group) for group in producers]
    questions = {"consumer": consumer_connections, "producer": producer_connections}
    answers = admin.ask_all(questions[role](broker.address, group) for _cluster, broker, role, group in asked)
    found = []
    for (cluster, broker, role, group), answer in zip(asked, answers, strict=True):
        if isinstance(answer, AdminError):
            unanswered.append(str(answer))
            continue
        clients = () if answer is None else answer.clients if isinstance(answer, ConsumerConnections) else answer
        found += [
            Holding(cluster, f"{broker.name}:{broker.id}", one.address, one.id, one.language, role, group)
            for one in clients
        ]
    return found, unanswered


def run(
    task: Task,
    *,
    clusters: list[ClusterSpec],
    groups: list[str],
    producer_groups: list[str],
    peers: list[dict[str, Any]],
    ports: list[int],
    expected: list[dict[str, Any]],
) -> Outcome:
    if not clusters and not peers:
        raise ArgumentError("neither clusters nor peers are given: there is nothing to look at")
    found, unanswered = holdings(task.admin, clusters, groups, producer_groups)
    sockets, unread = [], []
    for peer in peers:
        good, bad = parse_ss(peer["host"], peer["lines"])
        sockets += good
        unread += [{"host": peer["host"], "line": line} for line in bad]
    clients = census(found, sockets, ports=ports, expected=expected)
    return Outcome.passed(
        clients=clients,
        unexpected=[one["address"] for one in clients if one["expected"] is None],
        unanswered=unanswered,
        unread=unread,
        complete=not unanswered and not unread,
    )
