# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command with which a text for sh begins."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import shell_words


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("sv -w 180 stop rocketmq-broker", "sv"),
        ("/opt/rocketmq/bin/stop.sh", "/opt/rocketmq/bin/stop.sh"),
        ("'/opt/my bin/stop' now", ""),
        ("LC_ALL=C A='b c' supervisorctl stop mq:*", "supervisorctl"),
        ("( cd /opt && ./stop )", "cd"),
        ("! docker stop -t 180 mq", "docker"),
        ("\n  s6-svc -wD -d /run/service/mq\n", "s6-svc"),
        ("$STOP now", ""),
        ("~/stop.sh", ""),
        ("sh -c 'unbalanced", ""),
        ("", ""),
        (">/var/log/x sv stop b", ""),
        ("2>/dev/null sv stop b", ""),
        ("A=1 2>&1 sv stop b", ""),
        ("sv>/var/log/x stop b", "sv"),
    ],
)
def test_the_first_word_of_a_command_is_asked_for_where_it_is_plain(command, word):
    assert shell_words.first_word(command) == word
