# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""4.4.0's protocol once more, one question at a time: an oracle must not share code with what it judges.

Only what the scenarios need: JSON headers, answers matched by opaque, requests of the broker's own dropped.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from typing import Any

TIMEOUT = 20.0
IDLE = 100.0  # seconds; 4.4.0 closes a connection after 120 s of silence


class Refusal(Exception):
    """The broker answered with another code than 0."""


class Peer:
    """One connection, which lives until it is closed: a broker takes its end for the end of the client."""

    def __init__(self, address: str) -> None:
        host, _colon, port = address.partition(":")
        self.address = address
        self.peer = (host, int(port))
        self.socket = socket.create_connection(self.peer, TIMEOUT)
        self.used = time.monotonic()
        self.opaque = 0
        self.lock = threading.Lock()

    def close(self) -> None:
        self.socket.close()

    def ask(self, code: int, body: bytes = b"", **ext: Any) -> tuple[dict[str, str], bytes]:
        """Header fields and body of the answer; Refusal when its code is not 0."""
        with self.lock:
            if time.monotonic() - self.used > IDLE:
                self.socket.close()
                self.socket = socket.create_connection(self.peer, TIMEOUT)
            self.used = time.monotonic()
            self.opaque += 1
            fields = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in ext.items()}
            head = json.dumps(
                {
                    "code": code,
                    "language": "JAVA",
                    "version": 293,
                    "opaque": self.opaque,
                    "flag": 0,
                    "extFields": fields,
                }
            ).encode()
            self.socket.sendall(struct.pack(">ii", 4 + len(head) + len(body), len(head)) + head + body)
            while True:
                answer, content = self._frame()
                if answer["flag"] & 1 and answer["opaque"] == self.opaque:
                    break
        if answer["code"]:
            raise Refusal(f"{code} at {self.address}: {answer['code']} {answer.get('remark')}")
        return answer.get("extFields") or {}, content

    def _frame(self) -> tuple[dict[str, Any], bytes]:
        total, word = struct.unpack(">ii", self._read(8))
        length = word & 0xFFFFFF
        return json.loads(self._read(length)), self._read(total - 4 - length)

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            part = self.socket.recv(count - len(found))
            if not part:
                raise ConnectionError(f"{self.address} closed the connection")
            found += part
        return found


def parse(body: bytes) -> Any:
    """fastjson writes whole numbers as keys without quotes."""
    return json.loads(re.sub(r"([{,])(\d+):", r'\1"\2":', body.decode()))


def send(
    peer: Peer, topic: str, queue: int, body: str = "hello", *, flag: int = 0, **properties: str
) -> tuple[int, int]:
    """Sends one message as a producer would; its queue offset, and its position in the commit log."""
    text = "".join(f"{key}\x01{value}\x02" for key, value in properties.items())
    ext, _body = peer.ask(
        310,
        body.encode(),
        a="mqops-stimulus",
        b=topic,
        c="TBW102",
        d=4,
        e=queue,
        f=flag,
        g=int(time.time() * 1000),
        h=0,
        i=text,
        j=0,
        k=False,
        l=16,
        m=False,
    )
    return int(ext["queueOffset"]), int(ext["msgId"][16:32], 16)


class Puppet:
    """A consumer group with one client whose strings are pulled here: online while open, commits what it is told."""

    def __init__(self, address: str, group: str, topic: str) -> None:
        self.peer, self.group, self.topic = Peer(address), group, topic
        self.ended = threading.Event()
        self._beat()
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.thread.start()

    def _beat(self) -> None:
        subscriptions = [
            {
                "topic": topic,
                "subString": "*",
                "classFilterMode": False,
                "codeSet": [],
                "tagsSet": [],
                "subVersion": 1,
                "expressionType": "TAG",
            }
            for topic in (self.topic, f"%RETRY%{self.group}")
        ]
        self.peer.ask(
            34,
            json.dumps(
                {
                    "clientID": f"puppet@{self.group}",
                    "producerDataSet": [],
                    "consumerDataSet": [
                        {
                            "groupName": self.group,
                            "consumeType": "CONSUME_PASSIVELY",
                            "messageModel": "CLUSTERING",
                            "consumeFromWhere": "CONSUME_FROM_FIRST_OFFSET",
                            "unitMode": False,
                            "subscriptionDataSet": subscriptions,
                        }
                    ],
                }
            ).encode(),
        )

    def _live(self) -> None:
        # A broker forgets a client that is silent for 120 s.
        while not self.ended.wait(20):
            self._beat()

    def commit(self, queue: int, offset: int) -> None:
        self.peer.ask(15, consumerGroup=self.group, topic=self.topic, queueId=queue, commitOffset=offset)

    def die(self) -> None:
        """The connection breaks, as when a process is killed."""
        self.ended.set()
        self.thread.join()
        self.peer.close()
