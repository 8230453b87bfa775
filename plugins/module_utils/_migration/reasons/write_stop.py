# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of the gate on writes."""

from __future__ import annotations

from .entry import BLOCKING, DRAIN, WRITE_STOP, Entry

ENTRIES = (
    Entry(
        "CLIENT_WRITES",
        BLOCKING,
        "cluster/broker/topic/queue",
        "A client wrote to a source that should not be written any more.",
        "Permission 4 is no fence: only the owner of a producer that pins its queue or cannot reach the name "
        "server can end it.",
        gates=(WRITE_STOP,),
    ),
    Entry(
        "UNEXPLAINED_GROWTH",
        BLOCKING,
        "cluster/broker/topic/queue",
        "A queue grew and the records that made it grow could not be read, so nothing proves that the broker "
        "wrote them itself.",
        "Run the check again; when it stays, look at the broker's log.",
        gates=(WRITE_STOP,),
    ),
    Entry(
        "BROKER_RESTARTED",
        BLOCKING,
        "cluster/broker",
        "A broker was restarted, or its commit log went back, while it was watched.",
        "Find out why; the window begins anew.",
        gates=(WRITE_STOP, DRAIN),
    ),
)
