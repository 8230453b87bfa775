# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of `make bench`: what the collection costs, beside what else there is, all in one run on one machine.

Figures of different machines, or of one machine at different times, say little; ratios within one run do. Nothing
fails because of a time. The command fails when a measurement could not be made or its result was wrong.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ansible_collections.mqops.rocketmq.tests.benchmarks import creating, lag, peers, seeding
from ansible_collections.mqops.rocketmq.tests.benchmarks.report import HEADING, Report
from ansible_collections.mqops.rocketmq.tests.lab.clusters import Estate

PARTS = ("create", "seed", "lag", "steady")
BUILD = Path(__file__).resolve().parents[2] / "build" / "bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="lag needs seed")
    parser.add_argument("--topics", type=int, default=10_000, help="size of the large estate")
    parser.add_argument("--created", type=int, default=1_000, help="topics that are created one by one")
    parser.add_argument("--subnet", type=int, default=62, help="198.18.SUBNET.0/24 is used, and has to be free")
    options = parser.parse_args()
    if "lag" in options.parts and "seed" not in options.parts:
        parser.error("lag looks at the brokers that seed has started")
    BUILD.mkdir(parents=True, exist_ok=True)
    report = Report(BUILD / "report.json")
    print(HEADING, flush=True)
    with Estate("bench", options.subnet) as estate:
        peers.build(estate)
        if "create" in options.parts:
            creating.run(estate, report, options.created)
        if "steady" in options.parts:
            lag.steady(estate, report)
        if "seed" in options.parts:
            target = seeding.run(estate, report, options.topics, BUILD)
            if "lag" in options.parts:
                lag.run(estate, report, target, options.topics)
    print(f"\n{report.table()}\n\nload average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"written to {report.path}; {len(report.missed)} figures are not as wanted")


if __name__ == "__main__":
    main()
