# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays known of a source that is opened again, and what is sent to topics that were closed."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.closing import reopened, rows_behind, written_since

A, B, OTHER = "198.18.9.21:10911", "198.18.9.22:10911", "198.18.9.31:10911"
MRO = {
    "name": "mro",
    "brokers": [
        {"name": "broker-a", "id": 0, "address": A},
        {"name": "broker-b", "id": 0, "address": B},
        {"name": "broker-a", "id": 1, "address": "198.18.9.24:10911"},
    ],
}
MDM = {"name": "mdm", "brokers": [{"name": "broker-a", "id": 0, "address": OTHER}]}
KNOWN = {
    "ends": {A: 5000, B: 6000, OTHER: 7000},
    "broadcast_topics": {"mro": ["news"], "mdm": ["news"]},
    "missed": {"mro": ["of an earlier reopening"]},
}


def offender(topic, cluster="mro", count=1):
    return {
        "cluster": cluster,
        "broker": "broker-a",
        "topic": topic,
        "queue": 0,
        "kind": "send",
        "count": count,
        "rate": 0.0,
        "producer_groups": [],
        "hosts": ["198.18.9.101:4000"],
    }


def test_what_was_written_to_broadcast_topics_is_kept_and_the_proof_is_forgotten() -> None:
    read = {"offenders": [offender("orders", count=300), offender("news"), offender("news", "mdm")], "unread": {}}
    known = reopened(KNOWN, [MRO], read, {})
    assert known["ends"] == {OTHER: 7000}
    assert known["broadcast_topics"] == {"mdm": ["news"]}
    first, second = known["missed"]["mro"]
    assert first == "of an earlier reopening"
    assert second.startswith("news queue 0 on mro/broker-a: 1 messages")
    assert "mdm" not in known["missed"]
    assert KNOWN["ends"][A] == 5000, "what it was given has changed"
    # Told once, however often it is read.
    assert reopened({**KNOWN, "missed": known["missed"]}, [MRO], read, {})["missed"] == known["missed"]


def test_nothing_is_missed_where_nothing_was_written_to_a_broadcast_topic() -> None:
    known = reopened({**KNOWN, "missed": {}}, [MRO, MDM], {"offenders": [offender("orders")], "unread": {}}, {})
    assert known == {"ends": {}, "broadcast_topics": {}, "missed": {}}


def test_what_was_not_read_may_have_been_a_broadcast() -> None:
    read = {"offenders": [], "unread": {"mro/broker-b": "more than 4 records"}}
    (line,) = reopened({**KNOWN, "missed": {}}, [MRO], read, {})["missed"]["mro"]
    assert "news on mro/broker-b" in line and "more than 4 records" in line
    # A reading that has failed before it began.
    lines = reopened({**KNOWN, "missed": {}}, [MRO], {"failed": True, "msg": "no such host"}, {})["missed"]["mro"]
    assert len(lines) == 2
    assert all("no such host" in one for one in lines)


@pytest.mark.parametrize("changes", [{"ends": {}}, {"broadcast_topics": {}}], ids=["never closed", "no broadcast"])
def test_where_nothing_was_to_be_missed_a_failed_reading_does_not_matter(changes) -> None:
    assert reopened({**KNOWN, "missed": {}, **changes}, [MRO], {"failed": True}, {})["missed"] == {}


def test_a_record_of_another_shape_is_told() -> None:
    with pytest.raises(AnsibleFilterError, match=r"drained\.json"):
        reopened({}, [MRO], {"offenders": [], "unread": {}}, {})


def test_what_was_sent_after_the_proof_is_counted_and_what_cannot_be_read_again_is_named() -> None:
    proved = {A: {"orders": 10, "news": 4}, B: {"orders": 7}}
    assert written_since(proved, proved | {OTHER: {"orders": 1}}) == []
    assert written_since(proved, {A: {"orders": 13, "news": 4}, B: {"orders": 7}}) == [f"3 in orders on {A}"]
    assert written_since(proved, {A: {"orders": 10, "news": 4, "late": 2}, B: {"orders": 7, "empty": 0}}) == [
        f"2 in late on {A}"
    ]
    assert written_since(proved, {A: {"orders": 10}}) == [
        f"perhaps news on {A}, which could not be read again",
        f"perhaps orders on {B}, which could not be read again",
    ]


def test_what_a_group_has_not_read_of_what_there_was() -> None:
    def row(committed, end, *, group="g", queue=0, least=0):
        return {"cluster": "hub", "group": group, "topic": "shared", "broker": "hub-a", "queue": queue, "client": "",
                "committed": committed, "min": least, "max": end}  # fmt: skip

    first = [row(3, 10), row(None, 0, queue=1)]
    behind = rows_behind
    # Others go on writing: what there was at first counts.
    assert behind(first, [row(10, 99), row(None, 50, queue=1)]) == []
    assert behind(first, [row(9, 99)]) == ["hub/g/shared on hub-a queue 0: 9 of 10"]
    assert behind(first, []) == ["hub/g/shared on hub-a queue 0: 0 of 10"]
    assert behind(first, [], ["hub/g/shared"]) == []
    assert behind([row(None, 10, least=10)], []) == []
