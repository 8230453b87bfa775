# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until name servers know the masters of a cluster completely (private)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._admin.broker import broker_config, topic_table
from .._admin.client import Admin, ask_known
from .._admin.models import ClusterSpec, TopicTable, Unknown
from .._admin.nameserver import (
    cluster_info,
    topic_list,
    topic_route,
)
from .._migration.reasons.reason import Reason, summary
from .._migration.tables.registration import (
    Listing,
    business_topics,
    judge,
)
from .clusters import nameservers_of
from .errors import ArgumentError
from .gate import Gate
from .publish import publish_again
from .task import Outcome, Task


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


def listings(admin: Admin, servers: Iterable[str], topics: Iterable[str], *, names: bool) -> dict[str, Listing]:
    """What each name server says of its brokers and of the routes of these topics, a request for each of them.

    names: whether its list of topics is asked for, too.
    """
    servers, topics = list(servers), sorted(topics)
    infos = ask_known(admin, {server: cluster_info(server) for server in servers})
    lists = ask_known(admin, {server: topic_list(server) for server in servers}) if names else {}
    # A name server that is silent would only be silent once more for every topic.
    answering = [server for server in servers if not isinstance(infos[server], Unknown)]
    routes = ask_known(admin, {(server, topic): topic_route(server, topic) for server in answering for topic in topics})
    return {
        server: Listing(
            infos[server], lists.get(server), {topic: route for (at, topic), route in routes.items() if at == server}
        )
        for server in servers
    }


def look(admin: Admin, wishes: list[Wish]) -> State:
    """Tables first, then what the name servers say: a topic that was just created is missing rather than overlooked."""
    reasons: list[Reason] = []
    checked = topics = 0
    for number, wish in enumerate(wishes):
        masters = [spec.address for spec in wish.spec.masters]
        tables = ask_known(admin, {address: topic_table(address) for address in masters})
        known = business_topics([table for table in tables.values() if isinstance(table, TopicTable)], wish.spec)
        if number == 0:
            topics = len(known)
        judged = judge(wish.spec, tables, listings(admin, wish.nameservers, known, names=True), wish.perm)
        reasons += judged.reasons
        checked += judged.checked
    return State(tuple(reasons), checked, topics)


def publish(admin: Admin, spec: ClusterSpec) -> None:
    """Let the masters register now. One that does not answer is missed by the look that follows."""
    publish_again(admin, ask_known(admin, {one.address: broker_config(one.address) for one in spec.masters}))


def run(
    task: Task,
    *,
    cluster: ClusterSpec,
    nameservers: list[str] | None,
    perm: int | None,
    register: bool,
    unchanged: list[ClusterSpec],
) -> Outcome:
    spec = cluster
    if not spec.masters:
        raise ArgumentError(f"cluster {spec.name} has no master, so there is no table to compare with")
    if nameservers is not None and not nameservers:
        raise ArgumentError("nameservers is empty: no name server would have to know the cluster")
    # The same rules for addresses as for a cluster's own name servers.
    wishes = [Wish(spec, nameservers_of(spec.name, nameservers or spec.nameservers), perm)]
    wishes += [Wish(one, one.nameservers, None) for one in unchanged]
    if register and not task.check_mode:
        publish(task.admin, spec)

    def tell(state: State) -> str:
        if state.ok:
            return f"{spec.name} is known completely"
        return f"{spec.name} is not known completely yet: {summary(state.reasons, 3)}"

    gate = Gate(task)
    ended = gate.wait(lambda: look(task.admin, wishes), lambda state: state, tell=tell)
    state = ended.state
    result: dict[str, Any] = {
        "checked": state.checked,
        "topics": state.topics,
        "reasons": [reason.as_dict() for reason in state.reasons],
        "elapsed": round(ended.elapsed, 1),
    }
    why = summary(state.reasons)
    return gate.end(
        ended.ok, f"{spec.name} is not known completely {ended.why}: {why}",
        until=f"{spec.name} is known completely at {', '.join(wishes[0].nameservers)}", seen=why, **result,
    )  # fmt: skip
