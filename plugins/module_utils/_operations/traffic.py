# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until the traffic of clients has moved (private)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._admin.broker import (
    consumer_offsets,
    group_table,
    topic_stats,
    topic_table,
)
from .._admin.client import Admin
from .._admin.clients import consumer_connections
from .._admin.errors import AdminError
from .._admin.models import BrokerSpec, ClusterSpec
from .._admin.request import Request
from .._admin.system_names import is_system_group
from .._migration.clients import traffic
from .._migration.clients.traffic import Sample
from .._migration.reasons.reason import Reason, summary
from .._migration.reasons.waivers import Judged, Waiver
from .errors import ArgumentError
from .gate import Gate
from .task import Outcome, Task


class Sweep:
    """Reads committed offsets, then maxima, then online groups."""

    def __init__(self, admin: Admin, sources: list[ClusterSpec], target: ClusterSpec, topics: list[str] | None) -> None:
        self.admin, self.target, self.topics = admin, target, topics
        self.places = {
            (cluster.name, master.name): master for cluster in (*sources, target) for master in cluster.masters
        }
        self.names = {name for cluster, broker in self.places for name in (cluster, broker)}

    def __call__(self) -> Sample:
        sample = Sample()
        own = {place: master for place, master in self.places.items() if place[0] == self.target.name}
        offsets = self._ask(sample, own, {place: consumer_offsets(one.address) for place, one in own.items()})
        groups = self._ask(sample, own, {place: group_table(one.address) for place, one in own.items()})
        tables = self._ask(sample, self.places, {place: topic_table(one.address) for place, one in self.places.items()})
        for (_cluster, broker), found in offsets.items():
            sample.committed[broker] = {pair: sum(queues.values()) for pair, queues in found.items()}
        asked = {
            (*place, topic): topic_stats(self.places[place].address, topic)
            for place, table in tables.items()
            for topic in sorted(table.topics)
            if (topic in self.topics if self.topics is not None else traffic.is_business(topic, self.names))
        }
        for place in tables:
            sample.maxima[place] = {}
        for (cluster, broker, topic), ranges in self._ask(sample, self.places, asked).items():
            # None: deleted since the table was read.
            sample.maxima[cluster, broker][topic] = sum(one.max for one in (ranges or {}).values())
        consumers = {
            (*place, group): consumer_connections(own[place].address, group)
            for place, table in groups.items()
            for group in sorted(table.groups)
            if not is_system_group(group)
        }
        for (_cluster, _broker, group), connections in self._ask(sample, own, consumers).items():
            if connections is not None and connections.clients:
                sample.groups.setdefault(group, connections)
        return sample

    def _ask(self, sample: Sample, places: dict[Any, BrokerSpec], asked: dict[Any, Request[Any]]) -> dict[Any, Any]:
        """The answers that came; for a broker that failed, one reason."""
        found = {}
        for key, answer in zip(asked, self.admin.ask_all(asked.values()), strict=True):
            if not isinstance(answer, AdminError):
                found[key] = answer
                continue
            subject = f"{key[0]}/{places[key[:2]].name}"
            if subject not in {reason.subject for reason in sample.unknown}:
                sample.unknown.append(Reason("BROKER_UNKNOWN", subject, {"answer": str(answer)}))
        return found


@dataclass(frozen=True)
class State:
    """One look and what it means."""

    sample: Sample
    judged: Judged
    ok: bool


class Judge:
    """Compares each look with the first complete one."""

    def __init__(
        self, gate: Gate, target: str, topics: Iterable[str] | None, *, dynamic: bool, allow_none: bool
    ) -> None:
        self.gate, self.target, self.dynamic, self.allow_none = gate, target, dynamic, allow_none
        self.topics = None if topics is None else set(topics)
        self.first: Sample | None = None
        self.grown: set[str] = set()

    def baseline(self) -> None:
        """Ends the observation: the topics that grew so far are those to be seen on the target."""
        if self.topics is None and not self.dynamic:
            self.topics = self.grown

    def __call__(self, now: Sample) -> State:
        if self.first is None and not now.unknown:
            self.first = now
        if self.first is not None:
            # Of each look, for a broker that is silent in the last one has said before what grew on it.
            self.grown |= traffic.grown(self.first, now)
        reasons = traffic.judge(self.first or now, now, self.target, self.topics, self.allow_none)
        judged = self.gate.apply(reasons)
        # The first look has nothing to be compared with.
        return State(now, judged, judged.ok and self.first is not None and self.first is not now)


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    topics: list[str] | None,
    baseline_window: float,
    allow_none: bool,
    waivers: tuple[Waiver, ...],
) -> Outcome:
    if topics == []:
        raise ArgumentError("topics is empty: leave it out to find the topics that have traffic")
    if not baseline_window > 0:
        raise ArgumentError(f"baseline_window must be greater than 0 seconds, got {baseline_window}")
    if not target.masters:
        raise ArgumentError(f"target {target.name} has no master")
    if target.name in {source.name for source in sources}:
        raise ArgumentError(f"{target.name} is both a source and the target")
    sweep = Sweep(task.admin, sources, target, topics)
    gate = Gate(task, waivers)
    judge = Judge(gate, target.name, topics, dynamic=not sources, allow_none=allow_none)
    observed = 0.0
    if topics is None and sources and not task.check_mode:
        # The window begins with a look at all of them: without one any topic would do.
        begun = gate.wait(sweep, _Complete(judge))
        if not begun.ok:
            judged = begun.state.judged
            return Outcome.failed(
                f"which topics have traffic could not be observed {begun.why}: {summary(judged.blocking)}",
                topics=[],
                **judged.as_result(),
                **begun.times(),
            )
        watched = gate.wait(sweep, _Observation(judge), timeout=baseline_window)
        observed = begun.elapsed + watched.elapsed
        judge.baseline()
        task.progress(f"topics with traffic: {', '.join(sorted(judge.topics or ())) or 'none'}")

    def tell(state: State) -> str:
        left = state.judged.blocking
        return f"traffic: {len(left)} open: {summary(left, 3)}" if left else "traffic flows"

    ended = gate.wait(sweep, judge, tell=tell)
    state = ended.state
    first = judge.first or state.sample
    result = {
        "topics": traffic.table(first, state.sample, target.name, judge.topics),
        **state.judged.as_result(),
        "samples": ended.samples,
        "elapsed": round(ended.elapsed + observed, 1),
    }
    why = summary(state.judged.blocking) or "there was no second look to compare the first one with"
    return gate.end(
        ended.ok, f"no traffic through {target.name} {ended.why}: {why}",
        # A single look cannot tell what moves.
        until=f"{target.name} receives and its consumers consume", seen=summary(state.sample.unknown), **result,
    )  # fmt: skip


class _Complete:
    """A judge that accepts the first look in which every peer has answered."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def __call__(self, now: Sample) -> State:
        state = self.judge(now)
        return State(state.sample, state.judged, self.judge.first is not None)


class _Observation:
    """A judge that never accepts, so that the whole window is observed."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def __call__(self, now: Sample) -> State:
        state = self.judge(now)
        return State(state.sample, state.judged, False)
