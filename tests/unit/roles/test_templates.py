# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What templates in tasks cannot say: Ansible doubles each backslash in them, so '\\n' would be two characters."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
TASKS = sorted([*ROOT.glob("roles/*/tasks/**/*.yml"), *ROOT.glob("playbooks/**/*.yml")])
# Loops, conditions and assignments, as in {% for %}: what they compute belongs to Python, where it is tested alone.
STATEMENT = re.compile(r"\{%")
SHARE = runpy.run_path(str(ROOT / "tools/jinja_share.py"))
# Of the role migration, of a hundred characters; what it has now. It may fall.
MOST = 40
NEWLINE = re.compile(r"\{\{.*'[^']*\\n[^']*'.*\}\}", re.DOTALL)


def strings(node: Any) -> Iterator[str]:
    """Every text in what a YAML file says."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for child in node.values() if isinstance(node, dict) else node:
            yield from strings(child)


@pytest.mark.parametrize("path", TASKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_takes_a_backslash_and_an_n_for_a_new_line(path):
    # What is hashed may be joined by anything.
    found = [text for text in strings(yaml.safe_load(path.read_text())) if NEWLINE.search(text) and "hash(" not in text]
    assert not found


def test_no_template_holds_a_statement():
    # The role image joins its pinned jars with what it finds, and shares nothing with the plugins.
    paths = [path for path in ROOT.glob("roles/**/*.yml") if "image" not in path.parts] + [
        *ROOT.glob("playbooks/*.yml")
    ]
    assert len(paths) > 150
    assert [str(path.relative_to(ROOT)) for path in paths if STATEMENT.search(path.read_text())] == []


def test_the_share_of_templates_does_not_grow():
    jinja, every = SHARE["share"](ROOT / "roles/migration")
    assert jinja / every <= MOST / 100


def test_what_counts_as_a_template(tmp_path):
    (tmp_path / "tasks.yml").write_text(
        "---\n- name: Say it # {{ never }}\n  debug: {msg: 'It is {{ it }}'}\n  when: [a in b, '{{ c }}']\n"
    )
    assert SHARE["share"](tmp_path)[0] == len("{{it}}ainb{{c}}")
