#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_preflight_info
short_description: Read what clusters hold, and what would go wrong if they became one
description:
  - Reads the sources as M(mqops.rocketmq.rocketmq_plan) does and returns their inventory and every reason that speaks
    against uniting them, or that an operator should know.
  - Reasons are no failure here, none is waived, and nothing is written;
    M(mqops.rocketmq.rocketmq_plan) is the gate.
  - What did not answer is a reason by itself, and everything else is reported all the same.
  - All codes of reasons, with their meaning and remedy, are in the collection's file C(docs/reasons.md).
options:
  names:
    description:
      - DNS names of the sources' name servers, each with the name of its source, for telling whether a broker that was
        given a name registers where it should. If left out, names are not judged.
    type: dict
    default: {}
extends_documentation_fragment:
  - mqops.rocketmq._clusters.united_sources
  - mqops.rocketmq._clusters.united_target
  - mqops.rocketmq._preflight
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
seealso:
  - module: mqops.rocketmq.rocketmq_plan
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: What would go wrong
  mqops.rocketmq.rocketmq_preflight_info:
    sources: "{{ (hostvars | mqops.rocketmq.estate(groups)).sources | map(attribute='spec') }}"
    target: "{{ (hostvars | mqops.rocketmq.estate(groups)).target.spec }}"
  register: preflight

- name: Show it
  ansible.builtin.debug:
    var: preflight.table
"""

RETURN = r"""
inventory:
  description: Each source in figures. A figure that could not be had is V(null).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the source.
      returned: always
      type: str
    brokers:
      description: Its brokers with C(name), C(id), C(address), whether it C(answered), C(version), C(role),
        C(permission), C(nameservers) as configured and whether C(nameservers_by) name or address, C(delay_levels),
        C(log_end), C(bytes_retained), C(messages), and for a slave the bytes that it is C(behind).
      returned: always
      type: list
      elements: dict
    topics:
      description: Topics of the business, without retry and dead letter topics.
      returned: always
      type: int
    groups:
      description: Consumer groups.
      returned: always
      type: int
    groups_online:
      description: Groups that have clients now.
      returned: always
      type: int
    groups_broadcasting:
      description: Online groups that broadcast.
      returned: always
      type: int
    groups_pulling:
      description: Online groups of pull consumers.
      returned: always
      type: int
    clients:
      description: Consumers, counted by group and client id.
      returned: always
      type: int
    clients_by_language:
      description: The same by language.
      returned: always
      type: dict
    clients_by_version:
      description: The same by version number; V(293) is 4.4.0.
      returned: always
      type: dict
    clients_silent:
      description: Consumers that did not tell their subscriptions.
      returned: always
      type: int
    ordered_topics:
      description: Order configuration by topic.
      returned: always
      type: dict
    transactional_producer_groups:
      description: Producer groups of the newest retained half messages, with how many of these were seen.
      returned: always
      type: dict
    messages_retained:
      description: Messages in all queues of all masters.
      returned: always
      type: int
    bytes_retained:
      description: Bytes in the commit logs of all masters.
      returned: always
      type: int
    unknown:
      description: Parts that did not answer.
      returned: always
      type: list
      elements: str
reasons:
  description: What was found, blocking reasons first, each with C(code), C(subject), C(evidence) and C(severity).
  returned: always
  type: list
  elements: dict
table:
  description: The same as lines of less than 100 columns, most important first, counted where many are alike.
  returned: always
  type: list
  elements: str
questions:
  description: How many requests were sent to name servers and brokers.
  returned: always
  type: int
requests:
  description: Changing requests that were sent, always none.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    LISTED_CLUSTER,
    cluster_option,
    clusters_option,
    preflight_spec,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import preflight_report


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(kind=LISTED_CLUSTER),
            "names": {"type": "dict", "default": {}},
            **preflight_spec(),
        },
        supports_check_mode=True,
    )
    module.end(preflight_report.run(module, **module.options()))


if __name__ == "__main__":
    main()
