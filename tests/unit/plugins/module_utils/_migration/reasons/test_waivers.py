# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.reason import Reason
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.waivers import (
    Waiver,
    WaiverError,
    apply_waivers,
    parse_waivers,
)

LATE = Reason("NO_CONSUMER", "mro/mro-late/orders", {"remaining": 7})
BLOCK = Reason("REWOUND", "mro/g/orders")
TOLD = Reason("DLQ_CONTENT", "mro/%DLQ%g", {"messages": 1})
TODAY = datetime.date(2026, 1, 15)


def waiver(**changes):
    return {"code": "NO_CONSUMER", "subject": "mro/mro-late/*", "reason": "retired in March", **changes}


def test_a_waiver_covers_what_it_names_and_nothing_else() -> None:
    other = Reason("NO_CONSUMER", "mro/other/orders")
    stalled = Reason("STALLED", "mro/mro-late/orders")
    judged = apply_waivers([LATE, other, stalled, BLOCK, TOLD], parse_waivers([waiver()]))
    assert judged.blocking == (other, stalled, BLOCK)
    assert [reason for reason, _unused in judged.waived] == [LATE]
    assert judged.notices == (TOLD,)
    assert not judged.ok
    assert judged.unused == ()


def test_a_blocking_reason_stays_whoever_made_the_waiver() -> None:
    assert not apply_waivers([BLOCK], [Waiver("REWOUND", "*", "because")]).ok


def test_only_waived_and_notices_pass() -> None:
    judged = apply_waivers([LATE, TOLD], parse_waivers([waiver()]))
    assert judged.ok
    assert judged.as_result()["waived"][0]["waiver"]["reason"] == "retired in March"


def test_an_unused_waiver_is_told() -> None:
    assert len(apply_waivers([], parse_waivers([waiver()])).unused) == 1


def test_patterns_reach_across_levels_and_respect_case() -> None:
    assert apply_waivers([LATE], parse_waivers([waiver(subject="*mro-late*")])).ok
    assert not apply_waivers([LATE], parse_waivers([waiver(subject="*MRO-LATE*")])).ok


def test_a_waiver_ends() -> None:
    until = parse_waivers([waiver(until="2026-01-14")])
    assert not apply_waivers([LATE], until, TODAY).ok
    assert apply_waivers([LATE], until, TODAY - datetime.timedelta(days=1)).ok
    assert parse_waivers([waiver(until=TODAY)])[0].until == TODAY


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "does not say why"),
        ({"reason": None}, "does not say why"),
        ({"code": "NO_SUCH"}, "no reason has this code"),
        ({"code": None}, "no reason has this code"),
        ({"code": "REWOUND"}, "cannot be waived"),
        ({"code": "DLQ_CONTENT"}, "take no waiver"),
        ({"subject": ""}, "subject is missing"),
        ({"until": "tomorrow"}, "not a date"),
        ({"why": "typo"}, "unknown key why"),
    ],
)
def test_refuses_waivers_that_say_nothing(changes, words) -> None:
    with pytest.raises(WaiverError, match=words):
        parse_waivers([waiver(**changes)])


def test_no_waivers() -> None:
    assert parse_waivers(None) == ()
