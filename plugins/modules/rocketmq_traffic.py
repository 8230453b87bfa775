#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the target receive, and do its consumers consume?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_traffic
short_description: Wait until traffic flows through a cluster, and is consumed
description:
  - Waits until every topic with traffic has taken messages on the target, every master of the target has taken some,
    and each clustering group that is online has committed further on every target broker on which its topics grew.
  - Growth counts from the start of the module; what was there before proves nothing.
  - Progress of broadcasting groups and of pull consumers is not known to brokers; they are not waited for.
options:
  topics:
    description:
      - The topics that must have traffic.
      - If left out, those that take messages on O(sources) or O(target) within O(baseline_window), and with empty
        O(sources) those that take messages on O(target), at least one.
    type: list
    elements: str
  baseline_window:
    description: Seconds during which it is observed which topics have traffic, if O(topics) is left out.
    type: float
    default: 15.0
  allow_none:
    description: Whether it passes when no topic has any traffic. Otherwise silence is a failure.
    type: bool
    default: false
  timeout:
    default: 240.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: After the target became writable
  mqops.rocketmq.rocketmq_traffic:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]

- name: The target serves at all
  mqops.rocketmq.rocketmq_traffic:
    sources: []
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]

- name: Two topics by name
  mqops.rocketmq.rocketmq_traffic:
    sources: []
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
    topics: [mro-orders, mdm-changes]
    timeout: 60
"""

RETURN = r"""
topics:
  description: The topics that were watched, with figures since the start.
  returned: always
  type: list
  elements: dict
  contains:
    topic:
      description: Name of the topic.
      returned: always
      type: str
    received:
      description: Messages that arrived, by broker name of the target.
      returned: always
      type: dict
    groups:
      description: Messages that each online clustering group committed, by group and broker name of the target.
      returned: always
      type: dict
reasons:
  description: Why the gate does not pass, and notices. See the catalogue of reasons for the meaning of the codes.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      returned: always
      type: str
    subject:
      description: What it is about, from the largest thing to the smallest.
      returned: always
      type: str
    evidence:
      description: What was seen.
      returned: always
      type: dict
    severity:
      description: V(blocking), V(waivable) or V(notice).
      returned: always
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
samples:
  description: How often the clusters were looked at.
  returned: always
  type: int
elapsed:
  description: Seconds that were waited.
  returned: always
  type: float
requests:
  description: Changing requests that were sent, always none.
  returned: always
  type: list
  elements: str
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import (
    consumer_offsets,
    group_table,
    topic_stats,
    topic_table,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.clients import consumer_connections
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerSpec, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import is_system_group
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import traffic
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import (
    Judged,
    Reason,
    WaiverError,
    apply_waivers,
    parse_waivers,
    summary,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.traffic import Sample
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    gate_spec,
    run_module,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until


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
        asked = {
            (*place, group): consumer_connections(own[place].address, group)
            for place, table in groups.items()
            for group in sorted(table.groups)
            if not is_system_group(group)
        }
        for (_cluster, _broker, group), connections in self._ask(sample, own, asked).items():
            if connections is not None and connections.clients:
                sample.groups.setdefault(group, connections)
        return sample

    def _ask(self, sample: Sample, places: dict[Any, BrokerSpec], asked: dict[Any, Request]) -> dict[Any, Any]:
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

    def __init__(self, target: str, topics: Iterable[str] | None, *, dynamic: bool, allow_none: bool, waivers: Any):
        self.target, self.dynamic, self.allow_none, self.waivers = target, dynamic, allow_none, waivers
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
        judged = apply_waivers(reasons, self.waivers, datetime.date.today())
        # The first look has nothing to be compared with.
        return State(now, judged, judged.ok and self.first is not None and self.first is not now)


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "topics": {"type": "list", "elements": "str"},
            "baseline_window": {"type": "float", "default": 15.0},
            "allow_none": {"type": "bool", "default": False},
            "waivers": waivers_option(),
            **gate_spec(timeout=240.0),
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        waivers = parse_waivers(params["waivers"])
    except WaiverError as error:
        raise ArgumentError(str(error)) from error
    if params["topics"] == []:
        raise ArgumentError("topics is empty: leave it out to find the topics that have traffic")
    if not params["baseline_window"] > 0:
        raise ArgumentError(f"baseline_window must be greater than 0 seconds, got {params['baseline_window']}")
    sources, target = module.clusters("sources"), module.clusters("target")[0]
    if not target.masters:
        raise ArgumentError(f"target {target.name} has no master")
    if target.name in {source.name for source in sources}:
        raise ArgumentError(f"{target.name} is both a source and the target")
    sweep = Sweep(module.admin, sources, target, params["topics"])
    judge = Judge(target.name, params["topics"], dynamic=not sources, allow_none=params["allow_none"], waivers=waivers)
    timeout = params["timeout"]
    observed = 0.0
    if params["topics"] is None and sources:
        # The window begins with a look at all of them: without one any topic would do.
        begun = wait_until(sweep, _Complete(judge), timeout=timeout, interval=params["interval"])
        if not begun.ok:
            # what did not answer is in the sample as unknown; nothing raises
            if begun.last is None:
                raise AssertionError("the wait ended without a look")
            judged = begun.last.judged
            module.fail(
                f"which topics have traffic could not be observed {begun.why()}: {summary(judged.blocking)}",
                topics=[],
                **judged.as_result(),
                samples=begun.samples,
                elapsed=round(begun.elapsed, 1),
            )
        watched = wait_until(sweep, _Observation(judge), timeout=params["baseline_window"], interval=params["interval"])
        observed = begun.elapsed + watched.elapsed
        judge.baseline()
        module.progress(f"topics with traffic: {', '.join(sorted(judge.topics or ())) or 'none'}")
    said: list[str] = []

    def tell(waited: Waited[Sample, State]) -> None:
        if waited.last is None:
            return
        left = waited.last.judged.blocking
        text = f"traffic: {len(left)} open: {summary(left, 3)}" if left else "traffic flows"
        if said[-1:] != [text]:
            said.append(text)
            module.progress(text)

    waited = wait_until(sweep, judge, timeout=timeout, interval=params["interval"], on_sample=tell)
    state = waited.last
    # what did not answer is in the sample as unknown; nothing raises
    if state is None:
        raise AssertionError("the wait ended without a look")
    first = judge.first or state.sample
    result = {
        "topics": traffic.table(first, state.sample, target.name, judge.topics),
        **state.judged.as_result(),
        "samples": waited.samples,
        "elapsed": round(waited.elapsed + observed, 1),
    }
    if waited.ok:
        module.exit(**result)
    why = summary(state.judged.blocking) or "there was no second look to compare the first one with"
    module.fail(f"no traffic through {target.name} {waited.why()}: {why}", **result)


class _Complete:
    """A judge that accepts the first look in which everybody has answered."""

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


if __name__ == "__main__":
    main()
