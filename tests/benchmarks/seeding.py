# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large estate copied to three new masters by seeds, looked at again, and grown by a hundred topics."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from ansible_collections.mqops.rocketmq.tests.benchmarks import measure, tables
from ansible_collections.mqops.rocketmq.tests.benchmarks.report import Report, Row, at_most, load_words
from ansible_collections.mqops.rocketmq.tests.lab.clusters import (
    NAMESERVER_PORT,
    Cluster,
    Estate,
    Member,
    cpu_seconds,
)

GROWTH = 100
MASTERS = ("hub-a", "hub-b", "hub-c")


def run(estate: Estate, report: Report, count: int, build: Path) -> Cluster:
    """Returns the new cluster, which the next measurements need."""
    source = estate.cluster("old", {"old-a": tables.store_files(count)}, heap="1g")
    target = Cluster("hub")
    machines = [_member(estate, name) for name in ("hub-ns", *MASTERS)]
    target.nameservers, target.masters = machines[:1], machines[1:]
    variables = {
        "bench_sources": [source.spec()],
        "bench_target": target.spec(),
        "bench_directory": str(build / "seed"),
        "bench_topics": 2 * count,
    }
    inventory = build / "inventory.json"
    inventory.write_text(json.dumps(_inventory(estate, source, target)), encoding="utf-8")
    playbook = Path(__file__).with_name("seeding.yml")
    command = ["ansible-playbook", "-i", str(inventory), "-e", json.dumps(variables), str(playbook)]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.monotonic() - start
    (build / "seeding.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"seeding.yml failed, see {build / 'seeding.log'}: {done.stdout[-2000:]}")
    for member in target.masters:
        member.container = estate.client.containers.get(f"{estate.network}-{member.name}")

    what = f"{count} topics, groups, retry topics"
    how = f"once, {load_words()}"
    report.add(at_most(f"{what}: playbook to proof", wall, 150, "s", how))

    arguments = {"sources": [source.spec()], "target": target.spec(), "request_timeout": 120, "timeout": 600}
    again = measure.run_module("rocketmq_metadata", arguments)
    if again.result["changed"] or again.result["topics"] < 2 * count:
        raise RuntimeError(f"the pass after the seeds found a difference: {again.result['sent']}")
    report.add(at_most(f"{what}: a pass without difference", again.wall, 20, "s", f"once, {load_words()}"))

    settings = {"read_queues": 8, "write_queues": 8, "perm": 6}
    more = [{"name": f"bench-more-{number:03d}", **settings} for number in range(GROWTH)]
    measure.run_module("rocketmq_topic", {"clusters": [source.spec()], "topics": more, "request_timeout": 120})
    before = cpu_seconds([member.container for member in target.masters])
    grown = measure.run_module("rocketmq_metadata", arguments)
    share = (cpu_seconds([member.container for member in target.masters]) - before) / len(MASTERS)
    if grown.result["sent"]["topics"] != GROWTH * len(MASTERS):
        raise RuntimeError(f"sent {grown.result['sent']} instead of {GROWTH} topics for each master")
    how = f"once, client {grown.cpu:.1f} s of processor, {load_words()}"
    report.add(
        Row(f"{GROWTH} more topics copied to that estate, read back, wall", grown.wall, "s", how),
        Row(
            f"{GROWTH} more topics: processor time of each broker",
            share,
            "s",
            f"{share / GROWTH:.3f} s a topic, all reads included",
        ),
    )
    return target


def _member(estate: Estate, name: str) -> Member:
    container, ip = estate.machine(name)
    port = NAMESERVER_PORT if name.endswith("-ns") else 10911
    return Member(name, f"{ip}:{port}", estate.client.containers.get(container))


def _inventory(estate: Estate, source: Cluster, target: Cluster) -> dict[str, object]:
    """Hosts for the roles, which join the machines' networks."""
    here = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    nameservers = [member.address for member in (*source.nameservers, *target.nameservers)]

    def host(member: Member, role: str) -> dict[str, object]:
        return {
            **here,
            "rocketmq_cluster": target.name,
            "rocketmq_role": role,
            "rocketmq_broker_name": member.name,
            "rocketmq_address": member.address.split(":")[0],
            "rocketmq_nameservers": nameservers,
            "rocketmq_container_prefix": f"{estate.network}-",
            "rocketmq_container_labels": {"mqops.lab": estate.label},
            "rocketmq_network_mode": f"container:{member.container.name}",
            "rocketmq_broker_heap": "1g",
            "rocketmq_broker_direct_memory": "256m",
            "rocketmq_gc": "serial",
            "rocketmq_broker_options": {
                "mapedFileSizeCommitLog": 16777216,
                "mapedFileSizeConsumeQueue": 400000,
                "maxHashSlotNum": 50000,
                "maxIndexNum": 200000,
                "diskMaxUsedSpaceRatio": 95,
                "autoCreateTopicEnable": False,
            },
        }

    return {
        "all": {
            "hosts": {"localhost": here},
            "children": {
                "nameservers": {"hosts": {one.name: host(one, "nameserver") for one in target.nameservers}},
                "masters": {"hosts": {one.name: host(one, "master") for one in target.masters}},
            },
        }
    }
