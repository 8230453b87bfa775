# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mqadmin 4.4.0 on the target. It shows routes of topics; of a group it shows where it stands on which queues."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.clusters import Cluster, Estate

_MARK = "=== next"
# Topic (cut to 32 characters), broker, queue, the queue's end, the group's offset, what is left.
_PROGRESS = re.compile(r"^(\S+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+.*?(-?\d+)\s", re.MULTILINE)
CUT = 32
# What it prints is no JSON, for the numbers of brokers stand there as keys.
_ROUTE = re.compile(
    r'"brokerName":"([^"]+)",\s*"perm":(\d+),\s*"readQueueNums":(\d+),\s*"topicSynFlag":\d+,\s*"writeQueueNums":(\d+)'
)


def run(estate: Estate, commands: Sequence[Sequence[str]]) -> list[str]:
    """What each command printed, all of them in one container."""
    script = [f"mqadmin {shlex.join(command)} </dev/null 2>&1; echo; echo '{_MARK}'" for command in commands]
    return estate.run(["sh", "-c", "\n".join(script)]).split(_MARK)[: len(commands)]


def check_topics(estate: Estate, target: Cluster, wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    server = target.nameservers[0].address
    outputs = run(estate, [["topicRoute", "-n", server, "-t", name] for name in wanted])
    problems = []
    for (name, topic), output in zip(wanted.items(), outputs, strict=True):
        expected = {
            member.name: (topic["readQueueNums"], topic["writeQueueNums"], topic["perm"]) for member in target.masters
        }
        found = {broker: (int(read), int(write), int(perm)) for broker, perm, read, write in _ROUTE.findall(output)}
        if found != expected:
            problems.append(f"mqadmin topicRoute {name}: wanted {expected}, found {found}")
    return problems


def check_groups(
    estate: Estate, target: Cluster, groups: Sequence[str], wanted: Mapping[str, Mapping[str, int]], topics: Mapping
) -> list[str]:
    """``wanted``: topic@group → {queue: offset}; mqadmin shows the queues that are read."""
    server = target.nameservers[0].address
    outputs = run(estate, [["consumerProgress", "-n", server, "-g", group] for group in groups])
    problems = []
    for group, output in zip(groups, outputs, strict=True):
        expected = sorted(
            (topic[:CUT], member.name, int(queue), 0)
            for topic, owner in (key.split("@") for key in wanted)
            if owner == group
            for member in target.masters
            for queue in wanted[f"{topic}@{group}"]
            if int(queue) < topics[topic]["readQueueNums"]
        )
        rows = _PROGRESS.findall(output)
        found = sorted((topic, broker, int(queue), int(offset)) for topic, broker, queue, _end, offset, _left in rows)
        if found != expected:
            lacking, more = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
            problems.append(f"mqadmin consumerProgress {group}: lacks {lacking[:5]}, more {more[:5]} {output[-300:]}")
    return problems
