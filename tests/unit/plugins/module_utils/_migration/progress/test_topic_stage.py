# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    BrokerSpec,
    ClusterSpec,
    QueueData,
    TopicRoute,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.topic_stage import (
    MIXED,
    S_NA_D_RW,
    STAGES,
    UNREACHABLE,
    View,
    judge,
    judged_topics,
)

SOURCE_BROKERS = (
    BrokerSpec("broker-a", 0, "198.18.50.21:1"),
    BrokerSpec("broker-b", 0, "198.18.50.22:1"),
    BrokerSpec("broker-a", 1, "198.18.50.24:1"),
)
SOURCE = ClusterSpec("mro", ("s:1",), SOURCE_BROKERS)
TARGET = ClusterSpec("hub", ("t:1",), (BrokerSpec("hub-a", 0, "198.18.50.81:1"),))
ADDRESSES = {"broker-a": "198.18.50.21:1", "broker-b": "198.18.50.22:1", "hub-a": "198.18.50.81:1"}
SILENT = Unknown("connection refused")


def route(topic="orders", addresses=None, **perms):
    """broker_a=4 … ; a broker that is not given is not in the route."""
    perms = {name.replace("_", "-"): perm for name, perm in perms.items()}
    addresses = addresses or ADDRESSES
    return TopicRoute(
        topic,
        tuple(QueueData(name, 4, 4, perm) for name, perm in perms.items()),
        tuple(BrokerData(name, "x", {0: addresses[name]}) for name in perms),
    )


def run(at_source, at_target, topics=("orders",), **kwargs):
    def view(value, address):
        return View(
            {
                address: value
                if isinstance(value, Unknown)
                else (value if isinstance(value, dict) else dict.fromkeys(topics, value))
            }
        )

    return judge(SOURCE, TARGET, topics, view(at_source, "s:1"), view(at_target, "t:1"), **kwargs)


@pytest.mark.parametrize(
    ("here", "there", "stage"),
    [
        (route(broker_a=6, broker_b=6), None, "S_RW_D_NA"),
        (route(broker_a=6, broker_b=6), route(hub_a=4), "S_RW_D_NA"),
        (route(broker_a=6, broker_b=6, hub_a=4), route(hub_a=4), "S_RW_D_R"),
        (route(broker_a=6, broker_b=6, hub_a=6), route(hub_a=6), "S_RW_D_RW"),
        (route(broker_a=4, broker_b=4, hub_a=6), route(hub_a=6), "S_R_D_RW"),
        (route(broker_a=0, broker_b=0, hub_a=6), route(hub_a=6), "S_NA_D_RW"),
        (route(hub_a=6), route(hub_a=6), "S_NA_D_RW"),
        (route(broker_a=7, broker_b=6, hub_a=4), route(hub_a=4), "S_RW_D_R"),
        # interrupted
        (route(broker_a=4, broker_b=6, hub_a=6), route(hub_a=6), MIXED),
        (route(broker_a=4, hub_a=6), route(hub_a=6), MIXED),
        (route(broker_a=6, broker_b=6, hub_a=4), route(hub_a=6), MIXED),
        (route(broker_a=6, broker_b=6, hub_a=6), None, MIXED),
        # never part of the order
        (route(broker_a=4, broker_b=4), None, MIXED),
        (route(broker_a=4, broker_b=4, hub_a=4), route(hub_a=4), MIXED),
        (route(broker_a=2, broker_b=2, hub_a=6), route(hub_a=6), MIXED),
        (None, route(hub_a=6), MIXED),
        (None, None, MIXED),
    ],
)
def test_stages(here, there, stage) -> None:
    judged = run(here, there)
    assert judged.stage == stage
    assert judged.topics[0].stage == stage
    assert bool(judged.topics[0].rows) == (stage == MIXED)
    assert judged.counts == {stage: 1}


def test_rows_name_what_disagrees() -> None:
    rows = run(route(broker_a=4, broker_b=6, hub_a=6), route(hub_a=6)).topics[0].rows
    assert {(row["at"], row["broker"], row["state"]) for row in rows} == {
        ("source", "broker-a", "R"),
        ("source", "broker-b", "RW"),
        ("source", "hub-a", "RW"),
        ("target", "hub-a", "RW"),
    }


def test_equal_broker_names_are_told_apart_by_address() -> None:
    # Another source's broker-a followed the DNS name here; it is not this source's.
    foreign = {**ADDRESSES, "broker-a": "198.18.50.41:1", "broker-b": "198.18.50.42:1"}
    assert run(route(addresses=foreign, broker_a=6, broker_b=6, hub_a=6), route(hub_a=6)).stage == S_NA_D_RW


def test_topics_in_different_stages_are_mixed() -> None:
    here = {"orders": route(broker_a=6, broker_b=6, hub_a=6), "bills@eu": route(broker_a=6, broker_b=6, hub_a=4)}
    there = {"orders": route(hub_a=6), "bills@eu": route(hub_a=4)}
    judged = run(here, there, topics=("orders", "bills@eu"))
    assert judged.stage == MIXED
    assert judged.counts == {"S_RW_D_RW": 1, "S_RW_D_R": 1}


def test_a_name_server_that_is_gone() -> None:
    gone = run(SILENT, route(hub_a=6))
    assert (gone.stage, gone.nameserver, gone.done) == (S_NA_D_RW, "gone", True)
    assert "refused" in gone.why
    for there in (route(hub_a=4), None, SILENT):
        silent = run(SILENT, there)
        assert (silent.stage, silent.nameserver, silent.done) == (UNREACHABLE, "silent", False)


def test_silence_and_nothing_are_no_stage() -> None:
    good = route(broker_a=6, broker_b=6, hub_a=6)
    assert run(good, SILENT).stage == UNREACHABLE
    assert run(good, route(hub_a=6), topics=()).stage == UNREACHABLE
    assert run(SILENT, route(hub_a=6), topics=()).stage == UNREACHABLE
    assert judge(SOURCE, TARGET, ["orders"], View(), View()).stage == UNREACHABLE
    assert run({"orders": SILENT}, route(hub_a=6)).stage == MIXED
    assert run(good, {"orders": SILENT}).stage == MIXED


def test_one_of_two_name_servers_silent_is_not_gone() -> None:
    at_source = View({"s:1": SILENT, "s:2": {"orders": route(hub_a=6)}})
    judged = judge(SOURCE, TARGET, ["orders"], at_source, View({"t:1": {"orders": route(hub_a=6)}}))
    assert judged.stage == UNREACHABLE


def test_topics_with_a_permission_of_their_own_are_skipped() -> None:
    judged = run(route(broker_a=6, broker_b=6), None, topics=("orders", "log"), own_perms={"log": 2, "orders": 6})
    assert judged.skipped == ("log",)
    assert judged.stage == "S_RW_D_NA"


def test_flags_follow_the_order() -> None:
    reached = [
        run(here, there).as_dict()
        for here, there in (
            (route(broker_a=6, broker_b=6), None),
            (route(broker_a=6, broker_b=6, hub_a=4), route(hub_a=4)),
            (route(broker_a=6, broker_b=6, hub_a=6), route(hub_a=6)),
            (route(broker_a=4, broker_b=4, hub_a=6), route(hub_a=6)),
            (route(hub_a=6), route(hub_a=6)),
        )
    ]
    assert [one["stage"] for one in reached] == list(STAGES)
    assert [(one["opened"], one["frozen"], one["closed"]) for one in reached] == [
        (False, False, False),
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    mixed = run(None, None).as_dict()
    assert not mixed["opened"] and len(mixed["mixed"]) == 1


def test_system_topics_show_no_stage() -> None:
    assert judged_topics(["orders", "TBW102", "mro", "broker-a", "%RETRY%g", "%DLQ%g"], ("mro",), ("broker-a",)) == [
        "%RETRY%g",
        "orders",
    ]
