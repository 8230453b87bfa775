# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in the middle of a phase: what was tried, and could not be proved."""

from __future__ import annotations

from .entry import BLOCKING, TASKS, Entry

ENTRIES = (
    Entry(
        "SOURCE_NOT_FROZEN",
        BLOCKING,
        "source",
        "The source could not be made read-only, with the proof that no client writes any more.",
        "See what is named for each source. A producer that writes to a queue of its own choice can be ended by its "
        "owner only. Then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_NOT_DRAINED",
        BLOCKING,
        "source",
        "Something is left on the source, which stays read-only.",
        "Run this again when the cause is gone, or rollback_freeze_source.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_NOT_CLOSED",
        BLOCKING,
        "source",
        "The source could not be closed, with the proof that no client writes or reads any more. It is open for "
        "reading again.",
        "Settle what is named for each source, then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_NOT_STARTED",
        BLOCKING,
        "source and its stage",
        "The brokers of all these sources were to run again.",
        "Make what is named here answer and run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "DRAIN_NOT_RECORDED",
        BLOCKING,
        "address of a master",
        "It is not known what was written since the source was closed to topics that are read by broadcast.",
        "Where the evidence lies elsewhere, name its directory with rocketmq_migration_directory. Else open the "
        "sources for reading (rollback_switch_dns where the names are switched, then rollback_close_source), drain "
        "and close them; ask the owners of such topics whether they sent meanwhile.",
        gates=(TASKS,),
    ),
    Entry(
        "BROADCAST_MISSED",
        BLOCKING,
        "source",
        "A client wrote, or may have written, to topics that are read by broadcast. A broadcasting consumer gets a "
        "queue back at its end, so no consumer has read these messages.",
        "They are lost to their readers: their owner has to send them again. Then run this again; it goes on from "
        "here, and says this no more.",
        gates=(TASKS,),
    ),
    Entry(
        "MESSAGES_LEFT_BEHIND",
        BLOCKING,
        "source",
        "A client wrote to topics on the target, or may have written, after they were proved to be read there. Their "
        "readers have left the target, so this is out of reach until a second attach.",
        "Let the owners send it again, on their own cluster. Then run this again: it goes on from here, to the proof "
        "that the target has left, and says this no more.",
        gates=(TASKS,),
    ),
    Entry(
        "GROUP_BEHIND",
        BLOCKING,
        "cluster/group/topic",
        "A group has not read what was there for it.",
        "Let the group catch up, or waive by name what the drain says of it (NO_CONSUMER, for example); then run this "
        "again.",
        gates=(TASKS,),
    ),
    Entry(
        "NAME_NOT_SWITCHED",
        BLOCKING,
        "DNS name",
        "The names could not be switched, with the proof that every server answers the target.",
        "Settle what is named here and run this again. Where names are changed by hand (rocketmq_dns_updates is "
        "false), each answers what it was last given; no running client moves by that before the old name servers "
        "end. rollback_switch_dns says what to change to go back.",
        gates=(TASKS,),
    ),
    Entry(
        "NAME_NOT_POINTED_BACK",
        BLOCKING,
        "DNS name",
        "The names could not be switched, and could not all be pointed back: they may answer differently.",
        "Set these names right by hand, then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "BUSINESS_UNLISTED",
        BLOCKING,
        "group",
        "A client that does not come to the target would not be noticed.",
        "List the machines of the clients in the group business; or, where they are not known, say so: -e "
        "rocketmq_business_unlisted=true.",
        gates=(TASKS,),
    ),
    Entry(
        "RELEASE_NOT_CONFIRMED",
        BLOCKING,
        "source",
        "Beyond this point no rollback playbook leads back, so the phase asks before it.",
        "To pass it: -e rocketmq_migration_release=true",
        gates=(TASKS,),
    ),
    Entry(
        "CLIENT_NOT_ARRIVED",
        BLOCKING,
        "host",
        "A client that was connected to an old name server has not come to the target.",
        "Look there whether the machine and its clients run, whether it resolves the names of the sources to the "
        "target, and whether it reaches that address; a client with a name server by IP address or in its own hosts "
        "file has to be corrected and restarted. Take a machine without clients out of the group business. Then run "
        "this phase again.",
        gates=(TASKS,),
    ),
    Entry(
        "PORT_STILL_USED",
        BLOCKING,
        "host",
        "A client is connected to the port of a name server that has ended.",
        "Look there what listens (ss -ltnp), end it and run this phase again.",
        gates=(TASKS,),
    ),
    Entry(
        "RESCUE_NOT_POSSIBLE",
        BLOCKING,
        "source",
        "A rescue is for one source at a time, because sources have brokers of equal names; and only after its "
        "clients were released. Before that there is an undo.",
        "Name one source that was released with rocketmq_migration_batch.",
        gates=(TASKS,),
    ),
)
