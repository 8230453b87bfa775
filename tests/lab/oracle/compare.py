#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what the collection reads from name servers with what mqadmin 4.4.0 prints.

Usage: compare.py LAB '["ip:port", ...]'. Exit 1 with the differences when they last longer than one registration.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.tests.lab.paths import MQADMIN

# A broker registers each 30 s; two readings on both sides of a registration may differ without anything being wrong.
DEADLINE = 60.0


def mqadmin(lab: str, *arguments: str) -> str:
    done = subprocess.run([MQADMIN, lab, *arguments], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout


def listed_by_mqadmin(text: str) -> set[tuple[str, ...]]:
    """Rows of clusterList: cluster, broker name, broker id, address."""
    rows = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {tuple(row[:4]) for row in rows if len(row) >= 4 and row[2].isdigit()}


def listed_by_us(address: str) -> set[tuple[str, ...]]:
    with Admin() as admin:
        info = admin.ask(nameserver.cluster_info(address))
    return {
        (broker.cluster, broker.name, str(number), where)
        for broker in info.brokers.values()
        for number, where in broker.addresses.items()
    }


def route_by_mqadmin(text: str) -> set[tuple[str, int, int, int]]:
    """Queues of topicRoute: broker name, read queues, write queues, permission."""
    start = text.find("{")
    if start < 0:
        return set()
    # Broker ids are printed as bare numbers, which JSON does not allow as keys; the queues come behind and are plain.
    queues = text[text.index('"queueDatas"') :]
    body = json.loads(queues[queues.index("[") : queues.index("]") + 1])
    return {(row["brokerName"], row["readQueueNums"], row["writeQueueNums"], row["perm"]) for row in body}


def route_by_us(address: str, topic: str) -> set[tuple[str, int, int, int]]:
    with Admin() as admin:
        route = admin.ask(nameserver.topic_route(address, topic))
    return {(row.broker, row.read_queues, row.write_queues, row.perm) for row in route.queues} if route else set()


def differences(lab: str, address: str) -> list[str]:
    found = []
    ours, theirs = listed_by_us(address), listed_by_mqadmin(mqadmin(lab, "clusterList", "-n", address))
    if not theirs:
        found.append(f"{address}: mqadmin clusterList lists nobody")
    if ours != theirs:
        found.append(
            f"{address}: only the collection lists {sorted(ours - theirs)}, only mqadmin lists {sorted(theirs - ours)}"
        )
    with Admin() as admin:
        business = sorted(topic for topic in admin.ask(nameserver.topic_list(address)) if topic.endswith("-normal"))
    for topic in business[:1]:
        mine, its = (
            route_by_us(address, topic),
            route_by_mqadmin(mqadmin(lab, "topicRoute", "-n", address, "-t", topic)),
        )
        if mine != its:
            found.append(
                f"{address}: route of {topic}: the collection reads {sorted(mine)}, mqadmin prints {sorted(its)}"
            )
    return found


def main() -> int:
    lab, addresses = sys.argv[1], json.loads(sys.argv[2])
    if not addresses:
        print("no name server was given: nothing was compared", file=sys.stderr)
        return 2
    end = time.monotonic() + DEADLINE
    while True:
        with ThreadPoolExecutor(len(addresses)) as pool:
            found = [line for lines in pool.map(lambda address: differences(lab, address), addresses) for line in lines]
        if not found:
            print(f"mqadmin and the collection agree at {', '.join(addresses)}")
            return 0
        if time.monotonic() > end:
            print("\n".join(found), file=sys.stderr)
            return 1
        time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
