# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last phase needs the old machines, once: what it has let go may be switched off."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def released(world, tmp_path):
    """Both sources have been released; returns what the phase is called with."""
    more = {
        "rocketmq_migration_confirm": world.plan(),
        "migration_silence": 1,
        # One kernel counts for all these machines, and for whatever else runs on this one.
        "rocketmq_noisy_hosts": [{"host": host, "reason": "shares a kernel"} for host in world.hosts],
    }
    log = tmp_path / "store" / "commitlog"
    log.mkdir(parents=True)
    checked = {world.address(host): {"end": 0, "path": str(log)} for host in ("mro-a", "mdm-a")}
    world.prove(checked=checked)
    for name in ("mro", "mdm"):
        world.point(name, "hub-ns")
    world.run("hub-ns", "hub-a", "hub-b")
    world.up("mro-ns", "mro-a", "mdm-ns", "mdm-a")
    return more


def test_old_machines_are_asked_once_more_and_may_then_be_off(world, released):
    mro = {host: world.address(host) for host in world.of("mro")}
    # Released, not decommissioned: a machine that is not reached has not shown that no client calls.
    world.prove(checked=world.proofs()["checked"], released={"mro": {"hosts": mro, "decommissioned": False}})
    code, printed = world("phase_95_decommission", **released)
    assert code != 0
    assert "MACHINE_CALLS_UNKNOWN: MACHINE_UNREACHABLE mro-s (tried ssh" in printed, printed
    assert "would not be noticed" in printed and "Listen in silence" not in printed, printed
    assert not any(world.kv.values()), "the lock was not given back"
    assert not (world.evidence / "released.json").exists()

    world.up("mro-s")
    code, printed = world("phase_95_decommission", **released)
    assert code == 0, printed
    figures = json.loads((world.evidence / "released.json").read_text())
    assert (len(figures["machines"]), figures["jvms"]) == (5, 5) and figures["memory_mib"] > 0
    # The slave's path is in no proof.
    assert figures["stores_unknown"] == ["mro-s"]
    assert {name: part["decommissioned"] for name, part in world.proofs()["released"].items()} == {
        "mro": True, "mdm": True,
    }  # fmt: skip

    world.down("mro-ns", "mro-a", "mro-s")
    code, printed = world("phase_95_decommission", **released)
    assert code == 0, printed
    assert "mro-ns, mro-a, mro-s: decommissioned before, and not reached now." in printed
    assert "2 machines with 2 JVMs may go" in printed
    assert json.loads((world.evidence / "released.json").read_text()) == figures
    assert not any(world.kv.values())
