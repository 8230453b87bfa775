#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes into the head of each file below roles/migration/tasks/steps what it needs and what it sets.

needs: variables that the file, or a file that it includes, reads and neither sets nor gets from the role's vars and
defaults, without those that begin.yml sets for every phase. A variable of the role's vars/main.yml needs what its
template reads. sets: facts and registered results that another file reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, meta, nodes

ROOT = Path(__file__).resolve().parent.parent
ROLES = ROOT / "roles"
TASKS = ROLES / "migration/tasks"
WIDTH = 150
BARE = ("when", "that", "until", "failed_when", "changed_when")
OWN = re.compile(r"_*(migration|broker|nameserver|address_server|container|image)_\w+$")
INCLUDES = ("ansible.builtin.include_tasks", "ansible.builtin.import_tasks")
ROLE_INCLUDES = ("ansible.builtin.include_role", "ansible.builtin.import_role")


class AnyName(dict[str, Any]):
    """Has a filter or a test of every name: those of Ansible's are not known here."""

    def get(self, name: str, default: Any = None) -> Any:
        return str


class Finder(Environment):
    def __init__(self) -> None:
        super().__init__()
        self.filters, self.tests = AnyName(), AnyName()

    def names(self, text: str) -> set[str]:
        """Variables that a template cannot do without: one with a default is none."""
        # As Ansible does: a backslash in a text means itself.
        tree = self.parse(re.sub(r"\\(?![\\'\"])", r"\\\\", text))
        for node in [*tree.find_all(nodes.Filter), *tree.find_all(nodes.Test)]:
            if node.name in ("default", "defined") and isinstance(node.node, nodes.Name):
                node.node = nodes.Const(None)
        return {name for name in meta.find_undeclared_variables(tree) if OWN.match(name)}


FINDER = Finder()


def texts(node: Any, key: str = "") -> Iterator[str]:
    """Every template in a value, conditions in braces."""
    if isinstance(node, str):
        if key in BARE:
            yield "{{ " + node + " }}" if "{{" not in node and "{%" not in node else node
        elif "{{" in node or "{%" in node:
            yield node
    elif isinstance(node, dict):
        for name, child in node.items():
            yield from texts(child, str(name) if str(name) in BARE else "")
    elif isinstance(node, list):
        for child in node:
            yield from texts(child, key)


def read_by(node: Any, key: str = "") -> set[str]:
    return {name for text in texts(node, key) for name in FINDER.names(text)}


@cache
def variables(role: str) -> dict[str, set[str]]:
    """Each variable of a role's vars and defaults, with what its template reads."""
    found: dict[str, set[str]] = {}
    for name in ("vars", "defaults"):
        path = ROLES / role / name / "main.yml"
        content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        found |= {key: read_by(value) for key, value in (content or {}).items()}
    return found


Given = dict[str, set[str]]  # variables of a task or of the blocks around it, with what their templates read


def closed(names: set[str], role: str, given: Given) -> set[str]:
    """The names, with the given ones and those of the role's variables replaced by what they read."""
    known = {**variables(role), **given}
    left, seen, found = set(names), set(), set()
    while left:
        name = left.pop()
        if name in known and name not in seen:
            left |= known[name]
        elif name not in known:
            found.add(name)
        seen.add(name)
    return found


def included(task: dict[str, Any], role: str) -> tuple[str, str] | None:
    """Role and file that a task includes."""
    for key in INCLUDES:
        if key in task:
            name = task[key] if isinstance(task[key], str) else task[key]["file"]
            return None if "{{" in name else (role, name.removesuffix(".yml"))
    for key in ROLE_INCLUDES:
        if key in task:
            name = task[key]["name"].removeprefix("mqops.rocketmq.")
            return None if "{{" in name else (name, task[key].get("tasks_from", "main"))
    return None


Place = tuple[str, str]  # a role, and a file below its tasks, without its ending


@cache
def of_file(role: str, name: str, before: frozenset[Place] = frozenset()) -> tuple[frozenset[str], frozenset[str]]:
    """What a file needs and what it sets, with the files that it includes."""
    if (role, name) in before:
        return frozenset(), frozenset()
    tasks = yaml.safe_load((ROLES / role / "tasks" / f"{name}.yml").read_text(encoding="utf-8"))
    needs, sets = set(), set()
    for needed, there in walk(tasks, role, {}, before | {(role, name)}):
        needs |= needed - sets
        sets |= there
    return frozenset(needs), frozenset(sets)


def walk(
    tasks: list[dict[str, Any]], role: str, given: Given, before: frozenset[Place]
) -> Iterator[tuple[set[str], set[str]]]:
    """What each task reads and what it sets; given: by the blocks around it."""
    for task in tasks:
        own = given | {name: read_by(value) for name, value in (task.get("vars") or {}).items()}
        if loop := (task.get("loop_control") or {}).get("loop_var"):
            own[loop] = set()
        file = included(task, role)
        parts = [part for part in ("block", "rescue", "always") if part in task]
        # Variables count where they are read; into what another role reads it is not looked, so that all count there.
        skipped = {*parts, *([] if any(key in task for key in ROLE_INCLUDES) else ["vars"])}
        reads = read_by({key: value for key, value in task.items() if key not in skipped})
        result = {task["register"]} if "register" in task else set()
        facts = {name for name in task.get("ansible.builtin.set_fact") or {} if name != "cacheable"}
        yield closed(reads, role, own | {name: set() for name in result}), result | facts
        for part in parts:
            yield from walk(task[part], role, own, before)
        if file:
            needs, there = of_file(*file, before)
            yield (closed(set(needs), role, own) if file[0] == role else set()), set(there)


def own_sets(name: str) -> set[str]:
    """What a file of the role sets by itself."""
    tasks = yaml.safe_load((TASKS / f"{name}.yml").read_text(encoding="utf-8"))

    def found(listed: list[dict[str, Any]]) -> Iterator[str]:
        for task in listed:
            yield from [task["register"]] if "register" in task else []
            yield from (one for one in task.get("ansible.builtin.set_fact") or {} if one != "cacheable")
            for part in ("block", "rescue", "always"):
                yield from found(task.get(part) or [])

    return set(found(tasks))


@cache
def files() -> tuple[str, ...]:
    return tuple(sorted(str(path.relative_to(TASKS).with_suffix("")) for path in TASKS.rglob("*.yml")))


@cache
def mentioned(name: str) -> frozenset[str]:
    """Every word of a file, without its comments."""
    lines = (TASKS / f"{name}.yml").read_text(encoding="utf-8").splitlines()
    return frozenset(re.findall(r"\w+", "\n".join(line for line in lines if not line.strip().startswith("#"))))


@cache
def read_by_variables() -> frozenset[str]:
    return frozenset(name for names in variables("migration").values() for name in names)


@cache
def begun() -> frozenset[str]:
    """What a phase has when it has begun."""
    return of_file("migration", "begin")[1]


def needs_of(name: str) -> list[str]:
    return sorted(of_file("migration", name)[0] - begun())


def sets_of(name: str) -> list[str]:
    """What a file sets by itself and another one reads."""
    others = {word for other in files() if other != name for word in mentioned(other)} | read_by_variables()
    return sorted(own_sets(name) & others)


def line_of(word: str, names: list[str]) -> list[str]:
    """One head line, broken where it is long."""
    lines, line = [], f"# {word}:"
    for name in names:
        more = f" {name}," if name != names[-1] else f" {name}"
        if len(line) + len(more) > WIDTH:
            lines.append(line)
            line = "#  "
        line += more
    return [*lines, line]


def head_of(name: str) -> list[str]:
    needs, sets = needs_of(name), sets_of(name)
    return [*line_of("needs", needs or ["nothing"]), *(line_of("sets", sets) if sets else [])]


def with_head(name: str, text: str) -> str:
    """The file with its head as it is now: behind what a comment at its begin says."""
    lines = text.splitlines()
    assert lines[0] == "---"
    end = next(number for number, line in enumerate(lines) if number and not line.startswith("#"))
    comment, skip = [], False
    for line in lines[1:end]:
        skip = line.startswith(("# needs:", "# sets:")) or (skip and line.startswith("#   "))
        comment += [] if skip else [line]
    return "\n".join(["---", *comment, *head_of(name), *lines[end:]]) + "\n"


def heads() -> dict[Path, str]:
    """Each file below steps with its head."""
    paths = {name: TASKS / f"{name}.yml" for name in files() if name.startswith("steps/")}
    return {path: with_head(name, path.read_text(encoding="utf-8")) for name, path in paths.items()}


if __name__ == "__main__":
    for file, content in heads().items():
        file.write_text(content, encoding="utf-8")
