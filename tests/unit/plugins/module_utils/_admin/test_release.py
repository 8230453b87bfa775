# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is believed of RocketMQ 4.4.0 stands once, with its source."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import release, system_names
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import listing, write_stop

ADMIN = Path("module_utils") / "_admin"
HOMES = {ADMIN / "release.py", ADMIN / "system_names.py", Path("module_utils") / "_remoting" / "frame.py"}
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.USub: operator.neg,
}

# The facts that nothing else can mean. Periods, queues, permissions and short lengths (30, 120, 8, 6, 127) are left
# out: such a number is as often one of ours. So are words that a text may hold for another reason (KEYS, WAIT, JAVA).
NUMBERS = {
    release.VERSION,
    release.NAMESERVER_PORT,
    release.BROKER_PORT,
    release.FRAME_LIMIT,
    release.REGISTER_TIMEOUT_MS,
    int(release.BROKER_DEFAULTS["maxMessageSize"]),
    release.MESSAGE_MAGIC,
    release.BLANK_MAGIC,
    release.MESSAGE_MAGIC - 2**32,
    release.BLANK_MAGIC - 2**32,
    *release.TOPIC_CREATION_MS,
    *release.GROUP_CREATION_MS,
    release.CREATION_PER_ENTRY,
    release.SEEDED_START_PER_TOPIC,
}
TEXTS = {
    release.VERSION_NAME,
    release.DELAY_LEVELS,
    release.NAME_PATTERN,
    release.ORDER_NAMESPACE,
    *release.FILTER_TYPES,
    release.ADDRESS_SERVER_DIRECTORY,
    release.RETRY_TOPIC,
    release.REAL_TOPIC,
    release.REAL_QUEUE,
    release.HALF_MESSAGE,
    release.PRODUCER_GROUP,
    release.RECONSUME_TIME,
    release.CONSUME_START_TIME,
    release.FIRST_HALF_OFFSET,
    release.TRANSACTION_CHECK_TIMES,
    *system_names.DERIVED,
    *system_names.SYSTEM_TOPICS,
    *system_names.SYSTEM_GROUPS,
    system_names.HALF_GROUP,
}
# The same numbers for another reason: how much of what a machine prints is read.
OURS = {(Path("module_utils") / "_migration" / "machines" / "answer.py", release.FRAME_LIMIT)}


def documents(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and the documentation of modules and fragments: prose, of which nothing is made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            if {target.id for target in node.targets if isinstance(target, ast.Name)} & DOCUMENTATION:
                yield node.value


def computed(node: ast.AST) -> Any:
    """The value of a literal, or of an expression of literals alone; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.BinOp, ast.UnaryOp)) and type(node.op) in OPERATORS:
        operands = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.operand,)
        parts = [computed(operand) for operand in operands]
        if all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in parts):
            return OPERATORS[type(node.op)](*parts)
    return None


def is_fact(value: Any) -> bool:
    if isinstance(value, str):
        # A port may stand behind an address.
        number = value.strip(" :")
        return value.strip() in TEXTS or number.isascii() and number.isdigit() and int(number) in NUMBERS
    return not isinstance(value, bool) and isinstance(value, (int, float)) and value in NUMBERS


def literals(plugins: Path) -> list[str]:
    """Each literal below C(plugins) that is a fact of the release, as C(file:line: value)."""
    found = []
    for path in sorted(plugins.rglob("*.py")):
        relative = path.relative_to(plugins)
        if relative in HOMES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        prose = {id(node) for node in documents(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.expr) and id(node) not in prose:
                value = computed(node)
                if is_fact(value) and (relative, value) not in OURS:
                    found.append(f"{relative}:{node.lineno}: {value!r}")
    return found


def test_facts_stand_in_one_file(repository: Path) -> None:
    plugins = repository / "plugins"
    assert all((plugins / home).exists() for home in HOMES), "a home is missing: this test would hold too little"
    assert literals(plugins) == []


@pytest.mark.parametrize(
    "line",
    [
        "VERSION = 293",
        "LIMIT = 16 * 1024 * 1024",
        "LIMIT = 16 * 1024**2",
        "LIMIT = 1 << 24",
        "FILLER = -875286124",
        "MAGIC = 0xDAA320A7",
        'NAMESPACE = "ORDER_TOPIC_CONFIG"',
        "def listen(port: int = 10911) -> None: ...",
        'SETTINGS = {"maxMessageSize": "4194304"}',
        'SETTINGS = {"messageDelayLevel": "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h"}',
        'topic = message.properties.get("REAL_TOPIC", message.topic)',
        'if topic == "TBW102": pass',
        'text = f"{address}:9876"',
    ],
)
def test_planted_fact_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "planted.py").write_text(f'"""Speaks of 293 and of 9876."""\n\n{line}\n', encoding="utf-8")
    found = literals(tmp_path)
    assert len(found) == 1
    assert found[0].startswith("planted.py:3: ")


def test_prose_may_name_facts(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        'DOCUMENTATION = r"""10911"""\nRETURN = "293"\n\n\ndef main() -> None:\n    """9876"""\n', encoding="utf-8"
    )
    assert literals(tmp_path) == []


# A unit, a sentence, and where it was read.
SOURCED = re.compile(r"[A-Z][^.()]*\. .+ \(([A-Z]\w+[.#]\w+|observed: .|assumed: .).*\)\.")
SOURCED_ENTRY = re.compile(r"[a-z]+ \([A-Z]\w+[.#]\w+\)")


def comment_of(lines: list[str], node: ast.stmt) -> str:
    """The comment on the line of an assignment, or directly above it."""
    before, mark, after = lines[node.lineno - 1].partition("  # ")
    if mark:
        return after
    above: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.startswith("# "):
            break
        above.insert(0, line[2:])
    return " ".join(above)


def unsourced(text: str) -> list[str]:
    """The constants of a file, and the entries of its settings, that do not say their source."""
    lines, missing = text.splitlines(), []
    for node in ast.parse(text).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if not isinstance(target, ast.Name) or not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        name = target.id
        if not name.startswith("_") and not SOURCED.fullmatch(comment_of(lines, node)):
            missing.append(name)
        if name.endswith("_DEFAULTS") and isinstance(node.value, ast.Dict):
            for key in node.value.keys:
                assert isinstance(key, ast.Constant)
                if not SOURCED_ENTRY.fullmatch(lines[key.lineno - 1].partition("  # ")[2]):
                    missing.append(f"{name}[{key.value!r}]")
    return missing


def test_every_fact_has_a_source(repository: Path) -> None:
    text = (repository / "plugins" / ADMIN / "release.py").read_text(encoding="utf-8")
    assert text.count("\n# Seconds. ") > 10, "no facts found: this test would hold nothing"
    assert unsourced(text) == []


@pytest.mark.parametrize(
    "lines",
    [
        "POLL = 30",
        "# A client polls so often.\nPOLL = 30",
        "# Seconds. A client polls so often.\nPOLL = 30",
        "# A client polls so often (ClientConfig.pollNameServerInterval).\nPOLL = 30",
        "# Seconds. A client polls so often (somewhere).\nPOLL = 30",
        "# Seconds. A client polls so often (observed).\nPOLL = 30",
        "# Seconds. A client polls so often (ClientConfig.pollNameServerInterval).\n\nPOLL = 30",
        "# Seconds. One is enough (ClientConfig.pollNameServerInterval).\nPOLL = 30\nBEAT = 30",
        '# Texts. All of them (BrokerConfig.aclEnable).\nPOLL_DEFAULTS = {\n    "aclEnable": "false",\n}',
    ],
)
def test_fact_without_a_source_is_found(lines: str) -> None:
    assert len(unsourced(lines)) == 1


@pytest.mark.parametrize(
    "lines",
    [
        "# Seconds. A client polls so often (ClientConfig.pollNameServerInterval).\nPOLL = 30",
        "POLL = 30  # Seconds. A client polls so often (MQClientInstance#startScheduledTask).",
        "# Seconds. What it takes\n# with an empty table (observed: 7 ms with 1,000 topics).\nPOLL = 30",
        "# Bytes. What it needs (assumed: no measurement is kept).\nNEED = 1",
    ],
)
def test_source_is_seen(lines: str) -> None:
    assert unsourced(lines) == []


def test_facts_agree() -> None:
    assert release.DELAY_LEVEL_COUNT == 18
    assert all(level[-1] in release.DELAY_UNITS for level in release.DELAY_LEVELS.split())
    assert release.GROUP_NAME_LIMIT == 120
    assert release.READ_WRITE == 6
    codes = {name: value for name, value in vars(release).items() if name in release.RESPONSE_NAMES.values()}
    assert len(codes) == 11
    assert all(release.RESPONSE_NAMES[code] == name for name, code in codes.items())


def test_roles_agree(repository: Path) -> None:
    """What roles say in literals, which no name can reach."""

    def defaults(role: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load((repository / "roles" / role / "defaults" / "main.yml").read_text())
        return found

    assert defaults("broker")["broker_port"].endswith(f"default({release.BROKER_PORT}) }}}}")
    assert defaults("nameserver")["nameserver_port"].endswith(f"default({release.NAMESERVER_PORT}) }}}}")
    migration = defaults("migration")
    assert migration["migration_client_poll"] == listing.POLL
    assert migration["migration_write_settle"] == write_stop.SETTLE
    assert migration["migration_fetch_timeout"] > release.ADDRESS_FETCH
