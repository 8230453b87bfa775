# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads which clients are connected to which masters and what they hold, for the decisions in _migration.assignment."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from .._admin.broker import group_table
from .._admin.client import Admin
from .._admin.clients import consumer_connections, running_info
from .._admin.errors import AdminError
from .._admin.models import BrokerSpec, ClusterSpec, Unknown
from .._admin.nameserver import topic_route
from .._admin.request import Request
from .._admin.system_names import is_system_group
from .._migration.clients.assignment import GroupFacts, SourceFacts
from .._migration.reasons.reason import Reason


class Sweep:
    """Reads everything once: three or four rounds, each for all brokers at once."""

    def __init__(self, admin: Admin, sources: list[ClusterSpec], target: ClusterSpec, patterns: list[str]) -> None:
        self.admin, self.sources, self.target, self.patterns = admin, sources, target, patterns

    def __call__(self, *, running: bool, routes: bool) -> list[SourceFacts]:
        facts = {source.name: SourceFacts(source.name) for source in self.sources}
        self._connections(facts)
        if running:
            self._running(facts)
        if routes:
            self._routes(facts)
        return list(facts.values())

    def _ask(self, asked: dict[Any, Request[Any]]) -> dict[Any, Any]:
        return dict(zip(asked, self.admin.ask_all(asked.values()), strict=True))

    def _masters(self, source: ClusterSpec) -> Iterable[BrokerSpec]:
        return {broker.address: broker for broker in (*source.masters, *self.target.masters)}.values()

    def _connections(self, facts: dict[str, SourceFacts]) -> None:
        tables = self._ask(
            {(source.name, one): group_table(one.address) for source in self.sources for one in source.masters}
        )
        names: dict[str, set[str]] = {source.name: set() for source in self.sources}
        for (source, master), answer in tables.items():
            if isinstance(answer, AdminError):
                facts[source].unknown.append(_unknown(source, master, answer))
            else:
                names[source] |= {name for name in answer.groups if not is_system_group(name) and self._wanted(name)}
        asked = {
            (source.name, group, master): consumer_connections(master.address, group)
            for source in self.sources
            for group in sorted(names[source.name])
            for master in self._masters(source)
        }
        silent = set()
        for (source, group, master), answer in self._ask(asked).items():
            if isinstance(answer, AdminError):
                # One broker that does not answer is one reason, not one for each group.
                if (source, master) not in silent:
                    silent.add((source, master))
                    facts[source].unknown.append(_unknown(source, master, answer))
            elif answer is not None and answer.clients:
                facts[source].groups.setdefault(group, GroupFacts()).connections[master.address] = answer

    def _wanted(self, group: str) -> bool:
        return not self.patterns or any(fnmatchcase(group, pattern) for pattern in self.patterns)

    def _running(self, facts: dict[str, SourceFacts]) -> None:
        """By the first broker that a client is connected to, then by all the others at once."""
        todo: list[tuple[GroupFacts, str, str, list[str]]] = [
            (known, group, client, addresses)
            for source in facts.values()
            for group, known in source.groups.items()
            if known.is_push
            for client, addresses in known.clients.items()
        ]
        for part in (slice(0, 1), slice(1, None)):
            asked = [(item, address) for item in todo for address in item[3][part]]
            answers = self.admin.ask_all(running_info(address, item[1], item[2]) for item, address in asked)
            for ((known, _group, client, _addresses), _address), answer in zip(asked, answers, strict=True):
                if not isinstance(answer, AdminError):
                    known.running[client] = answer
                elif isinstance(known.running.get(client), (Unknown, type(None))):
                    known.running[client] = Unknown(str(answer))
            todo = [item for item in todo if isinstance(item[0].running[item[2]], Unknown)]

    def _routes(self, facts: dict[str, SourceFacts]) -> None:
        asked = {
            (source.name, topic, server): topic_route(server, topic)
            for source in self.sources
            for topic in sorted(
                {topic for group, known in facts[source.name].groups.items() for topic in known.wanted_topics(group)}
            )
            for server in source.nameservers
        }
        silent = set()
        for (source, topic, server), answer in self._ask(asked).items():
            if not isinstance(answer, AdminError):
                facts[source].routes.setdefault(topic, {})[server] = answer
            elif (source, server) not in silent:
                silent.add((source, server))
                reason = Reason("NAMESERVER_UNKNOWN", f"{source}/{server}", {"answer": str(answer)})
                facts[source].unknown.append(reason)


def _unknown(source: str, broker: BrokerSpec, error: AdminError) -> Reason:
    return Reason("BROKER_UNKNOWN", f"{source}/{broker.name}", {"answer": str(error)})
