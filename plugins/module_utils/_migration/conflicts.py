# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the sources can become one: a pure judgement over snapshots of them.

Each function looks for one family of reasons; C(judge) asks them all. What did not answer is a reason by itself,
never an empty table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._admin.models import ClusterSpec, TopicConfig, Unknown
from .._admin.system_names import DLQ_PREFIX, RETRY_PREFIX, is_system_topic
from . import preflight_reasons as _codes  # noqa: F401 - its import adds the codes to the catalogue
from .merge import Wishes
from .reasons import Reason
from .seed import topic_entry

FRAME_LIMIT = 16 * 1024 * 1024
VERSION = "V4_4_0"
# Messages keep the length of their topic in one signed byte.
MAX_TOPIC = 127
_USABLE = re.compile(r"[%|a-zA-Z0-9_-]+")

# What 4.4.0 does when its configuration does not say.
DEFAULTS = {
    "messageDelayLevel": "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h",
    "maxMessageSize": str(4 * 1024 * 1024),
    "aclEnable": "false",
}


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
    """All that the preflight read.

    snapshots: the sources that were asked now. tables: source name → its merged tables, for every source (for one
    that is already being migrated, those of the agreed plan). routes: name server → {topic: TopicRoute, None or
    Unknown}, of the business topics of its own cluster. target_config: what the target's brokers will be given.
    """

    snapshots: tuple[Any, ...]
    tables: Mapping[str, Wishes]
    merged: Wishes
    target: ClusterSpec
    specs: tuple[ClusterSpec, ...]
    target_config: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dns: tuple[DnsFact, ...] = ()


def judge(facts: Facts) -> list[Reason]:
    """All reasons, equal ones once, in the order of the families below."""
    found: dict[Reason, None] = {}
    for family in (
        addresses,
        members,
        broker_names,
        shared_names,
        reserved_names,
        unusable_names,
        settings,
        registration,
        routes,
        names_in_dns,
        table_size,
        groups_to_know,
        ordered_topics,
    ):
        for reason in family(facts):
            found.setdefault(reason, None)
    return list(found)


def addresses(facts: Facts) -> Iterator[Reason]:
    """One address, one process."""
    seen: dict[str, list[str]] = {}
    for spec in (*facts.specs, facts.target):
        for address in spec.nameservers:
            seen.setdefault(address, []).append(f"name server of {spec.name}")
        for broker in spec.brokers:
            seen.setdefault(broker.address, []).append(f"{spec.name}/{broker.name}:{broker.id}")
    for address, users in seen.items():
        if len(users) > 1:
            yield Reason("SAME_ADDRESS", address, {"used by": ", ".join(users)})


def members(facts: Facts) -> Iterator[Reason]:
    """Who did not answer, as a whole or in part."""
    for snapshot in facts.snapshots:
        name = snapshot.spec.name
        for address in snapshot.spec.nameservers:
            view = snapshot.nameservers.get(address)
            for part in ("cluster_info", "order_conf"):
                value = getattr(view, part, None)
                if not _known(value):
                    yield Reason("NAMESERVER_UNKNOWN", f"{name}/{address}", {"part": part, "answer": _why(value)})
                    break
        for broker in snapshot.spec.brokers:
            view = snapshot.brokers.get(broker.address)
            parts = ["config", "runtime"]
            if broker.is_master:
                parts += ["topics", "groups", "offsets", "connections"]
            missing = {part: getattr(view, part, None) for part in parts if not _known(getattr(view, part, None))}
            evidence = {"address": broker.address, "answer": _why(next(iter(missing.values()), None))}
            if not missing:
                if broker.is_master:
                    for group, online in view.connections.items():
                        if isinstance(online, Unknown):
                            yield Reason(
                                "BROKER_UNKNOWN",
                                f"{name}/{broker.name}",
                                {"address": broker.address, "part": f"clients of {group}", "answer": online.reason},
                            )
                continue
            if not broker.is_master:
                code = "SLAVE_DOWN" if len(missing) == len(parts) else "SLAVE_UNKNOWN"
                yield Reason(code, f"{name}/{broker.name}:{broker.id}", evidence)
            elif len(missing) == len(parts):
                yield Reason("BROKER_DOWN", f"{name}/{broker.name}", evidence)
            else:
                yield Reason("BROKER_UNKNOWN", f"{name}/{broker.name}", {**evidence, "part": ", ".join(missing)})
    for name, wishes in facts.tables.items():
        if not wishes.topics and not wishes.groups and not wishes.gaps:
            yield Reason("NOTHING_SEEN", name)


def broker_names(facts: Facts) -> Iterator[Reason]:
    """Equal broker names, and equal cluster names."""
    users: dict[str, list[str]] = {}
    for spec in facts.specs:
        for broker in dict.fromkeys(broker.name for broker in spec.brokers):
            users.setdefault(broker, []).append(spec.name)
        if spec.name == facts.target.name:
            yield Reason("SAME_CLUSTER_NAME", spec.name, {"used by": "a source and the target"})
    for broker in dict.fromkeys(broker.name for broker in facts.target.brokers):
        if broker in users:
            yield Reason(
                "SAME_BROKER_NAME_TARGET", f"{facts.target.name}/{broker}", {"sources": ", ".join(users[broker])}
            )
    for broker, sources in users.items():
        if len(sources) > 1:
            yield Reason("SAME_BROKER_NAME", broker, {"sources": ", ".join(sources)})


def shared_names(facts: Facts) -> Iterator[Reason]:
    """The same group or topic in several sources. Retry and dead letter topics follow their groups."""
    for name, sources in _origins(facts.tables, "groups").items():
        if len(sources) > 1:
            yield Reason("SAME_GROUP", name, {"sources": ", ".join(sources)})
    for name, sources in _origins(facts.tables, "topics").items():
        if len(sources) > 1 and not name.startswith((RETRY_PREFIX, DLQ_PREFIX)):
            rows = {source: facts.tables[source].topics[name] for source in sources}
            equal = len(set(rows.values())) == 1
            shown = {
                source: f"{row.read_queues}/{row.write_queues} queues, permission {row.perm}"
                for source, row in rows.items()
            }
            yield Reason("SAME_TOPIC", name, {"sources": ", ".join(sources), **({} if equal else shown)})


def _origins(tables: Mapping[str, Wishes], part: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, wishes in tables.items():
        for name in getattr(wishes, part):
            found.setdefault(name, []).append(source)
    return dict(sorted(found.items()))


def reserved_names(facts: Facts) -> Iterator[Reason]:
    """Names of the target that are topics of a source already."""
    names = {facts.target.name: "cluster", **{broker.name: "broker" for broker in facts.target.brokers}}
    for snapshot in facts.snapshots:
        # A source that uses the same names for itself has a reason of its own.
        own = {snapshot.spec.name, *(broker.name for broker in snapshot.spec.brokers)}
        for broker, table in topic_tables(snapshot):
            for name in sorted(set(names) & set(table) - own):
                yield Reason("NAME_IS_TOPIC", f"{snapshot.spec.name}/{name}", {"target": names[name], "broker": broker})


def unusable_names(facts: Facts) -> Iterator[Reason]:
    """Names that 4.4.0 stores and cannot use."""
    for source, wishes in facts.tables.items():
        for name in wishes.topics:
            # A retry or dead letter topic is what its group's name makes of it.
            if name.startswith((RETRY_PREFIX, DLQ_PREFIX)):
                continue
            if len(name.encode()) > MAX_TOPIC:
                yield Reason("TOPIC_NAME_TOO_LONG", f"{source}/{name}", {"bytes": len(name.encode())})
            if not _USABLE.fullmatch(name):
                yield Reason("NAME_UNUSABLE", f"{source}/{name}", {"kind": "topic"})
        for name in wishes.groups:
            if len((RETRY_PREFIX + name).encode()) > MAX_TOPIC:
                yield Reason("GROUP_NAME_TOO_LONG", f"{source}/{name}", {"bytes": len(name.encode())})
            if not _USABLE.fullmatch(name):
                yield Reason("NAME_UNUSABLE", f"{source}/{name}", {"kind": "group"})


def settings(facts: Facts) -> Iterator[Reason]:
    """Configuration of the sources' brokers against what the target will be given."""
    wanted = {key: _setting(facts.target_config, key) for key in DEFAULTS}
    for snapshot in facts.snapshots:
        for view in snapshot.brokers.values():
            subject = f"{snapshot.spec.name}/{view.spec.name}"
            if _known(view.runtime):
                version = view.runtime.get("brokerVersionDesc", "")
                if version != VERSION:
                    yield Reason("OTHER_VERSION", f"{subject}:{view.spec.id}", {"version": version or "not told"})
            if not _known(view.config) or not view.spec.is_master:
                continue
            found = {key: _setting(view.config, key) for key in DEFAULTS}
            if found["messageDelayLevel"] != wanted["messageDelayLevel"]:
                yield Reason(
                    "DELAY_LEVELS_DIFFER",
                    subject,
                    {"source": found["messageDelayLevel"], "target": wanted["messageDelayLevel"]},
                )
            sizes = {"source": int(found["maxMessageSize"]), "target": int(wanted["maxMessageSize"])}
            if sizes["source"] > sizes["target"]:
                yield Reason("MAX_MESSAGE_SIZE_SMALLER", subject, sizes)
            elif sizes["source"] < sizes["target"]:
                yield Reason("MAX_MESSAGE_SIZE_LARGER", subject, sizes)
            if found["aclEnable"] != wanted["aclEnable"]:
                yield Reason("ACL_DIFFERS", subject, {"source": found["aclEnable"], "target": wanted["aclEnable"]})
            auto = [
                key
                for key in ("autoCreateTopicEnable", "autoCreateSubscriptionGroup")
                if view.config.get(key, "true") == "true"
            ]
            if auto:
                yield Reason("AUTO_CREATE", subject, {"enabled": ", ".join(auto)})


def _setting(config: Mapping[str, Any], key: str) -> str:
    value = str(config.get(key) or DEFAULTS[key]).strip()
    if key == "maxMessageSize" and not value.isdigit():
        return DEFAULTS[key]
    return " ".join(value.split()) if key == "messageDelayLevel" else value.lower()


def registration(facts: Facts) -> Iterator[Reason]:
    """Every expected broker at every name server of its cluster, and nobody else."""
    for snapshot in facts.snapshots:
        known = {(broker.name, broker.id): broker.address for broker in snapshot.spec.brokers}
        target = {broker.name for broker in facts.target.brokers}
        for server, view in snapshot.nameservers.items():
            if not _known(view.cluster_info):
                continue
            listed = {
                (name, number): address
                for name, data in view.cluster_info.brokers.items()
                for number, address in data.addresses.items()
            }
            for (name, number), address in known.items():
                subject = f"{server}/{name}:{number}"
                if (name, number) not in listed:
                    yield Reason("BROKER_NOT_REGISTERED", subject, {"expected": address})
                elif listed[name, number] != address:
                    yield Reason(
                        "BROKER_ADDRESS_DIFFERS", subject, {"expected": address, "listed": listed[name, number]}
                    )
            for (name, number), address in listed.items():
                if (name, number) not in known and name not in target:
                    yield Reason("BROKER_NOT_IN_INVENTORY", f"{server}/{name}:{number}", {"listed": address})


def routes(facts: Facts) -> Iterator[Reason]:
    """Every business topic of every master's table in the routes of every name server of its cluster."""
    every = [spec.name for spec in facts.specs] + [facts.target.name]
    brokers = [broker.name for spec in (*facts.specs, facts.target) for broker in spec.brokers]
    for snapshot in facts.snapshots:
        for server in snapshot.spec.nameservers:
            known = facts.routes.get(server)
            if known is None:
                continue
            for broker, table in topic_tables(snapshot):
                hidden = []
                for name in table:
                    if is_system_topic(name, every, brokers):
                        continue
                    route = known.get(name)
                    if isinstance(route, Unknown):
                        yield Reason(
                            "NAMESERVER_UNKNOWN",
                            f"{snapshot.spec.name}/{server}",
                            {"topic": name, "answer": route.reason},
                        )
                    elif route is None or all(queue.broker != broker for queue in route.queues):
                        hidden.append(name)
                if hidden:
                    yield Reason("TOPICS_NOT_ROUTED", f"{server}/{broker}", {"topics": len(hidden), "first": hidden[0]})


def names_in_dns(facts: Facts) -> Iterator[Reason]:
    """Each name leads to its source's name server and to nothing else."""
    hosts = {spec.name: {address.rpartition(":")[0] for address in spec.nameservers} for spec in facts.specs}
    for fact in facts.dns:
        wanted = ", ".join(fact.expected)
        if set(fact.expected) - hosts.get(fact.source, set()) or not fact.expected:
            yield Reason("DNS_SOURCE_UNKNOWN", fact.name, {"source": fact.source, "from": wanted})
        elif isinstance(fact.values, Unknown):
            yield Reason("ADDRESS_UNRESOLVED", fact.name, {"server": fact.server, "answer": fact.values.reason})
        elif set(fact.values) != set(fact.expected):
            yield Reason(
                "NAME_RESOLVES_ELSEWHERE",
                fact.name,
                {"server": fact.server, "answer": ", ".join(fact.values) or "nothing", "expected": wanted},
            )


def registration_bytes(topics: Iterable[TopicConfig], cluster: str, brokers: Iterable[str]) -> int:
    """Return the size in bytes of the frame with which a broker registers these topics, its own ones included.

    4.4.0 writes the table as JSON, about 127 bytes and twice the name for each topic.
    """
    own = (
        TopicConfig(name, 1, 1, 7)
        for name in (
            "SELF_TEST_TOPIC",
            "TBW102",
            "BenchmarkTest",
            "OFFSET_MOVED_EVENT",
            "RMQ_SYS_TRANS_HALF_TOPIC",
            cluster,
            max(brokers, key=len, default=""),
        )
    )
    # Frame, header and the wrapper around the table: measured as a few hundred bytes.
    total = 512
    for topic in (*topics, *own):
        entry = json.dumps(topic_entry(topic), ensure_ascii=False, separators=(",", ":"))
        total += len(json.dumps(topic.name, ensure_ascii=False).encode()) + len(entry.encode()) + 2
    return total


def table_size(facts: Facts) -> Iterator[Reason]:
    """The merged table against the frame that a name server accepts."""
    size = registration_bytes(
        facts.merged.topics.values(), facts.target.name, [broker.name for broker in facts.target.brokers]
    )
    if size > FRAME_LIMIT:
        yield Reason(
            "TABLE_TOO_LARGE",
            facts.target.name,
            {"bytes": size, "limit": FRAME_LIMIT, "topics": len(facts.merged.topics)},
        )


def groups_to_know(facts: Facts) -> Iterator[Reason]:
    """Broadcasting groups, and offline groups with messages left."""
    for snapshot in facts.snapshots:
        online: set[str] = set()
        unsure = False
        behind: dict[str, int] = {}
        for view in snapshot.brokers.values():
            if not view.spec.is_master:
                continue
            if not _known(view.connections):
                unsure = True
                continue
            for group, connections in view.connections.items():
                online.add(group)
                if not isinstance(connections, Unknown) and connections.is_broadcast:
                    yield Reason(
                        "BROADCAST_GROUP", f"{snapshot.spec.name}/{group}", {"clients": len(connections.clients)}
                    )
            for (topic, group), queues in (view.offsets if _known(view.offsets) else {}).items():
                ranges = view.stats.get(topic, {}) if _known(view.stats) else {}
                if isinstance(ranges, Unknown):
                    continue
                for queue, committed in queues.items():
                    if queue in ranges:
                        left = ranges[queue].max - max(committed, ranges[queue].min)
                        behind[group] = behind.get(group, 0) + max(left, 0)
        for group, left in sorted(behind.items()):
            if left and group not in online and not unsure:
                yield Reason("OFFLINE_GROUP_BACKLOG", f"{snapshot.spec.name}/{group}", {"messages": left})


def ordered_topics(facts: Facts) -> Iterator[Reason]:
    """Topics with an order configuration."""
    for source, wishes in facts.tables.items():
        for name, value in wishes.order.items():
            yield Reason("ORDERED_TOPIC", f"{source}/{name}", {"order": value})


def topic_tables(snapshot: Any) -> Iterator[tuple[str, Mapping[str, TopicConfig]]]:
    """Yield (broker name, table) of every master that answered for its topics."""
    for broker in snapshot.spec.masters:
        view = snapshot.brokers.get(broker.address)
        if view is not None and _known(view.topics):
            yield broker.name, view.topics.topics


def _known(value: Any) -> bool:
    return value is not None and not isinstance(value, Unknown)


def _why(value: Any) -> str:
    return getattr(value, "reason", "not asked")
