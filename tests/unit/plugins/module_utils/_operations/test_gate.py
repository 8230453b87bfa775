# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode is a property of every gate: it looks once, says for what a run would wait, and passes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import HUB, HUB_A, HUB_B, HUB_NS, MRO, MRO_A, MRO_NS
from ansible_collections.mqops.rocketmq.tests.unit.support.runner import MODULES

GATES: dict[str, dict[str, Any]] = {
    "rocketmq_broker_departure": {"cluster": HUB, "nameservers": [MRO_NS]},
    "rocketmq_broker_listing": {"cluster": HUB, "broker": "hub-a", "state": "listed"},
    "rocketmq_consumer_assignment": {"sources": [MRO], "target": HUB, "state": "assigned"},
    "rocketmq_drift": {"sources": [MRO], "target": HUB},
    "rocketmq_offset_lag": {"clusters": [MRO, HUB]},
    "rocketmq_registration": {"cluster": HUB, "nameservers": [MRO_NS, HUB_NS], "register": True, "unchanged": [MRO]},
    "rocketmq_stage_info": {"sources": [MRO], "target": HUB, "stage": "S_NA_D_RW"},
    "rocketmq_traffic": {"sources": [MRO], "target": HUB},
    "rocketmq_write_stop": {"clusters": [MRO, HUB], "since": {MRO_A: 0}, "producer_groups": ["shop"]},
}
Look = Callable[[str], dict[str, Any]]


@pytest.fixture
def look(run: Any, play: Any, clock: Any, tmp_path: Path) -> Look:
    """look(module) in check mode, on an estate whose target is not deployed; it has said for what it would wait."""
    estate = play(Estate(MRO, HUB))
    for address in (HUB_NS, HUB_A, HUB_B):
        estate.peer(address).down = True
    told = tmp_path / "progress"

    def call(module: str, *down: str) -> dict[str, Any]:
        for address in down:
            estate.peer(address).down = True
        result: dict[str, Any] = run(module, check=True, progress_file=str(told), **GATES[module])
        assert estate.audit == [] and clock.slept == [], "it has changed something, or waited"
        assert told.read_text().splitlines()[-1].endswith(result["would_wait"])
        return result

    return call


@pytest.mark.parametrize("down", [(), (MRO_NS, MRO_A)])
@pytest.mark.parametrize("module", GATES)
def test_a_gate_that_has_nobody_to_ask_passes_as_planned(look: Look, module: str, down: tuple[str, ...]) -> None:
    result = look(module, *down)
    assert not result["failed"], result["msg"]
    assert result["would_wait"].startswith("Would wait until ")
    assert not down or "Connection refused" in result["would_wait"] or "UNREACHABLE" in result["would_wait"]


@pytest.mark.parametrize("module", GATES)
def test_its_result_has_the_shape_that_later_tasks_read(look: Look, module: str) -> None:
    documented = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)
    always = ("always", "when the observation has begun", "when O(state=listed)")
    assert {key for key, one in documented.items() if one["returned"] in always} <= look(module).keys()
    assert "would_wait" in documented


@pytest.mark.parametrize("module", GATES)
def test_it_claims_no_proof(look: Look, module: str) -> None:
    result = look(module)
    assert not any(one["passed"] for one in result.get("clusters", {}).values())
    assert not any(result.get(key) for key in ("drained", "proved", "clean", "equal", "changed"))
