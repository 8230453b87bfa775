# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of every gate: what did not answer."""

from __future__ import annotations

from .entry import (
    ASSIGNMENT,
    BLOCKING,
    CAPACITY,
    DELETE,
    DRAIN,
    DRIFT,
    PREFLIGHT,
    REGISTRATION,
    STAGE,
    TASKS,
    TRAFFIC,
    WRITE_STOP,
    Entry,
)

ENTRIES = (
    Entry(
        "NAMESERVER_UNKNOWN",
        BLOCKING,
        "cluster/nameserver",
        "A name server did not answer, so what it tells clients is not known.",
        "Look at the request and the address in the evidence; start the name server or repair the connection.",
        gates=(PREFLIGHT, DRIFT, REGISTRATION, ASSIGNMENT, DELETE, STAGE),
    ),
    Entry(
        "BROKER_UNKNOWN",
        BLOCKING,
        "cluster/broker",
        "A broker did not answer a request that the decision needs.",
        "Look at the request and the address in the evidence; the phase can be run again when the broker answers. "
        "Start one that has ended, or take it out of the inventory when its messages are given up; where a restart of "
        "the target was interrupted, the playbook restart goes on with it.",
        gates=(PREFLIGHT, CAPACITY, DRIFT, REGISTRATION, ASSIGNMENT, WRITE_STOP, DRAIN, TRAFFIC, DELETE, STAGE, TASKS),
    ),
    Entry(
        "NOTHING_SEEN",
        BLOCKING,
        "cluster",
        "Not one topic, group or queue was found where some were expected: nothing proves anything.",
        "Check the addresses in the inventory; a cluster without any topic needs no migration.",
        gates=(PREFLIGHT, DRIFT, REGISTRATION, DRAIN),
    ),
)
