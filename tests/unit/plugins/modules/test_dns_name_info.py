# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_name_info as it is called, against servers on loopback addresses."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import SECRET, DnsServer

Run = Callable[..., dict[str, Any]]
NAME = "mro-ns.mq.test"
OLD, NEW = "198.18.10.20", "198.18.10.80"


@pytest.fixture
def look(run: Run, server: DnsServer) -> Run:
    def call(**more: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "names": [{"name": NAME, "expected": [OLD]}],
            "servers": [str(server)],
            "key_name": "mqops-lab",
            "key_secret": SECRET,
            "query_timeout": 5.0,
        }
        result = run("dns_name_info", **arguments | more)
        assert not result["changed"]
        return result

    return call


def codes(result: dict[str, Any]) -> list[str]:
    return [f"{reason['code']} {reason['subject']}" for reason in result["reasons"]]


def test_a_key_that_may_is_found_out_without_a_change(look: Run, server: DnsServer) -> None:
    before = dict(server.sets)
    result = look(max_ttl=60)
    assert codes(result) == []
    (name,) = result["names"]
    assert name["zone"] == "mq.test."
    assert name["rights"] == [
        {"server": str(server), "allowed": True, "answer": "took an update that changes nothing", "serial": 1}
    ]
    assert name["serials"] == {str(server): 1}
    assert [one["content"] for one in name["servers"]] == [[OLD]]
    assert (name["others"], name["resolvers"], name["zone_errors"]) == ([], [], {})
    assert server.sets == before and server.have(f"{NAME}.") == (60, [OLD])
    assert "UDP UPDATE" in server.asked


def test_the_update_says_what_was_read_and_nothing_else(look: Run, server: DnsServer) -> None:
    """If another change came in between, the prerequisite would fail and leave that change in place."""
    server.before_update = lambda: server.put(f"{NAME}.", 60, "A", NEW)
    result = look()
    assert server.have(f"{NAME}.") == (60, [NEW])
    assert "NXRRSET" in result["names"][0]["rights"][0]["answer"]


def test_a_name_that_does_not_exist_is_not_made(look: Run, server: DnsServer) -> None:
    result = look(names=[{"name": "new.mq.test", "expected": [OLD]}])
    assert codes(result) == ["NAME_RESOLVES_ELSEWHERE new.mq.test"]
    assert result["names"][0]["rights"][0]["allowed"]
    assert server.have("new.mq.test.") is None


def test_nothing_is_sent_when_that_is_asked(look: Run, server: DnsServer) -> None:
    assert look(try_update=False)["names"][0]["rights"] == []
    assert not any("UPDATE" in asked for asked in server.asked)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"key_secret": base64.b64encode(b"wrong").decode()}, "BADSIG"),
        ({"key_name": "nobody"}, "BADKEY"),
    ],
)
def test_a_wrong_key_hides_nothing_else(look: Run, server: DnsServer, key: dict[str, str], said: str) -> None:
    result = look(**key)
    assert codes(result) == [f"DNS_UPDATE_REFUSED {NAME}"]
    assert said in result["reasons"][0]["evidence"][str(server)]
    assert result["names"][0]["serials"] == {str(server): 1}


@pytest.mark.parametrize("rcode", ["REFUSED", "NOTAUTH", "SERVFAIL"])
def test_a_server_that_refuses_is_named(look: Run, server: DnsServer, rcode: str) -> None:
    server.faults["UDP UPDATE"] = rcode
    result = look()
    assert codes(result) == [f"DNS_UPDATE_REFUSED {NAME}"]
    assert rcode in result["reasons"][0]["evidence"][str(server)]


def test_an_update_that_nobody_answers_is_no_right(look: Run, server: DnsServer) -> None:
    server.faults |= {"UDP UPDATE": "silent", "TCP UPDATE": "silent"}
    assert codes(look(query_timeout=0.3)) == [f"DNS_UPDATE_REFUSED {NAME}"]
    server.faults = {"UDP UPDATE": "silent"}
    assert codes(look(query_timeout=0.5)) == []


def test_without_a_key_the_server_decides(look: Run) -> None:
    assert codes(look(key_name=None, key_secret=None)) == [f"DNS_UPDATE_REFUSED {NAME}"]


def test_one_server_that_takes_it_is_enough(look: Run, server: DnsServer, secondary: DnsServer) -> None:
    secondary.faults["UDP UPDATE"] = "REFUSED"
    result = look(servers=[str(server), str(secondary)])
    assert codes(result) == []
    assert [right["allowed"] for right in result["names"][0]["rights"]] == [True, False]


def test_servers_that_nobody_listed_are_found_and_asked(look: Run, server: DnsServer, secondary: DnsServer) -> None:
    server.put("mq.test.", 60, "NS", "ns.mq.test.", "second.mq.test.")
    server.put("second.mq.test.", 60, "A", "127.0.0.2")
    # It would answer on the primary's port only by chance, so there is no answer.
    result = look()
    assert [one["server"].split()[0] for one in result["names"][0]["others"]] == [f"127.0.0.2#{server.port}"]
    assert codes(result) == [f"ADDRESS_UNRESOLVED {NAME}"]


def test_servers_that_disagree_are_named(look: Run, server: DnsServer, secondary: DnsServer) -> None:
    secondary.put(f"{NAME}.", 30, "A", OLD)
    secondary.put("mq.test.", 60, "SOA", "ns.mq.test. root.mq.test. 9 600 60 86400 5")
    result = look(servers=[str(server), str(secondary)])
    assert codes(result) == [f"DNS_SERVERS_DISAGREE {NAME}/{secondary}"] * 2
    assert result["reasons"][1]["evidence"] == {"serial": 9, f"at {server}": 1}


def test_resolvers_are_asked_and_a_silent_one_delays_no_answer(
    look: Run, server: DnsServer, secondary: DnsServer
) -> None:
    secondary.put(f"{NAME}.", 500, "A", OLD)
    result = look(resolvers=[str(secondary)], max_ttl=30)
    assert codes(result) == [f"DNS_ANSWER_STALE {NAME}/{secondary}", f"DNS_TTL_LONG {NAME}"]
    assert result["reasons"][0]["evidence"] == {"left": "500 s", "authoritative": "60 s"}
    secondary.faults |= {"UDP QUERY": "silent", "TCP QUERY": "silent"}
    assert codes(look(resolvers=[str(secondary)], query_timeout=0.3)) == [f"RESOLVER_SILENT {NAME}/{secondary}"]
    secondary.faults = {"UDP QUERY": "garbage", "TCP QUERY": "garbage"}
    assert codes(look(resolvers=[str(secondary)], query_timeout=0.3)) == [f"RESOLVER_SILENT {NAME}/{secondary}"]


def test_a_server_of_another_zone_is_none(look: Run, server: DnsServer) -> None:
    server.authoritative = False
    result = look()
    assert f"DNS_NOT_SERVED {NAME}/{server}" in codes(result)
    assert f"DNS_UPDATE_REFUSED {NAME}" in codes(result)


def test_wrong_input_is_refused(look: Run) -> None:
    assert "no value of a A record" in look(names=[{"name": NAME, "expected": ["nowhere"]}])["msg"]
    assert "query_timeout" in look(query_timeout=0.0)["msg"]
