# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form in which a phase, finished or interrupted, leaves a source has its own word; anything else is unknown."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.source_stage import judge

ALL = {"mro-ns": True, "mro-a": True, "mro-as": True}
NS = frozenset({"mro-ns"})


def stand(**changes):
    facts = {
        "running": ALL,
        "nameservers": NS,
        "permissions": {"broker-a": 6, "broker-b": 6},
        "target_permissions": {"hub-a": 4, "hub-b": 4},
        "target_known": True,
        "switched": False,
    }
    return judge("mro", **{**facts, **changes})


STOPPED = {"mro-ns": True, "mro-a": False, "mro-as": False}
ENDED = {"mro-ns": False, "mro-a": False, "mro-as": False}


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("apart", {"target_known": False}),
        ("joined", {}),
        ("joined", {"target_permissions": {"hub-a": 6, "hub-b": 4}}),
        ("open", {"target_permissions": {"hub-a": 6, "hub-b": 6}}),
        ("freezing", {"permissions": {"broker-a": 4, "broker-b": 6}}),
        ("frozen", {"permissions": {"broker-a": 4, "broker-b": 4}}),
        ("closing", {"permissions": {"broker-a": 0, "broker-b": 4}}),
        ("closed", {"permissions": {"broker-a": 0, "broker-b": 0}}),
        ("switched", {"permissions": {"broker-a": 0, "broker-b": 0}, "switched": True}),
        ("stopping", {"running": {**ALL, "mro-as": False}, "switched": True}),
        ("stopped", {"running": STOPPED, "switched": True}),
        ("done", {"running": ENDED, "switched": True, "permissions": {}}),
    ],
)
def test_each_form_has_its_word(stage, changes):
    assert stand(**changes).stage == stage


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("does not tell whether", {"running": {**ALL, "mro-a": None}}),
        ("no host", {"running": {}}),
        ("DNS did not answer", {"switched": None}),
        ("DNS does not answer the target", {"running": ENDED}),
        ("DNS does not answer the target", {"running": STOPPED}),
        ("mro-as does not run", {"running": {**ALL, "mro-as": False}}),
        ("name server's process has ended", {"running": {**ALL, "mro-ns": False}}),
        ("broker-b does not tell its brokerPermission: refused", {"permissions": {"broker-b": "refused"}}),
        ("no master", {"permissions": {}}),
        ("although its masters are not closed", {"switched": True}),
        ("unexpected permissions", {"permissions": {"broker-a": 2, "broker-b": 6}}),
        ("which brokers it knows: timed out", {"target_known": "timed out"}),
        ("which brokers it knows: timed out", {"target_known": "timed out", "permissions": {"broker-a": 4}}),
    ],
)
def test_what_cannot_be_told_is_unknown_with_a_reason(word, changes):
    verdict = stand(**changes)
    assert verdict.stage == "unknown"
    assert any(word in reason for reason in verdict.reasons)
