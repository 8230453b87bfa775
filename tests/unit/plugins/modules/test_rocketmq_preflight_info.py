# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    Client,
    ConsumerConnections,
    RunningInfo,
)
from ansible_collections.mqops.rocketmq.tests.unit.support.departments import (
    BIG,
    PREFLIGHT,
    SMALL,
    SMALL_NS,
    add_groups,
    codes,
    departments,
    undecided,
)

ASK_CLIENT = "GET_CONSUMER_RUNNING_INFO"


@pytest.fixture
def estate(play):
    return play(departments())


@pytest.fixture
def read(run, estate):
    def call(**arguments):
        result = run.look("rocketmq_preflight_info", **{**PREFLIGHT, **arguments})
        assert not result["failed"], result["msg"]
        return result

    return call


def online(estate, group, *clients):
    """These clients of the group are connected to the master of small, and tell what they do when they are asked."""
    found = tuple(Client(client, "198.18.50.7:1", "JAVA", 293) for client in clients)
    estate.brokers[SMALL].online[group] = ConsumerConnections(found, "CONSUME_PASSIVELY", "CLUSTERING", "x", {})
    estate.running |= {(group, client): RunningInfo({"messageModel": "CLUSTERING"}, {}, {}) for client in clients}


def test_clean_estate_blocks_nothing(read, estate):
    result = read()
    assert codes(result, "blocking") == codes(result, "waivable") == set()
    assert [row["name"] for row in result["inventory"]] == ["big", "small"]
    assert len(result["inventory"][0]["brokers"]) == 9
    assert result["inventory"][0]["messages_retained"] == 0
    assert result["questions"] == estate.count


def test_one_hanging_master_of_nine_is_unknown_and_blocks_and_the_rest_is_covered(read, estate):
    estate.silent.add(BIG[4])
    add_groups(estate, "big", "small-g")
    result = read()
    assert ("BROKER_UNKNOWN", "big/b5") in codes(result, "blocking")
    assert ("SAME_GROUP", "small-g") in codes(result, "blocking")
    brokers = {row["name"]: row for row in result["inventory"][0]["brokers"]}
    assert [name for name, row in brokers.items() if not row["answered"]] == ["b5"]
    assert brokers["b6"]["messages"] == 0
    assert result["inventory"][0]["messages_retained"] is None
    assert any(BIG[4] in line and "no answer within 5 s" in line for line in result["inventory"][0]["unknown"])
    # ... and the one that hangs is not asked for each topic and each group.
    assert sum(address == BIG[4] for _name, address in estate.log) < 40


def test_a_name_server_that_answers_garbage_is_unknown(read, estate):
    words, answer = "this is not RocketMQ remoting: a frame of 1213486160 bytes", estate.answer
    estate.answer = lambda request: (
        AdminError(request.name, SMALL_NS, None, words) if request.address == SMALL_NS else answer(request)
    )
    result = read()
    assert ("NAMESERVER_UNKNOWN", f"small/{SMALL_NS}") in codes(result, "blocking")
    assert not [row for row in codes(result) if row[0] == "TOPICS_NOT_ROUTED"]


def test_requests_do_not_grow_with_products(read, estate):
    read()
    few = estate.count
    add_groups(estate, "small", *(f"small-{number}" for number in range(100)))
    read()
    # Each further group: its clients, its retry topic and that one's route.
    assert estate.count - few == 3 * 100


def test_clients_are_asked_themselves_and_silent_ones_only_so_often(read, estate):
    online(estate, "small-g", *(f"c{number:02}" for number in range(40)))
    assert not [row for row in codes(read()) if row[0] == "CLIENT_SILENT"]
    estate.running.clear()
    result = read()
    assert len([row for row in codes(result) if row[0] == "CLIENT_SILENT"]) == 40
    assert len(estate.sent("GET_CONSUMER_RUNNING_INFO")) == 8
    assert result["inventory"][1]["clients_silent"] == 40


def test_a_tool_that_says_nothing_is_no_silent_client_of_the_business(read, estate):
    before = read()
    add_groups(estate, "small", "TOOLS_CONSUMER")
    online(estate, "TOOLS_CONSUMER", "mqadmin")
    estate.running.clear()
    after = read()
    assert not [row for row in codes(after) if row[0] == "CLIENT_SILENT"]
    assert after["inventory"][1] == before["inventory"][1]


def test_a_client_that_leaves_while_it_is_asked_is_offline_and_not_silent(read, estate):
    online(estate, "small-g", "stays", "leaves")
    estate.running["small-g", "leaves"] = AdminError("X", SMALL, 1, "The Consumer is not online")
    estate.each[ASK_CLIENT] = lambda: online(estate, "small-g", "stays")
    result = read()
    assert not [row for row in codes(result) if row[0] == "CLIENT_SILENT"]
    online(estate, "small-g", "leaves")
    estate.running["small-g", "leaves"] = AdminError("X", SMALL, 1, "The Consumer is not online")
    estate.each[ASK_CLIENT] = estate.brokers[SMALL].online.clear
    assert not [row for row in codes(read()) if row[0] == "CLIENT_SILENT"]
    # Where its broker does not answer, it is not known whether it has left.
    online(estate, "small-g", "stays", "leaves")
    estate.running["small-g", "leaves"] = AdminError("X", SMALL, 1, "The Consumer is not online")
    estate.each[ASK_CLIENT] = lambda: estate.silent.add("GET_CONSUMER_CONNECTION_LIST")
    assert ("CLIENT_SILENT", "small/small-g/leaves") in {row[:2] for row in codes(read())}


def test_transactional_groups_come_from_the_newest_half_messages(read, estate):
    undecided(estate, BIG[0], *["tx"] * 2000)
    undecided(estate, SMALL, "tx", "own")
    result = read()
    assert ("TRANSACTION_GROUP_SHARED", "tx") in codes(result, "blocking")
    assert result["inventory"][0]["transactional_producer_groups"] == {"tx": 1024}
    assert result["inventory"][1]["transactional_producer_groups"] == {"own": 1, "tx": 1}


def test_what_is_no_socket_makes_its_host_unknown(read):
    lines = ["ESTAB 0 0 198.18.50.20:9876 198.18.50.77:4000", "ss: command not found"]
    result = read(peers=[{"source": "big", "host": "big-ns", "lines": lines}], business=["198.18.50.8"])
    assert {("SOCKETS_UNKNOWN", "big/big-ns"), ("CLIENT_UNKNOWN_HOST", "big/198.18.50.77")} <= codes(result)
    result = read(peers=[{"source": "big", "host": "big-ns", "lines": [], "error": "unreachable"}])
    assert ("SOCKETS_UNKNOWN", "big/big-ns") in codes(result, "waivable")
