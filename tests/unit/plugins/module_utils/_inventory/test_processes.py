# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of one host say of its process."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.processes import pattern, port, stop_method


def test_how_a_process_is_ended() -> None:
    assert stop_method({}) == "command"
    assert stop_method({"rocketmq_container": "c"}) == "docker"
    assert stop_method({"rocketmq_container": "c", "rocketmq_method": "command"}) == "command"
    assert stop_method({"rocketmq_method": "systemd", "rocketmq_unit": "mq"}) == "systemd"
    for wrong in ({"rocketmq_method": "kill"}, {"rocketmq_method": "systemd"}):
        with pytest.raises(ValueError):
            stop_method(wrong)


def test_what_a_process_is_found_by() -> None:
    assert pattern({"rocketmq_role": "slave"}, "b", "n") == "b"
    assert pattern({"rocketmq_role": "nameserver"}, "b", "n") == "n"
    assert pattern({"rocketmq_role": "master", "rocketmq_process_pattern": "[b]-a"}, "b", "n") == "[b]-a"


def test_where_a_process_listens() -> None:
    assert port({"rocketmq_role": "nameserver"}) == 9876
    assert port({"rocketmq_role": "slave"}) == 10911
    assert port({"rocketmq_role": "slave", "rocketmq_port": "10921"}) == 10921
