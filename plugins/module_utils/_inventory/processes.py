# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of one host say of its process: how it is ended, by what it is found, where it listens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._admin.release import BROKER_PORT, NAMESERVER_PORT
from .names import METHODS


def stop_method(values: Mapping[str, Any]) -> str:
    """How a host's process is ended and started: rocketmq_method, or docker where a container is named for it.

    Raises ValueError, in words, where the host does not say that.
    """
    method = values.get("rocketmq_method") or ("docker" if values.get("rocketmq_container") else "command")
    if method not in METHODS:
        raise ValueError(f"rocketmq_method is {method!r}; known are {', '.join(METHODS)}")
    if method == "systemd" and not values.get("rocketmq_unit"):
        raise ValueError("rocketmq_method is systemd, but rocketmq_unit does not name the unit")
    return str(method)


def pattern(values: Mapping[str, Any], broker: str, nameserver: str) -> str:
    """What C(pgrep -f) finds a host's process by: rocketmq_process_pattern, or the usual pattern of its role."""
    usual = nameserver if values["rocketmq_role"] == "nameserver" else broker
    return str(values.get("rocketmq_process_pattern") or usual)


def port(values: Mapping[str, Any]) -> int:
    """On which port a host's process listens."""
    usual = NAMESERVER_PORT if values.get("rocketmq_role") == "nameserver" else BROKER_PORT
    return int(values.get("rocketmq_port") or usual)
