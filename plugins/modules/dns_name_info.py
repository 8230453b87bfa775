#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Could these names be changed, and who would see it?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_name_info
short_description: Who serves names, what everybody answers and for how long, and whether a key may change them
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

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.answers import (
    Seen,
    authoritative_servers,
    find_zone,
    observe_all,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.errors import DnsError
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.library import IMPORT_ERROR
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.records import content, parse_name, parse_values
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.rights import Right, try_update
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import ALGORITHMS, Key, Server, Transport
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import dns_reasons
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import RocketmqModule, run_module


class Looking:
    """The questions about one name. Unsigned but for the tried update: a wrong key must not hide the rest."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        key = None
        if params["key_name"]:
            key = Key.build(params["key_name"], params["key_secret"], params["key_algorithm"], params["allow_md5"])
        self.signed = Transport(params["query_timeout"], params["protocol"], key)
        self.plain = Transport(params["query_timeout"], params["protocol"])
        self.type = params["type"]
        self.servers = [Server.parse(text, params["port"]) for text in params["servers"]]
        self.resolvers = [Server.parse(text, params["port"]) for text in params["resolvers"]]
        self.zone = parse_name(params["zone"]) if params["zone"] else None
        self.try_update = params["try_update"]

    def look(self, text: str, expected: list[str]) -> dict[str, Any]:
        name = parse_name(text, self.type)
        rights = [try_update(self.signed, server, name, self.type, self.zone) for server in self._tried()]
        places, errors = {}, {}
        for server in self.servers:
            try:
                places[server] = find_zone(self.plain, server, name, self.zone)
            except DnsError as error:
                errors[str(server)] = str(error)
        others = self._others(places)
        seen = observe_all(self.plain, [*self.servers, *others, *self.resolvers], name, self.type)
        zones = {place.name for place in places.values()}
        authorities = [*places, *others]
        serials = observe_all(self.plain, authorities, next(iter(zones)), "SOA", recurse=False) if zones else []
        mine, more = len(self.servers), len(others)
        return {
            "name": text,
            "expected": content(parse_values(self.type, expected)),
            "zone": next(iter(zones)).to_text() if zones else None,
            "servers": [_answer(one) for one in seen[:mine]],
            "others": [_answer(one) for one in seen[mine : mine + more]],
            "resolvers": [_answer(one) for one in seen[mine + more :]],
            "zone_errors": errors,
            "serials": {one.server: next((rdata.serial for rdata in one.rdatas), None) for one in serials},
            "rights": [_right(right) for right in rights],
        }

    def _tried(self) -> list[Server]:
        return self.servers if self.try_update else []

    def _others(self, places: Mapping[Server, Any]) -> list[Server]:
        known = {address for server in self.servers for address in server.addresses}
        found: list[Server] = []
        for server, place in places.items():
            try:
                listed = authoritative_servers(self.plain, server, place)
            except DnsError:
                continue  # its answer for the name itself will say so
            for other in listed:
                if not known & set(other.addresses):
                    known.update(other.addresses)
                    found.append(other)
        return list(dict.fromkeys(found))


def _answer(one: Seen) -> dict[str, Any]:
    return {key: value for key, value in one.as_dict().items() if key not in ("answered", "rcode")}


def _right(right: Right) -> dict[str, Any]:
    return {
        "server": str(right.server),
        "allowed": right.allowed,
        "answer": right.answer,
        "serial": right.zone.serial if right.zone else None,
    }


@run_module
def main() -> None:
    module = RocketmqModule(
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
            "type": {
                "type": "str",
                "choices": ["A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "SSHFP", "TLSA", "TXT"],
                "default": "A",
            },
            "servers": {"type": "list", "elements": "str", "required": True},
            "resolvers": {"type": "list", "elements": "str", "default": []},
            "zone": {"type": "str"},
            "try_update": {"type": "bool", "default": True},
            "max_ttl": {"type": "int"},
            "port": {"type": "int", "default": 53},
            "protocol": {"type": "str", "choices": ["udp", "tcp"], "default": "udp"},
            "query_timeout": {"type": "float", "default": 3.0},
            "key_name": {"type": "str", "no_log": False},
            "key_secret": {"type": "str", "no_log": True},
            "key_algorithm": {"type": "str", "choices": list(ALGORITHMS), "default": "hmac-sha256", "no_log": False},
            "allow_md5": {"type": "bool", "default": False},
        },
        connection=False,
        supports_check_mode=True,
        required_together=[("key_name", "key_secret")],
    )
    if IMPORT_ERROR:
        module.module.fail_json(msg=missing_required_lib("dnspython"), exception=IMPORT_ERROR)
    if not module.params["query_timeout"] > 0:
        module.fail(f"query_timeout must be greater than 0 seconds, got {module.params['query_timeout']}")
    try:
        looking = Looking(module.params)
        names = [looking.look(entry["name"], entry["expected"]) for entry in module.params["names"]]
    except DnsError as error:
        module.fail(error)
    reasons = dns_reasons.judge(map(dns_reasons.as_name, names), module.params["max_ttl"])
    module.exit(changed=False, names=names, reasons=[reason.as_dict() for reason in reasons])


if __name__ == "__main__":
    main()
