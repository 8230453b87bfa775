#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_offset_lag
short_description: Wait until clusters are drained, or read what they still hold
description:
  - Reads, for every group, topic and queue of every master, how many messages remain to be consumed, and why they are
    or are not being consumed.
  - With O(wait=true) it is a gate. It passes only when nothing remains in any part, in at least two looks that are at
    least O(window) seconds apart, with no message written to any commit log in between. Each cluster is proved by
    itself; one that is behind takes nothing from the others.
  - The parts are topics, retry topics, broadcasting groups (each client is asked for its own progress), delay levels,
    undecided transactional messages, and the slaves, which must hold what their masters hold.
  - Expected are all pairs of the offset tables, all subscriptions of groups that are online and the retry topic of
    every group. A part, broker or group that does not answer is unknown, and unknown never passes.
  - Messages that no group consumes, groups that are offline with a backlog, and groups whose progress cannot be known
    are named. They pass only with a waiver.
  - RocketMQ's own topics count only where a group consumes them. Dead-letter queues are counted and do not block.
options:
  groups:
    description:
      - Judge only groups whose names match one of these shell patterns.
      - A pattern that matches no group fails the module.
      - Delay levels, transactional messages and slaves are judged with any filter, for they may hold messages of every
        topic; see O(standstill=queues) for clusters on which others write.
    type: list
    elements: str
    default: []
  topics:
    description:
      - Judge only topics whose names match one of these shell patterns, and the retry topics of the groups that consume
        them.
      - A pattern that matches no topic fails the module.
    type: list
    elements: str
    default: []
  wait:
    description:
      - Whether to wait until the clusters are drained, and to fail when they are not in time.
      - V(false) looks once and returns what was seen, without failing because of it. A pattern that matches nothing
        fails all the same.
    type: bool
    default: true
  timeout:
    description:
      - Seconds to wait for the condition. To look once, use O(wait=false).
      - The module fails with the last state seen when they are over.
    default: 1800.0
  interval:
    default: 5.0
  window:
    description:
      - Seconds over which the clusters must stay drained, with nothing written to them.
      - It begins with the first look that finds nothing left and ends with a later one, so O(timeout) has to be longer.
    type: float
    default: 60.0
  standstill:
    description:
      - What must not grow while the end is proved.
      - V(logs) are the commit logs of the masters.
      - V(queues) are the queues that the filter selects, for clusters that go on serving others. Delayed messages
        count then until all that were there when these queues came to a standstill are delivered, transactional ones
        if their topic is selected, and slaves are not judged. Needs O(groups) or O(topics).
    type: str
    choices: [logs, queues]
    default: logs
  stall_after:
    description: Seconds without a moved offset after which a group that is online counts as stalled.
    type: float
    default: 60.0
  commit_logs:
    description:
      - RV(commit_logs) of an earlier run of this module.
      - If given, every commit log that is named must still end there, which proves that nothing was written since.
        Otherwise the module fails at once, for no wait undoes it.
      - For a closed broker only this proves that it holds no broadcast that nobody has read, because its clients cannot
        be asked any more. Without it, such a group is C(BROADCAST_UNKNOWN).
    type: dict
  abort_on:
    description:
      - When waiting on is of no use. The module then fails at once, naming which of these it was.
      - Nothing is changed by it; the same task can be run again.
    type: dict
    suboptions:
      growing_samples:
        description: So many looks in a row that each found more remaining messages than the one before.
        type: int
      consumer_lost:
        description: Seconds for which a group that was consuming its messages may be without any consumer.
        type: float
      broker_restarted:
        description: Whether the restart of a master ends the wait. Without it, it begins the proof anew.
        type: bool
        default: false
      target_growth:
        description:
          - Messages per second by which the backlog of the online groups of O(target) may grow, over 30 seconds.
          - Needs O(target).
        type: float
  target:
    description:
      - The cluster that takes the traffic over. It is only looked at for O(abort_on.target_growth).
    type: dict
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      nameservers:
        description: Addresses of its name servers, C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description: Its brokers; if left out, those that the name servers list now.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the broker.
            type: str
            required: true
          id:
            description: Id of the broker, V(0) for a master.
            type: int
            required: true
          address:
            description: Address of the broker, C(host:port).
            type: str
            required: true
  detail:
    description: Whether RV(rows) lists only queues that are not drained (V(open)), or all (V(all)).
    type: str
    choices: [open, all]
    default: open
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Wait until a frozen cluster is drained
  mqops.rocketmq.rocketmq_offset_lag:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
          - {name: broker-a, id: 1, address: "198.18.10.24:10911"}
    timeout: 1800
    waivers:
      - code: NO_CONSUMER
        subject: mro/mro-reports/*
        reason: The report was retired in March, its owner agreed.
        who: operations

- name: Read the lag of two groups, once
  mqops.rocketmq.rocketmq_offset_lag:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    groups: [mro-billing, "mro-audit-*"]
    wait: false
  register: lag
"""

RETURN = r"""
drained:
  description: Whether nothing remains that is not waived. With O(wait=false) this is what one look showed, not a proof.
  returned: always
  type: bool
proved:
  description: Seconds over which the clusters were seen drained with nothing written; of several, the fewest.
  returned: always
  type: float
clusters:
  description: What remains, by name of the cluster.
  returned: always
  type: dict
  contains:
    passed:
      description: Whether the proof of this cluster is complete.
      type: bool
    broadcast_topics:
      description: Topics that broadcasting groups subscribe to, empty ones as well.
      type: list
      elements: str
    remaining:
      description: Messages that remain in all parts.
      type: int
    parts:
      description: Messages that remain, by part. The parts are V(topics), V(retry), V(broadcast), V(delay) and V(half).
      type: dict
    groups:
      description:
        - By group, RV(ignore:remaining), RV(ignore:verdict), RV(ignore:rate), RV(ignore:eta), and RV(ignore:clients),
          the ids of those who consume it.
      type: dict
rows:
  description: One entry for each queue from the view of one group (and client, where the group broadcasts). With
    O(detail=open) no more than 500, the worst first.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
    broker:
      description: Name of the broker.
      type: str
    group:
      description: Name of the group.
      type: str
    topic:
      description: Name of the topic.
      type: str
    queue:
      description: Number of the queue.
      type: int
    client:
      description: Id of the client, where the group broadcasts.
      type: str
    committed:
      description: The next offset to be consumed; null where none was ever committed.
      type: int
    min:
      description: First offset that is still kept.
      type: int
    max:
      description: Next offset to be written.
      type: int
    remaining:
      description: Messages that can still be consumed.
      type: int
    lost:
      description: Messages that the broker deleted before they were consumed.
      type: int
    verdict:
      description: One of V(DRAINED), V(DRAINING), V(STALLED), V(NO_CONSUMER), V(REWOUND), V(UNKNOWN).
      type: str
    rate:
      description: Messages consumed per second.
      type: float
    eta:
      description: Seconds to go at this rate; null when nothing moves.
      type: float
    why:
      description: What explains the verdict.
      type: str
aborted:
  description: Codes of RV(reasons) for which the wait was given up (O(abort_on), O(commit_logs)).
  returned: always
  type: list
  elements: str
  sample: [CONSUMER_LOST]
reasons:
  description: Why the clusters are not drained, and what else should be known.
  returned: always
  type: list
  elements: dict
  contains: &reason
    code:
      description: Code of the reason.
      type: str
      sample: NO_CONSUMER
    subject:
      description: What it is about, from the largest thing to the smallest.
      type: str
      sample: mro/mro-reports/orders
    evidence:
      description: What was seen.
      type: dict
    severity:
      description: V(blocking), V(waivable) or V(notice).
      type: str
waived:
  description: Reasons that a waiver covers, each with its waiver.
  returned: always
  type: list
  elements: dict
unused_waivers:
  description: Waivers that covered nothing.
  returned: always
  type: list
  elements: dict
commit_logs:
  description: Where each master's commit log ends, by address.
  returned: always
  type: dict
  sample: {"198.18.10.21:10911": 734003}
topic_ends:
  description: By master's address and topic, the ends of the judged queues added up, and those of O(topics) that nobody
    reads. Where two looks differ, somebody wrote in between.
  returned: with O(standstill=queues)
  type: dict
  sample: {"198.18.10.21:10911": {"orders": 4120, "%RETRY%billing": 3}}
samples:
  description: How often the clusters were looked at.
  returned: always
  type: int
elapsed:
  description: Seconds that it took.
  returned: always
  type: float
"""

import dataclasses
import datetime
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import HALF_GROUP
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.clients import running_info
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerView,
    ClusterSnapshot,
    ClusterSpec,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.snapshot import take_all
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import HALF_TOPIC
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import drain_watch
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain import judge
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain_filter import Filter
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain_proof import Proof
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain_readers import broadcast_clients
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain_rows import (
    DRAINED,
    DRAINING,
    NO_CONSUMER,
    REWOUND,
    STALLED,
    UNKNOWN,
    ClusterDrain,
    QueueLag,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import (
    Judged,
    Reason,
    Waiver,
    WaiverError,
    apply_waivers,
    parse_waivers,
    summary,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    PROGRESS_EVERY,
    ArgumentError,
    RocketmqModule,
    cluster_spec,
    clusters_option,
    gate_spec,
    run_module,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._pending import Pending
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until

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
        schedule = {level: (view.delay.get(level, 0), end) for level, (_unused, end) in old.schedule.items()}
        done = view.offsets.get((HALF_TOPIC, HALF_GROUP), {}).get(0, 0)
        brokers[view.spec.address] = replace(now, schedule=schedule, half=(done, old.half[1]))
    return replace(light, brokers=brokers)


def ask_clients(admin: Admin, snapshots: list[ClusterSnapshot]) -> list[dict[tuple[str, str], Any]]:
    """The running information of every broadcasting client, by cluster."""
    wanted = [broadcast_clients(snapshot) for snapshot in snapshots]
    requests = [running_info(address, group, client) for one in wanted for (group, client), address in one.items()]
    answers = iter(admin.ask_all(requests) if requests else [])
    found = []
    for one in wanted:
        told = {key: next(answers) for key in one}
        found.append({key: Unknown(str(value)) if isinstance(value, AdminError) else value
                      for key, value in told.items()})
    return found


class Judge:
    """Remembers the last judgement of each cluster, from which movement is seen, and the proof."""

    def __init__(
        self,
        admin: Admin,
        only: Filter,
        waivers: tuple[Waiver, ...],
        *,
        window: float,
        stall_after: float,
        logs: dict[str, int],
        today: datetime.date,
        limits: drain_watch.Limits,
        target: Sweeper | None = None,
        logs_stand: bool = True,
    ) -> None:
        self.admin, self.only, self.waivers, self.stall_after = admin, only, waivers, stall_after
        self.aborts, self.target = drain_watch.Aborts(limits), target
        self.growth = drain_watch.TargetWatch(limits.target_growth) if limits.target_growth is not None else None
        self.logs, self.today, self.logs_stand = logs, today, logs_stand
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
                snapshot, clients, self.last.get(name), only=self.only, stall_after=self.stall_after,
                alone=self.logs_stand, pending=pending(snapshot) if pending else None,
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
                raise ArgumentError(f"nothing in {', '.join(one.cluster for one in drains)} matches: "
                                    f"{', '.join(unmatched)}")
        result = apply_waivers(reasons, self.waivers, self.today)
        state = State(False, result, tuple(drains), {}, frozenset())
        now = int(time.monotonic() * 1000)
        proofs = {one.cluster: self.proofs.setdefault(one.cluster, Proof(self.window)) for one in drains}
        passed = frozenset(
            one.cluster for one in drains
            if proofs[one.cluster].look(
                now, not state.blocking(one.cluster), one.logs if self.logs_stand else one.ends))
        self._give_up(state, passed, {snapshot.spec.name: snapshot for snapshot in snapshots})
        return replace(
            state, passed=passed, proved={name: proof.seconds(now) for name, proof in proofs.items()},
            aborts=dict(self.given_up), ok=all(name in passed or name in self.given_up for name in proofs),
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
                "remaining": one.remaining, "parts": dict(one.parts), "groups": groups_of(one),
                "broadcast_topics": list(one.broadcast_topics),
            }
            for one in state.drains
        },
        "rows": [
            {**{key: value for key, value in dataclasses.asdict(row).items()
                if key not in ("code", "moved_ms", "taken_ms")}, "eta": row.eta}
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


def limits_of(params: dict[str, Any]) -> drain_watch.Limits:
    """Raises ArgumentError for limits that could never, or always, be met."""
    limits = drain_watch.Limits(**(params["abort_on"] or {}))
    if limits.growing_samples is not None and limits.growing_samples < 1:
        raise ArgumentError(f"abort_on.growing_samples must be at least 1, got {limits.growing_samples}")
    if limits.consumer_lost is not None and not limits.consumer_lost >= 0:
        raise ArgumentError(f"abort_on.consumer_lost must not be negative, got {limits.consumer_lost}")
    if limits.target_growth is not None and not limits.target_growth >= 0:
        raise ArgumentError(f"abort_on.target_growth must not be negative, got {limits.target_growth}")
    if limits.target_growth is not None and not params["target"]:
        raise ArgumentError("abort_on.target_growth needs target, the cluster whose backlog is meant")
    return limits


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "groups": {"type": "list", "elements": "str", "default": []},
            "topics": {"type": "list", "elements": "str", "default": []},
            "wait": {"type": "bool", "default": True},
            "window": {"type": "float", "default": 60.0},
            "standstill": {"type": "str", "choices": ["logs", "queues"], "default": "logs"},
            "stall_after": {"type": "float", "default": 60.0},
            "commit_logs": {"type": "dict"},
            "abort_on": {"type": "dict", "options": {
                "growing_samples": {"type": "int"},
                "consumer_lost": {"type": "float"},
                "broker_restarted": {"type": "bool", "default": False},
                "target_growth": {"type": "float"},
            }},
            "target": {"type": "dict", "options": cluster_spec()},
            "waivers": waivers_option(),
            "detail": {"type": "str", "choices": ["open", "all"], "default": "open"},
            **gate_spec(timeout=1800.0, interval=5.0),
        },
        supports_check_mode=True,
    )
    params = module.params
    wait, window, timeout = params["wait"], params["window"], params["timeout"]
    if not window >= 0 or not params["stall_after"] > 0:
        raise ArgumentError(f"window ({window}) must not be negative and stall_after ({params['stall_after']}) "
                            "must be greater than 0")
    if wait and window >= timeout:
        raise ArgumentError(f"timeout ({timeout:g} s) has to be longer than window ({window:g} s), by a look or more: "
                            "it begins with the first look that finds nothing left, and only a later look ends it")
    try:
        waivers = parse_waivers(params["waivers"])
        logs = {address: int(end) for address, end in (params["commit_logs"] or {}).items()}
    except WaiverError as error:
        raise ArgumentError(str(error)) from error
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"commit_logs must hold one number for each address: {error}") from error
    if params["standstill"] == "queues" and not params["groups"] and not params["topics"]:
        raise ArgumentError("standstill=queues needs groups or topics: without them every queue has to stand still")
    limits = limits_of(params)
    specs = module.clusters()
    if not specs:
        raise ArgumentError("clusters is empty: there is nothing to look at")
    stray = set(logs) - {spec.address for one in specs for spec in one.masters}
    if stray:
        raise ArgumentError(f"commit_logs names {', '.join(sorted(stray))}, which is no master of these clusters")
    judging = Judge(
        module.admin, Filter(tuple(params["groups"]), tuple(params["topics"])), waivers,
        window=window, stall_after=params["stall_after"], logs=logs, today=datetime.date.today(),
        limits=limits, logs_stand=params["standstill"] == "logs",
        target=Sweeper(module.admin, module.clusters("target")) if params["target"] else None,
    )
    said = -PROGRESS_EVERY

    def tell(waited: Waited[Any, State]) -> None:
        nonlocal said
        if waited.last is not None and (waited.ok or waited.elapsed - said >= PROGRESS_EVERY):
            said = waited.elapsed
            state = waited.last
            proved = min(state.proved.values(), default=0.0)
            module.progress(drain_watch.progress(state.drains, proved, window, state.waived))

    waited = wait_until(
        Sweeper(module.admin, specs), judging,
        timeout=timeout if wait else 0, interval=params["interval"], on_sample=tell,
    )
    state = waited.last
    # snapshots do not raise: what did not answer is in them as unknown
    if state is None:
        raise AssertionError("the wait ended without a look")
    result = result_of(state, params["detail"])
    result.update(samples=waited.samples, elapsed=round(waited.elapsed, 1))
    if not judging.logs_stand:
        result["topic_ends"] = {address: ends for one in state.drains for address, ends in one.topic_ends.items()}
    if not wait or len(state.passed) == len(specs):
        module.exit(**result)
    if state.given_up:
        module.fail(f"given up {waited.why()}, because waiting on is of no use: {summary(state.given_up)}", **result)
    if state.judged.ok:
        module.fail(f"everything is consumed, but only for {result['proved']:.0f} of {window:.0f} s with nothing "
                    f"written, {waited.why()}", **result)
    module.fail(f"not drained {waited.why()}: {summary(state.judged.blocking)}", **result)


if __name__ == "__main__":
    main()
