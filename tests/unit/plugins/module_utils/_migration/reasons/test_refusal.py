# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import CATALOGUE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.refusal import refusal, stated

LIMIT = CATALOGUE["RUN_LIMITED"]


def test_what_was_seen_comes_first_and_what_to_do_last() -> None:
    said = refusal("RUN_LIMITED", "mro-a", "this run has --limit", "Nothing was changed.")
    assert said == f"RUN_LIMITED mro-a: this run has --limit. {LIMIT.meaning} Nothing was changed. {LIMIT.remedy}"


def test_a_subject_can_say_it_all_and_a_list_is_one_text() -> None:
    assert refusal("RUN_LIMITED", ["a", "b"]) == f"RUN_LIMITED a, b: {LIMIT.meaning} {LIMIT.remedy}"
    assert refusal("RUN_LIMITED", "", ["a: x", "b: y"]).startswith("RUN_LIMITED: a: x; b: y. The gates")
    assert refusal("RUN_LIMITED", "a", "Sentences end. Once.").startswith("RUN_LIMITED a: Sentences end. Once. The")


def test_a_finding_among_others() -> None:
    assert stated("PROCESS_ENDED", "mro-a", "it does not run") == "PROCESS_ENDED mro-a: it does not run"
    assert stated("PROCESS_ENDED", "mro-a") == "PROCESS_ENDED mro-a"
    with pytest.raises(ValueError, match="not in the catalogue"):
        stated("MADE_UP", "mro-a", "x")


@pytest.mark.parametrize("code", ["MADE_UP", "NOT_DRAINED"])
def test_a_phase_refuses_with_codes_of_its_own(code: str) -> None:
    with pytest.raises(ValueError, match=f"{code}.* is none of those that a phase gives"):
        refusal(code, "x")
