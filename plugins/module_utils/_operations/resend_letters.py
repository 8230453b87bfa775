# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead letters that lie in files are sent to the retry topic of their group (private)."""

from __future__ import annotations

import time
from typing import Any

from .._admin.errors import AdminError
from .._admin.send import send_message
from .._admin.system_names import retry_topic
from .._migration.clients import dead_letters
from .._migration.clients.dead_letters import shown
from .errors import ArgumentError, OperationError
from .letters import Letters, Place
from .masters import Masters
from .task import Task


def resend(task: Task, side: Masters, cluster: str, group: str, place: Place, letters: Letters) -> dict[str, Any]:
    """What a file holds and was not sent yet; each message is noted when the broker has acknowledged it."""
    done = letters.sent(place)
    row: dict[str, Any] = {
        "cluster": cluster,
        "group": group,
        "messages": 0,
        "file": str(letters.path(place)),
        "sent": 0,
        "changed": False,
        "error": None,
    }
    todo = 0
    for item in letters.read(place):
        row["messages"] += 1
        todo += not dead_letters.is_noted(item, done)
    if not todo:
        return row
    topic = retry_topic(group)
    # Queues are counted and not listed: a broker believes any number of them.
    places = [
        (spec.address, queues)
        for spec in side.specs
        if topic in side.topics[spec.address] and (queues := side.topics[spec.address][topic].write_queues) > 0
    ]
    if not places:
        why = f"no master of {side.cluster.name} has the topic {shown(topic)}: create the group first"
        return {**row, "error": why}
    if task.check_mode:
        return {**row, "sent": todo, "changed": True}
    with letters.noting(place) as note:
        for item in letters.read(place):
            if dead_letters.is_noted(item, done):
                continue
            address, queues = places[row["sent"] % len(places)]
            queue = row["sent"] // len(places) % queues
            request = send_message(
                address, topic, queue, item["body"], dead_letters.renewed(item), born_ms=int(time.time() * 1000)
            )
            try:
                task.admin.ask(request)
            except AdminError as error:
                return {**row, "error": f"{todo - row['sent']} of {todo} were not sent: {error}"}
            note(dead_letters.note(item))
            row.update(sent=row["sent"] + 1, changed=True)
    return row


def files(task: Task, letters: Letters, sources: list[str] | None) -> dict[tuple[str, str], Place]:
    """Cluster and group → its file, as the files themselves say; raises OperationError for one that does not."""
    found: dict[tuple[str, str], Place] = {}
    places, passed = letters.places()
    for path in passed:
        task.warn(f"{shown(str(path), 1000)} is a directory; dead letters were not looked for in it")
    for place in places:
        owner = letters.owner(place)
        if owner in found:
            both = " and ".join(shown(str(letters.path(one)), 1000) for one in (found[owner], place))
            raise OperationError(
                f"nothing was sent: {both} both hold dead letters of {shown('/'.join(owner))}, which could be sent "
                "twice. Move one of them to another directory"
            )
        found[owner] = place
    absent = sorted(set(sources or ()) - {cluster for cluster, _group in found})
    if absent:
        raise ArgumentError(f"{letters.directory} holds no dead letters of {', '.join(absent)}")
    return {key: found[key] for key in sorted(found) if not sources or key[0] in sources}
