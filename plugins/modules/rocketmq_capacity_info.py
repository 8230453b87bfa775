#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_capacity_info
short_description: Whether the tables and messages of several clusters would fit into one
description:
  - Reads the topics, groups, offsets and commit logs of all masters, merges the tables as the migration does, and
    computes from the real names what each master of the target would hold.
  - RocketMQ 4.4.0 reads no frame above 16 MiB. A broker whose registration is longer starts without a word of complaint
    and is missing at its name servers, or listed with only its newest topics.
  - What the target holds already counts as well, if it answers.
  - Nothing that is found makes the module fail; RV(reasons) says what would.
  - "Codes of reasons: V(BROKER_UNKNOWN) and V(TABLE_TOO_LARGE) block, V(REPLY_TOO_LARGE) can be waived,
    V(TARGET_CAPACITY) is only told."
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Know whether mro would fit into the hub
  mqops.rocketmq.rocketmq_capacity_info:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
  register: size

- name: Say how much of the frame its registration will fill
  ansible.builtin.debug:
    msg: "{{ 100 * size.capacity.registration // size.frame_limit }} %"
"""

RETURN = r"""
capacity:
  description: What each master of the target would hold; sizes in bytes.
  returned: always
  type: dict
  contains:
    topics:
      description: Number of topics, retry and dead letter topics included.
      returned: always
      type: int
    groups:
      description: Number of subscription groups.
      returned: always
      type: int
    queues:
      description: Number of queues of all topics. Each that gets a message costs a file, a mapping and an open file.
      returned: always
      type: int
    registration:
      description: Size of the frame with which the master registers at a name server.
      returned: always
      type: int
    topics_reply:
      description: Size of the answer that holds the topics (request code 21).
      returned: always
      type: int
    groups_reply:
      description: Size of the answer that holds the groups (201).
      returned: always
      type: int
    offsets_reply:
      description: Size of the answer that holds the committed offsets (43) while all of them are 0.
      returned: always
      type: int
    creation_ms:
      description: Lowest and highest CPU time in milliseconds that one more topic costs a broker of this size.
      returned: always
      type: list
      elements: float
    one_by_one_ms:
      description: Lowest and highest CPU time in milliseconds that creating all of it one by one would cost a broker.
      returned: always
      type: list
      elements: float
    volume:
      description: Messages that the sources' masters hold; V(null) if one did not tell.
      returned: always
      type: int
    disk:
      description: The share of RV(capacity.volume) of one master of the target.
      returned: always
      type: int
frame_limit:
  description: The longest frame in bytes that RocketMQ 4.4.0 reads.
  returned: always
  type: int
reasons:
  description: What would go wrong, and what it costs; see the catalogue of reasons.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      returned: always
      type: str
    subject:
      description: What it is about.
      returned: always
      type: str
    severity:
      description: V(blocking), V(waivable) or V(notice).
      returned: always
      type: str
    evidence:
      description: What was seen.
      returned: always
      type: dict
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import cluster_option, clusters_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import capacity


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={"sources": clusters_option(), "target": cluster_option()}, supports_check_mode=True
    )
    module.end(capacity.run(module, **module.options()))


if __name__ == "__main__":
    main()
