# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS names that a plan switches, as servers answer for them now (private)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._admin.models import Unknown
from .._dns.answers import observe_all
from .._dns.errors import DnsError
from .._dns.records import content, parse_name
from .._dns.transport import Server, Transport
from .._migration.preflight.facts import DnsFact
from .._migration.progress import plan
from .dns_library import require_dnspython


class Names:
    """C(wanted): the names, as the operator gives them. C(planned): entries of the plan that is there, by name.

    C(port): where servers that name none are asked. C(timeout): seconds for each of them.
    """

    def __init__(
        self, wanted: list[dict[str, Any]], planned: Mapping[str, Mapping[str, Any]], port: int, timeout: float
    ) -> None:
        self.wanted, self.planned, self.port, self.timeout = wanted, planned, port, timeout

    def read(self, agreed: Iterable[str]) -> tuple[list[DnsFact], list[dict[str, Any]]]:
        """What servers answer, and the entries of the plan. C(agreed): sources whose names stay as they are planned."""
        facts: list[DnsFact] = []
        kept = frozenset(agreed)
        named = {entry["name"] for entry in self.wanted}
        entries = [dict(entry) for name, entry in self.planned.items() if entry["source"] in kept and name not in named]
        if self.wanted:
            require_dnspython()
        for entry in self.wanted:
            if entry["source"] in kept:
                if entry["name"] in self.planned:
                    entries.append(dict(self.planned[entry["name"]]))
                continue
            ttls = []
            for server, seen in self._ask(entry):
                values = Unknown(seen) if isinstance(seen, str) else tuple(content(seen.rdatas))
                facts.append(DnsFact(entry["name"], server, entry["source"], tuple(entry["from"]), values))
                if not isinstance(seen, str) and seen.ttl is not None:
                    ttls.append(seen.ttl)
            before = self.planned.get(entry["name"], {}).get("ttl")
            entries.append(
                {
                    **{key: entry[key] for key in ("name", "source", "servers", "zone", "type", "from", "to")},
                    "ttl": plan.original_ttl(entry["ttl"], before, ttls),
                }
            )
        return facts, entries

    def _ask(self, entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """(server, answer), where an answer that did not come is text."""
        try:
            name = parse_name(entry["name"])
            servers = [Server.parse(server, self.port) for server in entry["servers"]]
        except DnsError as error:
            return [(", ".join(entry["servers"]), str(error))]
        seen = observe_all(Transport(timeout=self.timeout), servers, name, entry["type"])
        return [(one.server, one if one.error is None else one.error) for one in seen]
