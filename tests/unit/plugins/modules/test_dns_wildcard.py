# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that a wildcard answers for: dns_record and dns_name_info take them for names without a set of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import SECRET, DnsServer

Run = Callable[..., dict[str, Any]]
WILD, OWN = "198.18.10.99", "198.18.10.80"


@pytest.fixture
def record(run: Run, server: DnsServer, secondary: DnsServer) -> Run:
    for one in (server, secondary):
        one.put("*.mq.test.", 300, "A", WILD)

    def call(**more: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "name": "new.mq.test",
            "servers": [str(server)],
            "key_name": "mqops-lab",
            "key_secret": SECRET,
            "query_timeout": 5.0,
            "verify_servers": [],
            "verify_timeout": 0.2,
            "verify_interval": 0.05,
        }
        return run("dns_record", **arguments | more)

    return call


@pytest.mark.parametrize("name", ["new.mq.test", "deep.new.mq.test", "*.new.mq.test"])
@pytest.mark.parametrize("more", [{}, {"expected": []}, {"on_conflict": "fail"}])
def test_a_name_below_is_created_and_deleted(record: Run, server: DnsServer, name: str, more: dict[str, Any]) -> None:
    # The very values of the wildcard too: its set may change later.
    for value in (OWN, WILD):
        assert record(name=name, values=[value], check=True, **more)["previous"] is None
        made = record(name=name, values=[value], **more)
        assert made["changed"] and server.have(f"{name}.") == (3600, [value])
        assert made["requests"][0]["prerequisites"] == [f"{name}. has no A and no CNAME"]
        assert not record(name=name, values=[value], **more)["changed"]
        gone = record(name=name, state="absent", expected=[value])
        assert gone["changed"] and not gone["failed"] and server.have(f"{name}.") is None
        again = record(name=name, state="absent")
        assert not again["changed"] and not again["failed"] and again["requests"] == []
    assert server.have("*.mq.test.") == (300, [WILD])


@pytest.mark.parametrize("kind", ["A", "CNAME"])
def test_below_an_alias(record: Run, server: DnsServer, kind: str) -> None:
    del server.sets["*.mq.test.", "A"]
    server.put("*.mq.test.", 300, "CNAME", "mro-ns.mq.test.")
    value = OWN if kind == "A" else "mro-ns.mq.test."
    assert not record(type=kind, state="absent")["failed"]
    assert record(type=kind, values=[value], expected=[])["changed"]
    assert server.have("new.mq.test.", kind) == (3600, [value])
    assert not record(type=kind, state="absent", expected=[value])["failed"]


def test_an_alias_beside_what_the_wildcard_has(record: Run, server: DnsServer) -> None:
    assert record(type="CNAME", values=["mro-ns.mq.test"])["changed"]


def test_the_wildcard_itself_is_managed(record: Run, server: DnsServer) -> None:
    assert record(name="*.mq.test", values=[OWN], expected=[WILD])["changed"]
    assert server.have("*.mq.test.") == (300, [OWN])
    assert not record(name="*.mq.test", state="absent")["failed"]
    assert server.have("*.mq.test.") is None


def test_absence_is_proved_at_every_server(record: Run, server: DnsServer, secondary: DnsServer) -> None:
    for one in (server, secondary):
        one.put("new.mq.test.", 60, "A", OWN)
    late = record(state="absent", verify_servers=[str(secondary)])
    assert late["changed"] and late["disagreeing"] == [f"{secondary} answers {OWN} with TTL 60"]
    # What the secondary answers is the wildcard's, and yet it has the set.
    secondary.put("new.mq.test.", 60, "A", WILD)
    assert record(state="absent", verify_servers=[str(secondary)])["failed"]
    del secondary.sets["new.mq.test.", "A"]
    done = record(state="absent", verify_servers=[str(secondary)])
    assert not done["failed"] and [one["content"] for one in done["verified"]] == [[WILD], [WILD]]


@pytest.mark.parametrize("more", [{"values": [OWN], "expected": [WILD]}, {"ttl": 30}])
def test_what_cannot_be_is_told_with_the_wildcard(record: Run, more: dict[str, Any]) -> None:
    result = record(name="deep.new.mq.test", **more)
    assert result["failed"] and not result["changed"]
    assert f"The wildcard *.mq.test. A ({WILD}) answers for the name" in result["msg"]


def test_by_hand(record: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, text: None)
    result = record(values=[WILD], update=False, key_name=None, key_secret=None)
    assert f"answers no such record of its own (the wildcard *.mq.test. A ({WILD}) answers)" in result["msg"]


@pytest.mark.parametrize("kind", ["A", "CNAME"])
def test_a_wrong_guess_overwrites_nothing(record: Run, server: DnsServer, kind: str) -> None:
    """The one zone in which the question misleads: it has a record just there."""
    value, values = (WILD, [OWN]) if kind == "A" else ("mro-ns.mq.test.", ["hub-ns.mq.test"])
    del server.sets["*.mq.test.", "A"]
    for name in ("*.mq.test.", "new.mq.test.", "*.*.new.mq.test."):
        server.put(name, 300, kind, value)
    result = record(type=kind, values=values)
    assert result["failed"] and not result["changed"]
    assert f"it answers as the wildcard *.mq.test. {kind} ({value}) does" in result["msg"]
    assert "YX" in result["msg"] and server.have("new.mq.test.", kind) == (300, [value])


def test_a_server_that_does_not_answer_such_a_question(record: Run, server: DnsServer) -> None:
    """What it has is then what it says; the prerequisites guard that."""
    server.put("new.mq.test.", 300, "A", OWN)
    server.faults["UDP QUERY"] = lambda message: "REFUSED" if b"*" in message.question[0].name.labels else None
    assert record(values=[WILD], expected=[OWN])["changed"]


def test_a_name_that_leaves_no_room_for_the_question(record: Run, server: DnsServer) -> None:
    name = ".".join(["x" * 60] * 4) + ".mq.test"
    assert record(name=name, values=[OWN])["failed"]
    server.put(f"{name}.", 300, "A", OWN)
    assert record(name=name, state="absent")["changed"]


def test_the_right_to_a_name_below_can_be_tried(run: Run, record: Run, server: DnsServer) -> None:
    before = dict(server.sets)
    result = run(
        "dns_name_info",
        names=[{"name": "new.mq.test", "expected": [WILD]}],
        servers=[str(server)],
        key_name="mqops-lab",
        key_secret=SECRET,
    )
    assert result["names"][0]["rights"][0]["allowed"] and result["reasons"] == []
    assert server.sets == before
