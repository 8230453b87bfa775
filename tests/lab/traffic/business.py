# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first case and the last: the business runs and is ready, and nothing of it was lost."""

from __future__ import annotations

import json
import sys

from ansible_collections.mqops.rocketmq.tests.lab.traffic.world import TOPIC, Traffic, require, wait_for


def prepare(lab: Traffic) -> str:
    """The business runs, the target serves, and there is a topic whose consumer is pulled by strings."""
    found = wait_for(
        "the business", lambda: lab.status()["ready"] and lab.status()["modes"]["late"]["acknowledged"] > 20, 240
    )
    made = lab.module("rocketmq_topic", clusters=[lab.source], name=TOPIC, read_queues=2, write_queues=2)
    require(not made.get("failed"), str(made.get("msg")))
    wait_for("the late group's leave", lambda: not lab.status()["late_online"], 120)
    return str(found)


def verdict(lab: Traffic) -> str:
    """Nothing of the business was lost meanwhile."""
    lab.tell_business("stop-producing")
    printed = lab.run(
        sys.executable,
        "tests/lab/ledger/verdict.py",
        str(lab.build / "ledger/mro"),
        "--wait",
        "400",
        "--minimum",
        "100",
        "--json",
        str(lab.build / "ledger.json"),
        check=False,
    )
    judged = json.loads((lab.build / "ledger.json").read_text())
    modes, problems = judged["sources"]["mro"]["modes"], judged["sources"]["mro"]["problems"]
    blind = _missed_while_blind(lab)
    if blind and modes["broadcast"]["lost"] == blind:
        problems = [problem for problem in problems if not problem.startswith(f"broadcast: {blind} lost, ")]
    require(not problems, f"{problems}\n{printed[-2000:]}")
    sums = {name: sum(one[name] for one in modes.values()) for name in ("acknowledged", "lost")}
    return f"acknowledged {sums['acknowledged']}, lost {sums['lost']}, {blind} of them by the name server's restart"


def _missed_while_blind(lab: Traffic) -> int:
    """Broadcast messages that were sent to the target while the restarted name server did not list all of it.

    A broadcast consumer of 4.4.0 that does not see a broker for 5 s forgets how far it had read there (persistAll of
    LocalFileOffsetStore writes the queues that it holds) and begins at the end when the broker is back. A producer
    whose poll comes first writes what it never reads. Each restart of a single name server does that.
    """
    book = lab.build / "ledger/mro"
    readers: dict[str, set[str]] = {}
    for line in map(json.loads, (book / "receipts-broadcast.jsonl").read_text().splitlines()):
        readers.setdefault(line["key"], set()).add(line["consumer"])
    everybody = set().union(*readers.values())
    return sum(
        line.get("outcome") == "acknowledged"
        and str(line.get("broker", "")).startswith("hub-")
        and lab.blind[0] * 1000 <= line["t"] <= lab.blind[1] * 1000
        and readers.get(line["key"], set()) != everybody
        for line in map(json.loads, (book / "sends-broadcast.jsonl").read_text().splitlines())
    )
