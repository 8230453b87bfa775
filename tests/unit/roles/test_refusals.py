# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every task that refuses does so by the action refuse, with a code that the page explains with its phases."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import BY_NAME
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import CATALOGUE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import TASKS

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(
    [*ROOT.glob("roles/*/tasks/**/*.yml"), *ROOT.glob("roles/*/handlers/*.yml"), *ROOT.glob("playbooks/*.yml")]
)
GRAPH = runpy.run_path(str(ROOT / "tools/phase_tasks.py"))
# They say no code and no subject.
BARE = ("ansible.builtin.assert", "ansible.builtin.fail")


def tasks_in(path: Path) -> list[dict[str, Any]]:
    return list(GRAPH["every_task"](yaml.safe_load(path.read_text(encoding="utf-8"))))


def wrong(task: dict[str, Any]) -> bool:
    """Whether a task refuses without a code, or with a code that is not for tasks of a phase."""
    if GRAPH["REFUSAL"] not in task:
        return any(action in task for action in BARE)
    code = task[GRAPH["REFUSAL"]]["code"]
    return code not in CATALOGUE or TASKS not in CATALOGUE[code].gates


def test_every_refusal_of_a_task_has_a_code() -> None:
    tasks = [(path, task) for path in FILES for task in tasks_in(path)]
    refusals = [task for _path, task in tasks if GRAPH["REFUSAL"] in task]
    assert len(refusals) > 80, "no refusals found: this test would hold nothing"
    assert [f"{path.relative_to(ROOT)}: {task['name']}" for path, task in tasks if wrong(task)] == []


@pytest.mark.parametrize(
    "task",
    [
        {"ansible.builtin.fail": {"msg": "It is down."}},
        {"ansible.builtin.assert": {"that": "up"}},
        {"mqops.rocketmq.refuse": {"code": "MADE_UP", "subject": "x"}},
        {"mqops.rocketmq.refuse": {"code": "NOT_DRAINED", "subject": "x"}},
    ],
)
def test_what_would_be_found(task: dict[str, Any]) -> None:
    assert wrong(task)


def test_every_code_of_a_phase_is_met_in_some_phase() -> None:
    met = set().union(*(GRAPH["codes_of"](name) for name in BY_NAME))
    assert {code for code, entry in CATALOGUE.items() if TASKS in entry.gates} == met


def test_every_task_file_belongs_to_some_phase() -> None:
    reached = set().union(*GRAPH["files_by_phase"]().values())
    there = {
        (role.name, str(path.relative_to(role / "tasks").with_suffix("")))
        for role in (ROOT / "roles").iterdir()
        for path in role.glob("tasks/**/*.yml")
    }
    assert there - reached == set()


@pytest.mark.parametrize(
    ("phase", "code", "gate"),
    [
        ("image", "JAR_DIFFERS", None),
        ("freeze_source", "SOURCE_NOT_FROZEN", "write stop"),
        ("stop_brokers", "PROCESS_NOT_ENDED", "drain"),
        ("restart", "BROKER_NOT_EMPTY", "assignment"),
        ("preflight", "PLAN_NOT_AGREED", "names"),
    ],
)
def test_what_a_phase_says_is_found_by_its_tasks(phase: str, code: str, gate: Any) -> None:
    assert code in GRAPH["codes_of"](phase)
    assert gate is None or gate in GRAPH["gates_of"](phase)
    assert code not in GRAPH["codes_of"]("status")
