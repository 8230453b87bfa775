# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start commands that choose their user themselves are distinguished from those that run as the user who calls them."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.start_user import chosen_by


@pytest.mark.parametrize(
    "command",
    [
        "su - mq -c '/opt/start.sh'",
        "/bin/su -s /bin/sh mq -c /opt/start.sh",
        "sudo -u mq /opt/start.sh &",
        "runuser -u mq -- /opt/start.sh",
        "cd /opt && su mq -c ./start.sh",
        'cd "$HOME" || exit 1\nexport A=1; su mq -c ./start.sh',
        "nohup setsid su mq -c /opt/start.sh >/dev/null 2>&1 &",
        "nice -n 10 su mq -c ./start.sh",
        "JAVA_HOME=/usr/java su mq -m -c ./start.sh",
        "2>/dev/null su mq -c ./start.sh",
        ">> /var/log/start.log sudo -u mq ./start.sh",
        "[ -d /opt ] && . /etc/profile && su mq -c ./start.sh",
        "{ su mq -c ./start.sh; } &",
        "(cd /opt; su mq -c ./start.sh)",
        "systemctl start broker",
        "service rocketmq start",
        "# as its user\nsu mq -c ./start.sh",
        "/etc/init.d/rocketmq start",
        "docker start broker",
        "sv -w 60 start broker",
        "supervisorctl start broker",
    ],
)
def test_a_command_that_chooses_its_user(command):
    assert chosen_by(command)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "/opt/start.sh",
        "nohup sh /opt/mqbroker -c /opt/su.conf &",
        "cd /opt/su && ./start.sh",
        "test -d su && . su && ./start.sh",
        "cd /opt; ./start.sh; systemctl status other",
        "echo su",
        "./submit su",
        "export A=su; ./start.sh",
        "it's no shell su",
        "# su",
        "nohup ./start.sh > su 2>&1 &",
    ],
)
def test_a_command_that_runs_as_whoever_calls_it(command):
    assert not chosen_by(command)
