# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What machines are asked, by the variables of their hosts and by what was kept of their processes."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory import questions
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.questions import Known

HOSTS = {
    "mro-ns": {"rocketmq_role": "nameserver", "ansible_host": "198.18.9.20", "ansible_user": "ops"},
    "mro-a": {"rocketmq_role": "master", "rocketmq_method": "command", "rocketmq_port": 10921},
    "mro-s": {"rocketmq_role": "slave", "rocketmq_container": "slave", "ansible_connection": "community.docker.docker"},
}
TARGET = ["198.18.9.80:9876"]
WANTED = {"namesrvAddr": TARGET[0], "brokerPermission": "0"}
CLUSTER = {
    "mro-a": {"rocketmq_role": "master", "rocketmq_start_command": "/opt/start.sh"},
    "mro-b": {"rocketmq_role": "master", "rocketmq_config_file": "/opt/b.conf", "rocketmq_user": "rocket"},
    "mro-c": {"rocketmq_role": "master", "rocketmq_method": "systemd", "rocketmq_unit": "broker"},
}
KEPT = {"mro-a": {"config_file": "/opt/a.conf", "user": "mq", "uid": 1001, "name_servers_given": ""}}


def test_commands_follow_the_host_s_variables():
    def command(host, kind, **more):
        return questions.command(host, {**HOSTS[host], **more}, kind, Known("[B]roker", "[N]ames", 150))

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
    with pytest.raises(ValueError, match="rocketmq_user is no name of a user"):
        command("mro-a", "start", rocketmq_user="m q", **starting)
    # Of a machine of clients: it has no role, and no process.
    assert questions.command("shop-1", {}, "sockets", Known()) == "ss -tnp state established"
    with pytest.raises(ValueError, match="none of"):
        command("mro-a", "reboot")


def ask(values, kind, kept=None, settings=None):
    return questions.command("mro-a", values, kind, Known("[B]roker", "[N]ames", 150, kept or {}, settings or {}))


def test_commands_follow_what_was_kept_and_the_inventory_overrules():
    def command(host, kind, **more):
        return ask(CLUSTER[host], kind, KEPT.get(host), **more)

    assert "set -- su -s /bin/sh" in command("mro-a", "start") and " mq\n" in command("mro-a", "start")
    assert "set -- su" not in command("mro-b", "start") and "no rocketmq_start_command" in command("mro-b", "start")
    assert "systemctl start broker" in command("mro-c", "start")
    assert "file=/opt/a.conf\n" in command("mro-a", "settings") and "file=/opt/b.conf\n" in command("mro-b", "settings")
    assert "pgrep -f '[B]roker'" in command("mro-a", "identity")
    assert f"namesrvAddr={TARGET[0]}\nbrokerPermission=0\n" in command("mro-a", "edit", settings=WANTED)
    # An empty text takes a setting out, too.
    assert "added=. " in command("mro-a", "edit", settings={"namesrvAddr": ""})
    for wrong in ({"namesrvAddr": "$(reboot)"}, {"brokerId": "0"}):
        with pytest.raises(ValueError, match="edit: "):
            command("mro-a", "edit", settings=wrong)
    with pytest.raises(ValueError, match="no absolute path"):
        command("mro-c", "edit", settings=WANTED)


def test_who_runs_the_process_is_told_to_start_it_by_the_connection_s_user():
    supervised = {**CLUSTER["mro-a"], "rocketmq_stop_command": "sv stop mq", "rocketmq_start_command": "sv start mq"}
    for kept in (KEPT["mro-a"], {**KEPT["mro-a"], "user": ""}):
        text = ask(supervised, "start", kept)
        assert "set -- su" not in text and "sv start mq" in text
    signalled = {**CLUSTER["mro-a"], "rocketmq_stop_command": "pkill -TERM -f '[b]roker'"}
    text = ask(signalled, "start", KEPT["mro-a"])
    assert "set -- su" in text and " mq\n" in text
    by_hand = {**supervised, "rocketmq_user": "rocket"}
    assert "set -- su" in ask(by_hand, "start")


def test_a_command_that_becomes_the_user_itself_is_run_by_the_connection_s():
    by_su = {**CLUSTER["mro-a"], "rocketmq_start_command": "su - mq -c /opt/start.sh"}
    for kept in (KEPT["mro-a"], {**KEPT["mro-a"], "user": ""}):
        text = ask(by_su, "start", kept)
        assert "set -- su" not in text and "su - mq -c /opt/start.sh" in text and "belonged to uid" not in text
    given = {**by_su, "rocketmq_user": "rocket"}
    assert "set -- su" in ask(given, "start", KEPT["mro-a"])


def test_a_user_without_a_name_is_not_replaced_by_root():
    nameless = {"mro-a": {**KEPT["mro-a"], "user": ""}}

    def start(values, kept):
        return ask(values, "start", kept)

    assert "belonged to uid 1001" in start(CLUSTER["mro-a"], nameless["mro-a"])
    assert "belonged to uid" not in start({**CLUSTER["mro-a"], "rocketmq_user": "mq"}, nameless["mro-a"])
    assert "belonged to uid" not in start(CLUSTER["mro-a"], {**nameless["mro-a"], "uid": 0})
    assert "belonged to uid" not in start(CLUSTER["mro-c"], nameless["mro-a"])


def test_how_a_host_is_reached_in_words():
    assert [questions.connection(HOSTS[host]) for host in ("mro-ns", "mro-s")] == ["ssh ops@198.18.9.20", "docker "]
    assert questions.connection({"ansible_host": "vm", "ansible_port": 22}) == "ssh vm:22"
