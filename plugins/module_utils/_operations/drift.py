# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the tables of sources and target, until they are equal (private)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._admin.models import ClusterSpec
from .._admin.release import READ_WRITE
from .._admin.snapshot import take_all
from .._migration.reasons.catalogue import CATALOGUE
from .._migration.reasons.reason import Reason, summary
from .._migration.reasons.waivers import Judged, Waiver
from .._migration.tables import drift, merge
from .._migration.tables import missing as metadata
from .._migration.tables.drift import OneSided
from .errors import ArgumentError
from .gate import Gate
from .task import Outcome, Task

SOURCE_PARTS = frozenset({"topics", "groups", "offsets", "clients"})
TARGET_PARTS = SOURCE_PARTS | {"stats"}


@dataclass(frozen=True)
class State:
    """One look."""

    judged: Judged
    one_sided: OneSided
    closed: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.judged.ok


class Look:
    """Reads all clusters once and compares them."""

    def __init__(
        self,
        gate: Gate,
        sources: list[ClusterSpec],
        target: ClusterSpec,
        *,
        both_ways: bool,
        owners: list[dict[str, Any]],
    ) -> None:
        """C(both_ways): whether what the target has alone counts. C(owners): rules C(name), C(source)."""
        self.gate, self.admin, self.sources, self.target = gate, gate.task.admin, sources, target
        self.both_ways, self.owners = both_ways, owners

    def __call__(self) -> State:
        # The sources first: what appears between the two looks is found missing rather than overlooked.
        tables = take_all(self.admin, self.sources, SOURCE_PARTS)
        seen = take_all(self.admin, [self.target], TARGET_PARTS)[0]
        merged = merge.merge(tables, self.target)
        orders = {
            address: view.order_conf for snapshot in (*tables, seen) for address, view in snapshot.nameservers.items()
        }
        work = metadata.compare(merged, seen, orders)
        reasons = drift.unanswered((*merged.gaps, *work.gaps))
        if not reasons and not merged.topics and not merged.groups:
            reasons.append(Reason("NOTHING_SEEN", ", ".join(spec.name for spec in self.sources)))
        reasons += drift.lacking(work)
        found = OneSided()
        if self.both_ways and not reasons_unknown(reasons):
            names = merge.taken_names((*tables, seen), self.target)
            found = drift.one_sided(merged, seen, names, [spec.name for spec in self.sources], self.owners)
            reasons += drift.alone(found)
        closed = tuple(reason.subject for reason in reasons if reason.code == "TOPIC_CLOSED_ON_TARGET")
        return State(self.gate.apply(reasons), found, closed)


def reasons_unknown(reasons: Iterable[Reason]) -> bool:
    """Whether something did not answer: then what the target has alone is not known."""
    return any(reason.code in ("BROKER_UNKNOWN", "NAMESERVER_UNKNOWN") for reason in reasons)


def by_source(found: OneSided) -> list[dict[str, Any]]:
    """C(one_sided) of the result: settings as the modules for topics and groups take them."""
    sides: dict[str | None, dict[str, Any]] = {}

    def side(name: str) -> dict[str, Any]:
        source = found.owners.get(name)
        return sides.setdefault(source, {"source": source, "topics": [], "narrow": [], "groups": []})

    for name, topic in found.topics.items():
        # The order flag of a broker follows its name server; a topic of the target alone has no entry there to copy.
        settings = {key: value for key, value in dataclasses.asdict(topic).items() if key != "order"}
        side(name)["topics"].append({**settings, "perm": topic.perm & READ_WRITE})
    for name, topic in found.narrow.items():
        side(name)["narrow"].append({"name": name, "perm": topic.perm & READ_WRITE})
    for name, group in found.groups.items():
        side(name)["groups"].append(dataclasses.asdict(group))
    return sorted(sides.values(), key=lambda one: one["source"] or "")


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    target_only: str,
    owners: list[dict[str, Any]],
    wait: bool,
    waivers: tuple[Waiver, ...],
) -> Outcome:
    if not sources:
        raise ArgumentError("sources is empty: there is nothing to compare with")
    for spec in (*sources, target):
        if not spec.masters:
            raise ArgumentError(f"cluster {spec.name} has no master")
    strangers = sorted({rule["source"] for rule in owners} - {spec.name for spec in sources})
    if strangers:
        raise ArgumentError(f"owners names {', '.join(strangers)}, which is no source")
    gate = Gate(task, waivers)
    look = Look(gate, sources, target, both_ways=target_only == "refuse", owners=owners)
    ended = gate.wait(look, lambda state: state, timeout=None if wait else 0.0)
    state = ended.state
    result = {
        "equal": state.ok,
        "closed": list(state.closed),
        "one_sided": by_source(state.one_sided),
        **state.judged.as_result(),
        "elapsed": round(ended.elapsed, 1),
    }
    unknown = reasons_unknown(state.judged.blocking)
    if state.ok or not (wait or unknown):
        return Outcome.passed(**result)
    what = "it is not known whether" if unknown else "not"
    blocking = state.judged.blocking
    why, remedy = summary(blocking), CATALOGUE[blocking[0].code].remedy
    return gate.end(
        False, f"{what} equal: {len(blocking)} difference(s): {why}. {remedy}",
        until=f"the topics and groups of the sources and {target.name} are equal", seen=why, **result,
    )  # fmt: skip
