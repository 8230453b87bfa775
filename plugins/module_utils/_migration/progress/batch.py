# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sources of a batch go on, by what the tasks before have returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Batch:
    """The sources that have C(passed), and those that one of the tasks has C(refused). C(messages): what each failure
    has said; C(failures): the same, those of loops over sources with the source's name before it.
    """

    passed: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    messages: list[str]
    failures: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def judge(batch: Iterable[dict[str, Any]], returned: Iterable[Mapping[str, Any]]) -> Batch:
    """The batch, split. returned: of tasks, each a loop over sources, or a gate that tells C(clusters) with C(passed).

    A source for which no item of a loop has failed has passed it. A gate without a verdict for a source, as an error
    leaves it, is no pass. One that C(would_wait), in check mode, lets every source go on as planned.
    """
    split: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    judged = list(returned)
    for source in batch:
        split[all(_passed(source["name"], one) for one in judged)].append(source)
    failed = [failure for one in judged for failure in _failed(one)]
    return Batch(
        split[True],
        split[False],
        messages=[_said(one) for one in failed],
        failures=[f"{one['item']['name']}: {_said(one)}" if _of_source(one) else _said(one) for one in failed],
    )


def _failed(returned: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What has failed: of a loop its items, for "One or more items failed" helps nobody."""
    items = [item for item in returned.get("results") or [] if item.get("failed") or item.get("unreachable")]
    return items or ([returned] if returned.get("failed") or returned.get("unreachable") else [])


def _said(returned: Mapping[str, Any]) -> str:
    return str(returned.get("msg") or dict(returned))


def _of_source(returned: Mapping[str, Any]) -> bool:
    return isinstance(returned.get("item"), Mapping) and "name" in returned["item"]


def _passed(name: str, returned: Mapping[str, Any]) -> bool:
    if "results" in returned:
        items = [item for item in returned["results"] if item["item"]["name"] == name]
        return not any(item.get("failed") or item.get("unreachable") for item in items)
    clusters = returned.get("clusters")
    verdict = clusters.get(name) if isinstance(clusters, Mapping) else None
    return bool(returned.get("skipped") or returned.get("would_wait")) or (verdict or {}).get("passed") is True
