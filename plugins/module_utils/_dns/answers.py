# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server answers for one record set, and whether that is what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from .errors import DnsError, InputError, NotServed, Rejected
from .library import dns
from .records import RecordSet, content, meaning
from .transport import Server, Transport


@dataclass(frozen=True)
class Seen:
    """One server's answer. I(error) is text when there was none; then nothing else says anything.

    I(ttl): seconds as answered, thus the remaining ones at a resolver; None when the set is empty. I(wildcard): the
    answer is a wildcard's, the name itself has no such set; only found out when that is asked for.
    """

    server: str
    rdatas: frozenset[Any] = frozenset()
    ttl: int | None = None
    rcode: str | None = None
    authoritative: bool = False
    error: str | None = None
    wildcard: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "server": self.server,
            "answered": self.error is None,
            "content": content(self.rdatas),
            "ttl": self.ttl,
            "rcode": self.rcode,
            "authoritative": self.authoritative,
            "error": self.error,
        }

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.server} gave no answer ({self.error})"
        found = ", ".join(content(self.rdatas)) or f"no such record ({self.rcode})"
        return f"{self.server} answers {found}" + (f" with TTL {self.ttl}" if self.ttl is not None else "")


@dataclass(frozen=True)
class Zone:
    """I(name) of the zone, its I(serial), and the host I(nameservers) of its NS set, as one server has them."""

    name: Any
    serial: int
    nameservers: tuple[str, ...] = ()


def find_zone(transport: Transport, server: Server, name: Any, zone: Any | None = None) -> Zone:
    """The zone that holds I(name) at I(server); with I(zone) given that one, checked.

    Asked with the key where there is one, so that in split views the zone is the one the update will meet.
    """
    if zone is not None and not name.is_subdomain(zone):
        raise InputError(f"{name.to_text()} lies outside the zone {zone.to_text()}: correct the name or the zone.")
    asked = name if zone is None else zone
    while True:
        attempt = f"Search for the zone of {name.to_text()}" if zone is None else f"Check of zone {zone.to_text()}"
        try:
            answer = transport.query(server, asked, "SOA", signed=True)
        except Rejected as error:
            raise NotServed(attempt, error.server, error.answer, error.remedy) from error
        for rrset in [*answer.answer, *answer.authority]:
            if rrset.rdtype == dns.rdatatype.SOA and answer.flags & dns.flags.AA and name.is_subdomain(rrset.name):
                if zone is not None and rrset.name != zone:
                    raise NotServed(
                        attempt,
                        str(server),
                        f"the name lies in its zone {rrset.name.to_text()}",
                        "Leave 'zone' out, or correct it.",
                    )
                return Zone(rrset.name, rrset[0].serial)
        if zone is not None or asked == dns.name.root or not answer.flags & dns.flags.AA:
            raise NotServed(
                attempt,
                str(server),
                "it has no authoritative answer",
                "Name an authoritative server, and the zone as that server has it.",
            )
        # A CNAME at the name hides the zone's SOA; the parent shows it.
        asked = asked.parent()


@dataclass(frozen=True)
class Held:
    """I(own): the set that a name has itself. I(wildcard): the one that answers in its place when it has none.

    The wildcard's may be a CNAME. None: there is no such set.
    """

    own: RecordSet | None = None
    wildcard: RecordSet | None = None

    def hint(self) -> str:
        """What to add to a message about a set that is not there; empty without a wildcard."""
        return f" The wildcard {self.wildcard} answers for the name." if self.wildcard else ""


def read(transport: Transport, server: Server, name: Any, record_type: str, zone: Any) -> Held:
    """The set as the authoritative I(server) holds it in I(zone). Raises InputError when the name itself is a CNAME."""
    found = _answered(transport, server, name, record_type)
    if found is None:
        return Held()
    wildcard = _wildcard(transport, server, found, zone)
    if wildcard is not None:
        return Held(wildcard=wildcard)
    if dns.rdatatype.to_text(found.rdtype) != record_type:
        raise InputError(
            f"{name.to_text()} is a CNAME to {found[0].to_text()} at {server}: no other record can stand there. "
            "Manage the CNAME, or the name it points to."
        )
    return Held(RecordSet(name, record_type, found.ttl, frozenset(found)))


def _answered(transport: Transport, server: Server, name: Any, record_type: str) -> Any | None:
    """The set, or the CNAME, that I(server) answers for the name; where it comes from is another question."""
    answer = transport.query(server, name, record_type, signed=True)
    for rrset in answer.answer:
        if rrset.name == name and rrset.rdtype in (dns.rdatatype.from_text(record_type), dns.rdatatype.CNAME):
            return rrset
    if not answer.flags & dns.flags.AA:
        raise NotServed(
            f"Query for {name.to_text()} {record_type}",
            str(server),
            "the answer is not authoritative",
            "Name an authoritative server; the name may also be delegated to another one.",
        )
    return None


def _wildcard(transport: Transport, server: Server, found: Any, zone: Any) -> RecordSet | None:
    """The wildcard's set that I(server) made the answer I(found) from; None when the name has it itself."""
    name = found.name
    if name == zone or not _synthesized(transport, server, found):
        return None
    record_type, star = dns.rdatatype.to_text(found.rdtype), dns.name.Name((b"*",))
    while name != zone:
        name = name.parent()
        wildcard = _answered(transport, server, star + name, record_type)
        # The name of a wildcard may itself be answered from one further up.
        if wildcard is not None and not _synthesized(transport, server, wildcard):
            return RecordSet(star + name, record_type, wildcard.ttl, frozenset(wildcard))
    # Only where the zone changes meanwhile, or the server does not keep RFC 4592.
    return RecordSet(star + zone, record_type, found.ttl, frozenset(found))


def _synthesized(transport: Transport, server: Server, found: Any) -> bool:
    """Whether a name below, which the zone does not have, gets the same answer.

    A wildcard answers for names that do not exist, when it is right below their closest ancestor that does (RFC 4592
    3.3.1). If I(found)'s name does not exist, the name asked for has the same ancestor, and so the same wildcard. If it
    exists, no wildcard above it reaches below it; and one right below it, C(*.name), not below itself, which is why
    that is where the name asked for lies. A record at exactly that name misleads, and so does a server that does not
    follow RFC 4592.
    """
    probe = _below(found.name)
    try:
        other = probe and _answered(transport, server, probe, dns.rdatatype.to_text(found.rdtype))
    except (Rejected, NotServed):
        return False  # as far as this server tells; the prerequisites of an update guard that
    return bool(other and other.to_rdataset() == found.to_rdataset())


def _below(name: Any) -> Any | None:
    """The name to ask for below I(name); None when that has no room for it."""
    try:
        return dns.name.Name((b"mqops-probe", b"*")) + name
    except dns.name.NameTooLong:
        return None


def authoritative_servers(transport: Transport, server: Server, zone: Zone) -> list[Server]:
    """I(server) and every name server of the zone, by address; one whose address is unknown stays in, without any."""
    answer = transport.query(server, zone.name, "NS", signed=True)
    sets = [rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.NS]
    hosts = sorted(rdata.target.to_text() for rrset in sets for rdata in rrset)
    found = [server]
    for host in hosts:
        addresses = _addresses(transport, server, host, answer)
        if not any(set(addresses) & set(known.addresses) for known in found) or not addresses:
            found.append(Server(addresses, server.port, host))
    return found


def _addresses(transport: Transport, server: Server, host: str, answer: Any) -> tuple[str, ...]:
    """From the additional section, else asked for at the same server, else from this host's own resolver."""
    name = dns.name.from_text(host)
    kinds = ("A", "AAAA")
    found = [
        rdata.address
        for rrset in answer.additional
        if rrset.name == name and dns.rdatatype.to_text(rrset.rdtype) in kinds
        for rdata in rrset
    ]
    for kind in kinds if not found else ():
        try:
            reply = transport.query(server, name, kind, signed=True)
        except DnsError:
            continue
        sets = [rrset for rrset in reply.answer if dns.rdatatype.to_text(rrset.rdtype) == kind]
        found += [rdata.address for rrset in sets for rdata in rrset]
    if not found:
        try:
            found = list(Server.parse(host.rstrip("."), server.port).addresses)
        except DnsError:
            pass
    return tuple(found)


def observe(
    transport: Transport,
    server: Server,
    name: Any,
    record_type: str,
    *,
    recurse: bool = True,
    signed: bool = False,
    own: bool = False,
) -> Seen:
    """Never raises: what is not answered is an error in the result. A chain of CNAMEs is followed within the answer.

    I(own): also find out whether the answer is a wildcard's.
    """
    try:
        answer = transport.query(server, name, record_type, recurse=recurse, signed=signed)
        chain = answer.resolve_chaining()
    except DnsError as error:
        return Seen(str(server), error=str(error))
    except dns.exception.DNSException as error:
        return Seen(str(server), error=f"unusable answer: {error}")
    rcode = dns.rcode.to_text(answer.rcode())
    authoritative = bool(answer.flags & dns.flags.AA)
    if chain.answer is None:
        # Servers that do not serve the zone send a referral or nothing: this is no proof of absence.
        if not authoritative and not answer.flags & dns.flags.RA:
            return Seen(str(server), rcode=rcode, error="neither authoritative for the name nor a resolver")
        return Seen(str(server), rcode=rcode, authoritative=authoritative)
    seen = Seen(str(server), frozenset(chain.answer), chain.minimum_ttl, rcode, authoritative)
    probe = _below(name) if own else None
    if probe is not None:
        below = observe(transport, server, probe, record_type, recurse=recurse, signed=signed)
        seen = replace(seen, wildcard=below.rdatas == seen.rdatas)
    return seen


def observe_all(
    transport: Transport,
    servers: Sequence[Server],
    name: Any,
    record_type: str,
    *,
    recurse: bool = True,
    signed: Iterable[Server] = (),
    own: bool = False,
) -> list[Seen]:
    """Asks all servers at once, so that a silent one delays no other; the answers are in the order of the servers."""
    signers = set(signed)

    def one(server: Server) -> Seen:
        return observe(transport, server, name, record_type, recurse=recurse, signed=server in signers, own=own)

    with ThreadPoolExecutor(max_workers=min(16, len(servers) or 1)) as pool:
        return list(pool.map(one, servers))


def differences(
    seen: Iterable[Seen],
    wanted: frozenset[Any] | None,
    *,
    ttl: int | None = None,
    max_ttl: int | None = None,
    authoritative: bool = False,
) -> list[str]:
    """Why which server does not agree; empty when all do. I(ttl): exactly; I(max_ttl): at most, both in seconds.

    I(wanted) None: any values will do, but not none. What is known to be a wildcard's answer counts as none.
    """
    found = []
    values = None if wanted is None else set(map(meaning, wanted))
    for one in seen:
        have = set() if one.wildcard else set(map(meaning, one.rdatas))
        if one.error is not None or (have != values if values is not None else not have):
            found.append(str(one))
        elif authoritative and not one.authoritative:
            found.append(f"{one}, but not as an authority of the zone")
        elif ttl is not None and one.ttl is not None and one.ttl != ttl:
            found.append(f"{one}, wanted is TTL {ttl}")
        elif max_ttl is not None and one.ttl is not None and one.ttl > max_ttl:
            found.append(f"{one}, more than {max_ttl}")
    return found
