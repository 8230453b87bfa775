# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of a chain that does not come out as it has to ends the chain, and is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.driver import chain
from ansible_collections.mqops.rocketmq.tests.lab.driver.chain import Chain


class OnePhase(Chain):
    name, usual_estate = "one", "single"
    passes, says = True, ""

    def go(self) -> None:
        self.phase("freeze", passes=self.passes, says=self.says)


@pytest.mark.parametrize(
    ("lines", "passes", "says", "told"),
    [
        ("echo done", True, "", None),
        ("exit 1", True, "", "freeze was to pass"),
        ("echo Nothing was; echo changed.; exit 1", False, "Nothing was changed.", None),
        (
            "echo something was changed; exit 1",
            False,
            "Nothing was changed.",
            "freeze was to say 'Nothing was changed.'",
        ),
        ("echo Nothing was changed.", False, "Nothing was changed.", "freeze was to stop"),
    ],
)
def test_a_step_has_to_end_and_to_say_what_was_expected(
    build: Path,
    playbooks: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    lines: str,
    passes: bool,
    says: str,
    told: str | None,
) -> None:
    monkeypatch.setattr(chain, "end_on_the_way_out", lambda: None)
    playbooks(f"echo not of this step >> {build}/demo.log; {lines}")
    one = OnePhase("x", "single")
    one.passes, one.says = passes, says
    assert one.conclude() == (0 if told is None else 1)
    steps = json.loads((build.parent / "matrix/report.json").read_text())["one"]["steps"]
    assert steps[0]["step"] == "freeze"
    assert [step["says"].startswith(told) for step in steps[1:]] == ([] if told is None else [True])
