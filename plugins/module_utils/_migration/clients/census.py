# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected to what: the brokers' view of their clients, joined with the sockets of the hosts.

4.4.0 lists the clients of a group that is named, and nothing else: producers and everything at a name server show
only as sockets. A socket on a broker's host has the very address that the broker reports; a name server reports
none, so there only the IP address tells whose it may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_PROCESS = re.compile(r'\("([^"]*)",pid=(\d+)')


@dataclass(frozen=True)
class Socket:
    """One TCP connection as a host sees it. I(local) and I(peer) are C(ip:port); I(pid) 0 when not shown."""

    host: str
    state: str
    local: str
    peer: str
    process: str = ""
    pid: int = 0


@dataclass(frozen=True)
class Holding:
    """One client at one broker: I(role) is consumer or producer of I(group), from I(address) (C(ip:port))."""

    cluster: str
    broker: str
    address: str
    client_id: str
    language: str
    role: str
    group: str


def parse_ss(host: str, lines: Iterable[str]) -> tuple[list[Socket], list[str]]:
    """Lines of C(ss -tn), with or without C(-p) and a state filter: the sockets, and the lines that are none.

    IPv4 addresses inside IPv6 ones, as Java's sockets have them, become plain; a header is skipped.
    """
    sockets: list[Socket] = []
    odd: list[str] = []
    for line in lines:
        words = line.split()
        if not words or words[:2] == ["State", "Recv-Q"] or words[:2] == ["Recv-Q", "Send-Q"]:
            continue
        # With a filter for one state ss leaves the column out.
        state = "ESTAB" if words[0].isdigit() else words.pop(0)
        if len(words) < 4 or not (words[0].isdigit() and words[1].isdigit()):
            odd.append(line)
            continue
        local, peer = endpoint(words[2]), endpoint(words[3])
        if local is None or peer is None:
            odd.append(line)
            continue
        found = _PROCESS.search(" ".join(words[4:]))
        sockets.append(
            Socket(host, state, local, peer, found.group(1) if found else "", int(found.group(2)) if found else 0)
        )
    return sockets, odd


def endpoint(text: str) -> str | None:
    """C(ip:port) in one form, None when it is none: no brackets, no scope, IPv4 unwrapped."""
    address, colon, port = text.rpartition(":")
    if not colon or not (port.isdigit() or port == "*"):
        return None
    address = address.strip("[]").partition("%")[0].strip("[]")
    if address.lower().startswith("::ffff:") and "." in address:
        address = address[7:]
    return f"{address}:{port}" if address else None


def ip_of(address: str) -> str:
    return address.rpartition(":")[0]


def census(
    holdings: Iterable[Holding],
    sockets: Iterable[Socket] = (),
    *,
    ports: Iterable[int] = (),
    expected: Iterable[Mapping[str, str]] = (),
) -> list[dict[str, Any]]:
    """Clients by IP address, with what they hold and the sockets that they have.

    ports: local ports whose connections count, none for all. expected: entries of address (a shell pattern) and
    reason, for those whose connections are expected.
    """
    wanted = set(ports)
    known = list(expected)
    by_ip: dict[str, dict[str, Any]] = {}
    ids: dict[str, set[str]] = {}

    def entry(ip: str) -> dict[str, Any]:
        if ip not in by_ip:
            why = next((item["reason"] for item in known if fnmatchcase(ip, item["address"])), None)
            by_ip[ip] = {"address": ip, "expected": why, "client_ids": [], "holds": [], "sockets": []}
        return by_ip[ip]

    for holding in sorted(holdings, key=lambda one: (one.cluster, one.broker, one.role, one.group, one.client_id)):
        one = entry(ip_of(holding.address))
        one["client_ids"] = sorted({*one["client_ids"], holding.client_id})
        one["holds"].append(
            {
                "cluster": holding.cluster,
                "broker": holding.broker,
                "role": holding.role,
                "group": holding.group,
                "client_id": holding.client_id,
                "language": holding.language,
                "port": int(holding.address.rpartition(":")[2] or 0),
            }
        )
        ids.setdefault(holding.address, set()).add(holding.client_id)
    for socket in sorted(sockets, key=lambda one: (one.host, one.local, one.peer)):
        if socket.state == "LISTEN" or (wanted and int(socket.local.rpartition(":")[2]) not in wanted):
            continue
        entry(ip_of(socket.peer))["sockets"].append(
            {
                "host": socket.host,
                "state": socket.state,
                "local": socket.local,
                "peer": socket.peer,
                "process": socket.process or None,
                "pid": socket.pid or None,
                # Exactly those that reported this connection; empty for producers and at name servers.
                "client_ids": sorted(ids.get(socket.peer, ())),
            }
        )
    return [by_ip[ip] for ip in sorted(by_ip, key=_order)]


def lines(clients: Iterable[Mapping[str, Any]], hosts: Mapping[str, str]) -> list[str]:
    """One line for each address of a census, the unexpected ones first.

    hosts: name of a host in the sockets -> what runs there, in words. What a client holds by the brokers' own word
    stands beside the sockets that are seen; a socket without any belongs to a producer, or to a client of a name
    server.
    """
    found = []
    for one in sorted(clients, key=lambda one: (one["expected"] is not None, _order(one["address"]))):
        at: dict[str, int] = {}
        for socket in one["sockets"]:
            at[socket["host"]] = at.get(socket["host"], 0) + 1
        parts = [f"{hosts.get(host, host)} ({count} connections)" for host, count in sorted(at.items())]
        groups = sorted({f"{held['role']} of {held['group']} at {held['cluster']}" for held in one["holds"]})
        processes = sorted({str(socket["process"]) for socket in one["sockets"] if socket["process"]})
        text = f"{one['address']}"
        text += f" [{one['expected']}]" if one["expected"] else " [UNEXPECTED]"
        text += f" holds {', '.join(parts)}" if parts else " holds no connection that was looked at"
        if one["client_ids"]:
            languages = sorted({held["language"] for held in one["holds"]})
            text += f"; clients {', '.join(one['client_ids'][:3])}"
            text += f" and {len(one['client_ids']) - 3} more" if len(one["client_ids"]) > 3 else ""
            text += f" ({', '.join(languages)})"
        if groups:
            text += f"; {', '.join(groups[:3])}" + (f" and {len(groups) - 3} more" if len(groups) > 3 else "")
        if processes:
            text += f"; served by {', '.join(processes)}"
        found.append(text)
    return found


def _order(ip: str) -> tuple[int, ...] | tuple[float, str]:
    parts = ip.split(".")
    return (
        tuple(int(part) for part in parts) if len(parts) == 4 and all(map(str.isdigit, parts)) else (float("inf"), ip)
    )
