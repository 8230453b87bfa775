# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages say of the phases is what the code says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

# A name that stands for a playbook, with or without its ending; what is run.
PLAYBOOK = re.compile(r"\b((?:phase_\d\d|rollback)_\w+?)(?:\.yml)?\b")
RUN = re.compile(r"ansible-playbook -i \S+ mqops\.rocketmq\.(\w+)")


@pytest.fixture
def tool(repository: Path) -> dict[str, Any]:
    return runpy.run_path(str(repository / "tools" / "phases.py"))


def pages(repository: Path) -> dict[str, str]:
    found = [repository / "README.md", *(repository / "docs").rglob("*.md")]
    return {str(path.relative_to(repository)): path.read_text(encoding="utf-8") for path in found}


def test_pages_show_the_phases(repository: Path, tool: dict[str, Any]) -> None:
    shown = []
    for name, phase in tool["PAGES"].items():
        page = (repository / name).read_text(encoding="utf-8")
        found = re.findall(r"<!-- phases: (\w+), made by", page)
        assert ("facts" in found) == (phase is not None), name
        shown += found
        assert tool["rewritten"](page, phase) == page, f"{name} shows other phases; write it again: tools/phases.py"
    assert set(shown) == {*tool["TABLES"], "facts"}


def test_every_page_of_a_phase_shows_how_it_is_run(repository: Path, tool: dict[str, Any]) -> None:
    for name, phase in tool["PAGES"].items():
        if phase:
            assert phase.playbook in RUN.findall((repository / name).read_text(encoding="utf-8")), name


def test_a_page_with_an_old_table_is_noticed(tool: dict[str, Any]) -> None:
    old = "<!-- phases: undos, made by tools/phases.py -->\n| `rollback_world` |\n<!-- phases: end -->\n"
    assert "rollback_world" not in tool["rewritten"](f"before\n\n{old}\nafter\n")


def test_pages_name_playbooks_that_exist(repository: Path) -> None:
    text = "\n".join(pages(repository).values())
    found = {*PLAYBOOK.findall(text), *RUN.findall(text)} - {"PLAYBOOK"}
    assert len(found) > 15, "no playbooks found: this test would hold nothing"
    assert found - {path.stem for path in (repository / "playbooks").glob("*.yml")} == set()
