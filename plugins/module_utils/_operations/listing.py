# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A master stays out of the routes until its clients have come back (private)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._admin.broker import (
    broker_config,
    create_topic,
    runtime_info,
    topic_stats,
    update_broker_config,
)
from .._admin.errors import AdminError
from .._admin.models import (
    ClusterInfo,
    ClusterSpec,
    QueueRange,
    TopicConfig,
)
from .._admin.nameserver import (
    cluster_info,
    register_master,
    unregister_broker,
)
from .._admin.release import (
    CLIENT_HEARTBEAT_AFTER_POLL,
    CLIENT_POLL,
    MASTER_ID,
    REGISTER_TIMEOUT_MS,
    REGISTRATION_PERIOD,
)
from .._admin.system_names import CREATING_TOPIC, RETURNING_SUFFIX
from .._migration.clients import assignment
from .._migration.reasons.reason import summary
from .._migration.reasons.waivers import Judged, Waiver
from .assignment import Sweep
from .errors import ArgumentError, OperationError
from .gate import Gate, would_wait
from .masters import published_address
from .silent_nameservers import registering
from .task import REMEDY, Outcome, Task
from .wait import Left, Waited, wait_until

# BrokerOuterAPI.registerBroker hands it to NettyRemotingClient.invokeSync, which gives up before it sends anything when
# more time has passed than this.
KEY = "registerBrokerTimeoutMills"
NEVER = -1
# Defaults of the options: what a broker has, and the seconds after which each client has done both.
REGISTER_TIMEOUT = REGISTER_TIMEOUT_MS
POLL = float(CLIENT_POLL + CLIENT_HEARTBEAT_AFTER_POLL)

# A cluster of its own, so that what works on the real cluster does not meet the announcement.
ANNOUNCED_CLUSTER = "MQOPS_RETURNING"
# Of no queue and no permission: a client learns the address, and finds nothing to read or to write.
ANNOUNCED_TOPIC = TopicConfig(CREATING_TOPIC, 0, 0, 0)

# Topics are created after the answer.
_CREATED_WITHIN = 10.0

# What of the result tells about an announcement, where there was none.
NOT_ANNOUNCED: dict[str, Any] = {"nameservers": [], "silent": [], "reasons": [], "waived": [], "elapsed": 0.0}

# A broker registers when brokerPermission is sent to it, and else at its usual times.
_LISTED_WITHIN = REGISTRATION_PERIOD + 15.0


@dataclass(frozen=True)
class Running:
    """``seconds``: how long the broker has been running, by its own clock; ``wanted``: how long it has to."""

    seconds: int
    wanted: float

    @property
    def ok(self) -> bool:
        return self.seconds >= self.wanted


@dataclass(frozen=True)
class Connected:
    """``long``: has every client had the time to poll; ``judged``: are those that are known there."""

    judged: Judged
    long: bool

    @property
    def ok(self) -> bool:
        return self.long and self.judged.ok


class Listing:
    """One master of one cluster."""

    def __init__(
        self,
        task: Task,
        cluster: ClusterSpec,
        name: str,
        poll: float,
        waivers: tuple[Waiver, ...],
        registers_with: list[str],
    ) -> None:
        self.task, self.cluster, self.poll, self.waivers = task, cluster, poll, waivers
        if not poll > 0:
            raise ArgumentError(f"poll must be greater than 0 seconds, got {poll}")
        known = {master.name: master for master in cluster.masters}
        if name not in known:
            raise ArgumentError(f"broker: {name!r} is no master of {cluster.name} ({', '.join(sorted(known))})")
        self.master = known[name]
        self.announced = name + RETURNING_SUFFIX
        self.config = registering(task.admin.ask(broker_config(self.master.address)), registers_with)
        self.register_timeout = int(self.config.get(KEY, 0))
        self.address = published_address(self.master, self.config)
        self.servers = [server for server in self.config.get("namesrvAddr", "").split(";") if server]

    @property
    def withheld(self) -> bool:
        return self.register_timeout < 0

    def ended(self, changed: bool, wanted: int, **result: Any) -> Outcome:
        before, after = ({KEY: self.register_timeout}, {KEY: wanted}) if changed else (None, None)
        return Outcome.passed(changed, before, after, **result)

    def set(self, values: dict[str, str]) -> None:
        """Raises OperationError unless the broker shows the values afterwards."""
        self.task.admin.ask(update_broker_config(self.master.address, values))
        seen = self.task.admin.ask(broker_config(self.master.address))
        odd = [f"{key} is {seen.get(key)} and not {value}" for key, value in values.items() if seen.get(key) != value]
        if odd:
            raise OperationError(f"{self.master.name} was changed and does not show it: {'; '.join(odd)}", changed=True)

    def await_forgotten(self) -> None:
        """Until no client can have a route any more that is older than the broker's start."""
        units = (86400, 3600, 60, 1)

        def judge(info: dict[str, str]) -> Running:
            # [ 0 days, 0 hours, 0 minutes, 7 seconds ]
            parts = re.findall(r"[0-9]+", info.get("runtime", "").replace(",", "").replace(".", ""))
            if len(parts) != len(units):
                raise OperationError(f"{self.master.name} does not tell how long it has run: {info.get('runtime')!r}")
            return Running(sum(unit * int(part) for unit, part in zip(units, parts, strict=True)), self.poll)

        waited = wait_until(
            lambda: self.task.admin.ask(runtime_info(self.master.address)),
            judge,
            timeout=2 * self.poll,
            interval=self.task.interval,
        )
        if not waited.ok:
            raise OperationError(
                f"{self.master.name} has not run for {self.poll:.0f} s {waited.why()}; it stays withheld"
            )

    def keep_announced_topic(self) -> None:
        """The announced topic on every master that clients can find and that answers, so that it outlives the
        announcement."""
        admin = self.task.admin
        views = admin.ask_all(cluster_info(server) for server in self.servers)
        found = {
            data.addresses[MASTER_ID]
            for view in views
            if not isinstance(view, AdminError)
            for data in view.brokers.values()
            if MASTER_ID in data.addresses
        }
        addresses = sorted({*found, *(master.address for master in self.cluster.masters)})

        def look() -> list[dict[int, QueueRange] | None | AdminError]:
            return admin.ask_all(topic_stats(address, ANNOUNCED_TOPIC.name) for address in addresses)

        def judge(answers: list[dict[int, QueueRange] | None | AdminError]) -> Left:
            return Left(tuple(at for at, answer in zip(addresses, answers, strict=True) if answer is None))

        lacking = judge(look())
        if lacking.ok:
            return
        admin.ask_all(create_topic(address, ANNOUNCED_TOPIC) for address in lacking.items)
        waited = wait_until(look, judge, timeout=_CREATED_WITHIN, interval=self.task.interval)
        if not waited.ok:
            missing = ", ".join(waited.last.items) if waited.last else "no master answered"
            raise OperationError(
                f"{ANNOUNCED_TOPIC.name} was to be created {waited.why()}; missing: {missing}. "
                f"{self.master.name} stays withheld",
                changed=True,
            )

    def announce(self) -> tuple[list[str], list[str]]:
        """Name servers that know of it now, and in words those that did not answer."""
        ha_address = f"{self.config['brokerIP2']}:{self.config['haListenPort']}"
        answers = self.task.admin.ask_all(
            register_master(server, ANNOUNCED_CLUSTER, self.announced, self.address, ha_address, [ANNOUNCED_TOPIC])
            for server in self.servers
        )
        silent = [str(answer) for answer in answers if isinstance(answer, AdminError)]
        told = [
            server for server, answer in zip(self.servers, answers, strict=True) if not isinstance(answer, AdminError)
        ]
        if not told:
            raise OperationError(
                f"{self.master.name} could be listed nowhere, and stays withheld: "
                f"{'; '.join(silent) or 'it is not known with which name servers it runs'}. {REMEDY}"
            )
        return told, silent

    def await_clients(self) -> tuple[Judged, float]:
        """Waits for the clients; what was missing in the end, and the seconds."""
        sweep = Sweep(self.task.admin, [self.cluster], self.cluster, [])
        given = {self.master.address: self.master.name}
        gate = Gate(self.task, self.waivers)
        long = False

        def judge(facts: list[assignment.SourceFacts]) -> Connected:
            return Connected(gate.apply(assignment.connected(facts, given)), long)

        def note(waited: Waited[list[assignment.SourceFacts], Connected]) -> None:
            nonlocal long
            long = waited.elapsed >= self.poll

        def tell(now: Connected) -> str:
            blocking = now.judged.blocking
            who = summary(blocking, 3) if blocking else "every known client is there"
            return f"{self.master.name} is announced: {who}"

        ended = gate.wait(lambda: sweep(running=False, routes=False), judge, tell=tell, on_sample=note)
        return ended.state.judged, ended.elapsed

    def forget(self, servers: Iterable[str]) -> None:
        """Before the broker registers: a name server keeps one record of life for an address, under whatever name."""
        self.task.admin.ask_all(
            unregister_broker(server, ANNOUNCED_CLUSTER, self.announced, self.address) for server in servers
        )

    def await_listed(self, servers: list[str]) -> None:
        def look() -> list[ClusterInfo | AdminError]:
            return self.task.admin.ask_all(cluster_info(server) for server in servers)

        def judge(answers: list[ClusterInfo | AdminError]) -> Left:
            odd = []
            for server, answer in zip(servers, answers, strict=True):
                if isinstance(answer, AdminError):
                    odd.append(str(answer))
                elif self.announced in answer.brokers:
                    odd.append(f"{server} still lists {self.announced}")
                elif self.master.name not in answer.brokers or (
                    answer.brokers[self.master.name].addresses.get(MASTER_ID) != self.address
                ):
                    odd.append(f"{server} does not list {self.address} as {self.master.name}")
            return Left(tuple(odd))

        waited = wait_until(look, judge, timeout=_LISTED_WITHIN, interval=self.task.interval)
        if not waited.ok:
            seen = "; ".join(waited.last.items) if waited.last else "no name server answered"
            raise OperationError(f"{self.master.name} was to register {waited.why()}: {seen}. {REMEDY}", changed=True)


def withhold(listing: Listing) -> Outcome:
    if not listing.withheld and not listing.task.check_mode:
        listing.set({KEY: str(NEVER)})
    return listing.ended(not listing.withheld, NEVER)


def list_again(listing: Listing, register_timeout: int) -> Outcome:
    if not listing.withheld:
        return listing.ended(False, register_timeout, **NOT_ANNOUNCED)
    if listing.task.check_mode:
        return would_wait(
            listing.task, f"{listing.master.name} is connected to its clients, and listed", "",
            changed=True, before={KEY: listing.register_timeout}, after={KEY: register_timeout}, **NOT_ANNOUNCED,
        )  # fmt: skip
    listing.await_forgotten()
    listing.keep_announced_topic()
    told, silent = listing.announce()
    try:
        judged, elapsed = listing.await_clients()
    finally:
        listing.forget(told)
    # The value that it has: sent again, it makes the broker register at once.
    permission = listing.config["brokerPermission"]
    listing.set({KEY: str(register_timeout), "brokerPermission": permission})
    listing.await_listed(told)
    return listing.ended(
        True,
        register_timeout,
        nameservers=told,
        silent=silent,
        elapsed=round(elapsed, 1),
        reasons=[reason.as_dict() for reason in judged.blocking],
        waived=judged.as_result()["waived"],
    )


def run(
    task: Task,
    *,
    cluster: ClusterSpec,
    broker: str,
    state: str,
    register_timeout: int,
    poll: float,
    waivers: tuple[Waiver, ...],
    registers_with: list[str],
) -> Outcome:
    if register_timeout <= 0:
        raise ArgumentError(f"register_timeout must be greater than 0 milliseconds, got {register_timeout}")
    try:
        listing = Listing(task, cluster, broker, poll, waivers, registers_with)
    except AdminError as error:
        if not task.check_mode:
            raise
        return would_wait(task, f"{broker} is {state}", str(error), **NOT_ANNOUNCED)
    return withhold(listing) if state == "withheld" else list_again(listing, register_timeout)
