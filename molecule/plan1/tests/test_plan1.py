# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plan 1 leaves behind: messages that were acknowledged and that nobody will ever read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import testinfra

OLD, NEW = "broker-a", "hub-a"


@pytest.fixture(scope="module")
def build(members: dict[str, dict[str, Any]]) -> Path:
    return Path(members["mro-business"]["business_directory"]).parents[1]


@pytest.fixture(scope="module")
def verdict(build: Path) -> dict[str, Any]:
    return json.loads((build / "verdict.json").read_text(encoding="utf-8"))["sources"]["mro"]


def test_messages_are_stranded_on_the_old_broker(verdict: dict[str, Any]) -> None:
    stranded = {mode: row["lost"] for mode, row in verdict["modes"].items()}
    print(f"stranded: {stranded}")
    assert not verdict["passed"]
    # What was not yet due, and what a slow and an offline group had not yet read, can never arrive.
    assert stranded["delayed"] > 0
    assert stranded["slow"] > 0
    assert stranded["late"] >= 20
    for mode, row in verdict["modes"].items():
        # Broadcast consumers start at the end of a queue they have not seen. Where the producer met the new cluster
        # some seconds before them, what it sent there meanwhile is lost too.
        assert set(row["lost_at"]) <= ({OLD, NEW} if mode == "broadcast" else {OLD}), mode


def test_nothing_else_went_wrong(verdict: dict[str, Any]) -> None:
    for mode, row in verdict["modes"].items():
        assert (row["unexpected"], row["failed"], row["unknown"]) == (0, 0, 0), mode
    assert all("lost" in problem for problem in verdict["problems"])


def test_every_mode_used_both_clusters(verdict: dict[str, Any]) -> None:
    for mode, row in verdict["modes"].items():
        assert set(row["sent_to"]) == set(row["received_from"]) == {OLD, NEW}, mode


def test_the_old_broker_itself_said_that_messages_were_left(build: Path) -> None:
    printed = (build / "left-behind.txt").read_text(encoding="utf-8")
    found = re.search(r"Diff Total: (\d+)", printed)
    assert found and int(found[1]) > 0, printed


def test_the_business_was_started_once_and_the_old_processes_have_ended(
    members: dict[str, dict[str, Any]], verdict: dict[str, Any]
) -> None:
    assert verdict["starts"] == 1
    running = testinfra.get_host("local://").check_output("docker ps --format '{{.Names}}'").split()
    assert members["mro-business"]["business_container"] in running
    assert members["hub-a"]["rocketmq_container"] in running
    assert members["mro-ns"]["rocketmq_container"] not in running
    assert members["mro-broker-a"]["rocketmq_container"] not in running


def test_the_name_has_the_new_address_only(members: dict[str, dict[str, Any]], dig: Any) -> None:
    assert dig("+short", "mro-ns.mq.test", "A").split() == [members["hub-ns"]["rocketmq_address"]]
