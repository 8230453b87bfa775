# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that explains the reasons is the catalogue that the code uses."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_page_is_the_catalogue(repository: Path) -> None:
    page = runpy.run_path(str(repository / "tools" / "reasons.py"))["page"]()
    assert page.count("\n### ") > 10
    written = (repository / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert written == page, "write it again: make pages"
