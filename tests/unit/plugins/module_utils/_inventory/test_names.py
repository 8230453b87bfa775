# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of an inventory are exactly those that something reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import ALGORITHMS
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.names import (
    KEY_ALGORITHMS,
    RUN,
    VARIABLES,
    closest,
)

REPOSITORY = Path(__file__).resolve().parents[5]
MODULES = {path.stem for path in (REPOSITORY / "plugins/modules").glob("rocketmq_*.py")}
# Texts in which a reader finds a variable's name.
SHOWN = ("README.md", "docs/**/*.md", "roles/*/README.md", "inventories/*/*", "plugins/filter/*.yml", "plugins/m*/*.py")
READ = (
    "roles/*/[dmtv]*/**/*.yml",
    "roles/*/templates/*",
    "playbooks/*.yml",
    "plugins/module_utils/_inventory/[ehpq]*.py",
)


def names_in(patterns: Iterable[str]) -> dict[str, str]:
    """Each name of the form of a variable → a file that has it. rocketmq_dns_key_* is none."""
    found: dict[str, str] = {}
    for path in (path for pattern in patterns for path in sorted(REPOSITORY.glob(pattern)) if path.is_file()):
        for name in re.findall(r"(?<![A-Za-z0-9_])rocketmq(?:_[a-z0-9]+)+(?![A-Za-z0-9_])", path.read_text("utf-8")):
            found.setdefault(name, str(path.relative_to(REPOSITORY)))
    return {name: place for name, place in found.items() if name not in MODULES}


def test_every_variable_that_is_read_is_known_and_the_reverse() -> None:
    read = names_in(READ)
    assert len(read) > 50
    assert {name: place for name, place in read.items() if name not in VARIABLES} == {}
    assert set(VARIABLES) - set(read) == set()


def test_every_variable_that_is_shown_is_known() -> None:
    shown = names_in(SHOWN)
    assert len(shown) > 30
    assert {name: place for name, place in shown.items() if name not in VARIABLES} == {}


def test_nothing_of_the_lab_looks_like_an_unknown_variable() -> None:
    used = names_in(["molecule/**/*.yml", "molecule/**/*.py", "tests/matrix/*.py", "tests/benchmarks/*.py", "tools/*"])
    assert used
    assert {name: place for name, place in used.items() if name not in VARIABLES} == {}


def test_variables_of_the_run_are_those_that_the_role_reads_for_itself() -> None:
    defaults = (REPOSITORY / "roles/migration/defaults/main.yml").read_text("utf-8")
    templates = re.findall(r"{{(.*)}}", defaults) + re.findall(r"^  (.*)", defaults, re.MULTILINE)
    assert set(re.findall(r"\brocketmq_\w+", " ".join(templates))) == set(RUN)


def choices(spec: Any) -> dict[str, list[Any]]:
    options = [entry.get("options") or {} for entry in spec["argument_specs"].values()]
    return {name: option["choices"] for group in options for name, option in group.items() if "choices" in option}


def test_choices_are_those_of_the_roles() -> None:
    seen = set()
    for role in ("broker", "nameserver", "image"):
        spec = yaml.safe_load((REPOSITORY / f"roles/{role}/meta/argument_specs.yml").read_text("utf-8"))
        defaults = yaml.safe_load((REPOSITORY / f"roles/{role}/defaults/main.yml").read_text("utf-8"))
        for option, known in choices(spec).items():
            (name,) = re.findall(r"rocketmq_\w+", str(defaults[option]))
            if name == "rocketmq_role":
                continue  # a role of this collection is for one kind of process
            seen.add(name)
            assert all(VARIABLES[name](value) is None for value in known), name
            assert VARIABLES[name]("nosuch") == f"is the unknown 'nosuch'; known are {', '.join(map(str, known))}"
    assert seen == {
        "rocketmq_broker_permission",
        "rocketmq_broker_master_role",
        "rocketmq_gc",
        "rocketmq_image_distribution",
        "rocketmq_image_fastjson",
        "rocketmq_restart_policy",
    }


def test_key_algorithms_are_those_of_the_modules() -> None:
    assert KEY_ALGORITHMS == ALGORITHMS


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("rocketmq_dns_resolver", "rocketmq_dns_resolvers"),
        ("rocketmq_restart_polcy", "rocketmq_restart_policy"),
        ("rocketmq_adress", "rocketmq_address"),
        ("rocketmq_metod", "rocketmq_method"),
        # Without a part of it.
        ("rocketmq_waivers", "rocketmq_migration_waivers"),
        # The prefix alone makes nothing near.
        ("rocketmq_foo", None),
        ("rocketmq_seed", None),
    ],
)
def test_what_a_misspelt_name_means(name: str, meant: str | None) -> None:
    assert closest(name) == meant
