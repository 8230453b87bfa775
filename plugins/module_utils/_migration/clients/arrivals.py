# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the clients of business hosts have come to the target, by the sockets that machines have shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .census import ip_of, parse_ss

Printed = Iterable[Iterable[str]]


def missing(
    printed: Printed,
    estate: Mapping[str, Any],
    sources: Iterable[Mapping[str, Any]],
    left: Printed = (),
    there: Printed = (),
) -> list[str]:
    """Business hosts of the sources that are no peer in the lines of C(ss -tn) on name servers' machines, or with
    fewer connections than they had before some name servers ended: there (C(there)) and at those (C(left)) together,
    for each client of 4.4.0 keeps one.

    A business host that does not name its source (C(rocketmq_cluster)), or names one that the inventory does not know,
    belongs to all of them: otherwise it could be absent from every check.
    """  # fmt: skip
    names = {source["name"] for source in sources}
    known = {machine["cluster"] for machine in estate["machines"].values()}
    now, gone_with, before = _peers(printed), _peers(left), _peers(there)
    found = []
    for host, client in estate["clients"].items():
        address, cluster = client["address"], client["cluster"]
        if not address:
            # Such an inventory is refused before the release. After the release this function must not raise.
            found.append(f"{host} (no rocketmq_address in the inventory)")
            continue
        wanted = gone_with[address] + before[address] if gone_with[address] else 1
        if (cluster in names or cluster not in known) and now[address] < wanted:
            found.append(host if wanted == 1 else f"{host} ({now[address]} of {wanted} connections)")
    return found


def _peers(printed: Printed) -> Counter[str]:
    """Connections by the address they come from, machine by machine.

    A line that is not from ss counts as no connection: a wait for a client goes on, and machines/machine_view.py names
    the line.
    """
    sockets, _odd = parse_ss("", [line for machine in printed for line in machine])
    return Counter(ip_of(socket.peer) for socket in sockets)
