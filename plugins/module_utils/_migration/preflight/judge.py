# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the sources can become one: a pure judgement over what was read of them (C(facts)).

Here are the families about members, names, routes and size; C(settings), C(tables) and C(clients) hold the others. Each
function looks for one family of reasons; C(judge) asks them all. What did not answer is a reason by itself, never an
empty table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from ..._admin import release
from ..._admin.models import TopicConfig, Unknown, known
from ..._admin.system_names import (
    BENCHMARK_TOPIC,
    CREATING_TOPIC,
    DERIVED,
    HALF_TOPIC,
    OFFSET_MOVED_TOPIC,
    RETURNING_SUFFIX,
    SELF_TEST_TOPIC,
    is_system_topic,
)
from ..reasons.entry import PREFLIGHT
from ..reasons.reason import Reason
from ..tables.merge import MergedTables
from ..tables.registration import Listing, differences, listed, routed_wrong
from . import clients as conflicts_clients
from . import settings as conflicts_settings
from . import tables as conflicts_tables
from .facts import Facts, topic_tables, why
from .facts import answered_masters as answered
from .settings import setting

_USABLE = re.compile(release.NAME_PATTERN)


def judge(facts: Facts) -> list[Reason]:
    """All reasons, equal ones once, in the order of the families below."""
    found: dict[Reason, None] = {}
    for family in (
        addresses,
        members,
        single_master,
        broker_names,
        shared_names,
        reserved_names,
        unusable_names,
        conflicts_clients.transactions,
        conflicts_settings.settings,
        conflicts_settings.versions,
        conflicts_settings.retention,
        conflicts_settings.order_messages,
        conflicts_settings.nameserver_lists,
        registration,
        routes,
        names_in_dns,
        table_size,
        conflicts_tables.distances,
        conflicts_tables.narrow_retry_topics,
        conflicts_clients.client_by_client,
        conflicts_clients.kinds_of_clients,
        conflicts_clients.unknown_hosts,
        conflicts_clients.kinds_of_groups,
        conflicts_clients.offline_groups,
        conflicts_tables.unread_topics,
        conflicts_tables.dead_letters,
        conflicts_tables.tables_differ,
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
            told = {part: getattr(view, part, None) for part in ("cluster_info", "order_conf")}
            for part, value in {**told, "configuration": facts.nameserver_configs.get(address)}.items():
                if not known(value):
                    yield Reason("NAMESERVER_UNKNOWN", f"{name}/{address}", {"part": part, "answer": why(value)})
                    break
        for broker in snapshot.spec.brokers:
            view = snapshot.brokers.get(broker.address)
            parts = ["config", "runtime"]
            if broker.is_master:
                parts += ["topics", "groups", "offsets", "connections"]
            missing = {part: getattr(view, part, None) for part in parts if not known(getattr(view, part, None))}
            evidence = {"address": broker.address, "answer": why(next(iter(missing.values()), None))}
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
                yield Reason("SLAVE_UNKNOWN", f"{name}/{broker.name}:{broker.id}", evidence)
            else:
                shown = "everything" if len(missing) == len(parts) else ", ".join(missing)
                yield Reason("BROKER_UNKNOWN", f"{name}/{broker.name}", {**evidence, "part": shown})
    for name, merged in facts.tables.items():
        if not merged.topics and not merged.groups and not merged.gaps:
            yield Reason("NOTHING_SEEN", name)


def single_master(facts: Facts) -> Iterator[Reason]:
    """Whether the target's masters can take each other's place while one is restarted."""
    masters = [broker.name for broker in facts.target.masters]
    if len(masters) == 1:
        yield Reason("TARGET_SINGLE_MASTER", facts.target.name, {"master": masters[0]}, PREFLIGHT)


def broker_names(facts: Facts) -> Iterator[Reason]:
    """Equal broker names, and equal cluster names. What would bring them together is judged with the settings."""
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
    # What was agreed about the others is known, and they are not asked any more: the target has their topics already.
    asked = {snapshot.spec.name for snapshot in facts.snapshots}
    for name, sources in _origins(facts.tables, "groups").items():
        if len(sources) > 1:
            yield Reason("SAME_GROUP", name, {"sources": ", ".join(sources)})
    for name, sources in _origins(facts.tables, "topics").items():
        if len(sources) > 1 and not name.startswith(DERIVED):
            rows = {source: facts.tables[source].topics[name] for source in sources}
            equal = len(set(rows.values())) == 1
            shown = {
                source: f"{row.read_queues}/{row.write_queues} queues, permission {row.perm}"
                + (", ordered" if row.order else "")
                for source, row in rows.items()
            }
            joining = [source for source in sources if source in asked]
            if 0 < len(joining) < len(sources):
                served = [source for source in sources if source not in asked]
                yield Reason("SAME_TOPIC_SERVED", name, {"joining": ", ".join(joining), "served": ", ".join(served)})
            if equal:
                yield Reason("SAME_TOPIC", name, {"sources": ", ".join(sources)})
            else:
                yield Reason("SAME_TOPIC_UNEQUAL", name, shown)


def _origins(tables: Mapping[str, MergedTables], part: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, merged in tables.items():
        for name in getattr(merged, part):
            found.setdefault(name, []).append(source)
    return dict(sorted(found.items()))


def reserved_names(facts: Facts) -> Iterator[Reason]:
    """Names of the target that are topics of a source already."""
    names = {facts.target.name: "cluster", **{broker.name: "broker" for broker in facts.target.brokers}}
    for snapshot in facts.snapshots:
        # A source that uses the same names for itself has a reason of its own.
        own = {snapshot.spec.name, *(broker.name for broker in snapshot.spec.brokers)}
        holders: dict[str, list[str]] = {}
        for broker, table in topic_tables(snapshot):
            for name in set(names) & set(table) - own:
                holders.setdefault(name, []).append(broker)
        for name, brokers in sorted(holders.items()):
            evidence = {"target": names[name], "topic of": ", ".join(brokers)}
            yield Reason("NAME_IS_TOPIC", f"{snapshot.spec.name}/{name}", evidence)


def unusable_names(facts: Facts) -> Iterator[Reason]:
    """Names that 4.4.0 stores and cannot use."""
    for source, merged in facts.tables.items():
        for name in merged.topics:
            # A retry or dead letter topic is what its group's name makes of it.
            if name.startswith(DERIVED):
                continue
            if len(name.encode()) > release.TOPIC_NAME_LIMIT:
                yield Reason("TOPIC_NAME_TOO_LONG", f"{source}/{name}", {"bytes": len(name.encode())})
            yield from _spelling(source, name, "topic")
        for name in merged.groups:
            if len(name.encode()) > release.GROUP_NAME_LIMIT:
                yield Reason("GROUP_NAME_TOO_LONG", f"{source}/{name}", {"bytes": len(name.encode())})
            yield from _spelling(source, name, "group")


def _spelling(source: str, name: str, kind: str) -> Iterator[Reason]:
    if "@" in name:
        yield Reason("NAME_HAS_AT", f"{source}/{name}", {"kind": kind})
    if not _USABLE.fullmatch(name.replace("@", "")):
        yield Reason("NAME_UNUSABLE", f"{source}/{name}", {"kind": kind})


def registration(facts: Facts) -> Iterator[Reason]:
    """Every expected broker at every name server of its cluster, and no other one."""
    for snapshot in facts.snapshots:
        wanted = {(broker.name, broker.id) for broker in snapshot.spec.brokers}
        target = {broker.name for broker in facts.target.brokers}
        # A run that was killed may have left its announcement for a while.
        announced = {(f"{broker.name}{RETURNING_SUFFIX}", broker.address) for broker in facts.target.masters}
        for server, view in snapshot.nameservers.items():
            if not known(view.cluster_info):
                continue
            yield from listed(snapshot.spec, server, view.cluster_info)
            for name, data in view.cluster_info.brokers.items():
                for number, address in data.addresses.items():
                    if (name, number) not in wanted and name not in target and (name, address) not in announced:
                        yield Reason("BROKER_NOT_IN_INVENTORY", f"{server}/{name}:{number}", {"listed": address})


def routes(facts: Facts) -> Iterator[Reason]:
    """Every business topic of every master's table in the routes of every name server of its cluster, as it should be.

    A broker without full permission publishes its own permission instead of each topic's.
    """
    every = [spec.name for spec in facts.specs] + [facts.target.name]
    brokers = [broker.name for spec in (*facts.specs, facts.target) for broker in spec.brokers]
    for snapshot in facts.snapshots:
        tables = {
            broker: {name: row for name, row in table.items() if not is_system_topic(name, every, brokers)}
            for broker, table in topic_tables(snapshot)
        }
        permissions = {view.spec.name: int(setting(view.config, "brokerPermission")) for view in answered(snapshot)}
        for server in snapshot.spec.nameservers:
            known_routes = facts.routes.get(server)
            if known_routes is None:
                continue
            unknown = [name for name, route in known_routes.items() if isinstance(route, Unknown)]
            if unknown:
                yield Reason(
                    "NAMESERVER_UNKNOWN",
                    f"{snapshot.spec.name}/{server}",
                    {"topics": len(unknown), "first": unknown[0], "answer": known_routes[unknown[0]].reason},
                )
            for broker, table in tables.items():
                listing = Listing(routes={name: known_routes.get(name) for name in table})
                seen = differences(broker, table, listing, table, permissions.get(broker))
                yield from routed_wrong(server, broker, seen, len(table))


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
        TopicConfig(name, 1, 1, release.PERM_ALL)
        for name in (
            SELF_TEST_TOPIC,
            CREATING_TOPIC,
            BENCHMARK_TOPIC,
            OFFSET_MOVED_TOPIC,
            HALF_TOPIC,
            cluster,
            max(brokers, key=len, default=""),
        )
    )
    total = release.TABLE_FRAME
    for topic in (*topics, *own):
        entry = json.dumps(topic.as_entry(), ensure_ascii=False, separators=(",", ":"))
        total += len(json.dumps(topic.name, ensure_ascii=False).encode()) + len(entry.encode()) + 2
    return total


def table_size(facts: Facts) -> Iterator[Reason]:
    """The merged table against the frame that a name server accepts."""
    size = registration_bytes(
        facts.merged.topics.values(), facts.target.name, [broker.name for broker in facts.target.brokers]
    )
    if size > release.FRAME_LIMIT:
        yield Reason(
            "TABLE_TOO_LARGE",
            facts.target.name,
            {"bytes": size, "limit": release.FRAME_LIMIT, "topics": len(facts.merged.topics)},
        )


def ordered_topics(facts: Facts) -> Iterator[Reason]:
    """Topics with an order configuration."""
    for source, merged in facts.tables.items():
        for name, value in merged.order.items():
            yield Reason("ORDERED_TOPIC", f"{source}/{name}", {"order": value})
