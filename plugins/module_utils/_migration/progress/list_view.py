# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the address server and the machines tell of the lists of name servers (address_lists.py), as playbooks need it.

C(read): what the role address_server has registered when it read the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._admin.release import MASTER_ID
from ..machines.answer import printable
from . import address_lists


def view(
    read: Mapping[str, Any],
    *,
    brokers: Iterable[Mapping[str, Any]] = (),
    snapshot: Mapping[str, Any] | None = None,
    nameservers: Iterable[str] | None = None,
    lists: Mapping[str, Mapping[str, Any]] | None = None,
    awaited: Mapping[str, str] | None = None,
    since: float = 0.0,
    looked: Mapping[str, Mapping[str, Any]] | None = None,
    sources: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What is known of the lists of name servers. Names are those of brokers' paths. "A line" is text for a message.

    lists        broker's address → its list: as given, or by the snapshot of its cluster
    unknown      a line for each broker whose list is not known
    said         a line for each known list
    differing    a line for each broker that fetches none and was started with other name servers
    wanted       name → the text with the name servers
    to_fetch     the same, of the brokers that fetch their list
    served       name → the text that is served now
    not_fetched  a line for each name without a proof that its broker has fetched the awaited text, and that after
                 C(since), by the server's clock
    astray       a line for each host that has fetched something else than the name servers (looked: host → question →
                 its answer)
    registers    all name servers in the lists
    pinned       the lists of the brokers that start with one of their own
    tied         the brokers that run with any of the name servers
    common       the name servers, of those given, with which every master runs
    joined       names of the sources with any of the name servers
    now          the server's clock; missing where the server has not answered
    why          why the server has not answered; missing where it has

    Raises ValueError, in words, where the name servers make no list.
    """
    members, servers = list(brokers), [str(one) for one in nameservers or ()]
    seen = _seen(read)
    text = address_lists.text_of(servers) if members and nameservers is not None else ";".join(servers)
    if lists is None:
        lists = {broker["address"]: _list(broker, snapshot or {}, seen) for broker in members}
    return {
        "lists": dict(lists),
        "unknown": [f"{one['broker']} ({one['why']})" for one in lists.values() if one.get("known") is False],
        "said": [_said(one) for one in lists.values() if "nameservers" in one],
        "registers": _unique(server for one in lists.values() for server in one.get("nameservers", ())),
        "pinned": {address: one for address, one in lists.items() if one["pin"]},
        "tied": [broker for broker in members if set(_runs_with(lists, broker)) & set(servers)],
        "common": [
            server
            for server in servers
            if all(server in _runs_with(lists, broker) for broker in members if broker["id"] == MASTER_ID)
        ],
        "joined": [source["name"] for source in sources if set(source["nameservers"]) & set(servers)],
        "differing": [
            f"{one['broker']} ({', '.join(one['pin']) or one['why']})"
            for one in lists.values()
            if one["fetches"] is False and sorted(one["pin"]) != sorted(servers)
        ],
        "wanted": {address_lists.name_of(broker): text for broker in members},
        "to_fetch": {
            address_lists.name_of(broker): text
            for broker in members
            if lists.get(broker["address"], {}).get("fetches") is not False
        },
        "not_fetched": _not_fetched(seen, awaited or {}, float(since)),
        "served": {} if isinstance(seen, str) else {name: one.text for name, one in seen.lists.items()},
        "astray": [
            line
            for host, told in (looked or {}).items()
            if "fetch" in told
            for line in _astray(host, told["fetch"], text)
        ],
        **({"why": seen} if isinstance(seen, str) else {"now": seen.now}),
    }


def _said(one: Mapping[str, Any]) -> str:
    now = f"runs with {', '.join(one['nameservers'])}" if one["nameservers"] else "has no name server"
    if one["why"]:
        now += f" ({one['why']})"
    else:
        now += ", which it was started with" if one["fetches"] is False else ", which it fetches"
    pin = f"would start with {', '.join(one['pin'])}" if one["pin"] else "would fetch them when it starts"
    return f"{one['broker']}: {now}; {pin}"


def _unique(servers: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(servers))


def _runs_with(lists: Mapping[str, Mapping[str, Any]], broker: Mapping[str, Any]) -> list[str]:
    """Raises ValueError for a broker without a list: it would count as one that has left all name servers."""
    if broker["address"] not in lists:
        raise ValueError(f"the list of name servers of {broker['name']} at {broker['address']} was not read")
    return list(lists[broker["address"]]["nameservers"])


def _seen(read: Mapping[str, Any]) -> address_lists.Seen | str:
    """What the server has answered, or why nothing is known of it."""
    output = str((read.get("container") or {}).get("Output") or "")
    if read.get("status", 1) != 0:
        return printable(" ".join(str(output or read.get("msg") or "it was not asked").split()), 300)
    try:
        return address_lists.read(output.splitlines())
    except ValueError as error:
        return str(error)


def _list(broker: Mapping[str, Any], snapshot: Mapping[str, Any], seen: address_lists.Seen | str) -> dict[str, Any]:
    config = ((snapshot.get("brokers") or {}).get(broker["address"]) or {}).get("config") or {}
    config = config if "brokerPermission" in config else None
    return {**address_lists.judge(broker, config, seen).as_dict(), "broker": address_lists.name_of(broker)}


def _not_fetched(seen: address_lists.Seen | str, awaited: Mapping[str, str], since: float) -> list[str]:
    if isinstance(seen, str):
        return [f"{name} (the address server tells nothing: {seen})" for name in awaited]
    return address_lists.not_fetched(seen, awaited, since)


def _astray(host: str, answer: Mapping[str, Any], text: str) -> list[str]:
    try:
        got = address_lists.body(answer["lines"]) if answer["ok"] else ""
        why = "" if answer["ok"] else answer["said"]
    except ValueError as error:
        got, why = "", str(error)
    if not why and got == text:
        return []
    return [f"{host}: {why or f'it got {printable(got, 200)}, not {printable(text, 200)}'}"]
