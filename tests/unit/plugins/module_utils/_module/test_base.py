# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module gets from the bridge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.errors import OperationError
from ansible_collections.mqops.rocketmq.tests.unit.support.runner import Runner


def test_typed_errors_end_the_module(run: Runner) -> None:
    def main() -> None:
        RocketmqModule()
        raise AdminError("GET", "h:1", None, "no answer within 5 s")

    assert run(run_module(main)) == {
        "failed": True, "changed": False, "msg": "GET at h:1: no answer within 5 s", "requests": []
    }  # fmt: skip


def test_an_error_carries_its_results_and_what_was_sent(run: Runner) -> None:
    def main() -> None:
        module = RocketmqModule()
        sent = {"request": "X", "address": "b:1", "fields": {"topic": "t", "perm": "4"}, "result": "SUCCESS"}
        module.admin.audit.append(sent)
        raise OperationError("no", reasons=[{"code": "A"}])

    result = run(run_module(main))
    assert result["reasons"] == [{"code": "A"}]
    assert result["changed"] is True and result["requests"] == ["X b:1 topic=t perm=4: SUCCESS"]


def test_programming_errors_keep_their_traceback(run: Runner) -> None:
    def main() -> None:
        RocketmqModule()
        raise KeyError("typo")

    with pytest.raises(KeyError):
        run(run_module(main))


def test_an_error_before_there_is_a_module_is_not_hidden(run: Runner) -> None:
    def main() -> None:
        raise OperationError("early")

    with pytest.raises(OperationError):
        run(run_module(main))


def test_exit_shows_both_sides_and_plain_values(run: Runner) -> None:
    @dataclass(frozen=True)
    class Thing:
        name: str
        queues: tuple[int, ...]

    def main() -> None:
        RocketmqModule().exit(
            changed=True,
            before=None,
            after={"a": Thing("x", (1, 2))},
            things=frozenset({"b", "a"}),
            at={("t", "g"): {0: 1}},
        )

    assert "diff" not in run(run_module(main), diff=False)
    result = run(run_module(main))
    assert result["diff"] == {"before": "", "after": {"a": {"name": "x", "queues": [1, 2]}}}
    assert result["things"] == ["a", "b"] and result["at"] == {"t@g": {"0": 1}}


def test_no_diff_without_sides(run: Runner) -> None:
    result = run(run_module(lambda: RocketmqModule().exit()))
    assert "diff" not in result and result["changed"] is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"request_timeout": 0}, "request_timeout must be greater than 0"),
        ({"connect_timeout": "nan"}, "connect_timeout must be greater than 0"),
        ({"access_key": "only"}, "required together"),
    ],
)
def test_impossible_connection(run: Runner, options: dict[str, Any], words: str) -> None:
    result = run(run_module(lambda: RocketmqModule().exit()), **options)
    assert result["failed"] and words in result["msg"]


def test_without_connection_options(run: Runner) -> None:
    result = run(run_module(lambda: RocketmqModule(connection=False).exit()), tls=True)
    assert result["failed"] and "tls" in result["msg"]


def test_progress_is_one_stamped_line_each(tmp_path: Any, run: Runner) -> None:
    path = tmp_path / "progress"

    def main() -> None:
        module = RocketmqModule()
        module.progress("first")
        module.progress("two\nlines")
        module.exit()

    run(run_module(main), progress_file=str(path))
    assert re.fullmatch(r"\d\d:\d\d:\d\d first\n\d\d:\d\d:\d\d two lines\n", path.read_text())


def test_progress_file_comes_from_the_environment(tmp_path: Any, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQOPS_PROGRESS_FILE", str(tmp_path / "progress"))

    def main() -> None:
        module = RocketmqModule()
        module.progress("here")
        module.exit()

    run(run_module(main))
    assert (tmp_path / "progress").exists()


def test_progress_that_cannot_be_written_is_a_warning_once(
    tmp_path: Any, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda self, text: warnings.append(text))

    def main() -> None:
        module = RocketmqModule()
        module.progress("a")
        module.progress("b")
        module.exit()

    assert not run(run_module(main), progress_file=str(tmp_path / "no" / "progress"))["failed"]
    assert len(warnings) == 1
