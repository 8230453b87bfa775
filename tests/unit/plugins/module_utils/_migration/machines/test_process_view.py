# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of processes that are started again."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.process_view import view, volumes

TARGET = ["198.18.9.80:9876"]
SOURCE = {"name": "mro", "nameserver_name": "mro-ns.mq.test.", "nameservers": ["198.18.9.20:9876"]}
WANTED = {"namesrvAddr": TARGET[0], "brokerPermission": "0"}
MACHINES = {
    "mro-a": {"config_file": "", "user": ""},
    "mro-b": {"config_file": "/opt/b.conf", "user": "rocket"},
    "mro-c": {"config_file": "", "user": ""},
}
KEPT = {"mro-a": {"config_file": "/opt/a.conf", "user": "mq", "uid": 1001, "name_servers_given": ""}}


def settings(servers, permission="0"):
    lines = ["kind=file", "owner=1001:mq", "room=9999", "writable=yes", f"line=namesrvAddr={servers}"]
    lines += [f"line=brokerPermission={permission}", "end="]
    return {"settings": {"status": "answered", "rc": 0, "ok": True, "lines": lines, "said": "", "tried": "ssh"}}


def test_which_hosts_have_a_file_and_which_files_differ():
    hosts = ["mro-a", "mro-b", "mro-c"]
    assert view(MACHINES, TARGET, hosts, KEPT, {}).with_file == ["mro-a", "mro-b"]
    looked = {"mro-a": settings(TARGET[0]), "mro-b": settings(TARGET[0], "6")}
    found = view(MACHINES, TARGET, hosts, KEPT, looked, wanted=WANTED)
    assert found.differing == ["mro-b", "mro-c"]
    assert found.saved == {"mro-a": "0", "mro-b": "6", "mro-c": ""}
    assert view(MACHINES, TARGET, hosts[:1], KEPT, {}).saved == {"mro-a": ""}


def test_what_is_known_of_a_file_is_added():
    looked = {"mro-a": settings("198.18.9.20:9876"), "mro-b": settings(TARGET[0])}
    kept = view(MACHINES, TARGET, ["mro-a", "mro-b", "mro-c"], KEPT, looked).kept
    assert kept == {
        "mro-a": {**KEPT["mro-a"], "name_servers": "198.18.9.20:9876"},
        # Its own list is not to be seen any more; the user is the file's owner, until the inventory says otherwise.
        "mro-b": {"user": "mq", "uid": 1001},
    }


def test_who_is_refused_and_who_is_put_back():
    looked = {"mro-a": settings(TARGET[0]), "mro-b": settings(TARGET[0])}
    (line,) = view(MACHINES, TARGET, ["mro-a", "mro-b", "mro-c"], KEPT, looked, source=SOURCE).refused
    assert line.startswith("mro-c: with which file (-c)")
    by_name = {"mro-a": {**KEPT["mro-a"], "name_servers_given": "mro-ns.mq.test:9876"}}
    assert view(MACHINES, TARGET, ["mro-a"], by_name, looked, source=SOURCE).refused == []
    kept = {"mro-a": {**KEPT["mro-a"], "name_servers": ""}}
    found = view(MACHINES, TARGET, ["mro-a", "mro-b"], kept, looked, ended=["mro-a"])
    assert found.astray == ["mro-a"] and len(found.unable) == 1 and "not kept" in found.unable[0]


def test_volumes_are_kept_refused_and_put_back():
    there = {"mro-a": TARGET[0], "mro-b": "198.18.9.20:9876;", "mro-c": "", "mro-d": TARGET[0]}
    kept = {"mro-a": {"name_servers": "198.18.9.21:9876", "uid": 1}, "mro-d": {}}
    found = volumes(there, kept, TARGET, ["mro-a"])
    assert found.kept == {**kept, "mro-b": {"name_servers": "198.18.9.20:9876;"}}
    assert found.astray == ["mro-a"]
    assert [line.partition(":")[0] for line in found.refused] == ["mro-c"]
    assert [line.partition(":")[0] for line in found.unable] == ["mro-d"]
    assert volumes({}, {}, TARGET).as_dict() == {"kept": {}, "refused": [], "astray": [], "unable": []}


def test_an_edit_has_to_say_that_it_was_written():
    lines = ["written", f"line=namesrvAddr={TARGET[0]}", "line=brokerPermission=0", "end="]
    right = {"status": "answered", "ok": True, "lines": lines, "said": ""}

    def unwritten(edited, wanted):
        return view(MACHINES, TARGET, ["mro-a"], KEPT, {"mro-a": {"edit": edited}}, wanted=wanted).unwritten

    assert unwritten(right, WANTED) == {}
    assert "brokerPermission is 0" in unwritten(right, {"brokerPermission": "4"})["mro-a"]
    failed = {"status": "answered", "ok": False, "lines": [], "said": "exit status 1: the new one cannot be written"}
    assert unwritten(failed, WANTED) == {"mro-a": "exit status 1: the new one cannot be written"}
    assert unwritten({**failed, "status": "unreachable", "said": ""}, WANTED) == {"mro-a": "unreachable"}
    # Check mode: it was not even tried.
    assert unwritten({**failed, "status": "planned", "ok": True}, WANTED) == {}


def test_several_processes_are_told_apart_from_what_is_not_known():
    found = view(MACHINES, TARGET, ["mro-a"], {}, {})
    assert (found.found, found.several) == ({}, [])
    assert found.unidentified == ["MACHINE_UNKNOWN mro-a (answer it was not asked)"]
