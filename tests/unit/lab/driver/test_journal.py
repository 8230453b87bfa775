# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A phase that was killed has no time, and is counted."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.mqops.rocketmq.tests.lab.driver import journal


def test_only_complete_passes_have_a_time_and_the_others_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "phases.jsonl"
    assert (journal.events(path), journal.phases(path)) == ([], [])
    told = [("freeze", "start", 10), ("freeze", "start", 20), ("freeze", "end", 23.24), ("freeze", "start", 30),
            ("freeze", "end", 31), ("close", "start", 40)]  # fmt: skip
    path.write_text("".join(json.dumps({"phase": p, "event": e, "time": t}) + "\n" for p, e, t in told) + "\n")
    assert journal.phases(path) == [
        {"phase": "freeze", "seconds": 4.2, "interrupted": 1},
        {"phase": "close", "seconds": 0.0, "interrupted": 0},
    ]
    journal.mark(path, "a step", "start")
    assert [event["phase"] for event in journal.events(path)[-1:]] == ["a step"]
