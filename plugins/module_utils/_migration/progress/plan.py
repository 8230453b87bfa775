# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what was agreed, as a document that every later phase takes as input.

C(decisions) is what people agree to, and the only thing that the hash covers: no clock, no estimates, no counts of
messages. Retry and dead letter topics are left out of it, because they follow from the groups by rule and appear
while the business runs.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..._admin.models import ClusterSpec, SubscriptionGroup, TopicConfig
from ..._admin.release import READ_WRITE
from ..._admin.system_names import DERIVED
from ..tables.merge import Difference, MergedTables, wide_retry_topic

SCHEMA = 1
HASH_LENGTH = 16


class PlanError(ValueError):
    """A plan that cannot be used. C(kind): missing, wrong, outdated or unreadable; C(differences): lines."""

    def __init__(self, kind: str, text: str, differences: Iterable[str] = ()) -> None:
        self.kind = kind
        self.differences = list(differences)
        super().__init__(text)


def cluster(spec: ClusterSpec) -> dict[str, Any]:
    """A cluster's members as the plan holds them."""
    return {
        "name": spec.name,
        "nameservers": list(spec.nameservers),
        "brokers": [dataclasses.asdict(broker) for broker in spec.brokers],
    }


def section(snapshot: Any, merged: MergedTables) -> dict[str, Any]:
    """One source as the plan holds it: members, tables, and the originals that an undo restores."""
    masters = {
        broker.name: snapshot.brokers[broker.address].config
        for broker in snapshot.spec.masters
        if isinstance(getattr(snapshot.brokers.get(broker.address), "config", None), Mapping)
    }
    return {
        **cluster(snapshot.spec),
        "broker_permission": {
            name: int(config.get("brokerPermission", READ_WRITE)) for name, config in masters.items()
        },
        # As configured: a name follows the switch of DNS by itself, an address does not.
        "namesrv_addr": {name: config.get("namesrvAddr", "") for name, config in masters.items()},
        "topics": {name: _without_name(topic) for name, topic in merged.topics.items() if not name.startswith(DERIVED)},
        "groups": {name: _without_name(group) for name, group in merged.groups.items()},
        "order": dict(merged.order),
    }


def tables_of(part: Mapping[str, Any]) -> MergedTables:
    """The tables of one source out of its section, with the retry topics that follow from its groups."""
    groups = {name: SubscriptionGroup(name=name, **values) for name, values in part["groups"].items()}
    topics = {name: TopicConfig(name=name, **values) for name, values in part["topics"].items()}
    for group in groups.values():
        retry = wide_retry_topic(group, None, [])
        if retry is not None:
            topics[retry.name] = retry
    return MergedTables(
        topics=topics,
        groups=groups,
        order=dict(part["order"]),
        topic_origins=dict.fromkeys(topics, (part["name"],)),
        group_origins=dict.fromkeys(groups, (part["name"],)),
        pairs=frozenset(),
    )


def decisions(
    sections: Iterable[Mapping[str, Any]],
    target: ClusterSpec,
    dns: Iterable[Mapping[str, Any]],
    waivers: Iterable[Mapping[str, Any]],
    batches: Iterable[Iterable[str]] | None = None,
    archive: str | None = None,
) -> dict[str, Any]:
    """What is agreed. dns: C({name, zone, servers, type, source, from, to, ttl}) with the original TTL in seconds;
    archive: directory of the old machines for what their brokers leave, None where that just stays.
    """
    parts = sorted((dict(part) for part in sections), key=lambda part: part["name"])
    return {
        "schema": SCHEMA,
        "target": cluster(target),
        "sources": parts,
        "dns": sorted((dict(entry) for entry in dns), key=lambda entry: entry["name"]),
        "batches": [sorted(batch) for batch in batches or [[part["name"] for part in parts]]],
        "waivers": sorted((dict(waiver) for waiver in waivers), key=lambda one: json.dumps(one, sort_keys=True)),
        **({"archive": archive} if archive else {}),
    }


def original_ttl(given: int | None, agreed: int | None, seen: Iterable[int]) -> int | None:
    """What undo and the end of the migration restore, in seconds: given by the operator, or agreed, or seen now.

    The migration itself lowers the TTL in an early phase, so a lower one than agreed is its own doing and no new fact.
    """
    if given is not None:
        return given
    highest = max(seen, default=None)
    if agreed is None or (highest is not None and highest > agreed):
        return highest
    return agreed


def fingerprint(agreed: Mapping[str, Any]) -> str:
    """The hash that people confirm: SHA-256 over canonical JSON, shortened."""
    text = json.dumps(agreed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def document(agreed: Mapping[str, Any], notes: Mapping[str, Any]) -> dict[str, Any]:
    """C(plan.json); notes is what was seen on the way: reasons, differences between masters, sizes, the time."""
    return {"schema": SCHEMA, "hash": fingerprint(agreed), "decisions": dict(agreed), "notes": dict(notes)}


def dump(value: Mapping[str, Any]) -> str:
    """C(plan.json) as text that people can compare line by line."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def parse(text: str, where: str) -> dict[str, Any]:
    """Read C(plan.json). Raises PlanError for anything that is not a whole plan of this schema."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise PlanError("unreadable", f"{where} is no JSON: {error}") from error
    if not isinstance(value, dict) or not isinstance(value.get("decisions"), dict) or "hash" not in value:
        raise PlanError("unreadable", f"{where} is no plan")
    if value.get("schema") != SCHEMA:
        raise PlanError("unreadable", f"{where} has schema {value.get('schema')}, this collection reads {SCHEMA}")
    return value


def whole(value: Mapping[str, Any], where: str) -> None:
    """Raise PlanError when the decisions were edited after they were agreed."""
    now = fingerprint(value["decisions"])
    if now != value["hash"]:
        raise PlanError(
            "outdated",
            f"the plan in {where} was changed after it was written: its decisions have the hash {now}, it says "
            f"{value['hash']}. Run the preflight again, review the plan and confirm its new hash.",
        )


def confirm(
    value: Mapping[str, Any] | None, given: str | None, where: str, older: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Return the plan. Raise PlanError unless C(given) is its hash.

    value: the plan, None when there is none; older: the plan that C(given) was the hash of, when it is known.
    """
    if value is None:
        raise PlanError("missing", f"there is no plan in {where}: run the preflight and review what it writes")
    whole(value, where)
    text = (given or "").strip()
    if not text:
        raise PlanError(
            "missing",
            f"confirmation is missing: review the plan in {where} and give its hash as rocketmq_migration_confirm",
        )
    if text == value["hash"]:
        return value
    if older is not None:
        lines = differences(older["decisions"], value["decisions"])
        raise PlanError(
            "outdated",
            f"confirmation is outdated: {text} was the hash of an earlier plan; the plan in {where} differs from it in "
            f"{len(lines)} points: {_some(lines)}",
            lines,
        )
    raise PlanError("wrong", f"confirmation is wrong: {text} is not and was never the hash of the plan in {where}")


def same_members(value: Mapping[str, Any], sources: Iterable[ClusterSpec], target: ClusterSpec, where: str) -> None:
    """Raise PlanError when the inventory's members are not those of the plan. Sources may be fewer: a batch."""
    planned = {part["name"]: part for part in value["decisions"]["sources"]}
    lines = []
    for spec in sources:
        if spec.name not in planned:
            lines.append(f"sources.{spec.name}: not in the plan")
        else:
            part = {key: planned[spec.name][key] for key in ("name", "nameservers", "brokers")}
            lines += differences({"sources": {spec.name: part}}, {"sources": {spec.name: cluster(spec)}})
    lines += differences({"target": value["decisions"]["target"]}, {"target": cluster(target)})
    if lines:
        raise PlanError(
            "outdated", f"the plan in {where} is outdated: the inventory differs from it: {_some(lines)}", lines
        )


def same_decisions(value: Mapping[str, Any], live: Mapping[str, Any], where: str) -> None:
    """Raise PlanError when the decisions that the live world leads to are no longer those of the plan."""
    lines = differences(value["decisions"], live)
    if lines:
        raise PlanError(
            "outdated",
            f"the plan in {where} is outdated: the estate changed in {len(lines)} points since then: {_some(lines)}",
            lines,
        )


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """One line for each leaf that differs: C(sources.mro.topics.T.perm: 6 -> 4)."""
    if old == new:
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        lines: list[str] = []
        for key in sorted({*old, *new}):
            inner = f"{path}.{key}" if path else str(key)
            if key not in old:
                lines.append(f"{inner}: new, {_short(new[key])}")
            elif key not in new:
                lines.append(f"{inner}: gone, was {_short(old[key])}")
            else:
                lines += differences(old[key], new[key], inner)
        return lines
    if isinstance(old, list) and isinstance(new, list):
        left, right = _by_name(old), _by_name(new)
        if left is not None and right is not None:
            return differences(left, right, path)
    return [f"{path}: {_short(old)} -> {_short(new)}"]


def _by_name(items: list[Any]) -> dict[str, Any] | None:
    """Rows keyed by what identifies them, so that a row added in front is one difference and not all."""
    result: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, Mapping) or "name" not in item:
            return None
        key = f"{item['name']}:{item['id']}" if "id" in item else str(item["name"])
        if key in result:
            return None
        result[key] = item
    return result


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _some(lines: list[str], limit: int = 10) -> str:
    more = f"; and {len(lines) - limit} more" if len(lines) > limit else ""
    return "; ".join(lines[:limit]) + more


def _without_name(row: Any) -> dict[str, Any]:
    return {key: value for key, value in dataclasses.asdict(row).items() if key != "name"}


def notes(
    tables: Iterable[MergedTables], merged: MergedTables, frame_bytes: int, judged: Mapping[str, Any], written: str
) -> dict[str, Any]:
    """What the plan tells beside its decisions."""
    rows = [difference for one in tables for difference in one.differences]
    return {
        "written": written,
        "resolved": [_resolution(row) for row in rows],
        "target_topics": len(merged.topics),
        "target_groups": len(merged.groups),
        "registration_bytes": frame_bytes,
        **judged,
    }


def _resolution(row: Difference) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "field": row.field,
        "values": [{"where": where, "value": value} for where, value in row.values],
        "chosen": row.chosen,
    }


ROWS_SHOWN = 200


def render(plan: Mapping[str, Any]) -> str:
    """The readable page, C(plan.md)."""
    agreed, told = plan["decisions"], plan["notes"]
    lines = [
        "# Migration plan",
        "",
        f"Hash: **{plan['hash']}** (what changing phases ask for as `rocketmq_migration_confirm`)",
        "",
        f"Written: {told['written']}",
        "",
        f"Target `{agreed['target']['name']}`, name servers {_codes(agreed['target']['nameservers'])}, brokers "
        + _codes(_broker(broker) for broker in agreed["target"]["brokers"]),
        "",
        f"Each target master gets {told['target_topics']} topics (retry and dead letter topics included) and "
        f"{told['target_groups']} groups; its registration has about {told['registration_bytes']} bytes "
        "of at most 16777216.",
        "",
        *_estimate_page(told.get("estimate")),
        "Rules: highest queue numbers and all permission bits of any master win; retry topics are as wide as their "
        "group asks; all nine fields of a group are copied; every known group gets offset 0 on every new, empty queue; "
        "nothing is deleted.",
        "",
        "Batches: " + "; ".join(", ".join(batch) for batch in agreed["batches"]),
        "",
        "Data of the old brokers: "
        + (f"packed into `{agreed['archive']}` of their machines, and kept" if "archive" in agreed else "kept"),
        "",
    ]
    for part in agreed["sources"]:
        lines += _source_page(part)
    lines += ["## Names", ""]
    lines += _table(
        ("name", "type", "servers", "source", "from", "to", "original TTL"),
        [
            [
                entry["name"],
                entry["type"],
                ", ".join(entry["servers"]),
                entry["source"],
                ", ".join(entry["from"]),
                ", ".join(entry["to"]),
                entry["ttl"],
            ]
            for entry in agreed["dns"]
        ],
    )
    lines += ["## Differences and how they are resolved", ""]
    lines += _table(
        ("kind", "name", "field", "found", "chosen"),
        [
            [
                row["kind"],
                row["name"],
                row["field"],
                ", ".join(f"{item['where']} {item['value']}" for item in row["values"]),
                row["chosen"],
            ]
            for row in told["resolved"]
        ],
    )
    lines += ["## Waivers", ""]
    lines += _table(
        ("code", "subject", "why", "who", "until"),
        [[one.get(key) for key in ("code", "subject", "reason", "who", "until")] for one in agreed["waivers"]],
    )
    lines += ["## Notices", ""]
    lines += _table(
        ("code", "subject", "evidence"),
        [
            [row["code"], row["subject"], ", ".join(f"{key} {value}" for key, value in row["evidence"].items())]
            for row in told.get("reasons", [])
        ],
    )
    return "\n".join(lines).rstrip() + "\n"


def _estimate_page(value: Mapping[str, Any] | None) -> list[str]:
    if not value:
        return []
    longest = value["longest"]
    lines = [
        f"Estimated duration: about {round(value['seconds'] / 60)} minutes; the longest wait is {longest['phase']}, "
        f"{longest['seconds']} s ({longest['why']}).",
        "",
    ]
    return lines + ([f"Without a bound: {'; '.join(value['unbounded'][:10])}.", ""] if value["unbounded"] else [])


def _source_page(part: Mapping[str, Any]) -> list[str]:
    lines = [
        f"## Source {part['name']}",
        "",
        f"Name servers {_codes(part['nameservers'])}, brokers {_codes(_broker(broker) for broker in part['brokers'])}",
        "",
        "Original: "
        + "; ".join(
            f"{name} brokerPermission {perm}, namesrvAddr `{part['namesrv_addr'].get(name, '')}`"
            for name, perm in part["broker_permission"].items()
        ),
        "",
        f"{len(part['topics'])} topics",
        "",
    ]
    lines += _table(
        ("topic", "read queues", "write queues", "permission", "order"),
        [
            [name, row["read_queues"], row["write_queues"], row["perm"], part["order"].get(name, "")]
            for name, row in part["topics"].items()
        ],
    )
    lines += [f"{len(part['groups'])} groups", ""]
    lines += _table(
        ("group", "enabled", "broadcast", "retry queues", "retries"),
        [
            [name, row["consume_enable"], row["broadcast"], row["retry_queues"], row["retry_max"]]
            for name, row in part["groups"].items()
        ],
    )
    return lines


def _broker(broker: Mapping[str, Any]) -> str:
    return f"{broker['name']}:{broker['id']} {broker['address']}"


def _codes(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _table(head: tuple[str, ...], rows: list[list[Any]]) -> list[str]:
    if not rows:
        return ["None.", ""]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows[:ROWS_SHOWN]:
        cells = ["" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
        lines.append("| " + " | ".join(cells) + " |")
    if len(rows) > ROWS_SHOWN:
        lines += ["", f"and {len(rows) - ROWS_SHOWN} more in plan.json."]
    return [*lines, ""]
