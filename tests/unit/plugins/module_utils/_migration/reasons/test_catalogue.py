# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each code stands once, is used, and its gates are those that give it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import entry
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import (
    CATALOGUE,
    collect,
    waivable_only_at,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import (
    BLOCKING,
    DRAIN,
    NOTICE,
    PREFLIGHT,
    WAIVABLE,
    Entry,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.reason import Reason
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.waivers import (
    apply_waivers,
    parse_waivers,
)

# Where reasons are made, and for which gate; the longest that fits counts.
MADE_IN = {
    "_migration/preflight": entry.PREFLIGHT,
    "_migration/preflight/machines.py": entry.MACHINES,
    "_migration/preflight/names.py": entry.NAMES,
    "_migration/preflight/capacity.py": entry.CAPACITY,
    "_operations/capacity.py": entry.CAPACITY,
    "_migration/machines": entry.MACHINES,
    "_migration/tables/registration.py": entry.REGISTRATION,
    "_migration/tables/drift.py": entry.DRIFT,
    "_operations/drift.py": entry.DRIFT,
    "_migration/clients/assignment.py": entry.ASSIGNMENT,
    "_operations/assignment.py": entry.ASSIGNMENT,
    "_migration/clients/traffic.py": entry.TRAFFIC,
    "_operations/traffic.py": entry.TRAFFIC,
    "_migration/clients/write_stop.py": entry.WRITE_STOP,
    "_operations/write_stop.py": entry.WRITE_STOP,
    "_migration/drain": entry.DRAIN,
    "_operations/drain.py": entry.DRAIN,
    "_migration/progress/source_stage.py": entry.STAGE,
    "_migration/tables/removal.py": entry.DELETE,
    "_operations/delete.py": entry.DELETE,
    "_operations/lock.py": entry.EVIDENCE,
    "_operations/plan.py": entry.EVIDENCE,
    "_operations/proofs.py": entry.EVIDENCE,
}
# These keep a code beside what was seen.
PAIRED = "_migration/tables/removal.py"


def made(utils: Path) -> Iterator[tuple[str, str]]:
    """Code and gate of every C(Reason("CODE", ...)) and C(stated("CODE", ...)) with a literal code."""
    for path in sorted(utils.rglob("*.py")):
        name = str(path.relative_to(utils))
        places = [place for place in MADE_IN if name == place or name.startswith(place + "/")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            code: ast.AST | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Reason", "stated"):
                code = node.args[0]
            elif name == PAIRED and isinstance(node, ast.Tuple) and node.elts:
                code = node.elts[0]
            if isinstance(code, ast.Constant) and str(code.value).isupper():
                assert places, f"{name} gives {code.value}: for which gate?"
                yield code.value, MADE_IN[max(places, key=len)]


def test_who_gives_a_reason_is_one_of_its_gates(repository: Path) -> None:
    found = list(made(repository / "plugins/module_utils"))
    assert len(found) > 50, "no reasons found: this test would hold nothing"
    assert [f"{code} is given by {gate}" for code, gate in found if gate not in CATALOGUE[code].gates] == []


def test_every_code_is_given_by_somebody(repository: Path) -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (repository / "plugins").rglob("*.py")
        if "/reasons/" not in str(path) and "/modules/" not in str(path)
    )
    tasks = "".join(path.read_text(encoding="utf-8") for path in (repository / "roles").glob("*/tasks/**/*.yml"))
    given = {code for code, one in CATALOGUE.items() if f'"{code}"' in text and set(one.gates) != {entry.TASKS}}
    given |= {code for code, one in CATALOGUE.items() if f" code: {code}\n" in tasks and entry.TASKS in one.gates}
    assert [code for code in CATALOGUE if code not in given] == []


def test_a_subject_of_the_drain_begins_with_its_cluster() -> None:
    # The drain proves each cluster by itself, and knows by the subject whose reason it is.
    found = [one for one in CATALOGUE.values() if DRAIN in one.gates]
    assert found
    assert [one.code for one in found if one.subject.split("/")[0] != "cluster"] == []


def test_each_code_stands_once() -> None:
    one = CATALOGUE["DLQ_CONTENT"]
    assert collect([one]) == {"DLQ_CONTENT": one}
    with pytest.raises(ValueError, match="defined twice"):
        collect([one, one])


@pytest.mark.parametrize(
    ("code", "severity", "gates", "words"),
    [
        ("Dlq", NOTICE, (DRAIN,), "upper snake case"),
        ("NEW_ONE", "bad", (DRAIN,), "severity"),
        ("NEW_ONE", NOTICE, (), "gates"),
        ("NEW_ONE", NOTICE, ("kitchen",), "gates"),
    ],
)
def test_what_no_entry_can_be(code: str, severity: str, gates: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Entry(code, severity, "x", "y", "z", gates)


def test_an_entry_says_what_it_means_and_what_to_do() -> None:
    with pytest.raises(ValueError, match="remedy"):
        Entry("NEW_ONE", NOTICE, "x", "y", "", (DRAIN,))


def test_what_is_waived_at_the_preflight_alone() -> None:
    alone = waivable_only_at(PREFLIGHT)
    assert "OTHER_VERSION" in alone
    # The drain asks for this one again, so a waiver may be for the drain.
    assert "SLAVE_UNKNOWN" not in alone
    # The drain gives this one, too, and takes no waiver for it.
    assert "SLAVE_BEHIND" in alone and DRAIN in CATALOGUE["SLAVE_BEHIND"].gates


def test_a_reason_weighs_what_its_gate_says() -> None:
    assert Reason("SLAVE_BEHIND", "mro/broker-a:1").severity == BLOCKING
    forecast = Reason("SLAVE_BEHIND", "mro/broker-a:1", gate=PREFLIGHT)
    assert (forecast.severity, forecast.as_dict()["severity"]) == (WAIVABLE, WAIVABLE)
    assert Reason("NO_CONSUMER", "mro/g/orders", gate=PREFLIGHT).severity == NOTICE
    waivers = parse_waivers([{"code": "SLAVE_BEHIND", "subject": "*", "reason": "is being repaired"}])
    assert apply_waivers([forecast], waivers).ok
    assert not apply_waivers([Reason("SLAVE_BEHIND", "mro/broker-a:1")], waivers).ok


def test_milder_is_only_for_gates_that_give_it() -> None:
    with pytest.raises(ValueError, match="milder"):
        Entry("NEW_ONE", WAIVABLE, "x", "y", "z", (DRAIN,), {PREFLIGHT: NOTICE})
    with pytest.raises(ValueError, match="severity"):
        Entry("NEW_ONE", WAIVABLE, "x", "y", "z", (DRAIN,), {DRAIN: "harmless"})
