#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_pin
short_description: Set the list of name servers with which brokers start the next time
description:
  - Sets C(namesrvAddr) on every broker of a cluster, slaves too, while they run, and reads it back.
  - A broker of RocketMQ 4.4.0 writes it into the file that it was started with, and uses it from its next start on.
    The list with which it runs stays as it is. One that fetches its list from an address server goes on doing so until
    that start, and never fetches one again afterwards.
options:
  nameservers:
    description: Addresses of the name servers, each C(host:port). Their order does not matter.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - It cannot be taken out while a broker runs, for 4.4.0 takes an empty text for a list. The role
    P(mqops.rocketmq.broker#role) takes it out of the file of one that does not run.
  - That a broker could not write its file shows in the file only.
seealso:
  - module: mqops.rocketmq.rocketmq_broker_departure
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let the brokers need no address server any more
  mqops.rocketmq.rocketmq_broker_pin:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    nameservers: ["198.18.10.80:9876"]
"""

RETURN = r"""
changes:
  description: One entry for each broker that had another list, or none.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(broker).
      type: str
    name:
      description: The setting.
      type: str
      sample: namesrvAddr
    cluster:
      description: Name of the cluster.
      type: str
    broker:
      description: Name of the broker.
      type: str
    address:
      description: Address of the broker.
      type: str
    before:
      description: The list that it had; null where it had none.
      type: str
    after:
      description: The list that it was given.
      type: str
    result:
      description: V(applied), V(planned) (in check mode), V(failed) or V(not attempted).
      type: str
    error:
      description: Why it failed.
      type: str
      returned: when RV(changes[].result) is V(failed)
cured:
  description: Always empty.
  returned: always
  type: list
  elements: dict
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import cluster_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import pin


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "nameservers": {"type": "list", "elements": "str", "required": True},
        },
        supports_check_mode=True,
    )
    module.end(pin.run(module, **module.options()))


if __name__ == "__main__":
    main()
