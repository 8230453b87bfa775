# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of the preflight about clients, and about what lies in the queues."""

from __future__ import annotations

from ..._admin.release import TRANSACTION_CHECKS
from .entry import BLOCKING, NOTICE, PREFLIGHT, TASKS, WAIVABLE, Entry

ENTRIES = (
    # Clients
    Entry(
        "SUBSCRIPTIONS_DIFFER",
        WAIVABLE,
        "cluster/group",
        "Clients of one group subscribe to different topics or expressions. A broker keeps only what the last "
        "one said, so queues are given to clients that do not read them; every rebalance, and the migration "
        "makes several, moves the gap.",
        "Give all clients of the group the same subscriptions; waive it when its owner knows and accepts it.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "MODELS_DIFFER",
        WAIVABLE,
        "cluster/group",
        "Some clients of a group broadcast and others share the queues. A broker keeps only what the last one "
        "said, so it is not known what the others have consumed.",
        "Split the group, or restart the clients that are wrong.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "CLIENT_OLD",
        NOTICE,
        "cluster/group/client",
        "The client is older than 4.4.0. What is proved here was proved with 4.4.0.",
        "Nothing to do; watch this client first after each phase.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "CLIENT_OTHER_LANGUAGE",
        WAIVABLE,
        "cluster/group/client",
        "The client is not a Java client. Go's takes no DNS name as its name server, so that the application "
        "resolves it by itself, often once: it never moves when the name is switched.",
        "Ask its owner how it finds its name server; plan a restart after the switch, and waive it by name.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "CLIENT_ID_SHARED",
        NOTICE,
        "client id",
        "Clients of several sources have the same client id (address@process), as containers with equal "
        "addresses have. They will be on the same brokers; with different groups that does no harm, equal groups "
        "are reported as SAME_GROUP.",
        "Nothing to do; know that a client id alone does not tell which client is meant.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "CLIENT_UNKNOWN_HOST",
        WAIVABLE,
        "cluster/address",
        "A client is connected to the source from an address that is no known business host.",
        "Find out who that is and add the host to the inventory; waive it for consoles, exporters and the like.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SOCKETS_UNKNOWN",
        BLOCKING,
        "cluster/host, or host",
        "A host did not tell who is connected to it. Producers, and clients of a name server, show nowhere else: "
        "a client there that does not come to the target would not be noticed.",
        "Make ss answer there (as the inventory's user, ss -tn) and run this again. Nothing but the preflight takes a "
        "waiver for it, for a machine that does not answer any more.",
        gates=(PREFLIGHT, TASKS),
        milder={PREFLIGHT: WAIVABLE},
    ),
    Entry(
        "ORDERLY_GROUP",
        NOTICE,
        "cluster/group",
        "The group consumes in order. Its consumption stands still for some seconds whenever queues appear or vanish.",
        "Tell its owners; the phases keep their distance for its sake.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "TRANSACTION_GROUP_SHARED",
        BLOCKING,
        "producer group",
        "The same transactional producer group is used in several sources. The target's broker asks any live "
        "producer of the group whether a transaction is to be committed: the other source's answers, and does "
        "not know it.",
        "Rename the producer group in all sources but one, together with its owners, before anything else.",
        gates=(PREFLIGHT,),
    ),
    # What lies in the queues
    Entry(
        "TRANSACTIONS_OPEN",
        NOTICE,
        "cluster/broker",
        f"Transactional messages are undecided now. The drain waits for them; after {TRANSACTION_CHECKS} checks the "
        "broker drops them.",
        "Nothing to do while transactions flow; look at producers that never answer checks.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "TOPIC_UNREAD",
        NOTICE,
        "cluster/topic",
        "No group reads or has ever read the topic, and it holds no message: nothing is lost, as would be with "
        "TOPIC_WITHOUT_GROUP.",
        "Nothing to do; ask whether it is still needed before it is copied.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "RETRY_TOPIC_NARROW",
        WAIVABLE,
        "cluster/group",
        "The group's retry topic has fewer queues than its retryQueueNums. 4.4.0 picks the queue of a retry by "
        "that number and never looks at the topic: retries beyond are stored where no consumer reads them, and the "
        "drain will find them.",
        "Raise the queues of the retry topic on the source; the target gets it wide enough by itself.",
        gates=(PREFLIGHT,),
    ),
)
