# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake cluster and the clock do what tests rely on."""

from __future__ import annotations

import time

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import broker_config, max_offset
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.tests.unit.support.clock import Clock
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate, cluster


@pytest.fixture
def estate() -> Estate:
    return Estate(cluster("c", "n:1", {"a": "h:1", "b": "h:2"}))


def test_a_request_that_the_fake_does_not_know_is_a_loud_failure(estate: Estate) -> None:
    with pytest.raises(AssertionError, match="does not know .*MAKE_COFFEE"):
        estate.ask_all([Request("MAKE_COFFEE", "h:1", 418)])


def test_a_peer_is_down_or_silent_or_refuses_and_the_others_answer(estate: Estate) -> None:
    def asked() -> list[object]:
        requests = [broker_config("h:1"), max_offset("h:1", "t", 0), max_offset("h:1", "t", 1), broker_config("h:2")]
        return [
            (answer.code, answer.timed_out) if isinstance(answer, AdminError) else "answer"
            for answer in estate.ask_all(requests)
        ]

    estate.refuse("GET_MAX_OFFSET", queueId="1")
    assert asked() == ["answer", "answer", (1, False), "answer"]
    estate.silent.add(("GET_MAX_OFFSET", "h:1"))
    assert asked() == ["answer", (None, True), (None, True), "answer"]
    estate.silent.add("h:1")
    assert asked() == [(None, True), (None, True), (None, True), "answer"]
    estate.brokers["h:1"].down = True
    assert asked() == [(None, False), (None, False), (None, False), "answer"]
    assert (estate.rounds, estate.count) == (4, 16)


def test_things_happen_at_their_second_while_something_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, seen = Clock(), []
    clock.install(monkeypatch)
    for second in (7, 3, 30):
        clock.at(second, lambda second=second: seen.append((second, clock.now)))
    began = time.monotonic(), time.time()
    time.sleep(10)
    assert (time.monotonic() - began[0], time.time() - began[1]) == (10, 10)
    assert seen == [(3, 10.0), (7, 10.0)]
    with pytest.raises(AssertionError, match="waits for ever"):
        time.sleep(1e9)
