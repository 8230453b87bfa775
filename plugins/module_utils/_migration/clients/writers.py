# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who writes to a source: what the commit log tells, joined with the sockets of the machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .census import Socket, ip_of

_NAMED = 5


def lines(offenders: Iterable[Mapping[str, Any]], sockets: Iterable[Socket]) -> list[str]:
    """One line per queue and kind of write, the busiest first: topic, queue, rate, groups, and the TCP peers.

    ``offenders`` as rocketmq_write_stop returns them. A message carries the address that it came from; a socket with
    the same address is the writer's own connection, one from the same machine may be. That no socket was found says
    that the writer has left, or that the machines were not reached.
    """
    peers: dict[str, set[str]] = {}
    for socket in sockets:
        peers.setdefault(ip_of(socket.peer), set()).add(socket.peer)
    found = []
    for one in sorted(offenders, key=lambda item: -item["count"]):
        groups = one["producer_groups"] or one.get("likely_groups") or []
        sure = "producer group" if one["producer_groups"] else "perhaps producer group"
        who = f", {sure} {', '.join(groups)}" if groups else ""
        connected = [host for host in one["hosts"] if host in peers.get(ip_of(host), ())]
        others = sorted({peer for host in one["hosts"] for peer in peers.get(ip_of(host), ())} - set(one["hosts"]))
        text = (
            f"{one['topic']} queue {one['queue']} on {one['cluster']}/{one['broker']}: {one['count']} messages "
            f"({one['kind']}, {one['rate']}/s){who}, from {_some(one['hosts'])}"
        )
        if connected:
            text += f", connected now: {_some(connected)}"
        elif others:
            text += f", other connections from there: {_some(others)}"
        else:
            text += ", no TCP connection from there was seen"
        found.append(text)
    return found


def _some(words: list[str]) -> str:
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(words[:_NAMED]) + more
