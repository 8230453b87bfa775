#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One record set of a DNS zone, through RFC 2136."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_record
short_description: Manage a DNS record set with guarded dynamic updates
description:
  - Creates, replaces, extends, reduces or deletes one record set (all records of one name and type) with RFC 2136
    updates.
  - Every update carries prerequisites built from what was read before. If the set changes between the read and the
    write, the server refuses the update and nothing is overwritten.
  - With O(expected) the change is a compare-and-swap on the values that a plan was made with.
  - After the write, and also when nothing had to be changed, every authoritative server of the zone is asked until all
    of them agree; the module fails naming those that do not.
attributes:
  check_mode:
    support: full
    details:
      - The record set is read and the result computed; no update is sent, and the other servers are not asked.
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - mqops.rocketmq contributors (@mqops)
extends_documentation_fragment:
  - mqops.rocketmq._dns
options:
  name:
    description:
      - Fully qualified name of the record set; the trailing dot may be left out.
      - With O(type=PTR) also an IP address, which stands for its reverse name.
    type: str
    required: true
  type:
    description:
      - Type of the records.
      - A CNAME is refused at the top of a zone and beside other records. Records of a type that is not among the
        choices are not looked for; the server refuses the CNAME then, which check mode does not see.
    type: str
    choices: [A, AAAA, CAA, CNAME, MX, PTR, SRV, SSHFP, TLSA, TXT]
    default: A
  values:
    description:
      - The values in their usual text form. Names in them are fully qualified, with or without a trailing dot.
      - TXT values are plain text without quotes; long ones are split as DNS needs it. A text that is there, split
        elsewhere, is the same value.
      - Of the other types, a value is one line without a comment. More lines, text after a semicolon that is not in
        double quotes, and C(@) for a name are refused, in O(expected) too.
      - A value has at most 65535 bytes in wire form; an update that would be larger is refused before it is sent.
      - If left out with O(state=present), only the TTL of the existing set is managed.
      - With O(state=absent) just these values are removed; if left out, the whole set.
    type: list
    elements: str
  ttl:
    description:
      - Time to live in seconds, from V(1) to V(2147483647).
      - If left out, an existing set keeps its TTL, and a new one gets V(3600).
    type: int
  state:
    description: Whether the values are to be there.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - With V(exclusive), the set holds O(values) and nothing else.
      - With V(add), other values stay beside O(values). A set has only one TTL, so O(ttl) is applied to all.
      - Not used with O(state=absent).
    type: str
    choices: [exclusive, add]
    default: exclusive
  expected:
    description:
      - The values that the set must hold before the change; an empty list means that there must be no such set.
      - A set that is already as wanted passes without a change; any other set makes the module fail.
      - If left out, the change starts from whatever is there, under O(on_conflict).
    type: list
    elements: str
  on_conflict:
    description:
      - What to do when O(mode=exclusive) would replace other values, and O(expected) is not given.
      - V(keep) leaves them, without a change, and says so in RV(conflict).
    type: str
    choices: [replace, keep, fail]
    default: replace
  update:
    description:
      - Whether an update may be sent.
      - With V(false), for a zone that is changed by other means, a set that is not as wanted makes the module fail,
        saying what has to be changed; in check mode it warns. Everything else is the same, the question to every
        authoritative server included.
    type: bool
    default: true
  servers:
    description:
      - Servers that accept updates for the zone, as C(address), C(host), or either with C(#port); tried in turn.
      - The next one is tried when a server has no address, does not answer, does not serve the zone or refuses; never
        after a conflict.
    type: list
    elements: str
    required: true
  zone:
    description:
      - Zone of the record. If left out or empty, it is found by asking for the SOA record at the server.
    type: str
  verify_servers:
    description:
      - Servers that must agree after the write, besides the one that took the update.
      - If left out, the name servers of the zone's NS record. An empty list asks only the server that took the update.
      - One without an address makes the module fail before anything is written.
    type: list
    elements: str
  verify_timeout:
    description: Seconds until all servers must agree.
    type: float
    default: 60.0
  verify_interval:
    description: Seconds between two rounds of asking them.
    type: float
    default: 1.0
notes:
  - A name for which only a wildcard answers (RFC 4592) has no set of its own. It can be created, O(expected=[]) holds
    for it, and with O(state=absent) there is nothing to do; there, the wildcard's answer counts as absence.
  - To know, a server that answers for the name is also asked for C(mqops-probe.*) below it, which gets the same answer
    only from a wildcard. Only records made just there, or a server that does not keep to RFC 4592, can mislead this,
    and only where the name's own set equals the wildcard's. An update then fails by its prerequisites, naming the
    wildcard.
  - Knot DNS acknowledges a change of the TTL alone and does not apply it. The module sees that and fails, saying so.
seealso:
  - module: mqops.rocketmq.dns_propagation
  - module: community.general.nsupdate
"""

EXAMPLES = r"""
- name: Point mro's name server name at the target, provided that it still has the address of the plan
  mqops.rocketmq.dns_record:
    name: mro-ns.mq.test
    type: A
    values: [198.18.10.80]
    expected: [198.18.10.20]
    servers: [198.18.10.2]
    key_name: mqops-lab.
    key_secret: "{{ dns_key_secret }}"
  delegate_to: localhost

- name: Lower the TTL and leave the values alone
  mqops.rocketmq.dns_record:
    name: mro-ns.mq.test
    ttl: 30
    servers: [198.18.10.2]
    key_name: mqops-lab.
    key_secret: "{{ dns_key_secret }}"
  delegate_to: localhost

- name: Add a text beside those of others
  mqops.rocketmq.dns_record:
    name: mro-ns.mq.test
    type: TXT
    values: ["owner=messaging team"]
    mode: add
    servers: [198.18.10.2, 198.18.10.3]
    zone: mq.test
    key_name: mqops-lab.
    key_secret: "{{ dns_key_secret }}"
  delegate_to: localhost

- name: Let a service record be created only where there is none
  mqops.rocketmq.dns_record:
    name: _rocketmq._tcp.mq.test
    type: SRV
    values: ["0 5 9876 hub-ns.mq.test"]
    expected: []
    ttl: 60
    servers: [198.18.10.2]
    key_name: mqops-lab.
    key_secret: "{{ dns_key_secret }}"
  delegate_to: localhost

- name: Prove that the name was switched at a provider without RFC 2136, or say what is still to be changed there
  mqops.rocketmq.dns_record:
    name: mro-ns.mq.test
    values: [198.18.10.80]
    expected: [198.18.10.20]
    ttl: 30
    servers: [198.18.10.2]
    update: false
  delegate_to: localhost

- name: Remove the reverse name of an address
  mqops.rocketmq.dns_record:
    name: 198.18.10.20
    type: PTR
    state: absent
    servers: [198.18.10.2]
    key_name: mqops-lab.
    key_secret: "{{ dns_key_secret }}"
  delegate_to: localhost
"""

RETURN = r"""
record:
  description: The record set as it is after the module, in check mode as it would be; V(null) if there is none.
  returned: success, and when a change is to be made by hand or the verification fails
  type: dict
  sample: {name: mro-ns.mq.test., type: A, ttl: 60, content: [198.18.10.80]}
  contains:
    name:
      description: Fully qualified name.
      returned: always
      type: str
    type:
      description: Type of the records.
      returned: always
      type: str
    ttl:
      description: Time to live in seconds.
      returned: always
      type: int
    content:
      description: The values, sorted.
      returned: always
      type: list
      elements: str
previous:
  description: The record set before the change, like RV(record).
  returned: success, and when a change is to be made by hand or the verification fails
  type: dict
conflict:
  description: Whether other values were left in place because of O(on_conflict=keep).
  returned: success, and when a change is to be made by hand or the verification fails
  type: bool
zone:
  description: The zone that holds the record.
  returned: success, and when a change is to be made by hand or the verification fails
  type: str
  sample: mq.test.
server:
  description: The server that was used, C(address#port).
  returned: success, and when a change is to be made by hand or the verification fails
  type: str
  sample: 198.18.10.2#53
tried:
  description: Why servers listed before RV(server) could not be used.
  returned: success, and when a change is to be made by hand or the verification fails
  type: list
  elements: str
verified:
  description: What each authoritative server answered last; empty in check mode.
  returned: when the servers were asked
  type: list
  elements: dict
  contains:
    server:
      description: The server, C(address#port), and its name if it came from the NS record.
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
      description: Time to live in seconds.
      returned: always
      type: int
    rcode:
      description: Name of the response code.
      returned: always
      type: str
    authoritative:
      description: Whether the answer is authoritative.
      returned: always
      type: bool
    error:
      description: Why there is no usable answer.
      returned: always
      type: str
disagreeing:
  description: The servers that do not agree, and what they answer.
  returned: on failure of the verification
  type: list
  elements: str
requests:
  description: The updates that were sent, with prerequisites and the server's answer.
  returned: always
  type: list
  elements: dict
  sample:
    - request: UPDATE
      address: 198.18.10.2#53
      zone: mq.test.
      protocol: udp
      prerequisites: ["mro-ns.mq.test. A is exactly 198.18.10.20"]
      changes: ["mro-ns.mq.test. 60 A is set to 198.18.10.80"]
      result: NOERROR
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import dns_spec, dns_type_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import DnsModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import dns_record


@run_module
def main() -> None:
    module = DnsModule(
        {
            "name": {"type": "str", "required": True},
            "type": dns_type_option(),
            "values": {"type": "list", "elements": "str"},
            "ttl": {"type": "int"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "mode": {"type": "str", "choices": ["exclusive", "add"], "default": "exclusive"},
            "expected": {"type": "list", "elements": "str"},
            "on_conflict": {"type": "str", "choices": ["replace", "keep", "fail"], "default": "replace"},
            "update": {"type": "bool", "default": True},
            "servers": {"type": "list", "elements": "str", "required": True},
            "zone": {"type": "str"},
            "verify_servers": {"type": "list", "elements": "str"},
            "verify_timeout": {"type": "float", "default": 60.0},
            "verify_interval": {"type": "float", "default": 1.0},
            **dns_spec(),
        },
        supports_check_mode=True,
    )
    module.end(dns_record.run(module, **module.options()))


if __name__ == "__main__":
    main()
