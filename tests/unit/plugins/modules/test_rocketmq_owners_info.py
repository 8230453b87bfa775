# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_owners_info: what on the target belongs to the sources that leave, and to no source that stays."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import HUB, HUB_A, HUB_B, MDM, MDM_A, MRO, MRO_A


@pytest.fixture
def estate(world):
    """Topic orders is of both sources; each has one of its own, too, and a group. The target has all of it."""
    mro = [TopicConfig("orders", 4, 4, 6), TopicConfig("mro-t", 4, 4, 6), SubscriptionGroup("mro-g")]
    mdm = [TopicConfig("orders", 4, 4, 6), TopicConfig("mdm-t", 4, 4, 6), SubscriptionGroup("mdm-g")]
    world.brokers[MRO_A].add(*mro)
    world.brokers[MDM_A].add(*mdm)
    for address in (HUB_A, HUB_B):
        world.brokers[address].add(*mro, *mdm)
    world.publish_all()
    return world


@pytest.fixture
def owners(run, estate):
    return lambda **more: run.look("rocketmq_owners_info", **{"sources": [MDM], "others": [MRO], "target": HUB, **more})


def test_what_is_of_one_source_alone(owners) -> None:
    result = owners()
    assert not result["failed"], result["msg"]
    assert (result["topics"], result["groups"]) == (["mdm-t"], ["mdm-g"])
    assert [(row["name"], row["perm"]) for row in result["close"]] == [("mdm-t", 4)]
    assert result["shared"] == [{"name": "orders", "owners": ["source mro"]}]


def test_what_is_closed_already_is_not_to_be_closed(owners, estate) -> None:
    for address in (HUB_A, HUB_B):
        estate.brokers[address].add(TopicConfig("mdm-t", 4, 4, 4))
    result = owners()
    assert (result["topics"], result["close"]) == (["mdm-t"], [])


def test_a_group_of_somebody_else_that_reads_it_counts(owners, estate) -> None:
    estate.brokers[HUB_B].offsets["mdm-t", "mro-g"] = {0: 7}
    assert {"name": "mdm-t", "owners": ["group mro-g"]} in owners()["shared"]
    estate.brokers[HUB_B].offsets.clear()
    estate.connect("mro-g", ["c1"], [HUB_A], ["mdm-t"])
    assert owners()["topics"] == []


def test_what_was_agreed_of_a_source_that_answers_no_more_counts(owners) -> None:
    assert owners(others=[])["topics"] == ["mdm-t", "orders"]
    agreed = [{"name": "mro", "topics": ["orders"], "groups": ["mdm-g"]}]
    result = owners(others=[], agreed=agreed)
    assert (result["topics"], result["groups"]) == (["mdm-t"], [])


@pytest.mark.parametrize("address", [MDM_A, MRO_A, HUB_B])
def test_half_a_picture_is_none(owners, estate, address) -> None:
    estate.brokers[address].down = True
    result = owners()
    assert result["failed"] and "is not known, because something did not answer" in result["msg"]
    assert any(address in line for line in result["unanswered"])


def test_nobody_s_topics_cannot_be_told(owners) -> None:
    assert "sources is empty" in owners(sources=[])["msg"]
