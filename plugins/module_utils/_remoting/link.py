# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to one peer, driven by the pool's selector loop; never blocks, knows no time-outs of its own."""

from __future__ import annotations

import collections
import ipaddress
import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import ConnectError
from .frame import Command, FrameError, decode, frame_length

# Python takes a buffer of this size for each read. Above the 128 KiB from which malloc maps pages of their own, that
# costs a small answer more than all else that is done for it.
_CHUNK = 1 << 16
_TURNS = 64  # reads in a row before other connections get their turn

CLOSED, CONNECTING, HANDSHAKING, OPEN = range(4)


@dataclass(slots=True)
class Call:
    """One request on its way; ``sent_at`` is 0 until its bytes were handed to the connection."""

    index: int
    opaque: int
    frame: bytes
    timeout: float
    repeatable: bool
    sent_at: float = 0.0
    resent: bool = False


class Ended(Exception):
    """Nothing more can be read here; ``found`` is what came before, whole frames only."""

    found: Sequence[Command] = ()


class Lost(Ended):
    """The connection ended; the text says how."""


class Garbage(Ended):
    """The peer sent what is no frame; the text says what."""


class Link:
    """Socket, buffers and book-keeping of one address. ``waiting`` has not been sent, ``in_flight`` has."""

    def __init__(self, address: str, tls: ssl.SSLContext | None) -> None:
        self.address = address
        self.waiting: collections.deque[Call] = collections.deque()
        self.in_flight: dict[int, Call] = {}
        self.state = CLOSED
        self.sock: socket.socket | None = None
        self.connect_by = 0.0
        self.last_used = 0.0
        self.heard_at = -1.0  # when bytes last came
        self.answers = 0  # on this connection, in this run
        self.reused = False  # this connection was opened by an earlier run
        self.unanswered = 0  # connections in a row that ended without one answer, in this run
        self.expired = 0  # expired requests in a row while nothing at all came
        self.wants_write = False
        self._tls = tls
        self._host = ""
        self._candidates: collections.deque[tuple[str, int]] = collections.deque()
        self._out = bytearray()
        self._in = bytearray()
        self._last_error = ""

    # --- opening ----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Resolve and begin to connect. Raises ConnectError."""
        host, colon, port = self.address.rpartition(":")
        if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ConnectError(self.address, "is not an address of the form host:port")
        self._host = host
        try:
            self._candidates = collections.deque([(str(ipaddress.IPv4Address(host)), int(port))])
        except ValueError:
            try:
                # 4.4.0 speaks IPv4 only.
                found = socket.getaddrinfo(host, int(port), socket.AF_INET, socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                raise ConnectError(self.address, f"the name does not resolve ({error})") from error
            self._candidates = collections.deque(dict.fromkeys((str(item[4][0]), int(item[4][1])) for item in found))
        self._next_candidate()

    def _next_candidate(self) -> None:
        while self._candidates:
            target = self._candidates.popleft()
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(target)
            except BlockingIOError:
                pass
            except (OSError, OverflowError) as error:
                sock.close()
                self._last_error = f"cannot connect ({_words(error)})"
                continue
            self._reset(sock, CONNECTING)
            self.wants_write = True
            return
        raise ConnectError(self.address, self._last_error or "the name has no IPv4 address")

    def _reset(self, sock: socket.socket | None, state: int) -> None:
        self.sock, self.state = sock, state
        self._out.clear()
        self._in.clear()
        self.wants_write = False
        self.answers = 0
        self.reused = False
        self.expired = 0
        self.heard_at = -1.0

    def connected(self) -> bool:
        """The connecting socket became writable. True: the socket object was replaced."""
        if self.sock is None:
            raise AssertionError("the link has no socket")
        number = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._last_error = f"cannot connect ({os.strerror(number)})"
            self.sock.close()
            self._next_candidate()
            return True
        if self._tls is None:
            self.state = OPEN
            self.wants_write = False
            return False
        try:
            self.sock = self._tls.wrap_socket(self.sock, do_handshake_on_connect=False, server_hostname=self._host)
        except (OSError, ValueError) as error:
            raise ConnectError(self.address, f"TLS cannot begin ({_words(error)})") from error
        self.state = HANDSHAKING
        self.handshake()
        return True

    def handshake(self) -> None:
        if not isinstance(self.sock, ssl.SSLSocket):
            raise AssertionError("the link has no TLS socket")
        try:
            self.sock.do_handshake()
        except ssl.SSLWantReadError:
            self.wants_write = False
        except ssl.SSLWantWriteError:
            self.wants_write = True
        except OSError as error:  # ssl.SSLError is one
            raise ConnectError(self.address, f"the TLS handshake failed ({_words(error)})") from error
        else:
            self.state = OPEN
            self.wants_write = False

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        self._reset(None, CLOSED)

    # --- bytes ------------------------------------------------------------------------------------------

    @property
    def partly_sent(self) -> bool:
        return bool(self._out)

    @property
    def partly_read(self) -> bytes:
        """The beginning of what came and is no whole frame."""
        return bytes(self._in[:64])

    def put(self, frame: bytes) -> None:
        self._out += frame

    def flush(self) -> None:
        """Send what the socket takes. Raises Lost."""
        if self.sock is None:
            raise AssertionError("the link has no socket")
        try:
            while self._out:
                with memoryview(self._out) as view:
                    sent = self.sock.send(view[:_CHUNK])
                del self._out[:sent]
        except (BlockingIOError, ssl.SSLWantWriteError):
            self.wants_write = True
        except ssl.SSLWantReadError:
            self.wants_write = False
        except OSError as error:
            raise Lost(_words(error)) from error
        else:
            self.wants_write = False

    def receive(self, now: float) -> list[Command]:
        """Whole frames that came. Raises Lost or Garbage; what came before is in ``found`` of the exception."""
        if self.sock is None:
            raise AssertionError("the link has no socket")
        found: list[Command] = []
        ended: str | None = None
        for _turn in range(_TURNS):
            try:
                chunk = self.sock.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                break
            except ssl.SSLWantWriteError:
                self.wants_write = True
                break
            except OSError as error:
                ended = _words(error)
                break
            if not chunk:
                ended = "closed by the peer"
                break
            self.heard_at = now
            self._in += chunk
            if len(chunk) < _CHUNK and self._tls is None:
                break
        else:
            # The selector does not see what the TLS layer has read already.
            while isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
                self._in += self.sock.recv(self.sock.pending())
        problem: Ended | None = None if ended is None else Lost(ended)
        try:
            self._take_frames(found)
        except FrameError as error:
            problem = Garbage(f"{error}; it sent {self.partly_read!r}")
        if problem is not None:
            problem.found = found
            raise problem
        return found

    def _take_frames(self, found: list[Command]) -> None:
        begin, length = 0, len(self._in)
        try:
            while length - begin >= 4:
                end = begin + 4 + frame_length(self._in, begin)
                if length < end:
                    break
                found.append(decode(self._in, begin + 4, end))
                begin = end
        finally:
            del self._in[:begin]


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
