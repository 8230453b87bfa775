# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers serve a name, what each answers and for how long, and whether a key may change it (private)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._dns.answers import Seen, authoritative_servers, find_zone, observe_all
from .._dns.errors import DnsError
from .._dns.records import content, parse_name, parse_values
from .._dns.rights import Right, try_update
from .._dns.transport import Server
from .._migration.preflight import names as dns_reasons
from .dns_connection import Connection
from .errors import OperationError
from .task import Outcome, Task


class Looking:
    """The questions about one name. Unsigned but for the tried update: a wrong key must not hide the rest."""

    def __init__(
        self, how: Connection, type: str, servers: list[str], resolvers: list[str], zone: str | None, try_update: bool
    ) -> None:
        self.signed, self.plain = how.transport(), how.transport(signed=False)
        self.type, self.try_update = type, try_update
        self.servers, self.resolvers = how.servers(servers), how.servers(resolvers)
        self.zone = parse_name(zone) if zone else None

    def look(self, text: str, expected: list[str]) -> dict[str, Any]:
        name = parse_name(text, self.type)
        rights = [try_update(self.signed, server, name, self.type, self.zone) for server in self._tried()]
        places, errors = {}, {}
        for server in self.servers:
            try:
                places[server] = find_zone(self.plain, server, name, self.zone)
            except DnsError as error:
                errors[str(server)] = str(error)
        others = self._others(places)
        seen = observe_all(self.plain, [*self.servers, *others, *self.resolvers], name, self.type)
        zones = {place.name for place in places.values()}
        authorities = [*places, *others]
        serials = observe_all(self.plain, authorities, next(iter(zones)), "SOA", recurse=False) if zones else []
        mine, more = len(self.servers), len(others)
        return {
            "name": text,
            "expected": content(parse_values(self.type, expected)),
            "zone": next(iter(zones)).to_text() if zones else None,
            "servers": [_answer(one) for one in seen[:mine]],
            "others": [_answer(one) for one in seen[mine : mine + more]],
            "resolvers": [_answer(one) for one in seen[mine + more :]],
            "zone_errors": errors,
            "serials": {one.server: next((rdata.serial for rdata in one.rdatas), None) for one in serials},
            "rights": [_right(right) for right in rights],
        }

    def _tried(self) -> list[Server]:
        return self.servers if self.try_update else []

    def _others(self, places: Mapping[Server, Any]) -> list[Server]:
        known = {address for server in self.servers for address in server.addresses}
        found: list[Server] = []
        for server, place in places.items():
            try:
                listed = authoritative_servers(self.plain, server, place)
            except DnsError:
                continue  # its answer for the name itself will say so
            for other in listed:
                if not known & set(other.addresses):
                    known.update(other.addresses)
                    found.append(other)
        return list(dict.fromkeys(found))


def _answer(one: Seen) -> dict[str, Any]:
    return {key: value for key, value in one.as_dict().items() if key not in ("answered", "rcode")}


def _right(right: Right) -> dict[str, Any]:
    return {
        "server": str(right.server),
        "allowed": right.allowed,
        "answer": right.answer,
        "serial": right.zone.serial if right.zone else None,
    }


def run(
    task: Task,
    *,
    names: list[dict[str, Any]],
    type: str,
    servers: list[str],
    resolvers: list[str],
    zone: str | None,
    try_update: bool,
    max_ttl: int | None,
    **connection: Any,
) -> Outcome:
    """C(connection): the options of C(Connection)."""
    how = Connection(**connection)
    try:
        looking = Looking(how, type, servers, resolvers, zone, try_update)
        seen = [looking.look(entry["name"], entry["expected"]) for entry in names]
    except DnsError as error:
        raise OperationError(str(error)) from error
    reasons = dns_reasons.judge(map(dns_reasons.as_name, seen), max_ttl)
    return Outcome.passed(names=seen, reasons=[reason.as_dict() for reason in reasons])
