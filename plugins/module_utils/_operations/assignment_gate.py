# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until consumers hold the queues that they should hold (private)."""

from __future__ import annotations

from dataclasses import dataclass

from .._admin.models import ClusterSpec
from .._migration.clients import assignment
from .._migration.clients.assignment import SourceFacts
from .._migration.reasons.reason import summary
from .._migration.reasons.waivers import Judged, Waiver
from .assignment import Sweep
from .errors import ArgumentError
from .gate import Gate
from .task import Outcome, Task


@dataclass(frozen=True)
class State:
    """One look. I(streak): how many in a row, this one included, showed what is state."""

    facts: list[SourceFacts]
    judged: Judged
    streak: int
    ok: bool


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    state: str,
    brokers: list[str] | None,
    groups: list[str],
    stable: int,
    allow_none: bool,
    waivers: tuple[Waiver, ...],
) -> Outcome:
    if stable < 1:
        raise ArgumentError(f"stable must be at least 1, got {stable}")
    if not sources:
        raise ArgumentError("sources is empty: there are no groups to look at")
    if not target.masters:
        raise ArgumentError(f"target {target.name} has no master")
    names = {master.name for master in target.masters}
    stray = set(brokers or ()) - names
    if stray or (state == "connected" and not brokers):
        raise ArgumentError(
            f"brokers must name masters of {target.name} ({', '.join(sorted(names))}), got: "
            f"{', '.join(brokers or ()) or 'none'}"
        )
    if state == "released":
        others = [source.name for source in sources if source.nameservers != target.nameservers]
        if others:
            raise ArgumentError(
                f"with state released, sources and target are one and the same cluster; {', '.join(others)} is another "
                "one, and broker names alone do not tell its queues from the target's"
            )
    given = {master.address: master.name for master in target.masters if master.name in (brokers or ())}
    gate = Gate(task, waivers)
    streak = 0
    first_locks: assignment.Locks = {}

    def sample() -> list[SourceFacts]:
        sweep = Sweep(task.admin, sources, target, groups)
        return sweep(running=True, routes=state == "assigned")

    def judge(facts: list[SourceFacts]) -> State:
        nonlocal streak
        reasons = assignment.online(facts, allow_none)
        if state == "assigned":
            reasons += assignment.assigned(facts, names)
        elif state == "released":
            reasons += assignment.released(facts, names)
        else:
            first_locks.update(assignment.locks(facts, given.values()) | first_locks)
            reasons += assignment.connected(facts, given) + assignment.renewed(facts, given.values(), first_locks)
        judged = gate.apply(reasons)
        streak = streak + 1 if judged.ok else 0
        return State(facts, judged, streak, streak >= stable)

    def tell(now: State) -> str:
        left = now.judged.blocking
        return f"{state}: {len(left)} open: {summary(left, 3)}" if left else f"{state}: seen, must stay so"

    ended = gate.wait(sample, judge, tell=tell)
    seen = ended.state
    result = {"groups": assignment.table(seen.facts), **seen.judged.as_result(), **ended.times()}
    why = summary(seen.judged.blocking)
    if seen.judged.ok:
        failure = f"{state}, but seen only {seen.streak} of {stable} times in a row, {ended.why}"
    else:
        failure = f"not {state} {ended.why}: {why}"
    until = f"the online consumers are {state}, {stable} times in a row"
    return gate.end(ended.ok, failure, until=until, seen=why, **result)
