# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What we are compared with: mqadmin 4.4.0, one process for each command, and Java's admin client in one JVM."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.mqops.rocketmq.tests.lab.clusters import Estate

IMAGE = "mqops/bench:4.4.0"


@dataclass(frozen=True)
class Peer:
    """``count`` items in ``seconds``; ``cpu`` is the client's processor time in seconds, start of the JVM included."""

    count: int
    seconds: float
    cpu: float = 0.0

    @property
    def each(self) -> float:
        return self.seconds / self.count


def build(estate: Estate) -> None:
    estate.client.images.build(
        path=str(Path(__file__).parent / "peer"), tag=IMAGE, rm=True, network_mode="host", timeout=600
    )


def java(estate: Estate, *arguments: str) -> Peer:
    """One run of AdminLoop; ``seconds`` is its loop alone."""
    output = estate.run(list(arguments), image=IMAGE)
    # The client's own log lines share the output.
    told = json.loads(next(line for line in output.splitlines() if line.startswith('{"count"')))
    return Peer(told["count"], told["seconds"], told["cpu"])


def mqadmin(estate: Estate, commands: Sequence[Sequence[str]], expect: str) -> Peer:
    """Wall time of commands one after the other, each a JVM of its own, all in one container that is running already.

    Raises docker.errors.ContainerError when one of them does not say ``expect``: mqadmin ends with 0 whatever happens.
    """
    script = ["set -eu", "begin=$(date +%s%N)"]
    for command in commands:
        script.append(f"mqadmin {shlex.join(command)} >/tmp/out 2>&1 </dev/null || true")
        script.append(f"grep -q {shlex.quote(expect)} /tmp/out || {{ cat /tmp/out >&2; exit 1; }}")
    script += ["end=$(date +%s%N)", "echo $((end - begin))"]
    output = estate.run(["sh", "-c", "\n".join(script)])
    return Peer(len(commands), int(output.strip().splitlines()[-1]) / 1e9)
