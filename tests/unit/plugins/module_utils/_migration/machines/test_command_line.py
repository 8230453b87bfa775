# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines as 4.4.0 reads them; what PosixParser of commons-cli 1.2 makes of each was looked up in its source."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.command_line import (
    Options,
    options,
    starts,
)

MAIN = "org.apache.rocketmq.broker.BrokerStartup"


@pytest.mark.parametrize(
    ("words", "file", "names"),
    [
        ("", "", ""),
        ("-c a.conf", "a.conf", ""),
        ("-ca.conf", "a.conf", ""),
        ("-pca.conf", "a.conf", ""),
        ("-c=a.conf", "=a.conf", ""),
        ("--configFile a.conf", "a.conf", ""),
        ("--configFile=a.conf", "a.conf", ""),
        ("-configFile a.conf", "a.conf", ""),
        ("--c a.conf", "a.conf", ""),
        # Burst into letters, of which the first is -c.
        ("-configFile=a.conf", "onfigFile=a.conf", ""),
        ("-n b:9876 -c a.conf", "a.conf", "b:9876"),
        ("-c a.conf -n b:9876;c:9876 -c d.conf", "a.conf", "b:9876;c:9876"),
        ("--namesrvAddr=b:9876", "", "b:9876"),
        ("-nb:9876", "", "b:9876"),
        ("-p -m -c a.conf", "a.conf", ""),
        ('-c "a.conf"', "a.conf", ""),
        ("autoCreateTopicEnable=true -c a.conf", "a.conf", ""),
        ("-c -n b:9876", "", "b:9876"),
        ("-- -c a.conf", "", ""),
        ("-c", "", ""),
    ],
)
def test_options_are_what_the_process_has_read(words, file, names):
    found = options(["java", "-cp", ".:conf", "-Xms8g", MAIN, *words.split()])
    assert found == Options(file, names)


def test_options_of_the_jvm_are_not_the_broker_s():
    assert options(["java", "-c", "no.conf", "-n", "no:1", MAIN]) == Options()
    assert options(["java", "-jar", "broker.jar", "-c", "a.conf"]) is None
    assert options([]) is None
    # The name of the program is no word behind it.
    assert options([MAIN, "-c", "a.conf"]) is None


def test_the_main_class_is_a_word_of_its_own():
    assert starts(["java", MAIN]) and starts(["java", "org.apache.rocketmq.namesrv.NamesrvStartup"])
    assert starts(["sh", "bin/runbroker.sh", "com.alibaba.rocketmq.broker.BrokerStartup"])
    assert not starts(["tail", "-f", "BrokerStartup.log"])
