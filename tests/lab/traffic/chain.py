# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab and one chain of cases in it: what is seen is told case by case, and kept in build/LAB/traffic.json.

Each case asserts that a gate fails with its code, or passes only when the messages are gone; what the gates say is held
against mqadmin's numbers and a client of the lab's own that asks one by one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, ROOT
from ansible_collections.mqops.rocketmq.tests.lab.traffic.world import ESTATE, Traffic

Case = Callable[[Traffic], str]
# The slow and the late group wait for their owners, who act when the drain is to pass.
LEDGER_OPTIONS = {"SLOW_UNTIL": "7200", "LATE_AFTER": "7200", "LATE_ONLINE": "30"}


def playbook(lab: str, name: str) -> None:
    """Bring the lab up or down by a playbook of tests/lab, which needs no inventory."""
    build = BUILD / lab
    build.mkdir(parents=True, exist_ok=True)
    print(f"[{time.strftime('%H:%M:%S')}] tests/lab/{name}, lab {lab}", flush=True)
    environment = dict(os.environ, LAB=lab, ESTATE=ESTATE, LEDGER_OPTIONS=json.dumps(LEDGER_OPTIONS))
    with (build / "traffic.log").open("a") as log:
        done = subprocess.run(
            ["ansible-playbook", f"tests/lab/{name}"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
        log.write(f"$ {name}\n{done.stdout}\n")
    if done.returncode:
        raise Failed(f"{name} ended with {done.returncode}: {done.stdout[-3000:]}")


def go_through(lab: str, cases: Iterable[Case]) -> bool:
    """Case after case until one is not observed; whether all were."""
    world = Traffic(lab)
    results: list[dict[str, Any]] = []
    for case in cases:
        began = time.monotonic()
        try:
            said, ok = case(world), True
        except Failed as failure:
            said, ok = str(failure), False
        seconds = time.monotonic() - began
        print(
            f"[{time.strftime('%H:%M:%S')}] {'passed' if ok else 'FAILED'} {case.__name__} ({seconds:.0f} s): {said}",
            flush=True,
        )
        results.append({"case": case.__name__, "passed": ok, "seconds": round(seconds, 1), "said": said})
        (world.build / "traffic.json").write_text(json.dumps(results, indent=1))
        if not ok:
            return False
    return True


def main(cases: tuple[Case, ...], about: str | None, *, alone: bool = False) -> int:
    """A chain from the command line. alone: an earlier lab is removed before, and this one when all was observed."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", default="traf")
    parser.add_argument("--case", action="append", help="only these, in a lab that stands where they begin")
    options = parser.parse_args()
    try:
        if options.case:
            cases = tuple(case for case in cases if case.__name__ in options.case)
        else:
            if alone:
                playbook(options.lab, "down.yml")
            playbook(options.lab, "traffic/open.yml")
        passed = go_through(options.lab, cases)
        if passed and alone and not options.case:
            playbook(options.lab, "down.yml")
    except Failed as failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
    if not passed:
        print(f"FAILED: a case was not observed; the log is build/{options.lab}/traffic.log", flush=True)
    return 0 if passed else 1
