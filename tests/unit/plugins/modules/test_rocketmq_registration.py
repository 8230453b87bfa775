# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate, cluster

MASTER, NEW, OLD = "198.18.50.81:10911", "198.18.50.80:9876", "198.18.50.20:9876"
CLUSTER = cluster("hub", NEW, {"hub-a": MASTER})


@pytest.fixture
def estate(play):
    """A master that has joined another name server, read-only."""
    made = play(Estate(CLUSTER, cluster("mro", OLD, {})))
    master = made.brokers[MASTER]
    master.perm, master.settings["namesrvAddr"] = 4, f"{OLD};{NEW}"
    made.add(*(TopicConfig(name, 4, 4, 6) for name in ("orders", "bills", "TBW102")))
    return made


@pytest.fixture
def registration(run, estate):
    return lambda **more: run.look(
        "rocketmq_registration", **{"cluster": CLUSTER, "nameservers": [OLD, NEW], "perm": 4, **more}
    )


def test_passes_at_once_when_everything_is_there(registration, estate) -> None:
    result = registration()
    assert not result["failed"], result
    assert (result["checked"], result["topics"], result["elapsed"]) == (4, 2, 0.0)


def test_waits_for_what_is_missing(registration, estate, clock) -> None:
    del estate.servers[OLD].routes["bills"]
    clock.at(10, estate.publish_all)
    result = registration()
    assert not result["failed"]
    assert result["elapsed"] == 10.0


def test_names_what_stays_missing(registration, estate) -> None:
    del estate.servers[OLD].routes["bills"]
    result = registration()
    assert result["failed"]
    assert result["elapsed"] == 120.0
    assert {(one["code"], one["subject"]) for one in result["reasons"]} == {
        ("TOPICS_NOT_LISTED", f"{OLD}/hub-a"),
        ("TOPICS_NOT_ROUTED", f"{OLD}/hub-a"),
    }


@pytest.mark.parametrize("silent", [OLD, NEW, MASTER])
def test_silence_never_passes(registration, estate, silent) -> None:
    estate.peer(silent).down = True
    result = registration(timeout=4)
    assert result["failed"]
    assert "Connection refused" in result["msg"]
    assert silent not in estate.sent("GET_ROUTEINTO_BY_TOPIC")


def test_others_must_be_unchanged(registration, estate) -> None:
    assert not registration(unchanged=[CLUSTER])["failed"]
    other = cluster("mro", OLD, {"broker-a": "198.18.50.21:10911"})
    result = registration(unchanged=[other], timeout=0)
    assert result["failed"]
    assert ("BROKER_NOT_REGISTERED", f"{OLD}/broker-a:0") in {
        (one["code"], one["subject"]) for one in result["reasons"]
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"nameservers": []}, "nameservers is empty"),
        ({"nameservers": ["no port"]}, "not an address"),
        ({"cluster": {**CLUSTER, "brokers": [{"name": "hub-a", "id": 1, "address": MASTER}]}}, "has no master"),
        ({"perm": 5}, "must be one of"),
    ],
)
def test_bad_input_asks_nobody(registration, estate, arguments, words) -> None:
    result = registration(**arguments)
    assert result["failed"]
    assert words in result["msg"]
    assert estate.count == 0


def test_masters_are_told_to_register_first(registration, run, estate) -> None:
    def sent():
        return [(one["address"], one["fields"]) for one in estate.audit]

    assert not registration()["failed"] and sent() == []
    seen = registration(register=True, check=True)
    assert not seen["failed"] and sent() == [] and "would_wait" not in seen, "what holds now is not waited for"
    result = run("rocketmq_registration", cluster=CLUSTER, nameservers=[OLD, NEW], perm=4, register=True)
    assert not result["failed"] and not result["changed"]
    assert sent() == [(MASTER, {"brokerPermission": "4"})]
