# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of single changes that a task plans, carries out and returns, one entry per thing and place.

An entry is a dict, because it goes into the task's result as it is: C(cluster), C(address), C(broker) (absent for a
name server), C(kind) (topic, group or order), C(name), C(before), C(after), C(result) and, for a failure, C(error).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PLANNED = "planned"
APPLIED = "applied"
FAILED = "failed"
NOT_ATTEMPTED = "not attempted"
_NAMED = 20


def entry(kind: str, name: str, cluster: str, address: str, before: Any, after: Any, **more: Any) -> dict[str, Any]:
    """A change that is planned."""
    return {
        "kind": kind,
        "name": name,
        "cluster": cluster,
        "address": address,
        **more,
        "before": before,
        "after": after,
        "result": PLANNED,
    }


def finish(row: dict[str, Any], error: str | None = None) -> None:
    """Writes down what came of a change."""
    row["result"] = APPLIED if error is None else FAILED
    if error is not None:
        row["error"] = error


def skip(rows: Iterable[dict[str, Any]]) -> None:
    """Changes that were not tried because something before them failed."""
    for row in rows:
        row["result"] = NOT_ATTEMPTED


def has_failed(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any(row["result"] == FAILED for row in rows)


def failure(rows: list[dict[str, Any]]) -> str | None:
    """The message of a task of which something failed, or None."""
    failed = [row for row in rows if row["result"] == FAILED]
    if not failed:
        return None
    left_out = sum(row["result"] == NOT_ATTEMPTED for row in rows)
    done = sum(row["result"] == APPLIED for row in rows)
    texts = [f"{row['kind']} {row['name']} at {_place(row)}: {row['error']}" for row in failed[:_NAMED]]
    if len(failed) > _NAMED:
        texts.append(f"and {len(failed) - _NAMED} more")
    return (
        f"of {len(rows)} change(s) {len(failed)} failed, {done} were applied, {left_out} were not attempted: "
        + "; ".join(texts)
    )


def difference(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides of the diff: cluster → place → "kind name" → settings (None: not there)."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for row in rows:
        for side, which in ((before, "before"), (after, "after")):
            place = side.setdefault(row["cluster"], {}).setdefault(_place(row), {})
            place[f"{row['kind']} {row['name']}"] = row[which]
    return before, after


def _place(row: Mapping[str, Any]) -> str:
    return f"{row['broker']} ({row['address']})" if "broker" in row else f"name server {row['address']}"
