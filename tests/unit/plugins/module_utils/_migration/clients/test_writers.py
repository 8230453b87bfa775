# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import Socket
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.writers import lines

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
