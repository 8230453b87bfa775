# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record sets in one canonical form, so that equal means equal."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .errors import InputError
from .library import dns

# Types whose sets may be managed. NS and SOA are left out: the server has rules of its own for them (RFC 2136 3.4.2).
TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "SSHFP", "TLSA", "TXT")
# Types whose value ends in a name.
_NAMING = ("CNAME", "MX", "PTR", "SRV")
MAX_TTL = 2**31 - 1
# Bytes of one value in wire form: its length field has 16 bits (RFC 1035 3.2.1).
MAX_LENGTH = 65535

# dnspython would take '@' for the root.
_AT = "'@' stands for a zone only in that zone's file. Give the fully qualified name."


@dataclass(frozen=True)
class RecordSet:
    """All records of one name and type. I(ttl) in seconds; I(rdatas) are dnspython's, equal when their wire form is."""

    name: Any
    type: str
    ttl: int
    rdatas: frozenset[Any]

    def __str__(self) -> str:
        return f"{self.name.to_text()} {self.type} ({', '.join(self.content)})"

    @property
    def content(self) -> list[str]:
        """The values as text, sorted; names fully qualified, TXT as plain text."""
        return content(self.rdatas)

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name.to_text(), "type": self.type, "ttl": self.ttl, "content": self.content}

    def rdataset(self) -> Any:
        """As dnspython takes it in an update."""
        return dns.rdataset.from_rdata_list(self.ttl, sorted(self.rdatas, key=lambda rdata: rdata.to_digestable()))


def content(rdatas: Iterable[Any]) -> list[str]:
    return sorted(_plain(rdata) for rdata in rdatas)


def meaning(rdata: Any) -> Any:
    """What two values are compared by: of a TXT its whole text, which others may have cut into strings elsewhere."""
    return b"".join(rdata.strings) if rdata.rdtype == dns.rdatatype.TXT else rdata


def as_held(values: frozenset[Any] | None, held: frozenset[Any]) -> frozenset[Any] | None:
    """I(values), those that I(held) has too just as it has them: updates must name what the server holds."""
    if values is None:
        return None
    wanted = {meaning(value) for value in values}
    same = frozenset(rdata for rdata in held if meaning(rdata) in wanted)
    had = {meaning(rdata) for rdata in same}
    return same | {value for value in values if meaning(value) not in had}


def _plain(rdata: Any) -> str:
    if rdata.rdtype == dns.rdatatype.TXT:
        whole: bytes = meaning(rdata)
        return whole.decode("utf-8", "backslashreplace")
    text: str = rdata.to_text()
    return text


def parse_name(text: str, record_type: str = "A") -> Any:
    """A fully qualified name; the trailing dot may be left out. An IP address stands for its reverse name with PTR."""
    if record_type == "PTR":
        try:
            return dns.reversename.from_address(str(ipaddress.ip_address(text)))
        except ValueError:
            pass
    if not text.strip():
        raise InputError("The name is empty.")
    if text.strip() == "@":
        raise InputError(f"'@' is no domain name: {_AT}")
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise InputError(f"{text!r} is no domain name: {error}") from error


def parse_values(record_type: str, values: Iterable[str]) -> frozenset[Any]:
    """The set of values of one type, from their usual text form; TXT is plain text, without quotes.

    Names within values are fully qualified, with or without the trailing dot. Raises InputError for a value of which
    a part would be lost.
    """
    found = frozenset(_rdata(record_type, str(value)) for value in values)
    if record_type == "CNAME" and len(found) > 1:
        raise InputError(f"A CNAME has one value, not {len(found)}: {', '.join(content(found))}")
    return found


def _rdata(record_type: str, value: str) -> Any:
    rdtype = dns.rdatatype.from_text(record_type)
    try:
        if record_type == "TXT":
            raw = value.encode()
            # A character string holds at most 255 bytes (RFC 1035 3.3); longer text is several of them.
            chunks = [raw[start : start + 255] for start in range(0, len(raw), 255)] or [b""]
            text = " ".join('"' + "".join(f"\\{byte:03d}" for byte in chunk) + '"' for chunk in chunks)
        else:
            text = _line(record_type, value)
        rdata: Any = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin=dns.name.root, relativize=False)
    except (dns.exception.DNSException, ValueError, UnicodeError) as error:
        raise InputError(f"{value!r} is no value of a {record_type} record: {error}") from error
    if rdata.rdcomment is not None:
        raise InputError(
            f"{value!r} is no value of a {record_type} record: a comment begins at ';', so "
            f"{';' + rdata.rdcomment!r} would be lost. Put text with a semicolon in double quotes, and give each value "
            "as an entry of its own."
        )
    length = len(rdata.to_wire())
    if length > MAX_LENGTH:
        raise InputError(
            f"A value of {length} bytes, beginning with {value[:30]!r}, is no value of a {record_type} record: one "
            f"holds at most {MAX_LENGTH} bytes in wire form. Shorten it."
        )
    return rdata


def _line(record_type: str, value: str) -> str:
    """The value without the newline that a file ends with. Raises InputError for what dnspython would not keep."""
    text = value.rstrip("\r\n")
    if "\n" in text:
        raise InputError(
            f"{value!r} is no value of a {record_type} record: it is more than one line. Give each value as an entry "
            "of its own."
        )
    if record_type in _NAMING and "@" in re.split(r"[\s()]+", text):
        raise InputError(f"{value!r} is no value of a {record_type} record: {_AT}")
    return text


def check_ttl(ttl: int) -> int:
    """Seconds. Zero is refused: every single lookup would reach the authoritative servers."""
    if not 1 <= ttl <= MAX_TTL:
        raise InputError(f"A TTL lies between 1 and {MAX_TTL} seconds, not {ttl}.")
    return ttl
