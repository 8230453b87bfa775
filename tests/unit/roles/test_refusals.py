# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every task that refuses does so with a code of the catalogue, and the page tells in which phases."""

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
# By file and name, with the reason: none.
WITHOUT_CODE: dict[tuple[str, str], str] = {}


def refusals(path: Path) -> list[tuple[str, str]]:
    """Name and text of each task of a file that refuses."""
    found = []
    for task in GRAPH["every_task"](yaml.safe_load(path.read_text(encoding="utf-8"))):
        for action, key in (("ansible.builtin.assert", "fail_msg"), ("ansible.builtin.fail", "msg")):
            if action in task:
                found.append((task["name"], str(task[action].get(key, ""))))
    return found


def wrong(path: Path, tasks: list[tuple[str, str]]) -> list[str]:
    """The tasks without a code, or with one that is none of a phase's own."""
    found = []
    for name, text in tasks:
        codes = GRAPH["REFUSAL"].findall(text)
        known = codes and all(code in CATALOGUE and TASKS in CATALOGUE[code].gates for code in codes)
        if not known and (path.name, name) not in WITHOUT_CODE:
            found.append(f"{path.name}: {name}: {', '.join(codes) or 'no code'}")
    return found


def test_every_refusal_of_a_task_has_a_code() -> None:
    tasks = [(path, refusals(path)) for path in FILES]
    assert sum(len(found) for _path, found in tasks) > 90, "no refusals found: this test would hold nothing"
    assert [line for path, found in tasks for line in wrong(path, found)] == []


@pytest.mark.parametrize("text", ["It is down.", "{{ 'MADE_UP' | mqops.rocketmq.refusal('x') }}",
                                  "{{ 'NOT_DRAINED' | mqops.rocketmq.refusal('x') }}"])  # fmt: skip
def test_what_would_be_found(text: str) -> None:
    assert wrong(Path("begin.yml"), [("Refuse", text)])


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
