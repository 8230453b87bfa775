# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals about the lists of name servers with which brokers run."""

from __future__ import annotations

from ..._admin.release import ADDRESS_FETCH
from .entry import BLOCKING, TASKS, Entry

ENTRIES = (
    Entry(
        "LIST_EMPTY",
        BLOCKING,
        "broker or address server",
        "An empty list would take every name server from a broker: it would register nowhere.",
        "Correct what gives the list: the name servers of the inventory.",
        gates=(TASKS,),
    ),
    Entry(
        "LIST_UNKNOWN",
        BLOCKING,
        "cluster or address server",
        "It is not known with which name servers brokers of the target run, nor which sources they have "
        "joined or still need.",
        "See that the container of the address server runs and serves, and that each of these brokers runs and "
        "reaches its port; then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "LIST_NOT_FETCHED",
        BLOCKING,
        "address server",
        f"Brokers have not fetched their new list, which each asks for every {ADDRESS_FETCH} s. The others have "
        "theirs, and these keep the one that they have.",
        "See that these brokers run and reach that port, then run this again: it goes on from here.",
        gates=(TASKS,),
    ),
    Entry(
        "LIST_NOT_SERVED",
        BLOCKING,
        "host",
        f"A broker takes over within {ADDRESS_FETCH} s what its machine gets from the address server, and that is "
        "not what is meant.",
        "See who listens at the address server, which runs beside the target's name server, and what is between. "
        "Then run this again: it goes on from the live world.",
        gates=(TASKS,),
    ),
    Entry(
        "LIST_NOT_WRITTEN",
        BLOCKING,
        "container",
        "The file of a broker does not have the list of name servers that it was to get.",
        "See whether the file is mounted by itself, is not writable for the broker, or the disk is full; mend that "
        "before the broker is started again, then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "LIST_FOREIGN",
        BLOCKING,
        "name server",
        "The target's brokers run with a name server that is none of the inventory's. Clients there would lose the "
        "target.",
        "Add its cluster to the inventory, or take it out of what the address server serves and of the brokers' "
        "namesrvAddr.",
        gates=(TASKS,),
    ),
    Entry(
        "LIST_PINNED",
        BLOCKING,
        "broker",
        "A broker was started with a list of name servers of its own, so that it fetches none from the address "
        "server until it is restarted.",
        "Where the target serves, run the playbook restart for it (rocketmq_restart_brokers), which takes that list "
        "out, then this again. While it does not serve: run rollback_deploy, take namesrvAddr out of the files, then "
        "deploy.",
        gates=(TASKS,),
    ),
    Entry(
        "TARGET_REGISTERS_ELSEWHERE",
        BLOCKING,
        "name server",
        "The target's brokers run, and do not register with these name servers of the sources.",
        "A further source joins a target that serves by the playbook attach; while it does not serve yet, undo the "
        "deploy (rollback_deploy) and deploy for all of them.",
        gates=(TASKS,),
    ),
    Entry(
        "TARGET_STILL_LISTED",
        BLOCKING,
        "source",
        "A name server of a source still lists a broker of the target, which was to leave it.",
        "See that every broker of the target has ended or has its new list, and run this again; a name server drops a "
        "broker that is silent after a while.",
        gates=(TASKS,),
    ),
)
