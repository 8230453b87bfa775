# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source and a target that has joined it, for the modules that compare or copy the tables of both."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig


@pytest.fixture
def sides(pair):
    source = pair.brokers["h:1"]
    source.topics.update({one.name: one for one in (TopicConfig("orders", 4, 4, 6), TopicConfig("audit", 2, 2, 6))})
    source.groups["billing"] = SubscriptionGroup("billing", broadcast=False, retry_queues=2)
    source.offsets["orders", "billing"] = {0: 3}
    pair.publish_all(source)
    return pair


@pytest.fixture
def copy(run, sides):
    return lambda **more: run("rocketmq_metadata", sources=[sides.spec("c")], target=sides.spec("d"), **more)
