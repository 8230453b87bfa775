# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the layers apart: who may import whom, and that decisions stay pure. Tests stand where the code stands."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

COLLECTION = "ansible_collections.mqops.rocketmq"
UTILS = f"{COLLECTION}.plugins.module_utils"

# Anything that could read the world or a clock. A decision gets its facts, and the time, as arguments.
IMPURE = frozenset(
    {
        "asyncio",
        "concurrent",
        "http",
        "multiprocessing",
        "os",
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    }
)
# The snapshot's types are facts to judge; these two read the world to make one.
READERS = (f"{UTILS}._admin.snapshot.take", f"{UTILS}._admin.snapshot.discover")
# Lines of code in a module, outside of its documentation.
MODULE_LINES = 60
# Lines of code in a file of filters: a face that hands plain data to a pure function.
FILTER_LINES = 40
# Each is a view of one subject.
MOST_FILTERS = 8
# Ways to start or wait for something that have no business below the module bridge.
PROCESSES = frozenset({"asyncio", "concurrent", "multiprocessing", "subprocess", "threading"})


@dataclass(frozen=True)
class Layer:
    """What the files of one layer may import.

    ours: prefixes below plugins/module_utils, None for anything of ours.
    refused: modules of the standard library and names of ours that it must not import.
    foreign: packages from outside the standard library that it may import.
    """

    ours: tuple[str, ...] | None
    refused: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()


LAYERS = {
    "_remoting": Layer(ours=("_remoting",), refused=PROCESSES),
    "_admin": Layer(ours=("_admin", "_remoting"), refused=PROCESSES | {"socket", "selectors", "ssl"}),
    # What a message is made of is read out of bytes that were read before.
    "_migration": Layer(
        ours=(
            "_migration",
            *(f"_admin.{name}" for name in ("errors", "message", "models", "release", "system_names", "snapshot")),
        ),
        refused=IMPURE.union(READERS),
    ),
    # What an inventory may say of waivers, patterns, sizes, users and paths is a rule of the decisions.
    "_inventory": Layer(
        ours=(
            "_inventory",
            "_admin.release",
            *(f"_migration.{name}" for name in ("machines", "preflight", "progress.address_lists", "reasons")),
        ),
        refused=IMPURE,
    ),
    # Several DNS servers are asked at once, and dnspython has no other way short of asyncio.
    "_dns": Layer(ours=("_dns",), refused=PROCESSES - {"concurrent"}, foreign=frozenset({"dns"})),
    # What asks, waits and changes. Connections and questions to DNS servers are those of the layers below.
    "_operations": Layer(
        ours=("_operations", "_migration", "_inventory", "_admin", "_dns", "_remoting.errors"),
        refused=PROCESSES | {"socket", "selectors", "ssl"},
    ),
    "_module": Layer(ours=None, foreign=frozenset({"ansible", "dns"})),
}


def imports_of(path: Path, module: str) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that `path` imports; `module` is its own dotted name.

    `from a import b` gives `a.b`, because b may be a module; a prefix test then fits both forms.
    Imports under `if TYPE_CHECKING` count: a layer that only names a type of another still depends on it.
    """
    package = module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{name}.{alias.name}"


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def violations(utils: Path) -> list[str]:
    """Each import below `utils` (a plugins/module_utils) that goes against LAYERS, as `file:line imports name`."""
    found = []
    for path in sorted(utils.rglob("*.py")):
        relative = path.relative_to(utils)
        module = ".".join([UTILS, *relative.with_suffix("").parts])
        layer = LAYERS.get(relative.with_suffix("").parts[0])
        if layer is None:
            found.append(f"{relative}: belongs to no layer of the table")
            continue
        for line, name in imports_of(path, module):
            top = name.split(".")[0]
            if within(name, (COLLECTION,)):
                ok = layer.ours is None or within(name, tuple(f"{UTILS}.{prefix}" for prefix in layer.ours))
                ok = ok and name not in layer.refused
            elif top in sys.stdlib_module_names:
                ok = top not in layer.refused
            else:
                ok = top in layer.foreign
            if not ok:
                found.append(f"{relative}:{line} imports {name}")
    return found


def module_violations(modules: Path) -> list[str]:
    """Modules are contracts: documentation, the options, and one call of an operation through the bridge.

    One that documents an action does nothing.
    """
    found = []
    actions = {path.name for path in (modules.parent / "action").glob("*.py")}
    for path in sorted(modules.glob("*.py")):
        names = [name for _line, name in imports_of(path, f"{COLLECTION}.plugins.modules.{path.stem}")]
        if path.name in actions:
            found.extend(f"{path.name}: imports {name}" for name in names)
        elif not any(within(name, (f"{UTILS}._module",)) for name in names):
            found.append(f"{path.name}: does not use module_utils/_module")
        found.extend(
            f"{path.name}: imports {name}"
            for name in names
            if not within(name, (f"{UTILS}._module", f"{UTILS}._operations", "__future__"))
        )
        if (lines := code_lines(path)) > MODULE_LINES:
            found.append(f"{path.name}: {lines} lines of code, no more than {MODULE_LINES} are a contract")
    return found


def code_lines(path: Path) -> int:
    """Lines of a module that are neither documentation, nor comment, nor empty."""
    text = path.read_text(encoding="utf-8")
    documented: set[int] = set()
    for node in ast.parse(text).body:
        names = {target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)}
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if docstring or names & {"DOCUMENTATION", "EXAMPLES", "RETURN"}:
            documented.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        1
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in documented and line.strip() and not line.lstrip().startswith("#")
    )


# Below tests/unit/plugins: files that are named after no file of plugins, with the reason.
NAMED_OTHERWISE = {
    "module_utils/_admin/test_recorded.py": "the recorded answers, of the requests of all files",
    "module_utils/_admin/test_requests.py": "the requests of all files, against what was recorded",
    "modules/test_dns_wildcard.py": "what all modules for DNS have to make of a wildcard",
    "test_gate_page.py": "the gate that docs/developer/gate.md shows",
}
# Modules without a test file of their own name, with the reason.
TESTED_ELSEWHERE = {
    "machine_command": "documents an action, which tests/unit/machines runs on machines",
    "refuse": "documents an action, which action/test_refuse.py runs",
}


def misplaced(tests: Path, plugins: Path) -> list[str]:
    """Test files without a file that they are named after, exceptions that are none any more, modules without a test,
    and tests that do not name their module.
    """
    files = {str(path.relative_to(tests)): path for path in sorted(tests.rglob("test_*.py"))}
    alone = {name for name, path in files.items() if not (plugins / Path(name).parent / path.name[5:]).exists()}
    untested = []
    for module in sorted((plugins / "modules").glob("*.py")):
        test = files.get(f"modules/test_{module.stem}.py")
        if test is None and module.stem not in TESTED_ELSEWHERE:
            untested.append(f"{module.stem}: has no test file of its own name")
        elif test is not None and f'"{module.stem}"' not in test.read_text(encoding="utf-8"):
            untested.append(f"{module.stem}: its test file does not run it")
    return [f"{name}: is named after no file of plugins" for name in sorted(alone ^ NAMED_OTHERWISE.keys())] + untested


def test_tests_stand_where_the_code_stands(repository: Path) -> None:
    assert misplaced(repository / "tests" / "unit" / "plugins", repository / "plugins") == []


def test_planted_test_without_its_code_is_found(tmp_path: Path) -> None:
    tests, plugins = tmp_path / "tests", tmp_path / "plugins"
    for path in (
        *(plugins / "modules" / f"{name}.py" for name in ("rocketmq_a", "rocketmq_b", "machine_command")),
        tests / "modules" / "test_rocketmq_a.py",
        tests / "clients" / "test_a.py",
        *(tests / name for name in NAMED_OTHERWISE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert misplaced(tests, plugins) == [
        "clients/test_a.py: is named after no file of plugins",
        "rocketmq_a: its test file does not run it",
        "rocketmq_b: has no test file of its own name",
    ]


def test_layers_import_downwards_only(repository: Path) -> None:
    utils = repository / "plugins" / "module_utils"
    assert list(utils.rglob("*.py")), "no module utils found: this test would hold nothing"
    assert violations(utils) == []


def test_modules_are_thin(repository: Path) -> None:
    modules = repository / "plugins" / "modules"
    assert list(modules.glob("*.py")), "no modules found: this test would hold nothing"
    assert module_violations(modules) == []


def filter_violations(filters: Path) -> list[str]:
    """Filters are few, and faces: they import the layers that decide, and are short."""
    names = [path.stem for path in filters.glob("*.yml")]
    few = len(names) <= MOST_FILTERS
    found = [] if few else [f"{len(names)} filters, no more than {MOST_FILTERS} are views"]
    ours = (f"{UTILS}._inventory", f"{UTILS}._migration", f"{COLLECTION}.plugins.plugin_utils")
    for path in sorted(filters.glob("*.py")):
        if (lines := code_lines(path)) > FILTER_LINES:
            found.append(f"{path.name}: {lines} lines of code, no more than {FILTER_LINES} are a face")
        names = [name for _line, name in imports_of(path, f"{COLLECTION}.plugins.filter.{path.stem}")]
        foreign = [name for name in names if within(name, (COLLECTION,)) and not within(name, ours)]
        found.extend(f"{path.name}: imports {name}" for name in foreign)
    return found


def test_filters_are_few_and_thin(repository: Path) -> None:
    filters = repository / "plugins" / "filter"
    assert list(filters.glob("*.py")), "no filters found: this test would hold nothing"
    assert filter_violations(filters) == []


@pytest.mark.parametrize(
    ("path", "line", "named"),
    [
        ("_remoting/frame.py", "from .._admin import models", "_admin.models"),
        ("_remoting/pool.py", "import threading", "threading"),
        ("_remoting/pool.py", "import requests", "requests"),
        ("_admin/client.py", "from .._migration.plan import Plan", "_migration.plan.Plan"),
        ("_admin/client.py", "from .._operations.gate import Gate", "_operations.gate.Gate"),
        ("_admin/client.py", "import socket", "socket"),
        ("_migration/drain.py", "from .._admin.client import Admin", "_admin.client.Admin"),
        ("_migration/drain.py", "from .._admin import client", "_admin.client"),
        ("_migration/drain.py", "from .._admin.snapshot import take", "_admin.snapshot.take"),
        ("_remoting/__init__.py", "from .._admin import models", "_admin.models"),
        ("_migration/drain.py", f"import {UTILS}._remoting.pool", "_remoting.pool"),
        ("_migration/drain.py", "def f():\n    import time", "time"),
        ("_migration/deep/er.py", "from ..._remoting.pool import Pool", "_remoting.pool.Pool"),
        ("_migration/drain.py", "from ansible.module_utils.basic import AnsibleModule", "AnsibleModule"),
        ("_dns/update.py", "from .._operations.wait import wait_until", "_operations.wait.wait_until"),
        ("_operations/gate.py", "from .._module.base import RocketmqModule", "_module.base.RocketmqModule"),
        ("_operations/gate.py", "from ansible.module_utils.basic import AnsibleModule", "AnsibleModule"),
        ("_operations/gate.py", "import subprocess", "subprocess"),
        ("helpers.py", "import json", "belongs to no layer"),
    ],
)
def test_planted_violation_is_found(tmp_path: Path, path: str, line: str, named: str) -> None:
    planted = tmp_path / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(f"from __future__ import annotations\n\n{line}\n", encoding="utf-8")
    found = violations(tmp_path)
    assert len(found) == 1
    assert named in found[0]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("_remoting/pool.py", "import selectors\nfrom .errors import ConnectError\nfrom . import frame"),
        ("_admin/client.py", "from .._remoting.pool import Pool\nfrom .request import Request"),
        (
            "_migration/progress/plan.py",
            "import hashlib\nfrom ..._admin.models import ClusterSpec\nfrom .. import reasons",
        ),
        ("_dns/update.py", "import dns.update\nfrom dns import tsig\nimport socket"),
        ("_migration/__init__.py", "from .plan import Plan\nfrom .._admin.snapshot import ClusterSnapshot"),
        (
            "_operations/wait.py",
            "import time\nfrom .._migration.progress import plan\nfrom .._admin.client import Admin",
        ),
        ("_module/base.py", "from ansible.module_utils.basic import AnsibleModule\nfrom .._operations import plan"),
    ],
)
def test_allowed_import_is_allowed(tmp_path: Path, path: str, line: str) -> None:
    planted = tmp_path / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(line + "\n", encoding="utf-8")
    assert violations(tmp_path) == []


def test_planted_thick_module_is_found(tmp_path: Path) -> None:
    more = "".join(f"x = {number}\n\n# no code\n" for number in range(MODULE_LINES))
    (tmp_path / "rocketmq_thick.py").write_text(
        "import socket\nfrom ansible.module_utils.basic import AnsibleModule\n" + more, encoding="utf-8"
    )
    assert module_violations(tmp_path) == [
        "rocketmq_thick.py: does not use module_utils/_module",
        "rocketmq_thick.py: imports socket",
        "rocketmq_thick.py: imports ansible.module_utils.basic.AnsibleModule",
        f"rocketmq_thick.py: {MODULE_LINES + 2} lines of code, no more than {MODULE_LINES} are a contract",
    ]


def test_planted_thick_filter_is_found(tmp_path: Path) -> None:
    for number in range(MOST_FILTERS + 1):
        (tmp_path / f"view_{number}.yml").write_text("", encoding="utf-8")
    lines = "".join(f"x = {number}\n" for number in range(FILTER_LINES))
    (tmp_path / "other.py").write_text(f"from {UTILS}._admin import client\n{lines}", encoding="utf-8")
    assert filter_violations(tmp_path) == [
        f"{MOST_FILTERS + 1} filters, no more than {MOST_FILTERS} are views",
        f"other.py: {FILTER_LINES + 1} lines of code, no more than {FILTER_LINES} are a face",
        f"other.py: imports {UTILS}._admin.client",
    ]
