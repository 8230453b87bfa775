# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters about processes that are started again, and the commands that follow from what was kept of them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.machines import FilterModule as Machines
from ansible_collections.mqops.rocketmq.plugins.filter.processes import FilterModule

filters = {**Machines().filters(), **FilterModule().filters()}
TARGET = ["198.18.9.80:9876"]
SOURCE = {"name": "mro", "nameserver_name": "mro-ns.mq.test.", "nameservers": ["198.18.9.20:9876"]}
WANTED = {"namesrvAddr": TARGET[0], "brokerPermission": "0"}
HOSTS = {
    "mro-a": {"rocketmq_role": "master", "rocketmq_start_command": "/opt/start.sh"},
    "mro-b": {"rocketmq_role": "master", "rocketmq_config_file": "/opt/b.conf", "rocketmq_user": "rocket"},
    "mro-c": {"rocketmq_role": "master", "rocketmq_method": "systemd", "rocketmq_unit": "broker"},
}
KEPT = {"mro-a": {"config_file": "/opt/a.conf", "user": "mq", "uid": 1001, "name_servers_given": ""}}


def settings(servers, permission="0"):
    lines = ["kind=file", "owner=1001:mq", "room=9999", "writable=yes", f"line=namesrvAddr={servers}"]
    lines += [f"line=brokerPermission={permission}", "end="]
    return {"settings": {"status": "answered", "rc": 0, "ok": True, "lines": lines, "said": "", "tried": "ssh"}}


def command(host, kind, **more):
    return filters["machine_command"](HOSTS[host], kind, "[B]roker", "[N]ames", 150, kept=KEPT.get(host), **more)


def test_commands_follow_what_was_kept_and_the_inventory_overrules():
    assert "set -- su -s /bin/sh" in command("mro-a", "start") and " mq\n" in command("mro-a", "start")
    assert "set -- su" not in command("mro-b", "start") and "no rocketmq_start_command" in command("mro-b", "start")
    assert "systemctl start broker" in command("mro-c", "start")
    assert "file=/opt/a.conf\n" in command("mro-a", "settings") and "file=/opt/b.conf\n" in command("mro-b", "settings")
    assert "pgrep -f '[B]roker'" in command("mro-a", "identity")
    assert f"namesrvAddr={TARGET[0]}\nbrokerPermission=0\n" in command("mro-a", "edit", settings=WANTED)
    # An empty text takes a setting out, too.
    assert "added=. " in command("mro-a", "edit", settings={"namesrvAddr": ""})
    for wrong in ({"namesrvAddr": "$(reboot)"}, {"brokerId": "0"}):
        with pytest.raises(AnsibleFilterError, match="machine_command: edit: "):
            command("mro-a", "edit", settings=wrong)
    with pytest.raises(AnsibleFilterError, match="no absolute path"):
        command("mro-c", "edit", settings=WANTED)


def test_who_runs_the_process_is_told_to_start_it_by_the_connection_s_user():
    supervised = {**HOSTS["mro-a"], "rocketmq_stop_command": "sv stop mq", "rocketmq_start_command": "sv start mq"}
    for kept in (KEPT["mro-a"], {**KEPT["mro-a"], "user": ""}):
        text = filters["machine_command"](supervised, "start", "[B]roker", "[N]ames", kept=kept)
        assert "set -- su" not in text and "sv start mq" in text
    signalled = {**HOSTS["mro-a"], "rocketmq_stop_command": "pkill -TERM -f '[b]roker'"}
    text = filters["machine_command"](signalled, "start", "[B]roker", "[N]ames", kept=KEPT["mro-a"])
    assert "set -- su" in text and " mq\n" in text
    by_hand = {**supervised, "rocketmq_user": "rocket"}
    assert "set -- su" in filters["machine_command"](by_hand, "start", "[B]roker", "[N]ames")


def test_a_command_that_becomes_the_user_itself_is_run_by_the_connection_s():
    by_su = {**HOSTS["mro-a"], "rocketmq_start_command": "su - mq -c /opt/start.sh"}
    for kept in (KEPT["mro-a"], {**KEPT["mro-a"], "user": ""}):
        text = filters["machine_command"](by_su, "start", "[B]roker", "[N]ames", kept=kept)
        assert "set -- su" not in text and "su - mq -c /opt/start.sh" in text and "belonged to uid" not in text
    given = {**by_su, "rocketmq_user": "rocket"}
    assert "set -- su" in filters["machine_command"](given, "start", "[B]roker", "[N]ames", kept=KEPT["mro-a"])


def test_a_user_without_a_name_is_not_replaced_by_root():
    nameless = {"mro-a": {**KEPT["mro-a"], "user": ""}}

    def start(values, kept):
        return filters["machine_command"](values, "start", "[B]roker", "[N]ames", kept=kept)

    assert "belonged to uid 1001" in start(HOSTS["mro-a"], nameless["mro-a"])
    assert "belonged to uid" not in start({**HOSTS["mro-a"], "rocketmq_user": "mq"}, nameless["mro-a"])
    assert "belonged to uid" not in start(HOSTS["mro-a"], {**nameless["mro-a"], "uid": 0})
    assert "belonged to uid" not in start(HOSTS["mro-c"], nameless["mro-a"])


def test_which_hosts_have_a_file_and_which_files_differ():
    hosts = ["mro-a", "mro-b", "mro-c"]
    assert filters["processes_with_file"](hosts, HOSTS, KEPT) == ["mro-a", "mro-b"]
    looked = {"mro-a": settings(TARGET[0]), "mro-b": settings(TARGET[0], "6")}
    assert filters["processes_differing"](looked, hosts, HOSTS, KEPT, WANTED) == ["mro-b", "mro-c"]
    saved = filters["processes_saved"](looked, hosts, HOSTS, KEPT)
    assert saved == {"mro-a": "0", "mro-b": "6", "mro-c": ""}
    assert filters["processes_saved"]({}, hosts[:1], HOSTS, KEPT) == {"mro-a": ""}


def test_what_is_known_of_a_file_is_added():
    looked = {"mro-a": settings("198.18.9.20:9876"), "mro-b": settings(TARGET[0])}
    kept = filters["processes_completed"](looked, ["mro-a", "mro-b", "mro-c"], HOSTS, KEPT, TARGET)
    assert kept == {
        "mro-a": {**KEPT["mro-a"], "name_servers": "198.18.9.20:9876"},
        # Its own list is not to be seen any more; the user is the file's owner, until the inventory says otherwise.
        "mro-b": {"user": "mq", "uid": 1001},
    }


def test_who_is_refused_and_who_is_put_back():
    looked = {"mro-a": settings(TARGET[0]), "mro-b": settings(TARGET[0])}
    (line,) = filters["processes_refused"](looked, ["mro-a", "mro-b", "mro-c"], HOSTS, KEPT, SOURCE)
    assert line.startswith("mro-c: with which file (-c)")
    by_name = {"mro-a": {**KEPT["mro-a"], "name_servers_given": "mro-ns.mq.test:9876"}}
    assert filters["processes_refused"](looked, ["mro-a"], HOSTS, by_name, SOURCE) == []
    kept = {"mro-a": {**KEPT["mro-a"], "name_servers": ""}}
    found = filters["processes_astray"](looked, ["mro-a", "mro-b"], HOSTS, kept, TARGET, ["mro-a"])
    assert found["hosts"] == ["mro-a"] and len(found["unable"]) == 1 and "not kept" in found["unable"][0]


def test_volumes_are_kept_refused_and_put_back():
    volumes = {"mro-a": TARGET[0], "mro-b": "198.18.9.20:9876;", "mro-c": "", "mro-d": TARGET[0]}
    kept = {"mro-a": {"name_servers": "198.18.9.21:9876", "uid": 1}, "mro-d": {}}
    found = filters["volumes_judged"](volumes, kept, TARGET, ["mro-a"])
    assert found["kept"] == {**kept, "mro-b": {"name_servers": "198.18.9.20:9876;"}}
    assert found["hosts"] == ["mro-a"]
    assert [line.partition(":")[0] for line in found["refused"]] == ["mro-c"]
    assert [line.partition(":")[0] for line in found["unable"]] == ["mro-d"]
    assert filters["volumes_judged"]({}, {}, TARGET, []) == {"kept": {}, "refused": [], "hosts": [], "unable": []}


def test_a_list_becomes_text_only_as_addresses():
    assert filters["name_server_list"](["198.18.9.80:9876", "198.18.9.81:9876"]) == "198.18.9.80:9876;198.18.9.81:9876"
    for wrong in ([], ["198.18.9.80"], ["a:1\nb:2"], ["$(reboot):1"]):
        with pytest.raises(AnsibleFilterError, match="no list of name servers"):
            filters["name_server_list"](wrong)


def test_an_edit_has_to_say_that_it_was_written():
    lines = ["written", f"line=namesrvAddr={TARGET[0]}", "line=brokerPermission=0", "end="]
    right = {"status": "answered", "ok": True, "lines": lines, "said": ""}
    assert filters["edit_failed"](right, WANTED) == ""
    assert "brokerPermission is 0" in filters["edit_failed"](right, {"brokerPermission": "4"})
    failed = {"status": "answered", "ok": False, "lines": [], "said": "exit status 1: the new one cannot be written"}
    assert filters["edit_failed"](failed, WANTED) == "exit status 1: the new one cannot be written"
    assert filters["edit_failed"]({**failed, "status": "unreachable", "said": ""}, WANTED) == "unreachable"


def test_several_processes_are_told_apart_from_what_is_not_known():
    assert filters["processes_found"]({}, ["mro-a"]) == {
        "kept": {}, "several": [], "unknown": ["MACHINE_UNKNOWN mro-a (answer it was not asked)"],
    }  # fmt: skip
