# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_propagation as it is called, against servers on loopback addresses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import DnsServer

Run = Callable[..., dict[str, Any]]
NAME = "mro-ns.mq.test."
OLD, NEW = "198.18.10.20", "198.18.10.80"


@pytest.fixture
def gate(run: Run, server: DnsServer, secondary: DnsServer) -> Run:
    def call(**more: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "name": "mro-ns.mq.test",
            "servers": [str(server), str(secondary)],
            "query_timeout": 1.5,
            "timeout": 0.4,
            "interval": 0.05,
        }
        return run("dns_propagation", **arguments | more)

    return call


def test_gate_passes_when_all_agree(gate: Run, server: DnsServer, secondary: DnsServer) -> None:
    result = gate(values=[OLD])
    assert result["agreed"] and not result["changed"]
    assert result["ttls"] == {str(server): 60, str(secondary): 60}
    assert gate(values=[], name="none.mq.test")["agreed"]
    server.put("alias.mq.test.", 20, "CNAME", NAME)
    assert gate(values=[OLD], name="alias.mq.test", servers=[str(server)])["ttls"] == {str(server): 20}


def test_gate_waits(gate: Run, server: DnsServer, secondary: DnsServer) -> None:
    server.put(NAME, 60, "A", NEW)
    timer = threading.Timer(0.3, secondary.put, (NAME, 60, "A", NEW))
    timer.start()
    result = gate(values=[NEW], timeout=5)
    timer.join()
    assert result["agreed"] and result["elapsed"] >= 0.2


def test_gate_fails_with_the_last_state(gate: Run, server: DnsServer, secondary: DnsServer) -> None:
    server.put(NAME, 60, "A", NEW)
    result = gate(values=[NEW])
    assert result["failed"] and not result["changed"]
    assert f"{secondary} answers {OLD} with TTL 60" in result["msg"] and str(server) not in result["msg"]
    assert gate(values=[NEW, OLD])["failed"]
    assert gate(values=[])["failed"]
    secondary.faults = {"UDP QUERY": "silent", "TCP QUERY": "silent"}
    result = gate(values=[NEW])
    assert result["failed"] and result["unanswered"] == [str(secondary)]
    secondary.faults = {"UDP QUERY": "SERVFAIL"}
    assert "SERVFAIL" in gate(values=[NEW])["msg"]


def test_gate_on_age(gate: Run, secondary: DnsServer) -> None:
    assert gate(values=[OLD], max_ttl=60)["agreed"]
    secondary.put(NAME, 200, "A", OLD)
    assert "more than 60" in gate(values=[OLD], max_ttl=60)["msg"]


def test_check_mode_does_not_wait(gate: Run, server: DnsServer, secondary: DnsServer) -> None:
    result = gate(values=[NEW], timeout=60, check=True)
    assert not result["failed"] and not result["agreed"] and result["elapsed"] < 5
    assert result["would_wait"].startswith(f"Would wait until every server answers {NEW} for {NAME} A; now: {server}")
    assert "would_wait" not in gate(values=[OLD], check=True)
    secondary.faults = {"UDP QUERY": "silent", "TCP QUERY": "silent"}
    result = gate(values=[OLD], timeout=60, check=True)
    assert not result["failed"] and result["unanswered"] == [str(secondary)]


def test_looking_does_not_fail(gate: Run, secondary: DnsServer) -> None:
    secondary.faults = {"UDP QUERY": "silent", "TCP QUERY": "silent"}
    result = gate(expected=[NEW], wait=False)
    assert not result["failed"] and not result["agreed"]
    assert result["unanswered"] == [str(secondary)] and len(result["disagreeing"]) == 2


def test_nobody_asked_proves_nothing(gate: Run) -> None:
    assert "no server was asked" in gate(values=[OLD], servers=[])["msg"]


def test_old_answers_are_waited_for_whatever_they_say(run: Run, server: DnsServer, secondary: DnsServer) -> None:
    """After an interrupted switch the servers may hold the old or the new address."""
    server.put(NAME, 30, "A", NEW)
    secondary.put(NAME, 31, "A", OLD)
    arguments = {
        "name": "mro-ns.mq.test",
        "servers": [str(server), str(secondary)],
        "timeout": 0.2,
        "interval": 0.05,
        "max_ttl": 30,
    }
    result = run("dns_propagation", **arguments)
    assert result["failed"]
    assert result["disagreeing"] == [f"{secondary} answers {OLD} with TTL 31, more than 30"]
    assert "any such record with a TTL of at most 30 s" in result["msg"]
    secondary.put(NAME, 30, "A", OLD)
    assert run("dns_propagation", **arguments)["agreed"]
    # Nothing is no answer that has aged.
    del secondary.sets[NAME, "A"]
    assert run("dns_propagation", **arguments)["failed"]
    del arguments["max_ttl"]
    assert "one of the following is required: values, max_ttl" in run("dns_propagation", **arguments)["msg"]
