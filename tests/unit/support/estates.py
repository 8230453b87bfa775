# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters that several tests have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.estate import build_estate
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import cluster

# Two sources that call their broker the same, as they do in real life, and a target.
MRO_NS, MRO_A = "127.0.0.1:9876", "127.0.0.2:10911"
MDM_NS, MDM_A = "127.0.0.11:9876", "127.0.0.12:10911"
HUB_NS, HUB_A, HUB_B = "127.0.0.21:9876", "127.0.0.22:10911", "127.0.0.23:10911"
MRO = cluster("mro", MRO_NS, {"broker-a": MRO_A})
MDM = cluster("mdm", MDM_NS, {"broker-a": MDM_A})
HUB = cluster("hub", HUB_NS, {"hub-a": HUB_A, "hub-b": HUB_B})


def estate_of(hosts: Mapping[str, tuple[str, str, str]]) -> dict[str, Any]:
    """The estate of an inventory with these hosts, by name their cluster, role and IP address; hub is the target."""
    groups: dict[str, list[str]] = {"sources": [], "target": [], "business": [], "all": list(hosts)}
    hostvars = {}
    for name, (owner, role, address) in hosts.items():
        groups["target" if owner == "hub" else "sources"].append(name)
        if owner != "hub":
            groups.setdefault(owner, []).append(name)
        hostvars[name] = {
            "rocketmq_cluster": owner,
            "rocketmq_role": role,
            "rocketmq_address": address,
            "rocketmq_broker_name": "hub-a" if owner == "hub" else "broker-a",
            "rocketmq_nameserver_name": f"{owner}-ns.mq.test",
        }
    return build_estate(hostvars, groups)
