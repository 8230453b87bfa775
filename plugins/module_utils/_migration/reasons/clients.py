# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of the gates on clients: which queues they hold, and whether traffic flows."""

from __future__ import annotations

from ..._admin.release import CLIENT_HEARTBEAT, CLIENT_POLL, LOCK_RENEWAL, REBALANCE
from .entry import ASSIGNMENT, BLOCKING, NOTICE, PREFLIGHT, TRAFFIC, WAIVABLE, Entry

ENTRIES = (
    # What clients hold
    Entry(
        "NOTHING_ONLINE",
        WAIVABLE,
        "cluster",
        "Not one consumer group is online, so there are no queues of consumers that could prove anything.",
        "Check the addresses; if the business really is offline, waive the cluster by name.",
        gates=(ASSIGNMENT,),
    ),
    Entry(
        "CLIENT_SILENT",
        WAIVABLE,
        "cluster/group/client",
        "A client did not tell which queues it holds, through no broker that it is connected to.",
        "Look at that client; if it cannot answer (some clients in other languages), waive it by name.",
        gates=(PREFLIGHT, ASSIGNMENT),
    ),
    Entry(
        "PULL_CLIENT",
        WAIVABLE,
        "cluster/group",
        "A pull consumer chooses its queues by itself and does not tell them.",
        "Ask its owner whether it reads new queues by itself; waive the group by name.",
        gates=(PREFLIGHT, ASSIGNMENT),
    ),
    Entry(
        "NOT_ASSIGNED",
        WAIVABLE,
        "cluster/group/topic",
        "Queues are held by no client of a group that is subscribed to the topic, or, of an ordered one, not "
        "locked by it.",
        f"Wait for its next route poll and rebalance ({CLIENT_POLL} s and {REBALANCE} s); then look at the group's "
        "consumers.",
        gates=(ASSIGNMENT,),
    ),
    Entry(
        "BROADCAST_NOT_ASSIGNED",
        BLOCKING,
        "cluster/group/topic",
        "A client of a broadcasting group does not read all queues; what is written to the target's now is lost to it.",
        f"Wait for its next route poll and rebalance ({CLIENT_POLL} s and {REBALANCE} s); then restart that client.",
        gates=(ASSIGNMENT,),
    ),
    Entry(
        "TOPIC_ABSENT",
        NOTICE,
        "cluster/group/topic",
        "A group is subscribed to a topic that no broker has.",
        "Nothing can be assigned; tell the owner.",
        gates=(ASSIGNMENT,),
    ),
    Entry(
        "QUEUES_HELD",
        WAIVABLE,
        "cluster/group/client",
        "A client still holds queues that it has to let go.",
        f"Wait for its next route poll and rebalance ({CLIENT_POLL} s and {REBALANCE} s); then look at the client.",
        gates=(ASSIGNMENT,),
    ),
    Entry(
        "NOT_CONNECTED",
        WAIVABLE,
        "cluster/group/broker",
        "Clients of a group that are connected to other brokers are not connected to this one.",
        f"Wait for their next heartbeat ({CLIENT_HEARTBEAT} s); then look at the connection between them.",
        gates=(ASSIGNMENT,),
    ),
    Entry(
        "LOCK_NOT_RENEWED",
        WAIVABLE,
        "cluster/group/client",
        "A client that consumes in order has not renewed its locks at a broker that was restarted and has "
        "forgotten them.",
        f"Wait for its next route poll and its next renewal ({CLIENT_POLL} s and {LOCK_RENEWAL} s); then look at the "
        "client.",
        gates=(ASSIGNMENT,),
    ),
    # Traffic
    Entry(
        "NO_TRAFFIC",
        WAIVABLE,
        "cluster",
        "Nothing was written to any topic while it was watched, so nothing proves that traffic flows.",
        "Check that the business is running; if it really is silent, waive the cluster by name.",
        gates=(TRAFFIC,),
    ),
    Entry(
        "MASTER_WITHOUT_TRAFFIC",
        WAIVABLE,
        "cluster/broker",
        "A master has received nothing since the watch began.",
        f"Check its permission and routes: producers use a new master within {CLIENT_POLL} s, their route poll.",
        gates=(TRAFFIC,),
    ),
    Entry(
        "TOPIC_WITHOUT_TRAFFIC",
        WAIVABLE,
        "cluster/topic",
        "A topic that has traffic has received nothing on the target.",
        "Look at its producers: one that names its queues itself never moves; waive the topic by name if that is "
        "known.",
        gates=(TRAFFIC,),
    ),
    Entry(
        "NOT_CONSUMED",
        WAIVABLE,
        "cluster/group/topic",
        "A group's committed offsets on the target do not move, although the topic grows there.",
        "Look at the consumers of this group.",
        gates=(TRAFFIC,),
    ),
    Entry(
        "TRAFFIC_WITHOUT_GROUP",
        NOTICE,
        "cluster/topic",
        "A topic receives messages and no clustering group that is online consumes it.",
        "Nothing to wait for; broadcasting and pull consumers do not tell the brokers their progress.",
        gates=(TRAFFIC,),
    ),
)
