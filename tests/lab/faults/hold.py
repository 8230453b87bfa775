#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that no library of today can play: one in another language that says nothing, an old one, and twins.

Usage: hold.py MRO_MASTER MDM_MASTER NET. Sends their heartbeats over connections that stay open, until it is ended
(after ten minutes by itself), and answers nothing that the brokers ask.
"""

from __future__ import annotations

import json
import socket
import sys
import time

HEART_BEAT, EVERY, LIFE = 34, 20.0, 600.0


def heartbeat(group: str, topic: str, client_id: str) -> bytes:
    consumer = {
        "groupName": group, "consumeType": "CONSUME_PASSIVELY", "messageModel": "CLUSTERING",
        "consumeFromWhere": "CONSUME_FROM_FIRST_OFFSET", "unitMode": False,
        "subscriptionDataSet": [{"topic": topic, "subString": "*", "subVersion": 1, "expressionType": "TAG",
                                 "tagsSet": [], "codeSet": [], "classFilterMode": False}],
    }  # fmt: skip
    return json.dumps({"clientID": client_id, "producerDataSet": [], "consumerDataSet": [consumer]}).encode()


def frame(body: bytes, language: str, version: int, opaque: int) -> bytes:
    header = json.dumps(
        {"code": HEART_BEAT, "language": language, "version": version, "opaque": opaque, "flag": 0, "extFields": {}}
    ).encode()
    return (4 + len(header) + len(body)).to_bytes(4, "big") + len(header).to_bytes(4, "big") + header + body


def main() -> None:
    mro, mdm, net = sys.argv[1:4]
    clients = [
        (mro, "pre-go", "pre-clients-mro", f"{net}.1@go", "GO", 0),
        (mro, "pre-twin", "pre-clients-mro", f"{net}.1@twin", "JAVA", 293),
        (mdm, "pre-old", "pre-clients-mdm", f"{net}.1@twin", "JAVA", 200),
    ]
    held = []
    for address, *_rest in clients:
        host, port = address.split(":")
        held.append(socket.create_connection((host, int(port)), timeout=10))
    end = time.monotonic() + LIFE
    opaque = 0
    while time.monotonic() < end:
        for connection, (_address, group, topic, client_id, language, version) in zip(held, clients, strict=True):
            opaque += 1
            connection.sendall(frame(heartbeat(group, topic, client_id), language, version, opaque))
            # Whatever the broker says or asks is read and left unanswered.
            connection.recv(65536)
        print("held", flush=True)
        time.sleep(EVERY)


if __name__ == "__main__":
    main()
