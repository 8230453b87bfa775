# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes on all masters of a cluster, the way 4.4.0 needs them: one after the other, and read back.

A broker answers a change of a topic before it applies it, and publishes just that topic at its name servers. Where
a name server did not have the broker's whole table before, it takes the new version for the whole and never asks for
the rest. So nothing is sent while a name server's list is incomplete, everything is read back from the broker and
from every name server, and sending C(brokerPermission) once more, with the value it has, publishes the whole table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from .._admin.broker import broker_config, create_topic, group_table, topic_table
from .._admin.client import Admin, ask_known
from .._admin.errors import AdminError
from .._admin.models import (
    BrokerSpec,
    ClusterInfo,
    ClusterSpec,
    GroupTable,
    SubscriptionGroup,
    TopicConfig,
    TopicTable,
)
from .._admin.nameserver import cluster_info, kv_list, topic_list, topic_route
from .._admin.release import ORDER_NAMESPACE
from .._admin.request import Request
from .._migration.tables.registration import Listing, differences
from .publish import complete, publish_again
from .wait import Left, wait_until

_NAMED = 5

# Creations on their way to a master beyond the first. It does them one by one (updateAndCreateTopic of 4.4.0's
# AdminBrokerProcessor is synchronized), each in one of its ADMIN_THREADS, which serve other requests, too: a few keep
# it busy and leave it most of them.
AHEAD = 5


@dataclass(frozen=True)
class Trouble:
    """A broker or name server that did not answer, or is not what it was taken for. C(address): whom it is about."""

    address: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Gap:
    """A master whose table one name server does not have as a whole; C(missing) is empty where it is not listed."""

    nameserver: str
    broker: str
    address: str
    missing: tuple[str, ...]

    def __str__(self) -> str:
        if not self.missing:
            return f"name server {self.nameserver} does not list {self.broker} at {self.address}"
        named = ", ".join(self.missing[:_NAMED]) + (" …" if len(self.missing) > _NAMED else "")
        return f"name server {self.nameserver} lacks {len(self.missing)} topic(s) of {self.broker}: {named}"


def published_address(spec: BrokerSpec, config: Mapping[str, str]) -> str:
    """The address under which a broker with this configuration registers itself."""
    if config.get("brokerIP1") and config.get("listenPort"):
        return f"{config['brokerIP1']}:{config['listenPort']}"
    return spec.address


class Masters:
    """The masters and the name servers of one cluster. Slaves are never asked: updates sent to them vanish.

    C(timeout) and C(interval) are seconds of its waits. Addresses are the keys of all tables.
    Call C(read) first.
    """

    def __init__(
        self,
        admin: Admin,
        cluster: ClusterSpec,
        *,
        timeout: float,
        interval: float,
        progress: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.admin = admin
        self.cluster = cluster
        self.specs: tuple[BrokerSpec, ...] = cluster.masters
        self.config: dict[str, dict[str, str]] = {}
        self.topics: dict[str, dict[str, TopicConfig]] = {}
        self.groups: dict[str, dict[str, SubscriptionGroup]] = {}
        self.registered: dict[str, ClusterInfo] = {}
        self.listed: dict[str, frozenset[str]] = {}
        self.order: dict[str, dict[str, str]] = {}
        self._timeout = timeout
        self._interval = interval
        self._progress = progress

    def only(self, names: Iterable[str]) -> None:
        """Leaves out the masters whose broker names are not among these."""
        kept = frozenset(names)
        self.specs = tuple(spec for spec in self.specs if spec.name in kept)

    # --- reading ------------------------------------------------------------------------------------------

    def read(self, *, groups: bool = False) -> list[Trouble]:
        """Reads the tables anew; a master that did not answer, or answered as another broker, comes back and has no
        entry."""
        asked: list[tuple[dict[str, Any], str, Request[Any]]] = []
        for spec in self.specs:
            asked.append((self.config, spec.address, broker_config(spec.address)))
            asked.append((self.topics, spec.address, topic_table(spec.address)))
            if groups:
                asked.append((self.groups, spec.address, group_table(spec.address)))
        for server in self.cluster.nameservers:
            asked.append((self.registered, server, cluster_info(server)))
            asked.append((self.listed, server, topic_list(server)))
            asked.append((self.order, server, kv_list(server, ORDER_NAMESPACE)))
        troubles: dict[str, Trouble] = {}
        names = {spec.address: spec.name for spec in self.specs}
        for (table, address, _request), answer in zip(
            asked, self.admin.ask_all([row[2] for row in asked]), strict=True
        ):
            table.pop(address, None)
            if isinstance(answer, AdminError):
                member = f"broker {names[address]}" if address in names else "name server"
                troubles.setdefault(address, Trouble(address, f"{member}: {answer}"))
            elif isinstance(answer, TopicTable):
                table[address] = answer.topics
            elif isinstance(answer, GroupTable):
                table[address] = answer.groups
            else:
                table[address] = answer
        for spec in self.specs:
            if spec.address not in troubles:
                wrong = self._taken_for_another(spec)
                if wrong is not None:
                    troubles[spec.address] = Trouble(spec.address, wrong)
        for address in troubles:
            for table in (self.config, self.topics, self.groups, self.registered, self.listed, self.order):
                table.pop(address, None)
        return list(troubles.values())

    def _taken_for_another(self, spec: BrokerSpec) -> str | None:
        config = self.config[spec.address]
        if "brokerPermission" not in config:
            return f"{spec.name} at {spec.address}: GET_BROKER_CONFIG answered without brokerPermission"
        expected = {"brokerClusterName": self.cluster.name, "brokerName": spec.name, "brokerId": "0"}
        odd = [f"{key}={config.get(key)}" for key, value in expected.items() if config.get(key) != value]
        if not odd:
            return None
        wanted = " ".join(f"{key}={value}" for key, value in expected.items())
        return f"{spec.address} is not the master that it was taken for: it says {' '.join(odd)}, expected {wanted}"

    def perm(self, address: str) -> int:
        """brokerPermission of a master that answered."""
        return int(self.config[address]["brokerPermission"])

    def names(self) -> tuple[frozenset[str], frozenset[str]]:
        """All cluster names and all broker names known here: 4.4.0 keeps a topic of each name."""
        clusters, brokers = {self.cluster.name}, {spec.name for spec in self.cluster.brokers}
        for info in self.registered.values():
            clusters.update(info.clusters)
            brokers.update(info.brokers)
        return frozenset(clusters), frozenset(brokers)

    def gaps(self) -> list[Gap]:
        """Where a name server does not have a master's whole table, as of the last C(read)."""
        found = []
        for server, info in self.registered.items():
            for spec in self.specs:
                if spec.address not in self.topics:
                    continue
                # One request for all topics of all masters: routes would be one for each topic.
                seen = differences(spec.name, self.topics[spec.address], Listing(info, self.listed[server]))
                if seen.address != published_address(spec, self.config[spec.address]):
                    found.append(Gap(server, spec.name, spec.address, ()))
                elif seen.unlisted:
                    found.append(Gap(server, spec.name, spec.address, seen.unlisted))
        return found

    def cured_value(self, address: str, gap: Gap | None = None) -> dict[str, Any]:
        """A master whose whole table was published again, as a task returns it."""
        name = next((spec.name for spec in self.specs if spec.address == address), None)
        return {
            "cluster": self.cluster.name,
            "broker": name,
            "address": address,
            "nameserver": gap.nameserver if gap is not None else None,
            "missing": list(gap.missing) if gap is not None else [],
        }

    # --- changing -----------------------------------------------------------------------------------------

    def cure(self) -> tuple[list[Gap], list[Gap | Trouble]]:
        """Publishes whole tables where a name server lacks some: (gaps that were cured or tried, what remains).

        A gap that is gone at a second look was a registration on its way and is not counted.
        """
        if not self.gaps():
            return [], []
        patience = min(self._interval * 2, self._timeout)
        tried, left = complete(
            self._look, self.publish_again, patience=patience, timeout=self._timeout, interval=self._interval
        )
        return [one for found in tried.values() for one in found if isinstance(one, Gap)], [*chain(*left.values())]

    def _look(self) -> dict[str, list[Gap | Trouble]]:
        found: dict[str, list[Gap | Trouble]] = {}
        lacking: list[Gap | Trouble] = [*self.read(groups=bool(self.groups)), *self.gaps()]
        for one in lacking:
            found.setdefault(one.address, []).append(one)
        return found

    def publish_again(self, addresses: Iterable[str]) -> None:
        """Sends each master its own brokerPermission once more; one that does not answer has no entry to send."""
        publish_again(self.admin, {address: self.config.get(address) for address in addresses})

    def send(
        self, plan: Mapping[str, Sequence[Request[Any]]], what: str, *, ahead: int = 0
    ) -> dict[str, list[AdminError | None]]:
        """Sends each address its requests one after the other, with ``ahead`` so many more at a time.

        An address that stops answering gets no more: the rest of its list has the same error. An answer that refuses
        one request does not stop the next.
        """
        total = sum(len(requests) for requests in plan.values())
        sent = 0

        def count() -> None:
            nonlocal sent
            sent += 1
            if total > 100 and sent % 100 == 0:
                self._progress(f"{self.cluster.name}: {sent} of {total} {what} sent")

        asked = [request for requests in plan.values() for request in requests]
        answers = iter(self.admin.ask_all(asked, serial=True, ahead=ahead, on_answer=count))
        # A change that is not answered may still be applied: reading back tells.
        return {
            address: [answer if isinstance(answer, AdminError) else None for answer in islice(answers, len(requests))]
            for address, requests in plan.items()
        }

    def change_topics(
        self, wanted: Mapping[str, Mapping[str, TopicConfig]]
    ) -> tuple[dict[tuple[str, str], str], list[str]]:
        """Creates or changes topics (address → name → settings) and waits until they can be read back everywhere.

        Returns what failed, (address, name) → why, and the addresses whose whole table had to be published again.
        """
        requests = {
            address: [create_topic(address, topic) for topic in topics.values()]
            for address, topics in wanted.items()
            if topics
        }
        errors = self.send(requests, "topic changes", ahead=AHEAD)
        refused = {
            (address, name): error
            for address in requests
            for name, error in zip(wanted[address], errors[address], strict=True)
            if error is not None
        }
        # What was refused with a code is not waited for; what was not answered may have been applied all the same.
        failed = {key: str(error) for key, error in refused.items() if error.code is not None}
        expected = {
            address: {name: topic for name, topic in wanted[address].items() if (address, name) not in failed}
            for address in requests
        }
        left, cured = self.await_topics(expected)
        for key, texts in left.items():
            failed[key] = "; ".join([*([str(refused[key])] if key in refused else []), *texts])
        return failed, cured

    # --- reading back -------------------------------------------------------------------------------------

    def await_topics(
        self, expected: Mapping[str, Mapping[str, TopicConfig]], *, timeout: float | None = None
    ) -> tuple[dict[tuple[str, str], list[str]], list[str]]:
        """Waits until each master's table and every name server's route show the topics as expected.

        Returns what is not so, (address, topic) → texts, and the addresses of the masters whose whole table had to be
        published again because a route did not come.
        """
        open_items = {(address, topic) for address, topics in expected.items() for topic in topics}
        last: dict[tuple[str, str], list[str]] = {}
        # In the table and not in a route: normal for an instant, a hole when it lasts for two looks.
        late: set[tuple[str, str]] = set()
        cured: list[str] = []

        def look() -> dict[tuple[str, str], list[str]]:
            nonlocal last, late
            found = self._tables_differ(expected, open_items)
            applied = open_items - found.keys()
            perms = {address: self.perm(address) for address in expected}
            routes = self.routes_differ(expected, perms, applied)
            holes = sorted({address for address, topic in late & routes.keys()} - set(cured))
            if holes:
                cured.extend(holes)
                self.publish_again(holes)
            late = set(routes)
            found.update(routes)
            open_items.intersection_update(found)
            last = found
            return found

        if open_items:
            wait_until(
                look, Left, timeout=self._timeout if timeout is None else timeout, interval=min(self._interval, 1.0)
            )
        return last, cured

    def _tables_differ(
        self, expected: Mapping[str, Mapping[str, TopicConfig]], items: set[tuple[str, str]]
    ) -> dict[tuple[str, str], list[str]]:
        addresses = sorted({address for address, _topic in items})
        found: dict[tuple[str, str], list[str]] = {}
        for address, answer in zip(
            addresses, self.admin.ask_all([topic_table(address) for address in addresses]), strict=True
        ):
            for key in sorted(item for item in items if item[0] == address):
                if isinstance(answer, AdminError):
                    found[key] = [str(answer)]
                    continue
                wanted = expected[address][key[1]]
                actual = answer.topics.get(key[1])
                if actual is None:
                    found[key] = [f"{address} does not have it"]
                elif replace(actual, order=False) != replace(wanted, order=False):
                    found[key] = [f"{address} has {settings(actual)} instead of {settings(wanted)}"]
        return found

    def routes_differ(
        self,
        expected: Mapping[str, Mapping[str, TopicConfig]],
        perms: Mapping[str, int],
        items: Iterable[tuple[str, str]],
    ) -> dict[tuple[str, str], list[str]]:
        """Where a name server's route is not what a master with brokerPermission C(perms) has to publish."""
        items = sorted(items)
        wanted_routes = sorted({(server, topic) for _address, topic in items for server in self.cluster.nameservers})
        routes = ask_known(self.admin, {key: topic_route(*key) for key in wanted_routes})
        brokers = {spec.address: spec.name for spec in self.specs}
        found: dict[tuple[str, str], list[str]] = {}
        for address, topic in items:
            table, broker = {topic: expected[address][topic]}, brokers[address]
            for server in self.cluster.nameservers:
                listing = Listing(routes={topic: routes[server, topic]})
                seen = differences(broker, table, listing, table, perms[address])
                texts = [*seen.silent.values()]
                texts += [f"name server {server} has no route for it at {broker}" for _topic in seen.unrouted]
                texts += [
                    f"name server {server} publishes read/write/perm {shown} for {broker}, expected {right}"
                    for shown, right in seen.differing.values()
                ]
                if texts:
                    found.setdefault((address, topic), []).extend(texts)
        return found


def settings(topic: TopicConfig) -> str:
    """A topic's settings in one short phrase."""
    return (
        f"read_queues={topic.read_queues} write_queues={topic.write_queues} perm={topic.perm} "
        f"filter_type={topic.filter_type} sys_flag={topic.sys_flag}"
    )
