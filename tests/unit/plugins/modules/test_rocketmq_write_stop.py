# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.mqops.rocketmq.tests.unit.support.estates import MRO, MRO_A


def test_the_module_returns_what_was_not_read(run, world) -> None:
    arguments = {"clusters": [MRO], "settle": 0, "window": 10, "timeout": 10, "max_records": 4}
    for _unused in range(6):
        world.brokers[MRO_A].write()
    assert run.look("rocketmq_write_stop", **arguments)["unread"] == {}
    result = run.look("rocketmq_write_stop", since={MRO_A: 1000}, **arguments)
    assert result["failed"]
    assert result["unread"] == {"mro/broker-a": "more than 4 records"}
