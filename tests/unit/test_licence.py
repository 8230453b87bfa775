# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each file says its licence: a Python file by its header, all others by REUSE.toml; all places name the same one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

FOLDERS = ("molecule", "plugins", "roles", "tests", "tools")
# This file's own, but for the licence's name.
HEADER = Path(__file__).read_text(encoding="utf-8").partition("GPL-3.0-or-later")[0]


def test_python_files_say_it_themselves(repository: Path) -> None:
    texts = {
        path.relative_to(repository): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in (repository / folder).rglob("*.py")
    }
    assert len(texts) > 400
    assert [path for path, text in texts.items() if text and HEADER not in text[:300]] == []


def test_all_places_name_the_same(repository: Path) -> None:
    [rule] = tomllib.loads((repository / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    name = rule["SPDX-License-Identifier"]
    assert rule["path"] == "**"
    assert yaml.safe_load((repository / "galaxy.yml").read_text(encoding="utf-8"))["license"] == [name]
    [licence] = (repository / "LICENSES").iterdir()
    assert licence.stem == name
    # The headers and galaxy's importer name this one.
    assert (repository / "COPYING").read_bytes() == licence.read_bytes()
