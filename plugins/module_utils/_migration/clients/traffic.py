# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether traffic flows through the target: growth of queues, and of what groups have committed on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..._admin.models import ConsumerConnections
from ..._admin.system_names import DERIVED, is_system_topic
from ..reasons.reason import Reason


@dataclass
class Sample:
    """One sweep. I(maxima) and I(committed) are message counts per broker, summed over queues.

    maxima: (cluster, broker) -> topic -> sum of max offsets; committed: target's broker name -> (topic, group) -> sum
    of committed offsets; groups: online groups of the target; unknown: answers that did not come.
    """

    maxima: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    committed: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    groups: dict[str, ConsumerConnections] = field(default_factory=dict)
    unknown: list[Reason] = field(default_factory=list)


def is_business(topic: str, names: Iterable[str] = ()) -> bool:
    """Topics whose growth is the business's own; I(names): clusters and brokers, which have topics of their names."""
    return not topic.startswith(DERIVED) and not is_system_topic(topic, names)


def grown(first: Sample, now: Sample, cluster: str | None = None) -> set[str]:
    """Topics that took messages between two samples, on any broker, or on those of one cluster."""
    found = set()
    for place, topics in now.maxima.items():
        if cluster in (None, place[0]) and place in first.maxima:
            found |= {topic for topic, maximum in topics.items() if maximum > first.maxima[place].get(topic, 0)}
    return found


def judge(first: Sample, now: Sample, target: str, topics: set[str] | None, allow_none: bool = False) -> list[Reason]:
    """Why the target does not yet serve. I(topics) None: those that took messages on the target, at least one.

    A broker that did not answer in either sample is unknown, and nothing passes.
    """
    reasons = [*first.unknown, *now.unknown]
    arrived = grown(first, now, target)
    watched = sorted(arrived if topics is None else topics)
    if not watched and not allow_none:
        reasons.append(Reason("NO_TRAFFIC", target))
    for (cluster, broker), maxima in sorted(now.maxima.items()):
        if cluster != target or not watched:
            continue
        before = first.maxima.get((cluster, broker), {})
        if not any(maximum > before.get(topic, 0) for topic, maximum in maxima.items()):
            reasons.append(Reason("MASTER_WITHOUT_TRAFFIC", f"{cluster}/{broker}"))
    for topic in watched:
        if topic not in arrived:
            reasons.append(Reason("TOPIC_WITHOUT_TRAFFIC", f"{target}/{topic}"))
        groups = consumers(now, topic)
        if not groups:
            reasons.append(Reason("TRAFFIC_WITHOUT_GROUP", f"{target}/{topic}"))
        for group in groups:
            stuck = [broker for broker, added, moved in _moves(first, now, target, topic, group) if added and not moved]
            if stuck:
                seen = {"brokers": ", ".join(stuck)}
                reasons.append(Reason("NOT_CONSUMED", f"{target}/{group}/{topic}", seen))
    return reasons


def consumers(now: Sample, topic: str) -> list[str]:
    """Online groups whose committed offsets tell their progress."""
    return sorted(
        group
        for group, known in now.groups.items()
        if topic in known.subscriptions and known.is_push and not known.is_broadcast
    )


def table(first: Sample, now: Sample, target: str, topics: set[str] | None) -> list[dict[str, Any]]:
    """Figures per topic since the first sample: messages that arrived on the target, and what its groups committed."""
    watched = grown(first, now, target) if topics is None else topics
    rows = []
    for topic in sorted(watched):
        places = [place for place in now.maxima if place[0] == target]
        rows.append(
            {
                "topic": topic,
                "received": {
                    broker: _added(first, now, (cluster, broker), topic) for cluster, broker in sorted(places)
                },
                "groups": {
                    group: {broker: moved for broker, _added_there, moved in _moves(first, now, target, topic, group)}
                    for group in consumers(now, topic)
                },
            }
        )
    return rows


def _added(first: Sample, now: Sample, place: tuple[str, str], topic: str) -> int:
    return now.maxima.get(place, {}).get(topic, 0) - first.maxima.get(place, {}).get(topic, 0)


def _moves(first: Sample, now: Sample, target: str, topic: str, group: str) -> list[tuple[str, int, int]]:
    """Broker, messages that arrived there, messages that the group committed there."""
    pair = (topic, group)
    return [
        (
            broker,
            _added(first, now, (cluster, broker), topic),
            now.committed.get(broker, {}).get(pair, 0) - first.committed.get(broker, {}).get(pair, 0),
        )
        for cluster, broker in sorted(now.maxima)
        if cluster == target
    ]
