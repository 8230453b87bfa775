#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_registration
short_description: Wait until name servers know all of a cluster
description:
  - Waits until every name server of O(nameservers) lists every broker of O(cluster) with its id and address, lists
    every topic of each master's own table, and has a route for every topic of the business that leads to that master
    with the queue numbers of its table.
  - Being listed proves little with RocketMQ 4.4.0. One incremental registration can leave a name server with a single
    topic of a broker and with the version of the whole table, and then nothing mends it. That is why the tables are
    compared; sending the same brokerPermission to the master once more mends it.
  - A name server or master that does not answer never passes.
options:
  nameservers:
    description:
      - Addresses of all name servers that must know the cluster.
      - If not given, the cluster's own.
    type: list
    elements: str
  perm:
    description:
      - The brokerPermission that the routes must show.
      - V(6) stands for each topic's own permission. Any other value replaces it, for that is what a broker publishes.
      - If not given, permissions are not looked at.
    type: int
    choices: [0, 2, 4, 6]
  register:
    description:
      - Whether each master of O(cluster) is first sent its own C(brokerPermission) once more, so that it registers at
        once at all name servers of its list, with its whole table.
      - Without it that takes up to 30 seconds after a broker has taken a new list over. In check mode nothing is sent.
    type: bool
    default: false
  unchanged:
    description:
      - Clusters whose own brokers must be known to their own name servers as completely as O(cluster), with any
        permission.
      - For example the sources, to prove that a target that joined them has not pushed anything out.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      nameservers:
        description: Addresses of every name server of the cluster.
        type: list
        elements: str
        required: true
      brokers:
        description: The brokers that must exist. If left out, those that the name servers list are taken.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName).
            type: str
            required: true
          id:
            description: The C(brokerId).
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
  timeout:
    default: 120.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Wait until old and new name servers know the read-only target completely
  mqops.rocketmq.rocketmq_registration:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    nameservers: ["198.18.10.20:9876", "198.18.10.80:9876"]
    perm: 4
"""

RETURN = r"""
checked:
  description: How many routes were compared with a master's table, over all name servers.
  returned: always
  type: int
topics:
  description: Topics of the business in the tables of the masters of O(cluster).
  returned: always
  type: int
reasons:
  description: What is missing or different.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      type: str
      sample: TOPICS_NOT_LISTED
    subject:
      description: What it is about.
      type: str
      sample: 198.18.10.20:9876/hub-a
    evidence:
      description: What was seen.
      type: dict
    severity:
      description: Always V(blocking).
      type: str
elapsed:
  description: Seconds that it took.
  returned: always
  type: float
"""

from dataclasses import dataclass
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import broker_config, topic_table
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterSpec, TopicTable, Unknown
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.nameserver import (
    cluster_info,
    topic_list,
    topic_route,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.publish import publish_again
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import Reason, summary
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.registration import (
    Listing,
    business_topics,
    judge,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    PROGRESS_EVERY,
    ArgumentError,
    RocketmqModule,
    cluster_option,
    clusters_from,
    clusters_option,
    gate_spec,
    run_module,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until


@dataclass(frozen=True)
class State:
    """What one look found. C(ok): everything is there."""

    reasons: tuple[Reason, ...]
    checked: int
    topics: int

    @property
    def ok(self) -> bool:
        return not self.reasons and self.checked > 0


@dataclass(frozen=True)
class Wish:
    """A cluster, who has to know it, and with which permission."""

    spec: ClusterSpec
    nameservers: tuple[str, ...]
    perm: int | None


def _ask(admin: Admin, requests: list[Request[Any]]) -> list[Any]:
    return [Unknown(str(answer)) if isinstance(answer, AdminError) else answer for answer in admin.ask_all(requests)]


def look(admin: Admin, wishes: list[Wish]) -> State:
    """Tables first, then what the name servers say: a topic that was just created is missing rather than overlooked."""
    reasons: list[Reason] = []
    checked = topics = 0
    for number, wish in enumerate(wishes):
        masters = [spec.address for spec in wish.spec.masters]
        tables = dict(zip(masters, _ask(admin, [topic_table(address) for address in masters]), strict=True))
        known = business_topics([table for table in tables.values() if isinstance(table, TopicTable)], wish.spec)
        if number == 0:
            topics = len(known)
        servers = wish.nameservers
        infos = _ask(admin, [cluster_info(server) for server in servers])
        lists = _ask(admin, [topic_list(server) for server in servers])
        # A name server that is silent would only be silent once more for every topic.
        answering = [server for server, info in zip(servers, infos, strict=True) if not isinstance(info, Unknown)]
        keys = [(server, topic) for server in answering for topic in sorted(known)]
        routes = dict(zip(keys, _ask(admin, [topic_route(*key) for key in keys]), strict=True))
        listings = {
            server: Listing(info, listed, {name: routes[server, name] for name in known if (server, name) in routes})
            for server, info, listed in zip(servers, infos, lists, strict=True)
        }
        judged = judge(wish.spec, tables, listings, wish.perm)
        reasons += judged.reasons
        checked += judged.checked
    return State(tuple(reasons), checked, topics)


def register(admin: Admin, spec: ClusterSpec) -> None:
    """Let the masters register now. One that does not answer is missed by the look that follows."""
    addresses = [master.address for master in spec.masters]
    publish_again(admin, dict(zip(addresses, _ask(admin, [broker_config(one) for one in addresses]), strict=True)))


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "nameservers": {"type": "list", "elements": "str"},
            "perm": {"type": "int", "choices": [0, 2, 4, 6]},
            "register": {"type": "bool", "default": False},
            "unchanged": {**clusters_option(required=False), "default": []},
            **gate_spec(timeout=120.0),
        },
        supports_check_mode=True,
    )
    params = module.params
    spec = module.clusters("cluster")[0]
    if not spec.masters:
        raise ArgumentError(f"cluster {spec.name} has no master, so there is no table to compare with")
    if params["nameservers"] is not None and not params["nameservers"]:
        raise ArgumentError("nameservers is empty: nobody would have to know the cluster")
    # The same rules for addresses as for a cluster's own name servers.
    asked = clusters_from({"name": spec.name, "nameservers": params["nameservers"] or list(spec.nameservers)})[0]
    wishes = [Wish(spec, asked.nameservers, params["perm"])]
    wishes += [Wish(one, one.nameservers, None) for one in module.clusters("unchanged")]
    said = 0.0
    if params["register"] and not module.check_mode:
        register(module.admin, spec)

    def tell(waited: Waited[State, State]) -> None:
        nonlocal said
        if waited.last is not None and not waited.ok and waited.elapsed - said >= PROGRESS_EVERY:
            said = waited.elapsed
            module.progress(f"{spec.name} is not known completely yet: {summary(waited.last.reasons, 3)}")

    waited = wait_until(
        lambda: look(module.admin, wishes), lambda state: state,
        timeout=params["timeout"], interval=params["interval"], on_sample=tell,
    )
    state = waited.last
    # what does not answer is in the state as unknown
    if state is None:
        raise AssertionError("the wait ended without a look")
    result = {
        "checked": state.checked, "topics": state.topics,
        "reasons": [reason.as_dict() for reason in state.reasons], "elapsed": round(waited.elapsed, 1),
    }
    if waited.ok:
        module.exit(**result)
    module.fail(f"{spec.name} is not known completely {waited.why()}: {summary(state.reasons)}", **result)


if __name__ == "__main__":
    main()
