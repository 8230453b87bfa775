# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate that docs/developer/gate.md teaches works, keeps the layers, and passes the tests that the page shows."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.unit.test_architecture import COLLECTION, module_violations, violations

PAGE = Path(__file__).resolve().parents[3] / "docs" / "developer" / "gate.md"
# Path → text of each file that the page shows.
FILES = {
    block[1]: block[0] for block in re.finditer(r"(?<=```python\n)# (\S+)\n.*?(?=```)", PAGE.read_text("utf-8"), re.S)
}
CODE = [path for path in FILES if path.startswith("plugins/")]
[TESTS] = [path for path in FILES if path.startswith("tests/")]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The module of the page's tests; what it tests can be imported."""
    for path in FILES:
        name = f"{COLLECTION}.{path.removesuffix('.py').replace('/', '.')}"
        made = types.ModuleType(name)
        made.__package__ = name.rpartition(".")[0]
        exec(compile(FILES[path], path, "exec", dont_inherit=True), vars(made))
        monkeypatch.setitem(sys.modules, name, made)
        if parent := sys.modules.get(made.__package__):
            monkeypatch.setattr(parent, name.rpartition(".")[2], made, raising=False)
    return made


@pytest.mark.parametrize("name", re.findall(r"def (test_\w+)", FILES[TESTS]))
def test_the_tests_of_the_page_pass(name: str, page: types.ModuleType, request: pytest.FixtureRequest) -> None:
    test = getattr(page, name)
    wanted = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(*(request.getfixturevalue(fixture) for fixture in wanted))


def test_the_code_of_the_page_keeps_the_layers(tmp_path: Path) -> None:
    for path in CODE:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(FILES[path], encoding="utf-8")
    plugins = tmp_path / "plugins"
    assert len(CODE) == 3
    assert violations(plugins / "module_utils") == []
    assert module_violations(plugins / "modules") == []


def test_a_gate_takes_30_lines() -> None:
    judge, operation = (FILES[path] for path in CODE[:2])
    lines = "".join(text[text.index("\ndef ") + 1 :] for text in (judge, operation)).splitlines()
    assert len([line for line in lines if line.strip()]) <= 30
