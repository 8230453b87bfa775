# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With which list of name servers a broker runs, by what was served, what was fetched, and its configuration."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.address_lists import (
    BrokerList,
    Seen,
    Served,
    body,
    judge,
    name_of,
    not_fetched,
    problem_of_name,
    read,
    text_of,
)

OLD, OWN = "198.18.9.20:9876", "198.18.9.80:9876"
NEW = f"{OLD};{OWN}"
BROKER = {"name": "hub-a", "id": 0, "address": "198.18.9.81:10911"}
PINNED = {"namesrvAddr": OWN}


def inert(text):
    return base64.b64encode(text.encode()).decode()


def printed(*fetches, since="1000.5", before="", now="1100.0"):
    return [
        f"now={now}", "started=10.0", f"list=hub-a-0 {since} {inert(NEW)} {inert(before) or '-'}",
        *(f"fetch={one}" for one in fetches), "end=",
    ]  # fmt: skip


def seen(**more):
    return read(printed("1050.25 200 GET /rocketmq/hub-a-0 V4_4_0", **more))


def test_what_the_server_prints_is_read():
    there = read(
        printed(
            "1050.250 200 GET /rocketmq/hub-a-0 V4_4_0",
            "1060.0 403 GET /rocketmq/hub-a-0 V4_4_0",
            "7.0 404 GET /rocketmq/x V4_4_0",
        )
    )
    assert there == Seen(1100.0, 10.0, {"hub-a-0": Served(NEW, 1000.5)}, {"hub-a-0": 1050.25})
    assert read(printed(since="-", before=OLD)).lists == {"hub-a-0": Served(NEW, None, OLD)}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        printed()[:-1],
        printed()[1:],
        [*printed(), "more"],
        ["now=x", *printed()[1:]],
        ["list=../../etc/passwd - - -", *printed()],
        ["list=hub-a-0 1.0 a -", *printed()],
        ["whatever", *printed()],
    ],
)
def test_what_it_does_not_print_is_refused(lines):
    with pytest.raises(ValueError, match=r"cut|unexpected output"):
        read(lines)


LATE = "it has not fetched its present list yet"
AWAY = "the address server tells nothing (no such container)"


@pytest.mark.parametrize(
    ("config", "there", "found"),
    [
        # It fetches: what is served counts, whatever its configuration names by now.
        ({}, seen(), BrokerList((OLD, OWN), (), True, True)),
        (PINNED, seen(), BrokerList((OLD, OWN), (OWN,), True, True)),
        # Between the rename and its next fetch it has the list before, or this one.
        ({}, seen(since="1060.0", before=OWN), BrokerList((OWN, OLD), (), True, why=LATE)),
        ({}, seen(since="-"), BrokerList((OLD, OWN), (), True, why=LATE)),
        # It fetches nothing: it was started with a list.
        (PINNED, read(printed()), BrokerList((OWN,), (OWN,), False, True)),
        (PINNED, seen(now="1300.0"), BrokerList((OWN,), (OWN,), False, True)),
        (PINNED, "no such container", BrokerList((OWN,), (OWN,), why=AWAY)),
        ({}, "no such container", BrokerList(why=AWAY)),
        ("it timed out", seen(), BrokerList(why="the broker does not answer")),
    ],
)
def test_the_list_of_a_broker(config, there, found):
    assert judge(BROKER, config, there) == found


@pytest.mark.parametrize("text", ["", "<html>", "hub-ns", "a:1;" * 1000, "a:99999"])
def test_what_is_no_list_is_named(text):
    there = Seen(1100.0, 10.0, {"hub-a-0": Served(text, 1000.0)}, {"hub-a-0": 1050.0})
    found = judge(BROKER, PINNED, there)
    assert not found.known and found.why.startswith("what the address server serves for it is no list: ")
    assert len(found.why) < 300


def test_a_broker_without_any_list_is_named():
    found = judge(BROKER, {}, seen(now="1300.0"))
    assert found.nameservers == () and found.fetches is False and not found.known
    assert "fetched one 250 s ago: it was started while the address server was away" in found.why
    assert "fetched one never" in judge(BROKER, {}, read(printed())).why


def test_nothing_is_concluded_from_the_silence_of_a_server_that_has_just_started():
    just = read(["now=100.0", "started=10.0", f"list=hub-a-0 5.0 {inert(NEW)} -", "end="])
    found = judge(BROKER, PINNED, just)
    assert (found.nameservers, found.fetches, found.known) == ((OWN, OLD), None, False)
    assert "has just started" in found.why


def test_a_fetch_counts_only_when_it_began_after_the_rename():
    awaited = {"hub-a-0": NEW}
    assert not_fetched(seen(), awaited) == []
    assert not_fetched(seen(since="1050.25"), awaited) == [
        "hub-a-0 (last seen 50 s ago, and its list is in place since 50 s)"
    ]
    assert "it is not known since when" in not_fetched(seen(since="-"), awaited)[0]
    assert "never seen to fetch one" in not_fetched(read(printed()), awaited)[0]
    assert not_fetched(seen(), {"hub-a-0": OWN}) == [f"hub-a-0 ({NEW} is served, and not {OWN})"]
    assert not_fetched(seen(), {"hub-b-0": OWN}) == [f"hub-b-0 (nothing is served, and not {OWN})"]


@pytest.mark.parametrize(
    "line",
    [
        "1050.25 200 GET /rocketmq/hub-a-0 -",  # no broker: these playbooks, or a person
        "1050.25 200 GET /rocketmq/hub-a-0",
        "1050.25 403 GET /rocketmq/hub-a-0 V4_4_0",
        "1050.25 200 HEAD /rocketmq/hub-a-0 V4_4_0",
        "1050.25 200 GET /rocketmq/../hub-a-0 V4_4_0",
        "nan 200 GET /rocketmq/hub-a-0 V4_4_0",
        "",
    ],
)
def test_what_no_broker_has_fetched_proves_nothing(line):
    assert read(printed(line)).fetched == {}


def test_names_and_texts():
    assert name_of(BROKER) == "hub-a-0"
    assert problem_of_name("hub-a") == ""
    assert "cannot be a part of an address" in problem_of_name("hub a?x=1")
    assert text_of([OLD, OWN]) == f"{OLD};{OWN}"
    for wrong in ([], [""], ["a"], ["<html>:1"], ["a:1", "b:99999"], ["a:1\nb:2"]):
        with pytest.raises(ValueError, match="no list of name servers"):
            text_of(wrong)


def test_the_body_of_an_answer():
    head = ["HTTP/1.1 200 OK\r", "Content-Type: text/plain\r", "\r"]
    assert body([*head, OLD]) == OLD
    assert body(head) == ""
    for lines, why in (([], "nothing came"), (["<html>"], "no answer"), (["HTTP/1.1 403 Forbidden"], "answered 403"),
                       (["HTTP/1.1 200 OK"], "cut")):  # fmt: skip
        with pytest.raises(ValueError, match=why):
            body(lines)
