# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that was to be killed was killed where it was to be: neither before by itself, nor in another phase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill
from ansible_collections.mqops.rocketmq.tests.lab.driver.migration import Migration
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed

Playbooks = Callable[[str], None]
BEGINS = """echo '{{"phase": "{}", "event": "start", "time": 1}}' >> {}/evidence/phases.jsonl"""


def test_a_run_is_killed_in_its_phase(build: Path, playbooks: Playbooks) -> None:
    lab = Migration("x", "single")
    playbooks(f"echo told; {BEGINS.format('freeze', build)}; sleep 60")
    assert lab.killed("site.yml", "freeze", lab.kill_in("freeze", 0.0)) is True
    assert lab.ended_by_kill and "told" in lab.printed_since(0)


def test_a_run_that_passes_was_not_killed_and_one_that_fails_is_a_failure(build: Path, playbooks: Playbooks) -> None:
    lab = Migration("x", "single")
    playbooks("true")
    assert lab.killed("site.yml", "freeze", lab.kill_in("freeze", 60.0)) is False
    playbooks(f"{BEGINS.format('freeze', build)}; exit 2")
    with pytest.raises(Failed, match="to be killed in freeze, and has failed before"):
        lab.killed("site.yml", "freeze", lab.kill_in("freeze", 60.0))


def test_a_run_that_was_killed_in_another_phase_is_a_failure(build: Path, playbooks: Playbooks) -> None:
    lab = Migration("x", "single")
    playbooks(f"{BEGINS.format('close', build)}; touch {build}/there; sleep 60")
    with pytest.raises(Failed, match="to be killed in freeze, and has noted .*close"):
        lab.killed("site.yml", "freeze", Kill.after("sh", "-c", f"until [ -e {build}/there ]; do sleep 0.1; done"))


def test_what_a_command_says_is_in_the_failure(build: Path) -> None:
    with pytest.raises(Failed, match="ended with 3: .*no such topic"):
        Migration("x", "single").output("sh", "-c", "echo no such topic; exit 3")
