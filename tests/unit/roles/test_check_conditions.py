# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a step does in check mode is said once, by the step: its module knows it, or its result says what is planned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).resolve().parents[3] / "roles"
MODE = "ansible_check_mode"
# Places in the role migration; each says why.
MOST = 15
# What acts on nothing by itself, or is skipped by no module of its own.
WITHOUT_CHECK_MODE = ("mqops.rocketmq.refuse", "debug", "set_fact", "add_host", "include_tasks", "import_tasks",
                      "include_role", "import_role")  # fmt: skip
FILES = sorted(ROLES.glob("migration/**/*.yml"))


def tasks(listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in listed:
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part) or [])


def modules(task: dict[str, Any]) -> list[str]:
    """The action of a task; none of a block."""
    return [key for key in task if "." in key]


def needless(listed: list[dict[str, Any]]) -> list[str]:
    """Tasks that are skipped in check mode though their module knows check mode itself."""
    return [
        str(task["name"])
        for task in tasks(listed)
        if MODE in str([task.get(key) for key in ("when", "failed_when", "changed_when", "until")])
        for module in modules(task)
        if module.removeprefix("ansible.builtin.") not in WITHOUT_CHECK_MODE
    ]


def test_a_condition_at_a_module_is_found() -> None:
    gate = {"name": "wait", "mqops.rocketmq.rocketmq_traffic": {}, "when": ["a", f"not {MODE}"]}
    block = {"name": "both", "when": f"not {MODE}", "block": [{**gate, "when": "a"}, gate]}
    assert needless([block]) == ["wait"]
    assert needless([{"name": "require", "mqops.rocketmq.refuse": {}, "when": f"not {MODE}"}]) == []


@pytest.mark.parametrize("path", [path for path in FILES if "tasks" in path.parts], ids=lambda path: path.stem)
def test_no_task_says_what_its_module_knows(path: Path) -> None:
    assert needless(yaml.safe_load(path.read_text()) or []) == []


def test_each_place_that_asks_for_check_mode_says_why() -> None:
    places = [
        (path.name, number, lines)
        for path in FILES
        for lines in [path.read_text().splitlines()]
        for number, line in enumerate(lines)
        if MODE in line.partition("#")[0]
    ]
    assert len(places) <= MOST, [f"{name}:{number + 1}" for name, number, _lines in places]
    silent = [f"{name}:{number + 1}" for name, number, lines in places if "#" not in lines[number - 1]]
    assert silent == [], "a comment right above says why"
