# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The head of each step says which variables it needs and which it sets, and no phase needs any that nothing sets."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import PHASES

REPOSITORY = Path(__file__).resolve().parents[3]
TASKS = "roles/migration/tasks"


def tool(place: Path) -> dict[str, Any]:
    """tools/task_variables.py, for the roles below a folder."""
    (place / "tools").mkdir(exist_ok=True)
    copy = shutil.copy(REPOSITORY / "tools/task_variables.py", place / "tools")
    return runpy.run_path(str(copy))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "roles", tmp_path / "roles")
    return tmp_path


def differing(place: Path) -> list[str]:
    """Steps whose head is another than what their tasks do."""
    return [path.stem for path, text in tool(place)["heads"]().items() if path.read_text(encoding="utf-8") != text]


def test_each_head_says_what_the_tasks_need_and_set(copied: Path) -> None:
    assert differing(copied) == [], "write them again: tools/task_variables.py"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # A variable that no head names, in a condition, in a template, in the role's variables, and in a file included.
        ("when: migration_missed_broadcasts | length > 0", "when: __migration_new"),
        ('msg: "{{ migration_missed_broadcasts }}"', 'msg: "{{ __migration_new }}"'),
        ('msg: "{{ migration_missed_broadcasts }}"', 'msg: "{{ __migration_staying_view }}"'),
        ("steps/proofs/keep.yml", "steps/proofs/read_drained_ends.yml"),
        # One that a head names and that is needed no more.
        ("__migration_told_sources", "__migration_batch"),
    ],
)
def test_a_head_that_lags_behind_is_found(copied: Path, before: str, after: str) -> None:
    path = copied / TASKS / "steps/close/tell_missed_broadcasts.yml"
    head, end, tasks = path.read_text().partition("- name")
    assert before in tasks
    path.write_text(head + end + tasks.replace(before, after))
    assert "tell_missed_broadcasts" in differing(copied)


def test_a_fact_that_another_file_begins_to_read_is_found(copied: Path) -> None:
    with (copied / TASKS / "phases/status.yml").open("a") as status:
        status.write("\n- name: Show them\n  ansible.builtin.debug:\n    var: migration_missed_broadcasts\n")
    assert differing(copied) == ["tell_missed_broadcasts"]


def test_each_look_at_the_sources_is_followed_by_a_view_of_it() -> None:
    """The view is a fact: it would be one of an earlier look, or of another phase, where a look did not build it."""
    for path in (REPOSITORY / TASKS).rglob("*.yml"):
        facts = re.findall(
            r"^ +(migration_source_stages|__migration_view):", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        assert facts in ([], ["migration_source_stages", "__migration_view"]), path


def test_no_phase_needs_what_nothing_has_set(copied: Path) -> None:
    names = tool(copied)
    # The image is built by a role of its own.
    phases = [phase for phase in PHASES if phase.name != "image"]
    for phase in phases:
        has = set(names["begun"]()) if phase.begins else set()
        for part in phase.parts:
            needs, sets = names["of_file"]("migration", part)
            assert needs - has == set(), part
            has |= sets
