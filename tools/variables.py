#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints docs/variables.md from the table of the inventory's variables and the argument specifications of the roles.

Needs the collection on PYTHONPATH.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.forms import words
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.names import (
    HOST,
    METHODS,
    ROLES,
    RUN,
    VARIABLES,
)

ROOT = Path(__file__).resolve().parent.parent
# The first role whose option takes a variable describes it.
SPECIFIED = ("migration", "broker", "nameserver", "address_server", "image")

HEAD = """\
# Variables

What an inventory may say. `inventories/example/hosts.yml` shows most of it, annotated. Every playbook begins with a
look at the inventory: a name that is misspelt or not known is refused, all mistakes at once.

A variable of a host stands there or in a group that holds it. A variable of the run belongs to `all: vars:`, or is
given with `-e`.

This page is made by `tools/variables.py` from the argument specifications of the roles and `tools/variables.yml`.
"""
PERIODS = """\
Below `all: vars:`. The waits follow the periods of 4.4.0's clients and of JVMs. Where applications have set others, say
so here, with the longest of them. Where a time is shorter than the clients need, messages come twice, and ordered
consumers stand still for longer. `migration_settle` is a poll of the routes (30 s), then a rebalance (20 s);
`migration_write_settle` is a poll of the producers.

What is called a timeout is a deadline: the wait ends on what is observed, and says what was seen last.
"""

SAID: dict[str, str] = yaml.safe_load((ROOT / "tools" / "variables.yml").read_text(encoding="utf-8"))
CHOICES: dict[str, Sequence[str]] = {"rocketmq_role": ROLES, "rocketmq_method": METHODS}
TYPES = {"str": "text", "int": "number", "float": "number", "bool": "true, false", "dict": "mapping"}

ESSENTIAL = "cluster role address port broker_name broker_id nameserver_name other_variables"
OLD = "method unit start_command stop_command user config_file process_pattern container docker_host"


def _named(names: str) -> Callable[[str], bool]:
    return lambda name: name.removeprefix("rocketmq_") in names.split()


# Title, and which variables stand below it; each stands below the first that takes it.
SECTIONS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("Hosts", _named(ESSENTIAL)),
    ("Old processes", _named(OLD)),
    ("The image", lambda name: name.startswith("rocketmq_image")),
    ("The new cluster", lambda name: name in HOST and name != "rocketmq_target_config"),
    ("DNS", lambda name: name.startswith("rocketmq_dns_")),
    ("The run", lambda name: name in RUN),
)


@cache
def options(role: str) -> dict[str, dict[str, Any]]:
    """The options of a role, each with the text of its default under C(made), which is None where it has none."""
    folder = ROOT / "roles" / role
    specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    made = yaml.safe_load((folder / "defaults" / "main.yml").read_text(encoding="utf-8"))
    found = {name: option for spec in specs.values() for name, option in (spec.get("options") or {}).items()}
    return {name: {**option, "made": str(made[name]) if name in made else None} for name, option in found.items()}


def option_of(variable: str) -> dict[str, Any]:
    """The option of a role that takes this variable of the inventory; none where only the code reads it."""
    word = re.compile(rf"\b{variable}\b")
    return next((one for role in SPECIFIED for one in options(role).values() if word.search(one["made"] or "")), {})


def plain(text: str) -> str:
    """Ansible's markup as Markdown, without the sentence that says where a default comes from."""
    text = re.sub(r" ?Defaults to C\(rocketmq_[^.]*\.", "", text)
    text = re.sub(r"[A-Z]+\((?:ignore:)?(?:mqops\.rocketmq\.)?([^)#]*)[^)]*\)", r"`\1`", text)
    return text.replace("|", "\\|").strip()


def meaning(name: str, option: dict[str, Any]) -> str:
    said = option.get("description", [])
    return SAID.get(name) or plain(" ".join([said] if isinstance(said, str) else said))


def row(name: str, option: dict[str, Any]) -> str:
    kind = option.get("type", "list" if VARIABLES.get(name) is words else "str")
    known = " \\| ".join(f"`{one}`" for one in CHOICES.get(name) or option.get("choices", ()))
    # The literal of a template that asks the inventory first, or what the specification says.
    literal = re.search(r"\| default\((?:'([^']+)'|(\d+))[,)]", option.get("made") or "")
    default = (literal[1] or literal[2]) if literal else option.get("default")
    shown = "" if default in (None, "", [], {}) else f"`{str(default).lower() if kind == 'bool' else default}`"
    return f"| `{name}` | {known or TYPES.get(kind, kind)} | {shown} | {meaning(name, option)} |"


def table(rows: Iterable[str]) -> str:
    return "\n".join(["| variable | takes | default | meaning |", "|---|---|---|---|", *rows, ""])


def page() -> str:
    parts, left = [HEAD], [*HOST, *RUN]
    for title, takes in SECTIONS:
        own = [name for name in left if takes(name)]
        left = [name for name in left if name not in own]
        parts += [f"## {title}\n", table(row(name, option_of(name)) for name in own)]
    assert not left, f"below no title: {left}"
    periods = {
        name: one
        for name, one in options("migration").items()
        if one["made"] is not None and "rocketmq_" not in one["made"]
    }
    # Of the playbooks themselves.
    del periods["migration_phase"], periods["migration_tasks"], periods["migration_progress_file"]
    return "\n".join([*parts, "## Periods and deadlines\n", PERIODS, table(row(*one) for one in periods.items())])


if __name__ == "__main__":
    sys.stdout.write(page())
