# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab's directory below the test's own, and an ansible-playbook that does what the test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.driver import chain, runs


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the lab "x"; chains write their report beside it."""
    for module in (runs, chain):
        monkeypatch.setattr(module, "BUILD", tmp_path)
    (tmp_path / "x/evidence").mkdir(parents=True)
    return tmp_path / "x"


@pytest.fixture
def playbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let every run of a playbook be these lines of a shell."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")

    def write(lines: str) -> None:
        script = tmp_path / "bin/ansible-playbook"
        script.write_text(f"#!/bin/sh\n{lines}\n")
        script.chmod(0o755)

    return write
