# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far each topic has moved, by the routes that clients get (private)."""

from __future__ import annotations

from typing import Any

from .._admin.broker import topic_table
from .._admin.client import Admin, ask_known
from .._admin.models import ClusterSpec, TopicTable, Unknown
from .._admin.nameserver import topic_list, topic_route
from .._admin.release import PERM_ALL
from .._migration.progress.topic_stage import (
    STAGES,
    Routes,
    SourceStage,
    View,
    judge,
    judged_topics,
)
from .errors import ArgumentError
from .gate import Gate
from .task import Outcome, Task
from .wait import Left

# Of the option of the module.
CHOICES = list(STAGES)


class World:
    """What the clusters of one migration say, asked once for all of them."""

    def __init__(self, admin: Admin, sources: list[ClusterSpec], target: ClusterSpec) -> None:
        self.admin, self.target = admin, target
        clusters = (*sources, target)
        self.names = [one.name for one in clusters], [broker.name for one in clusters for broker in one.brokers]
        masters = list(dict.fromkeys(spec.address for one in clusters for spec in one.masters))
        self.tables = ask_known(admin, {address: topic_table(address) for address in masters})
        servers = list(dict.fromkeys(server for one in clusters for server in one.nameservers))
        self.lists = ask_known(admin, {server: topic_list(server) for server in servers})

    def own_perms(self, spec: ClusterSpec) -> dict[str, int]:
        """Topic to the permission that all of the cluster's masters give it in their own tables."""
        perms: dict[str, int] = {}
        for master in spec.masters:
            table = self.tables[master.address]
            if isinstance(table, TopicTable):
                for topic in table.topics.values():
                    perms[topic.name] = perms.get(topic.name, PERM_ALL) & topic.perm
        return perms

    def topics(self, source: ClusterSpec) -> list[str]:
        """Names of the source's topics, from whoever can still tell them."""
        names = set(self.own_perms(source))
        if not judged_topics(names, *self.names):
            names = {
                name
                for server in source.nameservers
                if not isinstance(self.lists[server], Unknown)
                for name in self.lists[server]
            }
        if not judged_topics(names, *self.names):
            names = set(self.own_perms(self.target))
        return judged_topics(names, *self.names)

    def views(self, topics: dict[str, list[str]], sources: list[ClusterSpec]) -> dict[str, tuple[View, View]]:
        """(view from the source's, view from the target's name servers), by the source's name."""
        keys = [
            (server, topic)
            for source in sources
            for server in (*source.nameservers, *self.target.nameservers)
            if not isinstance(self.lists[server], Unknown)
            for topic in topics[source.name]
        ]
        keys = list(dict.fromkeys(keys))
        routes = ask_known(self.admin, {key: topic_route(*key) for key in keys})

        def view(servers: tuple[str, ...], names: list[str]) -> View:
            found: dict[str, Routes | Unknown] = {}
            for server in servers:
                listed = self.lists[server]
                found[server] = (
                    listed if isinstance(listed, Unknown) else {topic: routes[server, topic] for topic in names}
                )
            return View(found)

        return {
            source.name: (
                view(source.nameservers, topics[source.name]),
                view(self.target.nameservers, topics[source.name]),
            )
            for source in sources
        }


def stages(
    admin: Admin, sources: list[ClusterSpec], target: ClusterSpec, given: dict[str, list[str]]
) -> dict[str, SourceStage]:
    """The stage of each source, by its name."""
    world = World(admin, sources, target)
    topics = {one.name: sorted(given[one.name]) if one.name in given else world.topics(one) for one in sources}
    views = world.views(topics, sources)
    found = {}
    for one in sources:
        # Where one side no longer tells, the other's table does.
        perms = {**world.own_perms(target), **world.own_perms(one)}
        found[one.name] = judge(one, target, topics[one.name], *views[one.name], own_perms=perms)
    return found


def elsewhere(found: dict[str, SourceStage], stage: str) -> Left:
    """Sources that are not at the stage. A name server that is silent may still show its clients something else."""
    return Left([
        f"{name} is {one.stage}" + ("" if one.nameserver == "answers" else f", its name servers: {one.nameserver}")
        for name, one in found.items()
        if one.stage != stage or one.nameserver != "answers"
    ])  # fmt: skip


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    topics: dict[str, Any],
    limit: int,
    stage: str | None,
) -> Outcome:
    if not sources:
        raise ArgumentError("sources is empty: there is nothing to look at")
    for one in (*sources, target):
        if not one.masters:
            raise ArgumentError(f"cluster {one.name} has no master")
    given = topics
    stray = set(given) - {one.name for one in sources}
    if stray:
        raise ArgumentError(f"topics names {', '.join(sorted(stray))}, which is none of the sources")
    if not all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in given.values()):
        raise ArgumentError("topics must hold a list of names for each source")
    found: dict[str, SourceStage] = {}

    def look() -> Left:
        found.update(stages(task.admin, sources, target, given))
        return elsewhere(found, stage) if stage else Left(())

    gate = Gate(task)
    ended = gate.wait(look, lambda left: left)
    still = "; ".join(ended.state.items)
    return gate.end(
        ended.ok, f"not {stage} {ended.why}: {still}",
        until=f"{stage} is the stage of {', '.join(one.name for one in sources)}", seen=still,
        sources={name: one.as_dict(max(limit, 0)) for name, one in found.items()}, elapsed=round(ended.elapsed, 1),
    )  # fmt: skip
