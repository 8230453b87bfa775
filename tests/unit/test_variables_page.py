# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the inventory's variables is what the code takes."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.names import VARIABLES


@pytest.fixture
def tool(repository: Path) -> dict[str, Any]:
    return runpy.run_path(str(repository / "tools" / "variables.py"))


def test_page_is_what_the_roles_take(repository: Path, tool: dict[str, Any]) -> None:
    written = (repository / "docs" / "variables.md").read_text(encoding="utf-8")
    assert written == tool["page"](), "write it again: tools/variables.py > docs/variables.md"


def test_every_variable_has_a_meaning(tool: dict[str, Any]) -> None:
    assert set(tool["SAID"]) - set(VARIABLES) == set()
    assert [name for name in VARIABLES if not tool["meaning"](name, tool["option_of"](name))] == []
