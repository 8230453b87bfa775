# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the names can be switched, and whether those who use them would see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..reasons.reason import Reason
from .machines import Host, Machine


@dataclass(frozen=True)
class Answer:
    """One server's answer. I(error): why there is none. I(ttl) in seconds, at a resolver what is left of it."""

    server: str
    content: tuple[str, ...] = ()
    ttl: int | None = None
    authoritative: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Right:
    """Whether one server would take an update of the name; I(answer) is what it said."""

    server: str
    allowed: bool
    answer: str


@dataclass(frozen=True)
class Name:
    """All that was asked about one name.

    expected: the addresses that it must have now. servers: those that the inventory lists for updates; others: the
    zone's further authoritative servers; resolvers: those of the clients. serials: authoritative server → serial of
    the zone, None where it did not tell. rights: empty when they were not tried. zone_errors: server → why it does
    not serve the name.
    """

    name: str
    expected: tuple[str, ...]
    servers: tuple[Answer, ...] = ()
    others: tuple[Answer, ...] = ()
    resolvers: tuple[Answer, ...] = ()
    zone_errors: Mapping[str, str] = field(default_factory=dict)
    serials: Mapping[str, int | None] = field(default_factory=dict)
    rights: tuple[Right, ...] = ()


def judge(names: Iterable[Name], max_ttl: int | None = None) -> list[Reason]:
    """max_ttl: the TTL in seconds that the migration works with; a longer one is a notice."""
    found: list[Reason] = []
    for name in names:
        found += _zone(name)
        found += _answers(name)
        found += _rights(name)
        found += _resolvers(name)
        found += _ages(name, max_ttl)
    return found


def _zone(name: Name) -> Iterator[Reason]:
    if not name.servers:
        yield Reason("DNS_NOT_SERVED", f"{name.name}/-", {"answer": "no server is listed that takes updates"})
    for server, why in name.zone_errors.items():
        yield Reason("DNS_NOT_SERVED", f"{name.name}/{server}", {"answer": why})


def _answers(name: Name) -> Iterator[Reason]:
    """Every authoritative server gives the expected address, the same TTL and the same serial."""
    wanted = ", ".join(name.expected)
    for one in (*name.servers, *name.others):
        # In the words that the gate has for the servers that it asks itself, so that both are one.
        if one.error is not None:
            yield Reason("ADDRESS_UNRESOLVED", name.name, {"server": one.server, "answer": one.error})
        elif set(one.content) != set(name.expected):
            evidence = {"server": one.server, "answer": ", ".join(one.content) or "nothing", "expected": wanted}
            yield Reason("NAME_RESOLVES_ELSEWHERE", name.name, evidence)
    answered = [one for one in (*name.servers, *name.others) if one.error is None]
    first = answered[0] if answered else None
    for one in answered[1:]:
        if first is not None and (one.ttl != first.ttl or set(one.content) != set(first.content)):
            evidence = {"answer": _told(one), "at " + first.server: _told(first)}
            yield Reason("DNS_SERVERS_DISAGREE", f"{name.name}/{one.server}", evidence)
    serials = [(server, serial) for server, serial in name.serials.items() if serial is not None]
    for server, serial in serials[1:]:
        if serial != serials[0][1]:
            both = {"serial": serial, "at " + serials[0][0]: serials[0][1]}
            yield Reason("DNS_SERVERS_DISAGREE", f"{name.name}/{server}", both)


def _told(one: Answer) -> str:
    return f"{', '.join(one.content) or 'nothing'} with TTL {one.ttl}"


def _rights(name: Name) -> Iterator[Reason]:
    """One server that takes updates is enough: the others are tried only when it does not."""
    if name.rights and not any(right.allowed for right in name.rights):
        yield Reason("DNS_UPDATE_REFUSED", name.name, {right.server: right.answer for right in name.rights})


def _resolvers(name: Name) -> Iterator[Reason]:
    for one in name.resolvers:
        if one.error is not None:
            yield Reason("RESOLVER_SILENT", f"{name.name}/{one.server}", {"answer": one.error})
        elif set(one.content) != set(name.expected):
            evidence = {"server": one.server, "answer": ", ".join(one.content) or "nothing"}
            yield Reason("NAME_RESOLVES_ELSEWHERE", name.name, {**evidence, "expected": ", ".join(name.expected)})


def _ages(name: Name, max_ttl: int | None) -> Iterator[Reason]:
    """How long answers live now, and which resolver lets them live longer than the authoritative servers say."""
    own = [one.ttl for one in (*name.servers, *name.others) if one.ttl is not None]
    longest = max(own, default=None)
    for one in name.resolvers:
        if one.ttl is not None and longest is not None and one.ttl > longest:
            evidence = {"left": f"{one.ttl} s", "authoritative": f"{longest} s"}
            yield Reason("DNS_ANSWER_STALE", f"{name.name}/{one.server}", evidence)
    if max_ttl is not None and longest is not None and longest > max_ttl:
        left = {one.server: f"{one.ttl} s left" for one in name.resolvers if one.ttl is not None}
        yield Reason("DNS_TTL_LONG", name.name, {"ttl": f"{longest} s", "wanted": f"{max_ttl} s", **left})


def judge_clients(
    hosts: Iterable[Host], names: Mapping[str, Sequence[str]], listed: Iterable[str], used: Mapping[str, Iterable[str]]
) -> list[Reason]:
    """What the machines of the clients make of the names.

    names: name → the addresses that it must have. listed: addresses of all servers and resolvers that are asked after
    the switch. used: host → the names that its clients use. A machine that was not read has its reason elsewhere.
    """
    asked = {server.partition("#")[0] for server in listed}
    found: list[Reason] = []
    for host in hosts:
        if host.kind != "business" or not isinstance(host.machine, Machine):
            continue
        for resolver in dict.fromkeys(host.machine.resolvers):
            if resolver.startswith("127.") or resolver == "::1":
                found.append(Reason("RESOLVER_LOCAL", f"{host.name}/{resolver}"))
            elif resolver not in asked:
                found.append(Reason("RESOLVER_NOT_LISTED", f"{host.name}/{resolver}"))
        for name in used.get(host.name, ()):
            subject = f"{host.name}/{name}"
            if name in host.machine.pinned:
                found.append(Reason("NAME_PINNED", subject, {"address": host.machine.pinned[name]}))
            seen = host.machine.resolved.get(name, ())
            if set(seen) != set(names[name]):
                evidence = {"answer": ", ".join(seen) or "nothing", "expected": ", ".join(names[name])}
                found.append(Reason("HOST_RESOLVES_ELSEWHERE", subject, evidence))
    return found


def as_name(value: Mapping[str, Any]) -> Name:
    """A name as M(mqops.rocketmq.dns_name_info) returns it."""

    def answers(key: str) -> tuple[Answer, ...]:
        return tuple(
            Answer(one["server"], tuple(one["content"]), one["ttl"], one["authoritative"], one["error"])
            for one in value[key]
        )

    return Name(
        name=value["name"],
        expected=tuple(value["expected"]),
        servers=answers("servers"),
        others=answers("others"),
        resolvers=answers("resolvers"),
        zone_errors=dict(value["zone_errors"]),
        serials=dict(value["serials"]),
        rights=tuple(Right(one["server"], one["allowed"], one["answer"]) for one in value["rights"]),
    )
