# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reads what, from the tables of the masters: the pairs of the offset table, and the clients that broadcast."""

from __future__ import annotations

from ..._admin.models import BrokerView, ClusterSnapshot, ConsumerConnections, answered, known
from ..._admin.system_names import is_system_group, retry_topic


def pairs_of(view: BrokerView) -> dict[tuple[str, str], dict[int, int]]:
    """The offset table of a master as (topic, group) → {queue: offset}.

    4.4.0 joins both names with ``@`` and does not refuse names that contain it. Such a key is read in every way that
    names a topic and a group that exist; when no way does, it stays as it was split.
    """
    topics = set(view.topics.topics) if known(view.topics) else set()
    groups = set(view.groups.groups) if known(view.groups) else set()
    if isinstance(view.connections, dict):
        groups |= set(view.connections)
    result: dict[tuple[str, str], dict[int, int]] = {}
    for (topic, group), offsets in (answered(view.offsets) or {}).items():
        if "@" not in topic and "@" not in group:
            if (topic, group) in result:
                result[topic, group] = {**result[topic, group], **offsets}
            else:
                result[topic, group] = offsets
            continue
        words = f"{topic}@{group}".split("@")
        ways = [("@".join(words[:cut]), "@".join(words[cut:])) for cut in range(1, len(words))]
        fitting = [way for way in ways if way[0] in topics and way[1] in groups]
        if not fitting and len(ways) > 1:
            # A retry topic names its group; a deleted group may be in no table any more.
            fitting = [way for way in ways if way[0] == retry_topic(way[1])]
        for way in fitting or [(topic, group)]:
            result[way] = {**result.get(way, {}), **offsets}
    return result


def broadcast_clients(snapshot: ClusterSnapshot) -> dict[tuple[str, str], str]:
    """(group, client id) of every broadcasting client → a master it is connected to: whom to ask for its progress.

    Clients of RocketMQ's own groups, its monitor for one, are left out.
    """
    found: dict[tuple[str, str], str] = {}
    for view in snapshot.masters:
        for group, connections in (answered(view.connections) or {}).items():
            if is_system_group(group):
                continue
            if isinstance(connections, ConsumerConnections) and connections.is_broadcast:
                for client in connections.clients:
                    found.setdefault((group, client.id), view.spec.address)
    return found
