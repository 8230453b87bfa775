#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the computed sizes of _migration/preflight/capacity.py against frames that a real 4.4.0 broker sends.

For each number of topics a broker is started in the network of a lab, with topics, groups and offsets in its store. A
listener on the lab's gateway stands where its name server would be and measures the registration; the broker itself is
asked for its tables (21, 201, 43). The computed sizes come from what the collection reads of that broker, as in the
preflight; its verdict stands below them. Fails when a computed size is more than 2 % off.

    make lab LAB=scratch50 ESTATE=tiny
    . tools/environment.sh; python tests/benchmarks/capacity.py --lab scratch50 --topics 2000 10000
"""

from __future__ import annotations

import argparse
import io
import json
import queue
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    ClusterSpec,
    SubscriptionGroup,
    TopicConfig,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.snapshot import take
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight import capacity
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.merge import MergedTables, merge
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.seed import broker_files

# As deployed: the preflight computes what the target will send.
IMAGE = "mqops/rocketmq:4.4.0"
USER = 10911
TOLERANCE = 0.02
REGISTER_BROKER, ALL_TOPICS, ALL_GROUPS, ALL_OFFSETS = 103, 21, 201, 43


def estate(topics: int) -> MergedTables:
    """Half of the topics are the retry topics of as many groups; names of several lengths, as estates have them."""
    rows: dict[str, TopicConfig] = {}
    groups: dict[str, SubscriptionGroup] = {}
    pairs = set()
    for number in range(topics // 2):
        name = f"{('orders', 'patient-events', 'audit')[number % 3]}-{number:07d}"
        group = f"{name}-reader"
        rows[name] = TopicConfig(name, 8, 8, 6)
        rows[f"%RETRY%{group}"] = TopicConfig(f"%RETRY%{group}", 1, 1, 6)
        groups[group] = SubscriptionGroup(group, broadcast=number % 2 == 0)
        pairs |= {(group, name), (group, f"%RETRY%{group}")}
    return MergedTables(rows, groups, {}, {}, {}, frozenset(pairs))


def read_frame(connection: socket.socket) -> tuple[dict[str, Any], int]:
    """The header of one frame, and its whole length in bytes as a length field decoder counts it."""
    (length,) = struct.unpack(">i", read(connection, 4))
    (header,) = struct.unpack(">i", read(connection, 4))
    text = read(connection, header & 0xFFFFFF)
    read(connection, length - 4 - len(text))
    return json.loads(text), length + 4


def read(connection: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        part = connection.recv(min(count - len(found), 1 << 20))
        if not part:
            raise EOFError("the connection was closed")
        found += part
    return bytes(found)


def frame(**header: Any) -> bytes:
    text = json.dumps({"language": "JAVA", "version": 293, "extFields": {}, **header}).encode()
    return struct.pack(">ii", 4 + len(text), len(text)) + text


class Listener:
    """Where the broker believes its name server to be: says yes to everything, keeps the lengths of registrations."""

    def __init__(self, address: str) -> None:
        self.lengths: queue.Queue[int] = queue.Queue()
        self.server = socket.create_server((address, 0))
        self.address = f"{address}:{self.server.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            connection, _peer = self.server.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while True:
                    header, length = read_frame(connection)
                    if header["code"] == REGISTER_BROKER:
                        self.lengths.put(length)
                    connection.sendall(frame(code=0, flag=1, opaque=header["opaque"]))
            except (EOFError, OSError):
                return


def ask(address: tuple[str, int], code: int) -> int:
    """The length of the answer to one request, in bytes."""
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(frame(code=code, flag=0, opaque=1))
        header, length = read_frame(connection)
        if header["code"] != 0:
            raise RuntimeError(f"request {code} was answered {header['code']}: {header.get('remark')}")
        return length


def docker(*words: str, data: bytes | None = None) -> str:
    done = subprocess.run(["docker", *words], input=data, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"docker {' '.join(words)}: {done.stderr.decode().strip()}")
    return done.stdout.decode().strip()


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        folders = {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)}
        for folder in sorted(folders):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o755, USER, USER
            tar.addfile(entry)
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.uid, entry.gid = len(text.encode()), USER, USER
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def judge(broker: BrokerSpec) -> tuple[capacity.Capacity, str]:
    """What the preflight computes about a target that gets this broker's tables, and what it says."""
    target = ClusterSpec("hub", (), (BrokerSpec("hub-a", 0, "198.18.0.1:10911"),))
    began = time.monotonic()
    admin = Admin(timeout=60, connect_timeout=10)
    try:
        snapshot = take(admin, ClusterSpec("mro", (), (broker,)), ("topics", "groups", "offsets", "runtime"))
    finally:
        admin.close()
    size = capacity.measure(merge([snapshot], target), target, capacity.stored([snapshot]))
    said = "; ".join(str(reason) for reason in capacity.judge(size, target))
    return size, f"{said} (in {time.monotonic() - began:.1f} s)"


def measure(lab: str, topics: int, deadline: float) -> tuple[list[tuple[str, int, int]], str]:
    """(what, measured, computed) in bytes, and the verdict."""
    network = json.loads(docker("network", "inspect", f"mqops-{lab}"))[0]["IPAM"]["Config"][0]
    gateway, address = network["Gateway"], network["Gateway"].rpartition(".")[0] + ".250"
    listener = Listener(gateway)
    options = {
        "brokerClusterName": "mro",
        "brokerName": "broker-a",
        "brokerId": 0,
        "brokerRole": "ASYNC_MASTER",
        "namesrvAddr": listener.address,
        "brokerIP1": address,
        "brokerIP2": address,
        "listenPort": 10911,
        "storePathRootDir": "/var/lib/rocketmq/store",
        "storePathCommitLog": "/var/lib/rocketmq/store/commitlog",
        "mapedFileSizeCommitLog": 16777216,
    }
    files = {
        f"store/config/{name}": text for name, text in broker_files(estate(topics), int(time.time() * 1000)).items()
    }
    name = f"mqops-{lab}-capacity"
    docker(
        "create", "--name", name, "--network", f"mqops-{lab}", "--ip", address, "--label", f"mqops.lab={lab}",
        "--env", "JAVA_HEAP=1g", "--env", "JAVA_DIRECT=256m", "--env", "JAVA_GC=serial", IMAGE, "broker",
    )  # fmt: skip
    try:
        conf = "".join(f"{key}={value}\n" for key, value in options.items())
        docker("cp", "-", f"{name}:/etc/rocketmq", data=archive({"broker.conf": conf}))
        docker("cp", "-", f"{name}:/var/lib/rocketmq", data=archive(files))
        docker("start", name)
        try:
            registered = listener.lengths.get(timeout=deadline)
        except queue.Empty:
            raise RuntimeError(f"no registration within {deadline:g} s: {docker('logs', name)}") from None
        broker = (address, 10911)
        seen = [ask(broker, code) for code in (ALL_TOPICS, ALL_GROUPS, ALL_OFFSETS)]
        size, verdict = judge(BrokerSpec("broker-a", 0, f"{address}:10911"))
    finally:
        docker("rm", "--force", "--volumes", name)
    rows = [
        ("registration", registered, size.registration),
        ("topics, 21", seen[0], size.topics_reply),
        ("groups, 201", seen[1], size.groups_reply),
        ("offsets, 43", seen[2], size.offsets_reply),
    ]
    return rows, verdict


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", required=True, help="a lab that is up; its network is used")
    parser.add_argument("--topics", type=int, nargs="+", default=[2000, 10_000], help="sizes of the table")
    parser.add_argument("--timeout", type=float, default=300, help="seconds until the broker must have registered")
    given = parser.parse_args()
    bad = False
    print(f"{'topics':>8} {'frame':14} {'measured':>12} {'computed':>12} {'off':>8}")
    for topics in given.topics:
        rows, verdict = measure(given.lab, topics, given.timeout)
        for what, measured, computed in rows:
            off = computed / measured - 1
            bad |= abs(off) > TOLERANCE
            print(f"{topics:8} {what:14} {measured:12} {computed:12} {off:8.2%}")
        print(f"{topics:8} {verdict}", flush=True)
    if bad:
        sys.exit(f"a computed size is more than {TOLERANCE:.0%} off")


if __name__ == "__main__":
    main()
