# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after converge, as mqadmin sees it."""

from __future__ import annotations

import re

EXPECTED = {"broker-a": 4, "broker-b": 6}


def test_route_shows_each_permission(route):
    assert {name: row["perm"] for name, row in route("scenario-perm").items()} == EXPECTED


def test_brokers_run_with_it(mqadmin, brokers):
    found = {
        name: int(re.search(r"brokerPermission\s*=\s*(\d)", mqadmin("getBrokerConfig", "-b", address))[1])
        for name, address in brokers.items()
    }
    assert found == EXPECTED


def test_nothing_but_the_permission_changed(mqadmin, brokers):
    for name, address in brokers.items():
        printed = mqadmin("getBrokerConfig", "-b", address)
        assert re.search(rf"brokerName\s*=\s*{name}\b", printed)
        assert re.search(r"brokerClusterName\s*=\s*mro\b", printed)
