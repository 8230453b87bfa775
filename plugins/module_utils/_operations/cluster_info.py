# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clusters hold, as they tell it (private)."""

from __future__ import annotations

from typing import Any

from .._admin.models import ClusterSnapshot, ClusterSpec, Unknown
from .._admin.snapshot import take
from .errors import OperationError
from .task import Outcome, Task

PARTS = ("config", "runtime", "topics", "groups", "offsets", "delay", "stats", "clients")
NAMESERVER_PARTS = ("cluster_info", "topic_list", "order_conf", "order_held")
SHOWN = ("config", "runtime", "topics", "groups", "offsets", "delay", "schedule", "half", "stats", "connections")


def shown(value: Any) -> Any:
    """One part as it is returned: tables without their wrapping, what is unknown with its reason."""
    if isinstance(value, Unknown):
        return {"unknown": value.reason}
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    for table in ("topics", "groups"):
        if hasattr(value, table):
            return getattr(value, table)
    return value


def offsets(value: Any) -> Any:
    """group → topic → queue → offset, instead of keys that are pairs."""
    if not isinstance(value, dict):
        return value
    nested: dict[str, dict[str, Any]] = {}
    for (topic, group), queues in value.items():
        nested.setdefault(group, {})[topic] = queues
    return nested


def unknown(where: str, value: Any) -> list[str]:
    """Everything that did not answer below one part."""
    if isinstance(value, Unknown):
        return [f"{where}: {value.reason}"]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in unknown(f"{where} {key}", item)]
    return []


def describe(snapshot: ClusterSnapshot) -> tuple[dict[str, Any], list[str]]:
    """A snapshot as it is returned, and what is unknown in it."""
    missing: list[str] = []
    servers: dict[str, Any] = {}
    for address, view in snapshot.nameservers.items():
        parts = {name: getattr(view, name) for name in NAMESERVER_PARTS}
        servers[address] = {name: shown(part) for name, part in parts.items()}
        for name, part in parts.items():
            missing.extend(unknown(f"{snapshot.spec.name}: name server {address} {name}", part))
    brokers: dict[str, Any] = {}
    for address, broker in snapshot.brokers.items():
        parts = {name: getattr(broker, name) for name in SHOWN}
        for name, part in parts.items():
            missing.extend(unknown(f"{snapshot.spec.name}: {broker.spec.name} {address} {name}", part))
        parts["offsets"] = offsets(parts["offsets"])
        brokers[address] = {
            "name": broker.spec.name,
            "id": broker.spec.id,
            **{name: shown(part) for name, part in parts.items()},
        }
    return {"name": snapshot.spec.name, "nameservers": servers, "brokers": brokers}, missing


def run(task: Task, *, clusters: list[ClusterSpec], gather: list[str], must_answer: bool) -> Outcome:
    described, missing = [], []
    for cluster in clusters:
        snapshot = take(task.admin, cluster, frozenset(gather))
        one, unanswered = describe(snapshot)
        answers: list[Any] = [view.cluster_info for view in snapshot.nameservers.values()]
        answers += [view.config for view in snapshot.brokers.values()]
        silent = all(isinstance(answer, Unknown) or answer is None for answer in answers)
        if silent and must_answer:
            raise OperationError(
                f"no broker and no name server of cluster {cluster.name} answered: " + "; ".join(unanswered[:10])
            )
        described.append(one)
        missing.extend(unanswered)
    return Outcome.passed(clusters=described, unknown=missing)
