#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_topic
short_description: Create and change topics on all masters of one or more clusters
description:
  - Creates topics and changes their settings on every master of each cluster, and reads them back from the broker's
    table and from the route at every name server.
  - Everything is read and checked first. A wish that cannot be fulfilled anywhere, or a broker or name server that does
    not answer, ends the task before anything is changed.
  - Nothing is created while a name server's list of topics is incomplete for any master, because RocketMQ 4.4.0 would
    then hide the master's other topics there for good. Such a list is repaired first, by sending the master the
    C(brokerPermission) that it has once more; this counts as a change and is returned in RV(cured).
  - Deletes topics only where nothing can be lost by it, see O(state).
options:
  name:
    description:
      - Name of one topic.
      - At most 127 characters out of letters, digits and C(%|_-), which is what brokers and Java clients of 4.4.0 can
        both use. Names that RocketMQ keeps for itself are refused, and so are the names of clusters and brokers.
    type: str
  read_queues:
    description:
      - Number of queues that consumers see, on each master.
      - Left alone if not given. A new topic gets O(write_queues), or V(8) if that is not given either.
    type: int
  write_queues:
    description:
      - Number of queues that producers use, on each master. Cannot be higher than the number of read queues.
      - Left alone if not given. A new topic gets O(read_queues), or V(8) if that is not given either.
    type: int
  perm:
    description:
      - Permission of the topic itself; V(4) for reading, V(2) for writing, V(6) for both, V(0) for neither.
      - While a broker's own C(brokerPermission) is not V(6), the name servers show that one instead.
      - Left alone if not given. A new topic gets V(6).
    type: int
    choices: [0, 2, 4, 6]
  order:
    description:
      - Whether the topic is listed with its queues in the C(ORDER_TOPIC_CONFIG) table of every name server of the
        cluster. Entries of brokers that belong to other clusters are kept.
      - Brokers take the table over by themselves, at the latest 30 seconds later.
      - Left alone if not given.
    type: bool
  filter_type:
    description: Whether messages carry one tag or several. Left alone if not given. A new topic gets V(SINGLE_TAG).
    type: str
    choices: [SINGLE_TAG, MULTI_TAG]
  sys_flag:
    description:
      - Unit flags of the topic; V(1) for a unit topic, V(2) for a topic with unit subscriptions, V(3) for both.
      - Left alone if not given. A new topic gets V(0).
    type: int
  topics:
    description:
      - Several topics, each with the options of the same name.
      - A topic that is listed twice with different settings is refused.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the topic, see O(name).
        type: str
        required: true
      read_queues:
        description: See O(read_queues).
        type: int
      write_queues:
        description: See O(write_queues).
        type: int
      perm:
        description: See O(perm).
        type: int
        choices: [0, 2, 4, 6]
      order:
        description: See O(order).
        type: bool
      filter_type:
        description: See O(filter_type).
        type: str
        choices: [SINGLE_TAG, MULTI_TAG]
      sys_flag:
        description: See O(sys_flag).
        type: int
  allow_decrease:
    description:
      - Allow queue numbers to become smaller. Without it such a wish is refused.
      - Read queues are only taken away when producers do not use them any more (decrease O(write_queues) in a run of
        its own and give clients a minute), and when every group with offsets has consumed what they hold.
    type: bool
    default: false
  state:
    description:
      - V(present) creates topics and changes their settings.
      - V(absent) deletes them from the masters and from every name server, together with their order entries.
      - Deleting a topic with RocketMQ 4.4.0 endangers others. A broker then also destroys the bookkeeping of
        transactions, and a name server forgets the topic for all clusters that it knows. So V(absent) is refused, and
        nothing is deleted, while any of the masters holds messages of the topic that a group has not consumed or that
        no group has read, or undelivered delayed messages, retries or undecided transactional messages of whatever
        topic; while transactional producers or readers of the topic are connected; and while a name server leads the
        topic to a broker outside of O(clusters). Whatever did not answer counts as such.
      - Never delete anything while a migration runs.
    type: str
    choices: [present, absent]
    default: present
  timeout:
    description: Seconds to wait until the changes can be read back from the masters and all name servers.
    default: 60.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._connection
  - mqops.rocketmq._gate
  - mqops.rocketmq._registers
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_group
  - module: mqops.rocketmq.rocketmq_broker_perm
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Create a topic on both sides of a migration, old side first
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
          - {name: broker-a, id: 1, address: "198.18.10.24:10911"}
      - name: hub
        nameservers: ["198.18.10.80:9876", "198.18.10.20:9876"]
        brokers:
          - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
          - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    name: orders
    read_queues: 8
    write_queues: 8

- name: Several topics on one cluster whose brokers are looked up
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    topics:
      - name: orders
        read_queues: 16
        write_queues: 16
      - name: bookings
        order: true
      - name: archive
        perm: 4

- name: Delete a topic that nobody uses any more
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    name: orders-old
    state: absent

- name: Take write queues away, as the first of two steps
  mqops.rocketmq.rocketmq_topic:
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    name: orders
    write_queues: 4
    allow_decrease: true
"""

RETURN = r"""
changes:
  description: One entry for each topic on each master, and for each order entry at each name server, that was not as
    wished. In check mode, what would be done.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
      sample: hub
    address:
      description: Address of the master or name server.
      type: str
      sample: 198.18.10.81:10911
    broker:
      description: Name of the broker.
      type: str
      returned: when RV(changes[].kind) is V(topic)
      sample: hub-a
    kind:
      description: V(topic) for a topic of a master, V(order) for an entry of a name server's order table, V(route) for
        a name server's route that is deleted.
      type: str
      sample: topic
    name:
      description: Name of the topic.
      type: str
      sample: orders
    before:
      description: Settings before; null where the topic or the entry did not exist.
      type: raw
    after:
      description: Settings that were asked for.
      type: raw
    result:
      description:
        - V(applied) when it was read back everywhere, V(planned) in check mode.
        - V(failed) when it was refused or could not be read back, V(not attempted) after a failure elsewhere.
      type: str
      sample: applied
    error:
      description: Why it failed, with what was seen last.
      type: str
      returned: when RV(changes[].result) is V(failed)
cured:
  description: Masters whose whole topic table was published again because a name server's list had holes, with the
    holes. In check mode, the holes that were found.
  returned: always
  type: list
  elements: dict
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
  sample:
    - "UPDATE_AND_CREATE_TOPIC 198.18.10.21:10911 topic=orders readQueueNums=8 writeQueueNums=8 perm=6: SUCCESS"
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import (
    consumer_offsets,
    max_offset,
    min_offset,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.masters import Masters
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.nameserver import kv_delete, kv_list, kv_put
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import is_system_topic
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import changes, topic_diff
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.topic_diff import (
    ORDER_NAMESPACE,
    TopicStep,
    TopicWish,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    ModuleError,
    RocketmqModule,
    clusters_option,
    cure_all,
    finish_changes,
    gate_spec,
    read_masters,
    registers_option,
    run_module,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._removal import Removal

SETTINGS: dict[str, dict[str, Any]] = {
    "read_queues": {"type": "int"},
    "write_queues": {"type": "int"},
    "perm": {"type": "int", "choices": [0, 2, 4, 6]},
    "order": {"type": "bool"},
    "filter_type": {"type": "str", "choices": ["SINGLE_TAG", "MULTI_TAG"]},
    "sys_flag": {"type": "int"},
}


def wishes_from(params: Mapping[str, Any]) -> list[TopicWish]:
    """The topics of the task, each once. Raises ArgumentError with everything that is wrong with them."""
    items = params["topics"] if params["topics"] is not None else [params]
    wishes, contradictions = topic_diff.merge_doubles(
        TopicWish(item["name"], **{setting: item[setting] for setting in SETTINGS}) for item in items
    )
    problems = [f"topic {name}: listed more than once with different settings" for name in contradictions]
    for wish in wishes:
        problems.extend(f"topic {wish.name!r}: {text}" for text in topic_diff.wish_problems(wish, reserved()))
    if problems:
        raise ArgumentError("; ".join(problems))
    return wishes


def reserved(clusters: frozenset[str] = frozenset(), brokers: frozenset[str] = frozenset()) -> Any:
    """A function that says why a name is not the operator's."""

    def why(name: str) -> str | None:
        if name in clusters or name in brokers:
            return "a cluster or broker has this name, and RocketMQ keeps a topic of that name for itself"
        if is_system_topic(name):
            return "RocketMQ keeps this topic for itself"
        return None

    return why


def topic_value(topic: TopicConfig | None) -> dict[str, Any] | None:
    """One side of a step as it is shown. The broker's own C(order) is left out: it follows the name servers."""
    if topic is None:
        return None
    return {name: getattr(topic, name) for name in ("read_queues", "write_queues", "perm", "filter_type", "sys_flag")}


def still_needed(admin: Admin, address: str, step: TopicStep) -> str | None:
    """Why queues cannot be taken away from consumers, judged by what is in them now."""
    hidden = list(topic_diff.hidden_queues(step))
    if not hidden:
        return None
    offsets = admin.ask(consumer_offsets(address))
    # The maxima after the offsets: a queue that is found consumed then was consumed at that moment.
    ends = admin.ask_all([max_offset(address, step.wish.name, queue) for queue in hidden])
    starts = admin.ask_all([min_offset(address, step.wish.name, queue) for queue in hidden])
    readers = {group: queues for (topic, group), queues in offsets.items() if topic == step.wish.name}
    for queue, end, start in zip(hidden, ends, starts, strict=True):
        for answer in (end, start):
            if isinstance(answer, AdminError):
                return f"queue {queue} cannot be examined: {answer}"
        if end <= start:
            continue
        if not readers:
            return f"queue {queue} holds {end - start} message(s) that no group has read"
        for group, queues in sorted(readers.items()):
            at = max(queues.get(queue, 0), start)
            if at < end:
                return f"queue {queue} holds {end - at} message(s) that group {group} has not consumed"
    return None


class Run:
    """One task: what has to change in each cluster, and what came of it."""

    def __init__(self, module: RocketmqModule, wishes: list[TopicWish]) -> None:
        self.module = module
        self.wishes = wishes
        self.sides: list[Masters] = read_masters(module)
        self.steps: dict[str, dict[str, list[TopicStep]]] = {}
        self.orders: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
        self.changes: list[dict[str, Any]] = []
        self.cured: list[dict[str, Any]] = []

    def decide(self) -> None:
        """Compares wishes and tables. Raises ModuleError with every refusal; nothing has been changed then."""
        refusals: list[str] = []
        clusters = frozenset().union(*(side.names()[0] for side in self.sides))
        brokers = frozenset().union(*(side.names()[1] for side in self.sides))
        why = reserved(clusters, brokers)
        refusals.extend(f"topic {wish.name}: {why(wish.name)}" for wish in self.wishes if why(wish.name))
        # Clusters may share a name server: the second one has to see what the first one is going to write.
        tables: dict[str, dict[str, str | None]] = {}
        for side in self.sides:
            for server, table in side.order.items():
                tables.setdefault(server, dict(table))
        for side in self.sides:
            mine = self.steps.setdefault(side.cluster.name, {})
            for spec in side.specs:
                mine[spec.address] = []
                for wish in self.wishes:
                    current = side.topics[spec.address].get(wish.name)
                    step = topic_diff.decide(wish, current, self.module.params["allow_decrease"])
                    refusal = step.refusal or still_needed(self.module.admin, spec.address, step)
                    if refusal:
                        refusals.append(f"topic {wish.name} on {spec.name} of {side.cluster.name}: {refusal}")
                    mine[spec.address].append(step)
            self._decide_order(side, tables)
        if refusals:
            raise ModuleError("nothing was changed: " + "; ".join(refusals), changes=[], cured=[])

    def _decide_order(self, side: Masters, tables: dict[str, dict[str, str | None]]) -> None:
        mine = self.orders.setdefault(side.cluster.name, [])
        for position, wish in enumerate(self.wishes):
            if wish.order is None:
                self._warn_of_order(side, position, tables)
                continue
            entries = {
                spec.name: self.steps[side.cluster.name][spec.address][position].after.write_queues
                for spec in side.specs
            }
            for server in side.cluster.nameservers:
                before = tables[server].get(wish.name)
                after = topic_diff.order_value(before, entries, wish.order)
                if before != after:
                    mine.append((server, wish.name, before, after))
                    tables[server][wish.name] = after

    def _warn_of_order(self, side: Masters, position: int, tables: dict[str, dict[str, str | None]]) -> None:
        """Says where the queues of an ordered topic change and its entry, which nobody asked for, stays behind."""
        wish = self.wishes[position]
        changed = [self.steps[side.cluster.name][spec.address][position] for spec in side.specs]
        if not any(step.before and step.before.write_queues != step.after.write_queues for step in changed):
            return
        found = {server: tables[server].get(wish.name) for server in side.cluster.nameservers}
        behind = ", ".join(f"{value} at {server}" for server, value in found.items() if value)
        if behind:
            self.module.module.warn(
                f"topic {wish.name}: its write queues change and its entry in the order table stays as it is "
                f"({behind}). With order=true it follows. Producers under orderMessageEnable go by that entry."
            )

    def plan(self) -> None:
        """Writes down what is going to change, before any of it is tried."""
        for side in self.sides:
            name = side.cluster.name
            for server, topic, before, after in self.orders[name]:
                self.changes.append(changes.entry("order", topic, name, server, before, after))
            for spec in side.specs:
                self.changes.extend(
                    changes.entry(
                        "topic",
                        step.wish.name,
                        name,
                        spec.address,
                        topic_value(step.before),
                        topic_value(step.after),
                        broker=spec.name,
                    )
                    for step in self.steps[name][spec.address]
                    if step.changes
                )

    def apply(self) -> None:
        """Sends the changes, cluster by cluster, and reads them back; a failure leaves later clusters alone."""
        failed = False
        for side in self.sides:
            rows = [row for row in self.changes if row["cluster"] == side.cluster.name]
            if failed:
                changes.skip(rows)
                continue
            # The order table first: the answer to the registration that a creation causes brings it to the broker.
            self._apply_order(side, [row for row in rows if row["kind"] == "order"])
            self._apply_topics(side, [row for row in rows if row["kind"] == "topic"])
            failed = changes.has_failed(rows)

    def _apply_order(self, side: Masters, rows: list[dict[str, Any]]) -> None:
        requests: dict[str, list[Any]] = {}
        for row in rows:
            server, topic = row["address"], row["name"]
            requests.setdefault(server, []).append(
                kv_delete(server, ORDER_NAMESPACE, topic)
                if row["after"] is None
                else kv_put(server, ORDER_NAMESPACE, topic, row["after"])
            )
        errors = {server: iter(answers) for server, answers in side.send(requests, "order entries").items()}
        tables = dict(
            zip(
                requests,
                self.module.admin.ask_all([kv_list(server, ORDER_NAMESPACE) for server in requests]),
                strict=True,
            )
        )
        for row in rows:
            server = row["address"]
            error, table = next(errors[server]), tables[server]
            if isinstance(table, AdminError):
                changes.finish(row, str(error or table))
            elif not topic_diff.same_order(table.get(row["name"]), row["after"]):
                changes.finish(row, str(error or f"the entry read back is {table.get(row['name'])!r}"))
            else:
                changes.finish(row)

    def _apply_topics(self, side: Masters, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        self.module.progress(f"{side.cluster.name}: {len(rows)} topic change(s) to send")
        wanted = {
            address: {step.wish.name: step.after for step in steps if step.changes}
            for address, steps in self.steps[side.cluster.name].items()
        }
        failed, cured = side.change_topics(wanted)
        self.cured.extend(side.cured_value(address) for address in cured)
        for row in rows:
            changes.finish(row, failed.get((row["address"], row["name"])))


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "name": {"type": "str"},
            **SETTINGS,
            "topics": {
                "type": "list",
                "elements": "dict",
                "options": {"name": {"type": "str", "required": True}, **SETTINGS},
            },
            "allow_decrease": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "registers_with": registers_option(),
            **gate_spec(timeout=60.0, interval=1.0),
        },
        required_one_of=[("name", "topics")],
        mutually_exclusive=[("topics", "name"), *(("topics", setting) for setting in SETTINGS)],
        supports_check_mode=True,
    )
    wishes = wishes_from(module.params)
    if module.params["state"] == "absent":
        if any(getattr(wish, setting) is not None for wish in wishes for setting in SETTINGS):
            raise ArgumentError("state=absent takes names only, no settings")
        Removal(module, "topic", [wish.name for wish in wishes], reserved).run()
    run = Run(module, wishes)
    run.decide()
    run.plan()
    run.cured = cure_all(module, run.sides, run.changes)
    if not module.check_mode:
        run.apply()
    finish_changes(module, run.changes, run.cured)


if __name__ == "__main__":
    main()
