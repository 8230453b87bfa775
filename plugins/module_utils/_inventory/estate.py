# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of a migration, read from the inventory alone.

Expected members come from here and never from the hosts that happen to answer, so every mistake that would silently
shrink the estate is an error. All mistakes are collected; a check that depends on something that is wrong already is
left out, because it would name a consequence and not the cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._admin.release import BROKER_PORT_SHIFTS, MASTER_ID
from . import machines, processes
from .forms import Unreadable, given, meant
from .hosts import Host, Hosts, HostVars
from .mistakes import Mistakes
from .names import ROLES, VARIABLES

Groups = Mapping[str, Iterable[str]]
# Next to the name servers' own; 4.4.0 has 8080 for it, which is taken on many machines.
ADDRESS_SERVER_PORT = 9875


class EstateError(ValueError):
    """The inventory does not describe an estate that could be migrated; says every mistake, a line for each."""


def build_estate(
    hostvars: HostVars,
    groups: Groups,
    batch: Any = None,
    sources: str | Iterable[str] = "sources",
    target: str = "target",
    business: str = "business",
) -> dict[str, Any]:
    """Return ``{"sources": [cluster, ...], "target": cluster, "business": [host, ...], "machines": {...}, ...}``.

    A cluster is ``{name, nameservers, addresses, brokers, masters, nameserver_name, group, hosts, broker_hosts,
    all_hosts, spec, spec_with_hosts, record}`` with name servers and brokers as ``ip:port``, and addresses, those of
    the name servers' machines, as ``ip``; masters are the brokers that are; spec is the part of it that modules take,
    record its name as it answers before the migration. The target has ``address_server``, too, where its brokers fetch
    their list of name servers.
    others: the sources outside of the batch. names: what the migration does to each name, as rocketmq_plan takes it but
    for its servers. machines: of each host of all clusters, also of those outside of the batch, ``{role, cluster,
    address, method, config_file, user, has_start_command}``, two texts empty where the inventory does not say them.
    by_engine: those of them whose processes are ended and started through their engine. clients: of each business host
    ``{cluster, address}``, empty where the inventory does not say it. ports: on which name servers and brokers of the
    sources listen. own: ``{address, reason}`` of each machine of the estate that has business at the sources.
    Raises EstateError, naming each host or group that has to be corrected.
    """
    mistakes = Mistakes(groups)
    reader = Reader(hostvars, groups, mistakes)
    estate = reader.read(batch, sources, target, business)
    if estate is None:
        raise EstateError("\n".join(mistakes.report()))
    try:
        known = {name: _machine(host, hostvars[name]) for name, host in reader.hosts.items()}
    except ValueError as error:
        raise EstateError(str(error)) from error
    return {
        **estate,
        "machines": known,
        "by_engine": [name for name, machine in known.items() if machine["method"] == "docker"],
        "clients": (clients := {host: _client(hostvars.get(host) or {}) for host in estate["business"]}),
        "ports": sorted(_ports(estate["sources"])),
        "own": [*_own(estate), *_own_clients(clients)],
    }


def _machine(host: Host, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": host.role,
        "cluster": host.cluster,
        "address": host.address,
        "method": processes.stop_method(values),
        "config_file": _text(values, "rocketmq_config_file"),
        "user": _text(values, "rocketmq_user"),
        # The text itself may hold braces, and what is kept as a fact would be evaluated.
        "has_start_command": bool(_text(values, "rocketmq_start_command")),
    }


def _ports(sources: Iterable[Mapping[str, Any]]) -> set[int]:
    """A broker listens on two more ports, for clients of high priority and for slaves."""
    clusters = list(sources)
    nameservers = {address.rpartition(":")[2] for source in clusters for address in source["nameservers"]}
    brokers = {broker["address"].rpartition(":")[2] for source in clusters for broker in source["brokers"]}
    return {*map(int, nameservers), *(int(port) + shift for port in brokers for shift in BROKER_PORT_SHIFTS)}


def _own(estate: Mapping[str, Any]) -> Iterable[dict[str, str]]:
    clusters = [("the target", estate["target"]), *((source["name"], source) for source in estate["sources"])]
    for name, cluster in clusters:
        for broker in cluster["brokers"]:
            yield {"address": broker["address"].rpartition(":")[0], "reason": f"{name}'s own {broker['name']}"}


def _own_clients(clients: Mapping[str, Mapping[str, str]]) -> Iterable[dict[str, str]]:
    for host, client in clients.items():
        if client["address"]:
            yield {"address": client["address"], "reason": f"business host {host}"}


def _client(values: Mapping[str, Any]) -> dict[str, str]:
    return {"cluster": _text(values, "rocketmq_cluster"), "address": _text(values, "rocketmq_address")}


def _text(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "").strip()


class Reader:
    """Reads one inventory and adds what is wrong with it to C(mistakes)."""

    def __init__(self, hostvars: HostVars, groups: Groups, mistakes: Mistakes) -> None:
        self.groups = groups
        self.mistakes = mistakes
        self.inventory = Hosts(hostvars, mistakes)
        self.hosts: dict[str, Host] = {}
        self.parents: list[str] = []
        self.sources: set[str] = set()
        self.targets: set[str] = set()
        # Hosts of which it is not known to which cluster they belong, or as what: one could be the missing master.
        self.doubtful: set[str] = set()

    def read(self, batch: Any, sources: str | Iterable[str], target: str, business: str) -> dict[str, Any] | None:
        """The estate as C(build_estate) returns it, or None where there are mistakes."""
        self.parents = [sources] if isinstance(sources, str) else [str(name) for name in sources]
        listed = [host for name in self.parents for host in self.members(name)]
        source_hosts = list(dict.fromkeys(listed))
        target_hosts = self.members(target)
        self.sources, self.targets = set(source_hosts), set(target_hosts)
        for twice in (both := [host for host in target_hosts if host in source_hosts]):
            self.mistakes.add(f"is in a source group and in group '{target}': it can only be in one", twice)
        self.hosts = {name: self.inventory.read(name) for name in dict.fromkeys(source_hosts + target_hosts)}
        self.doubtful.update(both, (name for name, host in self.hosts.items() if not host.role or not host.cluster))

        source_list = [self.hosts[name] for name in source_hosts]
        target_list = [self.hosts[name] for name in target_hosts if name not in both]
        machines.judge(source_list, target_list, self.mistakes)
        clusters: dict[str, list[Host]] = {}
        for host in source_list:
            if host.cluster:
                clusters.setdefault(host.cluster, []).append(host)
        source_clusters = [self._cluster(name, members, None) for name, members in clusters.items()]
        for source in source_clusters:
            self._named(source)
        names = sorted({host.cluster for host in target_list if host.cluster})
        target_cluster = None
        if len(names) > 1:
            self.mistakes.add(f"group '{target}' holds hosts of several clusters: {', '.join(names)}")
        elif names and names[0] in clusters:
            self.mistakes.add(f"cluster name '{names[0]}' is used by a source and by group '{target}'")
        elif names:
            target_cluster = self._cluster(names[0], target_list, target)
            for source in source_clusters:
                self._same_port(source, target_cluster)
            target_cluster["address_server"] = self._address_server(target_list)
        wanted = self._batch(batch, list(clusters), bool(source_list) and all(host.cluster for host in source_list))
        if self.mistakes or target_cluster is None:
            return None
        return {
            "sources": [cluster for cluster in source_clusters if cluster["name"] in wanted],
            "others": [cluster for cluster in source_clusters if cluster["name"] not in wanted],
            "target": target_cluster,
            "names": [
                {
                    "name": cluster["nameserver_name"],
                    "source": cluster["name"],
                    "type": "A",
                    "from": cluster["addresses"],
                    "to": target_cluster["addresses"],
                }
                for cluster in source_clusters
                if cluster["name"] in wanted
            ],
            "business": [str(host) for host in self.groups.get(business) or []],
        }

    def members(self, name: str) -> list[str]:
        """The hosts of a group that must be there."""
        if name not in self.groups:
            near = meant(name, [one for one in self.groups if one not in ("all", "ungrouped")])
            self.mistakes.add(f"the inventory has no group '{name}'{near}")
            return []
        found = [str(host) for host in self.groups[name]]
        if not found:
            self.mistakes.add(f"host group '{name}' is empty")
        return found

    def _cluster(self, name: str, members: list[Host], group: str | None) -> dict[str, Any]:
        """One cluster in its final form, as far as it is known; C(group) is searched for where it is None."""
        whole = self._whole(members)
        if whole and not group and self._two_sources(name, members):
            # Further mistakes would be those of two clusters that were taken for one.
            whole, members = False, []
        held = group or (self._group_of(name, members) if whole else None)
        where = f"cluster '{name}'" + (f" (group '{held}')" if held else "")
        by_role = {role: [host for host in members if host.role == role] for role in ROLES}
        for role in ("nameserver", "master"):
            if whole and not by_role[role]:
                self.mistakes.add(f"{where} has no host with rocketmq_role {role}")
        brokers = by_role["master"] + by_role["slave"]
        seen: dict[tuple[str, int], Host] = {}
        for host in brokers:
            if host.broker and host.id is not None:
                other = seen.setdefault((host.broker, host.id), host)
                if other is not host:
                    self.mistakes.add(
                        f"hosts {other.name} and {host.name} are both broker {host.broker} with id {host.id} of"
                        f" '{name}': correct rocketmq_broker_name or rocketmq_broker_id"
                    )
        if whole and by_role["master"] and all(host.broker and host.id == MASTER_ID for host in by_role["master"]):
            for host in by_role["slave"]:
                if host.broker and (host.broker, MASTER_ID) not in seen:
                    masters = [str(master.broker) for master in by_role["master"]]
                    self.mistakes.add(
                        f"slave {host.name} of '{name}' names broker {host.broker}, which has no master"
                        f"{meant(host.broker, masters)}"
                    )
        names = sorted({host.nameserver_name for host in members if host.nameserver_name})
        if len(names) > 1:
            self.mistakes.add(f"{where} has several values of rocketmq_nameserver_name: {', '.join(names)}")
        listed = [{"name": host.broker, "id": host.id, "address": host.address} for host in brokers]
        spec = {
            "name": name,
            "nameservers": [host.address for host in by_role["nameserver"]],
            "brokers": listed,
        }
        hosts = {f"{role}s": [host.name for host in by_role[role]] for role in ROLES}
        addresses = [host.machine for host in by_role["nameserver"]]
        return {
            **spec,
            "spec": spec,
            "spec_with_hosts": {**spec, "hosts": hosts},
            "addresses": addresses,
            "masters": [broker for broker in listed if broker["id"] == MASTER_ID],
            "nameserver_name": names[0] if names else "",
            "record": {"name": names[0] if names else "", "expected": addresses},
            "group": held,
            "hosts": hosts,
            "broker_hosts": [*hosts["masters"], *hosts["slaves"]],
            "all_hosts": [host for some in hosts.values() for host in some],
        }

    def _own_groups(self, host: str) -> set[str]:
        """The groups of a host that could be one cluster's among several: none that holds a whole side."""
        sides = [side for side in (self.sources, self.targets) if side]
        held = {str(name): set(map(str, self.groups[name])) for name in self.groups if name != "ungrouped"}
        return {name for name, hosts in held.items() if host in hosts and not any(hosts >= side for side in sides)}

    def _whole(self, members: list[Host]) -> bool:
        """Whether all members of a cluster are known: no doubtful host may be one of them."""
        if not self.doubtful:
            return True
        own = {name for host in members for name in self._own_groups(host.name)}
        side = self.sources if members[0].name in self.sources else self.targets
        return all((groups := self._own_groups(host)) and not groups & own for host in self.doubtful & side)

    def _two_sources(self, cluster: str, members: list[Host]) -> bool:
        """Whether the hosts of one cluster name are two groups that look like a cluster each."""
        wanted = {host.name for host in members}
        exact, parts = set(), []
        for name in self.groups:
            held = {str(host) for host in self.groups[name]}
            if held == wanted:
                exact.add(str(name))
            elif held < wanted and {"nameserver", "master"} <= {self.hosts[host].role for host in held}:
                parts.append(str(name))
        twice = len(parts) > 1 and exact <= {"all", *self.parents}
        if twice:
            self.mistakes.add(f"two sources have the name '{cluster}': groups {', '.join(sorted(parts))}")
        return twice

    def _group_of(self, cluster: str, members: list[Host]) -> str | None:
        """The inventory group that is this source: C(groups) is flat, so it is found by its hosts."""
        wanted = {host.name for host in members}
        exact = [str(name) for name in self.groups if {str(host) for host in self.groups[name]} == wanted]
        exact = [name for name in exact if name not in ("all", "ungrouped")]
        if not exact:
            hosts = ", ".join(host.name for host in members)
            self.mistakes.add(f"the hosts of source '{cluster}' ({hosts}) have no group of their own")
            return None
        # A group named after the cluster first, the common parent last.
        plain = cluster.replace("-", "_")
        return min(exact, key=lambda name: (name not in (cluster, plain), name in self.parents, name))

    def _named(self, source: dict[str, Any]) -> None:
        members = [host for hosts in source["hosts"].values() for host in hosts]
        told = any(self.inventory.has_value(host, "rocketmq_nameserver_name") for host in members)
        if source["nameserver_name"] or told or not members:
            return
        held = f"group '{source['group']}'" if source["group"] else "its group"
        self.mistakes.add(
            f"source '{source['name']}' has no rocketmq_nameserver_name: set it, the DNS name by which clients know its"
            f" name server, in the variables of {held}"
        )

    def _same_port(self, source: dict[str, Any], target: dict[str, Any]) -> None:
        """DNS moves clients to another address; the port they keep."""
        if not all([*source["nameservers"], *target["nameservers"]]) or not target["nameservers"]:
            return
        ports = {address.rpartition(":")[2] for address in source["nameservers"]}
        there = {address.rpartition(":")[0] for address in target["nameservers"]}
        if not {f"{address}:{port}" for address in there for port in ports} <= set(target["nameservers"]):
            self.mistakes.add(
                f"clients that know {source['nameserver_name'] or source['name']} keep the port they use there, but the"
                f" name servers are {', '.join(source['nameservers'])} of '{source['name']}' and"
                f" {', '.join(target['nameservers'])} of '{target['name']}': let each of the target's machines listen"
                f" on the sources' port (rocketmq_port)"
            )

    def _address_server(self, members: list[Host]) -> str:
        """Where the target's brokers fetch their list: on the machine of its first name server."""
        host = next((one for one in members if one.role == "nameserver"), None)
        if host is None or not host.machine:
            return ""
        port = int(self.inventory.value(host.name, "rocketmq_address_server_port") or ADDRESS_SERVER_PORT)
        for other in members:
            shifts = (0,) if other.role == "nameserver" else BROKER_PORT_SHIFTS
            if other.machine == host.machine and other.port and port in [other.port + shift for shift in shifts]:
                self.mistakes.add(
                    f"{other.name} listens on port {port} of {host.machine}, where the address server of the target's"
                    " brokers is to listen: set another rocketmq_address_server_port",
                    host.name,
                )
        return f"{host.machine}:{port}"

    def _batch(self, batch: Any, known: list[str], complete: bool) -> list[str]:
        """The names of the batch's sources; all, if it names none. C(complete): no source is missing in C(known)."""
        if not given(batch) or isinstance(batch, Unreadable):
            return known
        wrong = VARIABLES["rocketmq_migration_batch"](batch)
        if wrong:
            self.mistakes.add(f"rocketmq_migration_batch {wrong}")
            return []
        named = [str(name).strip() for name in (batch.split(",") if isinstance(batch, str) else batch)]
        wanted = [name for name in named if name]
        for name in wanted:
            if name not in known and complete:
                self.mistakes.add(
                    f"rocketmq_migration_batch names '{name}', which is no source (sources: {', '.join(known)})"
                    f"{meant(name, known)}"
                )
        return wanted or known
