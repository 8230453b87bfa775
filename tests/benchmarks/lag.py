# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps of rocketmq_offset_lag over a large estate in which a few groups have messages to read."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.tests.benchmarks import measure, peers, tables
from ansible_collections.mqops.rocketmq.tests.benchmarks.report import Report, Row, against, at_most, load_words
from ansible_collections.mqops.rocketmq.tests.lab.clusters import Cluster, Estate, cpu_seconds

QUEUES = 8
BEHIND = 50  # groups that have something to read
JAVA_SAMPLE = 100
MQADMIN_SAMPLE = 3
FOLLOWING = 5
SWEEPS = 200
STEADY_TOPICS = 300


def run(estate: Estate, report: Report, cluster: Cluster, count: int) -> None:
    server = cluster.nameservers[0].address
    brokers = [member.name for member in cluster.masters]
    containers = [member.container for member in cluster.masters]
    behind = min(BEHIND, count)
    sent = peers.java(estate, "send", server, "bench-topic-", str(behind), str(QUEUES), *brokers).count

    arguments = {"clusters": [cluster.spec()], "request_timeout": 120, "window": 0}
    start = cpu_seconds(containers)
    first = measure.run_module("rocketmq_offset_lag", {**arguments, "wait": False})
    broker = (cpu_seconds(containers) - start) / len(containers)
    _require(first.result, cluster.name, sent, behind)
    what = f"lag of {count} groups on 3 masters"
    how = f"once, client {first.cpu:.1f} s of processor, {load_words()}"
    report.add(
        at_most(f"{what}: first sweep with verdicts", first.wall, 20, "s", how),
        Row(f"{what}: processor time of each broker for it", broker, "s", how),
    )

    # The time is for a few sweeps after the first one; it ends "not drained", as it has to.
    start = cpu_seconds(containers)
    timeout = first.wall + FOLLOWING * max(first.wall / 4, 2)
    watched = measure.run_module(
        "rocketmq_offset_lag", {**arguments, "interval": 0.01, "timeout": timeout}, failure="not drained"
    )
    _require(watched.result, cluster.name, sent, behind)
    samples = watched.result["samples"]
    if samples < 2:
        raise RuntimeError(f"no further sweep within {timeout:.0f} s")
    following = (watched.result["elapsed"] - first.wall) / (samples - 1)
    share = ((cpu_seconds(containers) - start) / len(containers) - broker) / (samples - 1)
    how = f"mean of {samples - 1}, {load_words()}"
    report.add(
        at_most(f"{what}: a following sweep, source frozen", following, 5, "s", how),
        Row(f"{what}: processor time of each broker for it", share, "s", how),
        at_most(f"{what}: peak memory of the module", watched.peak, 400, "MiB", f"over {samples} sweeps"),
    )

    java = peers.java(estate, "lag", server, "bench-group-", "0", str(min(JAVA_SAMPLE, count)))
    if java.count != min(JAVA_SAMPLE, count):
        raise RuntimeError(f"the Java loop had an answer for {java.count} groups only")
    start = cpu_seconds(containers[:1])
    whole = peers.java(estate, "broker", server, cluster.masters[0].address)
    burnt = cpu_seconds(containers[:1]) - start
    commands = [["consumerProgress", "-n", server, "-g", tables.group_name(number)] for number in range(MQADMIN_SAMPLE)]
    mqadmin = peers.mqadmin(estate, commands, "Diff Total")
    report.add(
        against(
            f"{what}: first sweep",
            first.wall,
            "Java loop over examineConsumeStats (208)",
            java.each * count,
            "s",
            f"{java.count} groups at {java.each * 1000:.1f} ms, extrapolated to {count}; {load_words()}",
            ratio=20,
        ),
        against(
            f"{what}: first sweep",
            first.wall,
            "one 317 for each broker",
            whole.seconds * len(containers),
            "s",
            f"one broker ({burnt:.1f} s of its processor time), x {len(containers)}; {load_words()}",
        ),
        against(
            f"{what}: first sweep",
            first.wall,
            "mqadmin consumerProgress -g, one process a group",
            mqadmin.each * count,
            "s",
            f"{MQADMIN_SAMPLE} commands at {mqadmin.each:.2f} s, extrapolated to {count}; {load_words()}",
        ),
    )


def _require(result: dict, cluster: str, sent: int, behind: int) -> None:
    """A sweep counts only when its verdicts are right."""
    found = result["clusters"][cluster]
    groups = sum(group["verdict"] == "NO_CONSUMER" for group in found["groups"].values())
    if found["remaining"] != sent or groups != behind:
        raise RuntimeError(f"{found['remaining']} messages remain for {groups} groups; {sent} were sent for {behind}")


def steady(estate: Estate, report: Report) -> None:
    """Two hundred sweeps of one process: neither memory nor descriptors may grow."""
    files = tables.store_files(STEADY_TOPICS)
    cluster = estate.cluster("steady", dict.fromkeys(("bench-a", "bench-b", "bench-c"), files))
    server = cluster.nameservers[0].address
    peers.java(estate, "send", server, "bench-topic-", "10", str(QUEUES), *(member.name for member in cluster.masters))
    arguments = {"clusters": [cluster.spec()], "request_timeout": 120, "window": 0, "interval": 0.01}
    few = measure.run_module("rocketmq_offset_lag", {**arguments, "timeout": 10}, failure="not drained")
    each = few.result["elapsed"] / few.result["samples"]
    memory: list[float] = []
    descriptors: list[int] = []

    def watch(pid: int) -> None:
        try:
            memory.append(measure.memory_of(pid))
            descriptors.append(measure.descriptors_of(pid))
        except OSError:
            pass  # it is ending

    arguments["timeout"] = 10 + 1.5 * SWEEPS * each
    many = measure.run_module("rocketmq_offset_lag", arguments, watch, failure="not drained")
    samples = many.result["samples"]
    # Before a fifth of the time everything has been loaded and built once.
    early, late = slice(len(memory) // 5, len(memory) * 2 // 5), slice(len(memory) * 4 // 5, None)
    how = f"{samples} sweeps of {STEADY_TOPICS} topics and groups, first against last fifth after the start"
    report.add(
        Row("sweeps in one process", samples, "sweeps", how, wanted=f"at least {SWEEPS}", met=samples >= SWEEPS),
        at_most("growth of memory over them", max(memory[late]) - max(memory[early]), 2, "MiB", how),
        at_most("growth of file descriptors over them", max(descriptors[late]) - max(descriptors[early]), 0, "", how),
    )
