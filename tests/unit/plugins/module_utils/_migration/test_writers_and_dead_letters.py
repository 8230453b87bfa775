# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import dead_letters
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.census import Socket
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.writers import lines

OFFENDER = {
    "cluster": "mro",
    "broker": "broker-a",
    "topic": "orders",
    "queue": 3,
    "kind": "send",
    "count": 7,
    "rate": 0.5,
    "producer_groups": [],
    "likely_groups": [],
    "hosts": ["198.18.50.101:4000"],
}


def peer(address):
    return Socket("mro-broker-a", "ESTAB", "198.18.50.21:10909", address)


def test_a_writer_is_named_with_its_own_connection() -> None:
    assert lines([OFFENDER], [peer("198.18.50.101:4000"), peer("198.18.50.101:9"), peer("198.18.50.9:4000")]) == [
        "orders queue 3 on mro/broker-a: 7 messages (send, 0.5/s), from 198.18.50.101:4000, "
        "connected now: 198.18.50.101:4000"
    ]


def test_a_writer_that_came_by_another_connection_or_none() -> None:
    (text,) = lines([OFFENDER], [peer("198.18.50.101:9")])
    assert text.endswith("other connections from there: 198.18.50.101:9")
    (text,) = lines([OFFENDER], [peer("198.18.50.10:4000")])
    assert text.endswith("no TCP connection from there was seen")


def test_the_busiest_comes_first_and_groups_are_told_as_sure_as_they_are() -> None:
    sure = {**OFFENDER, "count": 9, "producer_groups": ["pay"], "likely_groups": ["ship"]}
    first, second = lines([{**OFFENDER, "likely_groups": ["ship"]}, sure], [])
    assert ", producer group pay," in first
    assert ", perhaps producer group ship," in second


def letter(**changes):
    return Message(
        "%DLQ%g",
        0,
        4,
        900,
        b"\x00\xff",
        {"RETRY_TOPIC": "orders", "KEYS": "k1", "REAL_TOPIC": "%RETRY%g", "DELAY": "3", "WAIT": "true", "mine": "x"},
        1,
        2,
        "h:1",
        "h:2",
        **changes,
    )


def test_a_dead_letter_survives_its_file() -> None:
    text = dead_letters.line("mro", "broker-a", letter())
    (item,) = dead_letters.parse([text, "\n"], "file")
    assert item["body"] == b"\x00\xff"
    assert item["origin_topic"] == "orders"
    assert dead_letters.identity(item) == "mro/broker-a/%DLQ%g/0/4"
    # The consumer restores the topic from RETRY_TOPIC; what made the old one wait must not make the new one wait.
    assert dead_letters.renewed(item) == {
        "RETRY_TOPIC": "orders",
        "KEYS": "k1",
        "mine": "x",
        "MQOPS_DEAD_LETTER": "mro/broker-a/%DLQ%g/0/4",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda item: "no json",
        lambda item: json.dumps({**item, "body": "not base64!"}),
        lambda item: json.dumps({**item, "topic": "orders"}),
        lambda item: json.dumps({**item, "properties": 1}),
        lambda item: json.dumps({key: value for key, value in item.items() if key != "offset"}),
    ],
)
def test_a_line_that_is_no_dead_letter_is_named(change) -> None:
    item = json.loads(dead_letters.line("mro", "broker-a", letter()))
    with pytest.raises(dead_letters.DeadLetterError, match="letters.jsonl, line 2, is not"):
        dead_letters.parse([json.dumps(item), change(item)], "letters.jsonl")
