#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_order_hold
short_description: Keep brokers from refusing messages of ordered topics while they are made read-only
description:
  - A broker of 4.4.0 whose C(brokerPermission) has no write goes on accepting messages until the producers have left
    it. Only those of topics in the C(ORDER_TOPIC_CONFIG) table of its name servers it refuses at once
    (C(NO_PERMISSION)).
  - V(held) moves the entries of these topics into a namespace of its own, which brokers and clients do not read, and
    waits until the masters of O(cluster) take the topics for unordered ones, as they do with their next registration.
    Then they can be made read-only.
  - V(released) moves all held entries back. The broker refuses again from its next registration on, so the producers
    should have left by then.
  - The entries are in the name servers all the time, so an interrupted run loses none. What is already as it should be
    is left alone. When the masters do not follow within O(timeout), the entries are put back before the module fails.
options:
  state:
    description: Whether the entries are kept out of the table.
    type: str
    choices: [held, released]
    required: true
  cluster:
    description:
      - The cluster whose masters are about to be made read-only. Required with O(state=held).
      - Only topics that one of its masters has are held.
    required: false
  nameservers:
    description: Addresses of all name servers at which these masters register, each C(host:port).
    type: list
    elements: str
    required: true
  timeout:
    description: Seconds until the masters must take the topics for unordered ones. They register every 30 s.
    default: 120.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - While the entries are held, producers take the queues of these topics from the brokers' permissions, also where name
    servers run with C(orderMessageEnable). Those are all queues of the topic, sorted by broker, so an entry that lists
    fewer, or in another sequence, sends a key elsewhere meanwhile.
  - M(mqops.rocketmq.rocketmq_topic) does not know of held entries. Do not change which topics are ordered in between.
  - An entry that somebody has written while the topic's entry was held stays as he wrote it.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let the brokers accept messages of ordered topics to the end
  mqops.rocketmq.rocketmq_order_hold:
    state: held
    cluster:
      name: mro
      nameservers: ["198.18.10.20:9876"]
    nameservers: ["198.18.10.20:9876"]

- name: Put the entries back when nobody writes there any more
  mqops.rocketmq.rocketmq_order_hold:
    state: released
    nameservers: ["198.18.10.20:9876"]
"""

RETURN = r"""
entries:
  description: What was, or in check mode would be, moved.
  returned: always
  type: list
  elements: dict
  contains:
    nameserver:
      description: Address of the name server.
      type: str
    topic:
      description: Name of the topic.
      type: str
    value:
      description: Its entry, C(broker:queues;broker:queues).
      type: str
topics:
  description: The topics that are held now, or in check mode would be.
  returned: when O(state=held)
  type: list
  elements: str
elapsed:
  description: Seconds that the masters took.
  returned: when O(state=held)
  type: float
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import topic_table
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.nameserver import (
    HELD_NAMESPACE,
    ORDER_NAMESPACE,
    kv_delete,
    kv_put,
    order_tables,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    ModuleError,
    RocketmqModule,
    cluster_option,
    gate_spec,
    run_module,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import wait_until

Tables = dict[tuple[str, str], dict[str, str]]  # by name server and namespace


@dataclass(frozen=True)
class Flags:
    """``ordered``: what masters still refuse, C(broker/topic)."""

    ordered: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.ordered


class Hold:
    """The module's requests; each raises ModuleError for half a picture or a change that did not happen."""

    def __init__(self, module: RocketmqModule, servers: list[str]) -> None:
        self.module = module
        self.servers = servers

    def ask(self, requests: list[Request[Any]], what: str) -> list[Any]:
        # Changes that arrive together make 4.4.0 rewrite kvConfig.json side by side, and it can lose the file.
        answers = self.module.admin.ask_all(requests, serial=True)
        failed = [str(answer) for answer in answers if isinstance(answer, AdminError)]
        if failed:
            raise ModuleError(f"{what}: {'; '.join(failed)}", changed=self.module.acknowledged)
        return answers

    def tables(self, what: str = "nothing was changed") -> Tables:
        requests = order_tables(self.servers)
        return dict(zip(requests, self.ask(list(requests.values()), what), strict=True))

    def move(self, rows: list[dict[str, str]], seen: Tables, away: str, to: str) -> None:
        """Read back there before it is taken away here, so that it is never nowhere."""
        missing = [row for row in rows if to == HELD_NAMESPACE or row["topic"] not in seen[row["nameserver"], to]]
        puts = [kv_put(row["nameserver"], to, row["topic"], row["value"]) for row in missing]
        self.ask(puts, "nothing was taken away")
        seen = self.tables("nothing was taken away")
        self._require(rows, lambda row: row["topic"] in seen[row["nameserver"], to], f"not written to {to}")
        self.ask([kv_delete(row["nameserver"], away, row["topic"]) for row in rows], "not everything was moved")
        seen = self.tables("moved, and not read back")
        self._require(rows, lambda row: row["topic"] not in seen[row["nameserver"], away], f"still in {away}")

    def _require(self, rows: list[dict[str, str]], true: Callable[[dict[str, str]], bool], what: str) -> None:
        odd = [f"{row['topic']} at {row['nameserver']}" for row in rows if not true(row)]
        if odd:
            raise ModuleError(f"{what}: {'; '.join(odd)}", changed=self.module.acknowledged, entries=rows)

    def flags(self, cluster: ClusterSpec) -> Flags:
        """Every topic counts: a broker keeps a flag when its name server has lost the whole table."""
        tables = self.module.admin.ask_all([topic_table(spec.address) for spec in cluster.masters])
        found = []
        for spec, table in zip(cluster.masters, tables, strict=True):
            if isinstance(table, AdminError):
                raise table
            found += [f"{spec.name}/{name}" for name, topic in sorted(table.topics.items()) if topic.order]
        return Flags(tuple(found))


def rows_of(tables: Tables, namespace: str, topics: set[str] | None = None) -> list[dict[str, str]]:
    """The entries of a namespace at all name servers, only of these topics unless None."""
    return [
        {"nameserver": server, "topic": topic, "value": value}
        for (server, space), table in tables.items()
        if space == namespace
        for topic, value in sorted(table.items())
        if topics is None or topic in topics
    ]


def sides(rows: list[dict[str, str]], away: str, to: str) -> dict[str, Any]:
    """C(before) and C(after) of the entries that move; none when nothing moves."""
    if not rows:
        return {}
    entries = {f"{row['nameserver']} {row['topic']}": row["value"] for row in rows}
    return {"before": {away: entries}, "after": {to: entries}}


def release(module: RocketmqModule, hold: Hold) -> NoReturn:
    tables = hold.tables()
    rows = rows_of(tables, HELD_NAMESPACE)
    if rows and not module.check_mode:
        hold.move(rows, tables, HELD_NAMESPACE, ORDER_NAMESPACE)
    module.exit(changed=bool(rows), **sides(rows, HELD_NAMESPACE, ORDER_NAMESPACE), entries=rows)


def keep(module: RocketmqModule, hold: Hold, cluster: ClusterSpec) -> NoReturn:
    known = hold.ask([topic_table(spec.address) for spec in cluster.masters], "nothing was changed")
    own = {name for table in known for name in table.topics}
    tables = hold.tables()
    rows = rows_of(tables, ORDER_NAMESPACE, own)
    topics = sorted({row["topic"] for row in rows + rows_of(tables, HELD_NAMESPACE, own)})
    moved = sides(rows, ORDER_NAMESPACE, HELD_NAMESPACE)
    if module.check_mode:
        module.exit(changed=bool(rows), elapsed=0.0, entries=rows, topics=topics, **moved)
    if rows:
        hold.move(rows, tables, ORDER_NAMESPACE, HELD_NAMESPACE)
    waited = wait_until(
        lambda: hold.flags(cluster), lambda flags: flags,
        timeout=module.params["timeout"], interval=module.params["interval"],
    )
    elapsed = round(waited.elapsed, 1)
    if waited.ok:
        module.exit(changed=bool(rows), elapsed=elapsed, entries=rows, topics=topics, **moved)
    tables = hold.tables("the entries stay held")
    hold.move(rows_of(tables, HELD_NAMESPACE, own), tables, HELD_NAMESPACE, ORDER_NAMESPACE)
    still = ", ".join(waited.last.ordered) if waited.last else "nobody answered"
    module.fail(
        f"masters of {cluster.name} still take topics for ordered ones {waited.why()}, and would refuse their messages "
        f"at once, so the entries were put back: {still}. See that these masters register at "
        f"{', '.join(hold.servers)} and at no other name server. One with forceRegister=false does so only when one of "
        "its topics changes: set it to true, it is read at each period. A topic that no table lists has lost its "
        "entry: write it again with rocketmq_topic order=true.",
        changed=module.acknowledged, elapsed=elapsed, entries=[], topics=topics,
    )


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "state": {"type": "str", "choices": ["held", "released"], "required": True},
            "cluster": cluster_option(required=False),
            "nameservers": {"type": "list", "elements": "str", "required": True},
            **gate_spec(timeout=120.0),
        },
        required_if=[("state", "held", ("cluster",))],
        supports_check_mode=True,
    )
    servers = list(dict.fromkeys(module.params["nameservers"]))
    if not servers:
        raise ArgumentError("nameservers must not be empty: nothing would change")
    hold = Hold(module, servers)
    if module.params["state"] == "released":
        release(module, hold)
    cluster = next(iter(module.clusters("cluster")), None)
    if cluster is None or not cluster.masters:
        raise ArgumentError("cluster must have a master: nobody would be made read-only")
    keep(module, hold, cluster)


if __name__ == "__main__":
    main()
