# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of CONTRIBUTING's rules for English that a machine can see: who acts has a name."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

# What stands for a broker, a client, an operator or a run without saying which; and two words that mean something else
# to most readers.
REFUSED = re.compile(r"\b(nobody|somebody|anybody|everybody|whoever|whomever|dear|strange)\b", re.IGNORECASE)


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each comment and each docstring or documentation of a Python file."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.string.endswith('"""')):
            yield token.start[0], token.string


def refused(path: Path) -> list[str]:
    return [
        f"{path.name}:{line} says {word}"
        for line, text in prose(path.read_text("utf-8"))
        for word in REFUSED.findall(text)
    ]


def test_plugins_name_who_acts(repository: Path) -> None:
    files = sorted((repository / "plugins").rglob("*.py"))
    assert files, "no plugins found: this test would hold nothing"
    assert [line for path in files for line in refused(path)] == []


def test_a_planted_word_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "a.py"
    planted.write_text('"""Tells nobody."""\nname = "nobody"\n# Whoever asks gets it.\nnobody = 1\n', encoding="utf-8")
    assert refused(planted) == ["a.py:1 says nobody", "a.py:3 says Whoever"]
