# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of modules and operations begin with: one clock, one runner, one fake cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import base
from ansible_collections.mqops.rocketmq.tests.unit.support.clock import Clock
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate, cluster
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import HUB, MDM, MRO
from ansible_collections.mqops.rocketmq.tests.unit.support.runner import Runner


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when something sleeps."""
    one = Clock()
    one.install(monkeypatch)
    return one


@pytest.fixture
def run(monkeypatch, capsys):
    """run("rocketmq_topic", name="t", check=True) is the module's result."""
    return Runner(monkeypatch, capsys)


@pytest.fixture
def play(clock, monkeypatch):
    """play(estate): modules talk to this estate from now on; each has to close its connections."""
    played = []

    def start(estate):
        monkeypatch.setattr(base, "Admin", lambda **_options: estate.client())
        played.append(estate)
        return estate

    yield start
    assert not any(estate.connected for estate in played), "connections were left open"


@pytest.fixture
def estate(play):
    """One cluster of two masters and two name servers."""
    one = {**cluster("c", "n:1", {"a": "h:1", "b": "h:2"}), "nameservers": ["n:1", "n:2"]}
    return play(Estate(one))


@pytest.fixture
def seeded(estate):
    """The estate with a topic and a group that exist already."""
    estate.add(
        TopicConfig("orders", 4, 4, 6),
        replace(TopicConfig("%DLQ%g", 1, 1, 2), sys_flag=1),
        TopicConfig("%RETRY%g", 1, 1, 6),
        SubscriptionGroup("g", broadcast=False, retry_queues=2, retry_max=3),
    )
    return estate


@pytest.fixture
def pair(play):
    """A source C(c) with master a, and a target C(d) with masters hub-a and hub-b that has joined c's name server."""
    made = Estate(cluster("c", "n:1", {"a": "h:1"}), cluster("d", "n:8", {"hub-a": "h:8", "hub-b": "h:9"}))
    made.hubs = [made.brokers["h:8"], made.brokers["h:9"]]
    for hub in made.hubs:
        hub.perm = 4
        hub.settings["namesrvAddr"] = "n:1;n:8"
    made.publish_all()
    return play(made)


@pytest.fixture
def world(play):
    """Two sources and the target, with nothing in them."""
    return play(Estate(MRO, MDM, HUB))
