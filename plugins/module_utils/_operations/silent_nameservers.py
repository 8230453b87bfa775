# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers in a broker's list that swallow what is sent to them.

A broker of 4.4.0 registers every created topic with each name server of its list, one creation after the other. A
connection that is refused costs nothing; one that nobody answers costs a CONNECT_TIMEOUT each time.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from .._admin.client import Asker
from .._admin.errors import AdminError
from .._admin.nameserver import cluster_info

# As many may be created all the same: half a minute is bearable, and one topic must not wait for a dead machine.
FEW_CREATIONS = 10


def registering(config: Any, nameservers: Iterable[str]) -> Any:
    """A broker's configuration with the list that it runs with, where that is known from somewhere else."""
    text = ";".join(nameservers)
    return {**config, "namesrvAddr": text} if text and isinstance(config, Mapping) else config


def silent_nameservers(admin: Asker, configs: Mapping[str, Any]) -> dict[str, str]:
    """Return address → what came of asking it, for the name servers in C(namesrvAddr) that answer nothing at all.

    configs: broker address → its configuration (code 26). Names are left out: what they mean to the broker need not be
    what they mean here. A refused connection is an answer of the host, and costs the broker nothing.
    """
    listed = {
        server.strip()
        for config in configs.values()
        if isinstance(config, Mapping)
        for server in str(config.get("namesrvAddr", "")).split(";")
        if _is_address(server.strip())
    }
    servers = sorted(listed)
    answers = admin.ask_all([cluster_info(server) for server in servers]) if servers else []
    return {
        server: answer.remark
        for server, answer in zip(servers, answers, strict=True)
        if isinstance(answer, AdminError) and not answer.was_answered and "refused" not in answer.remark
    }


def _is_address(server: str) -> bool:
    host, colon, port = server.rpartition(":")
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return bool(colon) and port.isdigit()
