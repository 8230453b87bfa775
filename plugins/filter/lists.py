# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about the lists of name servers that brokers fetch from an address server (address_lists.py).

C(read): what the role address_server has registered when it read the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.release import MASTER_ID
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import printable
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import address_lists
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


def _seen(read: Mapping[str, Any]) -> address_lists.Seen | str:
    """What the server told, or why nothing is known of it."""
    output = str((read.get("container") or {}).get("Output") or "")
    if read.get("status", 1) != 0:
        return printable(" ".join(str(output or read.get("msg") or "it was not asked").split()), 300)
    try:
        return address_lists.read(output.splitlines())
    except ValueError as error:
        return str(error)


@told
def broker_lists(brokers: list[dict[str, Any]], snapshot: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
    """Address of each broker → its list. C(snapshot): the cluster as rocketmq_cluster_info returns it."""
    seen = _seen(read)
    found = {}
    for broker in brokers:
        config = ((snapshot.get("brokers") or {}).get(broker["address"]) or {}).get("config") or {}
        config = config if "brokerPermission" in config else None
        judged = address_lists.judge(broker, config, seen).as_dict()
        found[broker["address"]] = {**judged, "broker": address_lists.name_of(broker)}
    return found


def lists_wanted(brokers: list[dict[str, Any]], nameservers: list[str]) -> dict[str, str]:
    """The text of each path of the address server, by the path's name."""
    try:
        text = address_lists.text_of(map(str, nameservers))
    except ValueError as error:
        raise AnsibleFilterError(f"lists_wanted: {error}") from error
    return {address_lists.name_of(broker): text for broker in brokers}


@told
def lists_not_fetched(read: Mapping[str, Any], awaited: Mapping[str, str], since: float = 0) -> list[str]:
    """A line for each name whose broker is not proved to have fetched its text; C(since): and after that."""
    seen = _seen(read)
    if isinstance(seen, str):
        return [f"{name} (the address server tells nothing: {seen})" for name in awaited]
    return address_lists.not_fetched(seen, awaited, float(since))


@told
def lists_time(read: Mapping[str, Any]) -> float:
    """The clock of the address server; it tells nothing: an error, for whatever is measured by it would be wrong."""
    seen = _seen(read)
    if isinstance(seen, str):
        raise AnsibleFilterError(f"lists_time: the address server tells nothing: {seen}")
    return seen.now


@told
def lists_served(read: Mapping[str, Any]) -> dict[str, str]:
    """The text of each path as it is served now; empty where the server tells nothing."""
    seen = _seen(read)
    return {} if isinstance(seen, str) else {name: one.text for name, one in seen.lists.items()}


@told
def lists_astray(answers: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, str]) -> list[str]:
    """A line for each machine that did not fetch the right text. C(answers), C(wanted): by host."""
    lines = []
    for host, text in wanted.items():
        answer = answers[host]
        try:
            got = address_lists.body(answer["lines"]) if answer["ok"] else ""
            why = "" if answer["ok"] else answer["said"]
        except ValueError as error:
            got, why = "", str(error)
        if why or got != text:
            lines.append(f"{host}: {why or f'it got {printable(got, 200)}, not {printable(text, 200)}'}")
    return lines


@told
def lists_differing(lists: Iterable[Mapping[str, Any]], nameservers: list[str]) -> list[str]:
    """A line for each broker that fetches no list and was started with others than these; C(lists): of broker_lists."""
    return [
        f"{one['broker']} ({', '.join(one['pin']) or one['why']})"
        for one in lists
        if one["fetches"] is False and sorted(one["pin"]) != sorted(nameservers)
    ]


@told
def list_of(lists: Mapping[str, Mapping[str, Any]], target: Mapping[str, Any], broker: str) -> list[str]:
    """With which name servers the master of this name runs, as far as that is known; C(lists): by broker_lists."""
    found = [one["address"] for one in target["brokers"] if one["name"] == broker and int(one["id"]) == MASTER_ID]
    return [server for address in found for server in (lists.get(address) or {}).get("nameservers", [])]


class FilterModule:
    """Filters of the collection about lists of name servers."""

    def filters(self) -> dict[str, Any]:
        return {
            "broker_lists": broker_lists,
            "list_of": list_of,
            "lists_astray": lists_astray,
            "lists_differing": lists_differing,
            "lists_not_fetched": lists_not_fetched,
            "lists_served": lists_served,
            "lists_time": lists_time,
            "lists_wanted": lists_wanted,
        }
