# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight has read, as the families of its judgement take it, and small readers that they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import Client, ClusterSpec, ConsumerConnections, TopicConfig, Unknown, known
from ..._admin.system_names import is_system_group
from ..tables.merge import MergedTables


@dataclass(frozen=True)
class DnsFact:
    """What one server answers for a name. C(values): its addresses, or Unknown."""

    name: str
    server: str
    source: str
    expected: tuple[str, ...]
    values: tuple[str, ...] | Unknown


@dataclass(frozen=True)
class Facts:
    """All that the preflight read. A mapping that was not read is empty, and what it would show is not judged, except
    the configuration of a name server, without which nothing is agreed.

    snapshots             the sources that were asked now
    tables                source name → its merged tables, for every source (for one that is already being migrated,
                          those of the agreed plan)
    target_config         what the target's brokers will be given; target_nameserver_config: its name servers
    routes                name server → {topic: TopicRoute, None or Unknown}, of its own cluster's business topics
    nameserver_configs    name server → its running configuration, or Unknown
    running               source → {(group, client id): RunningInfo or Unknown}
    transactions          source → {producer group: retained half messages seen}, or Unknown
    producers             source → {producer group: its live clients}, of transactional groups, or Unknown
    later                 broker address → its state again (code 28), read at least an instant after the snapshot
    peers                 source → IP addresses with an established connection to one of its ports
    peers_unknown         (source, host) → why its connections are not known
    business              IP addresses of the business, None when they are not known
    names                 DNS name → source that it belongs to
    """

    snapshots: tuple[Any, ...]
    tables: Mapping[str, MergedTables]
    merged: MergedTables
    target: ClusterSpec
    specs: tuple[ClusterSpec, ...]
    target_config: Mapping[str, Any] = field(default_factory=dict)
    routes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dns: tuple[DnsFact, ...] = ()
    target_nameserver_config: Mapping[str, Any] = field(default_factory=dict)
    nameserver_configs: Mapping[str, Any] = field(default_factory=dict)
    running: Mapping[str, Mapping[tuple[str, str], Any]] = field(default_factory=dict)
    transactions: Mapping[str, Any] = field(default_factory=dict)
    producers: Mapping[str, Any] = field(default_factory=dict)
    later: Mapping[str, Any] = field(default_factory=dict)
    peers: Mapping[str, Iterable[str]] = field(default_factory=dict)
    peers_unknown: Mapping[tuple[str, str], str] = field(default_factory=dict)
    business: frozenset[str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def why(value: Any) -> str:
    return getattr(value, "reason", "not asked")


def topic_tables(snapshot: Any) -> Iterator[tuple[str, Mapping[str, TopicConfig]]]:
    """Yield (broker name, table) of every master that answered for its topics."""
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is not None and known(view.topics):
            yield broker.name, view.topics.topics


def answered_masters(snapshot: Any) -> Iterator[Any]:
    """The views of the masters that answered for their configuration."""
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is not None and known(view.config):
            yield view


def online_groups(snapshot: Any, *, system: bool = False) -> dict[str, list[ConsumerConnections]]:
    """Group → what each master says about its clients, for the groups of the business that are online.

    system: RocketMQ's own groups, too: their clients are connected like any other, but read nothing for the business.
    """
    found: dict[str, list[ConsumerConnections]] = {}
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is None or not known(view.connections):
            continue
        for group, online in view.connections.items():
            if known(online) and online.clients and (system or not is_system_group(group)):
                found.setdefault(group, []).append(online)
    return found


def clients_of(connections: Iterable[ConsumerConnections]) -> dict[str, Client]:
    """Client id → client, over what several masters say of one group."""
    return {client.id: client for one in connections for client in one.clients}


def all_connections_known(snapshot: Any) -> bool:
    """Whether every master has answered for every group whether it is online."""
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is None or not known(view.connections):
            return False
        if any(isinstance(one, Unknown) for one in view.connections.values()):
            return False
    return True
