# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the agreed plan for the phases that come after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Agreed:
    """C(permissions): C(source), C(broker) and C(perm) of each master of the sources that an undo acts on, as the plan
    has recorded it. C(unlisted): C(name) and C(dns) of the sources that the inventory lists no more. C(owned): name,
    topics and groups of each source of the plan. C(ttl): by DNS name the seconds that an undo gives it back.
    """

    permissions: list[dict[str, Any]]
    unlisted: list[dict[str, Any]]
    owned: list[dict[str, Any]]
    ttl: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def view(plan: Mapping[str, Any] | None, acted_on: Iterable[Mapping[str, Any]], listed: Iterable[str]) -> Agreed:
    """plan: its decisions, None where there is none. acted_on: sources. listed: names of all of the inventory's."""
    parts = {part["name"]: part for part in (plan or {}).get("sources") or []}
    dns = list((plan or {}).get("dns") or [])
    known = set(listed)
    return Agreed(
        permissions=[
            {"source": source["spec"], "broker": broker, "perm": perm}
            for source in acted_on
            for broker, perm in parts.get(source["name"], {}).get("broker_permission", {}).items()
        ],
        unlisted=[{"name": entry["source"], "dns": dict(entry)} for entry in dns if entry["source"] not in known],
        owned=[
            {"name": name, "topics": list(part["topics"]), "groups": list(part["groups"])}
            for name, part in parts.items()
        ],
        # dns_record makes no record with a TTL of 0.
        ttl={entry["name"]: max(1, int(entry["ttl"])) for entry in dns if entry.get("ttl") is not None},
    )
