# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.write_stop import (
    CHECK,
    COMMIT,
    DELAYED,
    DELIVERY,
    HALF_TOPIC,
    MARK,
    MOVED,
    OP_TOPIC,
    RETRY,
    SCHEDULE_TOPIC,
    SEND,
    TRANSACTIONAL,
    Watch,
    classify,
)

CLIENT, BROKER = "198.18.50.101:40000", "198.18.50.21:10911"


def message(topic="orders", queue=1, offset=7, *, stored=1000, born_host=CLIENT, flag=0, prepared=0, **properties):
    return Message(
        topic,
        queue,
        offset,
        100,
        b"",
        properties,
        stored - 1,
        stored,
        born_host,
        BROKER,
        sys_flag=flag,
        prepared_offset=prepared,
    )


HALF = {"REAL_TOPIC": "orders", "REAL_QID": "3", "TRAN_MSG": "true", "PGROUP": "payers"}
DELAY = {"REAL_TOPIC": "orders", "REAL_QID": "1", "DELAY": "3"}

CASES = {
    "plain send": (message(), SEND, "orders", 1),
    "send to a retry topic": (message("%RETRY%g", 0), RETRY, "%RETRY%g", 0),
    "delayed send": (message(SCHEDULE_TOPIC, 2, **DELAY), DELAYED, "orders", 1),
    "consumer's retry": (message(SCHEDULE_TOPIC, 2, **DELAY | {"REAL_TOPIC": "%RETRY%g"}), RETRY, "%RETRY%g", 1),
    "delayed delivery": (message(**DELAY), DELIVERY, "orders", 1),
    "delivered retry": (message("%RETRY%g", 1, **DELAY | {"REAL_TOPIC": "%RETRY%g"}), DELIVERY, "%RETRY%g", 1),
    "prepared": (message(HALF_TOPIC, 0, **HALF), TRANSACTIONAL, "orders", 3),
    "prepared with a delay": (message(HALF_TOPIC, 0, **HALF | {"DELAY": "3"}), TRANSACTIONAL, "orders", 3),
    "checked": (message(HALF_TOPIC, 0, **HALF | {"TRANSACTION_CHECK_TIMES": "2"}), CHECK, "orders", 3),
    "immune": (message(HALF_TOPIC, 0, **HALF | {"TRAN_PREPARED_QUEUE_OFFSET": "5"}), CHECK, "orders", 3),
    "committed": (message(queue=3, flag=8, prepared=4711, **HALF), COMMIT, "orders", 3),
    "committed with a delay": (
        message(SCHEDULE_TOPIC, 2, flag=8, prepared=4711, **HALF | {"DELAY": "3"}),
        COMMIT,
        "orders",
        3,
    ),
    "mark": (message(OP_TOPIC, 0, born_host=BROKER), MARK, OP_TOPIC, 0),
    "moved": (message("OFFSET_MOVED_EVENT", 0, born_host=BROKER), MOVED, "OFFSET_MOVED_EVENT", 0),
    # Not proved, so written by a client
    "delayed, then sent on by an application": (message("bills", 1, **DELAY), SEND, "bills", 1),
    "delayed to another queue": (message(queue=2, **DELAY), SEND, "orders", 2),
    "delay property without a level": (message(**DELAY | {"DELAY": "0"}), SEND, "orders", 1),
    "delay level that is no number": (message(**DELAY | {"DELAY": "x"}), SEND, "orders", 1),
    "a level and no real topic": (message(DELAY="3"), SEND, "orders", 1),
    "commit flag without a half message": (message(flag=8), SEND, "orders", 1),
    "half message's position without the flag": (message(prepared=4711), SEND, "orders", 1),
    "prepared flag in an ordinary topic": (message(flag=4, prepared=4711), SEND, "orders", 1),
    "client writes to the mark topic": (message(OP_TOPIC, 0), SEND, OP_TOPIC, 0),
    "client writes to the moved topic": (message("OFFSET_MOVED_EVENT", 0), SEND, "OFFSET_MOVED_EVENT", 0),
    "checked zero times": (
        message(HALF_TOPIC, 0, **HALF | {"TRANSACTION_CHECK_TIMES": "0"}),
        TRANSACTIONAL,
        "orders",
        3,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_classify(case) -> None:
    record, kind, topic, queue = CASES[case]
    origin = classify(record)
    assert (origin.kind, origin.topic, origin.queue) == (kind, topic, queue)
    assert origin.internal == (kind in {DELIVERY, CHECK, COMMIT, MARK, MOVED})


def test_the_group_is_named_where_it_is_known() -> None:
    assert classify(CASES["prepared"][0]).group == "payers"
    assert classify(CASES["consumer's retry"][0]).group == "g"
    assert classify(CASES["plain send"][0]).group == ""


def test_offenders_are_counted_per_queue_and_kind() -> None:
    watch = Watch("mro", "broker-a")
    assert (
        watch.saw(
            [
                message(offset=1, stored=1000),
                message(offset=2, stored=3000),
                message(**DELAY),
                message(SCHEDULE_TOPIC, 2, **DELAY),
            ]
        )
        == 3
    )
    offenders = {one.kind: one for one in watch.offenders.values()}
    assert set(offenders) == {SEND, DELAYED}
    assert offenders[SEND].as_dict() == {
        "cluster": "mro",
        "broker": "broker-a",
        "topic": "orders",
        "queue": 1,
        "kind": SEND,
        "count": 2,
        "rate": 0.5,
        "producer_groups": [],
        "hosts": [CLIENT],
        "first_ms": 1000,
        "last_ms": 3000,
    }
    assert watch.internal == {DELIVERY: 1}
    reason = offenders[DELAYED].reason()
    assert (reason.code, reason.subject, reason.severity) == ("CLIENT_WRITES", "mro/broker-a/orders/1", "blocking")


def explained(before, after, *offsets):
    watch = Watch("mro", "broker-a")
    watch.saw(message(offset=offset, **DELAY) for offset in offsets)
    return [(one.subject, dict(one.evidence)) for one in watch.unexplained(before, after)]


def test_growth_is_explained_position_by_position() -> None:
    key = ("orders", 1)
    assert explained({key: 7}, {key: 9}, 7, 8) == []
    assert explained({key: 7}, {key: 7}) == []
    assert explained({}, {key: 2}, 0, 1) == []
    # As many records as growth, and yet one position is not among them.
    assert explained({key: 7}, {key: 9}, 6, 7) == [("mro/broker-a/orders/1", {"before": 7, "after": 9, "unread": 1})]


def test_a_queue_that_went_back_or_away_is_unexplained() -> None:
    key = ("orders", 1)
    assert explained({key: 7}, {key: 5}) == [("mro/broker-a/orders/1", {"before": 7, "after": 5, "unread": 0})]
    assert explained({key: 7}, {}) == [("mro/broker-a/orders/1", {"before": 7, "after": "gone"})]
    assert explained({key: 0}, {}) == []


def test_a_new_window_explains_nothing_by_old_records() -> None:
    watch = Watch("mro", "broker-a")
    watch.saw([message(offset=7)])
    watch.restart()
    assert watch.unexplained({("orders", 1): 7}, {("orders", 1): 8})
    assert watch.offenders
