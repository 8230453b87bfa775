# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as a table, and waivers that have ended or cover nothing."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight import report
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.waivers import refuse_ended_or_unused
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.reason import Reason
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.waivers import (
    apply_waivers,
    parse_waivers,
)

TODAY = datetime.date(2026, 1, 15)
DOWN = Reason("RETENTION_DISK", "mro/broker-a:1", {"answer": "refused"})


def given(**changes):
    values = {"code": "RETENTION_DISK", "subject": "mro/*", "reason": "is being repaired", "who": "platform team"}
    return parse_waivers([{**values, **changes}])


def account(reasons, waivers, read=("mro", "mdm"), done=(), **more):
    judged = apply_waivers(reasons, waivers, TODAY)
    return [
        (reason.code, reason.subject)
        for reason in refuse_ended_or_unused(judged, read=read, done=done, today=TODAY, **more).blocking
    ]


def test_a_waiver_that_covers_something_is_left_alone():
    assert account([DOWN], given()) == []
    assert account([DOWN], given(until="2026-01-15")) == []


def test_an_expired_waiver_is_an_error_and_its_reason_blocks_again():
    assert account([DOWN], given(until="2026-01-14")) == [
        ("RETENTION_DISK", "mro/broker-a:1"),
        ("WAIVER_EXPIRED", "RETENTION_DISK mro/*"),
    ]


def test_an_unmatched_waiver_is_an_error_while_its_source_is_read():
    assert account([], given()) == [("WAIVER_UNMATCHED", "RETENTION_DISK mro/*")]
    assert account([], given(subject="mdm/*"), read=("mro",)) == [("WAIVER_UNMATCHED", "RETENTION_DISK mdm/*")]
    assert account([], given(), read=()) == []


@pytest.mark.parametrize("until", [None, "2026-01-14"])
def test_waivers_of_a_source_that_is_done_are_history(until):
    assert account([], given(until=until), read=("mdm",), done=("mro",)) == []


def test_a_pattern_over_all_sources_ends_with_the_last_one():
    told = account([], given(subject="m*/x"), read=("mdm",), done=("mro",))
    assert told == [("WAIVER_UNMATCHED", "RETENTION_DISK m*/x")]


def test_codes_of_later_phases_wait_but_not_beyond_their_end():
    later = {"code": "NO_CONSUMER", "subject": "mro/gone/*"}
    assert account([], given(**later)) == []
    assert account([], given(**later, until="2026-01-14")) == [("WAIVER_EXPIRED", "NO_CONSUMER mro/gone/*")]
    assert account([], given(**later), also={"NO_CONSUMER"}) == [("WAIVER_UNMATCHED", "NO_CONSUMER mro/gone/*")]


REASONS = [
    Reason("ORDERLY_GROUP", "mro/g", {"clients": "1"}),
    DOWN,
    Reason("OTHER_VERSION", "mro/broker-b:0", {"version": "V4_5_0"}),
    Reason("SAME_GROUP", "g" * 200, {"sources": "mro, mdm"}),
    *(Reason("CLIENT_OLD", f"mro/g{number}") for number in range(500)),
]


def test_the_table_is_short_and_begins_with_what_blocks():
    lines = report.table(apply_waivers(REASONS, given(), TODAY))
    assert lines[0] == "1 block, 1 need a waiver, 1 waived, 501 notices"
    assert [line.split()[:2] for line in lines[1:]] == [
        ["BLOCKS", "SAME_GROUP"],
        ["WAIVABLE", "OTHER_VERSION"],
        ["waived", "RETENTION_DISK"],
        ["notice", "ORDERLY_GROUP"],
        ["notice", "CLIENT_OLD"],
    ]
    assert lines[1].endswith("...") and max(map(len, lines)) == 92
    assert "500 of them, first mro/g0" in lines[-1]
    assert "mro/broker-b:0: version V4_5_0" in lines[2]


def test_evidence_of_several_lines_stays_on_one():
    lines = report.table(apply_waivers([Reason("SAME_GROUP", "g", {"answer": "a\n  b", "rows": {"x": 1}})], ()))
    assert lines[1] == "BLOCKS   SAME_GROUP               g: a b, rows x 1"


def test_what_came_back_stands_before_where_it_was_asked():
    answer = "GET_BROKER_CONFIG at 198.18.50.24:10911: cannot connect (Connection refused)"
    reason = Reason("RETENTION_DISK", "mro/broker-a:1", {"address": "198.18.50.24:10911", "answer": answer})
    (_counts, line) = report.table(apply_waivers([reason], ()))
    assert "mro/broker-a:1: cannot connect (Connection refused), a" in line
