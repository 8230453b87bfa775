# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was proved comes back as it was kept, and nothing that was not is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerSpec, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import file_values, proofs
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.file_values import ShapeError
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.proofs import (
    Checked,
    Drained,
    Empty,
    Leaving,
    Proofs,
    ProofsError,
    Reading,
    Released,
    parse,
    written_since,
)

WHERE = "/evidence/proofs.json"
A, B, OTHER = "198.18.9.21:10911", "198.18.9.22:10911", "198.18.9.31:10911"
MRO = ClusterSpec(
    "mro",
    ("198.18.9.20:9876",),
    (BrokerSpec("broker-a", 0, A), BrokerSpec("broker-b", 0, B), BrokerSpec("broker-a", 1, "198.18.9.24:10911")),
)
MDM = ClusterSpec("mdm", ("198.18.9.30:9876",), (BrokerSpec("broker-a", 0, OTHER),))
KNOWN = Proofs(
    drained=Drained(
        {A: 5000, B: 6000, OTHER: 7000}, {"mro": ("news",), "mdm": ("news",)}, {"mro": ("of an earlier reopening",)}
    ),
    checked={A: Checked(5000, "/store/commitlog"), OTHER: Checked(0, "")},
    leaving=Leaving(("mdm",), {OTHER: {"orders": 7, "%RETRY%billing": 0}}, ("hub/g/orders",)),
    released={"mro": Released({"mro-ns": "198.18.9.20:9876"}), "mdm": Released({}, True)},
    empty=Empty(proofs.DEPLOY, (BrokerSpec("hub-a", 0, "198.18.9.81:10911"),)),
    processes={"mro-a": {"config_file": "/b.conf", "user": "mq", "uid": 7, "without_file": False, "unknown": "a\tb"}},
)


def offender(topic: str, cluster: str = "mro", count: int = 1) -> dict[str, Any]:
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


def document(**changes: Any) -> str:
    return json.dumps({**json.loads(KNOWN.dump()), **changes})


def told(text: str) -> ProofsError:
    with pytest.raises(ProofsError) as caught:
        parse(text, WHERE)
    assert WHERE in str(caught.value) and "left as it is" in str(caught.value), caught.value
    return caught.value


# The file
@pytest.mark.parametrize("kept", [Proofs(), KNOWN], ids=["nothing", "everything"])
def test_what_was_kept_comes_back(kept: Proofs) -> None:
    assert parse(kept.dump(), WHERE) == kept
    assert json.loads(kept.dump())["kind"] == "mqops.rocketmq.proofs"


def test_each_place_where_it_can_be_cut_off_is_told() -> None:
    text = KNOWN.dump().rstrip()
    for length in range(len(text)):
        error = told(text[:length])
        assert error.kind == "cut" and "Restore it from a copy" in str(error)
    assert "it is empty" in str(told("")) and "line 2, column " in str(told(text[:4]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "without its kind"),
        ("{}", "without its kind"),
        ('"proofs"', "without its kind"),
        ('{"kind": "mqops.rocketmq.plan\\n"}', "of kind 'mqops.rocketmq.plan'"),
        ('{"kind": 7, "version": 1}', "without its kind"),
        # What an earlier version has kept.
        ('{"ends": {}, "broadcast_topics": {}, "missed": {}}', "without its kind"),
        ("[" * 200_000, "cannot be read as JSON"),
        ('{"a":' * 200_000, "cannot be read as JSON"),
        ('{"kind": ' + "9" * 5000 + "}", "cannot be read as JSON"),
    ],
)
def test_something_else_is_told(text: str, said: str) -> None:
    error = told(text)
    assert error.kind == "foreign" and said in str(error) and "find out what" in str(error)
    assert str(error).isprintable() and len(str(error)) < 1000


def test_a_newer_file_is_for_a_newer_collection_whatever_is_in_it() -> None:
    error = told(json.dumps({"kind": proofs.KIND, "version": 2, "all": "new"}))
    assert error.kind == "newer" and "has version 2, and this collection knows version 1" in str(error)
    assert "Restore" not in str(error)


def test_a_huge_file_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MOST_MIB", 1)
    monkeypatch.setattr(json, "loads", None)
    assert told(" " * (1024**2 + 1)).kind == "huge"


LONG = "x" * (file_values.LONGEST_NAME + 1)
WRONG = [
    ({"version": 0}, "version is 0"),
    ({"version": "1"}, "version is '1'"),
    ({"version": True}, "version is True"),
    ({"more": {}}, "has 'more', which this version does not know"),
    ({"drained": []}, "drained is a list, and no mapping"),
    ({"drained": {"ends": {}}}, "drained has no broadcast_topics"),
    ({"drained": {"ends": {A: -1}, "broadcast_topics": {}, "missed": {}}}, f"drained.ends.{A} is -1"),
    ({"drained": {"ends": {A: 1.5}, "broadcast_topics": {}, "missed": {}}}, "is 1.5"),
    ({"drained": {"ends": {A: True}, "broadcast_topics": {}, "missed": {}}}, "is True"),
    ({"drained": {"ends": {A: None}, "broadcast_topics": {}, "missed": {}}}, "is nothing"),
    ({"drained": {"ends": {A: 2**63}, "broadcast_topics": {}, "missed": {}}}, "is 9223372036854775808"),
    ({"drained": {"ends": {A: 10**400}, "broadcast_topics": {}, "missed": {}}}, "is a number of many digits"),
    ({"drained": {"ends": {"": 1}, "broadcast_topics": {}, "missed": {}}}, "a key of drained.ends is empty"),
    ({"drained": {"ends": {"a\nb": 1}, "broadcast_topics": {}, "missed": {}}}, "has control characters"),
    ({"drained": {"ends": {"\udc80": 1}, "broadcast_topics": {}, "missed": {}}}, "has control characters"),
    ({"drained": {"ends": {LONG: 1}, "broadcast_topics": {}, "missed": {}}}, "has 4097 characters"),
    ({"drained": {"ends": {}, "broadcast_topics": {"mro": "news"}, "missed": {}}}, "is 'news', and no list"),
    ({"drained": {"ends": {}, "broadcast_topics": {}, "missed": {"mro": ["a\x1b[2J"]}}}, "has control characters"),
    ({"checked": {A: {"end": "5", "path": "/s"}}}, f"checked.{A}.end is '5'"),
    ({"checked": {A: {"end": 5, "path": "/s\0"}}}, "path is '/s\\x00', which has control characters"),
    ({"leaving": None}, "leaving is nothing"),
    ({"leaving": {"sources": ["mro"], "topic_ends": {A: 5}, "waived": []}}, f"leaving.topic_ends.{A} is 5"),
    ({"released": {"mro": {"hosts": {"mro-ns": 7}, "decommissioned": False}}}, "hosts.mro-ns is 7, and no text"),
    ({"released": {"mro": {"hosts": {}, "decommissioned": 1}}}, "decommissioned is 1, and neither true nor false"),
    ({"empty": {"since": "ever", "brokers": []}}, "empty.since is neither deploy nor undo"),
    ({"empty": {"since": "undo", "brokers": [{"name": "a", "id": -1, "address": "b"}]}}, "empty.brokers[0].id is -1"),
    ({"processes": {"mro-a": {"uid": -1}}}, "processes.mro-a.uid is -1"),
    ({"processes": {"mro-a": {"without_file": "no"}}}, "processes.mro-a.without_file is 'no'"),
    ({"processes": {"mro-a": {"config_file": ["/b.conf"]}}}, "processes.mro-a.config_file is a list"),
]


@pytest.mark.parametrize(("changes", "said"), WRONG, ids=[said for _changes, said in WRONG])
def test_a_wrong_value_is_told_with_its_place(changes: dict[str, Any], said: str) -> None:
    error = told(document(**changes))
    assert error.kind == "wrong" and said in str(error) and "Restore it from a copy" in str(error)
    assert str(error).isprintable() and len(str(error)) < 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(json.loads(KNOWN.dump()), JSON)))
def test_whatever_is_in_it_is_read_or_refused_in_words(changes: dict[str, Any]) -> None:
    try:
        found = parse(document(**changes), WHERE)
    except ProofsError as error:
        assert str(error).isprintable()
    else:
        assert parse(found.dump(), WHERE) == found


# Changes
def test_nothing_is_written_that_could_not_be_read_again() -> None:
    for wrong in (
        KNOWN.with_drained([MRO], {A: -1}, {"mro": []}),
        KNOWN.with_drained([MRO], {A: 1}, {"mro": ["a\nb"]}),
        KNOWN.with_checked({A: Checked(1, "\0")}),
        KNOWN.with_processes({"mro-a": {"uid": "7"}}),
        KNOWN.with_empty("ever", []),
    ):
        with pytest.raises(ShapeError):
            wrong.dump()


def test_a_drain_adds_what_it_has_proved_and_takes_nothing_away() -> None:
    known = KNOWN.with_drained([MRO], {A: 5500, B: 6000, OTHER: 9999}, {"mro": ["alerts", "news"], "mdm": ["more"]})
    # Another source's end is none of this proof.
    assert known.drained.ends == {A: 5500, B: 6000, OTHER: 7000}
    assert known.drained.broadcast_topics == {"mro": ("alerts", "news"), "mdm": ("news",)}
    assert known.drained.missed == KNOWN.drained.missed
    # Who reads by broadcast may have gone meanwhile.
    again = known.with_drained([MRO], {A: 5500}, {"mro": []})
    assert again.drained.broadcast_topics["mro"] == ("alerts", "news")


def test_what_was_written_to_broadcast_topics_is_kept_and_the_proof_is_forgotten() -> None:
    reading = Reading((offender("orders", count=300), offender("news"), offender("news", "mdm")), {})
    known = KNOWN.reopened([MRO], reading)
    assert known.drained.ends == {OTHER: 7000}
    assert known.drained.broadcast_topics == {"mdm": ("news",)}
    first, second = known.drained.missed["mro"]
    assert first == "of an earlier reopening"
    assert second.startswith("news queue 0 on mro/broker-a: 1 messages")
    assert "mdm" not in known.drained.missed
    assert KNOWN.drained.ends[A] == 5000, "what it was given has changed"
    # Reported once, however often it is read.
    closed = known.with_drained([MRO], {A: 5000, B: 6000}, {"mro": ["news"]})
    assert closed.reopened([MRO], reading).drained.missed == known.drained.missed


def test_a_writer_that_is_still_connected_is_named() -> None:
    reading = Reading((offender("news"),), {}, peers=("198.18.9.101:4000", "198.18.9.102:4000"))
    assert "connected now: 198.18.9.101:4000" in KNOWN.reopened([MRO], reading).drained.missed["mro"][1]


def test_nothing_is_missed_where_nothing_was_written_to_a_broadcast_topic() -> None:
    known = KNOWN.reported(["mro"]).reopened([MRO, MDM], Reading((offender("orders"),), {}))
    assert known.drained == Drained()


def test_what_was_not_read_may_have_been_a_broadcast() -> None:
    unreported = KNOWN.reported(["mro"])
    (line,) = unreported.reopened([MRO], Reading((), {"mro/broker-b": "more than 4 records"})).drained.missed["mro"]
    assert "news on mro/broker-b" in line and "more than 4 records" in line
    # A reading that has failed before it began.
    lines = unreported.reopened([MRO], Reading(unread=None, failure="no\x1bsuch\nhost")).drained.missed["mro"]
    assert len(lines) == 2
    # What a machine has said is no control character of this terminal.
    assert all("no\\x1bsuch host" in one for one in lines)


@pytest.mark.parametrize("drained", [Drained(broadcast_topics={"mro": ("news",)}), Drained(ends={A: 1})])
def test_where_nothing_was_to_be_missed_a_failed_reading_does_not_matter(drained: Drained) -> None:
    assert Proofs(drained=drained).reopened([MRO], Reading(unread=None)).drained == Drained()


def test_a_closed_source_without_a_record_may_have_missed_anything() -> None:
    known = Proofs(drained=Drained({A: 5000}, {}, {"mdm": ("before",)})).unrecorded([MRO, MDM], WHERE)
    before, line = known.drained.missed["mdm"]
    assert before == "before" and line.startswith(f"perhaps any such topic of mdm: {WHERE} does not say where")
    assert "mro" not in known.drained.missed, "the end of one of its masters is known"


def test_what_was_told_is_told_no_more() -> None:
    known = KNOWN.with_missed({"mdm": ["a", "a"], "mro": []})
    assert known.drained.missed == {"mro": ("of an earlier reopening",), "mdm": ("a",)}
    assert known.reported(["mro", "somebody"]).drained.missed == {"mdm": ("a",)}


def test_a_check_ends_where_a_broker_starts() -> None:
    known = KNOWN.with_checked({B: Checked(6000, "/b")}).without_checked_of([A, "198.18.9.24:10911"])
    assert known.checked == {B: Checked(6000, "/b"), OTHER: Checked(0, "")}


def test_machines_that_were_let_go_stay_so_until_their_source_is_started() -> None:
    hosts = {"mro": {"mro-a": A}, "mdm": {"mdm-a": OTHER}}
    known = KNOWN.with_released(hosts, False)
    assert known.released == {"mro": Released({"mro-a": A}), "mdm": Released({"mdm-a": OTHER}, True)}
    assert known.with_released({"mro": {"mro-a": A}}, True).released["mro"].decommissioned
    assert set(known.forget_released(["mdm"]).released) == {"mro"}


def test_the_target_is_empty_until_it_is_opened() -> None:
    assert KNOWN.without_empty().empty is None
    assert KNOWN.with_empty(proofs.UNDO, MRO.brokers).empty == Empty("undo", MRO.brokers)


def test_masters_that_have_left_keep_what_was_proved_of_them() -> None:
    ends = {A: {"orders": 3}}
    again = KNOWN.with_leaving(["mdm"], ends, ["hub/g/orders", "hub/g/new\nline"])
    assert again.leaving.topic_ends == {OTHER: {"orders": 7, "%RETRY%billing": 0}, **ends}
    assert again.leaving.waived == ("hub/g/orders", "hub/g/new line")
    # Of other sources nothing is proved by it.
    assert KNOWN.with_leaving(["mro"], ends, []).leaving == Leaving(("mro",), ends, ())
    assert KNOWN.leaving_of(["mro"]) == Leaving()
    assert KNOWN.without_leaving_of(["mro"]) == KNOWN and KNOWN.without_leaving_of(["mdm"]).leaving == Leaving()


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
    assert KNOWN.sent_since(["mdm", "mro"], {}) == [
        f"perhaps {topic} on {OTHER}, which could not be read again" for topic in ("%RETRY%billing", "orders")
    ]
    assert KNOWN.sent_since(["mro"], {}) == []
