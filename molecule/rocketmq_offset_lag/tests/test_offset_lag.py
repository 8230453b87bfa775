# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module read last, and what mqadmin reads now."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def progress(mqadmin, nameserver):
    """Committed offset and end of each queue, by broker and queue, as consumerProgress prints them."""
    printed = mqadmin("consumerProgress", "-n", nameserver, "-g", "scenario-reader")
    rows = [line.split() for line in printed.splitlines() if line.startswith("scenario-lag ")]
    assert rows, printed
    # Topic, broker, queue, end of the broker, committed offset, difference
    return {(row[1], int(row[2])): (int(row[4]), int(row[3])) for row in rows}


def test_module_and_mqadmin_agree_on_every_queue(progress):
    rows = json.loads((ROOT / "build" / os.environ["LAB"] / "offset_lag.json").read_text(encoding="utf-8"))
    read = {
        (row["broker"], row["queue"]): (row["committed"], row["max"]) for row in rows if row["topic"] == "scenario-lag"
    }
    assert read == progress


def test_backlog_is_what_was_left(progress):
    assert {queue: end - committed for queue, (committed, end) in progress.items()} == {
        ("broker-a", 0): 0,
        ("broker-a", 1): 1,
        ("broker-b", 0): 1,
        ("broker-b", 1): 0,
    }
