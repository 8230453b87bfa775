# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal that the phases write (phases.jsonl of the evidence): what has begun and ended, and how long it took."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

Event = dict[str, Any]


def events(journal: Path) -> list[Event]:
    """Every event in its order: phase, event (start or end), time in seconds since 1970; [] before the first phase."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text().splitlines() if line.strip()]


def phases(journal: Path) -> list[dict[str, Any]]:
    """A row for each phase: phase, seconds of its complete passes, interrupted (how often a pass has no end).

    A phase that was killed has a begin without an end: its time until the kill is not known and not guessed.
    """
    rows: dict[str, dict[str, Any]] = {}
    began: dict[str, float] = {}
    for event in events(journal):
        row = rows.setdefault(event["phase"], {"phase": event["phase"], "seconds": 0.0, "interrupted": 0})
        if event["event"] == "start":
            if event["phase"] in began:
                row["interrupted"] += 1
            began[event["phase"]] = event["time"]
        elif event["phase"] in began:
            row["seconds"] = round(row["seconds"] + event["time"] - began.pop(event["phase"]), 1)
    return list(rows.values())


def mark(journal: Path, what: str, event: str) -> None:
    """Begin or end what is no phase, so that the ledger counts what happens in it: event is start or end."""
    with journal.open("a") as lines:
        lines.write(json.dumps({"phase": what, "event": event, "time": time.time()}) + "\n")
