# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until clusters are drained, or read what they still hold (private)."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._admin.client import Admin
from .._admin.clients import running_info
from .._admin.errors import AdminError
from .._admin.models import (
    BrokerView,
    ClusterSnapshot,
    ClusterSpec,
    Unknown,
    told,
)
from .._admin.snapshot import take_all
from .._admin.system_names import HALF_GROUP, HALF_TOPIC
from .._migration.drain import progress as drain_watch
from .._migration.drain.judge import judge
from .._migration.drain.pairs import broadcast_clients
from .._migration.drain.proof import Proof
from .._migration.drain.rows import (
    DRAINED,
    DRAINING,
    NO_CONSUMER,
    REWOUND,
    STALLED,
    UNKNOWN,
    ClusterDrain,
    QueueLag,
    behind,
)
from .._migration.drain.selection import Filter
from .._migration.reasons.reason import Reason, summary
from .._migration.reasons.waivers import Judged, Waiver
from .errors import ArgumentError
from .gate import Gate
from .pending import Pending
from .task import Outcome, Task

# What can change while nothing is written. Ranges of queues cannot, and they are most of the requests.
LIGHT_PARTS = ("config", "runtime", "topics", "groups", "offsets", "delay", "clients")
ALL_PARTS = (*LIGHT_PARTS, "stats")
ROWS_SHOWN = 500


@dataclass(frozen=True)
class State:
    """One look, judged. C(ok): nothing is left to wait for, as each cluster is proved or was given up.

    C(proved): seconds by cluster. C(passed): clusters whose proof is complete. C(aborts): by cluster, why it was given
    up.
    """

    ok: bool
    judged: Judged
    drains: tuple[ClusterDrain, ...]
    proved: Mapping[str, float]
    passed: frozenset[str]
    aborts: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)

    @property
    def waived(self) -> frozenset[tuple[str, str]]:
        return frozenset((reason.code, reason.subject) for reason, _unused in self.judged.waived)

    @property
    def given_up(self) -> list[Reason]:
        return [reason for reasons in self.aborts.values() for reason in reasons]

    def blocking(self, cluster: str) -> list[Reason]:
        """What blocks one cluster, whose name every subject begins with."""
        return [reason for reason in self.judged.blocking if reason.subject.split("/")[0] == cluster]


class Sweeper:
    """Takes snapshots, and asks for the ranges of a cluster's queues again only after something was written to it."""

    def __init__(self, admin: Admin, specs: list[ClusterSpec]) -> None:
        self.admin, self.specs = admin, specs
        self.last: dict[str, ClusterSnapshot] = {}

    def __call__(self) -> list[ClusterSnapshot]:
        fresh = [spec for spec in self.specs if spec.name not in self.last]
        known = [spec for spec in self.specs if spec.name in self.last]
        found = {one.spec.name: one for one in take_all(self.admin, fresh, ALL_PARTS)} if fresh else {}
        if known:
            light = {one.spec.name: one for one in take_all(self.admin, known, LIGHT_PARTS)}
            merged = {name: with_ranges(one, self.last[name]) for name, one in light.items()}
            found.update({name: one for name, one in merged.items() if one is not None})
            moved = [spec for spec in known if spec.name not in found]
            if moved:
                found.update({one.spec.name: one for one in take_all(self.admin, moved, ALL_PARTS)})
        self.last = {name: one for name, one in found.items() if all(log_end(view) for view in one.masters)}
        return [found[spec.name] for spec in self.specs]


def log_end(view: BrokerView) -> tuple[str, str] | None:
    """End of a master's commit log and its boot time, when all that it holds is in its queues."""
    runtime = view.runtime
    if not isinstance(runtime, dict) or runtime.get("dispatchBehindBytes", "0") != "0":
        return None
    if "commitLogMaxOffset" not in runtime or not isinstance(view.stats, dict):
        return None
    if any(isinstance(ranges, Unknown) for ranges in view.stats.values()) or not isinstance(view.schedule, dict):
        return None
    if any(isinstance(level, Unknown) for level in view.schedule.values()) or not isinstance(view.half, tuple):
        return None
    return runtime["commitLogMaxOffset"], runtime.get("bootTimestamp", "")


def with_ranges(light: ClusterSnapshot, full: ClusterSnapshot) -> ClusterSnapshot | None:
    """A snapshot without ranges completed from an earlier one; None when something was written in between."""
    brokers = dict(light.brokers)
    for view in light.masters:
        old = full.brokers[view.spec.address]
        now = replace(view, stats=old.stats, schedule=old.schedule, half=old.half)
        if log_end(now) is None or log_end(now) != log_end(old):
            return None
        if not isinstance(view.delay, dict) or not isinstance(view.offsets, dict):
            return None
        # log_end has made sure that none of them is Unknown.
        ends = {level: told(state)[1] for level, state in told(old.schedule).items()}
        schedule: dict[int, tuple[int, int] | Unknown] = {
            level: (view.delay.get(level, 0), end) for level, end in ends.items()
        }
        done = view.offsets.get((HALF_TOPIC, HALF_GROUP), {}).get(0, 0)
        brokers[view.spec.address] = replace(now, schedule=schedule, half=(done, told(old.half)[1]))
    return replace(light, brokers=brokers)


def ask_clients(admin: Admin, snapshots: list[ClusterSnapshot]) -> list[dict[tuple[str, str], Any]]:
    """The running information of every broadcasting client, by cluster."""
    wanted = [broadcast_clients(snapshot) for snapshot in snapshots]
    requests = [running_info(address, group, client) for one in wanted for (group, client), address in one.items()]
    answers = iter(admin.ask_all(requests) if requests else [])
    found = []
    for one in wanted:
        told = {key: next(answers) for key in one}
        found.append(
            {key: Unknown(str(value)) if isinstance(value, AdminError) else value for key, value in told.items()}
        )
    return found


class Judge:
    """Remembers the last judgement of each cluster, from which movement is seen, and the proof."""

    def __init__(
        self,
        gate: Gate,
        only: Filter,
        *,
        window: float,
        stall_after: float,
        logs: dict[str, int],
        limits: drain_watch.Limits,
        target: Sweeper | None = None,
        logs_stand: bool = True,
    ) -> None:
        self.gate, self.admin, self.only, self.stall_after = gate, gate.task.admin, only, stall_after
        self.aborts, self.target = drain_watch.Aborts(limits), target
        self.growth = drain_watch.TargetWatch(limits.target_growth) if limits.target_growth is not None else None
        self.logs, self.logs_stand = logs, logs_stand
        self.window = window
        self.proofs: dict[str, Proof] = {}
        self.last: dict[str, ClusterDrain] = {}
        self.given_up: dict[str, tuple[Reason, ...]] = {}
        self.pending: dict[str, Pending] = {}

    def __call__(self, snapshots: list[ClusterSnapshot]) -> State:
        drains, reasons = [], []
        for snapshot, clients in zip(snapshots, ask_clients(self.admin, snapshots), strict=True):
            name, pending = snapshot.spec.name, self._pending(snapshot)
            judged = judge(
                snapshot,
                clients,
                self.last.get(name),
                only=self.only,
                stall_after=self.stall_after,
                alone=self.logs_stand,
                pending=pending(snapshot) if pending else None,
                unwritten=frozenset(view.spec.address for view in snapshot.masters if self._is_unwritten(view)),
            )
            if pending:
                pending.look(snapshot, judged)
            self.last[name] = judged
            drains.append(judged)
            reasons += [*judged.reasons, *self._written(judged, snapshot)]
        # A pattern without a match is an error only when everybody has answered.
        if not any(reason.code == "BROKER_UNKNOWN" for reason in reasons):
            unmatched = self.only.unmatched(snapshots)
            if unmatched:
                text = f"nothing in {', '.join(one.cluster for one in drains)} matches: {', '.join(unmatched)}"
                if not self.gate.task.check_mode:
                    raise ArgumentError(text)
                self.gate.task.warn(text)
        result = self.gate.apply(reasons)
        state = State(False, result, tuple(drains), {}, frozenset())
        now = int(time.monotonic() * 1000)
        proofs = {one.cluster: self.proofs.setdefault(one.cluster, Proof(self.window)) for one in drains}
        passed = frozenset(
            one.cluster
            for one in drains
            if proofs[one.cluster].look(now, not state.blocking(one.cluster), one.logs if self.logs_stand else one.ends)
        )
        self._give_up(state, passed, {snapshot.spec.name: snapshot for snapshot in snapshots})
        return replace(
            state,
            passed=passed,
            proved={name: proof.seconds(now) for name, proof in proofs.items()},
            aborts=dict(self.given_up),
            ok=all(name in passed or name in self.given_up for name in proofs),
        )

    def _pending(self, snapshot: ClusterSnapshot) -> Pending | None:
        """Of delayed and half messages, where others write, too."""
        if self.logs_stand:
            return None
        name = snapshot.spec.name
        if name not in self.pending:
            only = self.only
            self.pending[name] = Pending(self.admin, lambda topic: bool(only.topics) and only.topic(topic))
        return self.pending[name]

    def _is_unwritten(self, view: BrokerView) -> bool:
        end = log_end(view)
        return end is not None and end[0] == str(self.logs.get(view.spec.address))

    def _give_up(self, state: State, passed: frozenset[str], snapshots: Mapping[str, ClusterSnapshot]) -> None:
        """A cluster that is given up once stays so, for the wait may go on for the others."""
        target = self._target() if len(passed) < len(state.drains) else []
        for one in state.drains:
            if one.cluster in passed or one.cluster in self.given_up:
                continue
            names = {spec.address: spec.name for spec in snapshots[one.cluster].spec.masters}
            reasons = [*self._written(one, snapshots[one.cluster]), *self.aborts.look(one, names, state.waived)]
            reasons += target
            if reasons:
                self.given_up[one.cluster] = tuple(reasons)

    def _target(self) -> list[Reason]:
        if self.growth is None or self.target is None:
            return []
        # Its rows alone are of interest: what stalls or is unknown there is no matter of this gate.
        return [reason for snapshot in self.target() for reason in self.growth.look(judge(snapshot))]

    def _written(self, one: ClusterDrain, snapshot: ClusterSnapshot) -> list[Reason]:
        names = {spec.address: spec.name for spec in snapshot.spec.masters}
        return [
            Reason("WRITTEN_SINCE", f"{one.cluster}/{names[address]}", {"proved": self.logs[address], "now": end})
            for address, (end, _unused) in one.logs.items()
            if address in self.logs and self.logs[address] != end
        ]


def result_of(state: State, detail: str) -> dict[str, Any]:
    rows = [row for one in state.drains for row in one.rows if detail == "all" or row.code]
    judged = state.judged.as_result()
    # The reasons to give up come first; what was written since blocks as well and is there already.
    known = set(state.judged.blocking)
    judged["reasons"] = [one.as_dict() for one in state.given_up if one not in known] + judged["reasons"]
    return {
        "drained": state.judged.ok,
        "aborted": sorted({reason.code for reason in state.given_up}),
        "proved": round(min(state.proved.values(), default=0.0), 1),
        "clusters": {
            one.cluster: {
                "passed": one.cluster in state.passed,
                "remaining": one.remaining,
                "parts": dict(one.parts),
                "groups": groups_of(one),
                "broadcast_topics": list(one.broadcast_topics),
            }
            for one in state.drains
        },
        "rows": [
            {
                **{
                    key: value
                    for key, value in dataclasses.asdict(row).items()
                    if key not in ("code", "moved_ms", "taken_ms")
                },
                "eta": row.eta,
            }
            for row in (rows if detail == "all" else rows[:ROWS_SHOWN])
        ],
        "commit_logs": {address: end for one in state.drains for address, (end, _unused) in one.logs.items()},
        **judged,
    }


# The worst verdict of its queues is the verdict of a group.
_WORST = (UNKNOWN, REWOUND, NO_CONSUMER, STALLED, DRAINING, DRAINED)
_BADNESS = {verdict: position for position, verdict in enumerate(_WORST)}


def groups_of(one: ClusterDrain) -> dict[str, dict[str, Any]]:
    # Mostly all is drained, and there are a hundred thousand rows.
    undrained: dict[str, list[QueueLag]] = {}
    for row in one.rows:
        if row.verdict != DRAINED:
            undrained.setdefault(row.group, []).append(row)
    found = {}
    for group in sorted(one.groups):
        rows = undrained.get(group, ())
        remaining, rate = sum(row.remaining for row in rows), sum(row.rate for row in rows)
        found[group] = {
            "remaining": remaining,
            "verdict": min((row.verdict for row in rows), key=_BADNESS.__getitem__, default=DRAINED),
            "rate": round(rate, 2),
            "eta": 0.0 if not remaining else round(remaining / rate, 1) if rate > 0 else None,
            "clients": list(one.consumers.get(group, ())),
        }
    return found


def limits_of(abort_on: Mapping[str, Any] | None, target: ClusterSpec | None) -> drain_watch.Limits:
    """Raises ArgumentError for limits that could never, or always, be met."""
    limits = drain_watch.Limits(**(abort_on or {}))
    if limits.growing_samples is not None and limits.growing_samples < 1:
        raise ArgumentError(f"abort_on.growing_samples must be at least 1, got {limits.growing_samples}")
    if limits.consumer_lost is not None and not limits.consumer_lost >= 0:
        raise ArgumentError(f"abort_on.consumer_lost must not be negative, got {limits.consumer_lost}")
    if limits.target_growth is not None and not limits.target_growth >= 0:
        raise ArgumentError(f"abort_on.target_growth must not be negative, got {limits.target_growth}")
    if limits.target_growth is not None and target is None:
        raise ArgumentError("abort_on.target_growth needs target, the cluster whose backlog is meant")
    return limits


def run(
    task: Task,
    *,
    clusters: list[ClusterSpec],
    groups: list[str],
    topics: list[str],
    wait: bool,
    window: float,
    standstill: str,
    stall_after: float,
    commit_logs: dict[str, Any] | None,
    abort_on: dict[str, Any] | None,
    target: ClusterSpec | None,
    waivers: tuple[Waiver, ...],
    detail: str,
    read_up_to: list[dict[str, Any]] | None,
) -> Outcome:
    timeout = task.timeout
    if not window >= 0 or not stall_after > 0:
        raise ArgumentError(
            f"window ({window}) must not be negative and stall_after ({stall_after}) must be greater than 0"
        )
    if wait and read_up_to is None and window >= timeout:
        raise ArgumentError(
            f"timeout ({timeout:g} s) has to be longer than window ({window:g} s), by a look or more: "
            "it begins with the first look that finds nothing left, and only a later look ends it"
        )
    try:
        logs = {address: int(end) for address, end in (commit_logs or {}).items()}
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"commit_logs must hold one number for each address: {error}") from error
    if standstill == "queues" and not groups and not topics:
        raise ArgumentError("standstill=queues needs groups or topics: without them every queue has to stand still")
    limits = limits_of(abort_on, target)
    if not clusters:
        raise ArgumentError("clusters is empty: there is nothing to look at")
    stray = set(logs) - {spec.address for one in clusters for spec in one.masters}
    if stray:
        raise ArgumentError(f"commit_logs names {', '.join(sorted(stray))}, which is no master of these clusters")
    gate = Gate(task, waivers)
    judging = Judge(
        gate, Filter(tuple(groups), tuple(topics)),
        window=window, stall_after=stall_after, logs=logs, limits=limits, logs_stand=standstill == "logs",
        target=Sweeper(task.admin, [target]) if target else None,
    )  # fmt: skip

    def tell(state: State) -> str:
        proved = min(state.proved.values(), default=0.0)
        return drain_watch.progress(state.drains, proved, window, state.waived)

    def behind_of(state: State) -> list[str]:
        rows = (row for one in state.drains for row in one.rows)
        return behind(read_up_to or (), rows, {reason.subject for reason, _unused in state.judged.waived})

    def look(snapshots: list[ClusterSnapshot]) -> State:
        state = judging(snapshots)
        return state if read_up_to is None else replace(state, ok=not behind_of(state))

    ended = gate.wait(Sweeper(task.admin, clusters), look, tell=tell, timeout=None if wait else 0.0)
    state = ended.state
    result = {**result_of(state, detail), **ended.times()}
    if not judging.logs_stand:
        result["topic_ends"] = {address: ends for one in state.drains for address, ends in one.topic_ends.items()}
    names = ", ".join(one.name for one in clusters)
    if read_up_to is not None:
        result["behind"] = behind_of(state)
        still = "; ".join(result["behind"])
        return gate.end(
            not wait or not still, f"not read up to there {ended.why}: {still}",
            until=f"what was there is read on {names}", seen=still, **result,
        )  # fmt: skip
    blocking = summary(state.judged.blocking)
    if state.given_up:
        why = f"given up {ended.why}, because waiting on is of no use: {summary(state.given_up)}"
    elif state.judged.ok:
        proved = f"{result['proved']:.0f} of {window:.0f} s"
        why = f"everything is consumed, but only for {proved} with nothing written, {ended.why}"
    else:
        why = f"not drained {ended.why}: {blocking}"
    return gate.end(
        not wait or len(state.passed) == len(clusters), why,
        until=f"nothing is left on {names} and nothing was written there for {window:.0f} s",
        seen=summary(state.given_up) or blocking, **result,
    )  # fmt: skip
