# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_capacity_info: whether the tables of the sources fit into one target."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig


@pytest.fixture
def size(run, sides):
    def call(**more):
        result = run.look("rocketmq_capacity_info", **{"sources": [sides.spec("c")], "target": sides.spec("d"), **more})
        assert not result["failed"], result["msg"]
        return result

    return call


def codes(result):
    return {(reason["code"], reason["subject"]) for reason in result["reasons"]}


def test_what_each_master_would_hold(size) -> None:
    result = size()
    held = result["capacity"]
    # orders, audit and the retry topic of billing
    assert (held["topics"], held["groups"], held["queues"]) == (3, 1, 4 + 2 + 2)
    assert held["disk"] == held["volume"] // 2
    assert 0 < held["registration"] < result["frame_limit"] == 16 * 2**20
    assert {code for code, _subject in codes(result)} <= {"TARGET_CAPACITY"}


def test_what_the_target_has_already_counts_if_it_answers(size, sides) -> None:
    for hub in sides.hubs:
        hub.add(TopicConfig("here", 8, 8, 6))
    assert size()["capacity"]["queues"] == 4 + 2 + 2 + 8
    for hub in sides.hubs:
        hub.down = True
    result = size()
    assert result["capacity"]["queues"] == 4 + 2 + 2 and "BROKER_UNKNOWN" not in {
        code for code, _where in codes(result)
    }


def test_names_that_no_frame_holds(size, sides) -> None:
    sides.brokers["h:1"].add(*(TopicConfig(f"{number:0120}", 1, 1, 6) for number in range(70_000)))
    result = size()
    assert result["capacity"]["registration"] > result["frame_limit"]
    assert "TABLE_TOO_LARGE" in {code for code, _subject in codes(result)}


def test_a_source_that_is_silent_makes_every_size_too_small(size, sides) -> None:
    sides.silent.add(("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", "h:1"))
    result = size()
    assert ("BROKER_UNKNOWN", "c/a") in codes(result)
    (reason,) = [one for one in result["reasons"] if one["code"] == "BROKER_UNKNOWN"]
    assert reason["evidence"]["part"] == "groups" and "no answer within 5 s" in reason["evidence"]["answer"]
