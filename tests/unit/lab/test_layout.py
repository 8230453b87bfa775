# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab stands in one place: scenarios and chains use it, it uses neither, and a file has one subject."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.traffic import short
from ansible_collections.mqops.rocketmq.tests.matrix import traffic
from ansible_collections.mqops.rocketmq.tests.unit.test_architecture import COLLECTION, imports_of

LINES = 400
# What of this collection each may import beside its plugins and itself.
MAY_USE = {
    "molecule": ("tests.lab",),
    "tests/lab": (),
    "tests/matrix": ("tests.lab", "tests.benchmarks.measure"),
}
LONGER = {"verdict.py": "every class of a message, and all that is said of it, is judged in one place"}


def violations(root: Path) -> list[str]:
    """Imports that go elsewhere, paths that make a way around them, and files that are too long."""
    found = []
    for folder, usable in MAY_USE.items():
        ours = tuple(f"{COLLECTION}.{part}" for part in ("plugins", folder.replace("/", "."), *usable))
        for path in sorted((root / folder).rglob("*.py")):
            relative, text = path.relative_to(root), path.read_text(encoding="utf-8")
            names = [name for _line, name in imports_of(path, f"{COLLECTION}.{folder}.{path.stem}")]
            found += [
                f"{relative}: imports {name}"
                for name in names
                if name.startswith(f"{COLLECTION}.") and not name.startswith(tuple(f"{part}." for part in ours))
            ]
            found += [f"{relative}: changes sys.path"] if "sys.path" in text else []
            if len(text.splitlines()) > LINES and path.name not in LONGER:
                found.append(f"{relative}: {len(text.splitlines())} lines, no more than {LINES} have one subject")
    return found


def test_scenarios_and_chains_use_the_lab_and_it_uses_neither(repository: Path) -> None:
    assert all(list((repository / folder).rglob("*.py")) for folder in MAY_USE)
    assert violations(repository) == []


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("molecule/x/tests/test_x.py", f"from {COLLECTION}.tests.matrix import traffic\n", "tests.matrix.traffic"),
        ("tests/lab/driver/demo.py", f"import {COLLECTION}.tests.matrix.undo\n", "tests.matrix.undo"),
        ("tests/matrix/undo.py", "import sys\n\nsys.path.insert(0, 'tools')\n", "changes sys.path"),
        ("tests/matrix/undo.py", "x = 1\n" * (LINES + 1), "have one subject"),
    ],
)
def test_planted_violation_is_found(tmp_path: Path, path: str, text: str, told: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    [found] = violations(tmp_path)
    assert told in found


def test_the_short_traffic_is_a_part_of_the_long_one_in_the_same_order() -> None:
    assert [case for case in traffic.CASES if case in short.CASES] == list(short.CASES)
