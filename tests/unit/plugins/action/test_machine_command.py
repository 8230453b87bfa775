# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action that runs commands on machines hands to the connection, and what it returns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.mqops.rocketmq.plugins.action.machine_command import ActionModule
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import read

HOSTVARS = {"hostvars": {"mro-a": {"rocketmq_role": "master", "ansible_host": "198.18.9.21"}}}
ASKED = {"host": "mro-a", "limit": "9", "asks": ["process"], "known": {"broker": "[B]roker"}}


def run(given: dict[str, Any], check: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """What it returned, and the options of the task after that."""
    action = ActionModule.__new__(ActionModule)
    action._task = SimpleNamespace(args=given, async_val=0, check_mode=check)
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    return action.run(task_vars=HOSTVARS), action._task.args


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the connection was given. Each command is answered as if its process was told to end."""
    found: list[str] = []

    def execute(self: Any, text: str, **_options: Any) -> dict[str, Any]:
        found.append(text)
        return {"rc": 0, "stdout": "welcome\nterminated\n", "stdout_lines": ["welcome", "terminated"]}

    monkeypatch.setattr(ActionModule, "_low_level_execute_command", execute)
    return found


def test_each_call_has_a_mark_of_its_own(texts: list[str]) -> None:
    (first, given), (second, _given) = run(ASKED), run(ASKED)
    assert given == ASKED
    assert first["mark"] != second["mark"] and first["mark"] in texts[0] and second["mark"] in texts[1]
    assert first["tried"] == "ssh 198.18.9.21" and first["answered"]


def test_commands_of_one_s_own_take_the_place_of_questions(texts: list[str]) -> None:
    run({**ASKED, "commands": {"command": "true"}})
    assert texts[0].split()[-2:] == ["command", "dHJ1ZQ=="]


def test_a_machine_that_is_not_reached_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def execute(self: Any, text: str, **_options: Any) -> dict[str, Any]:
        raise AnsibleConnectionFailure("No route to host")

    monkeypatch.setattr(ActionModule, "_low_level_execute_command", execute)
    result, given = run(ASKED)
    assert (result["unreachable"], result["msg"], given) == (True, "No route to host", ASKED)


def test_what_only_reads_changes_nothing_whatever_it_prints(texts: list[str]) -> None:
    assert run(ASKED)[0]["changed"] is False
    assert run({**ASKED, "asks": ["process", "stop"]})[0]["changed"] is True
    assert run({**ASKED, "commands": {"command": "echo terminated"}})[0]["changed"] is True


@pytest.mark.parametrize(
    ("more", "planned", "asked"),
    [
        ({}, [], ["process"]),
        ({"asks": ["stop"]}, ["stop"], []),
        ({"asks": ["process", "stop", "identity"]}, ["stop"], ["process", "identity"]),
        ({"asks": ["edit"], "known": {"kept": {"config_file": "/b.conf"}}}, ["edit"], []),
        ({"commands": {"command": "rm -r /"}}, ["command"], []),
    ],
)
def test_in_check_mode_what_changes_something_is_not_run(
    texts: list[str], more: dict[str, Any], planned: list[str], asked: list[str]
) -> None:
    result, _given = run({**ASKED, **more}, check=True)
    assert not result.get("failed") and result["changed"] is bool(planned) and result["tried"]
    assert result.get("planned", []) == planned
    assert [word for text in texts for word in text.split()[-2 * len(asked) :: 2]] == asked
    for name in planned:
        answer = read(result, result["mark"], name)
        assert answer.ok and answer.rc is None and answer.said == "it was not run, for this is check mode"


def test_what_cannot_be_asked_is_told_in_check_mode_too(texts: list[str]) -> None:
    result, _given = run({**ASKED, "asks": ["edit"]}, check=True)
    assert result["failed"] and "no absolute path" in result["msg"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"host": "mro-a", "limit": 9}, "it takes host, limit"),
        ({"limit": 9, "asks": ["process"]}, "it takes host, limit"),
        ({**ASKED, "command": "true"}, "it takes host, limit"),
    ],
)
def test_a_task_with_wrong_options_is_refused(texts: list[str], given: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        run(given)
    assert texts == []


@pytest.mark.parametrize(
    ("more", "words"),
    [({"asks": ["reboot"]}, "'reboot' is none of process, "), ({"known": {"pattern": "x"}}, "pattern")],
)
def test_what_cannot_be_asked_is_a_result_and_no_trusted_text(
    texts: list[str], more: dict[str, Any], words: str
) -> None:
    result, _args = run({**ASKED, **more})
    assert result["failed"] and words in result["msg"] and result["tried"]
    assert texts == []
