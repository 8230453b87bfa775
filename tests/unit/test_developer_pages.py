# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages for contributors name files and layers that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.unit.test_architecture import LAYERS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md")] + sorted((ROOT / "docs/developer").glob("*.md"))
# Where a path may begin: at the root, or where the layers stand.
BELOW = ("", "plugins/module_utils", "plugins/module_utils/_migration", "roles/migration/tasks/steps", "tests/unit")
ROOTS = tuple(ROOT / below for below in BELOW)
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)(?: [^`]*)?`")
# Names that stand for any name, and what a run makes.
PLACEHOLDER = re.compile(r"(?<![A-Z])(NAME|NN|PATH|[XY])(?![A-Z])|^build/|dispatch(_gate)?\.py")


def missing(text: str) -> list[str]:
    """Paths of a page that are not in the tree, although they begin there."""
    named = [path for path in PATH.findall(text) if not PLACEHOLDER.search(path)]
    homes = {path: [root for root in ROOTS if (root / path.partition("/")[0]).exists()] for path in named}
    return [path for path in named if homes[path] and not any((root / path).exists() for root in homes[path])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_files_that_exist(page: Path) -> None:
    assert missing(page.read_text(encoding="utf-8")) == []


def test_a_file_that_is_gone_is_noticed() -> None:
    assert missing("`tools/unit.sh PATH`, `drain/judge.py`, `plugins/modules/NAME.py`, `tools/gone.sh -x`") == [
        "tools/gone.sh"
    ]


def test_the_picture_has_every_layer() -> None:
    page = (ROOT / "docs/developer/architecture.md").read_text(encoding="utf-8")
    picture = page.partition("```mermaid")[2].partition("```")[0]
    assert set(re.findall(r'\["(_\w+)<br>', picture)) == set(LAYERS)
    assert set(re.findall(r"^\| `(_\w+)` \|", page, re.MULTILINE)) == set(LAYERS)
