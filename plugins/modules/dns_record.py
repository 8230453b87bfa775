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
  - Every update carries prerequisites built from what was read before. If anybody changes the set between the read and
    the write, the server refuses the update and nothing is overwritten.
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

from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.answers import (
    Seen,
    authoritative_servers,
    differences,
    observe_all,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.change import Wish
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.errors import DnsError
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.library import IMPORT_ERROR
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.records import (
    RecordSet,
    check_ttl,
    parse_name,
    parse_values,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import ALGORITHMS, Key, Server, Transport
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.update import Outcome, apply
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until


@dataclass(frozen=True)
class Agreement:
    """One round of asking: I(missing) says which server does not agree and why."""

    seen: list[Seen]
    missing: list[str]

    @property
    def ok(self) -> bool:
        return not self.missing


def wish_from(params: dict[str, Any]) -> Wish:
    """The arguments, checked; raises InputError."""
    kind = params["type"]

    def parsed(option: str) -> frozenset | None:
        return None if params[option] is None else parse_values(kind, params[option])

    return Wish(
        name=parse_name(params["name"], kind),
        type=kind,
        state=params["state"],
        mode=params["mode"],
        values=parsed("values"),
        ttl=None if params["ttl"] is None else check_ttl(params["ttl"]),
        expected=parsed("expected"),
        on_conflict=params["on_conflict"],
    )


def transport_from(params: dict[str, Any]) -> Transport:
    """How to talk to the servers; raises InputError."""
    key = None
    if params["key_name"]:
        key = Key.build(params["key_name"], params["key_secret"], params["key_algorithm"], params["allow_md5"])
    return Transport(params["query_timeout"], params["protocol"], key)


def ttl_ignored(seen: list[Seen], outcome: Outcome) -> bool:
    """Does the very server that acknowledged a change of the TTL alone still answer the old one?"""
    before, after = outcome.decision.before, outcome.decision.after
    if before is None or after is None or before.rdatas != after.rdatas:
        return False
    # There was no value to add, and that is what Knot DNS takes the TTL from.
    first = seen[0]
    return first.error is None and first.rdatas == after.rdatas and first.ttl == before.ttl


def by_hand(outcome: Outcome, wish: Wish) -> str:
    """What somebody else has to change, and where."""

    def told(one: RecordSet | None) -> str:
        return f"{', '.join(one.content)} with TTL {one.ttl}" if one else "no such record"

    decision, wildcard = outcome.decision, outcome.held.wildcard
    own = f" of its own (the wildcard {wildcard} answers)" if wildcard else ""
    return (
        f"{wish.name.to_text()} {wish.type} in zone {outcome.zone.name.to_text()} has to be changed, and not from here "
        f"(update is false): {outcome.server} answers {told(decision.before)}{own}, wanted is {told(decision.after)}. "
        "Change it by hand or with the provider's own module. If that is done already, the server has not got it yet."
    )


def verify(
    module: RocketmqModule, transport: Transport, outcome: Outcome, wish: Wish, listed: list[Server] | None
) -> Waited[list[Seen], Agreement]:
    """Ask every authoritative server until all hold the record set; I(listed): those to ask besides, None to find out.

    Raises DnsError when the zone's servers cannot be found out.
    """
    if listed is None:
        servers = authoritative_servers(transport, outcome.server, outcome.zone)
    else:
        servers = [outcome.server, *(server for server in listed if server != outcome.server)]
    after = outcome.decision.after

    def judge(seen: list[Seen]) -> Agreement:
        wanted, ttl = (after.rdatas, after.ttl) if after else (frozenset(), None)
        return Agreement(seen, differences(seen, wanted, ttl=ttl, authoritative=True))

    def report(waited: Waited[list[Seen], Agreement]) -> None:
        if not waited.ok and waited.last:
            module.progress(f"{wish.name.to_text()} {wish.type}: waiting for {'; '.join(waited.last.missing)}")

    return wait_until(
        # Only the server that takes updates is known to have the key; another would answer BADKEY.
        # Where no set is wanted, a wildcard's answer is none.
        lambda: observe_all(
            transport, servers, wish.name, wish.type, recurse=False, signed=[outcome.server], own=after is None
        ),
        judge,
        timeout=module.params["verify_timeout"],
        interval=module.params["verify_interval"],
        on_sample=report,
    )


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
            "values": {"type": "list", "elements": "str"},
            "ttl": {"type": "int"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "mode": {"type": "str", "choices": ["exclusive", "add"], "default": "exclusive"},
            "expected": {"type": "list", "elements": "str"},
            "on_conflict": {"type": "str", "choices": ["replace", "keep", "fail"], "default": "replace"},
            "update": {"type": "bool", "default": True},
            "servers": {"type": "list", "elements": "str", "required": True},
            "port": {"type": "int", "default": 53},
            "zone": {"type": "str"},
            "protocol": {"type": "str", "choices": ["udp", "tcp"], "default": "udp"},
            "query_timeout": {"type": "float", "default": 3.0},
            "key_name": {"type": "str", "no_log": False},
            "key_secret": {"type": "str", "no_log": True},
            "key_algorithm": {"type": "str", "choices": list(ALGORITHMS), "default": "hmac-sha256", "no_log": False},
            "allow_md5": {"type": "bool", "default": False},
            "verify_servers": {"type": "list", "elements": "str"},
            "verify_timeout": {"type": "float", "default": 60.0},
            "verify_interval": {"type": "float", "default": 1.0},
        },
        connection=False,
        supports_check_mode=True,
        required_together=[("key_name", "key_secret")],
    )
    if IMPORT_ERROR:
        module.module.fail_json(msg=missing_required_lib("dnspython"), exception=IMPORT_ERROR)
    params, requests = module.params, []
    for option, least in (("query_timeout", 0.001), ("verify_interval", 0.001), ("verify_timeout", 0)):
        if not params[option] >= least:
            module.fail(f"{option} must be greater than 0 seconds, got {params[option]}")
    if params["state"] == "present" and params["values"] is None and params["ttl"] is None:
        module.fail("state is present, but neither values nor ttl is given: there is nothing to manage")
    if not params["servers"]:
        module.fail("servers is empty: give at least one server that accepts updates for the zone")
    try:
        wish = wish_from(params)
        transport = transport_from(params)
        zone = parse_name(params["zone"]) if params["zone"] else None
        listed = None
        if params["verify_servers"] is not None:
            # Before anything is written: a server that cannot be asked must not be found out afterwards.
            listed = [Server.parse(text, params["port"]) for text in params["verify_servers"]]
        outcome = apply(
            transport,
            [Server.named(text, params["port"]) for text in params["servers"]],
            wish,
            zone=zone,
            check_mode=module.check_mode or not params["update"],
            requests=requests,
        )
    except DnsError as error:
        module.fail(error, changed=_written(requests), requests=requests)
    decision = outcome.decision
    missed = decision.changed and not params["update"]
    before = decision.before.as_dict() if decision.before else None
    after = decision.after.as_dict() if decision.after else None
    result: dict[str, Any] = {
        "record": after,
        "previous": before,
        "conflict": decision.kept,
        "zone": outcome.zone.name.to_text(),
        "server": str(outcome.server),
        "tried": outcome.errors,
        "requests": requests,
        "verified": [],
    }
    # Both sides are given even when only one exists, so that --diff also shows a creation and a deletion.
    sides = {"before": before or {}, "after": after or {}}
    state = f"{wish.name.to_text()} {wish.type} is {'written' if decision.changed else 'right'} at {outcome.server}"
    if decision.kept:
        module.module.warn(f"{wish.name.to_text()} {wish.type} was left as it is, because on_conflict is keep.")
    if missed and not module.check_mode:
        text = f"{by_hand(outcome, wish)} No update was sent; run this again afterwards."
        module.fail(text, **{**result, "record": before})
    if missed:
        module.module.warn(by_hand(outcome, wish))
    if module.check_mode:
        module.exit(changed=decision.changed, **sides, **result)
    written = {"changed": decision.changed, **sides}
    try:
        waited = verify(module, transport, outcome, wish, listed)
    except DnsError as error:
        module.fail(
            f"{state}, but could not be verified: {error} When that is mended, run this again; nothing will be written "
            "twice.",
            **result,
            **written,
        )
    seen, missing = (waited.last.seen, waited.last.missing) if waited.last else ([], [])
    result["verified"] = [one.as_dict() for one in seen]
    if not waited.ok:
        if decision.changed and seen and ttl_ignored(seen, outcome):
            module.fail(
                f"{outcome.server} accepted the update of {wish.name.to_text()} {wish.type} and kept the old TTL of "
                f"{decision.before.ttl}: it applies a TTL only together with a new value, as Knot DNS does. Nothing "
                "was changed. Change the TTL in the server's own way (zone file, knotc zone-set), then run this again.",
                **{**result, "changed": False, "disagreeing": missing},
            )
        module.fail(
            f"{state}, but {waited.why()} not every authoritative server agrees: {'; '.join(missing)}. Look at their "
            "transfers from the primary, then run this again; nothing will be written twice.",
            **result,
            **written,
            disagreeing=missing,
        )
    module.exit(changed=decision.changed, **sides, **result)


def _written(requests: list[dict[str, Any]]) -> bool:
    """Did the server acknowledge an update before something else failed?"""
    return any("NOERROR" in entry["result"] or "applied" in entry["result"] for entry in requests)


if __name__ == "__main__":
    main()
