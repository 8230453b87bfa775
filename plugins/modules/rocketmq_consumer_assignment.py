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
    description: Whether a source without any online group passes. Otherwise that is a failure.
    type: bool
    default: false
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.gate_module
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
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until the online consumers are assigned, 2 times in a row"
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

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    cluster_option,
    clusters_option,
    gate_spec,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import assignment_gate


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
    module.end(assignment_gate.run(module, **module.options()))


if __name__ == "__main__":
    main()
