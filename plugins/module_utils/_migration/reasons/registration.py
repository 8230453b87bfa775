# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of the gate on registration: what name servers know of masters."""

from __future__ import annotations

from ..._admin import release
from .entry import ASSIGNMENT, BLOCKING, PREFLIGHT, REGISTRATION, Entry

ENTRIES = (
    Entry(
        "BROKER_NOT_REGISTERED",
        BLOCKING,
        "nameserver/broker:id",
        "A name server does not list an expected broker.",
        f"Check the broker's namesrvAddr and log; a broker is listed within {release.REGISTRATION_PERIOD} s when the "
        "name server is reachable.",
        gates=(PREFLIGHT, REGISTRATION),
    ),
    Entry(
        "BROKER_ADDRESS_DIFFERS",
        BLOCKING,
        "nameserver/broker:id",
        "A name server lists another address under the broker's name and id.",
        "Two brokers share a name, or brokerIP1 is wrong; stop the wrong one before anything else.",
        gates=(PREFLIGHT, REGISTRATION),
    ),
    Entry(
        "BROKER_NOT_IN_CLUSTER",
        BLOCKING,
        "nameserver/broker",
        "A name server lists the broker under another cluster's name.",
        "Check brokerClusterName; a broker name must not be used by two clusters of one name server.",
        gates=(REGISTRATION,),
    ),
    Entry(
        "TABLE_EMPTY",
        BLOCKING,
        "cluster/broker",
        "A master has no topic of the business in its table.",
        "The seed files were not read or the metadata was not copied: copy it before going on.",
        gates=(REGISTRATION,),
    ),
    Entry(
        "TOPICS_NOT_LISTED",
        BLOCKING,
        "nameserver/broker",
        "Topics of a master's table are missing from a name server's list.",
        "An incremental registration can hide all others: send the same brokerPermission to the master again.",
        gates=(REGISTRATION,),
    ),
    Entry(
        "TOPICS_NOT_ROUTED",
        BLOCKING,
        "nameserver/broker",
        "A name server's routes of some topics do not contain the master.",
        "Send the same brokerPermission to the master again; it then registers its complete table.",
        gates=(PREFLIGHT, REGISTRATION, ASSIGNMENT),
    ),
    Entry(
        "ROUTES_DIFFER",
        BLOCKING,
        "nameserver/broker",
        "A name server publishes other queue numbers than the master's table holds.",
        "Send the same brokerPermission to the master again; it then registers its complete table.",
        gates=(PREFLIGHT, REGISTRATION),
    ),
    Entry(
        "ROUTE_PERM_DIFFERS",
        BLOCKING,
        "nameserver/broker",
        "A name server publishes another permission than the one expected.",
        "Check brokerPermission on the master and send it again.",
        gates=(PREFLIGHT, REGISTRATION),
    ),
)
