# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage of each topic as clients of one source see it: from routes alone, never from what was planned or done.

``S`` is the source, ``D`` the destination (target); ``RW`` readable and writable, ``R`` readable, ``NA`` neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..._admin.models import ClusterSpec, TopicRoute, Unknown
from ..._admin.release import MASTER_ID, PERM_READ, PERM_WRITE, READ_WRITE
from ..._admin.system_names import DLQ_PREFIX, is_system_topic

S_RW_D_NA = "S_RW_D_NA"
S_RW_D_R = "S_RW_D_R"
S_RW_D_RW = "S_RW_D_RW"
S_R_D_RW = "S_R_D_RW"
S_NA_D_RW = "S_NA_D_RW"
# In the order of the migration
STAGES = (S_RW_D_NA, S_RW_D_R, S_RW_D_RW, S_R_D_RW, S_NA_D_RW)
MIXED = "MIXED"
UNREACHABLE = "UNREACHABLE"

RW, R, NA, UNEVEN = "RW", "R", "NA", "UNEVEN"

Routes: TypeAlias = "Mapping[str, TopicRoute | None | Unknown]"


@dataclass(frozen=True)
class TopicStage:
    """``rows`` (of a MIXED topic): where, which broker, what its route says."""

    topic: str
    stage: str
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class TopicStages:
    """``stage``: the one stage of all topics, MIXED, or UNREACHABLE. ``nameserver``: ``answers``, ``gone`` (it does
    not answer and the target alone shows everything) or ``silent``. ``skipped``: topics that are not judged because
    their own permission is not read and write."""

    source: str
    stage: str
    nameserver: str
    topics: tuple[TopicStage, ...] = ()
    skipped: tuple[str, ...] = ()
    why: str = ""

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.topics:
            found[one.stage] = found.get(one.stage, 0) + 1
        return found

    @property
    def done(self) -> bool:
        return self.stage == S_NA_D_RW and self.nameserver == "gone"

    def as_dict(self, limit: int = 20) -> dict[str, Any]:
        mixed = [one for one in self.topics if one.stage == MIXED]
        return {
            "stage": self.stage,
            "nameserver": self.nameserver,
            "counts": self.counts,
            "topics": len(self.topics),
            "mixed": [{"topic": one.topic, "rows": list(one.rows)} for one in mixed[:limit]],
            "mixed_left_out": max(len(mixed) - limit, 0),
            "skipped": list(self.skipped),
            "opened": self._reached(S_RW_D_RW),
            "frozen": self._reached(S_R_D_RW),
            "closed": self._reached(S_NA_D_RW),
            "done": self.done,
            "why": self.why,
        }

    def _reached(self, stage: str) -> bool:
        return self.stage in STAGES and STAGES.index(self.stage) >= STAGES.index(stage)


@dataclass(frozen=True)
class View:
    """What the name servers of one side say: address → routes by topic. An Unknown stands for a silent server."""

    servers: Mapping[str, Routes | Unknown] = field(default_factory=dict)

    @property
    def answering(self) -> dict[str, Routes]:
        return {address: routes for address, routes in self.servers.items() if not isinstance(routes, Unknown)}

    @property
    def silent(self) -> dict[str, Unknown]:
        return {address: routes for address, routes in self.servers.items() if isinstance(routes, Unknown)}


def judged_topics(names: Iterable[str], clusters: Iterable[str], brokers: Iterable[str]) -> list[str]:
    """Names without RocketMQ's own and without dead-letter queues, which no client reads or writes through routes."""
    clusters, brokers = tuple(clusters), tuple(brokers)
    return sorted(
        name for name in names if not is_system_topic(name, clusters, brokers) and not name.startswith(DLQ_PREFIX)
    )


def judge(
    source: ClusterSpec,
    target: ClusterSpec,
    topics: Iterable[str],
    at_source: View,
    at_target: View,
    own_perms: Mapping[str, int] | None = None,
) -> TopicStages:
    """Stage of every topic of ``topics`` from the routes in the source's and in the target's name servers.

    ``own_perms``: topic → permission in a master's own table; a topic without read and write of its own shows
    nothing about the brokers and is skipped.
    """
    topics, skipped = list(topics), []
    for topic in list(topics):
        if (own_perms or {}).get(topic, READ_WRITE) & READ_WRITE != READ_WRITE:
            topics.remove(topic)
            skipped.append(topic)
    name = source.name
    if at_target.silent:
        address, unknown = next(iter(at_target.silent.items()))
        return TopicStages(
            name,
            UNREACHABLE,
            "answers" if at_source.answering else "silent",
            skipped=tuple(skipped),
            why=f"target's name server {address}: {unknown.reason}",
        )
    if at_source.silent:
        address, unknown = next(iter(at_source.silent.items()))
        why = f"name server {address}: {unknown.reason}"
        alone = [_topic(source, target, topic, {}, at_target.answering) for topic in topics]
        if not at_source.answering and alone and all(one.stage == S_NA_D_RW for one in alone):
            return TopicStages(name, S_NA_D_RW, "gone", tuple(alone), tuple(skipped), why)
        return TopicStages(name, UNREACHABLE, "silent", skipped=tuple(skipped), why=why)
    if not at_source.servers or not at_target.servers:
        return TopicStages(name, UNREACHABLE, "silent", skipped=tuple(skipped), why="no name server was asked")
    if not topics:
        return TopicStages(
            name,
            UNREACHABLE,
            "answers",
            skipped=tuple(skipped),
            why="no topic was found, so there is nothing that could show a stage",
        )
    judged = tuple(_topic(source, target, topic, at_source.answering, at_target.answering) for topic in topics)
    stages = {one.stage for one in judged}
    return TopicStages(name, stages.pop() if len(stages) == 1 else MIXED, "answers", judged, tuple(skipped))


def _topic(
    source: ClusterSpec,
    target: ClusterSpec,
    topic: str,
    at_source: Mapping[str, Routes],
    at_target: Mapping[str, Routes],
) -> TopicStage:
    rows: list[dict[str, Any]] = []
    for where, servers in (("source", at_source), ("target", at_target)):
        for address, routes in sorted(servers.items()):
            route = routes.get(topic)
            # Only the source's own name server shows the source to its clients; the target's must show the target.
            sides = (("S", source), ("D", target)) if where == "source" else (("D", target),)
            for side, spec in sides:
                for master in spec.masters:
                    rows.append(
                        {
                            "nameserver": address,
                            "at": where,
                            "side": side,
                            "broker": master.name,
                            "state": _state(route, master.name, master.address),
                        }
                    )
    source_state = _one([row["state"] for row in rows if row["side"] == "S"]) if at_source else NA
    here = _one([row["state"] for row in rows if row["side"] == "D" and row["at"] == "source"]) if at_source else None
    there = _one([row["state"] for row in rows if row["side"] == "D" and row["at"] == "target"])
    # Before the target joins a source it is known to its own name server only, in whatever state.
    target_state = here if here == NA or here == there else UNEVEN
    if here is None:
        target_state = there
    stage = f"S_{source_state}_D_{target_state}"
    return TopicStage(topic, stage) if stage in STAGES else TopicStage(topic, MIXED, tuple(rows))


def _state(route: TopicRoute | None | Unknown, name: str, address: str) -> str:
    if isinstance(route, Unknown):
        return f"unknown: {route.reason}"
    if route is None:
        return NA
    # Sources share broker names, so the name alone does not say whose queues these are.
    if not any(data.name == name and data.addresses.get(MASTER_ID) == address for data in route.brokers):
        return NA
    share = next((data for data in route.queues if data.broker == name), None)
    if share is None or not share.perm & READ_WRITE:
        return NA
    if share.perm & PERM_READ:
        return RW if share.perm & PERM_WRITE else R
    return "W"


def _one(states: list[str]) -> str:
    return states[0] if states and len(set(states)) == 1 else UNEVEN
