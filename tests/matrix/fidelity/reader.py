# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader of four request codes that shares nothing with the collection, so that it does not share its mistakes."""

from __future__ import annotations

import json
import re
import socket
import struct
from typing import Any

TOPICS, GROUPS, OFFSETS, KV = 21, 201, 43, 219
_NUMBER_KEY = re.compile(r"([{,])(\d+):(?=-?\d)")


def ask(address: str, code: int, **fields: str) -> Any:
    """The body of the answer as a value. Raises OSError or ValueError."""
    host, port = address.split(":")
    header = json.dumps(
        {"code": code, "language": "OTHER", "version": 293, "opaque": 1, "flag": 0, "extFields": fields}
    ).encode()
    with socket.create_connection((host, int(port)), timeout=30) as peer:
        peer.sendall(struct.pack(">II", 4 + len(header), len(header)) + header)
        length = struct.unpack(">I", _read(peer, 4))[0]
        frame = _read(peer, length)
    end = 4 + (struct.unpack(">I", frame[:4])[0] & 0xFFFFFF)
    answer = json.loads(frame[4:end])
    if answer["code"]:
        raise ValueError(f"{address} answers {answer['code']} to {code} {fields}: {answer.get('remark')}")
    text = frame[end:].decode("utf-8")
    # Offsets have numbers for keys, and no name can contain what stands before and behind them.
    return json.loads(_NUMBER_KEY.sub(r'\1"\2":', text) if code == OFFSETS else text)


def _read(peer: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = peer.recv(count - len(data))
        if not more:
            raise OSError("the connection ended in the middle of an answer")
        data += more
    return data


def topics(address: str) -> dict[str, dict[str, Any]]:
    return ask(address, TOPICS)["topicConfigTable"]


def groups(address: str) -> dict[str, dict[str, Any]]:
    return ask(address, GROUPS)["subscriptionGroupTable"]


def offsets(address: str) -> dict[str, dict[str, int]]:
    """``topic@group`` → {queue as text: offset}."""
    return ask(address, OFFSETS)["offsetTable"]


def order(address: str) -> dict[str, str]:
    try:
        return ask(address, KV, namespace="ORDER_TOPIC_CONFIG")["table"]
    except ValueError as error:
        if "answers 22 " in str(error):  # nothing in this namespace
            return {}
        raise
