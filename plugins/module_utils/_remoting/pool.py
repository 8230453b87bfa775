# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to many peers at once over one connection each, in one thread.

Answers are matched by their opaque number alone: they may come in any order, late, or twice (what matches no
request in flight is dropped), and peers push requests of their own (dropped as well). 4.4.0 never answers a
request code that it does not know, so every request has a deadline.
"""

from __future__ import annotations

import heapq
import itertools
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from .acl import Credentials, sign
from .errors import ConnectError, ConnectionLost, DeadlineExceeded, ProtocolError, RemotingError
from .frame import IDLE, Command, encode
from .link import CLOSED, CONNECTING, HANDSHAKING, OPEN, Call, Garbage, Link, Lost

# Do not race with a server that closes a connection without traffic.
IDLE_LIMIT = IDLE - 20.0

# Connections in a row that end without a single answer; after that the rest of an address's requests is given up.
UNANSWERED_LIMIT = 2

# Seconds in which answers gather where requests are sent ahead. To wake up for each answer, beside peers that keep the
# processors busy, takes three times as long as to read it.
GATHER = 0.04

# Requests in a row that expire while no byte comes from the peer; after that the rest is given up (at least one
# window).
EXPIRED_LIMIT = 4

Tls: TypeAlias = "ssl.SSLContext | bool | None"
Item: TypeAlias = "tuple[str, Command] | tuple[str, Command, float | None]"


class Pool:
    """``timeout``: seconds from sending a request to its answer. ``connect_timeout``: seconds to a usable
    connection, TLS handshake included. ``window``: requests in flight per address. ``credentials``: sign every
    request. ``tls``: True, or an ssl.SSLContext; True encrypts without verifying the peer, which is all that the
    self-signed certificates of 4.4.0's default set-up allow.

    Not thread-safe. Connections stay open between calls until ``close()``.
    """

    def __init__(
        self,
        timeout: float = 5.0,
        connect_timeout: float = 3.0,
        window: int = 64,
        credentials: Credentials | None = None,
        tls: Tls = None,
    ) -> None:
        if timeout <= 0 or connect_timeout <= 0 or window < 1:
            raise ValueError("timeout and connect_timeout must be positive, window at least 1")
        self.timeout = timeout
        self.connect_timeout = connect_timeout
        self.window = window
        self._credentials = credentials
        self._tls = _unverified_context() if tls is True else (tls or None)
        self._links: dict[str, Link] = {}
        self._opaque = itertools.count(1)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        for link in self._links.values():
            link.close()
        self._links.clear()

    def call(self, address: str, command: Command, timeout: float | None = None) -> Command:
        """Send one request and return its answer, whatever its code. Raises RemotingError."""
        answer: Command | RemotingError = self.call_all([(address, command, timeout)])[0]
        if isinstance(answer, RemotingError):
            raise answer
        return answer

    def call_all(
        self,
        items: Sequence[Item],
        timeout: float | None = None,
        convert: Callable[[int, Any], Any] | None = None,
        *,
        serial: bool = False,
        ahead: int = 0,
    ) -> list[Any]:
        """Send all requests; answers and errors in the order of the requests. Never raises RemotingError.

        An item is (address, command) or (address, command, timeout). Addresses proceed independently of each
        other. The deadline of a request runs from when it is sent, not from when it is given.

        ``convert(index, answer or error)`` gives what stands in the list instead. It is called as answers come, so
        that the bodies of a hundred thousand of them need not be kept; it must not raise.

        ``serial``: one request after the other at each address, and none any more after one that was not answered;
        the rest has the same error with ``sent`` false. ``ahead``: so many more may be on their way, for peers that do
        one after the other anyway and would wait for the next meanwhile; they may do them in another order. The
        deadline of such a request runs from the answer before it.
        """
        return _Run(self, items, self.timeout if timeout is None else timeout, convert, serial, ahead).execute()

    # --- for _Run ---------------------------------------------------------------------------------------

    def link(self, address: str) -> Link:
        link = self._links.get(address)
        if link is None:
            link = self._links[address] = Link(address, self._tls)
        return link

    def call_of(self, index: int, command: Command, timeout: float) -> Call:
        """Raises what the encoder stumbles over."""
        opaque = next(self._opaque) & 0x7FFFFFFF
        ext = command.ext if self._credentials is None else sign(self._credentials, command.ext, command.body)
        return Call(index, opaque, encode(command, opaque=opaque, ext=ext), timeout, command.repeatable)


def _unverified_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# No result yet: None may be one.
_OPEN = object()


class _Run:
    """One call_all from beginning to end."""

    def __init__(
        self,
        pool: Pool,
        items: Sequence[Item],
        timeout: float,
        convert: Callable[[int, Any], Any] | None,
        serial: bool,
        ahead: int,
    ) -> None:
        self._pool = pool
        self._serial = serial
        self._window = 1 + ahead if serial else pool.window
        self._gather = GATHER if ahead else 0.0
        self._convert = convert or (lambda _index, result: result)
        self._results: list[Any] = [_OPEN] * len(items)
        self._left = len(items)
        self._links: list[Link] = []
        self._deadlines: list[tuple[float, int, Link]] = []  # of calls, by opaque; answered ones stay in it
        self._selector = selectors.DefaultSelector()
        self._watched: dict[Link, tuple[socket.socket, int]] = {}
        self._opening: set[Link] = set()  # no usable connection yet
        for index, item in enumerate(items):
            own = item[2] if len(item) > 2 else None
            # Encoded before anything is sent: between two answers the processor serves other processes, and the same
            # work then takes several times as long.
            try:
                call = pool.call_of(index, item[1], timeout if own is None else own)
            except (TypeError, ValueError, AttributeError) as error:
                self._finish(index, RemotingError(item[0], f"the request cannot be encoded ({error})"))
                continue
            link = pool.link(item[0])
            if not link.waiting:
                self._links.append(link)
            link.waiting.append(call)

    def execute(self) -> list[Any]:
        try:
            for link in self._links:
                self._start(link)
            while self._left:
                for key, mask in self._selector.select(self._next_wait()):
                    self._serve(key.data, mask)
                self._expire()
                if self._gather and self._left:
                    time.sleep(self._gather)
        finally:
            self._clean_up()
        return self._results

    def _clean_up(self) -> None:
        now = time.monotonic()
        self._selector.close()
        for link in self._links:
            # What is still in flight is not waited for any more; its late answers match nothing.
            # A peer from which nothing at all came may be gone: the next run makes a new connection.
            if link.state != OPEN or link.partly_sent or link.expired:
                link.close()
            link.waiting.clear()
            link.in_flight.clear()
            link.last_used = now

    # --- beginning and ending of connections ------------------------------------------------------------

    def _start(self, link: Link) -> None:
        now = time.monotonic()
        link.unanswered = 0
        if link.state == OPEN:
            # Read what came since the last call: the end of the connection, or requests of the peer.
            try:
                if now - link.last_used > IDLE_LIMIT:
                    raise Lost("idle for long")
                link.receive(now)
            except (Lost, Garbage):
                link.close()
            else:
                link.reused = True
                link.answers = 0
                link.expired = 0
        if link.state == CLOSED:
            self._connect(link)
        else:
            self._pump(link)

    def _connect(self, link: Link) -> None:
        link.connect_by = time.monotonic() + self._pool.connect_timeout
        try:
            link.open()
        except ConnectError as error:
            self._give_up(link, error)
        else:
            self._opening.add(link)
            self._watch(link)

    def _give_up(self, link: Link, error: RemotingError) -> None:
        """Nothing more goes to this address in this run: everything that is left fails with the same words."""
        self._opening.discard(link)
        self._unwatch(link)
        link.close()
        for call in [*link.in_flight.values(), *link.waiting]:
            own = type(error)(error.address, error.message)
            own.sent = call.sent_at > 0
            self._finish(call.index, own)
        link.in_flight.clear()
        link.waiting.clear()

    def _lost(self, link: Link, how: str) -> None:
        """The connection ended: what was in flight fails, what was not sent goes over a new one."""
        flying = list(link.in_flight.values())
        link.in_flight.clear()
        nothing_answered = link.answers == 0
        again = []
        if nothing_answered and link.reused:
            # An idle connection that the peer had given up: asking once more is no risk, except for changes.
            again = [call for call in flying if call.repeatable and not call.resent]
        seen = link.partly_read
        words = f"the connection was lost ({how}) before the answer came; whether the request was acted on is not known"
        if nothing_answered and not link.reused:
            words += f"; the peer had sent {seen!r}" if seen else "; the peer had answered nothing, is it RocketMQ?"
        for call in flying:
            if call not in again:
                self._finish(call.index, ConnectionLost(link.address, words))
        for call in reversed(again):
            call.resent = True
            link.waiting.appendleft(call)
        link.unanswered = link.unanswered + 1 if nothing_answered else 0
        if self._serial and flying and not again:
            self._give_up(link, ConnectionLost(link.address, words))
            return
        self._unwatch(link)
        link.close()
        if not link.waiting:
            return
        if link.unanswered > UNANSWERED_LIMIT:
            self._give_up(link, ConnectionLost(link.address, f"not sent: the connection is lost each time ({how})"))
        else:
            self._connect(link)

    # --- events -----------------------------------------------------------------------------------------

    def _serve(self, link: Link, mask: int) -> None:
        try:
            if link.state == CONNECTING:
                self._unwatch(link)
                link.connected()
            elif link.state == HANDSHAKING:
                link.handshake()
        except ConnectError as error:
            self._give_up(link, error)
            return
        if link.state != OPEN:
            self._watch(link)
            return
        self._opening.discard(link)
        if mask & selectors.EVENT_READ:
            try:
                self._take(link, link.receive(time.monotonic()))
            except Lost as lost:
                self._take(link, lost.found)
                self._lost(link, str(lost))
                return
            except Garbage as garbage:
                self._take(link, garbage.found)
                self._give_up(link, ProtocolError(link.address, f"this is not RocketMQ remoting: {garbage}"))
                return
        self._pump(link)

    def _take(self, link: Link, commands: Sequence[Command]) -> None:
        for command in commands:
            link.expired = 0
            if not command.is_response:
                continue
            call = link.in_flight.pop(command.opaque, None)
            if call is not None:
                link.answers += 1
                link.unanswered = 0
                self._finish(call.index, command)

    def _pump(self, link: Link) -> None:
        """Fill the window, send, and watch for what comes next."""
        now = time.monotonic()
        while link.waiting and len(link.in_flight) < self._window:
            call = link.waiting.popleft()
            call.sent_at = now
            link.in_flight[call.opaque] = call
            heapq.heappush(self._deadlines, (now + call.timeout, call.opaque, link))
            link.put(call.frame)
        try:
            link.flush()
        except Lost as lost:
            self._lost_while_sending(link, lost)
            return
        if link.in_flight:
            self._watch(link)
        else:
            self._unwatch(link)

    def _lost_while_sending(self, link: Link, lost: Lost) -> None:
        """Answers may have come before the end."""
        try:
            self._take(link, link.receive(time.monotonic()))
        except (Lost, Garbage) as more:
            self._take(link, more.found)
        self._lost(link, str(lost))

    def _expire(self) -> None:
        now = time.monotonic()
        while self._deadlines and self._deadlines[0][0] <= now:
            _deadline, opaque, link = heapq.heappop(self._deadlines)
            call = link.in_flight.get(opaque)
            if call is None:
                continue
            # The deadline may have moved: it was sent again, or sent ahead and the peer has just turned to it.
            due = max(call.sent_at, link.heard_at if self._gather else 0.0) + call.timeout
            if due > now:
                heapq.heappush(self._deadlines, (due, opaque, link))
                continue
            del link.in_flight[opaque]
            self._expired(link, call)
        for link in [link for link in self._opening if link.connect_by <= now]:
            doing = "connect" if link.state == CONNECTING else "finish the TLS handshake"
            words = f"cannot {doing} within {self._pool.connect_timeout:g} s"
            self._give_up(link, ConnectError(link.address, words))

    def _expired(self, link: Link, call: Call) -> None:
        words = f"no answer within {call.timeout:g} s"
        if link.heard_at >= call.sent_at:
            link.expired = 0
            if link.partly_read:
                words += f", only the beginning of one ({link.partly_read!r})"
            else:
                words += ", though others were answered (4.4.0 does not answer requests that it does not know)"
        else:
            link.expired += 1
            words += ", nothing at all came from the peer"
        self._finish(call.index, DeadlineExceeded(link.address, words))
        if self._serial:
            self._give_up(link, DeadlineExceeded(link.address, words))
        elif link.expired >= max(self._pool.window, EXPIRED_LIMIT) and link.waiting:
            unsent = f"not sent: the {link.expired} requests before got no answer within {call.timeout:g} s each"
            self._give_up(link, DeadlineExceeded(link.address, unsent))
        elif link.state == OPEN:
            self._pump(link)

    # --- book-keeping -----------------------------------------------------------------------------------

    def _finish(self, index: int, result: Command | RemotingError) -> None:
        if self._results[index] is _OPEN:
            self._results[index] = self._convert(index, result)
            self._left -= 1

    def _next_wait(self) -> float:
        while self._deadlines and self._deadlines[0][1] not in self._deadlines[0][2].in_flight:
            heapq.heappop(self._deadlines)
        times = [link.connect_by for link in self._opening]
        if self._deadlines:
            times.append(self._deadlines[0][0])
        if not times:
            raise RuntimeError(f"{self._left} requests are neither waiting nor in flight")  # better than to hang
        return max(0.0, min(times) - time.monotonic())

    def _watch(self, link: Link) -> None:
        if link.sock is None:
            raise AssertionError("the link has no socket")
        events = selectors.EVENT_WRITE if link.wants_write else 0
        if link.state != CONNECTING:
            events |= selectors.EVENT_READ
        known = self._watched.get(link)
        if known == (link.sock, events):
            return
        if known is not None and known[0] is link.sock:
            self._selector.modify(link.sock, events, link)
        else:
            self._unwatch(link)
            self._selector.register(link.sock, events, link)
        self._watched[link] = (link.sock, events)

    def _unwatch(self, link: Link) -> None:
        known = self._watched.pop(link, None)
        if known is not None:
            self._selector.unregister(known[0])
