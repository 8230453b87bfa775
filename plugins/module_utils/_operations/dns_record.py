# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record set by signed update, and the proof that every authoritative server has it (private)."""

from __future__ import annotations

from typing import Any

from .._dns.answers import Seen, authoritative_servers, differences, observe_all
from .._dns.change import Wish
from .._dns.errors import DnsError
from .._dns.records import RecordSet, check_ttl, parse_name, parse_values
from .._dns.transport import Server, Transport
from .._dns.update import Outcome as Update
from .._dns.update import apply
from .dns_connection import Agreement, Connection
from .errors import ArgumentError
from .gate import Ended, Gate
from .task import Outcome, Task


def ttl_ignored(seen: list[Seen], update: Update) -> bool:
    """Whether the server that has acknowledged a change of only the TTL still answers the old one."""
    before, after = update.decision.before, update.decision.after
    if before is None or after is None or before.rdatas != after.rdatas:
        return False
    # There was no value to add, and that is what Knot DNS takes the TTL from.
    first = seen[0]
    return first.error is None and first.rdatas == after.rdatas and first.ttl == before.ttl


def by_hand(update: Update, wish: Wish) -> str:
    """What has to be changed by other means, and where."""

    def told(one: RecordSet | None) -> str:
        return f"{', '.join(one.content)} with TTL {one.ttl}" if one else "no such record"

    decision, wildcard = update.decision, update.held.wildcard
    own = f" of its own (the wildcard {wildcard} answers)" if wildcard else ""
    return (
        f"{wish.name.to_text()} {wish.type} in zone {update.zone.name.to_text()} has to be changed, and not from here "
        f"(update is false): {update.server} answers {told(decision.before)}{own}, wanted is {told(decision.after)}. "
        "Change it by hand or with the provider's own module. If that is done already, the server has not got it yet."
    )


def wait_for_all(
    task: Task,
    transport: Transport,
    update: Update,
    wish: Wish,
    listed: list[Server] | None,
    *,
    timeout: float,
    interval: float,
) -> Ended[Agreement]:
    """Asks every authoritative server until all hold the record set. C(listed): those to ask besides, None to find out.

    Raises DnsError when the zone's servers cannot be found out.
    """
    if listed is None:
        servers = authoritative_servers(transport, update.server, update.zone)
    else:
        servers = [update.server, *(server for server in listed if server != update.server)]
    after = update.decision.after

    def judge(seen: list[Seen]) -> Agreement:
        wanted, ttl = (after.rdatas, after.ttl) if after else (frozenset(), None)
        return Agreement(seen, differences(seen, wanted, ttl=ttl, authoritative=True))

    def tell(now: Agreement) -> str:
        if now.ok:
            return f"{wish.name.to_text()} {wish.type}: every authoritative server has it"
        return f"{wish.name.to_text()} {wish.type}: waiting for {'; '.join(now.missing)}"

    return Gate(task).wait(
        # Only the server that takes updates is known to have the key; another would answer BADKEY.
        # Where no set is wanted, a wildcard's answer is none.
        lambda: observe_all(
            transport, servers, wish.name, wish.type, recurse=False, signed=[update.server], own=after is None
        ),
        judge,
        tell=tell,
        timeout=timeout,
        interval=interval,
    )


def run(
    task: Task,
    *,
    name: str,
    type: str,
    values: list[str] | None,
    ttl: int | None,
    state: str,
    mode: str,
    expected: list[str] | None,
    on_conflict: str,
    update: bool,
    servers: list[str],
    zone: str | None,
    verify_servers: list[str] | None,
    verify_timeout: float,
    verify_interval: float,
    **connection: Any,
) -> Outcome:
    """C(connection): the options of C(Connection)."""
    how = Connection(**connection)
    for option, number, least in (("verify_interval", verify_interval, 0.001), ("verify_timeout", verify_timeout, 0)):
        if not number >= least:
            raise ArgumentError(f"{option} must be greater than 0 seconds, got {number}")
    if state == "present" and values is None and ttl is None:
        raise ArgumentError("state is present, but neither values nor ttl is given: there is nothing to manage")
    if not servers:
        raise ArgumentError("servers is empty: give at least one server that accepts updates for the zone")
    requests: list[dict[str, Any]] = []
    try:
        wish = Wish(
            name=parse_name(name, type),
            type=type,
            state=state,
            mode=mode,
            values=None if values is None else parse_values(type, values),
            ttl=None if ttl is None else check_ttl(ttl),
            expected=None if expected is None else parse_values(type, expected),
            on_conflict=on_conflict,
        )
        transport = how.transport()
        place = parse_name(zone) if zone else None
        # Before anything is written: a server that cannot be asked must not be found out afterwards.
        listed = None if verify_servers is None else how.servers(verify_servers)
        done = apply(
            transport,
            [Server.named(text, how.port) for text in servers],
            wish,
            zone=place,
            check_mode=task.check_mode or not update,
            requests=requests,
        )
    except DnsError as error:
        return Outcome.failed(str(error), changed=_written(requests), requests=requests)
    decision = done.decision
    before = decision.before.as_dict() if decision.before else None
    after = decision.after.as_dict() if decision.after else None
    result: dict[str, Any] = {
        "record": after,
        "previous": before,
        "conflict": decision.kept,
        "zone": done.zone.name.to_text(),
        "server": str(done.server),
        "tried": done.errors,
        "requests": requests,
        "verified": [],
    }
    # Both sides are given even when only one exists, so that --diff also shows a creation and a deletion.
    sides = (before or {}, after or {})
    if decision.kept:
        task.warn(f"{wish.name.to_text()} {wish.type} was left as it is, because on_conflict is keep.")
    if decision.changed and not update:
        if not task.check_mode:
            text = f"{by_hand(done, wish)} No update was sent; run this again afterwards."
            return Outcome.failed(text, **{**result, "record": before})
        task.warn(by_hand(done, wish))
    if task.check_mode:
        return Outcome.passed(decision.changed, *sides, **result)
    said = f"{wish.name.to_text()} {wish.type} is {'written' if decision.changed else 'right'} at {done.server}"
    try:
        ended = wait_for_all(task, transport, done, wish, listed, timeout=verify_timeout, interval=verify_interval)
    except DnsError as error:
        return Outcome.failed(
            f"{said}, but could not be verified: {error} When that is mended, run this again; nothing will be written "
            "twice.",
            *sides,
            changed=decision.changed,
            **result,
        )
    seen, missing = ended.state.seen, ended.state.missing
    result["verified"] = [one.as_dict() for one in seen]
    if ended.ok:
        return Outcome.passed(decision.changed, *sides, **result)
    if decision.changed and decision.before and seen and ttl_ignored(seen, done):
        return Outcome.failed(
            f"{done.server} accepted the update of {wish.name.to_text()} {wish.type} and kept the old TTL of "
            f"{decision.before.ttl}: it applies a TTL only together with a new value, as Knot DNS does. Nothing "
            "was changed. Change the TTL in the server's own way (zone file, knotc zone-set), then run this again.",
            disagreeing=missing,
            **result,
        )
    return Outcome.failed(
        f"{said}, but {ended.why} not every authoritative server agrees: {'; '.join(missing)}. Look at their "
        "transfers from the primary, then run this again; nothing will be written twice.",
        *sides,
        changed=decision.changed,
        disagreeing=missing,
        **result,
    )


def _written(requests: list[dict[str, Any]]) -> bool:
    """Whether the server has acknowledged an update before something else failed."""
    return any("NOERROR" in entry["result"] or "applied" in entry["result"] for entry in requests)
