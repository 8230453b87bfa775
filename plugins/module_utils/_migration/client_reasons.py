# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the catalogue of reasons that is about clients: what they hold, and what flows through a cluster."""

from __future__ import annotations

from .reasons import BLOCKING, NOTICE, WAIVABLE, define

# What clients hold
define(
    "NOTHING_ONLINE",
    WAIVABLE,
    "cluster",
    "Not one consumer group is online, so there is nobody whose queues could prove anything.",
    "Check the addresses; if the business really is offline, waive the cluster by name.",
)
define(
    "CLIENT_SILENT",
    WAIVABLE,
    "cluster/group/client",
    "A client did not tell which queues it holds, through no broker that it is connected to.",
    "Look at that client; if it cannot answer (some clients in other languages), waive it by name.",
)
define(
    "PULL_CLIENT",
    WAIVABLE,
    "cluster/group",
    "A pull consumer chooses its queues by itself and does not tell them.",
    "Ask its owner whether it reads new queues by itself; waive the group by name.",
)
define(
    "NOT_ASSIGNED",
    WAIVABLE,
    "cluster/group/topic",
    "Queues are held by no client of a group that is subscribed to the topic, or, of an ordered one, not locked by it.",
    "Wait for its next route poll and rebalance (30 s and 20 s); then look at the group's consumers.",
)
define(
    "BROADCAST_NOT_ASSIGNED",
    BLOCKING,
    "cluster/group/topic",
    "A client of a broadcasting group does not read all queues; what is written to the target's now is lost to it.",
    "Wait for its next route poll and rebalance (30 s and 20 s); then restart that client.",
)
define(
    "TOPIC_ABSENT",
    NOTICE,
    "cluster/group/topic",
    "A group is subscribed to a topic that no broker has.",
    "Nothing can be assigned; tell the owner.",
)
define(
    "QUEUES_HELD",
    WAIVABLE,
    "cluster/group/client",
    "A client still holds queues that it has to let go.",
    "Wait for its next route poll and rebalance (30 s and 20 s); then look at the client.",
)
define(
    "NOT_CONNECTED",
    WAIVABLE,
    "cluster/group/broker",
    "Clients of a group that are connected to other brokers are not connected to this one.",
    "Wait for their next heartbeat (30 s); then look at the connection between them.",
)

define(
    "LOCK_NOT_RENEWED",
    WAIVABLE,
    "cluster/group/client",
    "A client that consumes in order has not renewed its locks at a broker that was restarted and has forgotten them.",
    "Wait for its next route poll and its next renewal (30 s and 20 s); then look at the client.",
)

# Traffic
define(
    "NO_TRAFFIC",
    WAIVABLE,
    "cluster",
    "Nothing was written to any topic while it was watched, so nothing proves that traffic flows.",
    "Check that the business is running; if it really is silent, waive the cluster by name.",
)
define(
    "MASTER_WITHOUT_TRAFFIC",
    WAIVABLE,
    "cluster/broker",
    "A master has received nothing since the watch began.",
    "Check its permission and routes: producers use a new master within 30 s, their route poll.",
)
define(
    "TOPIC_WITHOUT_TRAFFIC",
    WAIVABLE,
    "cluster/topic",
    "A topic that has traffic has received nothing on the target.",
    "Look at its producers: one that names its queues itself never moves; waive the topic by name if that is known.",
)
define(
    "NOT_CONSUMED",
    WAIVABLE,
    "cluster/group/topic",
    "A group's committed offsets on the target do not move, although the topic grows there.",
    "Look at the consumers of this group.",
)
define(
    "TRAFFIC_WITHOUT_GROUP",
    NOTICE,
    "cluster/topic",
    "A topic receives messages and no clustering group that is online consumes it.",
    "Nothing to wait for; broadcasting and pull consumers do not tell the brokers their progress.",
)
