# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small authoritative DNS server on loopback addresses, whose every fault can be ordered."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.tsig

ZONE = dns.name.from_text("mq.test.")
KEY = dns.tsig.Key("mqops-lab.", b"0123456789abcdef", "hmac-sha256")
SECRET = "MDEyMzQ1Njc4OWFiY2RlZg=="


def _sockets(address: str) -> tuple[socket.socket, socket.socket, int]:
    """UDP and TCP at one port, which another process may hold for one of the two."""
    for _attempt in range(20):
        tcp = socket.create_server((address, 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp, tcp.getsockname()[1]
    raise OSError(f"no port of {address} is free for UDP and TCP")


class DnsServer:
    """Zone mq.test; I(faults) maps "UDP QUERY", "TCP UPDATE" … to what happens instead of an answer.

    A fault is "silent", "silent-after" (done, not answered), "truncate", "garbage", an rcode's name, "unsigned", or a
    function of the message that returns None for "go on as usual".
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.sets: dict[tuple[str, str], dns.rrset.RRset] = {}
        self.put("mq.test.", 60, "SOA", "ns.mq.test. root.mq.test. 1 600 60 86400 5")
        self.put("mq.test.", 60, "NS", "ns.mq.test.")
        self.put("ns.mq.test.", 60, "A", address)
        self.put("mro-ns.mq.test.", 60, "A", "198.18.10.20")
        self.faults: dict[str, Any] = {}
        self.asked: list[str] = []
        self.before_update: Callable[[], None] | None = None
        self.authoritative = True
        self.udp, self.tcp, self.port = _sockets(address)
        self.stopping, self.stopped = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __str__(self) -> str:
        return f"{self.address}#{self.port}"

    def put(self, name: str, ttl: int, kind: str, *values: str) -> None:
        self.sets[name, kind] = dns.rrset.from_text(name, ttl, "IN", kind, *values)

    def have(self, name: str, kind: str = "A") -> tuple[int, list[str]] | None:
        found = self.sets.get((name, kind))
        return (found.ttl, sorted(rdata.to_text() for rdata in found)) if found else None

    def close(self) -> None:
        self.stopping.close()
        self.thread.join(5)
        for one in (self.udp, self.tcp, self.stopped):
            one.close()

    def _serve(self) -> None:
        while True:
            ready, _unused, _unused = select.select([self.udp, self.tcp, self.stopped], [], [])
            if self.stopped in ready:
                return
            if self.udp in ready:
                wire, peer = self.udp.recvfrom(65535)
                answer = self._answer(wire, "UDP")
                if answer is not None:
                    self.udp.sendto(answer, peer)
            if self.tcp in ready:
                connection, _unused = self.tcp.accept()
                with connection:
                    length = struct.unpack("!H", connection.recv(2))[0]
                    answer = self._answer(connection.recv(length), "TCP")
                    if answer is not None:
                        connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, wire: bytes, protocol: str) -> bytes | None:
        try:
            message = dns.message.from_wire(wire, keyring={KEY.name: KEY})
        except (dns.message.UnknownTSIGKey, dns.tsig.BadSignature, dns.tsig.BadTime) as error:
            query = dns.message.from_wire(wire, keyring=False)
            answer = dns.message.make_response(dns.message.make_query("mq.test.", "SOA", id=query.id))
            answer.question, answer.flags = query.question, query.flags | dns.flags.QR
            answer.set_rcode(dns.rcode.NOTAUTH)
            codes = {dns.message.UnknownTSIGKey: 17, dns.tsig.BadSignature: 16, dns.tsig.BadTime: 18}
            if query.question:  # what BIND does: the error in an unsigned TSIG record
                peer = dns.tsig.Key("mqops-lab.", b"other", "hmac-sha256")
                answer.use_tsig(peer, tsig_error=codes[type(error)])
            return answer.to_wire()
        what = f"{protocol} {'UPDATE' if message.opcode() == 5 else 'QUERY'}"
        self.asked.append(what)
        fault = self.faults.get(what)
        if callable(fault):
            fault = fault(message)
        if fault == "silent":
            return None
        if fault == "garbage":
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        answer = dns.message.make_response(message)
        answer.flags |= dns.flags.AA if self.authoritative else 0
        if fault == "truncate":
            answer.flags |= dns.flags.TC
        elif fault and fault not in ("silent-after", "unsigned"):
            answer.set_rcode(dns.rcode.from_text(fault))
        elif what.endswith("UPDATE"):
            if self.before_update:
                self.before_update()
            answer.set_rcode(self._update(message))
        else:
            self._query(message, answer)
        if fault == "silent-after":
            return None
        if fault == "unsigned":
            answer.tsig, answer.keyring = None, None
        return answer.to_wire(max_size=65535)

    def _query(self, message: Any, answer: Any) -> None:
        question = message.question[0]
        name, kind = question.name, dns.rdatatype.to_text(question.rdtype)
        if not name.is_subdomain(ZONE):
            answer.flags &= ~dns.flags.AA
            answer.set_rcode(dns.rcode.REFUSED)
            return
        alias = self._answered(name, "CNAME")
        if alias and kind != "CNAME":
            answer.answer.append(alias)
            name = alias[0].target
        found = self._answered(name, kind)
        if found:
            answer.answer.append(found)
            return
        if not alias:
            answer.authority.append(self.sets["mq.test.", "SOA"])
        if not self._exists(self._source(name)):
            answer.set_rcode(dns.rcode.NXDOMAIN)

    def _exists(self, name: Any) -> bool:
        """Something is there or below."""
        return any(dns.name.from_text(owner).is_subdomain(name) for owner, _unused in self.sets)

    def _source(self, name: Any) -> Any:
        """The name itself if it exists, else the wildcard right below the closest name that does (RFC 4592)."""
        if self._exists(name) or not name.is_subdomain(ZONE):
            return name
        encloser = name.parent()
        while not self._exists(encloser):
            encloser = encloser.parent()
        return dns.name.Name((b"*",)) + encloser

    def _answered(self, name: Any, kind: str) -> Any:
        found = self.sets.get((self._source(name).to_text(), kind))
        return found and dns.rrset.from_rdata_list(name, found.ttl, list(found))

    def _update(self, message: Any) -> int:
        """RFC 2136 3.2 and 3.4 for what the client sends."""
        if not message.had_tsig:
            return dns.rcode.REFUSED
        exact: dict[tuple[str, str], set[Any]] = {}
        for guard in message.prerequisite:
            name, kind = guard.name.to_text(), dns.rdatatype.to_text(guard.rdtype)
            found = self.sets.get((name, kind))
            if guard.deleting == dns.rdataclass.NONE:
                if kind == "ANY" and any(owner == name for owner, _unused in self.sets):
                    return dns.rcode.YXDOMAIN
                if found:
                    return dns.rcode.YXRRSET
            elif guard.ttl:
                return dns.rcode.FORMERR
            else:
                exact.setdefault((name, kind), set()).update(guard)
        for where, wanted in exact.items():
            if set(self.sets.get(where) or ()) != wanted:
                return dns.rcode.NXRRSET
        for change in message.update:
            name, kind = change.name.to_text(), dns.rdatatype.to_text(change.rdtype)
            if change.deleting == dns.rdataclass.ANY:
                self.sets.pop((name, kind), None)
            else:
                held = self.sets.setdefault((name, kind), dns.rrset.RRset(change.name, change.rdclass, change.rdtype))
                held.update(change)
                held.ttl = change.ttl
        return dns.rcode.NOERROR
