# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a preflight asks of the clusters that it judges.

Requests: the snapshot's (about 7 + topics + groups per master), topics per name server, one per online client, and a
few per transactional producer group. Nothing grows with the product of two of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._admin import broker as ask_broker
from .._admin import clients as ask_clients
from .._admin import nameserver as ask_ns
from .._admin.errors import AdminError
from .._admin.models import Client, ClusterSnapshot, ClusterSpec, TopicTable, Unknown, answered
from .._admin.release import ADMIN_THREADS, PRODUCER_GROUP, PULL_COUNT
from .._admin.snapshot import take_all
from .._admin.system_names import HALF_TOPIC, is_system_group, is_system_topic
from .._migration.clients.census import ip_of, parse_ss
from .wait import wait_until

PARTS = frozenset({"config", "runtime", "topics", "groups", "offsets", "delay", "stats", "clients"})

# A broker keeps one of its threads for administrators for each client that it relays a question to (RELAY_TIMEOUT).
RELAYED = ADMIN_THREADS // 2
# Half messages looked at per master, the newest ones: their number has no limit and their groups repeat.
HALF_MESSAGES = 1024


@dataclass(frozen=True)
class Inventory:
    """What was read; the same shapes as the preflight's facts have.

    routes                name server → {topic: TopicRoute, None or Unknown}
    nameserver_configs    name server → configuration or Unknown
    running               source → {(group, client id): RunningInfo or Unknown}
    transactions          source → {producer group: half messages seen}, Unknown where some could not be read
    producers             source → {producer group: live clients}, Unknown where one group's could not be asked
    later                 broker address → runtime state once more, or Unknown
    """

    snapshots: tuple[ClusterSnapshot, ...] = ()
    routes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    nameserver_configs: Mapping[str, Any] = field(default_factory=dict)
    running: Mapping[str, Mapping[tuple[str, str], Any]] = field(default_factory=dict)
    transactions: Mapping[str, Any] = field(default_factory=dict)
    producers: Mapping[str, Any] = field(default_factory=dict)
    later: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reached:
    """Verdict of the wait for slaves: C(ok) when no broker is behind what was there at first."""

    states: Mapping[str, Any]
    ok: bool


def peers_from(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Facts out of the option C(peers): C(peers), source → IP addresses; C(peers_unknown), (source, host) → why.

    A line that is no socket makes its host unknown: what cannot be read could be any client.
    """
    found: dict[str, set[str]] = {}
    unknown: dict[tuple[str, str], str] = {}
    for item in items:
        sockets, odd = parse_ss(item["host"], item["lines"])
        error = item["error"] or (f"{odd[0]!r} is no line of ss -tn" if odd else "")
        if error:
            unknown[item["source"], item["host"]] = error
        addresses = found.setdefault(item["source"], set())
        addresses.update(ip_of(socket.peer) for socket in sockets if socket.state == "ESTAB")
    return {"peers": found, "peers_unknown": unknown}


def read(
    admin: Any,
    specs: Iterable[ClusterSpec],
    *,
    names: Iterable[ClusterSpec],
    timeout: float,
    progress: Callable[[str], None] = lambda text: None,
) -> Inventory:
    """Read C(specs). Never raises for a peer: what did not answer is Unknown.

    names: every cluster of the estate, whose names are topics of 4.4.0's own. Slaves that are behind are waited for,
    C(timeout) seconds at most.
    """
    specs = list(specs)
    progress(f"preflight: reading {', '.join(spec.name for spec in specs) or 'no source'}")
    snapshots = take_all(admin, specs, PARTS)
    progress("preflight: reading routes and clients")
    transactions = _half_messages(admin, snapshots)
    running = _running(admin, snapshots)
    _forget_clients_that_left(admin, snapshots, running)
    return Inventory(
        snapshots=tuple(snapshots),
        routes=_routes(admin, snapshots, list(names)),
        nameserver_configs=_nameserver_configs(admin, specs),
        running=running,
        transactions=transactions,
        producers=_producers(
            admin, snapshots, sorted({group for groups in transactions.values() for group in answered(groups) or ()})
        ),
        later=_later(admin, snapshots, timeout),
    )


def _ask(admin: Any, asked: Mapping[Any, Any]) -> dict[Any, Any]:
    answers = admin.ask_all(list(asked.values()))
    return {
        key: answer.as_unknown() if isinstance(answer, AdminError) else answer
        for key, answer in zip(asked, answers, strict=True)
    }


def _routes(admin: Any, snapshots: list[ClusterSnapshot], names: list[ClusterSpec]) -> dict[str, dict[str, Any]]:
    clusters = [spec.name for spec in names]
    brokers = [broker.name for spec in names for broker in spec.brokers]
    asked = {}
    for snapshot in snapshots:
        topics = {
            topic
            for view in snapshot.masters
            if isinstance(view.topics, TopicTable)
            for topic in view.topics.topics
            if not is_system_topic(topic, clusters, brokers)
        }
        for server, view in snapshot.nameservers.items():
            # One that did not tell whom it knows is a reason by itself; it is not asked thousands of times more.
            if not isinstance(view.cluster_info, Unknown):
                asked.update({(server, topic): ask_ns.topic_route(server, topic) for topic in sorted(topics)})
    found: dict[str, dict[str, Any]] = {server: {} for server, _topic in asked}
    for (server, topic), answer in _ask(admin, asked).items():
        found[server][topic] = answer
    return found


def _nameserver_configs(admin: Any, specs: list[ClusterSpec]) -> dict[str, Any]:
    return _ask(admin, {server: ask_ns.nameserver_config(server) for spec in specs for server in spec.nameservers})


def _running(admin: Any, snapshots: list[ClusterSnapshot]) -> dict[str, dict[tuple[str, str], Any]]:
    """What each online client of the business says itself, through one broker that it is connected to.

    Where RELAYED clients in a row say nothing through a broker, the others of that broker are not asked.
    """
    found: dict[str, dict[tuple[str, str], Any]] = {snapshot.spec.name: {} for snapshot in snapshots}
    queues: dict[str, list[tuple[str, str, str]]] = {}
    for snapshot in snapshots:
        asked: set[tuple[str, str]] = set()
        for view in snapshot.masters:
            for group, online in (view.connections if isinstance(view.connections, dict) else {}).items():
                for one in () if isinstance(online, Unknown) or is_system_group(group) else online.clients:
                    if (group, one.id) not in asked:
                        asked.add((group, one.id))
                        queues.setdefault(view.spec.address, []).append((snapshot.spec.name, group, one.id))
    silent = dict.fromkeys(queues, 0)
    while any(queues.values()):
        batch = {}
        for address, waiting in queues.items():
            for source, group, client in waiting[:RELAYED]:
                batch[address, source, group, client] = ask_clients.running_info(address, group, client)
            del waiting[:RELAYED]
        for (address, source, group, client), answer in _ask(admin, batch).items():
            found[source][group, client] = answer
            silent[address] = silent[address] + 1 if isinstance(answer, Unknown) else 0
        for address, waiting in queues.items():
            if silent[address] >= RELAYED and waiting:
                words = Unknown(f"not asked: {silent[address]} clients before it said nothing through {address}")
                found_now = dict.fromkeys(waiting, words)
                for (source, group, client), value in found_now.items():
                    found[source][group, client] = value
                waiting.clear()
    return found


def _forget_clients_that_left(
    admin: Any, snapshots: list[ClusterSnapshot], running: dict[str, dict[tuple[str, str], Any]]
) -> None:
    """Takes silent clients that no master lists any more out of C(snapshots) and C(running): one that has left between
    two questions is offline, and not silent. Where a master does not tell, they stay."""
    asked = {
        (snapshot.spec.name, view.spec.address, group): ask_clients.consumer_connections(view.spec.address, group)
        for snapshot in snapshots
        for view in snapshot.masters
        for group in sorted({key[0] for key, told in running[snapshot.spec.name].items() if isinstance(told, Unknown)})
    }
    listed: dict[tuple[str, str], set[str] | None] = {}  # None: a master does not tell
    for (source, _address, group), online in _ask(admin, asked).items():
        known = listed.setdefault((source, group), set())
        if isinstance(online, Unknown):
            listed[source, group] = None
        elif known is not None and online is not None:
            known.update(client.id for client in online.clients)
    for snapshot in snapshots:
        mine = running[snapshot.spec.name]
        gone: set[tuple[str, str]] = set()
        for group, client in [key for key, told in mine.items() if isinstance(told, Unknown)]:
            still = listed.get((snapshot.spec.name, group))
            if still is not None and client not in still:
                gone.add((group, client))
                del mine[group, client]
        for view in snapshot.masters if gone else ():
            if isinstance(view.connections, dict):
                snapshot.brokers[view.spec.address] = replace(view, connections=_staying(view.connections, gone))


def _staying(connections: Mapping[str, Any], gone: set[tuple[str, str]]) -> dict[str, Any]:
    """The connections of one broker without these (group, client id); a group without a client is not online."""
    found = {}
    for group, online in connections.items():
        if not isinstance(online, Unknown) and any((group, client.id) in gone for client in online.clients):
            online = replace(online, clients=tuple(one for one in online.clients if (group, one.id) not in gone))
            if not online.clients:
                continue
        found[group] = online
    return found


def _half_messages(admin: Any, snapshots: list[ClusterSnapshot]) -> dict[str, Any]:
    """Producer groups in the newest retained half messages: the only place where 4.4.0 tells their names."""
    asked = {}
    unknown: dict[str, Unknown] = {}
    for snapshot in snapshots:
        for view in snapshot.masters:
            ranges = view.stats.get(HALF_TOPIC) if isinstance(view.stats, dict) else view.stats
            if isinstance(ranges, Unknown):
                unknown[snapshot.spec.name] = ranges
            if not isinstance(ranges, dict) or 0 not in ranges:
                continue
            first, end = max(ranges[0].min, ranges[0].max - HALF_MESSAGES), ranges[0].max
            for offset in range(first, end, PULL_COUNT):
                request = ask_broker.pull(view.spec.address, HALF_TOPIC, 0, offset, min(PULL_COUNT, end - offset))
                asked[snapshot.spec.name, view.spec.address, offset] = request
    found: dict[str, dict[str, int]] = {snapshot.spec.name: {} for snapshot in snapshots}
    for (source, _address, _offset), answer in _ask(admin, asked).items():
        if isinstance(answer, Unknown):
            unknown[source] = answer
            continue
        for message in answer.messages:
            group = message.properties.get(PRODUCER_GROUP)
            if group:
                found[source][group] = found[source].get(group, 0) + 1
    return {**found, **unknown}


def _producers(admin: Any, snapshots: list[ClusterSnapshot], groups: list[str]) -> dict[str, Any]:
    """Live producers of the transactional groups, as one master of each source knows them."""
    asked = {}
    for snapshot in snapshots:
        master = next((view for view in snapshot.masters if isinstance(view.config, dict)), None)
        if master is not None:
            for group in groups:
                asked[snapshot.spec.name, group] = ask_clients.producer_connections(master.spec.address, group)
    found: dict[str, dict[str, tuple[Client, ...]]] = {snapshot.spec.name: {} for snapshot in snapshots}
    unknown: dict[str, Unknown] = {}
    for (source, group), answer in _ask(admin, asked).items():
        if isinstance(answer, Unknown):
            unknown[source] = answer
        elif answer:
            found[source][group] = answer
    return {**found, **unknown}


def _later(admin: Any, snapshots: list[ClusterSnapshot], timeout: float) -> dict[str, Any]:
    """The state of every broker once more, as soon as no slave is behind what the masters held at first."""
    ends: dict[str, int] = {}
    masters = set()
    for snapshot in snapshots:
        for view in snapshot.masters:
            if isinstance(view.runtime, dict):
                end = _figure(view.runtime, "commitLogMaxOffset")
                masters.add(view.spec.address)
                for broker in snapshot.spec.brokers:
                    other = snapshot.brokers[broker.address]
                    if broker.name == view.spec.name and isinstance(other.runtime, dict):
                        ends[broker.address] = end

    def sample() -> dict[str, Any]:
        return _ask(admin, {address: ask_broker.runtime_info(address) for address in ends})

    def judge(states: Mapping[str, Any]) -> _Reached:
        behind = False
        for address, state in states.items():
            if isinstance(state, Unknown):
                continue
            waiting = _figure(state, "dispatchBehindBytes") if address in masters else 0
            behind = behind or _figure(state, "commitLogMaxOffset") - waiting < ends[address]
        return _Reached(states, not behind)

    if not ends:
        return {}
    waited = wait_until(sample, judge, timeout=timeout, interval=1.0)
    return dict(waited.last.states) if waited.last is not None else {}


def _figure(runtime: Mapping[str, str], key: str) -> int:
    text = str(runtime.get(key, "")).strip()
    return int(text) if text.isdigit() else 0
