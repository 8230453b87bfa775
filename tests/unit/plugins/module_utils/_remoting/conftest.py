# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted peer: a TCP server on 127.0.0.1 that does what a test says."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command, decode, encode


class Peer:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock = sock
        self.number = number  # 0 for the first connection that the server took

    def read(self) -> Command | None:
        """The next request; None when the client has gone."""
        prefix = self._exactly(4)
        frame = prefix and self._exactly(struct.unpack(">I", prefix)[0])
        return decode(frame) if frame else None

    def requests(self) -> Iterator[Command]:
        while (request := self.read()) is not None:
            yield request

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            chunk = self.sock.recv(min(size - len(found), 1 << 16))
            if not chunk:
                return b""
            found += chunk
        return found

    def send(self, raw: bytes) -> None:
        self.sock.sendall(raw)

    def answer(self, request: Command, body: bytes = b"", **fields) -> None:
        self.send(encode(Command(fields.pop("code", 0), body=body, opaque=request.opaque, flag=1, **fields)))


class Server:
    def __init__(self, script: Callable[[Peer], None], wrap: Callable | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._script, self._wrap = script, wrap
        self._open: list[socket.socket] = []
        self.connections = 0
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = self._listener.accept()
                self._open.append(sock)
                number, self.connections = self.connections, self.connections + 1
                threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), contextlib.closing(self._wrap(sock) if self._wrap else sock) as wrapped:
            self._script(Peer(wrapped, number))

    def stop(self) -> None:
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@pytest.fixture
def serve():
    """serve(script) → a running Server; ``script(peer)`` runs once for each connection."""
    servers: list[Server] = []

    def start(script: Callable[[Peer], None], wrap: Callable | None = None) -> Server:
        servers.append(Server(script, wrap))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
