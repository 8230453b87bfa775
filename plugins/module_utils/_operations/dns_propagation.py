# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until DNS servers and resolvers answer the same for a name (private)."""

from __future__ import annotations

from typing import Any

from .._dns.answers import Seen, differences, observe_all
from .._dns.errors import DnsError
from .._dns.records import parse_name, parse_values
from .dns_connection import Agreement, Connection
from .errors import ArgumentError, OperationError
from .gate import Gate
from .task import Outcome, Task


def run(
    task: Task,
    *,
    name: str,
    type: str,
    values: list[str] | None,
    servers: list[str],
    max_ttl: int | None,
    wait: bool,
    **connection: Any,
) -> Outcome:
    """C(connection): the options of C(Connection)."""
    how = Connection(**connection)
    if not servers:
        raise ArgumentError("servers is empty: no server was asked, so nothing is proved")
    try:
        owner = parse_name(name, type)
        wanted = None if values is None else parse_values(type, values)
        asked, transport = how.servers(servers), how.transport()
    except DnsError as error:
        raise OperationError(str(error)) from error

    def judge(seen: list[Seen]) -> Agreement:
        return Agreement(seen, differences(seen, wanted, max_ttl=max_ttl))

    def tell(now: Agreement) -> str:
        if now.ok:
            return f"{owner.to_text()} {type}: every server agrees"
        return f"{owner.to_text()} {type}: waiting for {'; '.join(now.missing)}"

    gate = Gate(task)
    ended = gate.wait(
        lambda: observe_all(transport, asked, owner, type, signed=asked if how.key else ()),
        judge,
        tell=tell if wait else None,
        timeout=None if wait else 0.0,
    )
    seen, missing = ended.state.seen, ended.state.missing
    result: dict[str, Any] = {
        "agreed": ended.ok,
        "dns_servers": [one.as_dict() for one in seen],
        "ttls": {one.server: one.ttl for one in seen},
        "disagreeing": missing,
        "unanswered": [one.server for one in seen if one.error is not None],
        "elapsed": round(ended.elapsed, 3),
    }
    answer = "any such record" if wanted is None else ", ".join(values or ()) or "no such record"
    limit = f" with a TTL of at most {max_ttl} s" if max_ttl is not None else ""
    why = "; ".join(missing)
    return gate.end(
        ended.ok or not wait, f"{owner.to_text()} {type}: {ended.why} not every server answers {answer}{limit}: {why}",
        until=f"every server answers {answer}{limit} for {owner.to_text()} {type}", seen=why, **result,
    )  # fmt: skip
