# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why rocketmq_topic and rocketmq_group delete nothing."""

from __future__ import annotations

from .entry import BLOCKING, DELETE, Entry

ENTRIES = (
    Entry(
        "TOPIC_RESERVED",
        BLOCKING,
        "topic",
        "RocketMQ keeps a topic of this name for itself, or for a cluster or broker of that name.",
        "Let it be.",
        gates=(DELETE,),
    ),
    Entry(
        "TOPIC_ELSEWHERE",
        BLOCKING,
        "topic",
        "A name server forgets a topic for all brokers that it knows, and some that are not named here have it, too.",
        "Name their clusters and masters in the same task, or let the topic stay.",
        gates=(DELETE,),
    ),
    Entry(
        "MESSAGES_UNREAD",
        BLOCKING,
        "cluster/broker/topic or group",
        "Messages would go that are not read yet: those of the topic, or of one that is not in the broker's table, "
        "whose queues the broker destroys with every deletion.",
        "Let its groups read them, then run this again.",
        gates=(DELETE,),
    ),
    Entry(
        "CONSUMER_ONLINE",
        BLOCKING,
        "cluster/broker/topic or group",
        "Consumers use it now; they would make it anew.",
        "End or change these consumers first.",
        gates=(DELETE,),
    ),
    Entry(
        "GROUP_EXISTS",
        BLOCKING,
        "cluster/broker/topic",
        "The topic holds retries or dead letters of a group that exists.",
        "Delete the group first.",
        gates=(DELETE,),
    ),
    Entry(
        "PRODUCER_TRANSACTIONAL",
        BLOCKING,
        "cluster/broker",
        "Transactional producers are connected, and the broker destroys their bookkeeping with every deletion of a "
        "topic.",
        "Delete while they are not connected and nothing is undecided.",
        gates=(DELETE,),
    ),
)
