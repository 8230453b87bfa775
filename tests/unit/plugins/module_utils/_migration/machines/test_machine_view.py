# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What machines are asked, and what their answers are worth, in the form that the role registers."""

from __future__ import annotations

import subprocess

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import framed
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.machine_view import CALL, view

ESTATE = {"machines": {
    "mro-ns": {"role": "nameserver", "method": "command"},
    "mro-a": {"role": "master", "method": "command"},
    "mro-s": {"role": "slave", "method": "docker"},
}}  # fmt: skip
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


def test_what_a_loop_has_registered_is_read_with_the_marks_of_its_calls():
    results = []
    for host in ("mro-ns", "mro-s"):
        text = framed({"sockets": f"echo {host}"}, f"mark-{host}", 5)
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True, timeout=20)
        results.append({CALL: host, "mark": f"mark-{host}", "tried": f"ssh {host}", "rc": 0, "stdout": done.stdout})
    said = {"results": results}
    found = view(ESTATE, {}, registered=[said], hosts=["mro-ns", "mro-s"], questions=["sockets"]).looked
    assert {host: one["sockets"]["lines"] for host, one in found.items()} == {"mro-ns": ["mro-ns"], "mro-s": ["mro-s"]}
    assert [one["sockets"]["tried"] for one in found.values()] == ["ssh mro-ns", "ssh mro-s"]
    # The mark of the one is none of the other's; a call that did not come back has none.
    results[0]["mark"] = results[1].pop("mark")
    found = view(ESTATE, {}, registered=[said], questions=["sockets"]).looked
    assert {one["sockets"]["status"] for one in found.values()} == {"garbled"}
    assert view(ESTATE, {}, registered=[{"skipped": True}], hosts=[]).looked == {}
    looked = view(ESTATE, {}, registered=[said, {}], questions=["sockets", "process"]).looked
    assert [(name, one["status"]) for name, one in looked["mro-s"].items()] == [
        ("sockets", "garbled"), ("process", "garbled"),
    ]  # fmt: skip


def test_answers_come_to_those_that_are_known():
    known = {"mro-a": {"process": answer(rc=1)}}
    said = {"results": [{CALL: "mro-a", "unreachable": True, "msg": "No route to host", "tried": "ssh vm"}]}
    found = view(ESTATE, known, registered=[said], questions=["sockets"])
    assert (found.looked["mro-a"]["process"]["rc"], found.looked["mro-a"]["sockets"]["status"]) == (1, "unreachable")
    assert found.unreachable == {"mro-a": "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route to host)"}
    assert "sockets" not in known["mro-a"]


def test_a_process_that_cannot_be_ended_is_told_with_what_came_back():
    looked = {
        "mro-ns": {"method": answer()},
        "mro-a": {"method": answer(rc=1, said="exit status 1: this user may not signal the process")},
        "mro-s": {"method": LOST},
    }

    def unable(looked, hosts, ended=()):
        return view(ESTATE, looked, hosts=hosts, ended=ended).unable

    assert unable(looked, ["mro-ns", "mro-s"]) == []
    assert unable(looked, ["mro-a"]) == ["mro-a by command: exit status 1: this user may not signal the process"]
    assert unable({"mro-a": {"method": LOST}}, ["mro-a", "mro-ns"]) == [
        "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route to host)",
        "MACHINE_UNKNOWN mro-ns (answer it was not asked)",
    ]


def test_a_process_that_would_be_started_again_is_told_with_its_reason():
    shown = ["shell\t", "process\t9\t\t\t", "parent\t7\trunsv\trunsv\tbroker"]
    looked = {"mro-a": {"method": answer([*shown, "end"])}}
    (line,) = view(ESTATE, looked, hosts=["mro-a"]).unable
    assert line.startswith("PROCESS_SUPERVISED mro-a (seen process 9 is started again by runsv (process 7): set ")
    (line,) = view(ESTATE, {"mro-a": {"method": answer(shown)}}, hosts=["mro-a"]).unable
    assert line.startswith("mro-a by command: its answer cannot be read: ")


def test_a_process_that_its_pattern_does_not_find_is_not_taken_for_ended():
    looked = {"mro-a": {"method": answer(), "process": answer(rc=1)}}
    (line,) = view(ESTATE, looked, hosts=["mro-a"]).unable
    assert line.startswith("mro-a by command: it answers RocketMQ's protocol, but no process there fits its pattern")
    assert view(ESTATE, looked, hosts=["mro-a"], ended=["mro-a"]).unable == []


def test_an_error_before_the_connection_is_no_answer_of_anybody():
    """Before ansible-core 2.19 such an error ends the loop over the machines, and leaves no results."""
    said = {"failed": True, "msg": "the look-up of ansible_become_password failed"}
    found = view(ESTATE, {}, registered=[said], hosts=["mro-a"], questions=["own_sockets"])
    answers = found.looked["mro-a"]
    assert answers["own_sockets"]["status"] == "garbled" and not answers["own_sockets"]["ok"]
    assert found.unread == [
        "MACHINE_UNKNOWN mro-a (tried the inventory's connection,"
        " answer it was not asked: the look-up of ansible_become_password failed)"
    ]
    looked = view(ESTATE, {}, registered=[said], hosts=["mro-a", "mro-ns"], questions=["process"]).looked
    assert {host: one["process"]["status"] for host, one in looked.items()} == {"mro-a": "garbled", "mro-ns": "garbled"}


def test_a_counter_that_is_no_number_is_no_silence():
    def mute(hosts, looked, questions):
        return view({}, looked, hosts=hosts, questions=questions).mute

    good = {"mro-a": {"resets": answer(["12"]), "memory": answer(["2048\r"])}}
    assert mute(["mro-a"], good, ["resets", "memory"]) == []
    for one in (answer(), answer(["none"]), answer(["12"], rc=2, said="exit status 2"), LOST, None):
        looked = {"mro-a": {"resets": one} if one else {}}
        assert len(mute(["mro-a"], looked, ["resets", "memory"])) == 1
    looked = {"a": {"process": answer(rc=1)}, "b": {"process": answer(rc=3, said="?")}}
    assert mute(["a", "b"], looked, ["process"]) == ["MACHINE_UNKNOWN b (tried ssh vm, answer ?)"]


def test_sockets_of_others_and_odd_lines_are_no_proof():
    def shown(answers):
        looked = {host: {"own_sockets": one} for host, one in answers.items()}
        return view({}, looked, hosts=list(answers), questions=["own_sockets"])

    def unread(answers):
        return shown(answers).unread

    def seen(answers):
        return shown(answers).seen

    header = "Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
    line = '0 0 198.18.9.20:9876 [::ffff:198.18.9.101]:4000 users:(("java",pid=7,fd=1))'
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
    ns, master, slave = view({}, looked, sources=[MRO]).peers
    assert master == {
        "source": "mro", "host": "mro-a", "error": "",
        "lines": ["0 0 198.18.9.21:10909 198.18.9.101:14909", "0 0 198.18.9.21:10911 198.18.9.101:14911"],
    }  # fmt: skip
    assert (ns["lines"], slave["lines"]) == ([], [])
    assert "not asked" in ns["error"] and "No route to host" in slave["error"]


def test_who_was_not_asked_is_asked_unless_it_cannot_be_reached():
    looked = {"a": {"process": answer()}, "b": {"sockets": answer()}, "c": {"process": LOST}}
    found = view({}, looked, hosts=["a", "b", "c", "d"], questions=["sockets"])
    assert found.without == {"sockets": ["a", "d"]}
    assert view({}, looked).unreachable == {"c": "MACHINE_UNREACHABLE c (tried ssh vm, answer No route to host)"}
    assert view({}, looked, hosts=["a", "d"]).unreachable == {}


def test_why_a_process_has_not_ended():
    looked = {"a": {"stop": answer(rc=1, said="it runs on")}, "b": {"stop": LOST}}
    assert view({}, looked, hosts=["a", "b", "c"]).not_ended == {
        "a": "it runs on", "b": "nothing is known of it (unreachable): No route to host",
    }  # fmt: skip


def test_writers_are_named_with_the_sockets_of_all_machines():
    offender = {
        "cluster": "mro",
        "broker": "a",
        "topic": "t",
        "queue": 0,
        "kind": "send",
        "count": 1,
        "rate": 0.0,
        "producer_groups": [],
        "hosts": ["198.18.9.101:4000"],
    }
    looked = {"mro-a": {"own_sockets": answer(["0 0 198.18.9.21:10911 198.18.9.101:4000"])}, "mro-b": {}}
    (text,) = view({}, looked, questions=["own_sockets"], offenders=[offender]).writers
    assert "connected now: 198.18.9.101:4000" in text


def test_who_has_arrived_is_seen_on_machines_that_have_answered():
    estate = {"machines": {}, "clients": {"shop": {"cluster": "", "address": "198.18.9.101"}}}
    line = "0 0 198.18.9.80:9876 198.18.9.101:4000"
    released = {"sources": [MRO], "left": [[line], [line]], "there": []}

    def arrived(one):
        return view(estate, {"hub-ns": {"own_sockets": one}}, questions=["own_sockets"], released=released)

    assert (arrived(answer([line])).absent, arrived(answer([line])).missing) == ([], ["shop (1 of 2 connections)"])
    assert arrived(answer([line], rc=1, said="exit status 1")).absent == ["shop"]


def test_a_broker_is_stuck_that_is_ended_by_command_and_not_started_again():
    machines = {host: {**one, "has_start_command": False} for host, one in ESTATE["machines"].items()}
    hosts = list(machines)
    assert view({"machines": machines}, {}, hosts=hosts).stuck == ["mro-a"]
    machines["mro-a"]["has_start_command"] = True
    assert view({"machines": machines}, {}, hosts=hosts).stuck == []


def test_only_sockets_that_were_shown_are_handed_on():
    looked = {"mro-a": {"sockets": answer(["0 0 a:1 b:2"])}, "mro-s": {"sockets": LOST}}
    found = view(ESTATE, looked, hosts=["mro-ns", "mro-a", "mro-s"], questions=["sockets"])
    assert found.socket_lines == [{"host": "mro-a", "lines": ["0 0 a:1 b:2"]}]
    assert found.socketless == ["mro-ns (not reached)", f"mro-s ({LOST['said']})"]
