# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phase finds in an estate, as playbooks need it."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phase_view import view
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import PHASES
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.catalogue import CATALOGUE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.entry import WAIVABLE


def source(name: str) -> dict:
    spec = {"name": name, "nameservers": [f"{name}-1:9876", f"{name}-2:9876"], "brokers": []}
    hosts = {"nameservers": [f"{name}-ns1", f"{name}-ns2"], "masters": [f"{name}-a"], "slaves": []}
    return {**spec, "spec": spec, "hosts": hosts}


ESTATE = {"sources": [source("mro"), source("mdm")], "others": []}


def source_stages(**stages: str) -> dict:
    return {name: {"stage": stage, "listed": False, "said": f"{name}: {stage}"} for name, stage in stages.items()}


def names(sources: list) -> list:
    return [one["name"] for one in sources]


def test_sources_between_two_stages_are_found_by_the_name_of_the_window():
    found = view(ESTATE, source_stages(mro="frozen", mdm="apart"), "status")
    assert names(found["window"]["compared"]) == ["mro"]
    assert names(found["window"]["sharing"]) == []
    assert names(view(ESTATE, source_stages(mro="unknown", mdm="open"), "status")["window"]["registered"]) == ["mdm"]


def test_sources_of_the_batch_are_those_that_the_phase_acts_on():
    found = view(ESTATE, source_stages(mro="frozen", mdm="open"), "close_source", check=True)
    assert (names(found["acted_on"]), names(found["ready_sources"])) == (["mro", "mdm"], ["mro"])
    assert view(ESTATE, source_stages(mro="unknown", mdm="open"), "close_source")["unknown"] == ["mro: unknown"]


def test_a_name_server_that_has_ended_is_asked_no_more():
    stands = source_stages(mro="stopped", mdm="stopped")
    stands["mro"]["ended"] = ["mro-ns2", "mro-a"]
    assert [one["nameservers"] for one in view(ESTATE, stands, "release_clients")["living"]] == [
        ["mro-1:9876"], ["mdm-1:9876", "mdm-2:9876"],
    ]  # fmt: skip


def test_a_machine_that_was_decommissioned_may_be_switched_off():
    stands = source_stages(mro="done", mdm="done")
    stands["mro"]["gone"] = stands["mdm"]["gone"] = ["mro-ns1", "mdm-ns1"]
    released = {"mro": {"decommissioned": True}, "mdm": {"decommissioned": False}}
    found = view(ESTATE, stands, "decommission", released=released)["remaining"]
    assert found == ["mro-ns2", "mro-a", "mdm-ns1", "mdm-ns2", "mdm-a"]
    assert len(view(ESTATE, stands, "decommission")["remaining"]) == 6


def test_there_is_no_view_of_a_phase_that_does_not_exist():
    with pytest.raises(ValueError, match="there is no phase 'thaw'"):
        view(ESTATE, {}, "thaw")


def test_what_a_phase_waives_by_itself_may_be_waived():
    waived = {code for phase in PHASES for code in phase.waives}
    assert waived == {"GROUP_WITHOUT_OFFSETS", "TOPIC_WITHOUT_GROUP"}
    assert [code for code in waived if CATALOGUE[code].severity != WAIVABLE] == []
    reason = "the broker is restarted only"
    assert view({"sources": []}, {}, "restart")["phase"]["waivers"] == [
        {"code": "GROUP_WITHOUT_OFFSETS", "subject": "*", "reason": reason},
        {"code": "TOPIC_WITHOUT_GROUP", "subject": "*", "reason": reason},
    ]
