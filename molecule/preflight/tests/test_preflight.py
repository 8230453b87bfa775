# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What converge has found, held once more against what it had to find; and the lab as mqadmin sees it afterwards."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

BUILD = Path(__file__).resolve().parents[3] / "build" / os.environ.get("LAB", "pre")
ROUNDS = ("names", "queues", "settings", "processes", "routes", "inventory", "clients")
FAULTS = 50


@pytest.fixture(scope="module")
def found():
    return json.loads((BUILD / "found.json").read_text())


def pairs(reasons):
    return {(row["code"], row["subject"]) for row in reasons}


def test_clean_lab_had_notices_only(found):
    assert {row["severity"] for row in found["clean"]} == {"notice"}


@pytest.mark.parametrize("name", ROUNDS)
def test_each_fault_was_found_where_it_is_and_was_absent_before(found, name):
    expected = {tuple(pair) for pair in found["rounds"][name]["expected"]}
    assert expected
    assert expected <= pairs(found["rounds"][name]["reasons"])
    assert not expected & pairs(found["clean"])


def test_there_were_many_different_faults(found):
    made = {tuple(pair) for body in found["rounds"].values() for pair in body["expected"]}
    assert len({code for code, _subject in made}) >= FAULTS


def test_tables_fit_a_terminal(found):
    for lines in found["table"].values():
        assert lines
        assert max(map(len, lines)) < 100


def test_every_changing_phase_refused_and_each_wrong_answer_has_its_own_words():
    refusals = json.loads((BUILD / "refusals.json").read_text())
    phases = {row["phase"] for row in refusals}
    assert len(phases) >= 16
    assert len(refusals) == len(phases) + 2
    assert {row["kind"] for row in refusals} == {"missing", "wrong", "outdated"}
    for row in refusals:
        assert f"confirmation is {row['kind']}" in row["refused"], row


def test_everybody_is_back_and_the_lost_topic_is_routed_again(mqadmin, nameserver, route):
    listed = mqadmin("clusterList", "-n", nameserver)
    rows = {tuple(words[1:3]) for words in map(str.split, listed.splitlines()) if len(words) > 3 and words[2].isdigit()}
    assert rows == {("broker-a", "0"), ("broker-a", "1"), ("broker-b", "0")}
    assert set(route("mro-normal")) == {"broker-a", "broker-b"}
