# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guarded write: read, decide, and send one UPDATE that fails when anything changed since the read (RFC 2136)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .answers import Held, Zone, find_zone, read
from .change import Decision, Wish, decide
from .errors import Conflict, DnsError, InputError, NoServer, NotServed, Rejected, ServerError, Silent
from .library import dns
from .records import TYPES, RecordSet
from .transport import REMEDIES, Server, Transport, packed

# Prerequisites that were not met, RFC 2136 2.2.
_CHANGED = ("NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN")


@dataclass
class Outcome:
    """I(server) and I(zone): where it was done. I(errors): of the servers tried before, without success. I(requests):
    updates sent.

    I(held): what was read before the decision.
    """

    decision: Decision
    server: Server
    zone: Zone
    held: Held
    errors: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


def apply(
    transport: Transport,
    servers: Sequence[Server],
    wish: Wish,
    *,
    zone: Any | None = None,
    check_mode: bool = False,
    requests: list[dict[str, Any]] | None = None,
) -> Outcome:
    """Bring the set to what is wished, at the first of I(servers) that can do it.

    Every server is looked up, read and written by itself, when those before it could not be used: what was read at one
    is never the base of a write at another.
    Raises Conflict and InputError at once, ServerError of the only server, NoServer when several were tried without
    success. I(requests) receives each UPDATE, also when an error is raised.
    """
    log = [] if requests is None else requests
    errors: list[ServerError] = []
    sent: Decision | None = None
    for listed in servers:
        try:
            server = listed.resolved()
            place = find_zone(transport, server, wish.name, zone)
            held = read(transport, server, wish.name, wish.type, place.name)
            try:
                decision = decide(wish, held.own)
            except Conflict as error:
                raise Conflict(f"{error}{held.hint()}") from error
            if sent and not decision.changed and decision.after == sent.after:
                decision = sent  # an earlier server took it and its answer was lost
                return Outcome(decision, server, place, held, [str(error) for error in errors], log)
            creates_cname = wish.type == "CNAME" and decision.before is None and decision.after is not None
            if creates_cname:
                _name_is_free(transport, server, wish.name, place)
            if decision.changed:
                packed(_signed(transport, place, decision)[0], _attempt(place, decision))  # raises when it is too large
            if decision.changed and not check_mode:
                sent = decision
                _write(transport, server, place, decision, log)
        except ServerError as error:
            errors.append(error)
            continue
        return Outcome(decision, server, place, held, [str(error) for error in errors], log)
    raise errors[0] if len(errors) == 1 else NoServer(list(errors))


def _name_is_free(transport: Transport, server: Server, name: Any, zone: Zone) -> None:
    """A CNAME stands alone. The server would drop it silently beside other records; check mode must see that too."""
    if name == zone.name:
        raise InputError(
            f"{name.to_text()} is the top of its zone at {server}, where the SOA and NS records are: a CNAME cannot "
            "stand beside. Give the name the addresses themselves, or use another name."
        )
    for other in TYPES:
        if other != "CNAME" and read(transport, server, name, other, zone.name).own is not None:
            raise InputError(
                f"{name.to_text()} has {other} records at {server}: a CNAME cannot stand beside. Remove them first."
            )


def _one(decision: Decision) -> RecordSet:
    """The record set as it becomes or, where it goes, as it was; both have the same name and type."""
    one = decision.after or decision.before
    if one is None:
        raise AssertionError("a record set that is on neither side has no update")
    return one


def build(zone: Any, decision: Decision) -> tuple[Any, list[str], list[str]]:
    """The UPDATE with its prerequisites: the message, and both parts as text for the audit."""
    before, after, one = decision.before, decision.after, _one(decision)
    message = dns.update.UpdateMessage(zone)
    guards = []
    if before:
        # The TTL cannot be a prerequisite (RFC 2136 2.4.2); the values can, all of them.
        message.present(before.name, *before.rdatas)
        guards.append(f"{before.name.to_text()} {before.type} is exactly {', '.join(before.content)}")
    elif one.type == "CNAME":
        message.absent(one.name)
        guards.append(f"{one.name.to_text()} is not in use")
    else:
        message.absent(one.name, one.type)
        message.absent(one.name, "CNAME")
        guards.append(f"{one.name.to_text()} has no {one.type} and no CNAME")
    if after:
        message.replace(after.name, after.rdataset())
        changes = [f"{after.name.to_text()} {after.ttl} {after.type} is set to {', '.join(after.content)}"]
    else:
        message.delete(one.name, one.type)
        changes = [f"{one.name.to_text()} {one.type} is deleted"]
    return message, guards, changes


def _signed(transport: Transport, zone: Zone, decision: Decision) -> tuple[Any, list[str], list[str]]:
    """As build, with the signature."""
    message, guards, changes = build(zone.name, decision)
    if transport.key:
        transport.key.sign(message)
    return message, guards, changes


def _attempt(zone: Zone, decision: Decision) -> str:
    one = _one(decision)
    return f"UPDATE of {one.name.to_text()} {one.type} in zone {zone.name.to_text()}"


def _write(transport: Transport, server: Server, zone: Zone, decision: Decision, log: list[dict[str, Any]]) -> None:
    one = _one(decision)
    attempt = _attempt(zone, decision)
    unanswered: Silent | None = None
    for protocol in transport.protocols():
        for address in server.addresses:
            place = Server((address,), server.port, server.name)
            message, guards, changes = _signed(transport, zone, decision)
            entry = {
                "request": "UPDATE",
                "address": str(place),
                "zone": zone.name.to_text(),
                "protocol": protocol,
                "prerequisites": guards,
                "changes": changes,
                "result": "",
            }
            try:
                answer = transport.exchange(place, message, attempt, protocol)
            except Silent as error:
                # It may have been applied and only the answer lost; the prerequisites keep a second one harmless.
                log.append({**entry, "result": error.answer})
                unanswered = error
                continue
            except DnsError as error:
                log.append({**entry, "result": getattr(error, "answer", str(error))})
                raise
            if answer is None:
                break  # does not fit into UDP
            rcode = dns.rcode.to_text(answer.rcode())
            log.append({**entry, "result": rcode})
            if rcode == "NOERROR":
                return
            if rcode not in _CHANGED:
                raise Rejected(attempt, str(place), rcode, REMEDIES.get(rcode, ""))
            try:
                now = read(transport, server, one.name, one.type, zone.name)
                seen = _text(now.own)
            except DnsError as error:
                now, seen = Held(decision.before), str(error)
            if unanswered and now.own == decision.after:
                log[-1]["result"] += ", applied before"  # by our own first attempt
                return
            if decision.before is None and now.wildcard:
                raise Conflict(
                    f"{attempt} at {place}: answered {rcode}: the name was taken for one without such a set, because "
                    f"it answers as the wildcard {now.wildcard} does, but it has one itself. Nothing was changed by "
                    "this run; look into the zone, and remove what the name has itself or make it differ from the "
                    "wildcard's, then run again."
                )
            if rcode == "YXDOMAIN" and seen == _text(None):
                raise Conflict(
                    f"{attempt} at {place}: answered {rcode}: the name holds records of another type, and a CNAME "
                    "cannot stand beside. Nothing was changed by this run; look into the zone for what the name holds, "
                    "remove that or use another name, then run again."
                )
            raise Conflict(
                f"{attempt} at {place}: answered {rcode}: the set changed between reading and writing. Read: "
                f"{_text(decision.before)}; now: {seen}. Nothing was changed by this run; find out who else "
                "changes it, then run again."
            )
    try:
        now = read(transport, server, one.name, one.type, zone.name)
    except (ServerError, InputError):
        now = Held(None if decision.after else decision.before)
    if now.own == decision.after:
        log[-1]["result"] += ", but applied"
        return
    raise unanswered or NotServed(attempt, str(server), "it has no address", "Give its IP address.")


def _text(records: RecordSet | None) -> str:
    return f"{', '.join(records.content)} (TTL {records.ttl})" if records else "no such set"
