# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of users that become a part of a command."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.account import problem


@pytest.mark.parametrize("name", ["rocketmq", "_mq", "mq-1", "x" * 32, "MQ", "mq.a", "Mq-1.ops"])
def test_a_name_as_useradd_takes_it(name):
    assert problem(name) is None


@pytest.mark.parametrize("name", ["", "-c", "1mq", "a b", "a;b", "$(id)", "mq\n", "x" * 33, ".mq", "a/b", "é"])
def test_anything_else_is_told(name):
    assert "is no name of a user" in problem(name)
