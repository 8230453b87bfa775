# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several modules are tested with."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import DnsServer


@pytest.fixture
def sides(pair):
    """A source and a target that has joined it, for the modules that compare or copy the tables of both."""
    source = pair.brokers["h:1"]
    source.topics.update({one.name: one for one in (TopicConfig("orders", 4, 4, 6), TopicConfig("audit", 2, 2, 6))})
    source.groups["billing"] = SubscriptionGroup("billing", broadcast=False, retry_queues=2)
    source.offsets["orders", "billing"] = {0: 3}
    pair.publish_all(source)
    return pair


@pytest.fixture
def server():
    one = DnsServer("127.0.0.1")
    yield one
    one.close()


@pytest.fixture
def secondary():
    one = DnsServer("127.0.0.2")
    yield one
    one.close()
