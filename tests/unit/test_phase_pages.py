# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of phases in the pages are the phases that the code uses."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

# A name that stands for a playbook, with or without its ending.
PLAYBOOK = re.compile(r"\b((?:phase_\d\d|rollback)_\w+?)(?:\.yml)?\b")


@pytest.fixture
def tool(repository: Path) -> dict[str, Any]:
    return runpy.run_path(str(repository / "tools" / "phases.py"))


def test_pages_show_the_phases(repository: Path, tool: dict[str, Any]) -> None:
    shown = set()
    for name in tool["PAGES"]:
        page = (repository / name).read_text(encoding="utf-8")
        shown.update(re.findall(r"<!-- phases: (\w+), made by", page))
        assert tool["rewritten"](page) == page, f"{name} shows other phases; write it again: tools/phases.py"
    assert shown == set(tool["TABLES"])


def test_a_page_with_an_old_table_is_noticed(tool: dict[str, Any]) -> None:
    old = "<!-- phases: undos, made by tools/phases.py -->\n| `rollback_world` |\n<!-- phases: end -->\n"
    assert "rollback_world" not in tool["rewritten"](f"before\n\n{old}\nafter\n")


def test_pages_name_playbooks_that_exist(repository: Path) -> None:
    pages = [repository / "README.md", *(repository / "docs").glob("*.md")]
    found = {name for page in pages for name in PLAYBOOK.findall(page.read_text(encoding="utf-8"))}
    assert len(found) > 15, "no playbooks found: this test would hold nothing"
    assert found - {path.stem for path in (repository / "playbooks").glob("*.yml")} == set()
