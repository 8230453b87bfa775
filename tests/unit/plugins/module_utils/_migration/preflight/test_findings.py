# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.findings import (
    FindingError,
    parse_findings,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.reason import Reason

REASON = Reason("OTHER_VERSION", "mro/broker-a:1", {"address": "198.18.50.24:10911"})


def test_a_reason_survives_the_way_through_a_playbook() -> None:
    (found,) = parse_findings([REASON.as_dict()])
    assert found == REASON
    assert found.as_dict() == REASON.as_dict()
    assert parse_findings(None) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "MADE_UP"}, "finding 1 .MADE_UP mro/broker-a:1.: no reason has this code"),
        ({"code": None}, "no reason has this code"),
        ({"subject": " "}, "the subject is missing .its form is cluster/broker:id"),
        ({"severity": "notice"}, "its severity is waivable, not notice"),
        ({"severity": None}, "its severity is waivable, not left out"),
        ({"evidence": ["x"]}, "evidence is no dictionary"),
        ({"why": "typo"}, "unknown key why"),
    ],
)
def test_refuses_what_nobody_could_look_up(changes, words) -> None:
    with pytest.raises(FindingError, match=words):
        parse_findings([{**REASON.as_dict(), **changes}])
