# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of what a migration keeps between its phases: the lock, the plan and the proofs."""

from __future__ import annotations

from .entry import BLOCKING, EVIDENCE, Entry

ENTRIES = (
    Entry(
        "LOCK_HELD",
        BLOCKING,
        "owner",
        "Another run holds the lock of this estate, and two that change it would not know of each other.",
        "Let that run end, or end it; then start this one again. If it has ended where that cannot be seen from here "
        "(another host, a container that is gone), say so: rocketmq_migration_lock_ended with the owner that is named.",
        gates=(EVIDENCE,),
    ),
    Entry(
        "LOCK_FOREIGN",
        BLOCKING,
        "file or name server",
        "Where the lock belongs lies something that is no lock of this collection.",
        "Look at it, and remove it if it is none of yours.",
        gates=(EVIDENCE,),
    ),
    Entry(
        "PLAN_UNCONFIRMED",
        BLOCKING,
        "directory",
        "There is no plan, or no hash of it was given, or another one: what would be done was not agreed.",
        "Run the preflight where there is no plan. Review the plan, and give its hash as rocketmq_migration_confirm.",
        gates=(EVIDENCE,),
    ),
    Entry(
        "PLAN_OUTDATED",
        BLOCKING,
        "directory",
        "The plan was agreed for another estate or another inventory than there is now, or was changed since.",
        "Look at the differences. Run the preflight again (with rocketmq_migration_replan to agree to a new plan), "
        "review the plan and confirm its new hash.",
        gates=(EVIDENCE,),
    ),
    Entry(
        "PLAN_UNREADABLE",
        BLOCKING,
        "file",
        "The file of the plan is no whole plan of this version.",
        "Restore it from a copy, or run the preflight again in a new directory before anything was changed.",
        gates=(EVIDENCE,),
    ),
    Entry(
        "PROOFS_UNREADABLE",
        BLOCKING,
        "file",
        "What was proved cannot be read: the file is cut off, is of something else or of another version. Without it "
        "nothing would count as proved.",
        "Restore the file from a copy, or use the version that has written it; the text names what is wrong.",
        gates=(EVIDENCE,),
    ),
)
