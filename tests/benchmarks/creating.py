# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topics one by one over the wire: each client has three fresh brokers of its own, so that tables grow alike."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.tests.benchmarks import measure, peers
from ansible_collections.mqops.rocketmq.tests.benchmarks.report import Report, Row, against, load_words
from ansible_collections.mqops.rocketmq.tests.lab.clusters import DEPLOYED, Cluster, Estate

QUEUES = 8
MQADMIN_SAMPLE = 5
PREFIX = "bench-new-"


def run(estate: Estate, report: Report, count: int) -> None:
    masters = [f"bench-{letter}" for letter in "abc"]
    with_java = estate.cluster("java", dict.fromkeys(masters), DEPLOYED, heap="512m")
    java = peers.java(estate, "create", with_java.nameservers[0].address, "java", PREFIX, str(count), str(QUEUES))
    _stop(with_java)
    how = f"once, {load_words()}"

    cluster = estate.cluster("ours", dict.fromkeys(masters), DEPLOYED, heap="512m")
    arguments = {
        "clusters": [cluster.spec()],
        "topics": [
            {"name": f"{PREFIX}{number:05d}", "read_queues": QUEUES, "write_queues": QUEUES, "perm": 6}
            for number in range(count)
        ],
        "request_timeout": 120,
    }
    ours = measure.run_module("rocketmq_topic", arguments)
    if len(ours.result["changes"]) != count * len(masters):
        raise RuntimeError(f"{len(ours.result['changes'])} changes instead of {count * len(masters)}")
    again = measure.run_module("rocketmq_topic", arguments)
    if again.result["changed"]:
        raise RuntimeError("the second run changed something")
    commands = [
        ["updateTopic", "-n", cluster.nameservers[0].address, "-c", "ours", "-t", f"bench-mqadmin-{number}"]
        for number in range(MQADMIN_SAMPLE)
    ]
    mqadmin = peers.mqadmin(estate, commands, "create topic to .* success")
    _stop(cluster)

    what = f"{count} topics on 3 masters"
    report.add(
        against(f"{what}, read back, wall", ours.wall, "Java admin loop", java.seconds, "s", how, ratio=1 / 1.25),
        against(f"{what}, client processor time", ours.cpu, "Java admin loop", java.cpu, "s", how, ratio=4),
        against(
            f"{what}, read back, wall",
            ours.wall,
            "mqadmin, one process a topic",
            mqadmin.each * count,
            "s",
            f"{MQADMIN_SAMPLE} commands at {mqadmin.each:.2f} s, extrapolated to {count}; {load_words()}",
            ratio=100,
        ),
        Row(f"{what}, second run, nothing to do, wall", again.wall, "s", how),
    )


def _stop(cluster: Cluster) -> None:
    for member in (*cluster.masters, *cluster.nameservers):
        member.container.remove(force=True, v=True)
