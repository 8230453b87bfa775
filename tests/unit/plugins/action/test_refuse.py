# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a run, and what lets it go on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.mqops.rocketmq.plugins.action.refuse import ActionModule
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.refusal import refusal


def run(**given: Any) -> dict[str, Any]:
    action = ActionModule.__new__(ActionModule)
    action._task = SimpleNamespace(args=given, async_val=0, check_mode=False)
    return action.run()


def test_a_refusal_says_what_was_seen_and_what_was_done() -> None:
    found = run(code="RUN_LIMITED", subject="--limit hub-a", seen=["a", "b"], done="Nothing was changed.")
    assert found["failed"] is True
    assert found["msg"] == refusal("RUN_LIMITED", "--limit hub-a", ["a", "b"], "Nothing was changed.")
    assert run(code="RUN_LIMITED", subject=["x", 7])["msg"].startswith("RUN_LIMITED x, 7: ")
    assert run(code="RUN_LIMITED", subject={"mro": 1})["msg"].startswith("RUN_LIMITED {'mro': 1}: ")


@pytest.mark.parametrize("given", [{"subject": []}, {"seen": []}, {"subject": ["a"], "seen": ()}])
def test_an_empty_list_is_nothing_to_refuse(given: dict[str, Any]) -> None:
    assert run(code="RUN_LIMITED", **given) == {"changed": False}
    assert run(code="RUN_LIMITED")["failed"] is True


@pytest.mark.parametrize("given", [{"code": "MADE_UP"}, {"code": "NOT_DRAINED"}, {"subject": "a"},
                                   {"code": "RUN_LIMITED", "that": "x"}])  # fmt: skip
def test_what_is_no_refusal_is_an_error_of_the_task(given: dict[str, Any]) -> None:
    with pytest.raises(AnsibleActionFail, match="refuse: "):
        run(**given)
