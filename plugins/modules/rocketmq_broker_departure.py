#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_departure
short_description: Take brokers out of name servers in whose list they are no more, and prove that they stay away
description:
  - A name server of RocketMQ 4.4.0 lists a broker for 120 seconds after its last registration. For brokers that have
    been given a list without this name server, this module ends that at once, and then waits until none of them has
    come back for O(window) seconds.
  - A broker that comes back still has the name server in its list. Until its next registration clients do not find it
    there, so the module is for brokers of which it is proved that they have taken their new list over. It fails at
    once, naming the broker.
  - A name server that does not answer never passes.
options:
  nameservers:
    description: Addresses of the name servers that the brokers leave, each C(host:port).
    type: list
    elements: str
    required: true
  window:
    description:
      - Seconds for which no broker may come back.
      - A broker registers at all name servers of its list every 30 seconds, unless its C(registerNameServerPeriod)
        says otherwise, at most 60.
    type: float
    default: 65.0
  timeout:
    default: 120.0
  interval:
    default: 2.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - No broker is taken out, and it does not wait for brokers that come back. RV(would_wait) says for what a run
        would wait, and names each name server that does not answer.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_broker_pin
  - module: mqops.rocketmq.rocketmq_registration
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let the target leave the name server of a source
  mqops.rocketmq.rocketmq_broker_departure:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    nameservers: ["198.18.10.20:9876"]
"""

RETURN = r"""
listed:
  description: Who was listed in the beginning, each as name server, broker, id and address.
  returned: always
  type: list
  elements: str
  sample: ["198.18.10.20:9876 hub-a 0 198.18.10.81:10911"]
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: >-
    Would wait until hub has stayed away from 198.18.10.20:9876 for 65 s; now: 198.18.10.20:9876 hub-a 0
    198.18.10.81:10911
elapsed:
  description: Seconds that the wait took.
  returned: always
  type: float
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import cluster_option, gate_spec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import departure


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "nameservers": {"type": "list", "elements": "str", "required": True},
            "window": {"type": "float", "default": departure.WINDOW},
            **gate_spec(timeout=120.0),
        },
        supports_check_mode=True,
    )
    module.end(departure.run(module, **module.options()))


if __name__ == "__main__":
    main()
