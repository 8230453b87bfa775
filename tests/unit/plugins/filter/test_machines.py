# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What machines are asked, and what their answers are worth, in the form that the role registers."""

from __future__ import annotations

import subprocess

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.machines import CALL, FilterModule

filters = FilterModule().filters()
HOSTS = {
    "mro-ns": {"rocketmq_role": "nameserver", "ansible_host": "198.18.9.20", "ansible_user": "ops"},
    "mro-a": {"rocketmq_role": "master", "rocketmq_method": "command", "rocketmq_port": 10921},
    "mro-s": {"rocketmq_role": "slave", "rocketmq_container": "slave", "ansible_connection": "community.docker.docker"},
}
MRO = {
    "name": "mro",
    "nameservers": ["198.18.9.20:9876"],
    "brokers": [
        {"name": "broker-a", "id": 0, "address": "198.18.9.21:10911"},
        {"name": "broker-a", "id": 1, "address": "198.18.9.22:10911"},
    ],
    "hosts": {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": ["mro-s"]},
}


def answer(lines=(), status="answered", rc=0, said=""):
    ok = status == "answered" and rc == 0
    return {"status": status, "rc": rc, "ok": ok, "lines": list(lines), "said": said, "tried": "ssh vm"}


LOST = answer(status="unreachable", rc=None, said="No route to host")


def test_each_call_has_a_mark_of_its_own():
    calls = filters["machine_calls"](["mro-a", "mro-a"])
    assert [call["host"] for call in calls] == ["mro-a", "mro-a"]
    assert calls[0]["mark"] != calls[1]["mark"]


def test_what_a_loop_has_registered_is_read_with_the_marks_of_its_calls():
    results = []
    for call in filters["machine_calls"](["mro-ns", "mro-s"]):
        text = filters["machine_frame"]({"sockets": f"echo {call['host']}"}, call["mark"], 5)
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True, timeout=20)
        results.append({CALL: call, "rc": 0, "stdout": done.stdout})
    said = {"results": results}
    found = filters["machine_answers"](said, ["mro-ns", "mro-s"], "sockets", HOSTS)
    assert {host: one["lines"] for host, one in found.items()} == {"mro-ns": ["mro-ns"], "mro-s": ["mro-s"]}
    assert [one["tried"] for one in found.values()] == ["ssh ops@198.18.9.20", "docker "]
    # The mark of the one is none of the other's.
    results[0][CALL], results[1][CALL] = results[1][CALL], results[0][CALL]
    assert {one["status"] for one in filters["machine_answers"](said, ["mro-ns"], "sockets").values()} == {"garbled"}
    assert filters["machine_answers"]({"skipped": True}, []) == {}
    looked = filters["machines_looked"]([said, {}], HOSTS, ["sockets", "process"])
    assert [(name, one["status"]) for name, one in looked["mro-s"].items()] == [
        ("sockets", "garbled"), ("process", "garbled"),
    ]  # fmt: skip


def test_commands_follow_the_host_s_variables():
    def command(host, kind, **more):
        return filters["machine_command"]({**HOSTS[host], **more}, kind, "[B]roker", "[N]ames", 150)

    assert command("mro-ns", "process") == "pgrep -f '[N]ames' >/dev/null"
    assert command("mro-a", "process", rocketmq_process_pattern="it's") == """pgrep -f 'it'"'"'s' >/dev/null"""
    assert command("mro-ns", "own_sockets").endswith("'( sport = :9876 )'")
    assert command("mro-a", "own_sockets").endswith("'( sport = :10921 or sport = :10919 )'")
    assert "pkill -TERM -f '[B]roker'" in command("mro-a", "stop")
    assert "systemctl stop --no-block 'a b'" in command("mro-a", "stop", rocketmq_method="systemd", rocketmq_unit="a b")
    assert command("mro-s", "method") == "true"
    ending = {"rocketmq_stop_command": "sv stop broker"}
    assert "( sv stop broker\n)" in command("mro-a", "stop", **ending)
    assert "pkill" not in command("mro-a", "stop", **ending) + command("mro-a", "method", **ending)
    assert "systemctl stop" in command("mro-a", "stop", rocketmq_method="systemd", rocketmq_unit="mq", **ending)
    starting = {"rocketmq_start_command": "sv start broker"}
    assert " su " not in command("mro-a", "start", **starting)
    assert " su -s /bin/sh -c " in command("mro-a", "start", rocketmq_user="mq", **starting)
    with pytest.raises(AnsibleFilterError, match="rocketmq_user is no name of a user"):
        command("mro-a", "start", rocketmq_user="m q", **starting)
    assert list(filters["machine_commands"]({}, ["facts", "sockets"], facts="true")) == ["facts", "sockets"]
    with pytest.raises(AnsibleFilterError, match="none of"):
        command("mro-a", "reboot")


def test_a_process_that_cannot_be_ended_is_told_with_what_came_back():
    looked = {
        "mro-ns": {"method": answer()},
        "mro-a": {"method": answer(rc=1, said="exit status 1: this user may not signal the process")},
        "mro-s": {"method": LOST},
    }
    unable = filters["machines_unable"]
    assert unable(looked, ["mro-ns", "mro-s"], HOSTS, []) == []
    assert unable(looked, ["mro-a"], HOSTS, []) == [
        "mro-a by command: exit status 1: this user may not signal the process"
    ]
    assert unable({"mro-a": {"method": LOST}}, ["mro-a", "mro-ns"], HOSTS, []) == [
        "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route to host)",
        "MACHINE_UNKNOWN mro-ns (answer it was not asked)",
    ]


def test_a_process_that_would_be_started_again_is_told_with_its_reason():
    shown = ["shell\t", "process\t9\t\t\t", "parent\t7\trunsv\trunsv\tbroker"]
    looked = {"mro-a": {"method": answer([*shown, "end"])}}
    (line,) = filters["machines_unable"](looked, ["mro-a"], HOSTS, [])
    assert line.startswith("PROCESS_SUPERVISED mro-a (seen process 9 is started again by runsv (process 7): set ")
    (line,) = filters["machines_unable"]({"mro-a": {"method": answer(shown)}}, ["mro-a"], HOSTS, [])
    assert line.startswith("mro-a by command: its answer cannot be read: ")


def test_a_process_that_its_pattern_does_not_find_is_not_taken_for_ended():
    looked = {"mro-a": {"method": answer(), "process": answer(rc=1)}}
    (line,) = filters["machines_unable"](looked, ["mro-a"], HOSTS, [])
    assert line.startswith("mro-a by command: it answers RocketMQ's protocol, but no process there fits its pattern")
    assert filters["machines_unable"](looked, ["mro-a"], HOSTS, ["mro-a"]) == []


def test_an_error_before_the_connection_is_no_answer_of_anybody():
    """Before ansible-core 2.19 such an error ends the loop over the machines, and leaves no results."""
    said = {"failed": True, "msg": "the look-up of ansible_become_password failed"}
    answers = filters["machine_answers"](said, ["mro-a"], "own_sockets", HOSTS)
    assert answers["mro-a"]["status"] == "garbled" and not answers["mro-a"]["ok"]
    assert filters["sockets_unread"](answers) == [
        "MACHINE_UNKNOWN mro-a (tried the inventory's connection,"
        " answer it was not asked: the look-up of ansible_become_password failed)"
    ]
    looked = filters["machines_looked"]([said], HOSTS, ["process"], ["mro-a", "mro-ns"])
    assert {host: one["process"]["status"] for host, one in looked.items()} == {"mro-a": "garbled", "mro-ns": "garbled"}


def test_a_counter_that_is_no_number_is_no_silence():
    mute = filters["machines_mute"]
    good = {"mro-a": {"resets": answer(["12"]), "memory": answer(["2048\r"])}}
    assert mute(["mro-a"], good, ["resets", "memory"]) == []
    for one in (answer(), answer(["none"]), answer(["12"], rc=2, said="exit status 2"), LOST, None):
        looked = {"mro-a": {"resets": one} if one else {}}
        assert len(mute(["mro-a"], looked, ["resets", "memory"])) == 1
    looked = {"a": {"process": answer(rc=1)}, "b": {"process": answer(rc=3, said="?")}}
    assert mute(["a", "b"], looked, ["process"]) == ["MACHINE_UNKNOWN b (tried ssh vm, answer ?)"]


def test_sockets_of_others_and_odd_lines_are_no_proof():
    unread, seen = filters["sockets_unread"], filters["sockets_seen"]
    header = "Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
    line = "0 0 198.18.9.20:9876 [::ffff:198.18.9.101]:4000 users:((\"java\",pid=7,fd=1))"
    assert unread({"mro-ns": answer([header])}) == seen({"mro-ns": answer([header])}) == []
    assert seen({"mro-ns": answer([header, line])}) == ["198.18.9.20:9876 from 198.18.9.101:4000"]
    assert unread({"mro-ns": answer([header, "Cannot open netlink socket: \x1b[2J"])}) == [
        "mro-ns: 1 lines are none of ss, such as Cannot open netlink socket: \\x1b[2J"
    ]
    assert unread({"mro-ns": LOST}) == ["MACHINE_UNREACHABLE mro-ns (tried ssh vm, answer No route to host)"]
    assert unread({"mro-ns": answer(rc=255, said="exit status 255: usage")}) == ["mro-ns: ss: exit status 255: usage"]


def test_peers_are_those_of_the_processes_own_ports():
    lines = [f"0 0 198.18.9.21:{port} 198.18.9.101:{4000 + port}" for port in (22, 10909, 10911, 10912)]
    looked = {"mro-a": {"sockets": answer(lines)}, "mro-s": {"sockets": LOST}}
    ns, master, slave = filters["machine_peers"]([MRO], looked)
    assert master == {
        "source": "mro", "host": "mro-a", "error": "",
        "lines": ["0 0 198.18.9.21:10909 198.18.9.101:14909", "0 0 198.18.9.21:10911 198.18.9.101:14911"],
    }  # fmt: skip
    assert (ns["lines"], slave["lines"]) == ([], [])
    assert "not asked" in ns["error"] and "No route to host" in slave["error"]


def test_who_was_not_asked_is_asked_unless_it_cannot_be_reached():
    looked = {"a": {"process": answer()}, "b": {"sockets": answer()}, "c": {"process": LOST}}
    assert filters["machines_without"](["a", "b", "c", "d"], looked, "sockets") == ["a", "d"]
    assert filters["machines_unreachable"](looked) == ["MACHINE_UNREACHABLE c (tried ssh vm, answer No route to host)"]
    assert filters["machines_unreachable"](looked, ["a", "d"]) == []
