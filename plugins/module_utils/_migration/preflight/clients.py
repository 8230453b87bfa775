# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preflight: the clients of the sources, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._admin import release
from ..._admin.models import Unknown, answered, known
from ..._admin.system_names import RETRY_PREFIX, is_system_group
from ..clients.census import ip_of
from ..drain.consumed import remaining
from ..reasons.entry import PREFLIGHT
from ..reasons.reason import Reason
from .facts import Facts, all_connections_known, clients_of, online_groups

LANGUAGE = "JAVA"


def kinds_of_groups(facts: Facts) -> Iterator[Reason]:
    """Broadcasting, pulling and orderly groups."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        running = facts.running.get(source, {})
        for group, connections in sorted(online_groups(snapshot).items()):
            subject = f"{source}/{group}"
            clients = clients_of(connections)
            if any(one.is_broadcast for one in connections):
                yield Reason("BROADCAST_GROUP", subject, {"clients": len(clients)})
            if any(not one.is_push for one in connections):
                yield Reason("PULL_CLIENT", subject, {"clients": len(clients)})
            orderly = [client for client in clients if getattr(running.get((group, client)), "is_ordered", False)]
            if orderly:
                yield Reason("ORDERLY_GROUP", subject, {"clients": len(orderly)})


def client_by_client(facts: Facts) -> Iterator[Reason]:
    """What each client of a group says, against what the others say: a broker itself keeps only the last word."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        running = facts.running.get(source, {})
        for group, connections in sorted(online_groups(snapshot).items()):
            subject = f"{source}/{group}"
            subscriptions: dict[str, list[str]] = {}
            models: dict[str, list[str]] = {}
            for client in sorted(clients_of(connections)):
                told = running.get((group, client))
                if isinstance(told, Unknown):
                    yield Reason("CLIENT_SILENT", f"{subject}/{client}", {"answer": told.reason})
                elif told is not None:
                    subscriptions.setdefault(_subscribed(told.subscriptions), []).append(client)
                    models.setdefault(told.properties.get("messageModel", "not told"), []).append(client)
            for code, found in (("SUBSCRIPTIONS_DIFFER", subscriptions), ("MODELS_DIFFER", models)):
                if len(found) > 1:
                    yield Reason(code, subject, {", ".join(clients): words for words, clients in sorted(found.items())})


def _subscribed(subscriptions: Mapping[str, str]) -> str:
    rows = (f"{topic} {text}" for topic, text in subscriptions.items() if not topic.startswith(RETRY_PREFIX))
    return "; ".join(sorted(rows)) or "nothing"


def kinds_of_clients(facts: Facts) -> Iterator[Reason]:
    """Old ones, those of other languages, and equal client ids in several sources."""
    users: dict[str, set[str]] = {}
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        for group, connections in sorted(online_groups(snapshot).items()):
            for client in sorted(clients_of(connections).values()):
                users.setdefault(client.id, set()).add(source)
                subject = f"{source}/{group}/{client.id}"
                if client.language != LANGUAGE:
                    yield Reason(
                        "CLIENT_OTHER_LANGUAGE", subject, {"language": client.language, "address": client.address}
                    )
                elif client.version < release.VERSION:
                    yield Reason(
                        "CLIENT_OLD",
                        subject,
                        {"version": client.version, release.NAME: release.VERSION, "address": client.address},
                    )
    for client_id, sources in sorted(users.items()):
        if len(sources) > 1:
            yield Reason("CLIENT_ID_SHARED", client_id, {"sources": ", ".join(sorted(sources))})


def unknown_hosts(facts: Facts) -> Iterator[Reason]:
    """Which clients are connected to a source from an address that the inventory does not name."""
    for (source, host), error in sorted(facts.peers_unknown.items()):
        yield Reason("SOCKETS_UNKNOWN", f"{source}/{host}", {"answer": error}, PREFLIGHT)
    if facts.business is None:
        return
    expected = set(facts.business)
    for spec in (*facts.specs, facts.target):
        expected.update(ip_of(address) for address in spec.nameservers)
        expected.update(ip_of(broker.address) for broker in spec.brokers)
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        seen: dict[str, set[str]] = {}
        for group, connections in online_groups(snapshot, system=True).items():
            for client in clients_of(connections).values():
                seen.setdefault(ip_of(client.address), set()).add(f"consumer of {group}")
        for group, clients in (answered(facts.producers.get(source)) or {}).items():
            for client in clients:
                seen.setdefault(ip_of(client.address), set()).add(f"producer of {group}")
        for address in facts.peers.get(source, ()):
            seen.setdefault(address, set())
        for address, roles in sorted(seen.items()):
            if address and address not in expected and not address.startswith("127."):
                shown = ", ".join(sorted(roles)) or "an open connection"
                yield Reason("CLIENT_UNKNOWN_HOST", f"{source}/{address}", {"seen as": shown})


def transactions(facts: Facts) -> Iterator[Reason]:
    """Transactional producer groups in several sources, and what is undecided."""
    used: dict[str, dict[str, str]] = {}
    for part, told in (("half messages", facts.transactions), ("transactional producers", facts.producers)):
        for source, value in told.items():
            if isinstance(value, Unknown):
                yield Reason("BROKER_UNKNOWN", f"{source}/*", {"part": part, "answer": value.reason})
    for source, groups in facts.transactions.items():
        for group, messages in (answered(groups) or {}).items():
            used.setdefault(group, {})[source] = f"{messages} half messages"
    for source, producers in facts.producers.items():
        for group, clients in (answered(producers) or {}).items():
            if clients and group in used:
                used[group].setdefault(source, f"{len(clients)} producers online")
    for group, sources in sorted(used.items()):
        if len(sources) > 1:
            yield Reason("TRANSACTION_GROUP_SHARED", group, dict(sorted(sources.items())))
    for snapshot in facts.snapshots:
        for view in _masters(snapshot):
            if known(view.half) and view.half[0] < view.half[1]:
                subject = f"{snapshot.spec.name}/{view.spec.name}"
                yield Reason("TRANSACTIONS_OPEN", subject, {"messages": view.half[1] - view.half[0]})


def offline_groups(facts: Facts) -> Iterator[Reason]:
    """Groups with messages left and no consumer online, for which the drain will wait, and groups without any
    offset."""
    for snapshot in facts.snapshots:
        source = snapshot.spec.name
        online = online_groups(snapshot)
        behind, committed = _backlogs(snapshot)
        # A master that did not answer may have the group's clients.
        if all_connections_known(snapshot):
            for (group, topic), left in sorted(behind.items()):
                if left and group not in online:
                    yield Reason("NO_CONSUMER", f"{source}/{group}/{topic}", {"messages": left}, PREFLIGHT)
        if source not in facts.tables or any(not known(view.offsets) for view in _masters(snapshot)):
            continue
        for group in facts.tables[source].groups:
            broadcast = any(one.is_broadcast for one in online.get(group, ()))
            if group not in committed and not broadcast and not is_system_group(group):
                evidence = {"online": "yes" if group in online else "no"}
                yield Reason("GROUP_WITHOUT_OFFSETS", f"{source}/{group}", evidence, PREFLIGHT)


def _backlogs(snapshot: Any) -> tuple[dict[tuple[str, str], int], set[str]]:
    """Group and topic → messages that are left to consume, and the groups that have committed anything.

    RocketMQ's own groups are left out: a broker keeps its place in the half topic as the offsets of such a group.
    """
    behind: dict[tuple[str, str], int] = {}
    committed: set[str] = set()
    for view in _masters(snapshot):
        for (topic, group), queues in (view.offsets if known(view.offsets) else {}).items():
            if is_system_group(group):
                continue
            committed.add(group)
            ranges = view.stats.get(topic, {}) if known(view.stats) else {}
            if isinstance(ranges, Unknown):
                continue
            left = sum(remaining(span, queues.get(queue)) for queue, span in ranges.items())
            behind[group, topic] = behind.get((group, topic), 0) + left
    return behind, committed


def _masters(snapshot: Any) -> Iterator[Any]:
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is not None:
            yield view
