# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the members of a lab are, by their variables in its inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

USUAL_PORTS = {"nameserver": 9876, "master": 10911, "slave": 10911}


def address(values: Mapping[str, Any]) -> str:
    """Where a name server or a broker listens, as host:port."""
    port = values.get("rocketmq_port", USUAL_PORTS[values["rocketmq_role"]])
    return f"{values['rocketmq_address']}:{port}"


def cluster(hosts: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    """A cluster as the modules take it: name, nameservers, brokers. hosts: variables by host, as Ansible reads them."""
    own = [values for values in hosts.values() if values.get("rocketmq_cluster") == name and "rocketmq_role" in values]
    return {
        "name": name,
        "nameservers": [address(one) for one in own if one["rocketmq_role"] == "nameserver"],
        "brokers": [
            {"name": one["rocketmq_broker_name"], "id": one["rocketmq_broker_id"], "address": address(one)}
            for one in own
            if one["rocketmq_role"] != "nameserver"
        ],
    }
