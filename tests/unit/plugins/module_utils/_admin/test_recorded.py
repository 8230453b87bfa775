# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers with 4.4.0's own JSON library and with the deployed one take the same requests and answer the same bytes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import broker, nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.commit_log import record_at
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig

from .conftest import WIRES, Recorded

PASSES = ["json", "binary", "acl", "seeded"]
# A stored message is no JSON: it holds times and addresses as bytes.
STORED = {"pull", "record_at"}
# What no two runs have in common: numbers (ids, times, ports), directories of their own, identities of Java's objects.
OF_THE_RUN = re.compile(rb"record-[a-z0-9_]+|(?:@|0x)[0-9a-f]+|[0-9]+")
PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
ODD = 'a"b\\c:{1}é\t%|'


def codes_of(path: Path) -> set[int]:
    """The codes of the requests that a file makes: the third argument of Request."""
    return {
        node.args[2].value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Request"
        if len(node.args) > 2 and isinstance(node.args[2], ast.Constant)
    }


@pytest.mark.parametrize("name", PASSES)
def test_both_libraries_answer_the_same_bytes(name: str) -> None:
    original, deployed = (Recorded(wire, name) for wire in WIRES)
    assert original.exchanges.keys() == deployed.exchanges.keys()
    for exchange in original.exchanges:
        for one, other in (
            (original.request(exchange), deployed.request(exchange)),
            (original.answer(exchange), deployed.answer(exchange)),
        ):
            assert (one.code, one.flag, one.ext.keys()) == (other.code, other.flag, other.ext.keys()), exchange
            assert same(one.remark or "") == same(other.remark or ""), exchange
            if exchange not in STORED:
                assert same(one.body) == same(other.body), exchange


def same(text: str | bytes) -> bytes:
    return OF_THE_RUN.sub(b"0", text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize("wire", WIRES)
def test_every_request_of_the_collection_was_asked(wire: str) -> None:
    made = set().union(*map(codes_of, PLUGINS.rglob("*.py")))
    assert {17, 25, 103} < made
    asked = {
        recorded.request(exchange).code
        for recorded in (Recorded(wire, name) for name in PASSES)
        for exchange in recorded.exchanges
    }
    assert made - asked == set(), "not recorded: let fixtures/record.py ask them of both libraries"


def test_seeds_are_what_was_written(recorded_seeded: Recorded) -> None:
    answer = recorded_seeded.answer
    topics = broker.topic_table("b:1").parse(answer("topic_table")).topics
    assert topics["order_created"] == TopicConfig("order_created", 4, 3, 6)
    assert topics[ODD] == TopicConfig(ODD, 2, 2, 4, order=True)
    groups = broker.group_table("b:1").parse(answer("group_table")).groups
    assert groups["CG_order"] == SubscriptionGroup("CG_order", retry_max=9)
    assert groups[ODD] == SubscriptionGroup(ODD, broadcast=True)
    assert broker.consumer_offsets("b:1").parse(answer("consumer_offsets")) == {
        ("order_created", "CG_order"): {0: 0, 1: 0, 2: 0, 3: 0},
        ("%RETRY%CG_order", "CG_order"): {0: 0},
        (ODD, ODD): {0: 0, 1: 0},
    }
    assert nameserver.kv_list("n:1", "ORDER_TOPIC_CONFIG").parse(answer("kv_list")) == {ODD: "broker-a:2"}


def test_what_was_changed_is_read_back(recorded_seeded: Recorded) -> None:
    answer = recorded_seeded.answer
    stored = record_at("b:1", 0).parse(answer("record_at")).message
    assert (stored.topic, stored.body, stored.properties["KEYS"]) == ("order_created", b"again", "k1")
    route = nameserver.topic_route("n:1", "elsewhere").parse
    assert [one.name for one in route(answer("topic_route_registered")).brokers] == ["hub-a"]
    assert route(answer("topic_route_unregistered")) is None
    assert ODD not in broker.topic_table("b:1").parse(answer("topic_table_after")).topics
    assert ODD not in broker.group_table("b:1").parse(answer("group_table_after")).groups
    changes = ("send", "register_master", "unregister_master", "delete_topic", "delete_topic_route", "delete_group")
    assert {answer(name).code for name in changes} == {0}
