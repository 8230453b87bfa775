# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The business, what is created for it and what is judged have to be the same eight modes."""

from __future__ import annotations

import ast
import re

import pytest
import yaml

from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB

LEDGER = LAB / "ledger"


@pytest.fixture(scope="module")
def modes() -> list[str]:
    """The modes that the verdict demands."""
    (found,) = re.findall(r"^MODES = (\(.*\))$", (LEDGER / "verdict.py").read_text(encoding="utf-8"), re.MULTILINE)
    return list(ast.literal_eval(found))


def test_the_program_has_the_modes_that_are_judged(modes: list[str]) -> None:
    source = (LEDGER / "src" / "mqops" / "ledger" / "Mode.java").read_text(encoding="utf-8")
    constants = re.search(r"enum Mode \{\s*([A-Z, ]+);", source)
    assert constants is not None
    assert [name.strip().lower() for name in constants[1].split(",")] == modes


def test_each_mode_has_its_topic_and_its_group(modes: list[str]) -> None:
    needs = yaml.safe_load((LEDGER / "business.yml").read_text(encoding="utf-8"))
    names = [f"{{source}}-{mode}" for mode in modes]
    assert [topic["name"] for topic in needs["topics"]] == names
    assert [(group["name"], group["topic"]) for group in needs["groups"]] == [(name, name) for name in names]
    assert [group["name"] for group in needs["groups"] if group["orderly"]] == ["{source}-ordered"]
    assert [group["name"] for group in needs["groups"] if group["broadcast"]] == ["{source}-broadcast"]
