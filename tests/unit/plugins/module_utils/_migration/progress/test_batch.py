# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sources of a batch go on."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.batch import judge

MRO = {"name": "mro"}


def test_sources_are_split_by_what_their_gate_said():
    other = {**MRO, "name": "mdm"}
    result = {"clusters": {"mro": {"passed": True}, "mdm": {"passed": False}}, "failed": True}
    split = judge([MRO, other], [result])
    assert [one["name"] for one in split.passed] == ["mro"]
    assert [one["name"] for one in split.refused] == ["mdm"]
    # An error without a verdict, or a source that it does not name, is no pass; a task that was skipped stops nobody.
    assert judge([MRO], [{"failed": True, "msg": "no such option"}]).passed == []
    assert judge([MRO], [{"clusters": {}}]).passed == []
    assert judge([MRO], [{"skipped": True}]).passed == [MRO]
    # Of a gate in check mode, which goes on as planned.
    planned = {"clusters": {"mro": {"passed": False}}, "would_wait": "Would wait until mro is drained"}
    assert judge([MRO], [planned]).passed == [MRO]


def test_sources_are_split_by_the_items_of_a_loop():
    other = {**MRO, "name": "mdm"}
    results = [{"item": MRO, "failed": True}, {"item": other, "changed": True}]
    split = judge([MRO, other], [{"results": results, "failed": True}])
    assert (split.passed, split.refused) == ([other], [MRO])
    assert judge([MRO, other], [{"results": [], "skipped": True}]).passed == [MRO, other]


def test_what_one_task_has_refused_another_does_not_let_through():
    other = {**MRO, "name": "mdm"}
    gate = {"clusters": {"mro": {"passed": True}, "mdm": {"passed": False}}}
    assert judge([MRO, other], [gate, {"results": [{"item": MRO, "changed": True}]}]).passed == [MRO]
    assert judge([MRO, other], [gate, {"results": [{"item": MRO, "failed": True}]}]).refused == [MRO, other]


def test_what_failed_is_said_item_by_item():
    loop = {"failed": True, "msg": "One or more items failed", "results": [
        {"item": MRO, "failed": True, "msg": "mro holds another value."}, {"item": {"name": "mdm"}, "changed": True},
        {"item": "c", "unreachable": True, "msg": "c is gone."}]}  # fmt: skip
    assert judge([], [loop]).messages == ["mro holds another value.", "c is gone."]
    assert judge([], [loop]).failures == ["mro: mro holds another value.", "c is gone."]
    assert judge([], [{"failed": True, "msg": "no answer"}, {"msg": "fine"}]).messages == ["no answer"]
    assert "rc" in judge([], [{"failed": True, "rc": 1}]).messages[0]
