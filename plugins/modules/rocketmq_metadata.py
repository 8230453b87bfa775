#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_metadata
short_description: Copy topics, groups and order configuration from several clusters to one
description:
  - Merges the tables of all masters of the sources and creates on every master of the target what is missing there or
    smaller. Nothing is ever deleted or made smaller, and only what the sources own is compared.
  - The highest queue numbers of any master win, permissions are added up, a group's switches are on where any source
    has
    them on. Retry topics are at least as wide as C(retryQueueNums) of their group. System topics and groups stay out.
  - Stores offset 0 for every known group on every target queue that has no message and no offset of that group.
    Without it a group that comes back late starts at the end of queues that it has never seen.
  - Writes the merged order configuration to every name server of sources and target, where a topic's entry is missing.
  - Repeats until a pass finds no difference, because topics and groups can appear while it runs.
  - Creates no topic while a name server's list is incomplete for a master of the target, because RocketMQ 4.4.0 would
    then hide that master's other topics. Such a list is completed first, by sending the master the C(brokerPermission)
    that it has once more; if that does not help, the module refuses.
  - Refuses to create more than a few topics while a name server in a master's C(namesrvAddr) does not answer at all,
    because the broker then waits 3 seconds at each creation. One whose host refuses the connection costs nothing.
  - A change that is refused does not stop the others; a master that stops answering gets no more. What failed is
    returned item by item, and the next run goes on with what is missing.
options:
  topic_perm:
    description:
      - Permissions that new topics may get, other than retry and dead letter topics. Bits that the sources have and
        this
        option has not are left out; the topics are listed in RV(closed).
      - Use V(4) when the target already serves, and give the topics their permission when every consumer reads them.
        Broadcast consumers otherwise lose what is written before they have seen a new queue.
      - Without it, missing permission bits of topics that exist are added.
    type: int
    choices: [2, 4, 6]
  granted:
    description:
      - Topics of the target that get their full permission although O(topic_perm) is given. Name those that an earlier
        run returned in RV(closed), after M(mqops.rocketmq.rocketmq_consumer_assignment) has proved that every consumer
        reads them. A topic that this run creates is not opened by it.
    type: list
    elements: str
    default: []
  parts:
    description:
      - V(tables) are groups, offsets and topics on the target's masters; V(order) is the order configuration.
      - With V(order) alone the target is not asked for anything and only the sources' name servers are written. Do this
        before the target's brokers start for the first time; name servers that disagree make them rewrite their topics
        at every registration. The target's own name servers get theirs from M(mqops.rocketmq.rocketmq_seed).
    type: list
    elements: str
    choices: [order, tables]
    default: [order, tables]
  max_passes:
    description: How many passes may find a difference before the module gives up.
    type: int
    default: 10
  timeout:
    description: Seconds to wait until what was sent in one pass is in place, and until name servers list it.
    default: 120.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._registers
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - A target none of whose masters answers is taken as empty in check mode, so that a first run can be looked at.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_seed
  - module: mqops.rocketmq.rocketmq_plan
  - module: mqops.rocketmq.rocketmq_topic
  - module: mqops.rocketmq.rocketmq_group
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Copy what two clusters have to the new one
  mqops.rocketmq.rocketmq_metadata:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}

- name: See what a further copy into a serving cluster would create
  mqops.rocketmq.rocketmq_metadata:
    sources: "{{ (hostvars | mqops.rocketmq.estate(groups)).sources | mqops.rocketmq.specs }}"
    target: "{{ [(hostvars | mqops.rocketmq.estate(groups)).target] | mqops.rocketmq.specs | first }}"
    topic_perm: 4
  check_mode: true
  diff: true
"""

RETURN = r"""
passes:
  description: Passes over all clusters, the last one without a difference.
  returned: success
  type: int
  sample: 2
sent:
  description: What was sent (in check mode, would be), counted over all target masters and name servers.
  returned: always
  type: dict
  sample: {"groups": 24, "topics": 48, "offsets": 192, "order": 1}
topics:
  description: Number of topics that every target master should have, retry and dead letter topics included.
  returned: success
  type: int
groups:
  description: Number of groups that every target master should have.
  returned: success
  type: int
failed_items:
  description: What could not be sent, item by item, when something failed on the way. Everything else was sent.
  returned: failure
  type: list
  elements: dict
  contains:
    kind:
      description: V(topics), V(groups), V(offsets) or V(order).
      type: str
    name:
      description: Name of the topic or group.
      type: str
    address:
      description: Address of the master or name server.
      type: str
    error:
      description: What came back.
      type: str
estimate:
  description:
    - Seconds that the masters themselves need for what is missing, created one by one, and that a start with seeds
      (M(mqops.rocketmq.rocketmq_seed)) would take instead, by the first pass.
    - Where seeds would be much faster and the target is not open yet, a warning says so.
  returned: success
  type: dict
  sample: {"one_by_one": 26, "seeded": 16}
acl_files:
  description: Addresses of source masters with C(aclEnable=true). Their accounts cannot be read over the network, so
    C(conf/plain_acl.yml) has to be copied from there to the target by hand.
  returned: success
  type: list
  elements: str
closed:
  description: Topics of the target that lack permission bits of the sources because of O(topic_perm).
  returned: success
  type: list
  elements: str
incomplete:
  description: Where a name server's list of a target master's topics is incomplete.
  returned: failure
  type: list
  elements: str
republished:
  description: Target masters whose C(brokerPermission) was sent again because a name server hid topics of theirs.
  returned: success
  type: list
  elements: str
requests:
  description: Every changing request with its result; offsets are counted for each master.
  returned: always
  type: list
  elements: str
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import broker, nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import audit_line, never_sent
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.masters import AHEAD
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    ClusterSnapshot,
    ClusterSpec,
    GroupTable,
    TopicTable,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.publish import publish_again
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.silent import (
    FEW_CREATIONS,
    registering,
    silent_nameservers,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.snapshot import take, with_held, with_ranges_of
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import creation_cost, merge, metadata
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ModuleError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    gate_spec,
    registers_option,
    run_module,
    slow_creations,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import wait_until

SOURCE_PARTS = frozenset({"config", "topics", "groups", "offsets", "clients"})
# The ranges of queues are asked for where an offset is missing, and nowhere else: they are a request for each topic.
TARGET_PARTS = frozenset({"config", "topics", "groups", "offsets"})
OFFSETS_AT_ONCE = 2000


@dataclass(frozen=True)
class _Lines:
    """A verdict for wait_until: passes when there is nothing left to say."""

    lines: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.lines


class Copy:
    """One run over the sources and the target."""

    def __init__(self, module: RocketmqModule, sources: list[ClusterSpec], target: ClusterSpec) -> None:
        self.module = module
        self.admin = module.admin
        self.sources = sources
        self.target = target
        self.parts = frozenset(module.params["parts"])
        written = (*sources, target) if "tables" in self.parts else sources
        self.servers = tuple(dict.fromkeys(address for spec in written for address in spec.nameservers))
        self.sent = {"groups": 0, "topics": 0, "offsets": 0, "order": 0}
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        self.republished: list[str] = []
        self.granted = frozenset(module.params["granted"])
        self.failed: list[dict[str, Any]] = []
        self.acl_files: list[str] = []
        self.seen: Any = None
        self.assumed_empty = False

    def wishes(self) -> merge.Wishes:
        snapshots = [take(self.admin, spec, SOURCE_PARTS) for spec in self.sources]
        self.acl_files = metadata.acl_files(snapshots)
        wishes = merge.merge(snapshots, self.target)
        if wishes.gaps:
            lines = metadata.describe(wishes.gaps)
            raise ModuleError(
                f"the sources did not answer completely, so nothing was copied in this pass: {'; '.join(lines[:5])}. "
                "See that each of these runs and that its address is right, then run this again.",
                unanswered=lines,
                sent=self.sent,
            )
        if not wishes.topics and not wishes.groups:
            raise ModuleError(
                "the sources have no topic and no group of their own: check their addresses", sent=self.sent
            )
        return wishes

    def work(self, wishes: merge.Wishes) -> metadata.Work:
        """What the target lacks now. Raises ModuleError when it did not answer completely."""
        if "tables" not in self.parts:
            self.seen = ClusterSnapshot(spec=dataclasses.replace(self.target, brokers=()))
        else:
            seen = self._registering(take(self.admin, self.target, TARGET_PARTS))
            self.seen = with_ranges_of(self.admin, seen, metadata.without_offset(wishes, seen))
        if self.module.check_mode and "tables" in self.parts and self._nobody_home():
            self.assumed_empty = True
            self.seen = self._empty()
        requests = nameserver.order_tables(self.servers)
        answers = self.admin.ask_all(list(requests.values()))
        tables = {key: _unknown(answer) for key, answer in zip(requests, answers, strict=True)}
        orders = {
            server: with_held(tables[server, nameserver.ORDER_NAMESPACE], tables[server, nameserver.HELD_NAMESPACE])
            for server in self.servers
        }
        if self.assumed_empty:
            for server in self.target.nameservers:
                if isinstance(orders[server], Unknown):
                    orders[server] = {}
        if "order" not in self.parts:
            orders = {}
        work = metadata.compare(
            wishes, self.seen, orders, self.module.params["topic_perm"], self.granted
        )
        if work.gaps:
            lines = metadata.describe(work.gaps)
            raise ModuleError(
                f"the target did not answer completely, so nothing was sent in this pass: {'; '.join(lines[:5])}",
                unanswered=lines,
                sent=self.sent,
            )
        return work

    def _registering(self, seen: Any) -> Any:
        """What was seen, with the list of name servers that the target runs with."""
        known = self.module.params["registers_with"]
        brokers = {
            address: dataclasses.replace(view, config=registering(view.config, known))
            for address, view in seen.brokers.items()
        }
        return dataclasses.replace(seen, brokers=brokers)

    def _nobody_home(self) -> bool:
        return all(isinstance(view.topics, Unknown) for view in self.seen.masters)

    def _empty(self) -> Any:
        brokers = {
            view.spec.address: type(view)(
                spec=view.spec,
                config={},
                topics=TopicTable(None, {}),
                groups=GroupTable(None, {}),
                offsets={},
                stats={},
            )
            for view in self.seen.masters
        }
        return type(self.seen)(spec=self.target, nameservers={}, brokers=brokers)

    def incomplete(self) -> dict[str, list[str]]:
        """Master address → what a name server does not list of it, as of a fresh look at tables and routes."""
        masters = self.target.masters
        answers = self.admin.ask_all([broker.topic_table(spec.address) for spec in masters])
        tables = {
            spec.address: {} if isinstance(answer, AdminError) else answer.topics
            for spec, answer in zip(masters, answers, strict=True)
        }
        expected = metadata.expected_servers(self.seen, self.servers)
        servers = [server for server in self.servers if any(server in listed for listed in expected.values())]
        infos = {
            server: _unknown(answer)
            for server, answer in zip(
                servers, self.admin.ask_all([nameserver.cluster_info(server) for server in servers]), strict=True
            )
        }
        topics = sorted({topic for table in tables.values() for topic in table})
        # A name server that is silent would only be silent once more for every topic.
        asked = [(server, topic) for server in servers if not isinstance(infos[server], Unknown) for topic in topics]
        routes: dict[str, dict[str, Any]] = {server: {} for server in servers}
        for (server, topic), answer in zip(
            asked, self.admin.ask_all([nameserver.topic_route(server, topic) for server, topic in asked]), strict=True
        ):
            routes[server][topic] = _unknown(answer)
        found = metadata.unregistered(self.target, tables, expected, infos, routes)
        for spec, answer in zip(masters, answers, strict=True):
            if isinstance(answer, AdminError):
                found.setdefault(spec.address, []).append(str(answer))
        return found

    def await_complete(self, why: str, cure: bool) -> None:
        """Wait until every name server lists every topic of every target master; publish again once if it may."""
        last: dict[str, list[str]] = {}

        def look() -> dict[str, list[str]]:
            nonlocal last
            last = self.incomplete()
            return last

        def judge(found: Mapping[str, list[str]]) -> _Lines:
            return _Lines(tuple(line for lines in found.values() for line in lines))

        timeout, interval = self.module.params["timeout"], self.module.params["interval"]
        waited = wait_until(look, judge, timeout=min(timeout, 10 * interval) if cure else timeout, interval=interval)
        if not waited.ok and cure and last:
            self.publish_again(sorted(last))
            waited = wait_until(look, judge, timeout=timeout, interval=interval)
        if not waited.ok:
            lines = list(waited.last.lines) if waited.last is not None else [str(waited.error)]
            raise ModuleError(
                f"{why}: {'; '.join(lines[:5])}. Send the master its own brokerPermission again "
                "(mqops.rocketmq.rocketmq_broker_perm), which makes it publish its whole table.",
                incomplete=lines,
                sent=self.sent,
            )

    def publish_again(self, addresses: Iterable[str]) -> None:
        answers = publish_again(self.admin, {address: self.seen.brokers[address].config for address in addresses})
        self.republished += [address for address, answer in answers.items() if not isinstance(answer, AdminError)]

    def advise_seeds(self, estimated: Mapping[str, int]) -> None:
        """Says so where a start with seeds would have been much faster, as long as the target can be started anew."""
        configs = [view.config for view in self.seen.masters]
        serving = any(isinstance(config, Mapping) and config.get("brokerPermission") == "6" for config in configs)
        if not serving and not self.assumed_empty and creation_cost.seeds_pay_off(estimated):
            self.module.module.warn(
                f"what is missing takes the target's masters about {estimated['one_by_one']} s one by one; seeded "
                f"(rocketmq_seed, into empty stores before the first start) it would be about {estimated['seeded']} s"
            )

    def refuse_slow_creations(self, work: metadata.Work) -> None:
        """A name server that swallows packets costs 3 s for each creation, at each broker that has it in its list."""
        configs = {
            master.address: self.seen.brokers[master.address].config
            for master in work.masters
            if len(master.topics) > FEW_CREATIONS
        }
        silent = silent_nameservers(self.admin, configs)
        if silent:
            most = max(len(master.topics) for master in work.masters)
            raise ModuleError(
                f"nothing was created: {slow_creations(silent, most)}; or start masters that have never run with seeds "
                "(mqops.rocketmq.rocketmq_seed).",
                silent_nameservers=sorted(silent),
                sent=self.sent,
            )

    def send(self, work: metadata.Work) -> None:
        """Order first, so that no flag flaps; offsets before topics, so that no consumer is faster than its offset.

        Raises ModuleError, with every item that failed, after all that could be sent was sent.
        """
        # Nobody can have seen what is created only now.
        self.granted -= {topic.name for master in work.masters for found, topic in master.topics if found is None}
        self._send(
            "order",
            [
                (topic, nameserver.kv_put(server, nameserver.ORDER_NAMESPACE, topic, value))
                for server, entries in work.order.items()
                for topic, value in entries.items()
            ],
            serial=True,
        )
        self._send(
            "groups",
            [
                (group.name, broker.update_group(master.address, group))
                for master in work.masters
                for _found, group in master.groups
            ],
            serial=True,
        )
        total = work.counts()["offsets"]
        for part in metadata.offset_batches(work.masters, OFFSETS_AT_ONCE):
            self._send(
                "offsets",
                [
                    (item.group, broker.update_offset(master.address, item.group, item.topic, item.queue, 0))
                    for master, item in part
                ],
            )
            self.module.progress(f"metadata: {self.sent['offsets']} offsets sent, {total} in this pass")
        self._send(
            "topics",
            [
                (topic.name, broker.create_topic(master.address, topic))
                for master in work.masters
                for _found, topic in master.topics
            ],
            serial=True,
            ahead=AHEAD,
        )
        if self.failed:
            # What was sent stays, and the next run goes on from there.
            texts = [f"{row['kind']} {row['name']}: {row['error']}" for row in self.failed[:5]]
            more = f"; and {len(self.failed) - 5} more" if len(self.failed) > 5 else ""
            raise ModuleError(
                f"{len(self.failed)} item(s) failed: {'; '.join(texts)}{more}. Sent: {self.sent}. Run this again when "
                "the cause is gone; it goes on with what is missing.",
                failed_items=self.failed,
                sent=self.sent,
            )

    def _send(self, kind: str, items: list[tuple[str, Any]], *, serial: bool = False, ahead: int = 0) -> None:
        """Sends these (name, request), counts what was taken and keeps what was not.

        ``serial``, ``ahead``: as ``Admin.ask_all`` has them. An address that stops answering gets no more then: it
        would most likely swallow the rest as well, a deadline each.
        """
        answered = 0

        def count() -> None:
            nonlocal answered
            answered += 1
            if serial and answered % 100 == 0:
                self.module.progress(f"metadata: {answered} of {len(items)} {kind}")

        answers = self.admin.ask_all([request for _name, request in items], serial=serial, ahead=ahead, on_answer=count)
        for (name, request), answer in zip(items, answers, strict=True):
            if isinstance(answer, AdminError):
                why = f"not sent: {answer}" if never_sent(answer) else str(answer)
                self.failed.append({"kind": kind, "name": name, "address": request.address, "error": why})
            else:
                self.sent[kind] += 1

    def note(self, work: metadata.Work) -> None:
        before, after = metadata.before_after(work)
        for whole, part in ((self.before, before), (self.after, after)):
            for name, kinds in part.items():
                for kind, rows in kinds.items():
                    for key, value in rows.items():
                        target = whole.setdefault(name, {}).setdefault(kind, {})
                        if whole is self.after:
                            target[key] = value
                        else:
                            target.setdefault(key, value)

    def audit(self) -> list[str]:
        """The changing requests; offsets are too many to be listed one by one."""
        kept, counted = [], {}
        for entry in self.admin.audit:
            if entry["request"] != "UPDATE_CONSUMER_OFFSET":
                kept.append(audit_line(entry))
            else:
                key = (entry["address"], entry["result"])
                counted[key] = counted.get(key, 0) + 1
        return kept + [
            f"UPDATE_CONSUMER_OFFSET {address} commitOffset=0, {count} times: {result}"
            for (address, result), count in counted.items()
        ]


def _unknown(answer: Any) -> Any:
    return Unknown(str(answer)) if isinstance(answer, AdminError) else answer


def _run(module: RocketmqModule, copy: Copy) -> None:
    timeout, interval = module.params["timeout"], module.params["interval"]
    for number in range(1, module.params["max_passes"] + 1):
        wishes = copy.wishes()
        work = copy.work(wishes)
        module.progress(f"metadata: pass {number} lacks {work.counts()}")
        if number == 1:
            estimated = creation_cost.seconds(work, wishes)
            copy.advise_seeds(estimated)
        if not work or module.check_mode:
            if work:
                copy.note(work)
                copy.sent = work.counts()
            elif any(copy.sent[kind] for kind in ("groups", "offsets", "topics")):
                copy.await_complete("what was created is not listed completely", cure=True)
            module.exit(
                changed=bool(work) or any(copy.sent.values()),
                before=copy.before,
                after=copy.after,
                passes=number,
                sent=copy.sent,
                topics=len(wishes.topics),
                groups=len(wishes.groups),
                closed=list(work.closed),
                estimate=estimated,
                acl_files=copy.acl_files,
                republished=copy.republished,
                requests=copy.audit(),
                **({"assumed": "no master of the target answers; it is taken as empty"} if copy.assumed_empty else {}),
            )
        if any(master.topics for master in work.masters):
            copy.refuse_slow_creations(work)
            copy.await_complete("nothing was created, because a name server's list is incomplete", cure=True)
        copy.note(work)
        copy.send(work)
        # 4.4.0 answers before it applies; a second look too early would send everything twice.
        wait_until(
            lambda: copy.work(wishes),  # noqa: B023 - called before the loop goes on
            lambda left: _Lines(tuple(f"{count} {kind}" for kind, count in left.counts().items() if count)),
            timeout=timeout,
            interval=interval,
        )
    raise ModuleError(
        f"pass {module.params['max_passes']} still found differences: something creates or changes them all the time",
        sent=copy.sent,
    )


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec=dict(
            sources=clusters_option(),
            target=cluster_option(),
            topic_perm={"type": "int", "choices": [2, 4, 6]},
            granted={"type": "list", "elements": "str", "default": []},
            parts={"type": "list", "elements": "str", "choices": ["order", "tables"], "default": ["order", "tables"]},
            max_passes={"type": "int", "default": 10, "no_log": False},
            registers_with=registers_option(),
            **gate_spec(timeout=120.0, interval=1.0),
        ),
        supports_check_mode=True,
    )
    sources = module.clusters("sources")
    target = module.clusters("target")[0]
    if not sources:
        raise ModuleError("sources is empty: there is nothing to copy from")
    if not module.params["parts"]:
        raise ModuleError("parts is empty: there is nothing to copy")
    if not target.masters:
        raise ModuleError(f"target {target.name} has no master")
    copy = Copy(module, sources, target)
    try:
        _run(module, copy)
    except ModuleError as error:
        module.fail(error, changed=any(copy.sent.values()) and not module.check_mode, requests=copy.audit())


if __name__ == "__main__":
    main()
