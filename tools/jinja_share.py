#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the role migration is Jinja: a decision there is tested by whole runs of Ansible, one in Python alone.

Characters in {{ }}, in {% %}, and of the conditions that are written without braces, over all characters of the role's
YAML; neither comments nor white space count. tools/jinja_share.py [FOLDER]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROLE = Path(__file__).resolve().parent.parent / "roles/migration"
TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
CONDITIONS = {"when", "that", "until", "failed_when", "changed_when"}
COMMENT = re.compile(r"^\s*#.*$| # .*$", re.MULTILINE)


def size(text: str) -> int:
    return len("".join(text.split()))


def bare(node: yaml.Node | None, key: str = "") -> Iterator[str]:
    """Conditions without braces."""
    if isinstance(node, yaml.ScalarNode):
        if key in CONDITIONS and not TEMPLATE.search(node.value) and node.tag == "tag:yaml.org,2002:str":
            yield node.value
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from bare(child, key)
    elif isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            yield from bare(child, name.value)


def share(folder: Path) -> tuple[int, int]:
    """Characters of Jinja, and of everything."""
    jinja = every = 0
    for path in folder.rglob("*.yml"):
        text = COMMENT.sub("", path.read_text(encoding="utf-8"))
        every += size(text)
        jinja += sum(map(size, TEMPLATE.findall(text))) + sum(map(size, bare(yaml.compose(text))))
    return jinja, every


if __name__ == "__main__":
    found, all_of_it = share(Path(sys.argv[1]) if len(sys.argv) > 1 else ROLE)
    print(f"{found} of {all_of_it} characters are Jinja, {found / all_of_it:.1%}")
