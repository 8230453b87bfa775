# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError

SERVERS = ["n:1", "n:2"]


@pytest.fixture
def hold(run, seeded):
    """Runs the module; orders is listed, gone is listed and nobody has it. Brokers register when they are asked."""
    for server in seeded.servers.values():
        server.order.update({"orders": "a:4;b:4", "gone": "old:4"})

    def register(broker, request) -> object:
        listed = {topic for server in seeded.servers.values() for topic in server.order}
        for name, topic in broker.topics.items():
            broker.topics[name] = replace(topic, order=name in listed)
        return seeded_table(broker, request)

    seeded_table = seeded.get_all_topic_config
    seeded.get_all_topic_config = register

    def start(state, **options):
        (cluster,) = seeded.clusters
        return run("rocketmq_order_hold", state=state, **{"cluster": cluster, "nameservers": SERVERS, **options})

    return start


def test_entries_of_the_masters_topics_are_held_and_come_back_as_they_were(hold, seeded) -> None:
    result = hold("held")
    assert not result["failed"], result["msg"]
    assert result["changed"] and result["topics"] == ["orders"]
    assert [(one["nameserver"], one["topic"]) for one in result["entries"]] == [("n:1", "orders"), ("n:2", "orders")]
    assert all(server.order == {"gone": "old:4"} for server in seeded.servers.values())
    assert all(not broker.topics["orders"].order for broker in seeded.brokers.values())
    again = hold("held")
    assert not again["changed"] and again["topics"] == ["orders"]
    assert hold("released")["changed"]
    assert all(server.order == {"orders": "a:4;b:4", "gone": "old:4"} for server in seeded.servers.values())
    assert all(server.held == {} for server in seeded.servers.values())
    assert not hold("released")["changed"]


def test_a_master_that_goes_on_refusing_fails_and_the_entries_are_back(hold, seeded) -> None:
    before = [dict(server.order) for server in seeded.servers.values()]
    seeded.get_all_topic_config = type(seeded).get_all_topic_config.__get__(seeded)
    broker = seeded.brokers["h:2"]
    broker.topics["orders"] = replace(broker.topics["orders"], order=True)
    result = hold("held", timeout=0)
    assert result["failed"] and result["changed"]
    assert "b/orders" in result["msg"] and "a/orders" not in result["msg"]
    assert [server.order for server in seeded.servers.values()] == before
    assert all(server.held == {} for server in seeded.servers.values())


def test_a_flag_that_no_table_explains_fails_too(hold, seeded) -> None:
    for server in seeded.servers.values():
        server.order.clear()
    seeded.get_all_topic_config = type(seeded).get_all_topic_config.__get__(seeded)
    broker = seeded.brokers["h:1"]
    broker.topics["orders"] = replace(broker.topics["orders"], order=True)
    result = hold("held", timeout=0)
    assert "a/orders" in result["msg"] and not result["changed"] and seeded.audit == []


@pytest.mark.parametrize("refuses", [None, AdminError("PUT_KV_CONFIG", "n:1", 1, "no")])
def test_what_is_not_there_is_not_taken_away_here(hold, seeded, monkeypatch, refuses) -> None:
    monkeypatch.setattr(seeded, "put_kv_config", lambda _server, _request: refuses)
    result = hold("held")
    assert result["failed"] and "n:1" in result["msg"]
    assert {one["request"] for one in seeded.audit} == {"PUT_KV_CONFIG"}
    assert all("orders" in server.order for server in seeded.servers.values())


@pytest.mark.parametrize("state", ["held", "released"])
def test_an_entry_that_an_interrupted_run_has_left_in_both_places_moves_on(hold, seeded, state) -> None:
    for server in seeded.servers.values():
        server.held["orders"] = server.order["orders"]
    assert hold(state)["changed"]
    places = [("orders" in server.order, "orders" in server.held) for server in seeded.servers.values()]
    assert places == [(state == "released", state == "held")] * 2


def test_what_was_written_meanwhile_stays(hold, seeded) -> None:
    hold("held")
    seeded.servers["n:1"].order["orders"] = "new:2"
    assert hold("released")["changed"]
    assert [server.order["orders"] for server in seeded.servers.values()] == ["new:2", "a:4;b:4"]


def test_queues_are_changed_where_they_are_held(hold, run, seeded) -> None:
    hold("held")
    (cluster,) = seeded.clusters
    only = {**cluster, "brokers": [one for one in cluster["brokers"] if one["name"] == "a"]}
    result = run("rocketmq_order_queues", state="absent", cluster=only, nameservers=SERVERS)
    assert [one["namespace"] for one in result["entries"]] == ["MQOPS_ORDER_HELD"] * 2
    hold("released")
    assert {server.order["orders"] for server in seeded.servers.values()} == {"b:4"}


@pytest.mark.parametrize("state", ["held", "released"])
def test_check_mode_shows_and_writes_nothing(hold, seeded, state) -> None:
    if state == "released":
        hold("held")
    result = hold(state, check=True)
    assert result["changed"] and "a:4;b:4" in str(result["diff"]["after"])
    assert seeded.audit == []
    wait = "Would wait until the masters of c take no topic for an ordered one; now: a/orders, b/orders"
    assert result.get("would_wait") == (wait if state == "held" else None)


def test_a_silent_server_or_master_leaves_everything_as_it_was(hold, seeded) -> None:
    for peer in (seeded.servers["n:2"], seeded.brokers["h:2"]):
        peer.down = True
        result = hold("held")
        peer.down = False
        assert "nothing was changed: " in result["msg"]
        assert seeded.audit == []


def test_bad_input(hold) -> None:
    assert "must not be empty" in hold("released", nameservers=[])["msg"]
    assert "cluster must have a master" in hold("held", cluster=None)["msg"]


def test_who_reads_the_cluster_sees_what_is_held(hold, run, seeded) -> None:
    hold("held")
    servers = run("rocketmq_cluster_info", clusters=seeded.clusters, gather=["config"])["clusters"][0]["nameservers"]
    assert all(server["order_held"] == {"orders": "a:4;b:4"} for server in servers.values())
    assert all(server["order_conf"] == {"orders": "a:4;b:4", "gone": "old:4"} for server in servers.values())
