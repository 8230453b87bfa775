# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What templates in tasks cannot say: Ansible doubles each backslash in them, so '\\n' would be two characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[3]
TASKS = sorted([*ROOT.glob("roles/*/tasks/**/*.yml"), *ROOT.glob("playbooks/**/*.yml")])
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


def test_what_failed_is_said_item_by_item():
    template = yaml.safe_load((ROOT / "roles/migration/vars/main.yml").read_text())["__migration_failure"]

    def failures(result):
        return Environment().from_string(template).render(ansible_failed_result=result)

    loop = {"failed": True, "msg": "One or more items failed", "results": [
        {"item": "a", "failed": True, "msg": "a holds another value."}, {"item": "b", "changed": True},
        {"item": "c", "unreachable": True, "msg": "c is gone."}]}  # fmt: skip
    assert failures(loop) == "a holds another value. c is gone."
    assert failures({"failed": True, "msg": "no answer"}) == "no answer"
    assert "rc" in failures({"failed": True, "rc": 1})
