# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import broker, nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import ConnectError
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command

MASTER = "198.18.10.21:10911"
TOPIC = TopicConfig("order_created", 8, 8, 6)


class FakePool:
    """Answers from a list, in the order in which requests come."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.sent: list[tuple] = []

    def call_all(self, items, convert, serial, ahead):
        self.sent += items
        return [convert(index, self.answers.pop(0)) for index, _unused in enumerate(items)]

    def close(self) -> None:
        pass


def admin_with(*answers) -> Admin:
    admin = Admin()
    admin._pool = FakePool(*answers)
    return admin


def test_results_and_errors_in_order() -> None:
    admin = admin_with(Command(0, {"offset": "5"}), ConnectError(MASTER, "cannot connect"), Command(1, remark="full"))
    results = admin.ask_all([broker.max_offset(MASTER, "order_created", queue) for queue in range(3)])
    assert results[0] == 5
    assert str(results[1]) == f"GET_MAX_OFFSET at {MASTER}: cannot connect"
    assert not results[1].was_answered and isinstance(results[1].__cause__, ConnectError)
    assert str(results[2]) == f"GET_MAX_OFFSET at {MASTER}: answered 1 SYSTEM_ERROR: full"
    assert (results[2].request, results[2].address, results[2].code) == ("GET_MAX_OFFSET", MASTER, 1)
    assert admin.count == 3 and admin.audit == []


def test_ask_raises() -> None:
    with pytest.raises(AdminError, match="answered 17 TOPIC_NOT_EXIST"):
        admin_with(Command(17)).ask(broker.max_offset(MASTER, "order_created", 0))


def test_the_audit_holds_changes_only_with_their_outcome() -> None:
    admin = admin_with(Command(0), Command(0, {"offset": "5"}), Command(1, remark="no"), ConnectError(MASTER, "gone"))
    admin.ask_all(
        [
            broker.create_topic(MASTER, TOPIC),
            broker.max_offset(MASTER, "order_created", 0),
            broker.update_broker_config(MASTER, {"brokerPermission": "4"}),
            broker.update_offset(MASTER, "CG_order", "order_created", 0, 0),
        ]
    )
    assert [(entry["request"], entry["result"]) for entry in admin.audit] == [
        ("UPDATE_AND_CREATE_TOPIC", "SUCCESS"),
        ("UPDATE_BROKER_CONFIG", "1 SYSTEM_ERROR: no"),
        ("UPDATE_CONSUMER_OFFSET", "gone"),
    ]
    assert admin.audit[0]["address"] == MASTER
    assert admin.audit[0]["fields"]["topic"] == "order_created"
    assert admin.audit[1]["fields"] == {"brokerPermission": "4"}


def test_only_reads_may_be_repeated_by_the_transport() -> None:
    admin = admin_with(Command(0), Command(0, {"offset": "5"}))
    admin.ask_all([broker.create_topic(MASTER, TOPIC), broker.max_offset(MASTER, "order_created", 0)])
    assert [command.repeatable for _address, command, _timeout in admin._pool.sent] == [False, True]


def test_what_name_servers_answer_from_unlocked_maps_is_asked_again() -> None:
    good = Command(0, body=b'{"topicList":["order_created"]}')
    admin = admin_with(Command(1, remark="java.util.ConcurrentModificationException"), good)
    assert admin.ask(nameserver.topic_list("198.18.10.20:9876")) == {"order_created"}
    assert admin.count == 2
    failing = admin_with(*[Command(1, remark="broken")] * 9)
    with pytest.raises(AdminError, match="broken"):
        failing.ask(nameserver.topic_list("198.18.10.20:9876"))
    assert failing.count == 4


def test_a_refused_change_is_not_asked_again() -> None:
    admin = admin_with(Command(1, remark="no"))
    assert isinstance(admin.ask_all([broker.create_topic(MASTER, TOPIC)])[0], AdminError)
    assert admin.count == 1


def test_an_answer_that_cannot_be_read_names_the_request() -> None:
    for answer in (Command(0), Command(0, {"offset": "many"})):
        error = admin_with(answer).ask_all([broker.max_offset(MASTER, "order_created", 0)])[0]
        assert error.code is None and "cannot be read" in str(error) and "offset" in str(error)
