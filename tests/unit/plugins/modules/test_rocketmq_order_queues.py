# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

SERVERS = ["n:1", "n:2"]


@pytest.fixture
def queues(run, seeded):
    """Runs the module; topic orders is listed with a broker of another cluster, gone with a broker that no cluster
    has."""
    for server in seeded.servers.values():
        server.order.update({"orders": "old:8", "gone": "old:4"})

    def start(state, **options):
        (cluster,) = seeded.clusters
        return run("rocketmq_order_queues", state=state, **{"cluster": cluster, "nameservers": SERVERS, **options})

    return start


def test_queues_are_added_beside_those_of_others_and_taken_out_again(queues, seeded) -> None:
    result = queues("present")
    assert not result["failed"], result["msg"]
    assert [(one["nameserver"], one["topic"], one["after"]) for one in result["entries"]] == [
        ("n:1", "orders", "a:4;b:4;old:8"),
        ("n:2", "orders", "a:4;b:4;old:8"),
    ]
    assert {server.order["gone"] for server in seeded.servers.values()} == {"old:4"}
    assert not queues("present")["changed"]
    assert seeded.audit == []
    assert queues("absent")["changed"]
    assert {server.order["orders"] for server in seeded.servers.values()} == {"old:8"}
    assert not queues("absent")["changed"]


def test_a_topic_of_which_nothing_is_left_loses_its_entry(queues, seeded) -> None:
    for server in seeded.servers.values():
        server.order["orders"] = "a:4;b:4"
    assert [one["after"] for one in queues("absent")["entries"]] == [None, None]
    assert all("orders" not in server.order for server in seeded.servers.values())


def test_topics_that_no_table_lists_are_left_alone(queues, seeded) -> None:
    for server in seeded.servers.values():
        server.order.clear()
    assert not queues("present")["changed"]


def test_check_mode_shows_and_writes_nothing(queues, seeded) -> None:
    result = queues("present", check=True)
    assert result["changed"]
    assert "a:4;b:4;old:8" in str(result["diff"]["after"])
    assert seeded.audit == []


def test_a_silent_server_or_master_leaves_everything_as_it_was(queues, seeded) -> None:
    for peer in (seeded.servers["n:2"], seeded.brokers["h:2"]):
        peer.down = True
        result = queues("present")
        peer.down = False
        assert "nothing was changed: " in result["msg"]
        assert seeded.audit == []


def test_what_is_not_read_back_fails(queues, seeded, monkeypatch) -> None:
    monkeypatch.setattr(seeded, "put_kv_config", lambda _server, _request: None)
    result = queues("present")
    assert result["failed"]
    assert "n:1 has 'old:8' for orders" in result["msg"]


def test_no_name_server_is_refused(queues, seeded) -> None:
    assert "must not be empty" in queues("present", nameservers=[])["msg"]
