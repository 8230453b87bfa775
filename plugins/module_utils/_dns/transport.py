# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One question, one server, one answer, within a deadline, signed when there is a key."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from .errors import DnsError, InputError, KeyRejected, Malformed, Rejected, Silent, Unresolved
from .library import dns
from .records import parse_name

# More than this does not travel unfragmented everywhere; such a request goes by TCP at once.
UDP_PAYLOAD = 1232

ALGORITHMS = ("hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1", "hmac-md5")

# What an operator can do about an rcode that is not success.
REMEDIES = {
    "REFUSED": "Let the server's update policy (BIND: allow-update, update-policy) admit this key for this name, "
    "or name the zone's primary.",
    "NOTAUTH": "Name a server that is authoritative for the zone, and the zone as that server (and view) has it.",
    "NOTZONE": "The record lies outside the zone: correct the zone or the name.",
    "SERVFAIL": "Read the server's log: the zone may be broken, frozen, or its journal not writable.",
    "FORMERR": "The server did not understand the request: it may not support updates or this record type.",
    "NOTIMP": "The server does not implement this: name the zone's primary, or one with dynamic updates.",
}


@dataclass(frozen=True)
class Key:
    """A TSIG key: absolute I(name), I(algorithm) out of ALGORITHMS, raw I(secret)."""

    name: Any
    algorithm: str
    secret: bytes

    @staticmethod
    def build(name: str, secret: str, algorithm: str = "hmac-sha256", allow_md5: bool = False) -> Key:
        """From text; I(secret) in base64, as key files have it."""
        if algorithm not in ALGORITHMS:
            raise InputError(f"Unknown key algorithm {algorithm!r}; known are {', '.join(ALGORITHMS)}.")
        if algorithm == "hmac-md5" and not allow_md5:
            raise InputError(
                "hmac-md5 is broken and refused. Make an hmac-sha256 key (tsig-keygen), or set allow_md5 if you must."
            )
        try:
            raw = base64.b64decode(secret, validate=True)
        except (binascii.Error, ValueError) as error:
            # The secret itself must not get into the message.
            raise InputError(f"The secret of key {name!r} is not base64: {error}") from error
        if not raw:
            raise InputError(f"The secret of key {name!r} is empty.")
        try:
            return Key(parse_name(name), algorithm, raw)
        except InputError as error:
            raise InputError(f"key_name {name!r} names no key: {error}") from error

    def sign(self, message: Any) -> None:
        algorithm = dns.tsig.HMAC_MD5 if self.algorithm == "hmac-md5" else dns.name.from_text(self.algorithm)
        message.use_tsig({self.name: dns.tsig.Key(self.name, self.secret, algorithm)}, keyname=self.name)


@dataclass(frozen=True)
class Server:
    """Where to ask. I(addresses): IP addresses, tried in turn; several only for a name that has several."""

    addresses: tuple[str, ...]
    port: int = 53
    name: str = ""

    def __str__(self) -> str:
        return f"{self.addresses[0] if self.addresses else '?'}#{self.port}" + (f" ({self.name})" if self.name else "")

    @staticmethod
    def parse(text: str, port: int = 53) -> Server:
        """From C(address), C(host) or either with C(#port). Raises InputError, and Unresolved as C(resolved) does."""
        return Server.named(text, port).resolved()

    @staticmethod
    def named(text: str, port: int = 53) -> Server:
        """As C(parse), but a host's addresses are not looked up yet. Raises InputError."""
        host, mark, own = text.strip().partition("#")
        if mark:
            # isdigit() alone takes digits that int() does not.
            if not (own.isascii() and own.isdigit()):
                raise InputError(f"DNS server {text!r}: {own!r} is no port. Give a number from 1 to 65535 after '#'.")
            port = int(own)
        if not 0 < port < 65536:
            raise InputError(f"DNS server {text!r}: {port} is no port. Give a number from 1 to 65535.")
        if not host:
            raise InputError(f"{text!r} names no DNS server.")
        try:
            return Server((str(ipaddress.ip_address(host)),), port)
        except ValueError:
            return Server((), port, host)

    def resolved(self) -> Server:
        """With addresses. Raises Unresolved when the name has none."""
        if self.addresses:
            return self
        try:
            found = socket.getaddrinfo(self.name, self.port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            raise Unresolved(
                f"Look-up of the DNS server {self.name}",
                "this host's own resolver",
                f"it has no address ({error})",
                "Give its IP address.",
            ) from error
        return Server(tuple(dict.fromkeys(str(info[4][0]) for info in found)), self.port, self.name)


def packed(message: Any, attempt: str) -> bytes:
    """The message's bytes. Raises InputError when they are more than a message can have."""
    try:
        wire: bytes = message.to_wire()
    except dns.exception.TooBig as error:
        raise InputError(
            f"{attempt}: it would be a message of more than 65535 bytes, which DNS does not have. The set as it is and "
            "as it becomes must both fit into one: use fewer or shorter values."
        ) from error
    return wire


class Transport:
    """Sends messages. I(timeout): seconds per attempt. I(protocol): C(udp) falls back to TCP when an answer is
    truncated or does not come, C(tcp) uses nothing else."""

    def __init__(self, timeout: float = 3.0, protocol: str = "udp", key: Key | None = None) -> None:
        self.timeout, self.protocol, self.key = timeout, protocol, key

    def query(self, server: Server, name: Any, record_type: str, *, signed: bool = False, recurse: bool = False) -> Any:
        """The answer to one question. Raises Silent, KeyRejected, Malformed; Rejected unless NOERROR or NXDOMAIN."""
        attempt = f"Query for {name.to_text()} {record_type}"
        message = dns.message.make_query(name, record_type, use_edns=True, payload=UDP_PAYLOAD)
        if not recurse:
            message.flags &= ~dns.flags.RD
        if signed and self.key:
            self.key.sign(message)
        silent: DnsError | None = None
        for protocol in self.protocols():
            try:
                answer = self.exchange(server, message, attempt, protocol)
            except Silent as error:
                silent = error
                continue
            if answer is None:  # truncated
                continue
            rcode = dns.rcode.to_text(answer.rcode())
            if rcode not in ("NOERROR", "NXDOMAIN"):
                raise Rejected(attempt, str(server), rcode, _query_remedy(rcode))
            return answer
        raise silent or Malformed(attempt, str(server), "answered truncated messages only", "Allow TCP to this server.")

    def protocols(self) -> tuple[str, ...]:
        return ("udp", "tcp") if self.protocol == "udp" else ("tcp",)

    def exchange(self, server: Server, message: Any, attempt: str, protocol: str) -> Any:
        """One message over one protocol; None when the answer was truncated. The rcode is the caller's business.

        Raises Silent, KeyRejected, Malformed; InputError when the message is too large.
        """
        request = packed(message, attempt)
        attempt = f"{attempt} by {protocol.upper()}"
        if protocol == "udp" and len(request) > UDP_PAYLOAD:
            return None
        error: DnsError = Silent(attempt, str(server), "the server has no address")
        for address in server.addresses:
            try:
                answer = self._send(address, server.port, request, protocol)
            except (OSError, EOFError) as problem:
                error = Silent(attempt, f"{address}#{server.port}", _silence(problem, self.timeout), _SILENT_REMEDY)
                continue
            return self._parsed(attempt, server, message, answer)
        raise error

    def _send(self, address: str, port: int, request: bytes, protocol: str) -> bytes:
        """The bytes of the answer. Raises OSError (TimeoutError among them) and EOFError."""
        deadline = time.monotonic() + self.timeout
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        with socket.socket(family, kind) as connection:
            _before(connection, deadline)
            # Connected, so that the kernel drops datagrams of other senders and reports a refusal.
            connection.connect((address, port))
            if protocol == "tcp":
                connection.sendall(struct.pack("!H", len(request)) + request)
                (length,) = struct.unpack("!H", _exactly(connection, 2, deadline))
                return _exactly(connection, length, deadline)
            connection.send(request)
            while True:
                _before(connection, deadline)
                answer = connection.recv(65535)
                # An answer to something else, for instance a late one to an earlier query from the same port.
                if answer[:2] == request[:2]:
                    return answer

    def _parsed(self, attempt: str, server: Server, message: Any, wire: bytes) -> Any:
        """The answer, verified when the request was signed; None when it was truncated."""
        try:
            answer = dns.message.from_wire(wire, keyring=False)
            if not message.is_response(answer):
                raise dns.message.NotQueryResponse
            if message.had_tsig and answer.had_tsig:
                answer = dns.message.from_wire(wire, keyring=message.keyring, request_mac=message.mac)
        except dns.tsig.PeerError as problem:
            raise self._key_rejected(attempt, server, problem) from problem
        except (dns.tsig.BadSignature, dns.tsig.BadTime, dns.message.UnknownTSIGKey, dns.tsig.BadKey) as problem:
            raise KeyRejected(
                attempt,
                str(server),
                f"the signature of the answer does not verify ({problem})",
                "Compare key_secret and key_algorithm with the server's, and both clocks.",
            ) from problem
        except dns.exception.DNSException as problem:
            raise Malformed(
                attempt,
                str(server),
                f"the answer is no usable DNS message ({type(problem).__name__}: {problem})",
                "Does something else listen on this port?",
            ) from problem
        if message.had_tsig and not answer.had_tsig and answer.rcode() == dns.rcode.NOTAUTH:
            # Knot DNS leaves out the record that would say BADKEY. A server that knows the key signs even a refusal.
            raise self._key_rejected(attempt, server, dns.tsig.PeerBadKey("NOTAUTH, unsigned"))
        # A forged "done" must not pass; refusals of servers that do not know TSIG are unsigned by nature.
        if message.had_tsig and not answer.had_tsig and dns.rcode.to_text(answer.rcode()) not in REMEDIES:
            raise Malformed(
                attempt,
                str(server),
                "the request was signed, the answer is not",
                "Does something between us and the server answer in its place?",
            )
        return None if answer.flags & dns.flags.TC else answer

    def _key_rejected(self, attempt: str, server: Server, problem: Exception) -> KeyRejected:
        name = self.key.name.to_text() if self.key else "?"
        algorithm = self.key.algorithm if self.key else "?"
        if isinstance(problem, dns.tsig.PeerBadKey):
            answer = "BADKEY" if not problem.args else f"{problem.args[0]} (BADKEY)"
            remedy = f"The server knows no key {name} with {algorithm}: compare both with its."
        elif isinstance(problem, dns.tsig.PeerBadSignature):
            answer, remedy = "BADSIG", f"The secret of key {name} (or its algorithm, {algorithm}) is not the server's."
        elif isinstance(problem, dns.tsig.PeerBadTime):
            answer, remedy = "BADTIME", "The clocks of this host and the server differ by more than TSIG allows, 300 s."
        else:
            answer, remedy = str(problem), f"Compare key {name} with the server's."
        return KeyRejected(attempt, str(server), f"answered {answer}", remedy)


_SILENT_REMEDY = "Is the server up, is this its address and port, and does a firewall let UDP and TCP pass?"


def _before(connection: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    found = b""
    while len(found) < count:
        _before(connection, deadline)
        part = connection.recv(count - len(found))
        if not part:
            raise EOFError
        found += part
    return found


def _silence(problem: Exception, timeout: float) -> str:
    if isinstance(problem, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(problem, EOFError):
        return "the connection was closed without an answer"
    return f"no connection ({problem})"


def _query_remedy(rcode: str) -> str:
    if rcode == "REFUSED":
        return "The server does not serve this name to us: is it the right one, and does it allow our address or key?"
    return REMEDIES.get(rcode, "")
