# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who starts a process again, by what machines show of its parents, its unit and its container."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import supervision

INIT = "1 systemd /sbin/init"
BASH = "800 bash -bash"
SSHD = ["700 sshd sshd:_ops@notty", "600 sshd sshd:_ops_[priv]", "90 sshd /usr/sbin/sshd -D"]


def lines(*parents, pid=1000, container="", unit="", state="", shell=""):
    """What LINEAGE prints; a parent is its number, its name and two words, in which _ stands for a blank."""
    found = [f"shell\t{shell}", f"process\t{pid}\t{container}\t{unit}\t{state}"]
    for parent in parents:
        number, name, first, second = (parent.split(" ") + ["", ""])[:4]
        found.append("\t".join(word.replace("_", " ") for word in ("parent", number, name, first, second)))
    return [*found, "end"]


def judged(*parents, **more):
    found, wrong = supervision.judge(lines(*parents, **more))
    assert wrong == ""
    return " | ".join(found)


@pytest.mark.parametrize(
    "parents",
    [
        [INIT],
        [],
        # 4.4.0's own starters, by nohup from a session that has ended, and from one that lives.
        ["999 sh sh /opt/rocketmq/bin/runbroker.sh", "998 mqbroker /bin/sh ./mqbroker", INIT],
        ["999 sh sh", "998 mqbroker /bin/sh", BASH, *SSHD, INIT],
        ["999 bash -su", "998 su su -", "997 bash -bash", "996 sudo sudo su", "995 bash bash", *SSHD, INIT],
        ["999 ksh -ksh", "998 tmux:_server tmux new", INIT],
        ["999 sh sh", "998 screen SCREEN -dmS", INIT],
        ["999 sh /bin/sh -c", "998 cron /usr/sbin/CRON -f", "997 cron /usr/sbin/cron -f", INIT],
        ["999 busybox busybox sh", INIT],
        ["999 sh sh", "1 tini /usr/bin/tini --"],
        ["999 tini tini --", "998 docker-init /sbin/docker-init --", "1 process /process"],
        # An orphan of a desktop.
        ["999 systemd /lib/systemd/systemd --user", INIT],
    ],
)
def test_shells_and_sessions_start_nothing_again(parents):
    assert judged(*parents) == ""


@pytest.mark.parametrize(
    ("parents", "said"),
    [
        (["70 runsv runsv rocketmq-broker", "60 runsvdir runsvdir", INIT], "is started again by runsv (process 70)"),
        (["99 sh sh", "98 su su", "70 supervise supervise mq", INIT], "is started again by supervise (process 70)"),
        (["70 supervisord /usr/bin/python /usr/bin/supervisord", INIT], "is started again by supervisord (process 70)"),
        (["70 python2 /usr/bin/python2 /usr/bin/supervisord", INIT], "is started again by supervisord (process 70)"),
        (["70 PM2_v5:_God PM2_v5.3.0:_God_Daemon"], "may be started again by PM2 v5: God (process 70)"),
        (["70 java /usr/bin/java -jar", INIT], "may be started again by java (process 70)"),
        (["70 busybox busybox runsv", INIT], "is started again by busybox (process 70)"),
        # A supervisor that is a script, one as process 1, and one that this user may not see.
        (["70 supervise /bin/sh /command/supervise", INIT], "is started again by supervise (process 70)"),
        (["1 supervisord /usr/bin/python /usr/bin/supervisord"], "is started again by supervisord (process 1)"),
        (["1 python3 python3 /usr/bin/supervisord"], "is started again by supervisord (process 1)"),
        (["70  "], "may be started again by a process that this user may not see (process 70)"),
        (["70 python3 python3 /opt/agent/keeper.py"], "may be started again by keeper.py (process 70)"),
    ],
)
def test_whoever_else_stands_above_a_process_may_start_it_again(parents, said):
    found = judged(*parents)
    assert found.startswith("process 1000 ") and said in found
    assert found.endswith(": set rocketmq_stop_command to what ends the process there")


@pytest.mark.parametrize(
    ("parents", "unit", "state", "said"),
    [
        ([INIT], "mq.service", "MainPID=1000 Restart=always ", "by systemd (mq.service has Restart=always)"),
        (["999 sh sh", INIT], "mq.service", "Restart=on-failure MainPID=999 ", "has Restart=on-failure"),
        ([INIT], "mq.service", "Restart=no MainPID=1000 ", ""),
        # The unit has another main process, or lives on in a session; or it has none, and ends with its last one.
        ([INIT], "agent.service", "Restart=always MainPID=500 ", ""),
        (["999 sh sh", *SSHD, INIT], "sshd.service", "Restart=on-failure MainPID=90 ", ""),
        ([INIT], "mq.service", "Restart=always MainPID=0 ", "has Restart=always"),
        ([INIT], "gone.service", "Restart=no MainPID=0 ", ""),
        ([INIT], "mq.service", "", "say whether it is started again: set rocketmq_method: systemd and"),
        (["1 tini tini"], "docker.service", "", ""),
        (["999 systemd systemd --user", INIT], "mq.service", "Restart=no MainPID=0 ", "by systemd (process 999)"),
        (["999 systemd systemd --user", INIT], "user@1000.service", "Restart=no MainPID=999 ", ""),
    ],
)
def test_a_unit_starts_its_main_process_again(parents, unit, state, said):
    found = judged(*parents, unit=unit, state=state)
    assert said in found and bool(said) is bool(found)


def test_a_process_in_another_container_belongs_to_its_engine():
    one, two = "a" * 64, "b" * 64
    assert "runs in container aaaaaaaaaaaa, whose engine" in judged(container=one)
    assert "runs in container aaaaaaaaaaaa" in judged(container=one, shell=two)
    assert judged(INIT, container=one, shell=one) == ""
    # With host's processes in sight the shell itself may be in one.
    assert judged(INIT, shell=one) == ""


@pytest.mark.parametrize(
    "answer",
    [
        ["shell\t"],
        lines(INIT)[:-1],
        [*lines(INIT), "more"],
        ["parent\t1\ta\tb\tc", "end"],
        ["shell\t", "process\tx\t\t\t", "end"],
        ["shell\t", "process\t1\t\t", "end"],
        ["sudo: unable to resolve host vm", "end"],
        ["shell\t"] * 6000 + ["end"],
    ],
)
def test_what_is_none_of_it_is_not_nothing(answer):
    found, wrong = supervision.judge(answer)
    assert found == [] and wrong.startswith("its answer cannot be read: ")


def test_no_process_and_a_command_of_its_own_have_nothing_to_tell():
    assert supervision.judge(["shell\t", "end"]) == ([], "")
    assert supervision.judge([]) == ([], "")


def test_foreign_text_is_bounded_and_printable():
    said = judged(f"70 {'x' * 900}\x1b[31m y")
    assert len(said) <= 300 and said.isprintable()


@pytest.mark.parametrize(
    ("parents", "more", "said"),
    [
        (["70 runsv runsv"], {}, "by runsv (process 70)"),
        (["99 sh sh", "98 mqbroker /bin/sh", "70 keep.sh /bin/bash keep.sh", INIT], {}, "by keep.sh (process 70)"),
        (["99 sh sh", BASH, *SSHD, INIT], {}, "by bash (process 800)"),
        ([INIT], {}, "by a process that has ended since, or process 1"),
        ([INIT], {"unit": "mq.service", "state": "MainPID=1000 Restart=always"}, "by systemd (unit mq.service)"),
    ],
)
def test_who_has_started_a_process_that_came_back(parents, more, said):
    lineage = supervision.parse(lines(*parents, **more))
    assert supervision.returned(lineage) == f"it was started again, {said}, as process 1000"


def test_one_that_came_back_and_has_ended_since_is_told_too():
    assert supervision.returned(supervision.parse(["shell\t", "end"])) == "it was started again"
