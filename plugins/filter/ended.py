# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about brokers that have ended, or should have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import Unexpected
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.message import decode_all
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.release import REAL_TOPIC
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients import census
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import state as machine_state
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import store_end as ends
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


def store_end(printed: Any, checked: Any, where: str) -> dict[str, Any]:
    """The verdict on one store, from what the script has printed where it lies: a text, or a machine's answer.

    C(readable) false says that nothing is known of it; C(ok) false with it, that something was written there.
    """
    if isinstance(printed, Mapping):
        answer, printed = printed, "\n".join(printed["lines"])
        if answer["status"] != "answered":
            end = ends.StoreEnd(error=machine_state.why(where, answer))
        elif not answer["ok"]:
            end = ends.StoreEnd(error=f"the commit log could not be read: {answer['said']}")
        else:
            end = ends.read(printed, None if checked in (None, "") else int(checked))
    else:
        end = ends.read(printed, None if checked in (None, "") else int(checked))
    messages: list[Message] = []
    for record in ends.records(end.behind):
        try:
            messages += decode_all(record)
        except Unexpected:
            break
    return {
        "ok": end.ok,
        "readable": end.error is None,
        "why": ends.explain(where, end, messages),
        "kilobytes": end.kilobytes,
        "topics": sorted({message.properties.get(REAL_TOPIC, message.topic) for message in messages}),
    }


def store_script(_unused: Any = None) -> str:
    """The script whose output P(mqops.rocketmq.store_end#filter) reads."""
    return ends.SCRIPT




@told
def not_ended(answer: Mapping[str, Any]) -> str:
    """Why a process has not ended that was told to, by its machine's answer to C(stop)."""
    return machine_state.not_ended(answer)


@told
def containers_unable(results: list[dict[str, Any]]) -> list[str]:
    """A line for each container that its engine cannot end for good, of a registered docker_container_info."""
    return [str(reason) for reason in machine_state.containers(results)]







@told
def census_lines(clients: list[dict[str, Any]], hostvars: Any) -> list[str]:
    """A census in words; hosts are told with their role and cluster."""
    hosts = {
        socket["host"]: f"{hostvars[socket['host']].get('rocketmq_role', 'host')} {socket['host']}"
        for one in clients
        for socket in one["sockets"]
        if socket["host"] in hostvars
    }
    return census.lines(clients, hosts)


class FilterModule:
    """The collection's filters about brokers that have ended."""

    def filters(self) -> dict[str, Any]:
        return {
            "census_lines": census_lines,
            "containers_unable": containers_unable,
            "not_ended": not_ended,
            "store_end": store_end,
            "store_script": store_script,
        }
