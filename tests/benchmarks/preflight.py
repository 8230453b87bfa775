#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight of three sources costs, beside what mqadmin 4.4.0 costs for the same questions.

Usage: preflight.py LAB [up|read|mqadmin|down|all]. It brings up the lab (estate "trio": a name server and a master for
each source) with topics and groups in the brokers' stores before their first start, reads it with the real module in a
process of its own (TURNS times, by default three), requires every conflict that was made, and asks mqadmin a sample of
the same questions. On a busy machine wall times say little; CPU of the module and of the servers is the steady figure.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import yaml

from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, LAB, MQADMIN, ROOT

SOURCES = {"mro": 20, "mdm": 30, "rot-sc": 40}
TOPICS = GROUPS = 3400
SHARED = 1134  # a third of them, in all sources; every second one of the topics with other queue numbers in one
SAMPLE = 3
READ = """
import json, resource, sys
from ansible_collections.mqops.rocketmq.tests.resources.module_args import patch_module_args
from ansible_collections.mqops.rocketmq.plugins.modules import rocketmq_preflight_info
with patch_module_args(json.load(open(sys.argv[1]))):
    try:
        rocketmq_preflight_info.main()
    finally:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def topics(source: str) -> dict[str, int]:
    """Name → queues. The shared ones come first."""
    shared = {f"bench-shared-topic-{n:05}": 8 if source == "mdm" and n % 2 else 4 for n in range(SHARED)}
    own = {f"{source}-bench-topic-{n:05}": 4 for n in range(TOPICS - SHARED)}
    return {**shared, **own}


def groups(source: str) -> list[str]:
    own = [f"{source}-bench-group-{n:05}" for n in range(GROUPS - SHARED)]
    return [f"bench-shared-group-{n:05}" for n in range(SHARED)] + own


def seed(directory: Path) -> None:
    """The files that a broker reads at its first start; each group has read a topic of its own number."""
    for source in SOURCES:
        rows = {name: (queues, 6) for name, queues in topics(source).items()}
        rows.update({f"%RETRY%{name}": (1, 6) for name in groups(source)})
        table = {
            name: {
                "order": False, "perm": perm, "readQueueNums": queues, "topicFilterType": "SINGLE_TAG",
                "topicName": name, "topicSysFlag": 0, "writeQueueNums": queues,
            }
            for name, (queues, perm) in rows.items()
        }  # fmt: skip
        config = {
            name: {
                "brokerId": 0, "consumeBroadcastEnable": True, "consumeEnable": True, "consumeFromMinEnable": True,
                "groupName": name, "notifyConsumerIdsChangedEnable": True, "retryMaxTimes": 16, "retryQueueNums": 1,
                "whichBrokerWhenConsumeSlowly": 1,
            }
            for name in groups(source)
        }  # fmt: skip
        version = {"counter": 1, "timestamp": 1550000000000}
        offsets = ",".join(
            f'"{topic}@{group}":{{0:0,1:0,2:0,3:0}}'
            for topic, group in zip(topics(source), groups(source), strict=True)
        )
        to = directory / source
        to.mkdir(parents=True, exist_ok=True)
        (to / "topics.json").write_text(json.dumps({"dataVersion": version, "topicConfigTable": table}))
        (to / "subscriptionGroup.json").write_text(
            json.dumps({"dataVersion": version, "subscriptionGroupTable": config})
        )
        (to / "consumerOffset.json").write_text(f'{{"offsetTable":{{{offsets}}}}}')


def clusters(lab: str) -> tuple[list[dict], dict]:
    number = yaml.safe_load((LAB / "lab.yml").read_text())["lab_instances"][lab]
    net = f"198.18.{number}"
    sources = [
        {
            "name": name,
            "nameservers": [f"{net}.{first}:9876"],
            "brokers": [{"name": "broker-a", "id": 0, "address": f"{net}.{first + 1}:10911"}],
        }
        for name, first in SOURCES.items()
    ]
    brokers = [{"name": "hub-a", "id": 0, "address": f"{net}.81:10911"}]
    return sources, {"name": "hub", "nameservers": [f"{net}.80:9876"], "brokers": brokers}


def up(lab: str) -> None:
    seeds = BUILD / f"seeds-{lab}"
    seed(seeds)
    began = time.monotonic()
    subprocess.run(
        ["ansible-playbook", "tests/lab/up.yml", "--extra-vars",
         json.dumps({"broker_seed_dir": f"{seeds}/{{{{ rocketmq_cluster }}}}"})],
        cwd=ROOT, env={**os.environ, "LAB": lab, "ESTATE": "trio", "LAB_BUSINESS": "no"}, check=True,
    )  # fmt: skip
    print(f"lab up after {time.monotonic() - began:.0f} s")


def servers_cpu(lab: str) -> float:
    """CPU seconds that the name servers and brokers of the lab have used since their start."""
    total = 0.0
    for source in SOURCES:
        for process in ("ns", "broker-a"):
            name = f"mqops-{lab}-{source}-{process}"
            found = subprocess.run(
                ["docker", "inspect", "--format", "{{.State.Pid}}", name], capture_output=True, text=True, check=True
            )
            fields = Path(f"/proc/{found.stdout.strip()}/stat").read_text().rpartition(") ")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def read(lab: str) -> dict[str, float]:
    """The module as Ansible would run it, three times: wall seconds, requests, CPU and peak memory."""
    sources, target = clusters(lab)
    arguments = BUILD / lab / "preflight.json"
    arguments.write_text(json.dumps({"sources": sources, "target": target}))
    figures = []
    for _turn in range(int(os.environ.get("TURNS", "3"))):
        servers = servers_cpu(lab)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", READ, str(arguments)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        servers = servers_cpu(lab) - servers
        result = json.loads(done.stdout)
        require_all(result)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        memory = int(done.stderr.split()[-1]) / 1024
        figures.append({"wall": wall, "cpu": cpu, "requests": result["questions"], "mib": memory})
        print(
            f"module: {wall:.1f} s wall, {cpu:.1f} s CPU (servers {servers:.1f} s), {result['questions']} requests, "
            f"{memory:.0f} MiB at most; load {os.getloadavg()[0]:.1f}"
        )
    print("\n".join(result["table"]))
    return min(figures, key=lambda one: one["wall"])


def require_all(result: dict) -> None:
    """Every conflict that was made, and no other that blocks."""
    found: dict[str, set[str]] = {}
    for row in result["reasons"]:
        found.setdefault(row["code"], set()).add(row["subject"])
    unequal = {f"bench-shared-topic-{n:05}" for n in range(SHARED) if n % 2}
    equal = {f"bench-shared-topic-{n:05}" for n in range(SHARED) if not n % 2}
    wanted = {
        "SAME_GROUP": {f"bench-shared-group-{n:05}" for n in range(SHARED)},
        "SAME_TOPIC": equal,
        "SAME_TOPIC_UNEQUAL": unequal,
    }
    for code, subjects in wanted.items():
        missing, more = subjects - found.get(code, set()), found.get(code, set()) - subjects
        if missing or more:
            sys.exit(f"{code}: {len(missing)} were not found, {len(more)} were found and never made")
    blocking = {row["code"] for row in result["reasons"] if row["severity"] == "blocking"}
    if blocking != {"SAME_GROUP"}:
        sys.exit(f"these block as well: {blocking}")


def mqadmin(lab: str) -> float:
    """Seconds that the same questions would cost: SAMPLE commands of each kind, one JVM each, extrapolated."""
    sources, _target = clusters(lab)
    server = sources[0]["nameservers"][0]
    names, members = list(topics("mro"))[-SAMPLE:], groups("mro")[-SAMPLE:]
    kinds = {
        "topicRoute -t (routes)": [f"topicRoute -n {server} -t {name}" for name in names],
        "topicStatus -t (queues)": [f"topicStatus -n {server} -t {name}" for name in names],
        "consumerProgress -g (offsets, backlog)": [f"consumerProgress -n {server} -g {name}" for name in members],
        "consumerConnection -g (clients)": [f"consumerConnection -n {server} -g {name}" for name in members],
    }
    total = 0.0
    for kind, lines in kinds.items():
        began = time.monotonic()
        subprocess.run(
            [MQADMIN, lab, "-"], input="\n".join(lines) + "\n", text=True, capture_output=True,
            check=False, timeout=600,
        )  # fmt: skip
        each = (time.monotonic() - began) / SAMPLE
        count = (TOPICS if "-t" in kind else GROUPS) * len(SOURCES)
        total += each * count
        print(f"mqadmin {kind}: {each:.2f} s each (n={SAMPLE}, load {os.getloadavg()[0]:.1f}), {count} of them")
    print(f"mqadmin in all, EXTRAPOLATED from {4 * SAMPLE} commands: {total / 3600:.1f} h, one after the other")
    return total


def main() -> None:
    lab = sys.argv[1]
    what = sys.argv[2] if len(sys.argv) > 2 else "all"
    if what in ("up", "all"):
        up(lab)
    best = read(lab) if what in ("read", "all") else None
    cost = mqadmin(lab) if what in ("mqadmin", "all") else None
    if best and cost:
        print(f"best: {best['wall']:.1f} s against {cost:.0f} s: {cost / best['wall']:.0f} times")
    if what in ("down", "all"):
        subprocess.run([ROOT / "tools/lab.sh", "down", lab], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
