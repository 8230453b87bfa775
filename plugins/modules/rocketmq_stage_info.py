#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_stage_info
short_description: Where each topic stands in a migration, as clients see it
description:
  - Derives for every topic of every source its stage from the live routes in the name servers of the source and of the
    target. Nothing is remembered, and nothing that was planned is believed.
  - The stages are, in the order of the migration, V(S_RW_D_NA) (the target is unknown), V(S_RW_D_R) (the target is
    read-only), V(S_RW_D_RW), V(S_R_D_RW) (the source is read-only), and V(S_NA_D_RW) (the source is closed or gone).
  - V(MIXED) is anything else, with the rows that disagree.
  - RocketMQ's own topics, dead-letter queues and topics whose own permission is not read and write show no stage.
options:
  topics:
    description:
      - The topics of the sources, by name of the source.
      - If not given for a source, the tables of its masters are taken, and when no master answers, the topics of its
        name servers. With neither, the topics of the target's masters are taken, which then include other sources'.
    type: dict
    default: {}
  limit:
    description: How many V(MIXED) topics of a source are returned with their rows.
    type: int
    default: 20
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: See where the sources stand
  mqops.rocketmq.rocketmq_stage_info:
    sources:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
  register: stages

- name: Go on only when the source is frozen for every topic
  ansible.builtin.assert:
    that: stages.sources.mro.frozen
"""

RETURN = r"""
sources:
  description: By name of the source.
  returned: always
  type: dict
  contains:
    stage:
      description: The one stage of all its topics, V(MIXED), or V(UNREACHABLE) when a name server does not answer.
      type: str
      sample: S_R_D_RW
    nameserver:
      description:
        - V(answers), V(silent), or V(gone) when none of the source's name servers answers and the target alone has
          every topic.
      type: str
    counts:
      description: How many topics are in each stage.
      type: dict
      sample: {S_R_D_RW: 12}
    topics:
      description: How many topics were judged.
      type: int
    mixed:
      description: Topics that are V(MIXED), with a row for each name server and master.
      type: list
      elements: dict
    mixed_left_out:
      description: How many more topics are V(MIXED).
      type: int
    skipped:
      description: Topics without a stage, because their own permission is not read and write.
      type: list
      elements: str
    opened:
      description: Whether every topic can be written on the target.
      type: bool
    frozen:
      description: Whether moreover no topic can be written on the source.
      type: bool
    closed:
      description: Whether moreover no topic can be read on the source.
      type: bool
    done:
      description: Whether moreover the source's name servers are gone.
      type: bool
    why:
      description: What did not answer.
      type: str
"""

from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import topic_table
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterSpec, TopicTable, Unknown
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.nameserver import topic_list, topic_route
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.stage import (
    Routes,
    SourceStage,
    View,
    judge,
    judged_topics,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    run_module,
)


def _ask(admin: Admin, requests: list[Request[Any]]) -> list[Any]:
    return [Unknown(str(answer)) if isinstance(answer, AdminError) else answer for answer in admin.ask_all(requests)]


class World:
    """What the clusters of one migration say, asked once for all of them."""

    def __init__(self, admin: Admin, sources: list[ClusterSpec], target: ClusterSpec) -> None:
        self.admin, self.target = admin, target
        clusters = (*sources, target)
        self.names = [one.name for one in clusters], [broker.name for one in clusters for broker in one.brokers]
        masters = list(dict.fromkeys(spec.address for one in clusters for spec in one.masters))
        self.tables = dict(zip(masters, _ask(admin, [topic_table(address) for address in masters]), strict=True))
        servers = list(dict.fromkeys(server for one in clusters for server in one.nameservers))
        self.lists = dict(zip(servers, _ask(admin, [topic_list(server) for server in servers]), strict=True))

    def own_perms(self, spec: ClusterSpec) -> dict[str, int]:
        """Topic to the permission that all of the cluster's masters give it in their own tables."""
        perms: dict[str, int] = {}
        for master in spec.masters:
            table = self.tables[master.address]
            if isinstance(table, TopicTable):
                for topic in table.topics.values():
                    perms[topic.name] = perms.get(topic.name, 7) & topic.perm
        return perms

    def topics(self, source: ClusterSpec) -> list[str]:
        """Names of the source's topics, from whoever can still tell them."""
        names = set(self.own_perms(source))
        if not judged_topics(names, *self.names):
            names = {name for server in source.nameservers if not isinstance(self.lists[server], Unknown)
                     for name in self.lists[server]}
        if not judged_topics(names, *self.names):
            names = set(self.own_perms(self.target))
        return judged_topics(names, *self.names)

    def views(self, topics: dict[str, list[str]], sources: list[ClusterSpec]) -> dict[str, tuple[View, View]]:
        """(view from the source's, view from the target's name servers), by the source's name."""
        keys = [
            (server, topic) for source in sources for server in (*source.nameservers, *self.target.nameservers)
            if not isinstance(self.lists[server], Unknown) for topic in topics[source.name]
        ]
        keys = list(dict.fromkeys(keys))
        routes = dict(zip(keys, _ask(self.admin, [topic_route(*key) for key in keys]), strict=True))

        def view(servers: tuple[str, ...], names: list[str]) -> View:
            found: dict[str, Routes | Unknown] = {}
            for server in servers:
                listed = self.lists[server]
                found[server] = listed if isinstance(listed, Unknown) else {
                    topic: routes[server, topic] for topic in names}
            return View(found)

        return {
            source.name: (view(source.nameservers, topics[source.name]),
                          view(self.target.nameservers, topics[source.name]))
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


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "topics": {"type": "dict", "default": {}},
            "limit": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    sources, target = module.clusters("sources"), module.clusters("target")[0]
    if not sources:
        raise ArgumentError("sources is empty: there is nothing to look at")
    for one in (*sources, target):
        if not one.masters:
            raise ArgumentError(f"cluster {one.name} has no master")
    given = module.params["topics"]
    stray = set(given) - {one.name for one in sources}
    if stray:
        raise ArgumentError(f"topics names {', '.join(sorted(stray))}, which is none of the sources")
    if not all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in given.values()):
        raise ArgumentError("topics must hold a list of names for each source")
    found = stages(module.admin, sources, target, given)
    module.exit(sources={name: one.as_dict(max(module.params["limit"], 0)) for name, one in found.items()})


if __name__ == "__main__":
    main()
