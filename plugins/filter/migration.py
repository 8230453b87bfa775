# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the migration: where each source stands, which sources a phase acts on, what the modules are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import ip_of, parse_ss
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.writers import lines as writer_lines


def _peers(printed: Sequence[Sequence[str]]) -> Counter[str]:
    """Connections by the address they come from, in the lines of C(ss -tn), machine by machine.

    Lines that are none of ss are nobody: what waits for a client waits on, and P(mqops.rocketmq.sockets_unread#filter)
    names them.
    """
    sockets, _odd = parse_ss("", [line for machine in printed for line in machine])
    return Counter(ip_of(socket.peer) for socket in sockets)


def unconnected(
    printed: Sequence[Sequence[str]],
    hostvars: Any,
    business: list[str],
    sources: list[dict[str, Any]],
    left: Sequence[Sequence[str]] = (),
    there: Sequence[Sequence[str]] = (),
) -> list[str]:
    """Business hosts of the sources that are no peer in the lines of C(ss -tn) on name servers' machines, or with
    fewer connections than they had before some name servers ended: there (C(there)) and at those (C(left)) together,
    for each client of 4.4.0 keeps one.

    A business host that does not name its source (C(rocketmq_cluster)), or names one that the inventory does not know,
    belongs to all of them: else nobody would miss it.
    """
    names = {source["name"] for source in sources}
    known = {hostvars[host].get("rocketmq_cluster") for host in hostvars if hostvars[host].get("rocketmq_role")}
    now, gone_with, before = _peers(printed), _peers(left), _peers(there)
    missing = []
    for host in business:
        address = hostvars[host].get("rocketmq_address")
        if not address:
            # Refused before the release; after it nothing may end with an error of this filter.
            missing.append(f"{host} (no rocketmq_address in the inventory)")
            continue
        cluster = hostvars[host].get("rocketmq_cluster")
        wanted = gone_with[address] + before[address] if gone_with[address] else 1
        if (cluster in names or cluster not in known) and now[address] < wanted:
            missing.append(host if wanted == 1 else f"{host} ({now[address]} of {wanted} connections)")
    return missing




def failures(result: dict[str, Any]) -> str:
    """What a failed task said; of a loop, what each failed item said, for "One or more items failed" helps nobody."""
    failed = [one for one in result.get("results") or [] if one.get("failed") or one.get("unreachable")] or [result]
    return " ".join(str(one.get("msg") or one) for one in failed)


def writers(offenders: list[dict[str, Any]], answers: dict[str, dict[str, Any]]) -> list[str]:
    """Who writes, a line each, from what rocketmq_write_stop returned and the machines' answers of C(ss -tn)."""
    sockets = []
    for host, answer in answers.items():
        sockets += parse_ss(host, answer["lines"])[0]
    return writer_lines(offenders, sockets)


class FilterModule:
    """The collection's filters for the phases of the migration."""

    def filters(self) -> dict[str, Any]:
        return {
            "failures": failures,
            "unconnected": unconnected,
            "writers": writers,
        }
