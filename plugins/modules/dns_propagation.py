#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do all these DNS servers answer this?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_propagation
short_description: Wait until DNS servers and resolvers answer a wanted record set
description:
  - Asks every listed server, authoritative ones and resolvers alike, and waits until each of them answers exactly the
    wanted values, and, with O(max_ttl), no longer holds an answer that lives longer than that.
  - A server that does not answer has not agreed. On failure the last answer of each server is given.
  - What resolvers have passed on already, and what processes keep in their own caches, cannot be seen from outside;
    wait for the TTL and the cache time of those processes after this module has passed.
author:
  - mqops.rocketmq contributors (@mqops)
extends_documentation_fragment:
  - mqops.rocketmq._dns
  - mqops.rocketmq._gate
  - mqops.rocketmq._attributes.gate_module
options:
  name:
    description:
      - Fully qualified name of the record set; the trailing dot may be left out. An alias (CNAME) is followed.
      - With O(type=PTR) also an IP address, which stands for its reverse name.
    type: str
    required: true
  type:
    description: Type of the records.
    type: str
    choices: [A, AAAA, CAA, CNAME, MX, PTR, SRV, SSHFP, TLSA, TXT]
    default: A
  values:
    description:
      - The wanted values, in the form that RV(dns_servers[].content) has. All of them and no others.
      - What M(mqops.rocketmq.dns_record) refuses as a value is refused here too.
      - An empty list means that there must be no such record set.
      - If left out, any values will do, and only O(max_ttl) counts. One of the two is required.
    type: list
    elements: str
    aliases: [expected]
  servers:
    description: Servers to ask, as C(address), C(host), or either with C(#port).
    type: list
    elements: str
    required: true
  max_ttl:
    description:
      - Highest TTL in seconds that an answer may still have.
      - After the TTL of a record set has been lowered, this shows when no resolver holds the longer-lived answer.
    type: int
  wait:
    description: Whether to wait and to fail; with V(false) the servers are asked once and RV(agreed) tells the result.
    type: bool
    default: true
  timeout:
    default: 120.0
  interval:
    default: 1.0
seealso:
  - module: mqops.rocketmq.dns_record
"""

EXAMPLES = r"""
- name: Every server and every resolver of the business gives the target's address
  mqops.rocketmq.dns_propagation:
    name: mro-ns.mq.test
    type: A
    values: [198.18.10.80]
    servers: [198.18.10.2, 198.18.10.3]
  delegate_to: localhost

- name: No resolver still holds the answer from before the TTL was lowered to 30 seconds
  mqops.rocketmq.dns_propagation:
    name: mro-ns.mq.test
    servers: [198.18.10.2, 198.18.10.3]
    max_ttl: 30
    timeout: 3600
    interval: 10
  delegate_to: localhost

- name: Only look
  mqops.rocketmq.dns_propagation:
    name: mro-ns.mq.test
    values: [198.18.10.80]
    servers: [198.18.10.2]
    wait: false
  delegate_to: localhost
  register: answer
"""

RETURN = r"""
agreed:
  description: Whether every server gave the wanted answer.
  returned: always
  type: bool
dns_servers:
  description: The last answer of each server, in the order of O(servers).
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server, C(address#port).
      returned: always
      type: str
    answered:
      description: Whether it gave a usable answer.
      returned: always
      type: bool
    content:
      description: The values, sorted.
      returned: always
      type: list
      elements: str
    ttl:
      description: Remaining time to live of the answer in seconds; V(null) without an answer or without records.
      returned: always
      type: int
    rcode:
      description: Name of the response code.
      returned: always
      type: str
    authoritative:
      description: Whether the answer is authoritative, and not from a cache.
      returned: always
      type: bool
    error:
      description: Why there is no usable answer.
      returned: always
      type: str
ttls:
  description: Remaining TTL in seconds by server; V(null) without an answer or without records.
  returned: always
  type: dict
  sample: {"198.18.10.2#53": 30}
disagreeing:
  description: The servers that do not agree, and what they answer.
  returned: always
  type: list
  elements: str
unanswered:
  description: The servers that gave no usable answer.
  returned: always
  type: list
  elements: str
would_wait:
  description: For what a run would wait, and what stands against it now.
  returned: in check mode, where a run would wait
  type: str
  sample: >-
    Would wait until every server answers 198.18.10.80 for mro-ns.mq.test. A; now: 198.18.0.53 answers 198.18.10.20
    with TTL 30
elapsed:
  description: Seconds that were waited.
  returned: always
  type: float
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import (
    dns_spec,
    dns_type_option,
    gate_spec,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import DnsModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import dns_propagation


@run_module
def main() -> None:
    module = DnsModule(
        {
            "name": {"type": "str", "required": True},
            "type": dns_type_option(),
            "values": {"type": "list", "elements": "str", "aliases": ["expected"]},
            "servers": {"type": "list", "elements": "str", "required": True},
            "max_ttl": {"type": "int"},
            "wait": {"type": "bool", "default": True},
            **dns_spec(),
            **gate_spec(timeout=120.0, interval=1.0),
        },
        supports_check_mode=True,
        required_one_of=[("values", "max_ttl")],
    )
    module.end(dns_propagation.run(module, **module.options()))


if __name__ == "__main__":
    main()
