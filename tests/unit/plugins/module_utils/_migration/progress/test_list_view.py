# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of name servers: what the container of the address server printed, and what was not."""

from __future__ import annotations

import base64

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.list_view import list_view
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.list_view import view

BROKERS = [{"name": "hub-a", "id": 0, "address": "198.18.9.81:10911"}]
TEXT = "198.18.9.20:9876;198.18.9.80:9876"


def printed(*fetches):
    lines = ["now=1100.0", "started=10.0", f"list=hub-a-0 1000.0 {base64.b64encode(TEXT.encode()).decode()} -"]
    output = "\n".join([*lines, *(f"fetch={one} 200 GET /rocketmq/hub-a-0 V4_4_0" for one in fetches), "end="])
    return {"status": 0, "container": {"Output": output + "\n"}}


def snapshot(**config):
    return {"brokers": {"198.18.9.81:10911": {"config": config}}}


def test_the_list_of_each_broker():
    found = view(printed(1050.0), brokers=BROKERS, snapshot=snapshot(brokerPermission="6"))["lists"]
    assert found == {
        "198.18.9.81:10911": {
            "broker": "hub-a-0", "nameservers": TEXT.split(";"), "pin": [], "fetches": True, "known": True, "why": "",
        }
    }  # fmt: skip
    silent = {"brokers": {"198.18.9.81:10911": {"config": {"unknown": "x"}}}}
    unknown = view(printed(), brokers=BROKERS, snapshot=silent)["lists"]
    assert unknown["198.18.9.81:10911"]["why"] == "the broker does not answer"


@pytest.mark.parametrize(
    ("read", "why"),
    [
        ({}, "it was not asked"),
        ({"status": 1, "msg": "its container hub-ns-addresses is exited"}, "its container hub-ns-addresses is exited"),
        ({"status": 2, "container": {"Output": "sh: no\n"}}, "sh: no"),
        ({"status": 0, "container": {"Output": "now=1.0\n"}}, "the answer is cut"),
    ],
)
def test_what_the_server_does_not_tell_is_said(read, why):
    config = snapshot(brokerPermission="6", namesrvAddr="a:1")
    found = view(read, brokers=BROKERS, snapshot=config, awaited={"hub-a-0": TEXT})
    assert found["lists"]["198.18.9.81:10911"]["why"] == f"the address server tells nothing ({why})"
    assert found["not_fetched"] == [f"hub-a-0 (the address server tells nothing: {why})"]
    assert found["served"] == {}
    # What is measured by it would be wrong.
    assert "now" not in found and why in found["why"]


def test_what_is_served_and_awaited():
    assert view({}, brokers=BROKERS, nameservers=TEXT.split(";"))["wanted"] == {"hub-a-0": TEXT}
    with pytest.raises(AnsibleFilterError, match="no list of name servers"):
        list_view({}, brokers=BROKERS, nameservers=["<html>"])
    assert view(printed())["served"] == {"hub-a-0": TEXT}
    assert view(printed())["now"] == 1100.0
    assert view(printed(1050.0), awaited={"hub-a-0": TEXT})["not_fetched"] == []
    # After a restart an earlier fetch proves nothing.
    assert len(view(printed(1050.0), awaited={"hub-a-0": TEXT}, since=1060.0)["not_fetched"]) == 1


def test_who_was_started_with_another_list():
    def row(pin, fetches=False, why=""):
        return {"broker": "hub-a-0", "pin": pin, "fetches": fetches, "why": why}

    def differing(rows, nameservers):
        return view({}, lists=dict(enumerate(rows)), nameservers=nameservers)["differing"]

    assert differing([row(["b:1", "a:1"])], ["a:1", "b:1"]) == []
    assert differing([row(["c:1", "d:1"])], ["a:1"]) == ["hub-a-0 (c:1, d:1)"]
    # Without one of its own it takes over what is served, unless it fetches none.
    assert differing([row(["c:1"], True), row([], True), row([], None)], ["a:1"]) == []
    assert differing([row([], why="it never fetched one")], ["a:1"]) == ["hub-a-0 (it never fetched one)"]


def test_what_a_machine_gets_instead_of_its_list():
    def answer(*lines, ok=True, said=""):
        return {"hub-a": {"fetch": {"ok": ok, "said": said, "lines": list(lines)}}}

    def astray(looked):
        return view({}, looked=looked, nameservers=TEXT.split(";"))["astray"]

    head = ("HTTP/1.1 200 OK", "Content-Length: 9", "")
    assert astray(answer(*head, TEXT)) == []
    assert astray(answer(*head, "198.18.9.99:9876")) == [f"hub-a: it got 198.18.9.99:9876, not {TEXT}"]
    for given, why in (
        (answer(*head), "it got , not"),
        (answer("HTTP/1.1 403 Forbidden", ""), "it answered 403"),
        (answer(ok=False, said="exit status 1"), "exit status 1"),
        (answer(*head, "x" * 20000), "it got xxx"),
    ):
        (line,) = astray(given)
        assert line.startswith(f"hub-a: {why}") and len(line) < 500


@pytest.mark.parametrize("nameservers", [[], [""]])
def test_what_makes_no_list_is_not_served(nameservers):
    with pytest.raises(ValueError):
        view({}, brokers=BROKERS, nameservers=nameservers)


def test_which_brokers_run_with_which_name_servers():
    brokers = [{"name": "hub-a", "id": 0, "address": "a"}, {"name": "hub-b", "id": 0, "address": "b"},
               {"name": "hub-a", "id": 1, "address": "s"}]  # fmt: skip
    lists = {
        name: {"broker": name, "nameservers": servers, "pin": pin, "fetches": True, "why": ""}
        for name, servers, pin in (("a", ["1", "2"], []), ("b", ["2"], ["2"]), ("s", ["3"], []))
    }
    found = view({}, brokers=brokers, lists=lists)
    assert found["registers"] == ["1", "2", "3"]
    assert list(found["pinned"]) == ["b"]
    of = {"brokers": brokers, "lists": lists}
    assert [broker["address"] for broker in view({}, **of, nameservers=["198.18.9.1:1"])["tied"]] == []


def test_which_name_servers_brokers_have_in_common():
    brokers = [{"name": "hub-a", "id": 0, "address": "a"}, {"name": "hub-b", "id": 0, "address": "b"},
               {"name": "hub-a", "id": 1, "address": "s"}]  # fmt: skip
    first, second, third = "198.18.9.1:1", "198.18.9.2:1", "198.18.9.3:1"
    lists = {
        name: {"broker": name, "nameservers": servers, "pin": [], "fetches": True, "why": ""}
        for name, servers in (("a", [first, second]), ("b", [second]), ("s", [third]))
    }
    found = view({}, brokers=brokers, lists=lists, nameservers=[first, second])
    assert [broker["address"] for broker in found["tied"]] == ["a", "b"]
    assert found["common"] == [second]
    sources = [{"name": "mro", "nameservers": [first]}, {"name": "mdm", "nameservers": [third]}]
    assert view({}, nameservers=[first, second], sources=sources)["joined"] == ["mro"]


def test_a_broker_whose_list_was_not_read_has_left_no_name_server():
    """Taken for one that is tied to none, it would be left out of the proofs before the target leaves a source."""
    brokers = [{"name": "hub-a", "id": 0, "address": "a"}]
    with pytest.raises(ValueError, match="hub-a at a was not read"):
        view({}, brokers=brokers, lists={}, nameservers=["198.18.9.1:1"])


def test_who_was_started_with_a_list_of_its_own_fetches_none():
    lists = {"198.18.9.81:10911": {"broker": "hub-a-0", "nameservers": [], "pin": [], "fetches": False, "why": ""}}
    of = {"brokers": BROKERS, "nameservers": TEXT.split(";")}
    assert view({}, **of, lists=lists)["to_fetch"] == {}
    lists["198.18.9.81:10911"]["fetches"] = None
    assert view({}, **of, lists=lists)["to_fetch"] == {"hub-a-0": TEXT}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "hub-a-0: runs with a:1, b:1, which it fetches; would fetch them when it starts"),
        (
            {"fetches": False, "pin": ["a:1"]},
            "hub-a-0: runs with a:1, b:1, which it was started with; would start with a:1",
        ),
        (
            {"nameservers": [], "why": "it is silent"},
            "hub-a-0: has no name server (it is silent); would fetch them when it starts",
        ),
    ],
)
def test_a_list_is_said_in_a_line(more, said):
    one = {"broker": "hub-a-0", "nameservers": ["a:1", "b:1"], "pin": [], "fetches": True, "why": "", **more}
    assert view({}, lists={"x": one})["said"] == [said]
