#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Could these names be changed, and who would see it?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_name_info
short_description: Which servers serve names, what each answers and for how long, and whether a key may change them
description:
  - For each name, asks the servers that take updates, every further authoritative server of its zone and the listed
    resolvers, all for the same record set.
  - With O(try_update=true), sends each of O(servers) an update that changes nothing. Its prerequisites say that the set
    is what was just read, and its update section adds exactly that set again, so the zone and its serial stay as they
    are, and the server's rules for this key, name and type are applied all the same.
  - Nothing that is found makes the module fail; RV(reasons) says what would. A server that does not answer is in there.
  - "Codes of reasons that block: V(ADDRESS_UNRESOLVED), V(DNS_NOT_SERVED), V(DNS_SERVERS_DISAGREE),
    V(DNS_UPDATE_REFUSED), V(NAME_RESOLVES_ELSEWHERE) and V(RESOLVER_SILENT). Codes that are only told:
    V(DNS_ANSWER_STALE) and V(DNS_TTL_LONG)."
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
author:
  - mqops.rocketmq contributors (@mqops)
extends_documentation_fragment:
  - mqops.rocketmq._dns
options:
  names:
    description: The names to look at.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Fully qualified name; the trailing dot may be left out.
        type: str
        required: true
      expected:
        description:
          - The values that it has to have now, all of them and no others.
          - What M(mqops.rocketmq.dns_record) refuses as a value is refused here too.
        type: list
        elements: str
        required: true
  type:
    description: Type of the records.
    type: str
    choices: [A, AAAA, CAA, CNAME, MX, PTR, SRV, SSHFP, TLSA, TXT]
    default: A
  servers:
    description: Servers that are to take updates, as C(address), C(host), or either with C(#port).
    type: list
    elements: str
    required: true
  resolvers:
    description: Resolvers of those who use the names, in the same form.
    type: list
    elements: str
    default: []
  zone:
    description: Zone of the names. If left out or empty, it is found by asking for the SOA record.
    type: str
  try_update:
    description: Whether to try the key, with an update that changes nothing.
    type: bool
    default: true
  max_ttl:
    description: A TTL in seconds; a longer one at an authoritative server is among RV(reasons).
    type: int
seealso:
  - module: mqops.rocketmq.dns_record
  - module: mqops.rocketmq.dns_propagation
"""

EXAMPLES = r"""
- name: Know whether the name of mro's name server could be switched now
  mqops.rocketmq.dns_name_info:
    names:
      - {name: mro-ns.mq.test, expected: [198.18.10.20]}
    servers: [198.18.10.2]
    resolvers: [198.18.10.3]
    key_name: mqops-lab.
    key_secret: "{{ dns_key_secret }}"
    max_ttl: 30
  delegate_to: localhost
  register: dns

- name: Refuse to go on without it
  ansible.builtin.assert:
    that: dns.reasons | selectattr('severity', 'ne', 'notice') | length == 0
"""

RETURN = r"""
reasons:
  description: What would go wrong, and what is good to know; see the catalogue of reasons.
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
names:
  description: What was seen of each name, in the order of O(names).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name as it was given.
      returned: always
      type: str
    expected:
      description: The values that it has to have.
      returned: always
      type: list
      elements: str
    zone:
      description: The zone that holds it; V(null) if no server serves it.
      returned: always
      type: str
    servers:
      description: Answers of O(servers); each has C(server), C(content), C(ttl), C(authoritative) and C(error).
      returned: always
      type: list
      elements: dict
    others:
      description: Answers of the zone's further authoritative servers, in the same form.
      returned: always
      type: list
      elements: dict
    resolvers:
      description: Answers of O(resolvers), in the same form; C(ttl) is what is left of it.
      returned: always
      type: list
      elements: dict
    zone_errors:
      description: Why a server of O(servers) does not serve the name, by server.
      returned: always
      type: dict
    serials:
      description: Serial of the zone by authoritative server, after the update was tried; V(null) without an answer.
      returned: always
      type: dict
    rights:
      description: Result of the tried update by server; C(server), C(allowed), C(answer), and C(serial) from before.
      returned: always
      type: list
      elements: dict
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import dns_spec, dns_type_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import DnsModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import dns_name_info


@run_module
def main() -> None:
    module = DnsModule(
        {
            "names": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "expected": {"type": "list", "elements": "str", "required": True},
                },
            },
            "type": dns_type_option(),
            "servers": {"type": "list", "elements": "str", "required": True},
            "resolvers": {"type": "list", "elements": "str", "default": []},
            "zone": {"type": "str"},
            "try_update": {"type": "bool", "default": True},
            "max_ttl": {"type": "int"},
            **dns_spec(),
        },
        supports_check_mode=True,
    )
    module.end(dns_name_info.run(module, **module.options()))


if __name__ == "__main__":
    main()
