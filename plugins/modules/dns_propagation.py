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
  - What resolvers have passed on already, and what processes keep in their own caches, cannot be seen by anybody;
    wait for the TTL and the cache time of those processes after this module has passed.
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
  - mqops.rocketmq._gate
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
elapsed:
  description: Seconds that were waited.
  returned: always
  type: float
"""

from dataclasses import dataclass

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.answers import Seen, differences, observe_all
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.errors import DnsError
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.library import IMPORT_ERROR
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.records import parse_name, parse_values
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import ALGORITHMS, Key, Server, Transport
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import RocketmqModule, gate_spec, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until


@dataclass(frozen=True)
class Agreement:
    """One round of asking: I(missing) says which server does not agree and why."""

    seen: list[Seen]
    missing: list[str]

    @property
    def ok(self) -> bool:
        return not self.missing


@run_module
def main() -> None:
    module = RocketmqModule(
        {
            "name": {"type": "str", "required": True},
            "type": {
                "type": "str",
                "choices": ["A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "SSHFP", "TLSA", "TXT"],
                "default": "A",
            },
            "values": {"type": "list", "elements": "str", "aliases": ["expected"]},
            "servers": {"type": "list", "elements": "str", "required": True},
            "max_ttl": {"type": "int"},
            "wait": {"type": "bool", "default": True},
            "port": {"type": "int", "default": 53},
            "protocol": {"type": "str", "choices": ["udp", "tcp"], "default": "udp"},
            "query_timeout": {"type": "float", "default": 3.0},
            "key_name": {"type": "str", "no_log": False},
            "key_secret": {"type": "str", "no_log": True},
            "key_algorithm": {"type": "str", "choices": list(ALGORITHMS), "default": "hmac-sha256", "no_log": False},
            "allow_md5": {"type": "bool", "default": False},
            **gate_spec(timeout=120.0, interval=1.0),
        },
        connection=False,
        supports_check_mode=True,
        required_together=[("key_name", "key_secret")],
        required_one_of=[("values", "max_ttl")],
    )
    if IMPORT_ERROR:
        module.module.fail_json(msg=missing_required_lib("dnspython"), exception=IMPORT_ERROR)
    params = module.params
    if not params["query_timeout"] > 0:
        module.fail(f"query_timeout must be greater than 0 seconds, got {params['query_timeout']}")
    if not params["servers"]:
        module.fail("servers is empty: nobody was asked, so nothing is proved")
    try:
        name = parse_name(params["name"], params["type"])
        wanted = None if params["values"] is None else parse_values(params["type"], params["values"])
        servers = [Server.parse(text, params["port"]) for text in params["servers"]]
        key = None
        if params["key_name"]:
            key = Key.build(params["key_name"], params["key_secret"], params["key_algorithm"], params["allow_md5"])
    except DnsError as error:
        module.fail(error)
    transport = Transport(params["query_timeout"], params["protocol"], key)

    def judge(seen: list[Seen]) -> Agreement:
        return Agreement(seen, differences(seen, wanted, max_ttl=params["max_ttl"]))

    def report(waited: Waited[list[Seen], Agreement]) -> None:
        if params["wait"] and not waited.ok and waited.last:
            module.progress(f"{name.to_text()} {params['type']}: waiting for {'; '.join(waited.last.missing)}")

    waited = wait_until(
        lambda: observe_all(transport, servers, name, params["type"], signed=servers if key else ()),
        judge,
        timeout=params["timeout"] if params["wait"] else 0,
        interval=params["interval"],
        on_sample=report,
    )
    seen, missing = (waited.last.seen, waited.last.missing) if waited.last else ([], [])
    result = {
        "agreed": waited.ok,
        "dns_servers": [one.as_dict() for one in seen],
        "ttls": {one.server: one.ttl for one in seen},
        "disagreeing": missing,
        "unanswered": [one.server for one in seen if one.error is not None],
        "elapsed": round(waited.elapsed, 3),
    }
    if params["wait"] and not waited.ok:
        answer = "any such record" if wanted is None else ", ".join(params["values"]) or "no such record"
        limit = f" with a TTL of at most {params['max_ttl']} s" if params["max_ttl"] is not None else ""
        module.fail(
            f"{name.to_text()} {params['type']}: {waited.why()} not every server answers {answer}{limit}: "
            f"{'; '.join(missing)}",
            **result,
        )
    module.exit(changed=False, **result)


if __name__ == "__main__":
    main()
