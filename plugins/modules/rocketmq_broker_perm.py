#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_perm
short_description: Set what clients may do with the masters of a cluster
description:
  - Sets C(brokerPermission) on masters, while they run, and waits until their running configuration and the routes of
    their topics at every name server show it.
  - With V(4) the name servers show every topic of the broker as read-only, so producers turn away within about half a
    minute. This is no fence. RocketMQ 4.4.0 still accepts what a straggler sends; that writing has stopped is proved
    by M(mqops.rocketmq.rocketmq_write_stop).
  - With V(0) the queues are in no route any more and pulls are refused. With V(6) each topic has its own permission.
  - A master that has the permission but is shown otherwise by a name server is sent the same value once more, which
    publishes its whole topic table again; this counts as a change.
  - Each master is judged by itself. One that does not answer or refuses does not keep the others from being handled;
    the task fails in the end and names it.
  - Only masters are asked. Slaves never publish permissions, and what is sent to them is not replicated.
options:
  perm:
    description:
      - V(6) for reading and writing, V(4) for reading only, V(0) for neither.
    type: int
    choices: [0, 4, 6]
    required: true
  brokers:
    description:
      - Names of the brokers to handle, in every cluster of the list. All masters if not given.
      - A name that no master has is refused.
    type: list
    elements: str
  timeout:
    description: Seconds to wait until the masters and all name servers show the permission.
    default: 60.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._connection
  - mqops.rocketmq._gate
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - While a name server does not answer, rights are not taken away, because it is not known what its clients see.
    Giving rights back is tried all the same, and the task fails afterwards.
  - The broker writes the permission into the file that it was started with and loses the file's comments. A file that
    is rendered anew, or that is mounted as a single file, does not keep it over a restart.
seealso:
  - module: mqops.rocketmq.rocketmq_write_stop
  - module: mqops.rocketmq.rocketmq_registration
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Make a source read-only
  mqops.rocketmq.rocketmq_broker_perm:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
          - {name: broker-b, id: 0, address: "198.18.10.22:10911"}
          - {name: broker-a, id: 1, address: "198.18.10.24:10911"}
    perm: 4

- name: Open one broker again
  mqops.rocketmq.rocketmq_broker_perm:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    brokers: [broker-b]
    perm: 6
"""

RETURN = r"""
brokers:
  description: One entry for each master that was handled.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
      sample: mro
    name:
      description: Name of the broker.
      type: str
      sample: broker-a
    address:
      description: Address of the master.
      type: str
      sample: 198.18.10.21:10911
    broker:
      description: The same, as the other modules that change something return it.
      type: str
      sample: broker-a
    kind:
      description: What is changed.
      type: str
      sample: brokerPermission
    before:
      description: The permission that the master had; null if it did not answer.
      type: int
      sample: 6
    after:
      description: The permission that was asked for.
      type: int
      sample: 4
    result:
      description: V(unchanged), V(applied), V(planned) (in check mode) or V(failed).
      type: str
      sample: applied
    cured:
      description: Whether the same permission was sent once more because a name server showed another one.
      type: bool
      sample: false
    topics:
      description: Number of topics whose routes were compared at each name server.
      type: int
      sample: 12
    error:
      description: Why it failed, with what was seen last.
      type: str
      returned: when RV(brokers[].result) is V(failed)
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
  sample:
    - "UPDATE_BROKER_CONFIG 198.18.10.21:10911 brokerPermission=4: SUCCESS"
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import clusters_option, gate_spec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import permission


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "perm": {"type": "int", "choices": [0, 4, 6], "required": True},
            "brokers": {"type": "list", "elements": "str"},
            **gate_spec(timeout=60.0, interval=1.0),
        },
        supports_check_mode=True,
    )
    module.end(permission.run(module, **module.options()))


if __name__ == "__main__":
    main()
