# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate, cluster

HUB, HUB_NS = "198.18.50.81:10911", "198.18.50.80:9876"
MRO_MASTER, MRO_NS = "198.18.50.21:10911", "198.18.50.20:9876"
MDM_MASTER, MDM_NS = "198.18.50.41:10911", "198.18.50.40:9876"
TARGET = cluster("hub", HUB_NS, {"hub-a": HUB})
# Both sources call their broker the same, as they do in real life.
MRO = cluster("mro", MRO_NS, {"broker-a": MRO_MASTER})
MDM = cluster("mdm", MDM_NS, {"broker-a": MDM_MASTER})


@pytest.fixture
def estate(play):
    """The target has joined both sources; mdm is frozen."""
    made = play(Estate(TARGET, MRO, MDM))
    hub, mro, mdm = (made.brokers[address] for address in (HUB, MRO_MASTER, MDM_MASTER))
    hub.add(TopicConfig("mro-orders", 4, 4, 6), TopicConfig("mdm-orders", 4, 4, 6))
    mro.add(TopicConfig("mro-orders", 4, 4, 6), TopicConfig("TBW102", 4, 4, 6), TopicConfig("%DLQ%g", 4, 4, 2))
    mdm.add(TopicConfig("mdm-orders", 4, 4, 6))
    mdm.perm, hub.settings["namesrvAddr"] = 4, f"{HUB_NS};{MRO_NS};{MDM_NS}"
    made.publish_all()
    return made


@pytest.fixture
def stages(run, estate):
    return lambda **more: run.look("rocketmq_stage_info", **{"sources": [MRO, MDM], "target": TARGET, **more})


def closed(estate, server):
    """The name server publishes the target without the write permission."""
    for topic in ("mro-orders", "mdm-orders"):
        estate.servers[server].routes[topic]["hub-a"] = (4, 4, 4)


def seen(result):
    return {name: (one["stage"], one["nameserver"], one["topics"]) for name, one in result["sources"].items()}


def test_each_source_by_its_own_topics(stages, estate) -> None:
    result = stages()
    assert not result["failed"], result
    assert seen(result) == {"mro": ("S_RW_D_RW", "answers", 1), "mdm": ("S_R_D_RW", "answers", 1)}


def test_a_stopped_broker(stages, estate) -> None:
    estate.brokers[MDM_MASTER].down = True
    estate.forget(MDM_NS, "broker-a")
    # Its name server now lists only what the target has, which is every source's.
    assert seen(stages())["mdm"] == ("S_NA_D_RW", "answers", 2)
    assert seen(stages(topics={"mdm": ["mdm-orders"]}))["mdm"] == ("S_NA_D_RW", "answers", 1)


def test_a_stopped_name_server(stages, estate) -> None:
    estate.brokers[MDM_MASTER].down = estate.servers[MDM_NS].down = True
    result = stages()
    assert seen(result)["mdm"] == ("S_NA_D_RW", "gone", 2)
    assert result["sources"]["mdm"]["done"] is True
    assert seen(result)["mro"] == ("S_RW_D_RW", "answers", 1)
    closed(estate, HUB_NS)
    assert seen(stages())["mdm"] == ("UNREACHABLE", "silent", 0)


def test_a_silent_target(stages, estate) -> None:
    estate.servers[HUB_NS].down = True
    result = stages()
    assert {one["stage"] for one in result["sources"].values()} == {"UNREACHABLE"}
    assert "Connection refused" in result["sources"]["mro"]["why"]


def test_mixed_rows_are_limited(stages, estate) -> None:
    closed(estate, MRO_NS)
    one = stages(limit=0)["sources"]["mro"]
    assert (one["stage"], one["mixed"], one["mixed_left_out"]) == ("MIXED", [], 1)
    assert len(stages()["sources"]["mro"]["mixed"][0]["rows"]) == 3


def test_a_stage_is_waited_for(stages, estate, clock) -> None:
    assert "would_wait" not in stages(stage="S_R_D_RW", sources=[MDM])
    wanted = {"sources": [MDM], "stage": "S_NA_D_RW", "timeout": 60}
    result = stages(**wanted)
    assert result["failed"] and result["sources"]["mdm"]["stage"] == "S_R_D_RW" and result["elapsed"] == 60.0
    assert result["msg"] == "not S_NA_D_RW after 60 s and 13 samples: mdm is S_R_D_RW"
    clock.slept.clear()
    result = stages(**wanted, check=True)
    assert not result["failed"] and clock.slept == []
    assert result["would_wait"] == "Would wait until S_NA_D_RW is the stage of mdm; now: mdm is S_R_D_RW"
    estate.brokers[MDM_MASTER].down = True
    clock.at(clock.now + 20, lambda: estate.forget(MDM_NS, "broker-a"))
    assert stages(**wanted)["elapsed"] == 20.0
    # A name server that is gone may still show its clients the source's queues.
    estate.servers[MDM_NS].down = True
    assert "mdm is S_NA_D_RW, its name servers: gone" in stages(**wanted)["msg"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sources": []}, "sources is empty"),
        ({"topics": {"typo": ["a"]}}, "none of the sources"),
        ({"topics": {"mro": "orders"}}, "a list of names"),
        ({"target": {**TARGET, "brokers": [{"name": "hub-a", "id": 1, "address": HUB}]}}, "has no master"),
    ],
)
def test_bad_input(stages, estate, arguments, words) -> None:
    result = stages(**arguments)
    assert result["failed"]
    assert words in result["msg"]
