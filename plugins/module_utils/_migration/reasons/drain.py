# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of the drain."""

from __future__ import annotations

from ..._admin.release import TRANSACTION_CHECKS
from .entry import BLOCKING, DELETE, DRAIN, NOTICE, PREFLIGHT, TASKS, WAIVABLE, Entry

ENTRIES = (
    Entry(
        "NOT_DRAINED",
        BLOCKING,
        "cluster/group/topic",
        "A group still has messages to consume and does consume them.",
        "Wait, or give the group more consumers.",
        gates=(DRAIN,),
    ),
    Entry(
        "STALLED",
        WAIVABLE,
        "cluster/group/topic",
        "A group is online and has messages to consume, but its offset does not move.",
        "Look at the consumers of this group.",
        gates=(DRAIN,),
    ),
    Entry(
        "NO_CONSUMER",
        WAIVABLE,
        "cluster/group/topic",
        "Messages wait for a group that has no consumer for this topic on the broker.",
        "Start the group's consumers, or waive the rest by name. The preflight tells early for whom the drain will "
        "wait, and needs no waiver.",
        gates=(PREFLIGHT, DRAIN),
        milder={PREFLIGHT: NOTICE},
    ),
    Entry(
        "TOPIC_WITHOUT_GROUP",
        WAIVABLE,
        "cluster/topic",
        "A topic holds messages and no group consumes it: nothing will ever drain it.",
        "Start a consumer, export the messages, or waive the topic by name.",
        gates=(PREFLIGHT, DRAIN),
    ),
    Entry(
        "HIDDEN_QUEUE",
        WAIVABLE,
        "cluster/group/topic",
        "Messages lie in queues beyond the topic's readQueueNums, where no consumer can read them.",
        "Raise readQueueNums of the topic on this broker.",
        gates=(DRAIN,),
    ),
    Entry(
        "OFFSET_BEYOND_END",
        WAIVABLE,
        "cluster/group/topic",
        "A committed offset lies behind the end of its queue, so it does not tell what was consumed.",
        "The store lost data or offsets were written by hand; find out, then set the offset or waive it.",
        gates=(DRAIN,),
    ),
    Entry(
        "REWOUND",
        BLOCKING,
        "cluster/group/topic",
        "A group's committed offset went back while it was watched; it consumes messages again.",
        "Wait until it has caught up; find out who reset it.",
        gates=(DRAIN,),
    ),
    Entry(
        "BROADCAST_UNKNOWN",
        WAIVABLE,
        "cluster/group/topic",
        "The progress of a broadcasting group's client is not known: only the client itself knows it.",
        "Check that the client answers and holds every queue of the topic, or waive the group by name. On a "
        "closed broker no client can tell: give the commit_logs of the proof before the close, or open it for "
        "reading again.",
        gates=(DRAIN,),
    ),
    Entry(
        "BROADCAST_CLOSED",
        NOTICE,
        "cluster/group/topic",
        "The broker is closed, so a broadcasting group's progress on it cannot be asked any more.",
        "Nothing was written since; the progress had to be proved before the broker was closed.",
        gates=(DRAIN,),
    ),
    Entry(
        "PULL_GROUP",
        WAIVABLE,
        "cluster/group/topic",
        "A pull consumer has messages to consume; its committed offset is what the application chose to commit.",
        "Ask the owner; waive the group by name when its offset does not tell its progress.",
        gates=(DRAIN,),
    ),
    Entry(
        "DELAYED_PENDING",
        BLOCKING,
        "cluster/broker/level",
        "Delayed messages are not due yet.",
        "Wait; the longest delay level decides how long.",
        gates=(DRAIN, DELETE),
    ),
    Entry(
        "DELIVERY_BEYOND_END",
        WAIVABLE,
        "cluster/broker/level",
        "A broker counts more messages as delivered than a delay level (or, as level half, the topic of "
        "undecided transactions) has ever held: what is written there next is never delivered.",
        "The store lost data, or delayOffset.json or consumerOffset.json is of another store; find out before "
        "anything is stopped.",
        gates=(DRAIN,),
    ),
    Entry(
        "GROUP_WITHOUT_OFFSETS",
        WAIVABLE,
        "cluster/group",
        "A group is known to the brokers and has no offset anywhere, so nothing tells what it has read: its clients "
        "keep their progress themselves, or it was never used.",
        "The drain asks for a waiver when it is offline then: start its consumers, or ask its owner and waive the "
        "group by name. The target gets it with offset 0 like every other.",
        gates=(PREFLIGHT, DRAIN),
        milder={PREFLIGHT: NOTICE},
    ),
    Entry(
        "HALF_PENDING",
        BLOCKING,
        "cluster/broker",
        "Transactional messages are undecided.",
        f"Wait for the broker's checks, one a minute; after {TRANSACTION_CHECKS} checks the broker drops them.",
        gates=(DRAIN, DELETE),
    ),
    Entry(
        "SLAVE_BEHIND",
        BLOCKING,
        "cluster/broker:id",
        "A slave does not hold everything its master holds; for the preflight, what the master held some seconds "
        "before.",
        "Wait for the replication; check haServerAddr and the network between the two when it does not move.",
        gates=(PREFLIGHT, DRAIN),
        milder={PREFLIGHT: WAIVABLE},
    ),
    Entry(
        "SLAVE_UNKNOWN",
        WAIVABLE,
        "cluster/broker:id",
        "A slave did not answer, so it is not known whether it holds everything.",
        "Start the slave, or waive it by name.",
        gates=(PREFLIGHT, DRAIN),
    ),
    Entry(
        "NOT_SETTLED",
        BLOCKING,
        "cluster/broker",
        "Everything is consumed, but the commit log has not stood still for the whole window yet.",
        "Wait; when it goes on growing, a client still writes.",
        gates=(DRAIN,),
    ),
    Entry(
        "WRITTEN_SINCE",
        BLOCKING,
        "cluster/broker, or host",
        "The commit log does not end where it ended when it was proved to be read: a client wrote there since.",
        "Find out who writes there, open the source for reading (rollback_close_source), drain it and go on from "
        "there. Brokers that have ended are started before, by rollback_stop_brokers where the phase has not done it.",
        gates=(DRAIN, TASKS),
    ),
    Entry(
        "DRAIN_GROWS",
        BLOCKING,
        "cluster",
        "More remains with every look, so the drain does not come to an end by waiting.",
        "A group consumes more slowly than its retries or delayed messages come; give it more consumers.",
        gates=(DRAIN,),
    ),
    Entry(
        "CONSUMER_LOST",
        BLOCKING,
        "cluster/group",
        "A group that was draining its messages has lost its last consumer.",
        "Start the group's consumers and run the phase again, or waive NO_CONSUMER for what it leaves.",
        gates=(DRAIN,),
    ),
    Entry(
        "TARGET_FALLS_BEHIND",
        BLOCKING,
        "cluster",
        "The target's own backlog grows faster than is allowed: its consumers do not keep up.",
        "Give the groups in the evidence more consumers before more traffic is moved; the source still has its data.",
        gates=(DRAIN,),
    ),
    Entry(
        "DLQ_CONTENT",
        NOTICE,
        "cluster/topic",
        "A dead-letter queue holds messages. They stay on the source and end with it.",
        "Export them with rocketmq_dlq, which can also send them again, before the source is decommissioned.",
        gates=(PREFLIGHT, DRAIN),
    ),
    Entry(
        "EXPIRED",
        NOTICE,
        "cluster/group/topic",
        "Messages were deleted by the broker's retention before the group consumed them.",
        "Nothing can be consumed any more; tell the owner.",
        gates=(DRAIN,),
    ),
)
