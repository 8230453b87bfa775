# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sweep over a cluster: everything that is asked is there afterwards, answered or Unknown.

Two rounds, each one call for all peers at once. The first reads what is one answer per peer (tables, committed
and delivered offsets, configuration); the second what grows with topics and groups (ranges of queues, clients).
Maxima are therefore always read *after* committed offsets: a queue with committed == max was empty in between.
Requests: about 6 + topics + groups per master, 6 per slave, 3 per name server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from . import broker as ask_broker
from . import clients as ask_clients
from . import nameserver as ask_ns
from .client import Asker
from .errors import AdminError
from .models import (
    BrokerSpec,
    BrokerView,
    ClusterSnapshot,
    ClusterSpec,
    GroupTable,
    NameServerView,
    QueueRange,
    TopicTable,
    Unknown,
    require_answer,
)
from .release import DELAY_LEVEL_COUNT, DELAY_UNITS, ORDER_NAMESPACE
from .request import Request
from .system_names import HALF_GROUP, HALF_TOPIC, SCHEDULE_TOPIC, retry_topic

PARTS = frozenset({"config", "runtime", "topics", "groups", "offsets", "delay", "stats", "clients"})

# What a part cannot be had without; it is read along and shown.
_NEEDS = {
    "delay": {"config"},
    "stats": {"topics", "groups", "offsets", "delay", "config"},
    "clients": {"groups", "offsets"},
}

_SIMPLE: dict[str, Callable[[str], Request[Any]]] = {
    "config": ask_broker.broker_config,
    "runtime": ask_broker.runtime_info,
    "topics": ask_broker.topic_table,
    "groups": ask_broker.group_table,
    "offsets": ask_broker.consumer_offsets,
    "delay": ask_broker.delay_offsets,
}

# Names an answer: whom, what and, for one of many, which.
Key: TypeAlias = "tuple[str | int, ...]"


def discover(admin: Asker, name: str, nameservers: Iterable[str]) -> ClusterSpec:
    """The cluster as its name servers list it *now* (code 106), the union over all of them.

    A broker that is down is not listed. Raises AdminError when no name server answers, naming each, and when
    they answer and none knows the cluster or two of them contradict each other.
    """
    servers = tuple(nameservers)
    answers = admin.ask_all([ask_ns.cluster_info(server) for server in servers])
    failed = [answer for answer in answers if isinstance(answer, AdminError)]
    infos = [(ns, info) for ns, info in zip(servers, answers, strict=True) if not isinstance(info, AdminError)]
    if not infos:
        if len(failed) > 1:
            words = "; ".join(str(answer) for answer in failed)
            raise AdminError("GET_BROKER_CLUSTER_INFO", ", ".join(servers), None, words)
        if failed:
            raise failed[0]
        raise AdminError("GET_BROKER_CLUSTER_INFO", "-", None, f"no name server is given for cluster {name}")
    found: dict[tuple[str, int], str] = {}
    known: set[str] = set()
    for server, info in infos:
        known.update(info.clusters)
        for broker_name in info.clusters.get(name, ()):
            data = info.brokers.get(broker_name)
            # A name that lives on in another cluster stays listed in the one it left.
            if data is None or (data.cluster and data.cluster != name):
                continue
            for number, address in data.addresses.items():
                other = found.setdefault((broker_name, number), address)
                if other != address:
                    words = f"{broker_name} id {number} is {address} here and {other} at another name server"
                    raise AdminError("GET_BROKER_CLUSTER_INFO", server, None, words)
    if not found:
        listed = ", ".join(sorted(known)) or "no cluster"
        words = f"cluster {name} is not listed (listed: {listed})"
        raise AdminError("GET_BROKER_CLUSTER_INFO", infos[0][0], None, words)
    brokers = tuple(BrokerSpec(broker, number, address) for (broker, number), address in sorted(found.items()))
    return ClusterSpec(name=name, nameservers=servers, brokers=brokers)


def take(admin: Asker, spec: ClusterSpec, parts: Iterable[str] = PARTS) -> ClusterSnapshot:
    """Read ``parts`` (of PARTS) of every broker, and cluster, topics and order configuration of every name
    server. Never raises for a peer: what did not answer is Unknown. What a part needs is read along.

    ``stats`` and ``clients`` ask masters only.
    """
    return take_all(admin, [spec], parts)[0]


def take_all(admin: Asker, specs: Iterable[ClusterSpec], parts: Iterable[str] = PARTS) -> list[ClusterSnapshot]:
    """The same for several clusters in one sweep, so that their pictures are of one moment."""
    wanted = _with_needs(parts)
    specs = list(specs)
    taken_ms = int(time.time() * 1000)
    first = _Round()
    servers = {server for spec in specs for server in spec.nameservers}
    brokers = {broker for spec in specs for broker in spec.brokers}
    for server in sorted(servers):
        first.add((server, "cluster_info"), ask_ns.cluster_info(server))
        first.add((server, "topic_list"), ask_ns.topic_list(server))
        first.add((server, "order_conf"), ask_ns.kv_list(server, ORDER_NAMESPACE))
        first.add((server, "order_held"), ask_ns.kv_list(server, ask_ns.HELD_NAMESPACE))
    for broker in sorted(brokers, key=lambda item: item.address):
        for part, request in _SIMPLE.items():
            if part in wanted:
                first.add((broker.address, part), request(broker.address))
    answers = first.ask(admin)

    views = {broker: _first_view(broker, wanted, answers) for broker in brokers}
    second = _Round()
    for broker, view in views.items():
        if broker.is_master:
            _second_requests(second, view, wanted)
    more = second.ask(admin)
    for broker, view in views.items():
        if broker.is_master:
            views[broker] = _second_view(view, wanted, more)

    snapshots = []
    for spec in specs:
        nameservers = {
            server: NameServerView(
                cluster_info=answers[server, "cluster_info"],
                topic_list=answers[server, "topic_list"],
                order_conf=with_held(answers[server, "order_conf"], answers[server, "order_held"]),
                order_held=answers[server, "order_held"],
            )
            for server in spec.nameservers
        }
        own = {broker.address: views[broker] for broker in spec.brokers}
        snapshots.append(ClusterSnapshot(spec=spec, nameservers=nameservers, brokers=own, taken_ms=taken_ms))
    return snapshots


def with_held(table: Any, held: Any) -> Any:
    """An order table with what is held out of it for a while, which still counts; Unknown where either is."""
    unknown = [part for part in (table, held) if isinstance(part, Unknown)]
    return unknown[0] if unknown else {**held, **table}


def with_ranges_of(admin: Asker, snapshot: ClusterSnapshot, topics: Mapping[str, Iterable[str]]) -> ClusterSnapshot:
    """A snapshot with topics and offsets, completed by the ranges (``stats``) of some topics: master's address → names.

    Requests: one for each of these topics. Topics that the master does not have are left out.
    """
    second = _Round()
    narrow: dict[str, BrokerView] = {}
    for view in snapshot.masters:
        names = frozenset(topics.get(view.spec.address, ()))
        narrow[view.spec.address] = view = _only_topics(view, names)
        _range_requests(second, view)
    more = second.ask(admin)
    brokers = dict(snapshot.brokers)
    for address, view in narrow.items():
        brokers[address] = replace(brokers[address], stats=_stats(view, more))
    return replace(snapshot, brokers=brokers)


def _only_topics(view: BrokerView, names: frozenset[str]) -> BrokerView:
    if isinstance(view.topics, TopicTable):
        kept = {name: topic for name, topic in view.topics.topics.items() if name in names}
        view = replace(view, topics=TopicTable(view.topics.version, kept))
    if isinstance(view.offsets, dict):
        view = replace(view, offsets={pair: found for pair, found in view.offsets.items() if pair[0] in names})
    return view


def _with_needs(parts: Iterable[str]) -> frozenset[str]:
    wanted = set(parts)
    if wanted - PARTS:
        raise ValueError(f"unknown parts: {', '.join(sorted(wanted - PARTS))}")
    for part in list(wanted):
        wanted |= _NEEDS.get(part, set())
    return frozenset(wanted)


@dataclass
class _Round:
    """Requests under names, asked together; a failed one becomes Unknown with the error's words."""

    requests: dict[Key, Request[Any]] = field(default_factory=dict)

    def add(self, key: Key, request: Request[Any]) -> None:
        self.requests[key] = request

    def ask(self, admin: Asker) -> dict[Key, Any]:
        if not self.requests:
            return {}
        answers = admin.ask_all(list(self.requests.values()))
        return {
            key: answer.as_unknown() if isinstance(answer, AdminError) else answer
            for key, answer in zip(self.requests, answers, strict=True)
        }


def _first_view(broker: BrokerSpec, wanted: frozenset[str], answers: dict[Key, Any]) -> BrokerView:
    return BrokerView(spec=broker, **{part: answers[broker.address, part] for part in _SIMPLE if part in wanted})


# --- second round ---------------------------------------------------------------------------------------


def _second_requests(second: _Round, view: BrokerView, wanted: frozenset[str]) -> None:
    address = view.spec.address
    if "stats" in wanted:
        _range_requests(second, view)
        for level in _levels(view):
            request = ask_broker.max_offset(address, SCHEDULE_TOPIC, level - 1)
            second.add((address, "level", level), request)
        second.add((address, "half"), ask_broker.max_offset(address, HALF_TOPIC, 0))
    if "clients" in wanted:
        for group in _groups(view):
            second.add((address, "group", group), ask_clients.consumer_connections(address, group))


def _range_requests(second: _Round, view: BrokerView) -> None:
    address = view.spec.address
    if isinstance(view.topics, TopicTable):
        for topic in view.topics.topics:
            second.add((address, "topic", topic), ask_broker.topic_stats(address, topic))
    for topic, queue in _extra_queues(view):
        second.add((address, "max", topic, queue), ask_broker.max_offset(address, topic, queue))
        second.add((address, "min", topic, queue), ask_broker.min_offset(address, topic, queue))


def _extra_queues(view: BrokerView) -> Iterator[tuple[str, int]]:
    """Queues that code 202 leaves out: not written any more but readable, known from offsets only, or of a retry topic
    that is smaller than its group's retryQueueNums.

    A broker chooses the queue of a retry by that number without a look at the topic.
    """
    expected: dict[str, set[int]] = {}
    written: dict[str, int] = {}
    if isinstance(view.topics, TopicTable):
        for topic in view.topics.topics.values():
            written[topic.name] = topic.write_queues
            expected[topic.name] = set(range(topic.write_queues, topic.read_queues))
    if isinstance(view.groups, GroupTable):
        for group in view.groups.groups.values():
            name = retry_topic(group.name)
            if name in written:
                expected[name].update(range(written[name], group.retry_queues))
    if isinstance(view.offsets, dict):
        for (topic_name, _group), queues in view.offsets.items():
            last = written.get(topic_name, 0)
            expected.setdefault(topic_name, set()).update(queue for queue in queues if queue >= last)
    for name, missing in sorted(expected.items()):
        for queue in sorted(missing):
            yield name, queue


def _levels(view: BrokerView) -> list[int]:
    """Delay levels 1 … n of the broker's own configuration (4.4.0's default ones at least: a list that was shortened
    leaves messages in levels from which no broker delivers any more), and those it has delivered from."""
    count = DELAY_LEVEL_COUNT
    if isinstance(view.config, dict):
        configured = view.config.get("messageDelayLevel", "").split()
        if configured and all(item[-1:] in DELAY_UNITS for item in configured):
            count = max(count, len(configured))
    levels = set(range(1, count + 1))
    if isinstance(view.delay, dict):
        levels.update(level for level in view.delay if level > 0)
    return sorted(levels)


def _groups(view: BrokerView) -> list[str]:
    names: set[str] = set()
    if isinstance(view.groups, GroupTable):
        names.update(view.groups.groups)
    if isinstance(view.offsets, dict):
        names.update(group for _topic, group in view.offsets if group != HALF_GROUP)
    return sorted(names)


def _second_view(view: BrokerView, wanted: frozenset[str], more: dict[Key, Any]) -> BrokerView:
    address = view.spec.address
    if "stats" in wanted:
        view = replace(
            view,
            stats=_stats(view, more),
            schedule=_schedule(view, more),
            half=_half(view, more[address, "half"]),
        )
    if "clients" in wanted:
        view = replace(view, connections=_connections(view, more))
    return view


def _stats(view: BrokerView, more: dict[Key, Any]) -> dict[str, dict[int, QueueRange] | Unknown] | Unknown:
    for part in (view.topics, view.groups, view.offsets):
        if isinstance(part, Unknown):
            return part
    address = view.spec.address
    stats: dict[str, dict[int, QueueRange] | Unknown] = {}
    for topic in require_answer(view.topics).topics:
        answer = more[address, "topic", topic]
        # None: deleted since the table was read. Nothing is known about it then.
        stats[topic] = Unknown(f"{topic} at {address} vanished during the sweep") if answer is None else answer
    for topic, queue in _extra_queues(view):
        known = stats.setdefault(topic, {})
        if isinstance(known, Unknown):
            continue
        low, high = more[address, "min", topic, queue], more[address, "max", topic, queue]
        bad = next((answer for answer in (low, high) if isinstance(answer, Unknown)), None)
        if bad is not None:
            stats[topic] = bad
        elif queue not in known:
            known[queue] = QueueRange(min=low, max=high)
    return stats


def _schedule(view: BrokerView, more: dict[Key, Any]) -> dict[int, tuple[int, int] | Unknown] | Unknown:
    if not isinstance(view.delay, dict):
        return view.delay if view.delay is not None else Unknown("delay offsets were not read")
    levels: dict[int, tuple[int, int] | Unknown] = {}
    for level in _levels(view):
        answer = more[view.spec.address, "level", level]
        levels[level] = answer if isinstance(answer, Unknown) else (view.delay.get(level, 0), answer)
    return levels


def _half(view: BrokerView, high: Any) -> tuple[int, int] | Unknown:
    if isinstance(high, Unknown):
        return high
    if not isinstance(view.offsets, dict):
        return view.offsets if view.offsets is not None else Unknown("committed offsets were not read")
    return view.offsets.get((HALF_TOPIC, HALF_GROUP), {}).get(0, 0), high


def _connections(view: BrokerView, more: dict[Key, Any]) -> dict[str, Any] | Unknown:
    for part in (view.groups, view.offsets):
        if isinstance(part, Unknown):
            return part
    answers = {group: more[view.spec.address, "group", group] for group in _groups(view)}
    return {group: answer for group, answer in answers.items() if answer is not None}
