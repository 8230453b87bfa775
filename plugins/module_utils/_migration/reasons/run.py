# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals before a phase begins: the inventory, what the run was started with, and where the sources stand."""

from __future__ import annotations

from .entry import BLOCKING, TASKS, Entry

ENTRIES = (
    Entry(
        "INVENTORY_MISTAKE",
        BLOCKING,
        "variable or host",
        "With an inventory that does not fit, what is looked at and what is changed would be something else than "
        "what is meant.",
        "Correct the inventory and start this again.",
        gates=(TASKS,),
    ),
    Entry(
        "PYTHON_UNUSABLE",
        BLOCKING,
        "localhost",
        "The Python of localhost lacks libraries that the modules need.",
        "Install dnspython and requests for it, or write for localhost "
        'ansible_python_interpreter: "{{ ansible_playbook_python }}".',
        gates=(TASKS,),
    ),
    Entry(
        "RUN_LIMITED",
        BLOCKING,
        "limit",
        "The gates judge whole clusters, and a limit would hide members from them.",
        "Run it without --limit; name the sources of a batch with rocketmq_migration_batch.",
        gates=(TASKS,),
    ),
    Entry(
        "BATCH_MISSING",
        BLOCKING,
        "playbook",
        "This playbook acts on some of the sources, and nothing says on which.",
        "Name them: -e rocketmq_migration_batch=CLUSTER. When all sources are to leave the target, "
        "the ways back are rollback_open_target and rollback_deploy.",
        gates=(TASKS,),
    ),
    Entry(
        "BATCH_INCOMPLETE",
        BLOCKING,
        "source",
        "The target has joined a source that the batch does not name: its producers would begin to write to the "
        "target, and no phase would look at its consumers.",
        "Run this without a batch, or with all sources that the target has joined.",
        gates=(TASKS,),
    ),
    Entry(
        "BATCH_NOT_ALLOWED",
        BLOCKING,
        "source",
        "What this playbook does concerns every source of the target, also those that the batch does not name.",
        "Run this without rocketmq_migration_batch. To let one source leave a target that serves others, run "
        "rollback_attach.",
        gates=(TASKS,),
    ),
    Entry(
        "LOCK_NOT_VISIBLE",
        BLOCKING,
        "name server",
        "The target is deployed, but its name server did not answer when the lock was to be laid there, where runs "
        "on other hosts would find it.",
        "Make it answer and start this again.",
        gates=(TASKS,),
    ),
    Entry(
        "PLAN_NOT_AGREED",
        BLOCKING,
        "directory",
        "There is no plan with which the phases could go on: something blocks, or it differs from the plan that is "
        "there.",
        "Settle what is named here (each code is explained on this page), then run the preflight again.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_STAGE_UNKNOWN",
        BLOCKING,
        "source",
        "It is not known where a source stands, so nothing can be done with it safely.",
        "Make what is named here answer (does its process run, are its address and port in the inventory right?) and "
        "start this again; it goes on from the live world. A source that is done and whose machines are gone leaves "
        "the inventory.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_TOO_EARLY",
        BLOCKING,
        "source and its stage",
        "The phase stands on what an earlier one does.",
        "Run the phase that is named here first.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_TOO_FAR",
        BLOCKING,
        "source and its stage",
        "The source is further than what this undoes, and later phases stand on it.",
        "Undo the later phases first, in the order that is named here. A source that is done has no way back, only "
        "rescue. To undo this for others only, name them with rocketmq_migration_batch.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCES_NOT_JOINED",
        BLOCKING,
        "source and its stage",
        "No source stands between joined and frozen, so there are no two sides to be equalized. Before the target is "
        "deployed the sources alone count; after a source is closed its new names belong to the target.",
        "Deploy the target first, or let this be.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_NEEDS_TARGET",
        BLOCKING,
        "source",
        "The source is read-only or further: its clients can write to the target only.",
        "Undo that first, rollback_freeze_source for example.",
        gates=(TASKS,),
    ),
    Entry(
        "SOURCE_UNLISTED",
        BLOCKING,
        "source",
        "The plan knows sources that the inventory lists no more and whose names answer the target (or do not "
        "answer): their clients have nothing but the target.",
        "To let another source leave it, run rollback_attach with rocketmq_migration_batch. Of a source that was "
        "given up before its name was switched, let the name answer its own address again until this has run.",
        gates=(TASKS,),
    ),
    Entry(
        "TARGET_NOT_SERVING",
        BLOCKING,
        "cluster",
        "None of the target's masters says that it takes writes.",
        "attach and restart are for a target that serves. Sources that begin together are deployed together "
        "(phase_30_deploy); phase_50_open_target opens the target of a migration; to open a cluster without one: "
        "rocketmq_broker_perm with perm 6.",
        gates=(TASKS,),
    ),
    Entry(
        "TARGET_SERVING",
        BLOCKING,
        "cluster",
        "The target takes writes (brokerPermission with 2 on one of its masters), or a source needs it.",
        "Undo open_target first (rollback_open_target).",
        gates=(TASKS,),
    ),
    Entry(
        "TARGET_WITHOUT_SOURCES",
        BLOCKING,
        "source",
        "Without these sources the target would serve nobody. Then it is undone as a whole.",
        "Run rollback_open_target, then rollback_deploy, both without rocketmq_migration_batch.",
        gates=(TASKS,),
    ),
    Entry(
        "RESTART_INTERRUPTED",
        BLOCKING,
        "broker",
        "An interrupted restart has left a broker out of the routes.",
        "Run the playbook restart, which goes on with it, then this again.",
        gates=(TASKS,),
    ),
    Entry(
        "OWNER_UNKNOWN",
        BLOCKING,
        "topic or group",
        "It exists on the target alone, and nothing tells which source's clients use it.",
        "Name the source in rocketmq_migration_owners, as [{name: NAME, source: CLUSTER}].",
        gates=(TASKS,),
    ),
    Entry(
        "PLAN_WITHOUT_SOURCE",
        BLOCKING,
        "source",
        "The source can be read no more, and the plan does not know its topics: what is taken from the sources that "
        "leave could be needed by its clients.",
        "Name the directory of its plan with rocketmq_migration_directory.",
        gates=(TASKS,),
    ),
)
