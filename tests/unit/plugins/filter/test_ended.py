# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about brokers that have ended, or should have."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.ended import (
    by_engine,
    census_lines,
    checked_hosts,
    halted,
    process_pattern,
    stop_method,
    store_end,
    strangers,
)

MRO = {
    "name": "mro",
    "brokers": [{"name": "broker-a", "id": 0, "address": "198.18.9.21:10911"}],
    "hosts": {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": ["mro-a-slave"]},
}
HUB = {"name": "hub", "brokers": [{"name": "hub-a", "id": 0, "address": "198.18.9.81:10911"}]}
ESTATE = {"sources": [MRO], "target": HUB}


def listing(**brokers: dict[str, str]) -> list[dict[str, Any]]:
    info = {"brokers": {name.replace("_", "-"): {"addresses": addresses} for name, addresses in brokers.items()}}
    hub = {"name": "hub", "nameservers": {"198.18.9.80:9876": {"cluster_info": info}}}
    return [{"name": "mro", "nameservers": {}}, hub]


def test_a_source_broker_at_the_targets_name_server_is_named() -> None:
    assert strangers(ESTATE, listing(hub_a={"0": "198.18.9.81:10911"})) == []
    found = strangers(ESTATE, listing(hub_a={"0": "198.18.9.81:10911"}, broker_a={"0": "198.18.9.21:10911"}))
    assert found == ["broker-a of mro (id 0, 198.18.9.21:10911) at 198.18.9.80:9876"]
    # What rocketmq_broker_listing announces is the target's own.
    assert strangers(ESTATE, listing(**{"hub-a-returning": {"0": "198.18.9.81:10911"}})) == []
    assert strangers(ESTATE, listing(**{"hub-a-returning": {"0": "198.18.9.99:10911"}})) != []
    # The target's name with another address is somebody else too.
    assert strangers(ESTATE, listing(hub_a={"0": "198.18.9.99:10911"})) != []


def test_a_name_server_that_does_not_answer_lists_nobody() -> None:
    clusters = [{"name": "hub", "nameservers": {"n": {"cluster_info": {"unknown": "timed out"}}}}]
    assert strangers(ESTATE, clusters) == []
    with pytest.raises(AnsibleFilterError):
        strangers(ESTATE, [])


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ([], []),
        (["mro-a"], ["mro"]),
        (["mro-a", "mro-a-slave"], ["mro"]),
        (["mro-a", "mro-a-slave", "mro-ns"], []),
        (["mro-ns"], []),
    ],
)
def test_halted_whatever_dns_says(ended: list[str], expected: list[str]) -> None:
    standings = {"mro": {"stage": "unknown", "ended": ended}}
    assert [source["name"] for source in halted(ESTATE, standings)] == expected


def test_how_a_process_is_ended() -> None:
    assert stop_method({}) == "command"
    assert stop_method({"rocketmq_container": "c"}) == "docker"
    assert stop_method({"rocketmq_container": "c", "rocketmq_method": "command"}) == "command"
    assert stop_method({"rocketmq_method": "systemd", "rocketmq_unit": "mq"}) == "systemd"
    for wrong in ({"rocketmq_method": "kill"}, {"rocketmq_method": "systemd"}):
        with pytest.raises(AnsibleFilterError):
            stop_method(wrong)


def test_what_a_process_is_found_by() -> None:
    assert process_pattern({"rocketmq_role": "slave"}, "b", "n") == "b"
    assert process_pattern({"rocketmq_role": "nameserver"}, "b", "n") == "n"
    assert process_pattern({"rocketmq_role": "master", "rocketmq_process_pattern": "[b]-a"}, "b", "n") == "[b]-a"


def test_those_of_the_engine_alone() -> None:
    hosts = {"a": {"rocketmq_role": "master", "rocketmq_container": "c"}, "b": {"rocketmq_role": "master"}, "local": {}}
    assert by_engine(hosts) == ["a"]


def test_hosts_that_were_checked() -> None:
    hosts = {"mro-a": {"rocketmq_address": "198.18.9.21"}, "x": {"rocketmq_address": "198.18.9.22"}, "localhost": {}}
    assert checked_hosts(hosts, ["198.18.9.21:10911"]) == ["mro-a"]


def test_who_is_left_in_words() -> None:
    socket = {"host": "mro-ns", "process": "java", "client_ids": []}
    held = {"role": "consumer", "group": "g", "cluster": "mro", "language": "JAVA"}
    clients = [
        {"address": "198.18.9.8", "expected": "console", "client_ids": [], "holds": [], "sockets": [socket]},
        {"address": "198.18.9.101", "expected": None, "client_ids": ["a@1"], "holds": [held], "sockets": [socket] * 2},
    ]
    assert census_lines(clients, {"mro-ns": {"rocketmq_role": "nameserver"}}) == [
        "198.18.9.101 [UNEXPECTED] holds nameserver mro-ns (2 connections); clients a@1 (JAVA); consumer of g at mro; "
        "served by java",
        "198.18.9.8 [console] holds nameserver mro-ns (1 connections); served by java",
    ]


@pytest.mark.parametrize(
    ("told", "readable", "words"),
    [
        ({"status": "answered", "ok": True, "lines": ["kilobytes=4", "file=0 from=9 more=0", "end"]}, True, None),
        ({"status": "answered", "ok": True, "lines": ["kilobytes=4", "file=0 from=9 more=1", "bytes=AQ==", "end"]},
         True, "written after the last check"),
        ({"status": "answered", "ok": True, "lines": ["welcome", "kilobytes=4", "end"]}, False, "unexpected output"),
        ({"status": "answered", "ok": False, "rc": 3, "lines": [], "said": "exit status 3: cd"}, False, "status 3: cd"),
        ({"status": "unreachable", "ok": False, "rc": None, "lines": [], "said": "No route", "tried": "ssh vm"},
         False, "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route)"),
        ({"status": "garbled", "ok": False, "rc": 1, "lines": [], "said": "no answer came back"}, False, "no answer"),
        ("", False, "nothing was printed"),
    ],
)  # fmt: skip
def test_a_store_that_was_not_read_is_no_message(told, readable, words) -> None:
    """The one stops the run, the other takes the stop of the brokers back."""
    verdict = store_end(told, 9, "mro-a")
    assert (verdict["ok"], verdict["readable"]) == (words is None, readable)
    assert words is None or words in verdict["why"]
