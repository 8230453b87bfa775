#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the consumers hold the queues that they should?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_consumer_assignment
short_description: Wait until every online consumer holds, or has let go, the queues of a cluster
description:
  - Asks every client of every online consumer group which queues it holds, and waits until the answers show what
    O(state) demands, O(stable) times in a row.
  - What counts is what the clients themselves say. A route tells only what they may have read, not what they do.
  - Groups are those in the group tables of O(sources)'s masters that have clients at a master of O(sources) or
    O(target). RocketMQ's own groups are left out.
  - A client that does not answer proves nothing. It is named, and blocks unless it is waived.
options:
  state:
    description:
      - With V(assigned), the queues of O(target) are held, and no other queue stands still. The clients of a
        clustering group together hold every readable queue of every topic that the group is subscribed to, on every
        broker that the name servers list, all masters of O(target) among them, retry queues included, and where they
        consume in order they have them locked; of a broadcasting group every client holds them all, retry queues
        excepted.
      - With V(released), no client holds any queue of the brokers of O(target), told by the broker's name. As
        several sources may use the same broker names, ask for one source at a time, with that source in O(sources)
        and O(target).
      - With V(connected), every client that is connected to any master is connected to each of O(brokers) too, and one
        that consumes in order has renewed its locks there since the first look (it does so every 20 s), as it has to be
        after a restart of these before they take writes. A client of a clustering group that does not say what it
        holds could be one of them.
    type: str
    choices: [assigned, released, connected]
    required: true
  brokers:
    description: Names of masters of O(target) for O(state=connected).
    type: list
    elements: str
  groups:
    description: Shell patterns for names of groups to look at. If empty, all.
    type: list
    elements: str
    default: []
  stable:
    description: How many looks in a row must show it, as assignments come and go within seconds during a rebalance.
    type: int
    default: 2
  allow_none:
    description: Whether a source without any online group passes. Otherwise nobody being there is a failure.
    type: bool
    default: false
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
- name: Before the target becomes writable, all consumers read its queues
  mqops.rocketmq.rocketmq_consumer_assignment:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
      - name: mdm
        nameservers: ["198.18.10.40:9876"]
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
    state: assigned
    timeout: 240

- name: After mro was closed, its consumers have let go its queues
  mqops.rocketmq.rocketmq_consumer_assignment:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    target:
      name: mro
      nameservers: ["198.18.10.20:9876"]
    state: released
    waivers:
      - code: CLIENT_SILENT
        subject: mro/mro-archive/*
        reason: A client in another language that does not answer this question.

- name: After the restart of hub-a, all clients are back
  mqops.rocketmq.rocketmq_consumer_assignment:
    sources:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
    state: connected
    brokers: [hub-a]
"""

RETURN = r"""
groups:
  description: The online groups that were looked at, as last seen.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: The source.
      returned: always
      type: str
    group:
      description: Name of the group.
      returned: always
      type: str
    model:
      description: V(CLUSTERING) or V(BROADCASTING).
      returned: always
      type: str
    topics:
      description: Topics whose queues its clients must hold.
      returned: always
      type: list
      elements: str
    clients:
      description: Its clients, each with C(id), C(brokers) (addresses that it is connected to) and C(queues) (how many
        queues it holds, V(null) if it was not asked or did not answer).
      returned: always
      type: list
      elements: dict
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
from dataclasses import dataclass

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import assignment
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.assignment import SourceFacts
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import (
    Judged,
    WaiverError,
    apply_waivers,
    parse_waivers,
    summary,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    gate_spec,
    run_module,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._sweep import Sweep
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until


@dataclass(frozen=True)
class State:
    """One look. I(streak): how many in a row, this one included, showed what is wanted."""

    facts: list[SourceFacts]
    judged: Judged
    streak: int
    ok: bool


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "state": {"type": "str", "choices": ["assigned", "released", "connected"], "required": True},
            "brokers": {"type": "list", "elements": "str"},
            "groups": {"type": "list", "elements": "str", "default": []},
            "stable": {"type": "int", "default": 2},
            "allow_none": {"type": "bool", "default": False},
            "waivers": waivers_option(),
            **gate_spec(),
        },
        supports_check_mode=True,
        required_if=[("state", "connected", ("brokers",))],
    )
    params = module.params
    wanted = params["state"]
    if params["stable"] < 1:
        raise ArgumentError(f"stable must be at least 1, got {params['stable']}")
    try:
        waivers = parse_waivers(params["waivers"])
    except WaiverError as error:
        raise ArgumentError(str(error)) from error
    sources, target = module.clusters("sources"), module.clusters("target")[0]
    if not sources:
        raise ArgumentError("sources is empty: there are no groups to look at")
    if not target.masters:
        raise ArgumentError(f"target {target.name} has no master")
    names = {master.name for master in target.masters}
    stray = set(params["brokers"] or ()) - names
    if stray or (wanted == "connected" and not params["brokers"]):
        raise ArgumentError(
            f"brokers must name masters of {target.name} ({', '.join(sorted(names))}), got: "
            f"{', '.join(params['brokers'] or ()) or 'none'}"
        )
    if wanted == "released":
        others = [source.name for source in sources if source.nameservers != target.nameservers]
        if others:
            raise ArgumentError(
                f"with state released, sources and target are one and the same cluster; {', '.join(others)} is another "
                "one, and broker names alone do not tell its queues from the target's"
            )
    given = {master.address: master.name for master in target.masters if master.name in (params["brokers"] or ())}
    streak = 0
    first_locks: assignment.Locks = {}

    def sample() -> list[SourceFacts]:
        sweep = Sweep(module.admin, sources, target, params["groups"])
        return sweep(running=True, routes=wanted == "assigned")

    def judge(facts: list[SourceFacts]) -> State:
        nonlocal streak
        reasons = assignment.online(facts, params["allow_none"])
        if wanted == "assigned":
            reasons += assignment.assigned(facts, names)
        elif wanted == "released":
            reasons += assignment.released(facts, names)
        else:
            first_locks.update(assignment.locks(facts, given.values()) | first_locks)
            reasons += assignment.connected(facts, given) + assignment.renewed(facts, given.values(), first_locks)
        judged = apply_waivers(reasons, waivers, datetime.date.today())
        streak = streak + 1 if judged.ok else 0
        return State(facts, judged, streak, streak >= params["stable"])

    said: list[str] = []

    def tell(waited: Waited[list[SourceFacts], State]) -> None:
        if waited.last is None:
            return
        left = waited.last.judged.blocking
        text = f"{wanted}: {len(left)} open: {summary(left, 3)}" if left else f"{wanted}: seen, must stay so"
        if said[-1:] != [text]:
            said.append(text)
            module.progress(text)

    waited = wait_until(sample, judge, timeout=params["timeout"], interval=params["interval"], on_sample=tell)
    state = waited.last
    # what did not answer is in the facts as unknown; nothing raises
    if state is None:
        raise AssertionError("the wait ended without a look")
    result = {
        "groups": assignment.table(state.facts),
        **state.judged.as_result(),
        "samples": waited.samples,
        "elapsed": round(waited.elapsed, 1),
    }
    if waited.ok:
        module.exit(**result)
    if state.judged.ok:
        module.fail(
            f"{wanted}, but seen only {state.streak} of {params['stable']} times in a row, {waited.why()}", **result
        )
    module.fail(f"not {wanted} {waited.why()}: {summary(state.judged.blocking)}", **result)


if __name__ == "__main__":
    main()
