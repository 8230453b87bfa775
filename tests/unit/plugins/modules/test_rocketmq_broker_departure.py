# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest


@pytest.fixture
def leave(run, pair):
    """The target C(d) leaves the name server of C(c)."""

    def start(**options):
        return run("rocketmq_broker_departure", cluster=pair.spec("d"), **{"nameservers": ["n:1"], **options})

    return start


@pytest.fixture
def estate(pair):
    return pair


def test_brokers_are_taken_out_and_stay_away(leave, pair) -> None:
    result = leave()
    assert not result["failed"], result["msg"]
    assert result["changed"] and result["listed"] == ["n:1 hub-a 0 h:8", "n:1 hub-b 0 h:9"]
    assert result["elapsed"] >= 65
    # No other broker is, and it is nowhere else.
    assert list(pair.servers["n:1"].registered) == ["a"]
    assert {"hub-a", "hub-b"} <= pair.servers["n:8"].registered.keys()
    assert {(one["fields"]["brokerName"], one["address"]) for one in pair.audit} == {("hub-a", "n:1"), ("hub-b", "n:1")}
    assert not leave()["changed"] and pair.audit == []


def test_check_mode_sends_nothing(leave, pair) -> None:
    result = leave(check=True)
    assert result["changed"] and len(result["listed"]) == 2 and pair.audit == []
    assert result["would_wait"].startswith("Would wait until d has stayed away from n:1 for 65 s; now: n:1 hub-a 0 h:8")


def test_one_that_comes_back_is_told_at_once(leave, pair) -> None:
    pair.stubborn.add("h:9")
    result = leave()
    assert result["failed"] and result["changed"] and result["elapsed"] < 10
    assert "were taken out and came back" in result["msg"] and "n:1 hub-b 0 h:9" in result["msg"]


def test_a_silent_name_server_proves_nothing(leave, pair) -> None:
    pair.servers["n:1"].down = True
    result = leave()
    assert result["failed"] and result["msg"].startswith("nothing was changed: ")
    assert pair.audit == []


@pytest.fixture
def silence(pair, clock, monkeypatch):
    """silence(number, seconds): that look at the name servers comes to nothing, after so long."""

    def at(number, seconds=0.0):
        looks = 0
        answer = pair.get_broker_cluster_info

        def mostly(server, request):
            nonlocal looks
            looks += 1
            if looks == number:
                clock.now += seconds
                return pair.answer(type(request)("X", "nobody:1", 1))
            return answer(server, request)

        monkeypatch.setattr(pair, "get_broker_cluster_info", mostly)

    return at


def test_one_that_falls_silent_meanwhile_begins_the_proof_anew(leave, silence) -> None:
    silence(20)
    result = leave()
    assert not result["failed"], result["msg"]
    assert result["elapsed"] >= 65 + 2 * 18


def test_the_time_of_an_answer_that_never_came_proves_nothing(leave, silence) -> None:
    silence(20, seconds=30)
    result = leave(timeout=300)
    assert not result["failed"], result["msg"]
    # The first look is the one before the brokers are taken out.
    assert result["elapsed"] >= 2 * 18 + 30 + 65


def test_one_that_is_silent_in_the_end_is_not_passed(leave, silence) -> None:
    silence(35)
    result = leave(timeout=66)
    assert result["failed"] and "not proved" in result["msg"]


def test_a_cluster_does_not_leave_its_own(leave, pair) -> None:
    assert "would leave name servers of its own" in leave(nameservers=["n:8"])["msg"]
    assert pair.audit == []
