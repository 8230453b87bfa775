# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why it is not known where a source stands."""

from __future__ import annotations

from .entry import BLOCKING, STAGE, TASKS, Entry

ENTRIES = (
    Entry(
        "PROCESS_UNKNOWN",
        BLOCKING,
        "host",
        "A machine does not tell whether the process on it runs, and nothing there answers RocketMQ's protocol.",
        "Make the machine answer, over the inventory's connection, or bring it up.",
        gates=(STAGE,),
    ),
    Entry(
        "PROCESS_ENDED",
        BLOCKING,
        "host",
        "A broker of a source has ended although the source's name was not switched.",
        "Start it, and run this again.",
        gates=(STAGE,),
    ),
    Entry(
        "NAMESERVER_ENDED",
        BLOCKING,
        "source",
        "The name server of a source has ended and some of its brokers run.",
        "If a rescue was interrupted, run it again; it ends them when they are empty. If they came back by "
        "themselves, as when a machine boots, end their processes with SIGTERM by hand, and see that they do not "
        "start again.",
        gates=(STAGE, TASKS),
    ),
    Entry(
        "NAME_CONTRADICTS_STAGE",
        BLOCKING,
        "source",
        "The name of a source's name server does not answer what fits its processes: the target's address while its "
        "masters are not closed, or its own while its processes have ended.",
        "Find out who changed the name, or who ended or opened the brokers. Set the name right by hand, or start the "
        "processes, then run this again.",
        gates=(STAGE,),
    ),
    Entry(
        "SOURCE_WITHOUT_HOSTS",
        BLOCKING,
        "source",
        "No host of the source was asked.",
        "See that the hosts of the source are in the inventory and in no limit.",
        gates=(STAGE,),
    ),
    Entry(
        "SOURCE_WITHOUT_MASTER",
        BLOCKING,
        "source",
        "The source has no master that could tell its brokerPermission.",
        "See that its masters are in the inventory, with their rocketmq_broker_name.",
        gates=(STAGE,),
    ),
)
