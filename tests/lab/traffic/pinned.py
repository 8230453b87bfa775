# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A producer past the client's library: what a permission in the routes does not reach."""

from __future__ import annotations

import threading

from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, send


class Pinned:
    """A producer that pins its queue: it never asks for a route, so no permission reaches it."""

    def __init__(self, address: str, topic: str, queue: int, every: float) -> None:
        self.peer, self.topic, self.queue, self.every = Peer(address), topic, queue, every
        self.sent, self.ended = 0, threading.Event()
        self.address = "{}:{}".format(*self.peer.socket.getsockname())
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self) -> None:
        while not self.ended.is_set():
            send(self.peer, self.topic, self.queue)
            self.sent += 1
            self.ended.wait(self.every)

    def stop(self) -> None:
        self.ended.set()
        self.thread.join()
        self.peer.close()
