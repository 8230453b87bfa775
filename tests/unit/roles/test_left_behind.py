# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before the target leaves sources: what their groups have to read of topics that others own, too, by two looks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
PHASE = REPOSITORY / "roles/migration/tasks/phases/rollback_attach.yml"
LOOK = "mqops.rocketmq.rocketmq_offset_lag"
# In place of the module: it gives back what it is given.
ANSWER = f"""#!{sys.executable}
import json, sys
print(json.dumps(json.load(open(sys.argv[1]))["answer"]))
# WANT_JSON
"""
SEEN = {"reasons": [{"code": "GROUP_BEHIND", "subject": "hub/g/news"}], "rows": [{"max": 7}]}
SILENT = {"reasons": [{"code": "BROKER_UNKNOWN", "subject": "hub/broker-b"}] * 2, "rows": []}
READ: dict[str, Any] = {"behind": []}


def block(tasks: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The tasks of the block that takes two looks."""
    for task in tasks:
        inner = task.get("block", [])
        if any(one.get("register") == "__migration_shared_first" for one in inner):
            yield inner
        yield from block(inner)


def run(place: Path, first: dict[str, Any], now: dict[str, Any]) -> tuple[bool, str]:
    (tasks,) = block(yaml.safe_load(PHASE.read_text()))
    looks = iter((first, now))
    tasks = [
        {**{key: value for key, value in task.items() if key != LOOK}, "answer": {"answer": next(looks)}}
        if LOOK in task
        else task
        for task in tasks
    ]
    own = place / "collections/ansible_collections/mqops/rocketmq"
    own.mkdir(parents=True)
    (own / "plugins").symlink_to(REPOSITORY / "plugins")
    (place / "library").mkdir()
    (place / "library/answer").write_text(ANSWER)
    variables = {"migration_drain_timeout": 9, "ansible_python_interpreter": sys.executable}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    (place / "play.yml").write_text(yaml.safe_dump([play]))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", "play.yml"],
        cwd=place, env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(place / "collections")}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("first", "now", "said"),
    [
        (SEEN, READ, ""),
        (SEEN, {"behind": ["hub/g/news on broker-a queue 0: 3 of 7"], "failed": True, "msg": "late"},
         "GROUP_BEHIND: not read within 9 s: hub/g/news on broker-a queue 0: 3 of 7"),
        # It answers at the second look, which has nothing of it to compare.
        (SILENT, READ, "BROKER_UNKNOWN hub/broker-b: "),
        (SEEN, {"failed": True, "msg": "timeout has to be longer"}, "timeout has to be longer"),
        (SEEN, {**READ, "failed": True, "msg": "given up"}, "given up"),
    ],
)  # fmt: skip
def test_the_target_leaves_no_group_behind(
    tmp_path: Path, first: dict[str, Any], now: dict[str, Any], said: str
) -> None:
    passed, printed = run(tmp_path, first, now)
    assert passed is not bool(said) and said in printed, printed
    assert ("GROUP_BEHIND" in printed) is said.startswith("GROUP_BEHIND")
