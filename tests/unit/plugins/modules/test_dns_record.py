# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_record as it is called, against a server on loopback addresses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.message
import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import SECRET, DnsServer

Run = Callable[..., dict[str, Any]]
NAME = "mro-ns.mq.test."
OLD, NEW = "198.18.10.20", "198.18.10.80"


@pytest.fixture
def record(run: Run, server: DnsServer) -> Run:
    def call(**more: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "name": "mro-ns.mq.test",
            "servers": [str(server)],
            "key_name": "mqops-lab",
            "key_secret": SECRET,
            "query_timeout": 0.3,
            "verify_timeout": 0.5,
            "verify_interval": 0.05,
        }
        return run("dns_record", **arguments | more)

    return call


def test_swap_check_apply_again(record: Run, server: DnsServer) -> None:
    swap = {"values": [NEW], "expected": [OLD], "ttl": 30}
    planned = record(check=True, **swap)
    assert planned["changed"] and server.have(NAME) == (60, [OLD])
    assert planned["requests"] == []
    done = record(**swap)
    assert done["changed"] and server.have(NAME) == (30, [NEW])
    assert done["record"] == planned["record"] == {"name": NAME, "type": "A", "ttl": 30, "content": [NEW]}
    assert done["diff"] == planned["diff"]
    assert done["diff"]["before"]["content"] == [OLD]
    assert [entry["result"] for entry in done["requests"]] == ["NOERROR"]
    assert done["requests"][0]["prerequisites"] == [f"{NAME} A is exactly {OLD}"]
    assert [one["content"] for one in done["verified"]] == [[NEW]]
    assert done["zone"] == "mq.test."
    again = record(**swap)
    assert not again["changed"] and again["requests"] == []
    assert set(again) == set(done)


def test_a_change_between_read_and_write_is_refused(record: Run, server: DnsServer) -> None:
    server.before_update = lambda: server.put(NAME, 60, "A", "198.18.10.99")
    result = record(values=[NEW], expected=[OLD])
    assert result["failed"] and not result["changed"]
    assert "NXRRSET" in result["msg"] and "198.18.10.99" in result["msg"]
    assert server.have(NAME) == (60, ["198.18.10.99"])


@pytest.mark.parametrize("kind", ["A", "CNAME"])
def test_a_name_that_appears_between_read_and_write_is_refused(record: Run, server: DnsServer, kind: str) -> None:
    server.before_update = lambda: server.put("new.mq.test.", 60, kind, OLD if kind == "A" else NAME)
    result = record(name="new.mq.test", values=[NEW])
    assert result["failed"] and "YXRRSET" in result["msg"]
    assert server.have("new.mq.test.", "A") == ((60, [OLD]) if kind == "A" else None)


def test_a_cname_stands_alone(record: Run, server: DnsServer) -> None:
    for check in (True, False):
        assert "has A records" in record(type="CNAME", values=["hub-ns.mq.test"], check=check)["msg"]
    server.put("alias.mq.test.", 60, "CNAME", NAME)
    assert "is a CNAME" in record(name="alias.mq.test", values=[NEW])["msg"]
    assert record(name="other.mq.test", type="CNAME", values=["hub-ns.mq.test"])["changed"]
    server.before_update = lambda: server.put("third.mq.test.", 60, "MX", "0 hub-ns.mq.test.")
    assert "YXDOMAIN" in record(name="third.mq.test", type="CNAME", values=["hub-ns.mq.test"])["msg"]


@pytest.mark.parametrize("more", [{"check": True}, {}, {"update": False}])
def test_a_cname_has_no_place_at_the_top_of_its_zone(record: Run, server: DnsServer, more: dict[str, Any]) -> None:
    result = record(name="mq.test", type="CNAME", values=["hub-ns.mq.test"], **more)
    assert result["failed"] and not result["changed"]
    assert f"mq.test. is the top of its zone at {server}" in result["msg"] and "by hand" not in result["msg"]
    assert "UDP UPDATE" not in server.asked
    assert not record(name="mq.test", type="CNAME", state="absent", **more)["failed"]


def test_a_cname_beside_a_type_that_is_not_managed(record: Run, server: DnsServer) -> None:
    server.put("other.mq.test.", 60, "NAPTR", '100 50 "s" "http" "" _http._tcp.mq.test.')
    result = record(name="other.mq.test", type="CNAME", values=["hub-ns.mq.test"])
    assert result["failed"] and not result["changed"]
    assert "YXDOMAIN: the name holds records of another type" in result["msg"] and "find out who" not in result["msg"]
    server.before_update = lambda: server.put("third.mq.test.", 60, "CNAME", NAME)
    theirs = record(name="third.mq.test", type="CNAME", values=["hub-ns.mq.test"])
    assert "the set changed between reading and writing" in theirs["msg"] and f"now: {NAME}" in theirs["msg"]


def test_other_types_and_partial_sets(record: Run, server: DnsServer) -> None:
    for kind, value in [
        ("TXT", 'said "no"; \\'),
        ("SRV", "0 5 9876 hub-ns.mq.test."),
        ("AAAA", "2001:2::1"),
        ("MX", "10 hub-ns.mq.test."),
    ]:
        created = record(name="more.mq.test", type=kind, values=[value], ttl=60)
        assert created["changed"] and created["record"]["content"] == [value]
        assert not record(name="more.mq.test", type=kind, values=[value], ttl=60)["changed"]
    assert record(values=[NEW], mode="add")["record"]["content"] == [OLD, NEW]
    assert server.have(NAME) == (60, [OLD, NEW])
    less = record(values=[OLD], state="absent")
    assert less.get("msg") is None and less["record"]["content"] == [NEW]
    gone = record(state="absent")
    assert gone["changed"] and gone["record"] is None and server.have(NAME) is None
    assert not record(state="absent")["changed"]


@pytest.mark.parametrize("values", [[str(number) + "y" * 200 for number in range(20)]])
def test_what_does_not_fit_into_udp_goes_by_tcp(record: Run, server: DnsServer, values: list[str]) -> None:
    server.faults["UDP QUERY"] = lambda message: (
        "truncate" if message.question[0].rdtype == 16 and server.have("big.mq.test.", "TXT") else None
    )
    result = record(name="big.mq.test", type="TXT", values=values)
    assert result["changed"] and len(result["record"]["content"]) == 20
    assert "UDP UPDATE" not in server.asked and "TCP QUERY" in server.asked


def test_what_fits_into_no_message_is_refused_beforehand(record: Run, server: DnsServer) -> None:
    """A value over 65,535 bytes of wire form, and an update over it, here by its prerequisites."""
    for check in (True, False):
        result = record(name="big.mq.test", type="TXT", values=["x" * 70000], check=check)
        assert result["failed"] and "holds at most 65535" in result["msg"] and len(result["msg"]) < 500
    server.put("big.mq.test.", 60, "TXT", " ".join(['"' + "y" * 255 + '"'] * 130))
    for check in (True, False):
        result = record(name="big.mq.test", type="TXT", values=["x" * 40000], check=check)
        assert result["failed"] and "UPDATE of big.mq.test. TXT" in result["msg"] and "65535 bytes" in result["msg"]
    assert not any("UPDATE" in what for what in server.asked)


CUT = '"abc" "def"'


def test_a_text_that_somebody_else_cut_elsewhere_is_the_same_text(record: Run, server: DnsServer) -> None:
    text = {"name": "cut.mq.test", "type": "TXT"}
    server.put("cut.mq.test.", 60, "TXT", CUT, "other")
    same = record(**text, values=["abcdef", "other"])
    assert not same["changed"] and not same["failed"]
    lower = record(**text, values=["abcdef", "other"], ttl=30)
    assert lower["changed"] and server.have("cut.mq.test.", "TXT") == (30, [CUT, '"other"'])
    less = record(**text, values=["other"], state="absent", expected=["other", "abcdef"])
    assert less["changed"] and server.have("cut.mq.test.", "TXT") == (30, [CUT])
    assert not record(**text, values=["abcdef"], on_conflict="fail")["failed"]
    gone = record(**text, values=["abcdef"], state="absent")
    assert gone["changed"] and gone["record"] is None and server.have("cut.mq.test.", "TXT") is None
    server.put("cut.mq.test.", 60, "TXT", CUT)
    assert record(**text, values=["new"], expected=["abcdef"])["changed"]
    # Twice the same text, cut twice: both of them, as the server holds them.
    server.put("cut.mq.test.", 60, "TXT", CUT, "abcdef")
    assert not record(**text, values=["abcdef"])["changed"]
    assert record(**text, values=["new"], expected=["abcdef"])["changed"]
    assert server.have("cut.mq.test.", "TXT") == (60, ['"new"'])


def test_servers_may_cut_a_text_in_their_own_ways(
    record: Run, run: Run, server: DnsServer, secondary: DnsServer
) -> None:
    server.put("cut.mq.test.", 60, "TXT", "abcdef")
    secondary.put("cut.mq.test.", 60, "TXT", CUT)
    wanted = {"name": "cut.mq.test", "type": "TXT", "values": ["abcdef"]}
    assert not record(**wanted, verify_servers=[str(secondary)])["failed"]
    assert run("dns_propagation", **wanted, servers=[str(server), str(secondary)], wait=False)["agreed"]
    differs = run("dns_propagation", **wanted | {"values": ["abcde"]}, servers=[str(secondary)], wait=False)
    assert not differs["agreed"]


def test_tcp_only(record: Run, server: DnsServer) -> None:
    assert record(values=[NEW], protocol="tcp")["changed"]
    assert all(what.startswith("TCP") for what in server.asked)


def test_a_lost_answer_is_not_a_lost_change(record: Run, server: DnsServer) -> None:
    """Applied over UDP, not answered: the prerequisites refuse the second one, and the set is as wanted."""
    server.faults["UDP UPDATE"] = "silent-after"
    result = record(values=[NEW], expected=[OLD])
    assert result["changed"] and not result["failed"]
    assert [entry["result"] for entry in result["requests"]] == ["no answer within 0.3 s", "NXRRSET, applied before"]
    server.faults["TCP UPDATE"] = "silent-after"
    result = record(values=[OLD])
    assert result["changed"] and not result["failed"]


def test_an_update_that_nobody_answers(record: Run, server: DnsServer) -> None:
    server.faults = {"UDP UPDATE": "silent", "TCP UPDATE": "silent"}
    result = record(values=[NEW])
    assert result["failed"] and not result["changed"] and str(server) in result["msg"]
    assert "UPDATE of mro-ns.mq.test. A in zone mq.test. by TCP" in result["msg"]


@pytest.mark.parametrize("rcode", ["REFUSED", "NOTAUTH", "SERVFAIL", "NOTZONE", "NOTIMP"])
def test_refusals_say_what_to_do(record: Run, server: DnsServer, rcode: str) -> None:
    server.faults["UDP UPDATE"] = rcode
    result = record(values=[NEW])
    assert result["failed"] and not result["changed"]
    assert f"answered {rcode}. " in result["msg"]
    assert result["requests"][0]["result"] == f"answered {rcode}" or result["requests"][0]["result"] == rcode


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"key_name": "other."}, "BADKEY"),
        ({"key_secret": "b3RoZXI="}, "BADSIG"),
    ],
)
def test_wrong_keys(record: Run, server: DnsServer, wrong: dict[str, str], answer: str) -> None:
    for check in (True, False):
        result = record(values=[NEW], check=check, **wrong)
        assert result["failed"] and "key" in result["msg"].lower()
        assert "KeyRejected" not in result["msg"] and str(server) in result["msg"]
    assert server.have(NAME) == (60, [OLD])


def test_a_clock_outside_the_fudge(record: Run, server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import dns.message

    real = dns.message.time.time
    here = threading.get_ident()
    monkeypatch.setattr(dns.message.time, "time", lambda: real() + (4000 if threading.get_ident() == here else 0))
    result = record(values=[NEW])
    assert result["failed"] and server.have(NAME) == (60, [OLD])


def test_an_unsigned_success_is_no_success(record: Run, server: DnsServer) -> None:
    server.faults["UDP UPDATE"] = "unsigned"
    assert "the answer is not" in record(values=[NEW])["msg"]


def test_something_else_on_the_port(record: Run, server: DnsServer) -> None:
    server.faults = {"UDP QUERY": "garbage", "TCP QUERY": "garbage"}
    assert record(values=[NEW])["failed"]


def test_servers_are_tried_in_turn(record: Run, server: DnsServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.3", 0))
        first = f"127.0.0.3#{silent.getsockname()[1]}"
        result = record(values=[NEW], servers=[first, str(server)])
        assert result["changed"] and result["server"] == str(server)
        assert len(result["tried"]) == 1 and first in result["tried"][0]
        assert first in record(values=[NEW], servers=[first])["msg"]


def test_a_server_without_an_address_is_one_that_cannot_be_used(record: Run, server: DnsServer) -> None:
    """The later one is not even looked up, because the first will do."""
    assert record(values=[NEW], servers=[str(server), "no.such.host.invalid"])["tried"] == []
    result = record(values=[OLD], servers=["no.such.host.invalid", str(server)])
    assert result["changed"] and result["server"] == str(server)
    assert len(result["tried"]) == 1 and "no.such.host.invalid" in result["tried"][0]
    none = record(values=[NEW], servers=["no.such.host.invalid", "127.0.0.1#1", "other.host.invalid#5"])
    assert none["failed"] and "No server could be used" in none["msg"]
    assert all(one in none["msg"] for one in ("no.such.host.invalid", "127.0.0.1#1", "other.host.invalid"))
    # What is no server at all is no matter of luck.
    assert "port" in record(values=[NEW], servers=[str(server), "other.host.invalid#x"])["msg"]
    assert "names no DNS server" in record(values=[NEW], servers=[str(server), ""])["msg"]
    assert server.have(NAME) == (60, [OLD])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "x.example", "values": [NEW]}, "REFUSED"),
        ({"name": "x.example", "zone": "mq.test", "values": [NEW]}, "outside the zone"),
        ({"zone": "mro-ns.mq.test", "values": [NEW]}, "lies in its zone mq.test"),
        ({"values": ["no address"]}, "no value of a A record"),
        ({"values": [f"{NEW}\n{OLD}"]}, "more than one line"),
        ({"values": [NEW], "expected": [f"{OLD};{NEW}"]}, "would be lost"),
        ({"values": [NEW], "ttl": 0}, "TTL"),
        ({"values": [NEW], "ttl": 2**31}, "TTL"),
        ({"values": []}, "at least one value"),
        ({}, "nothing to manage"),
        ({"values": [NEW], "servers": []}, "servers is empty"),
        ({"values": [NEW], "servers": ["no.such.host.invalid"]}, "no address"),
        ({"values": [NEW], "servers": ["127.0.0.1#x"]}, "port"),
        ({"values": [NEW], "verify_servers": ["127.0.0.1#x"]}, "port"),
        ({"values": [NEW], "verify_servers": ["no.such.host.invalid"]}, "no address"),
        ({"values": [NEW], "servers": ["127.0.0.1#\u00b2"]}, "port"),
        ({"values": [NEW], "servers": ["127.0.0.1"], "port": 70000}, "70000 is no port"),
        ({"values": [NEW], "servers": ["127.0.0.1"], "port": 0}, "0 is no port"),
        ({"values": [NEW], "servers": ["127.0.0.1"], "port": -5}, "-5 is no port"),
        ({"values": [NEW], "key_algorithm": "hmac-md5"}, "hmac-md5 is broken"),
        ({"values": [NEW], "key_name": "a..b"}, "key_name 'a..b'"),
        ({"values": [NEW], "query_timeout": 0}, "query_timeout"),
        ({"values": [NEW], "query_timeout": float("inf")}, "query_timeout must not be more than"),
    ],
)
def test_bad_input_changes_nothing(record: Run, server: DnsServer, arguments: dict[str, Any], words: str) -> None:
    result = record(**arguments)
    assert result["failed"] and not result["changed"]
    assert words in result["msg"]
    assert server.have(NAME) == (60, [OLD]) and "UDP UPDATE" not in server.asked


def test_a_secondary_that_lags_is_named(record: Run, server: DnsServer, secondary: DnsServer, tmp_path: Path) -> None:
    verify = {"verify_servers": [str(secondary)], "progress_file": str(tmp_path / "progress")}
    result = record(values=[NEW], **verify)
    assert result["failed"] and result["changed"]
    assert len(result["disagreeing"]) == 1 and str(secondary) in result["msg"] and OLD in result["msg"]
    assert str(secondary) in (tmp_path / "progress").read_text()
    secondary.put(NAME, 61, "A", NEW)
    assert "wanted is TTL 60" in record(values=[NEW], **verify)["msg"]
    secondary.put(NAME, 60, "A", NEW)
    secondary.authoritative = False
    assert record(values=[NEW], **verify)["failed"]
    secondary.authoritative = True
    late = record(values=[NEW], **verify)
    assert not late["changed"] and not late["failed"] and len(late["verified"]) == 2


def test_name_servers_of_the_zone_must_agree(record: Run, server: DnsServer) -> None:
    server.put("mq.test.", 60, "NS", "ns.mq.test.", "ns2.mq.test.")
    server.put("ns2.mq.test.", 60, "A", "127.0.0.4")
    result = record(values=[NEW])
    assert result["failed"] and result["changed"] and "(ns2.mq.test.)" in result["msg"]
    assert record(values=[NEW], verify_servers=[])["verified"][0]["content"] == [NEW]


def test_a_verification_that_cannot_be_made_hides_no_change(record: Run, server: DnsServer) -> None:
    server.faults["UDP QUERY"] = lambda message: "SERVFAIL" if message.question[0].rdtype == 2 else None
    result = record(values=[NEW])
    assert result["failed"] and result["changed"] and server.have(NAME) == (60, [NEW])
    assert f"{NAME} A is written at {server}, but could not be verified: Query for mq.test. NS" in result["msg"]
    assert (result["record"]["content"], result["previous"]["content"]) == ([NEW], [OLD])
    assert result["diff"]["after"] == result["record"] and result["verified"] == []
    assert [entry["result"] for entry in result["requests"]] == ["NOERROR"]
    again = record(values=[NEW])
    assert again["failed"] and not again["changed"]
    assert f"{NAME} A is right at {server}, but could not be verified" in again["msg"]


def test_a_server_that_ignores_a_ttl_alone_is_told(record: Run, server: DnsServer) -> None:
    """Knot DNS acknowledges it; without a new value it keeps the old TTL."""

    def ignoring(message: Any) -> str | None:
        if message.opcode() != 5:
            return None
        return "NOERROR"

    server.faults["UDP UPDATE"] = ignoring
    result = record(ttl=10, verify_timeout=0.1)
    assert result["failed"] and result["changed"] is False
    assert "kept the old TTL of 60" in result["msg"]
    # A value that did not arrive is another matter: it may have been written.
    assert "kept the old TTL" not in record(values=[NEW], verify_timeout=0.1)["msg"]


def test_a_key_refused_without_saying_so(record: Run, server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Knot DNS answers a key that it does not know with NOTAUTH, and no TSIG record that would say BADKEY."""
    real = server._answer

    def without_record(wire: bytes, protocol: str) -> bytes | None:
        answer = dns.message.from_wire(real(wire, protocol) or b"", keyring=False)
        answer.tsig, answer.keyring = None, None
        return answer.to_wire()

    monkeypatch.setattr(server, "_answer", without_record)
    result = record(values=[NEW], key_name="nobody")
    assert result["failed"] and "BADKEY" in result["msg"] and "knows no key nobody." in result["msg"]
    assert server.have(NAME) == (60, [OLD])


UNKEYED = {"update": False, "key_name": None, "key_secret": None}


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"values": [OLD], "ttl": 30}, f"answers {OLD} with TTL 60, wanted is {OLD} with TTL 30"),
        ({"values": [NEW], "expected": [OLD]}, f"answers {OLD} with TTL 60, wanted is {NEW} with TTL 60"),
        ({"values": [NEW], "mode": "add"}, f"answers {OLD} with TTL 60, wanted is {OLD}, {NEW} with TTL 60"),
        ({"state": "absent"}, f"answers {OLD} with TTL 60, wanted is no such record"),
        ({"name": "new.mq.test", "values": [NEW], "ttl": 5}, f"answers no such record, wanted is {NEW} with TTL 5"),
    ],
)
def test_what_is_to_be_changed_by_hand_is_told(
    record: Run, server: DnsServer, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any], says: str
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, text: warnings.append(text))
    result = record(**UNKEYED, **wanted)
    assert result["failed"] and not result["changed"]
    assert f"in zone mq.test. has to be changed, and not from here (update is false): {server} {says}" in result["msg"]
    assert result["record"] == result["previous"]
    planned = record(check=True, **UNKEYED, **wanted)
    assert planned["changed"] and not planned["failed"]
    assert [says in text for text in warnings] == [True]
    assert server.have(NAME) == (60, [OLD]) and not any("UPDATE" in what for what in server.asked)


def test_what_was_changed_by_hand_is_proved_everywhere(record: Run, server: DnsServer, secondary: DnsServer) -> None:
    wanted = {**UNKEYED, "values": [NEW], "expected": [OLD], "ttl": 30, "verify_servers": [str(secondary)]}
    server.put(NAME, 30, "A", NEW)
    assert f"{secondary} answers {OLD}" in record(**wanted)["msg"]
    secondary.put(NAME, 60, "A", NEW)
    assert "wanted is TTL 30" in record(**wanted)["msg"]
    secondary.put(NAME, 30, "A", NEW)
    result = record(**wanted)
    assert not result["failed"] and not result["changed"] and len(result["verified"]) == 2
    # Neither what a plan expected nor what it wants: another program has changed it.
    server.put(NAME, 30, "A", "198.18.10.99")
    assert "It was changed by other means" in record(**wanted)["msg"]
    assert not any("UPDATE" in what for what in server.asked)
