# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers in a broker's list that swallow what is sent to them.

A broker of 4.4.0 registers every created topic with each name server of its list, one creation after the other. A
connection that is refused costs nothing; one without an answer costs a CONNECT_TIMEOUT each time.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from .._admin.client import Asker
from .._admin.errors import AdminError
from .._admin.nameserver import cluster_info
from .._admin.release import CONNECT_TIMEOUT
from .errors import OperationError

# As many may be created all the same: half a minute is bearable, and one topic must not wait for a dead machine.
FEW_CREATIONS = 10


def registering(config: Any, nameservers: Iterable[str]) -> Any:
    """A broker's configuration with the list that it runs with, where that is known from somewhere else."""
    text = ";".join(nameservers)
    return {**config, "namesrvAddr": text} if text and isinstance(config, Mapping) else config


def refuse_slow_creations(admin: Asker, counts: Mapping[str, tuple[int, Any]], what: str, advice: str = "") -> None:
    """Raises OperationError where name servers would cost a broker seconds for each of many topics.

    counts: broker address → how many topics it is to create, and its configuration. what: what follows from the
    refusal. advice: what else helps.
    """
    silent = silent_nameservers(
        admin, {address: config for address, (topics, config) in counts.items() if topics > FEW_CREATIONS}
    )
    if silent:
        named = ", ".join(f"{address} ({why})" for address, why in silent.items())
        raise OperationError(
            f"{what}: name server {named} is in the masters' namesrvAddr and does not answer at all. A master would "
            f"wait {CONNECT_TIMEOUT} s for it at each of {max(topics for topics, _config in counts.values())} topics. "
            "Start it, or let its host refuse the connection, or restart the masters, one by one and gently, with a "
            f"namesrvAddr that does not name it{advice}",
            silent_nameservers=sorted(silent),
        )


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
