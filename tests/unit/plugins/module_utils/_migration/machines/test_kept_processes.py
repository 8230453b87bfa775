# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a process that is to be ended, and what of it a rescue and an undo may act on."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.kept_processes import (
    astray,
    completed,
    found,
    known,
    of_target,
    refusal,
    settings_of,
    volume_astray,
    volume_refusal,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.settings import Settings

MAIN = "org.apache.rocketmq.broker.BrokerStartup"
FILE = "/opt/rmq/conf/broker-a.conf"
TARGET = ["198.18.9.80:9876"]
KEPT = {
    "config_file": FILE, "user": "mq", "uid": 1001, "name_servers_given": "", "without_file": False, "unknown": "",
    "name_servers": "198.18.9.20:9876",
}  # fmt: skip


def answer(lines=(), status="answered", rc=0, said=""):
    ok = status == "answered" and rc == 0
    return {"status": status, "rc": rc, "ok": ok, "lines": list(lines), "said": said, "tried": "ssh vm"}


def process(*words, pid=7, program="/usr/bin/java", user="mq"):
    def text(value):
        return base64.b64encode(value.encode()).decode()

    return [
        f"process={pid}", "uid=1001", f"user={text(user)}", f"program={text(program)}", f"directory={text('/opt/rmq')}",
        "root=own", "environment=0", f"words={text(chr(0).join(['java', *words]) + chr(0))}",
    ]  # fmt: skip


def file(*settings, kind="file", room=9999):
    lines = [f"kind={kind}", "owner=1001:mq", f"room={room}", "writable=yes"]
    return answer([*lines, *(f"line={one}" for one in settings), "end="])


LOST = answer(status="unreachable", rc=None, said="No route to host")


def test_the_java_process_is_kept_and_not_the_shell_that_has_started_it():
    words = (MAIN, "-c", "conf/broker-a.conf")
    both = [*process(*words, program="/bin/dash"), *process(*words, pid=8), "end="]
    kept, several, unknown = found({"mro-a": answer(both), "mro-b": answer(["end="])})
    assert kept == {"mro-a": {key: value for key, value in KEPT.items() if key != "name_servers"}}
    assert (several, unknown) == ([], [])


def test_what_is_not_known_is_told_and_refuses_nothing():
    kept, several, unknown = found({
        "mro-a": answer([*process(MAIN, user=""), "end="]),
        "mro-b": answer([*process(MAIN, program="/usr/bin/sleep"), "end="]),
        "mro-c": LOST,
        "mro-d": None,
        "mro-e": answer(["welcome"]),
    })  # fmt: skip
    assert kept["mro-a"]["without_file"] is False and list(kept) == ["mro-a"] and several == []
    assert unknown == [
        "mro-a: a usable name of its user (uid 1001)",
        "mro-b: none of the processes of its pattern is a Java machine, but sleep",
        "MACHINE_UNREACHABLE mro-c (tried ssh vm, answer No route to host)",
        "MACHINE_UNKNOWN mro-d (answer it was not asked)",
        "mro-e: unexpected output: welcome",
    ]


def test_two_of_one_pattern_are_named():
    both = [*process(MAIN, "-c", "/a.conf"), *process(MAIN, pid=8), "end="]
    kept, several, unknown = found({"mro-a": answer(both)})
    assert kept == {} and unknown == []
    assert several == [
        "mro-a: its pattern fits 2 Java processes, which would be ended together: process 7 (/a.conf),"
        " process 8 (no -c)"
    ]


def test_the_inventory_overrules():
    assert known(None) == {"config_file": "", "user": "", "uid": None, "name_servers_given": ""}
    assert known(KEPT) == KEPT
    overruled = known({**KEPT, "name_servers_given": "a:1"}, "/etc/b.conf", "rocket")
    assert overruled == {**KEPT, "config_file": "/etc/b.conf", "user": "rocket", "uid": None}


@pytest.mark.parametrize(
    ("one", "told", "words"),
    [
        (KEPT, file(), ""),
        ({}, None, "with which file (-c) its process was started is not known: set rocketmq_config_file"),
        ({"unknown": "where x lies"}, None, "is not known (where x lies): set rocketmq_config_file"),
        ({"without_file": True}, None, "was started without -c, so that there is no file to edit: write one"),
        ({**KEPT, "config_file": "b.conf"}, None, "b.conf is no absolute path: correct rocketmq_config_file"),
        ({**KEPT, "name_servers_given": "198.18.9.20:9876"}, file(), "with -n 198.18.9.20:9876, which overrules"),
        # A name that the switch has pointed at the target leads there.
        ({**KEPT, "name_servers_given": "mro-ns.mq.test:9876"}, file(), ""),
        ({**KEPT, "name_servers_given": "mro-ns.mq.test:9876;a:1"}, file(), "take -n out of what starts it"),
        (KEPT, None, "MACHINE_UNKNOWN mro-a"),
        (KEPT, LOST, "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route to host)"),
        (KEPT, answer(rc=1, said="exit status 1: awk is missing"), "mro-a: exit status 1: awk is missing"),
        (KEPT, answer(["kind=file"]), "mro-a: the answer is cut"),
        (KEPT, file(kind="missing"), f"mro-a: {FILE} is missing"),
        (KEPT, file(kind="link"), f"{FILE} is a symbolic link"),
        (KEPT, file(room=1), "only 1 KiB are free"),
        # What an undo could not write again.
        (KEPT, file("namesrvAddr=198.18.9.20:9876; mro-ns:9876;"), ""),
        (KEPT, file("namesrvAddr=mro-ns"), f"{FILE}: namesrvAddr=mro-ns is no list of name servers"),
        ({**KEPT, "name_servers": "mro-ns"}, file("namesrvAddr=198.18.9.80:9876"), "could not be put back: write it"),
    ],
)
def test_what_cannot_be_started_towards_the_target_is_refused_with_what_to_do(one, told, words):
    line = refusal("mro-a", known(one), told, ["mro-ns.mq.test:9876"])
    assert (line == "") if words == "" else words in line


def test_the_list_is_kept_while_it_is_the_source_s():
    def settings(text):
        return Settings(FILE, "file", uid=1002, user="rocket", name_servers=text)

    assert completed(KEPT, settings("198.18.9.21:9876"), TARGET)["name_servers"] == "198.18.9.21:9876"
    assert completed(KEPT, settings(TARGET[0]), TARGET) == KEPT
    assert completed({}, settings(None), TARGET) == {"name_servers": "", "user": "rocket", "uid": 1002}
    # A user whose name is not known is not replaced by another one.
    assert completed({"user": "", "uid": 7}, settings(None), TARGET)["uid"] == 7
    assert of_target("a:1; 198.18.9.80:9876", TARGET) and not of_target(None, TARGET)


@pytest.mark.parametrize(
    ("one", "told", "back", "words"),
    [
        (KEPT, file("namesrvAddr=198.18.9.20:9876"), False, ""),
        (KEPT, file(), False, ""),
        (KEPT, file("namesrvAddr=198.18.9.80:9876"), True, ""),
        # Where the source's list is not kept it cannot be put back, nor where the file is no plain one.
        ({"config_file": FILE}, file("namesrvAddr=198.18.9.80:9876"), False, "what it had before is not kept"),
        (KEPT, file("namesrvAddr=198.18.9.80:9876", kind="link"), False, "is a symbolic link"),
        (KEPT, file("namesrvAddr=198.18.9.20:9876", kind="link"), False, ""),
        (KEPT, file(kind="missing"), False, "is missing"),
        (KEPT, LOST, False, "MACHINE_UNREACHABLE mro-a"),
    ],
)
def test_a_broker_that_a_rescue_has_pointed_at_the_target_is_put_back(one, told, back, words):
    astrays, line = astray("mro-a", known(one), told, TARGET)
    assert astrays is back and ((line == "") if words == "" else words in line)


def test_the_file_of_a_process_that_runs_is_not_edited():
    rescued = file("namesrvAddr=198.18.9.80:9876")
    astrays, line = astray("mro-a", known(KEPT), rescued, TARGET, ended=False)
    assert not astrays
    assert line.startswith(f"mro-a: its process runs, and its file {FILE} has the target's name servers: end")
    assert astray("mro-a", known(KEPT), file("namesrvAddr=198.18.9.20:9876"), TARGET, ended=False) == (False, "")


def test_a_list_that_cannot_be_written_is_not_put_back():
    astrays, line = astray("mro-a", {**KEPT, "name_servers": "mro-ns"}, file("namesrvAddr=198.18.9.80:9876"), TARGET)
    assert not astrays and "mro-ns is no list of name servers" in line


@pytest.mark.parametrize(
    ("one", "there", "ended", "back", "words"),
    [
        (KEPT, TARGET[0], True, True, ""),
        (KEPT, f"a:1; {TARGET[0]}", True, True, ""),
        (KEPT, "198.18.9.20:9876", False, False, ""),
        ({}, "", False, False, ""),
        ({}, TARGET[0], True, False, "mro-a: its volume has the target's name servers, and what it had before is not"),
        ({"name_servers": "x"}, TARGET[0], True, False, "x is no list of name servers"),
        (KEPT, TARGET[0], False, False, "mro-a: its process runs, and its volume has the target's name servers"),
    ],
)
def test_a_volume_is_put_back_like_a_file(one, there, ended, back, words):
    astrays, line = volume_astray("mro-a", one, there, TARGET, ended)
    assert astrays is back and ((line == "") if words == "" else words in line)


def test_a_volume_that_could_not_be_put_back_is_refused():
    assert volume_refusal("mro-a", "198.18.9.20:9876;") == ""
    assert volume_refusal("mro-a", "").startswith("mro-a: its volume has no namesrvAddr")
    assert volume_refusal("mro-a", "x").startswith("mro-a: its volume: namesrvAddr=x is no list")


def test_an_answer_that_is_none_is_said():
    assert settings_of(FILE, "mro-a", answer(["kind=fifo", "end="])) == (
        None, "mro-a: unexpected output: nothing is said about the file",
    )  # fmt: skip
