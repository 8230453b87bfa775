#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a master come back to clients that it knows already."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_listing
short_description: Keep a master that restarts out of the routes until its clients are connected to it
description:
  - A consumer of RocketMQ 4.4.0 asks any broker of a topic who else is in its group. A broker that has just started
    knows only the clients whose heartbeat it has had, and each client sends one every 30 s. Until then it gives short
    lists, and a consumer that asks takes the queues of the others, too; what is in them is consumed twice.
  - With V(withheld), set before the restart, the broker will not register at its name servers when it starts. It runs,
    and is in no route.
  - With V(listed), after the start, its address is announced to the clients under another name, with the topic
    C(TBW102) alone and no queue. Every Java client polls that topic and sends heartbeats to all brokers that it finds,
    but asks none of them about a group for it. When each client has had the time to do so, and all that other masters
    know are connected to the broker as well, the announcement ends and the broker registers.
  - The announcement begins when the broker has run for longer than clients keep a route. Before that they may still
    have one with it, and ask it who is in their group while it knows half of them.
  - First C(TBW102) is created, without a queue and without permission, on all masters that lack it and that these name
    servers list. A client keeps the route of a topic that its name server knows no more, and would send heartbeats to
    the announced address for as long as it runs. Brokers with C(autoCreateTopicEnable=true) have the topic anyway; by
    this one none is created.
  - Clients that have not come within O(timeout) do not keep it out for ever. It registers without them, they are named,
    and these groups can consume messages twice, as after any other restart.
  - A name server forgets an announcement when the connection ends over which it was made, and so when the task ends in
    whatever way.
options:
  cluster:
    description:
      - The cluster; its masters tell which clients there are.
      - Give its brokers. Name servers, where they are looked for otherwise, do not list one that is withheld.
  broker:
    description: Name of the broker whose master it is about.
    type: str
    required: true
  state:
    description:
      - What is wanted. Without an earlier V(withheld), V(listed) finds nothing to do.
      - A broker that is withheld stays so over every start, however it is started, until V(listed) is asked for.
    type: str
    choices: [withheld, listed]
    required: true
  register_timeout:
    description:
      - C(registerBrokerTimeoutMills) of a broker that is listed, in milliseconds. A negative one is what withholds it.
      - The default is 4.4.0's own.
    type: int
    default: 6000
  poll:
    description:
      - Seconds after which each client has polled its routes and has sent its heartbeats.
      - Clients of 4.4.0 poll every 30 s (C(pollNameServerInterval)) and send heartbeats a second later, unless their
        applications set other periods. Too short a time makes groups consume messages twice.
    type: float
    default: 31.0
  timeout:
    description: Seconds to wait for the clients from the announcement on.
    default: 75.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._registers
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - Nothing is announced and no client is waited for. RV(would_wait) says for what a run would wait, also where the
        broker does not answer yet.
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - While a master is withheld its slave is what clients find under its name. Nothing should be left unread on the
    master, and it should take no writes, before it is restarted.
  - The broker writes C(registerBrokerTimeoutMills) into the file that it was started with.
seealso:
  - module: mqops.rocketmq.rocketmq_consumer_assignment
  - module: mqops.rocketmq.rocketmq_broker_perm
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let hub-a stay out of the routes when it starts again
  mqops.rocketmq.rocketmq_broker_listing:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers: &brokers
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-b, id: 0, address: "198.18.10.82:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
        - {name: hub-b, id: 1, address: "198.18.10.85:10911"}
    broker: hub-a
    state: withheld

- name: After its restart, list it when its clients are connected to it
  mqops.rocketmq.rocketmq_broker_listing:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers: *brokers
    broker: hub-a
    state: listed
"""

RETURN = r"""
nameservers:
  description: Name servers at which the broker was announced and is listed now.
  returned: when O(state=listed)
  type: list
  elements: str
silent:
  description: Name servers that the broker registers with and that did not answer, each with what came back.
  returned: when O(state=listed)
  type: list
  elements: str
reasons:
  description: Who had not come in time, or could not tell. See the catalogue of reasons for the meaning of the codes.
  returned: when O(state=listed)
  type: list
  elements: dict
waived:
  description: Reasons that a waiver covers, each with its waiver.
  returned: when O(state=listed)
  type: list
  elements: dict
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: "Would wait until hub-a is connected to its clients, and listed"
elapsed:
  description: Seconds that the announcement lasted.
  returned: when O(state=listed)
  type: float
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
  sample:
    - "UPDATE_BROKER_CONFIG 198.18.10.81:10911 registerBrokerTimeoutMills=-1: SUCCESS"
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    cluster_option,
    gate_spec,
    registers_option,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import listing


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "broker": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["withheld", "listed"], "required": True},
            "register_timeout": {"type": "int", "default": listing.REGISTER_TIMEOUT},
            "poll": {"type": "float", "default": listing.POLL},
            "waivers": waivers_option(),
            "registers_with": registers_option(),
            **gate_spec(timeout=75.0, interval=1.0),
        },
        supports_check_mode=True,
    )
    module.end(listing.run(module, **module.options()))


if __name__ == "__main__":
    main()
