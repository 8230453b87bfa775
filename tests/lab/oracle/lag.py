#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains on a broker, asked one by one: 43 for the offsets, then 30 and 31 for each queue they name.

Usage: lag.py HOST:PORT... prints {"broker": {"topic@group": {queue: [committed, min, max, remaining]}}} as JSON.
"""

from __future__ import annotations

import json
import sys

from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, parse

# What 4.4.0 keeps for itself.
OWN = ("RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC", "SCHEDULE_TOPIC_XXXX")


def remaining(peer: Peer) -> dict[str, dict[int, list[int]]]:
    found: dict[str, dict[int, list[int]]] = {}
    _fields, body = peer.ask(43)
    for pair, offsets in parse(body)["offsetTable"].items():
        topic, _at, group = pair.rpartition("@")
        if topic in OWN or group.startswith("CID_RMQ_SYS_"):
            continue
        for queue, committed in offsets.items():
            low = int(peer.ask(31, topic=topic, queueId=queue)[0]["offset"])
            high = int(peer.ask(30, topic=topic, queueId=queue)[0]["offset"])
            found.setdefault(pair, {})[int(queue)] = [committed, low, high, max(high - max(committed, low), 0)]
    return found


if __name__ == "__main__":
    print(json.dumps({address: remaining(Peer(address)) for address in sys.argv[1:]}, indent=1, sort_keys=True))
