# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in which tests run a module: arguments in, and out comes what Ansible would read."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.tests.resources.module_args import patch_module_args

MODULES = "ansible_collections.mqops.rocketmq.plugins.modules"


class Runner:
    """run("rocketmq_topic", check=True, name="t") is the module's result, with C(failed), C(changed) and C(msg) always.

    In the place of the name stands a C(main) that belongs to no module. An exception that the module does not turn into
    a failure leaves the run as it is.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.delenv("MQOPS_PROGRESS_FILE", raising=False)
        self._capsys = capsys

    def __call__(
        self, module: str | Callable[[], None], /, *, check: bool = False, diff: bool = True, **options: Any
    ) -> dict[str, Any]:
        main = importlib.import_module(f"{MODULES}.{module}").main if isinstance(module, str) else module
        given = {**options, "_ansible_check_mode": check, "_ansible_diff": diff}
        with patch_module_args(given), pytest.raises(SystemExit):
            main()
        printed = json.loads(self._capsys.readouterr().out)
        # It repeats the arguments.
        printed.pop("invocation", None)
        return {"failed": False, "changed": False, "msg": None, **printed}

    def look(self, module: str, /, **options: Any) -> dict[str, Any]:
        """The same for a module that only looks: it has changed nothing, and asked for no change."""
        result = self(module, **options)
        assert not result["changed"] and result.get("requests", []) == []
        return result
