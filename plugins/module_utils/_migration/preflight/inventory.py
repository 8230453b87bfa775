# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a source is: its inventory in figures, for a report and for the planning of the target."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..._admin.models import Unknown, answered, known
from ..._admin.release import MASTER_ID
from ..._admin.system_names import DERIVED
from ..drain.consumed import kept_messages
from .facts import Facts, clients_of, online_groups
from .settings import nameserver_entries, setting
from .tables import number


def describe(facts: Facts) -> list[dict[str, Any]]:
    """One entry for each source that was read; what did not answer is None or stands under C(unknown)."""
    return [_source(facts, snapshot) for snapshot in facts.snapshots]


def _source(facts: Facts, snapshot: Any) -> dict[str, Any]:
    name = snapshot.spec.name
    merged = facts.tables[name]
    online = online_groups(snapshot)
    clients = {
        (group, client): found
        for group, connections in online.items()
        for client, found in clients_of(connections).items()
    }
    brokers = [_broker(snapshot, broker) for broker in snapshot.spec.brokers]
    masters = [row for row in brokers if row["id"] == MASTER_ID]
    return {
        "name": name,
        "brokers": brokers,
        "topics": sum(not topic.startswith(DERIVED) for topic in merged.topics),
        "groups": len(merged.groups),
        "groups_online": len(online),
        "groups_broadcasting": sum(any(one.is_broadcast for one in found) for found in online.values()),
        "groups_pulling": sum(any(not one.is_push for one in found) for found in online.values()),
        "clients": len(clients),
        "clients_by_language": dict(sorted(Counter(client.language for client in clients.values()).items())),
        "clients_by_version": {
            str(version): count
            for version, count in sorted(Counter(client.version for client in clients.values()).items())
        },
        "clients_silent": sum(isinstance(told, Unknown) for told in facts.running.get(name, {}).values()),
        "ordered_topics": dict(merged.order),
        "transactional_producer_groups": dict(sorted((answered(facts.transactions.get(name)) or {}).items())),
        "messages_retained": _total(masters, "messages"),
        "bytes_retained": _total(masters, "bytes_retained"),
        "unknown": [f"{gap.subject} {gap.part}: {gap.reason}" for gap in merged.gaps],
    }


def _broker(snapshot: Any, broker: Any) -> dict[str, Any]:
    view = snapshot.brokers.get(broker.address)
    config = view.config if view is not None and known(view.config) else None
    runtime = view.runtime if view is not None and known(view.runtime) else None
    entries = nameserver_entries(config) if config is not None else []
    row = {
        "name": broker.name,
        "id": broker.id,
        "address": broker.address,
        "answered": config is not None,
        "version": runtime.get("brokerVersionDesc") if runtime is not None else None,
        "role": config.get("brokerRole") if config is not None else None,
        "permission": int(setting(config, "brokerPermission")) if config is not None else None,
        "nameservers": entries,
        # A broker that was given a name follows the switch of DNS by itself.
        "nameservers_by": sorted({_by(entry) for entry in entries}),
        "delay_levels": setting(config, "messageDelayLevel") if config is not None else None,
        "log_end": number(runtime, "commitLogMaxOffset") if runtime is not None else None,
        "bytes_retained": None,
        "behind": None,
        "messages": _messages(view) if broker.is_master else None,
    }
    if runtime is not None and row["log_end"] is not None:
        row["bytes_retained"] = row["log_end"] - (number(runtime, "commitLogMinOffset") or 0)
    master = next((one for one in snapshot.spec.masters if one.name == broker.name), None)
    other = snapshot.brokers.get(master.address) if master is not None and not broker.is_master else None
    if other is not None and known(other.runtime) and row["log_end"] is not None:
        row["behind"] = max((number(other.runtime, "commitLogMaxOffset") or 0) - row["log_end"], 0)
    return row


def _by(entry: str) -> str:
    return "address" if all(part.isdigit() for part in entry.rpartition(":")[0].split(".")) else "name"


def _messages(view: Any) -> int | None:
    if view is None or not known(view.stats) or any(isinstance(ranges, Unknown) for ranges in view.stats.values()):
        return None
    return sum(kept_messages(ranges) for ranges in view.stats.values())


def _total(rows: list[dict[str, Any]], key: str) -> int | None:
    values = [row[key] for row in rows]
    return None if any(value is None for value in values) else sum(values)
