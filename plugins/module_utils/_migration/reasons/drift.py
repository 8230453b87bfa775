# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons why sources and target are not equal."""

from __future__ import annotations

from .entry import BLOCKING, DRIFT, NOTICE, WAIVABLE, Entry

_SYNC = "Run the playbook sync, then this phase again."

ENTRIES = (
    Entry(
        "TOPIC_NOT_ON_TARGET",
        BLOCKING,
        "topic",
        "A topic of the sources is missing on masters of the target.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "GROUP_NOT_ON_TARGET",
        BLOCKING,
        "group",
        "A consumer group of the sources is missing on masters of the target.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "TOPIC_DIFFERS_ON_TARGET",
        BLOCKING,
        "topic",
        "A topic has fewer queues or flags on the target than on the sources.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "GROUP_DIFFERS_ON_TARGET",
        BLOCKING,
        "group",
        "A consumer group has other settings on the target than on the sources.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "TOPIC_CLOSED_ON_TARGET",
        BLOCKING,
        "topic",
        "A topic has less permission on the target than on the sources. One that is created on a serving target "
        "is kept read-only until every online consumer reads it.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "ORDER_NOT_EVERYWHERE",
        BLOCKING,
        "nameserver/topic",
        "An ordered topic has no entry in a name server's order configuration; brokers that see different tables "
        "rewrite their topics at every registration.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "OFFSETS_NOT_SEEDED",
        BLOCKING,
        "group/topic",
        "A known group has no offset on empty queues of the target: it would start at their end once what is "
        "written there has left memory.",
        _SYNC,
        gates=(DRIFT,),
    ),
    Entry(
        "DLQ_NOT_ON_TARGET",
        NOTICE,
        "topic",
        "A dead-letter topic of the sources is missing on the target. A broker makes its own when it needs it.",
        "Nothing to do; the playbook sync creates it.",
        gates=(DRIFT,),
    ),
    Entry(
        "TOPIC_ONLY_ON_TARGET",
        WAIVABLE,
        "topic",
        "A topic exists on the target alone, while the sources still take writes: turning back would lose it.",
        f"{_SYNC} Where it cannot tell which source the topic belongs to, name it in rocketmq_migration_owners.",
        gates=(DRIFT,),
    ),
    Entry(
        "GROUP_ONLY_ON_TARGET",
        WAIVABLE,
        "group",
        "A consumer group exists on the target alone, while the sources still take writes.",
        f"{_SYNC} Where it cannot tell which source the group belongs to, name it in rocketmq_migration_owners.",
        gates=(DRIFT,),
    ),
    Entry(
        "TOPIC_CLOSED_ON_SOURCE",
        WAIVABLE,
        "topic",
        "No source gives a topic the permission that the target gives it.",
        f"{_SYNC} If the topic was closed on purpose, close it on the target too.",
        gates=(DRIFT,),
    ),
)
