#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_perm
short_description: Set what clients may do with the masters of a cluster
description:
  - Sets C(brokerPermission) on masters, while they run, and waits until their running configuration and the routes of
    their topics at every name server show it.
  - With V(4) the name servers show every topic of the broker as read-only, so producers turn away within about half a
    minute. This is no fence. RocketMQ 4.4.0 still accepts what a straggler sends; that writing has stopped is proved
    by M(mqops.rocketmq.rocketmq_write_stop).
  - With V(0) the queues are in no route any more and pulls are refused. With V(6) each topic has its own permission.
  - A master that has the permission but is shown otherwise by a name server is sent the same value once more, which
    publishes its whole topic table again; this counts as a change.
  - Each master is judged by itself. One that does not answer or refuses does not keep the others from being handled;
    the task fails in the end and names it.
  - Only masters are asked. Slaves never publish permissions, and what is sent to them is not replicated.
options:
  perm:
    description:
      - V(6) for reading and writing, V(4) for reading only, V(0) for neither.
    type: int
    choices: [0, 4, 6]
    required: true
  brokers:
    description:
      - Names of the brokers to handle, in every cluster of the list. All masters if not given.
      - A name that no master has is refused.
    type: list
    elements: str
  timeout:
    description: Seconds to wait until the masters and all name servers show the permission.
    default: 60.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._connection
  - mqops.rocketmq._gate
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - While a name server does not answer, rights are not taken away, because nobody could tell what its clients see.
    Giving rights back is tried all the same, and the task fails afterwards.
  - The broker writes the permission into the file that it was started with and loses the file's comments. A file that
    is rendered anew, or that is mounted as a single file, does not keep it over a restart.
seealso:
  - module: mqops.rocketmq.rocketmq_write_stop
  - module: mqops.rocketmq.rocketmq_registration
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Make a source read-only
  mqops.rocketmq.rocketmq_broker_perm:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
        brokers:
          - {name: broker-a, id: 0, address: "198.18.10.21:10911"}
          - {name: broker-b, id: 0, address: "198.18.10.22:10911"}
          - {name: broker-a, id: 1, address: "198.18.10.24:10911"}
    perm: 4

- name: Open one broker again
  mqops.rocketmq.rocketmq_broker_perm:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    brokers: [broker-b]
    perm: 6
"""

RETURN = r"""
brokers:
  description: One entry for each master that was handled.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
      sample: mro
    name:
      description: Name of the broker.
      type: str
      sample: broker-a
    address:
      description: Address of the master.
      type: str
      sample: 198.18.10.21:10911
    broker:
      description: The same, as the other modules that change something return it.
      type: str
      sample: broker-a
    kind:
      description: What is changed.
      type: str
      sample: brokerPermission
    before:
      description: The permission that the master had; null if it did not answer.
      type: int
      sample: 6
    after:
      description: The permission that was asked for.
      type: int
      sample: 4
    result:
      description: V(unchanged), V(applied), V(planned) (in check mode) or V(failed).
      type: str
      sample: applied
    cured:
      description: Whether the same permission was sent once more because a name server showed another one.
      type: bool
      sample: false
    topics:
      description: Number of topics whose routes were compared at each name server.
      type: int
      sample: 12
    error:
      description: Why it failed, with what was seen last.
      type: str
      returned: when RV(brokers[].result) is V(failed)
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
  sample:
    - "UPDATE_BROKER_CONFIG 198.18.10.21:10911 brokerPermission=4: SUCCESS"
"""

from dataclasses import dataclass
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import broker_config, update_broker_config
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.masters import Masters
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import changes, perm
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    REMEDY,
    ArgumentError,
    ModuleError,
    RocketmqModule,
    changed_clusters,
    clusters_option,
    gate_spec,
    masters_of,
    run_module,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import wait_until

KEY = "brokerPermission"
_NAMED = 3


# What is not as it should be at one master: text → topics that it is true of (none: the master itself).
Open = dict[str, list[str]]


@dataclass(frozen=True)
class Seen:
    """What one look found that is not as it should be, by the masters' addresses."""

    open: dict[str, Open]

    @property
    def ok(self) -> bool:
        return not self.open


class Side:
    """The masters of one cluster, each with what came of it."""

    def __init__(self, module: RocketmqModule, masters: Masters, wanted: int) -> None:
        self.module = module
        self.masters = masters
        self.wanted = wanted
        self.rows: dict[str, dict[str, Any]] = {}
        self.witnesses: dict[str, dict[str, TopicConfig]] = {}
        self.open: dict[str, Open] = {}
        self.seen: set[str] = set()
        troubles = {trouble.address: trouble.text for trouble in masters.read()}
        silent = [troubles[server] for server in masters.cluster.nameservers if server in troubles]
        clusters, brokers = masters.names()
        for spec in masters.specs:
            known = spec.address not in troubles
            before = masters.perm(spec.address) if known else None
            row = changes.entry(
                KEY,
                spec.name,
                masters.cluster.name,
                spec.address,
                before,
                wanted,
                broker=spec.name,
                cured=False,
                topics=0,
            )
            self.rows[spec.address] = row
            if before is None:
                changes.finish(row, f"not changed: {troubles[spec.address]}")
                continue
            self.witnesses[spec.address] = perm.witnesses(masters.topics[spec.address], spec.name, clusters, brokers)
            row["topics"] = len(self.witnesses[spec.address])
            if silent and (before == wanted or perm.takes_rights(before, wanted)):
                why = (
                    "is set, but not known to be seen"
                    if before == wanted
                    else "not changed, because it could not be seen"
                )
                changes.finish(row, f"{why} everywhere: {'; '.join(silent)}")

    def pending(self) -> list[str]:
        """Addresses that have not failed yet."""
        return [address for address, row in self.rows.items() if row["result"] != changes.FAILED]

    def look(self) -> None:
        """What the masters' configurations and the name servers' routes do not show yet, for all that are pending."""
        pending = [address for address in self.pending() if address not in self.seen]
        self.open = {}
        configs = self.module.admin.ask_all([broker_config(address) for address in pending])
        items = []
        for address, config in zip(pending, configs, strict=True):
            if isinstance(config, AdminError):
                self.open[address] = {str(config): []}
            elif config.get(KEY) != str(self.wanted):
                self.open[address] = {f"{KEY} is {config.get(KEY)}": []}
            else:
                items.extend((address, topic) for topic in self.witnesses[address])
        perms = dict.fromkeys(pending, self.wanted)
        for (address, topic), texts in self.masters.routes_differ(self.witnesses, perms, items).items():
            for text in texts:
                self.open.setdefault(address, {}).setdefault(text, []).append(topic)
        self.seen.update(set(pending) - self.open.keys())

    def send(self, addresses: list[str]) -> None:
        """Sends the permission to these masters at once; one that refuses has failed."""
        answers = self.module.admin.ask_all(
            [update_broker_config(address, {KEY: str(self.wanted)}) for address in addresses]
        )
        for address, answer in zip(addresses, answers, strict=True):
            # Without an answer it may have been applied all the same; looking tells.
            if isinstance(answer, AdminError) and answer.code is not None:
                changes.finish(self.rows[address], str(answer))
                self.open.pop(address, None)


def hidden(found: Open) -> bool:
    """Whether the master itself is as it should be and only routes differ."""
    return all(found.values())


def describe(found: Open) -> str:
    """What is not as it should be, each thing once with the first topics that it is true of."""
    texts = []
    for text, topics in list(found.items())[:_NAMED]:
        more = f" and {len(topics) - _NAMED} more" if len(topics) > _NAMED else ""
        texts.append(text + (f" (topic {', '.join(topics[:_NAMED])}{more})" if topics else ""))
    if len(found) > _NAMED:
        texts.append(f"and {len(found) - _NAMED} more")
    return "; ".join(texts)


class Run:
    """One task over all clusters."""

    def __init__(self, module: RocketmqModule) -> None:
        self.module = module
        self.wanted: int = module.params["perm"]
        masters = [masters_of(module, cluster) for cluster in changed_clusters(module)]
        names = module.params["brokers"]
        if names is not None:
            known = {spec.name for side in masters for spec in side.specs}
            if not names or set(names) - known:
                raise ArgumentError(
                    f"brokers: no master is named {', '.join(sorted(set(names) - known)) or 'in the empty list'} "
                    f"(masters: {', '.join(sorted(known))})"
                )
            for side in masters:
                side.only(names)
        empty = [side.cluster.name for side in masters if not side.specs and names is None]
        if empty:
            raise ModuleError(f"nothing was changed: cluster {', '.join(empty)} has no master", brokers=[])
        self.sides = [Side(module, side, self.wanted) for side in masters]

    def looking(self) -> dict[str, Open]:
        for side in self.sides:
            side.look()
        return {address: found for side in self.sides for address, found in side.open.items()}

    def settle(self, timeout: float) -> None:
        """Looks until everything is as it should be. Routes that differ at two looks will not come by themselves: the
        permission is sent once more then, which publishes the master's whole table."""
        late: set[str] = set()

        def look() -> dict[str, Open]:
            nonlocal late
            found = self.looking()
            for side in self.sides:
                again = [address for address in side.open if address in late and not side.rows[address]["cured"]]
                for address in again:
                    side.rows[address]["cured"] = True
                if again:
                    side.send(again)
            late = {address for address, problems in found.items() if hidden(problems)}
            if found:
                address, problems = next(iter(found.items()))
                self.module.progress(
                    f"{KEY} {self.wanted} not seen everywhere yet for {len(found)} master(s): "
                    f"{address}: {next(iter(problems))}"
                )
            return found

        wait_until(look, Seen, timeout=timeout, interval=self.module.params["interval"])

    def change(self) -> None:
        for side in self.sides:
            side.send([address for address in side.pending() if side.rows[address]["before"] != self.wanted])
        self.settle(self.module.params["timeout"])
        for side in self.sides:
            for address in side.pending():
                row = side.rows[address]
                if address in side.open:
                    changes.finish(row, "not seen in time: " + describe(side.open[address]))
                elif row["before"] == self.wanted and not row["cured"]:
                    row["result"] = "unchanged"
                else:
                    changes.finish(row)

    def predict(self) -> None:
        self.looking()
        for side in self.sides:
            for address in side.pending():
                row = side.rows[address]
                if row["before"] == self.wanted:
                    row["cured"] = address in side.open
                    row["result"] = changes.PLANNED if row["cured"] else "unchanged"

    def end(self) -> None:
        rows = [row for side in self.sides for row in side.rows.values()]
        moved = [row for row in rows if row["result"] in (changes.APPLIED, changes.PLANNED)]
        before, after = changes.difference(row for row in moved if row["before"] != row["after"])
        failed = [row for row in rows if row["result"] == changes.FAILED]
        if failed:
            texts = [f"{row['name']} ({row['address']}) of {row['cluster']}: {row['error']}" for row in failed]
            self.module.fail(
                f"{KEY} {self.wanted} ({perm.WORDS[self.wanted]}) is not in force on {len(failed)} of {len(rows)} "
                f"master(s): {'; '.join(texts)}. {REMEDY}",
                changed=self.module.acknowledged,
                before=before,
                after=after,
                brokers=rows,
            )
        self.module.exit(changed=bool(moved), before=before, after=after, brokers=rows)


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "perm": {"type": "int", "choices": [0, 4, 6], "required": True},
            "brokers": {"type": "list", "elements": "str"},
            **gate_spec(timeout=60.0, interval=1.0),
        },
        supports_check_mode=True,
    )
    run = Run(module)
    if module.check_mode:
        run.predict()
    else:
        run.change()
    run.end()


if __name__ == "__main__":
    main()
