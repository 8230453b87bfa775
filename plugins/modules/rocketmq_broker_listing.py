#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a master come back to clients that it knows already."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_listing
short_description: Keep a master that restarts out of the routes until all clients have greeted it
description:
  - A consumer of RocketMQ 4.4.0 asks any broker of a topic who else is in its group. A broker that has just started
    knows only the clients whose heartbeat it has had, and each client sends one every 30 s. Until then it gives short
    lists, and whoever asks takes the queues of the others, too; what is in them is consumed twice.
  - With V(withheld), set before the restart, the broker will not register at its name servers when it starts. It runs,
    and is in no route.
  - With V(listed), after the start, its address is announced to the clients under another name, with the topic
    C(TBW102) alone and no queue. Every Java client polls that topic and sends heartbeats to all brokers that it finds,
    but asks none of them about a group for it. When each client has had the time to do so, and all that other masters
    know are connected to the broker as well, the announcement ends and the broker registers.
  - The announcement begins when the broker has run for longer than clients keep a route. Before that they may still
    have one with it, and ask it who is in their group while it knows half of them.
  - First C(TBW102) is created, without a queue and without permission, on all masters that lack it and that these name
    servers list. A client keeps the route of a topic that its name server knows no more, and would send heartbeats to
    the announced address for as long as it runs. Brokers with C(autoCreateTopicEnable=true) have the topic anyway; by
    this one none is created.
  - Clients that have not come within O(timeout) do not keep it out for ever. It registers without them, they are named,
    and these groups can consume messages twice, as after any other restart.
  - A name server forgets an announcement when the connection ends over which it was made, and so when the task ends in
    whatever way.
options:
  cluster:
    description:
      - The cluster; its masters tell which clients there are.
      - Give its brokers. Name servers, where they are looked for otherwise, do not list one that is withheld.
  broker:
    description: Name of the broker whose master it is about.
    type: str
    required: true
  state:
    description:
      - What is wanted. Without an earlier V(withheld), V(listed) finds nothing to do.
      - A broker that is withheld stays so over every start, whoever starts it, until V(listed) is asked for.
    type: str
    choices: [withheld, listed]
    required: true
  register_timeout:
    description:
      - C(registerBrokerTimeoutMills) of a broker that is listed, in milliseconds. A negative one is what withholds it.
      - The default is 4.4.0's own.
    type: int
    default: 6000
  poll:
    description:
      - Seconds after which each client has polled its routes and has sent its heartbeats.
      - Clients of 4.4.0 poll every 30 s (C(pollNameServerInterval)) and send heartbeats a second later, unless their
        applications set other periods. Too short a time makes groups consume messages twice.
    type: float
    default: 31.0
  timeout:
    description: Seconds to wait for the clients from the announcement on.
    default: 75.0
  interval:
    default: 1.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._registers
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - While a master is withheld its slave is what clients find under its name. Nothing should be left unread on the
    master, and it should take no writes, before it is restarted.
  - The broker writes C(registerBrokerTimeoutMills) into the file that it was started with.
seealso:
  - module: mqops.rocketmq.rocketmq_consumer_assignment
  - module: mqops.rocketmq.rocketmq_broker_perm
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let hub-a stay out of the routes when it starts again
  mqops.rocketmq.rocketmq_broker_listing:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers: &brokers
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-b, id: 0, address: "198.18.10.82:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
        - {name: hub-b, id: 1, address: "198.18.10.85:10911"}
    broker: hub-a
    state: withheld

- name: After its restart, list it when its clients have greeted it
  mqops.rocketmq.rocketmq_broker_listing:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers: *brokers
    broker: hub-a
    state: listed
"""

RETURN = r"""
nameservers:
  description: Name servers at which the broker was announced and is listed now.
  returned: when O(state=listed)
  type: list
  elements: str
silent:
  description: Name servers that the broker registers with and that did not answer, each with what came back.
  returned: when O(state=listed)
  type: list
  elements: str
reasons:
  description: Who had not come in time, or could not tell. See the catalogue of reasons for the meaning of the codes.
  returned: when O(state=listed)
  type: list
  elements: dict
waived:
  description: Reasons that a waiver covers, each with its waiver.
  returned: when O(state=listed)
  type: list
  elements: dict
elapsed:
  description: Seconds that the announcement lasted.
  returned: when O(state=listed)
  type: float
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
  sample:
    - "UPDATE_BROKER_CONFIG 198.18.10.81:10911 registerBrokerTimeoutMills=-1: SUCCESS"
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import (
    broker_config,
    create_topic,
    runtime_info,
    topic_stats,
    update_broker_config,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.masters import published_address
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    ClusterInfo,
    QueueRange,
    TopicConfig,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.nameserver import (
    cluster_info,
    register_master,
    unregister_broker,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.silent import registering
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import RETURNING_SUFFIX
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import assignment
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import (
    Judged,
    WaiverError,
    apply_waivers,
    parse_waivers,
    summary,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    REMEDY,
    ArgumentError,
    ModuleError,
    RocketmqModule,
    cluster_option,
    gate_spec,
    registers_option,
    run_module,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._sweep import Sweep
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until

# BrokerOuterAPI.registerBroker hands it to NettyRemotingClient.invokeSync, which gives up before it sends anything when
# more time has passed than this.
KEY = "registerBrokerTimeoutMills"
NEVER = -1

# A cluster of its own, so that nobody who works on the real one meets the announcement.
ANNOUNCED_CLUSTER = "MQOPS_RETURNING"
# Of no queue and no permission: a client learns the address, and finds nothing to read or to write.
ANNOUNCED_TOPIC = TopicConfig("TBW102", 0, 0, 0)

# Topics are created after the answer.
_CREATED_WITHIN = 10.0

# A broker registers when brokerPermission is sent to it, and else every 30 s.
_LISTED_WITHIN = 45.0


@dataclass(frozen=True)
class Running:
    """``seconds``: how long the broker has been running, by its own clock; ``wanted``: how long it has to."""

    seconds: int
    wanted: float

    @property
    def ok(self) -> bool:
        return self.seconds >= self.wanted


@dataclass(frozen=True)
class Greeted:
    """``long``: has every client had the time to poll; ``judged``: are those that are known there."""

    judged: Judged
    long: bool

    @property
    def ok(self) -> bool:
        return self.long and self.judged.ok


@dataclass(frozen=True)
class Complete:
    """``missing``: masters without the announced topic, or what the name servers do not show yet, in words."""

    missing: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.missing


class Listing:
    """One master of one cluster."""

    def __init__(self, module: RocketmqModule) -> None:
        self.module = module
        self.poll: float = module.params["poll"]
        if not self.poll > 0:
            raise ArgumentError(f"poll must be greater than 0 seconds, got {self.poll}")
        try:
            self.waivers = parse_waivers(module.params["waivers"])
        except WaiverError as error:
            raise ArgumentError(str(error)) from error
        self.cluster = module.clusters("cluster")[0]
        name = module.params["broker"]
        known = {master.name: master for master in self.cluster.masters}
        if name not in known:
            raise ArgumentError(f"broker: {name!r} is no master of {self.cluster.name} ({', '.join(sorted(known))})")
        self.master = known[name]
        self.announced = name + RETURNING_SUFFIX
        self.config = registering(module.admin.ask(broker_config(self.master.address)), module.params["registers_with"])
        self.register_timeout = int(self.config.get(KEY, 0))
        self.address = published_address(self.master, self.config)
        self.servers = [server for server in self.config.get("namesrvAddr", "").split(";") if server]

    @property
    def withheld(self) -> bool:
        return self.register_timeout < 0

    def end(self, changed: bool, wanted: int, **result: Any) -> NoReturn:
        before, after = ({KEY: self.register_timeout}, {KEY: wanted}) if changed else (None, None)
        self.module.exit(changed=changed, before=before, after=after, **result)

    def set(self, values: dict[str, str]) -> None:
        """Raises ModuleError unless the broker shows the values afterwards."""
        self.module.admin.ask(update_broker_config(self.master.address, values))
        seen = self.module.admin.ask(broker_config(self.master.address))
        odd = [f"{key} is {seen.get(key)} and not {value}" for key, value in values.items() if seen.get(key) != value]
        if odd:
            raise ModuleError(f"{self.master.name} was changed and does not show it: {'; '.join(odd)}", changed=True)

    def await_forgotten(self) -> None:
        """Until no client can have a route any more that is older than the broker's start."""
        units = (86400, 3600, 60, 1)

        def judge(info: dict[str, str]) -> Running:
            # [ 0 days, 0 hours, 0 minutes, 7 seconds ]
            parts = re.findall(r"[0-9]+", info.get("runtime", "").replace(",", "").replace(".", ""))
            if len(parts) != len(units):
                raise ModuleError(f"{self.master.name} does not tell how long it has run: {info.get('runtime')!r}")
            return Running(sum(unit * int(part) for unit, part in zip(units, parts, strict=True)), self.poll)

        waited = wait_until(
            lambda: self.module.admin.ask(runtime_info(self.master.address)), judge,
            timeout=2 * self.poll, interval=self.module.params["interval"],
        )
        if not waited.ok:
            raise ModuleError(f"{self.master.name} has not run for {self.poll:.0f} s {waited.why()}; it stays withheld")

    def let_go_afterwards(self) -> None:
        """The announced topic on every master that clients can find and that answers, so that it outlives the
        announcement."""
        admin = self.module.admin
        views = admin.ask_all(cluster_info(server) for server in self.servers)
        found = {
            data.addresses[0]
            for view in views
            if not isinstance(view, AdminError)
            for data in view.brokers.values()
            if 0 in data.addresses
        }
        addresses = sorted({*found, *(master.address for master in self.cluster.masters)})

        def look() -> list[dict[int, QueueRange] | None | AdminError]:
            return admin.ask_all(topic_stats(address, ANNOUNCED_TOPIC.name) for address in addresses)

        def judge(answers: list[dict[int, QueueRange] | None | AdminError]) -> Complete:
            return Complete(tuple(at for at, answer in zip(addresses, answers, strict=True) if answer is None))

        lacking = judge(look())
        if lacking.ok:
            return
        admin.ask_all(create_topic(address, ANNOUNCED_TOPIC) for address in lacking.missing)
        waited = wait_until(look, judge, timeout=_CREATED_WITHIN, interval=self.module.params["interval"])
        if not waited.ok:
            missing = ", ".join(waited.last.missing) if waited.last else "nobody answered"
            raise ModuleError(
                f"{ANNOUNCED_TOPIC.name} was to be created {waited.why()}; missing: {missing}. "
                f"{self.master.name} stays withheld",
                changed=True,
            )

    def announce(self) -> tuple[list[str], list[str]]:
        """Name servers that know of it now, and in words those that did not answer."""
        ha_address = f"{self.config['brokerIP2']}:{self.config['haListenPort']}"
        answers = self.module.admin.ask_all(
            register_master(server, ANNOUNCED_CLUSTER, self.announced, self.address, ha_address, [ANNOUNCED_TOPIC])
            for server in self.servers
        )
        silent = [str(answer) for answer in answers if isinstance(answer, AdminError)]
        told = [
            server for server, answer in zip(self.servers, answers, strict=True) if not isinstance(answer, AdminError)
        ]
        if not told:
            raise ModuleError(
                f"{self.master.name} could be listed nowhere, and stays withheld: "
                f"{'; '.join(silent) or 'it is not known with which name servers it runs'}. {REMEDY}"
            )
        return told, silent

    def greeted(self) -> tuple[Judged, float]:
        """Waits for the clients; what was missing in the end, and the seconds."""
        sweep = Sweep(self.module.admin, [self.cluster], self.cluster, [])
        given = {self.master.address: self.master.name}
        long = False
        said: list[str] = []

        def judge(facts: list[assignment.SourceFacts]) -> Greeted:
            judged = apply_waivers(assignment.connected(facts, given), self.waivers, datetime.date.today())
            return Greeted(judged, long)

        def tell(waited: Waited[list[assignment.SourceFacts], Greeted]) -> None:
            nonlocal long
            long = waited.elapsed >= self.poll
            blocking = waited.last.judged.blocking if waited.last else []
            who = summary(blocking, 3) if blocking else "everybody known is there"
            text = f"{self.master.name} is announced: {who}"
            if said[-1:] != [text]:
                said.append(text)
                self.module.progress(text)

        waited = wait_until(
            lambda: sweep(running=False, routes=False), judge,
            timeout=self.module.params["timeout"], interval=self.module.params["interval"], on_sample=tell,
        )
        if waited.last is None:
            raise AssertionError("the wait ended without a look")
        return waited.last.judged, waited.elapsed

    def forget(self, servers: Iterable[str]) -> None:
        """Before the broker registers: a name server keeps one record of life for an address, under whatever name."""
        self.module.admin.ask_all(
            unregister_broker(server, ANNOUNCED_CLUSTER, self.announced, self.address) for server in servers
        )

    def await_listed(self, servers: list[str]) -> None:
        def look() -> list[ClusterInfo | AdminError]:
            return self.module.admin.ask_all(cluster_info(server) for server in servers)

        def judge(answers: list[ClusterInfo | AdminError]) -> Complete:
            odd = []
            for server, answer in zip(servers, answers, strict=True):
                if isinstance(answer, AdminError):
                    odd.append(str(answer))
                elif self.announced in answer.brokers:
                    odd.append(f"{server} still lists {self.announced}")
                elif self.master.name not in answer.brokers or (
                    answer.brokers[self.master.name].addresses.get(0) != self.address
                ):
                    odd.append(f"{server} does not list {self.address} as {self.master.name}")
            return Complete(tuple(odd))

        waited = wait_until(look, judge, timeout=_LISTED_WITHIN, interval=self.module.params["interval"])
        if not waited.ok:
            seen = "; ".join(waited.last.missing) if waited.last else "nobody answered"
            raise ModuleError(f"{self.master.name} was to register {waited.why()}: {seen}. {REMEDY}", changed=True)


def withhold(listing: Listing) -> NoReturn:
    if not listing.withheld and not listing.module.check_mode:
        listing.set({KEY: str(NEVER)})
    listing.end(not listing.withheld, NEVER)


def list_again(listing: Listing, register_timeout: int) -> NoReturn:
    nothing: dict[str, Any] = {"nameservers": [], "silent": [], "reasons": [], "waived": [], "elapsed": 0.0}
    if not listing.withheld or listing.module.check_mode:
        listing.end(listing.withheld, register_timeout, **nothing)
    listing.await_forgotten()
    listing.let_go_afterwards()
    told, silent = listing.announce()
    try:
        judged, elapsed = listing.greeted()
    finally:
        listing.forget(told)
    # The value that it has: sent again, it makes the broker register at once.
    permission = listing.config["brokerPermission"]
    listing.set({KEY: str(register_timeout), "brokerPermission": permission})
    listing.await_listed(told)
    listing.end(
        True, register_timeout, nameservers=told, silent=silent, elapsed=round(elapsed, 1),
        reasons=[reason.as_dict() for reason in judged.blocking], waived=judged.as_result()["waived"],
    )


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "broker": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["withheld", "listed"], "required": True},
            "register_timeout": {"type": "int", "default": 6000},
            "poll": {"type": "float", "default": 31.0},
            "waivers": waivers_option(),
            "registers_with": registers_option(),
            **gate_spec(timeout=75.0, interval=1.0),
        },
        supports_check_mode=True,
    )
    register_timeout = module.params["register_timeout"]
    if register_timeout <= 0:
        raise ArgumentError(f"register_timeout must be greater than 0 milliseconds, got {register_timeout}")
    listing = Listing(module)
    if module.params["state"] == "withheld":
        withhold(listing)
    list_again(listing, register_timeout)


if __name__ == "__main__":
    main()
