# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight looks at: sources of nine masters and of one, and a target that does not run yet."""

from __future__ import annotations

from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import HALF, Estate, cluster, half_message

BIG = [f"198.18.50.{number}:10911" for number in range(1, 10)]
SMALL = "198.18.50.101:10911"
BIG_NS, SMALL_NS, HUB_NS = "198.18.50.20:9876", "198.18.50.120:9876", "198.18.50.80:9876"
SOURCES = [
    cluster("big", BIG_NS, {f"b{number}": address for number, address in enumerate(BIG, 1)}),
    cluster("small", SMALL_NS, {"s1": SMALL}),
]
TARGET = cluster("hub", HUB_NS, {"hub-a": "198.18.50.81:10911"})
PREFLIGHT = {
    "sources": SOURCES,
    "target": TARGET,
    "target_config": {"autoCreateTopicEnable": False, "autoCreateSubscriptionGroup": False},
}


def departments() -> Estate:
    """Every master of a source has the topic and the group of its source."""
    estate = Estate(*SOURCES, TARGET)
    for broker in estate.brokers.values():
        broker.down, broker.groups = broker.cluster == "hub", {}
        broker.add(TopicConfig(f"{broker.cluster}-t", 4, 4, 6))
        broker.settings = {
            "autoCreateTopicEnable": "false",
            "autoCreateSubscriptionGroup": "false",
            "namesrvAddr": broker.home[0],
        }
    estate.servers[HUB_NS].down = True
    add_groups(estate, "big", "big-g")
    add_groups(estate, "small", "small-g")
    return estate


def add_groups(estate: Estate, source: str, *names: str) -> None:
    """Groups that read the topic of their source."""
    for broker in estate.brokers.values():
        if broker.cluster == source:
            for name in names:
                broker.add(SubscriptionGroup(name), TopicConfig(f"%RETRY%{name}", 1, 1, 6))
                broker.offsets[f"{source}-t", name] = {0: 0}
    estate.publish_all()


def undecided(estate: Estate, address: str, *groups: str) -> None:
    """Half messages of these producer groups at one master."""
    broker = estate.brokers[address]
    broker.add(TopicConfig(HALF, 1, 1, 6))
    broker.ends[HALF, 0] = len(groups)
    broker.messages[HALF, 0] = [half_message(at, PGROUP=group) for at, group in enumerate(groups)]


def codes(result: dict[str, Any], severity: str | None = None) -> set[tuple[str, str]]:
    return {(row["code"], row["subject"]) for row in result["reasons"] if severity in (None, row["severity"])}
