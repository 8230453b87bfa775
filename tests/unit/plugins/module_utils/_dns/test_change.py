# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.change import Wish, decide
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.errors import Conflict, InputError
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.records import (
    RecordSet,
    check_ttl,
    content,
    parse_name,
    parse_values,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import Key

NAME = parse_name("mro-ns.mq.test")


def held(*values: str, ttl: int = 60, kind: str = "A") -> RecordSet | None:
    return RecordSet(NAME, kind, ttl, parse_values(kind, values)) if values else None


def wish(*values: str, kind: str = "A", expected: tuple[str, ...] | None = None, **more: object) -> Wish:
    return Wish(
        NAME,
        kind,
        values=parse_values(kind, values) if values else None,
        expected=None if expected is None else parse_values(kind, expected),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("wanted", "before", "after"),
    [
        (wish("198.18.0.2"), held("198.18.0.1"), held("198.18.0.2")),
        (wish("198.18.0.2"), None, held("198.18.0.2", ttl=3600)),
        (wish("198.18.0.2", ttl=30), held("198.18.0.2"), held("198.18.0.2", ttl=30)),
        (wish(ttl=30), held("198.18.0.1", "198.18.0.2"), held("198.18.0.1", "198.18.0.2", ttl=30)),
        (wish("198.18.0.2", mode="add"), held("198.18.0.1"), held("198.18.0.1", "198.18.0.2")),
        (wish("198.18.0.1", mode="add"), held("198.18.0.1"), held("198.18.0.1")),
        (wish("198.18.0.2", state="absent"), held("198.18.0.1", "198.18.0.2"), held("198.18.0.1")),
        (wish("198.18.0.2", state="absent"), held("198.18.0.2"), None),
        (wish("198.18.0.2", state="absent"), None, None),
        (wish(state="absent"), held("198.18.0.1", "198.18.0.2"), None),
        (wish("198.18.0.2", expected=("198.18.0.1",)), held("198.18.0.1"), held("198.18.0.2")),
        (wish("198.18.0.2", expected=("198.18.0.1",)), held("198.18.0.2"), held("198.18.0.2")),
        (wish("198.18.0.2", expected=("198.18.0.1",), ttl=30), held("198.18.0.2"), held("198.18.0.2", ttl=30)),
        (wish("198.18.0.2", expected=()), None, held("198.18.0.2", ttl=3600)),
        (wish("198.18.0.2", on_conflict="fail"), None, held("198.18.0.2", ttl=3600)),
        (wish("198.18.0.2", on_conflict="fail", ttl=5), held("198.18.0.2"), held("198.18.0.2", ttl=5)),
        (wish("198.18.0.2", on_conflict="keep"), held("198.18.0.1"), held("198.18.0.1")),
    ],
)
def test_what_a_set_becomes(wanted: Wish, before: RecordSet | None, after: RecordSet | None) -> None:
    decision = decide(wanted, before)
    assert (decision.before, decision.after) == (before, after)
    assert decision.changed == (before != after)


@pytest.mark.parametrize(
    ("wanted", "before"),
    [
        (wish("198.18.0.2", expected=("198.18.0.1",)), held("198.18.0.9")),
        (wish("198.18.0.2", expected=("198.18.0.1",)), held("198.18.0.1", "198.18.0.9")),
        (wish("198.18.0.2", expected=("198.18.0.1",)), None),
        (wish("198.18.0.2", expected=()), held("198.18.0.1")),
        (wish("198.18.0.2", on_conflict="fail"), held("198.18.0.1")),
        (wish(ttl=30), None),
    ],
)
def test_a_set_that_is_not_as_expected_is_left(wanted: Wish, before: RecordSet | None) -> None:
    with pytest.raises(Conflict, match=r"mro-ns\.mq\.test\. A"):
        decide(wanted, before)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("A", "198.18.0.256"),
        ("A", "mro-ns"),
        ("A", ""),
        ("AAAA", "198.18.0.1"),
        ("SRV", "5 9876 hub-ns.mq.test"),
        ("CNAME", "a..b"),
        ("MX", "hub"),
        ("PTR", "x" * 64 + ".test"),
    ],
)
def test_values_that_are_none(kind: str, value: str) -> None:
    with pytest.raises(InputError, match=kind):
        parse_values(kind, [value])


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("A", "198.18.0.1\n198.18.0.2", "more than one line"),
        ("MX", "10 a.test\r\n20 b.test\n", "more than one line"),
        ("A", "198.18.0.1;198.18.0.2", "';198.18.0.2' would be lost"),
        ("A", "198.18.0.1;", "';' would be lost"),
        ("CAA", "0 issue letsencrypt.org;validationmethods=dns-01", "';validationmethods=dns-01' would be lost"),
        ("CNAME", "@", "fully qualified"),
        ("PTR", " (@)", "fully qualified"),
        ("MX", "10 @", "fully qualified"),
    ],
)
def test_values_of_which_a_part_would_be_lost_are_refused(kind: str, value: str, says: str) -> None:
    with pytest.raises(InputError, match=kind) as caught:
        parse_values(kind, [value])
    assert says in str(caught.value) and repr(value) in str(caught.value)


def test_values_that_look_as_if_a_part_would_be_lost() -> None:
    assert content(parse_values("A", ["198.18.0.1\n", "198.18.0.2\r\n"])) == ["198.18.0.1", "198.18.0.2"]
    assert content(parse_values("CAA", ['0 issue "a.test; b=c"'])) == ['0 issue "a.test; b=c"']
    assert content(parse_values("CAA", ["0 issue @"])) == ['0 issue "@"']
    assert content(parse_values("MX", ["0 ."])) == ["0 ."]


def test_values_have_one_form() -> None:
    assert parse_values("CNAME", ["Hub-NS.mq.test"]) == parse_values("CNAME", ["hub-ns.MQ.test."])
    assert content(parse_values("SRV", ["0 5 9876 hub-ns.mq.test"])) == ["0 5 9876 hub-ns.mq.test."]
    with pytest.raises(InputError, match="one value"):
        parse_values("CNAME", ["a.test", "b.test"])


@pytest.mark.parametrize("text", ['a "quoted" \\ text; with all', "", "\u00fc\n", "x" * 700])
def test_text_is_plain(text: str) -> None:
    (rdata,) = parse_values("TXT", [text])
    assert all(len(part) <= 255 for part in rdata.strings)
    assert content([rdata]) == [text]


def test_the_longest_text() -> None:
    (rdata,) = parse_values("TXT", ["x" * 65279])
    assert len(rdata.to_wire()) == 65535
    with pytest.raises(InputError, match="65535"):
        parse_values("TXT", ["x" * 65280])


def test_reverse_names_from_addresses() -> None:
    assert parse_name("198.18.0.1", "PTR").to_text() == "1.0.18.198.in-addr.arpa."
    assert parse_name("198.18.0.1", "A").to_text() == "198.18.0.1."


@pytest.mark.parametrize("name", ["", "@", "a..b", "x" * 64, ".".join(["x" * 60] * 5)])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(InputError):
        parse_name(name)


@pytest.mark.parametrize("ttl", [0, -1, 2**31])
def test_lives_that_are_none(ttl: int) -> None:
    with pytest.raises(InputError, match="TTL"):
        check_ttl(ttl)


def test_keys_are_checked_before_anything_is_sent() -> None:
    with pytest.raises(InputError, match="hmac-md5 is broken"):
        Key.build("k.", "c2VjcmV0", "hmac-md5")
    assert Key.build("k.", "c2VjcmV0", "hmac-md5", allow_md5=True).secret == b"secret"
    with pytest.raises(InputError, match="not base64") as caught:
        Key.build("k.", "not!base64", "hmac-sha256")
    assert "not!base64" not in str(caught.value)
