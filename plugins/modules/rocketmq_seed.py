#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_seed
short_description: Write the tables with which brokers of a new cluster start for the first time
description:
  - Merges the topics and groups of the sources as M(mqops.rocketmq.rocketmq_metadata) does, and writes them as the
    files
    that RocketMQ 4.4.0 reads at its start. Thousands of topics are then there at once, instead of one by one.
  - Writes C(<directory>/<broker name>/topics.json), C(subscriptionGroup.json) and C(consumerOffset.json) for each
    master
    of the target, to be copied to C(<store>/config) of a broker that has never started, and
    C(<directory>/nameserver/kvConfig.json) with the merged order configuration for its name servers.
  - C(consumerOffset.json) holds offset 0 for every known group on every queue; a group that comes back late must not
    start
    at the end of queues that it has never seen.
  - Slaves need no files, they get everything from their master within about a minute.
  - Only reads from the sources. A broker that has started already ignores such files or overwrites them; use
    M(mqops.rocketmq.rocketmq_metadata) for it.
options:
  directory:
    description: Directory on the host that runs the module. It is created if it is missing.
    type: path
    required: true
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - Versions (times) inside the files are not compared.
seealso:
  - module: mqops.rocketmq.rocketmq_metadata
  - module: mqops.rocketmq.rocketmq_plan
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Write the seeds of a cluster with one master
  mqops.rocketmq.rocketmq_seed:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
    directory: /var/lib/mqops/seed
"""

RETURN = r"""
files:
  description: All files of the seed, those that were right already included.
  returned: success
  type: list
  elements: str
  sample: ["/var/lib/mqops/seed/hub-a/topics.json"]
written:
  description: The files that were written, or would be in check mode.
  returned: success
  type: list
  elements: str
topics:
  description: Number of topics, retry and dead letter topics included.
  returned: success
  type: int
groups:
  description: Number of groups.
  returned: success
  type: int
offsets:
  description: Number of entries in C(consumerOffset.json), one for each group and topic. Count them after the start.
  returned: success
  type: int
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    LISTED_CLUSTER,
    cluster_option,
    clusters_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import seed


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(kind=LISTED_CLUSTER),
            "directory": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    module.end(seed.run(module, **module.options()))


if __name__ == "__main__":
    main()
