# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One oldest ansible-core, and one oldest version of each collection that is needed, wherever they are named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
# What names a version of ansible-core in a text: the word, perhaps what pip or a reader puts between, the version.
NAMED = re.compile(r"ansible-core *(?:[>=]=)? *(\d+\.\d+(?:\.\d+)?)")


def text(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def load(path: str) -> Any:
    return yaml.safe_load(text(path))


@pytest.fixture(scope="module")
def floor() -> str:
    """The oldest ansible-core, with its patch level."""
    return re.fullmatch(r">=(\d+\.\d+\.\d+)", load("meta/runtime.yml")["requires_ansible"])[1]


def test_every_role_names_the_oldest_core(floor: str) -> None:
    roles = sorted((REPOSITORY / "roles").iterdir())
    assert roles
    infos = {role.name: load(f"roles/{role.name}/meta/main.yml")["galaxy_info"] for role in roles}
    named = {name: info["min_ansible_version"] for name, info in infos.items()}
    assert set(named.values()) == {floor}, named


@pytest.mark.parametrize("path", ["README.md", "docs/requirements.md", "docs/awx.md", "tests/config.yml"])
def test_every_page_names_the_oldest_core(path: str, floor: str) -> None:
    minor = floor.rpartition(".")[0]
    named = NAMED.findall(text(path))
    assert floor in named
    # A page may speak of the whole series; of another version it may not.
    assert set(named) <= {floor, minor}, named


def test_the_requirements_name_the_oldest_collections() -> None:
    for name, wanted in load("galaxy.yml")["dependencies"].items():
        assert f"{name} {wanted.removeprefix('>=')}+" in text("docs/requirements.md"), name
