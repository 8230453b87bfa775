# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server would take an update of a name, found out by one that changes nothing (RFC 2136).

The prerequisites say that the set is what was just read, and the update section adds exactly that set again (or
deletes one that does not exist), so that nothing changes whatever becomes of it, and the serial stays. A failing
prerequisite would not do: servers look at prerequisites before rights (RFC 2136 3.2, 3.3). Neither would an empty
update section, because a policy by name and type has nothing to look at then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .answers import Zone, find_zone, read
from .errors import DnsError, InputError, Silent
from .library import dns
from .records import RecordSet
from .transport import REMEDIES, Server, Transport


@dataclass(frozen=True)
class Right:
    """I(allowed): the server took the update. I(answer): in words, with what to do. I(zone): None when not found."""

    server: Server
    allowed: bool
    answer: str
    zone: Zone | None = None


def try_update(transport: Transport, server: Server, name: Any, record_type: str, zone: Any | None = None) -> Right:
    """Never raises: what went wrong is the answer."""
    place = None
    try:
        place = find_zone(transport, server, name, zone)
        held = read(transport, server, name, record_type, place.name)
        rcode = _send(transport, server, place, name, record_type, held.own)
    except DnsError as error:
        return Right(server, False, str(error), place)
    if rcode == "NOERROR":
        return Right(server, True, "took an update that changes nothing", place)
    remedy = REMEDIES.get(rcode, f"The set changed between reading and trying: run this again.{held.hint()}")
    return Right(server, False, f"answered {rcode}. {remedy}", place)


def build(zone: Zone, name: Any, record_type: str, current: RecordSet | None) -> Any:
    """The UPDATE whose effect is none."""
    message = dns.update.UpdateMessage(zone.name)
    if current is None:
        message.absent(name, record_type)
        message.delete(name, record_type)
    else:
        message.present(name, *current.rdatas)
        message.add(name, current.rdataset())
    return message


def _send(
    transport: Transport, server: Server, zone: Zone, name: Any, record_type: str, current: RecordSet | None
) -> str:
    attempt = f"UPDATE of {name.to_text()} {record_type} that changes nothing, in zone {zone.name.to_text()}"
    silent: Silent | None = None
    for protocol in transport.protocols():
        message = build(zone, name, record_type, current)
        if transport.key:
            transport.key.sign(message)
        try:
            answer = transport.exchange(server, message, attempt, protocol)
        except Silent as error:
            silent = error
            continue
        if answer is not None:
            return dns.rcode.to_text(answer.rcode())
    raise silent or InputError(f"{attempt}: it does not fit into {transport.protocol}.")
