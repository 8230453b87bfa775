# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a topic or a group must not be deleted now: pure decisions over what a broker said.

Deleting any topic on a broker of 4.4.0 also destroys the queues of every topic that is not in the broker's table, the
bookkeeping of transactions first of all. So a deletion is refused for what the *broker* holds, not the topic alone.

A refusal is a code of the catalogue and what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..._admin.models import BrokerView, TopicRoute, Unknown, require_answer
from ..._admin.system_names import DERIVED, is_system_group, is_system_topic
from ..drain.consumed import unread

Refusal = tuple[str, str]

_PARTS = ("topics", "groups", "offsets", "stats", "schedule", "half", "connections")


def broker_refusals(view: BrokerView, transactional: Iterable[str] | Unknown) -> list[Refusal]:
    """Why no topic at all can be deleted on this broker.

    view: with topics, groups, offsets, delay, stats and clients; transactional: producer groups that have sent half
    messages and are connected, or why they are not known.
    """
    if silent := _silent(view):
        return silent
    refusals = _delayed(view)
    committed, end = require_answer(view.half)
    if end > committed:
        why = f"it holds {end - committed} undecided transactional message(s), whose bookkeeping would go"
        refusals.append(("HALF_PENDING", why))
    if isinstance(transactional, Unknown):
        why = f"it is not known whether a transactional producer is connected: {transactional.reason}"
        refusals.append(("BROKER_UNKNOWN", why))
    elif groups := sorted(transactional):
        why = f"transactional producers are connected ({', '.join(groups)}), whose bookkeeping would go"
        refusals.append(("PRODUCER_TRANSACTIONAL", why))
    table = require_answer(view.topics).topics
    for topic in sorted(require_answer(view.stats)):
        if topic not in table and not is_system_topic(topic) and (left := _unread(topic, view)):
            why = f"the queues of {topic}, which is not in its table, would go: {left}"
            refusals.append(("MESSAGES_UNREAD", why))
    return refusals


def topic_refusals(name: str, view: BrokerView) -> list[Refusal]:
    """Why this topic cannot be deleted on a broker for which C(broker_refusals) has nothing."""
    refusals: list[Refusal] = []
    for group, online in sorted(require_answer(view.connections).items()):
        if isinstance(online, Unknown):
            refusals.append(("BROKER_UNKNOWN", f"it is not known whether group {group} reads it: {online.reason}"))
        elif name in online.subscriptions:
            refusals.append(("CONSUMER_ONLINE", f"consumers of group {group} are online and read it"))
    for prefix in DERIVED:
        if name.startswith(prefix) and name[len(prefix) :] in require_answer(view.groups).groups:
            refusals.append(("GROUP_EXISTS", f"its group {name[len(prefix) :]} exists; delete that first"))
    if left := _unread(name, view):
        refusals.append(("MESSAGES_UNREAD", left))
    return refusals


def group_refusals(name: str, view: BrokerView) -> list[Refusal]:
    """Why this group cannot be deleted on a broker."""
    if silent := _silent(view):
        return silent
    refusals: list[Refusal] = []
    online = require_answer(view.connections).get(name)
    if isinstance(online, Unknown):
        refusals.append(("BROKER_UNKNOWN", f"it is not known whether it has consumers: {online.reason}"))
    elif online is not None and online.clients:
        why = f"{len(online.clients)} consumer(s) of it are online and would make it anew"
        refusals.append(("CONSUMER_ONLINE", why))
    for topic, group in sorted(require_answer(view.offsets)):
        if group == name and (left := _unread(topic, view, only=name)):
            refusals.append(("MESSAGES_UNREAD", f"topic {topic}: {left}"))
    # Its retries wait among the delayed messages, and a look from outside cannot find out which they are.
    return refusals + _delayed(view)


def foreign_brokers(route: TopicRoute | None, clusters: Iterable[str], brokers: Iterable[str]) -> list[str]:
    """Brokers of a route that are not the ones to delete from: a name server forgets a topic for all of them."""
    clusters, brokers = frozenset(clusters), frozenset(brokers)
    homes = {data.name: data.cluster for data in route.brokers} if route is not None else {}
    return sorted(
        queue.broker
        for queue in (route.queues if route is not None else ())
        if queue.broker not in brokers or homes.get(queue.broker, "") not in clusters
    )


def _silent(view: BrokerView) -> list[Refusal]:
    return [
        ("BROKER_UNKNOWN", f"it did not tell its {part}: {getattr(value, 'reason', 'not asked')}")
        for part in _PARTS
        if (value := getattr(view, part)) is None or isinstance(value, Unknown)
    ]


def _delayed(view: BrokerView) -> list[Refusal]:
    pending = []
    for level, seen in sorted(require_answer(view.schedule).items()):
        if isinstance(seen, Unknown):
            return [("BROKER_UNKNOWN", f"its delay level {level} is not known: {seen.reason}")]
        if seen[1] > seen[0]:
            pending.append(f"{seen[1] - seen[0]} on level {level}")
    if not pending:
        return []
    why = f"it holds delayed messages or retries that are not delivered yet ({', '.join(pending)})"
    return [("DELAYED_PENDING", why)]


def _unread(topic: str, view: BrokerView, only: str | None = None) -> str | None:
    """What of the topic's messages some group (or the only one asked for) has not consumed."""
    ranges = require_answer(view.stats).get(topic, {})
    if isinstance(ranges, Unknown):
        return f"its queues are not known: {ranges.reason}"
    readers = {
        group: queues
        for (read, group), queues in require_answer(view.offsets).items()
        if read == topic and not is_system_group(group) and only in (None, group)
    }
    return unread(ranges, readers)
