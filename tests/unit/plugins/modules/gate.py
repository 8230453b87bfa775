# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a gate's main with a fake behind the Admin and a clock that moves only when somebody sleeps."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._module import base as _module
from ansible_collections.mqops.rocketmq.tests.resources.module_args import patch_module_args


class FakeAdmin:
    """C(answer) is called for each request; what it returns is the answer."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.answer, self.audit, self.count = answer, [], 0

    def ask_all(self, requests):
        requests = list(requests)
        self.count += len(requests)
        return [self.answer(request) for request in requests]

    def ask(self, request):
        return self.ask_all([request])[0]

    def close(self) -> None:
        pass


class Gate:
    """C(run) returns (failed, result). C(now) is the time, C(on_sleep) is called with it after each sleep."""

    def __init__(self, monkeypatch, capsys) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.now = 1000.0
        self.on_sleep: Callable[[float], None] = lambda now: None
        self.admin: FakeAdmin | None = None
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "time", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.on_sleep(self.now)

    def run(self, name: str, answer: Callable[[Any], Any], **arguments: Any) -> tuple[bool, dict[str, Any]]:
        failed, result = self.start(name, answer, **arguments)
        assert not result.get("changed")
        assert result.get("requests", []) == []
        return failed, result

    def start(self, name: str, answer: Callable[[Any], Any], **arguments: Any) -> tuple[bool, dict[str, Any]]:
        """The same for a gate that also writes something, a plan for example."""
        self.admin = FakeAdmin(answer)
        self.monkeypatch.setattr(_module, "Admin", lambda **_: self.admin)
        module = importlib.import_module(f"ansible_collections.mqops.rocketmq.plugins.modules.{name}")
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        result = json.loads(self.capsys.readouterr().out)
        return result.get("failed", False), result
