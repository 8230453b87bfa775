# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of a migration, read from the inventory alone.

Expected members come from here and never from the hosts that happen to answer,
so every mistake that would silently shrink the estate is an error.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

ROLES = ("nameserver", "master", "slave")
DEFAULT_PORT = {"nameserver": 9876, "master": 10911, "slave": 10911}


class EstateError(ValueError):
    """The inventory does not describe an estate that could be migrated."""


def build_estate(
    hostvars: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Iterable[str]],
    batch: Iterable[str] | None = None,
    sources: str | Iterable[str] = "sources",
    target: str = "target",
    business: str = "business",
) -> dict[str, Any]:
    """Return ``{"sources": [cluster, ...], "target": cluster, "business": [host, ...]}``.

    A cluster is ``{name, nameservers, brokers, nameserver_name, group, hosts}`` with addresses as
    ``ip:port``. Raises EstateError, naming the host or the group that has to be corrected.
    """
    source_groups = [sources] if isinstance(sources, str) else [str(name) for name in sources]
    source_hosts: list[str] = []
    for name in source_groups:
        source_hosts += [host for host in _members(groups, name) if host not in source_hosts]
    target_hosts = _members(groups, target)
    both = sorted(set(source_hosts) & set(target_hosts))
    if both:
        raise EstateError(f"host {both[0]} is in a source group and in group '{target}': it can only be in one")

    hosts = {name: _read_host(name, hostvars) for name in source_hosts + target_hosts}
    _refuse_equal_addresses(hosts)
    _refuse_processes_that_look_alike({host: hosts[host] for host in source_hosts})
    _refuse_targets_on_the_machine_of_a_source(hosts, source_hosts, target_hosts)

    clusters: dict[str, list[str]] = {}
    for host in source_hosts:
        clusters.setdefault(hosts[host]["cluster"], []).append(host)
    source_list = [
        _cluster(name, members, hosts, _group_of(name, members, hosts, groups, source_groups))
        for name, members in clusters.items()
    ]
    for source in source_list:
        if not source["nameserver_name"]:
            raise EstateError(
                f"source '{source['name']}' has no rocketmq_nameserver_name: set it, the DNS name by which clients know"
                f" its name server, in the variables of group '{source['group']}'"
            )
    names = sorted({hosts[host]["cluster"] for host in target_hosts})
    if len(names) != 1:
        raise EstateError(f"group '{target}' holds hosts of several clusters: {', '.join(names)}")
    if names[0] in clusters:
        raise EstateError(f"cluster name '{names[0]}' is used by a source and by group '{target}'")
    target_cluster = _cluster(names[0], target_hosts, hosts, target)
    for source in source_list:
        _refuse_another_port(source, target_cluster)

    return {
        "sources": _restrict(source_list, batch),
        "target": target_cluster,
        "business": [str(host) for host in groups.get(business) or []],
    }


def _members(groups: Mapping[str, Iterable[str]], name: str) -> list[str]:
    if name not in groups:
        raise EstateError(f"the inventory has no group '{name}'")
    members = [str(host) for host in groups[name]]
    if not members:
        raise EstateError(f"host group '{name}' is empty")
    return members


def _read_host(host: str, hostvars: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if host not in hostvars:
        raise EstateError(f"host {host} has no variables")
    values = hostvars[host]
    role = _text(values, "rocketmq_role")
    if role is None:
        raise EstateError(f"host {host} has no rocketmq_role (one of: {', '.join(ROLES)})")
    if role not in ROLES:
        raise EstateError(f"host {host} has the unknown rocketmq_role '{role}' (one of: {', '.join(ROLES)})")
    cluster = _text(values, "rocketmq_cluster")
    if cluster is None:
        raise EstateError(f"host {host} has no rocketmq_cluster")
    address = _text(values, "rocketmq_address")
    if address is None:
        raise EstateError(f"host {host} has no rocketmq_address (the IP address that RocketMQ clients reach)")
    try:
        # 4.4.0 stores hosts in four bytes; and a name here would follow the DNS switch.
        ipaddress.IPv4Address(address)
    except ValueError as error:
        raise EstateError(f"host {host} has rocketmq_address '{address}', which is no IPv4 address") from error
    result: dict[str, Any] = {
        "role": role,
        "cluster": cluster,
        "address": f"{address}:{_number(host, values, 'rocketmq_port', DEFAULT_PORT[role], 1, 65535)}",
        "nameserver_name": _text(values, "rocketmq_nameserver_name"),
        "pattern": _text(values, "rocketmq_process_pattern"),
    }
    if role != "nameserver":
        name = _text(values, "rocketmq_broker_name")
        if name is None:
            raise EstateError(f"host {host} is a {role} without rocketmq_broker_name")
        result["broker"] = name
        result["id"] = _number(host, values, "rocketmq_broker_id", 0 if role == "master" else 1, 0, 2**31 - 1)
        if (role == "master") != (result["id"] == 0):
            raise EstateError(f"host {host} is a {role} with rocketmq_broker_id {result['id']} (0 is the master)")
    return result


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return None if value is None or str(value).strip() == "" else str(value).strip()


def _number(host: str, values: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = values.get(name)
    if value is None or value == "":
        return default
    try:
        number = int(str(value))
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise EstateError(f"host {host} has {name} '{value}', which is no number from {low} to {high}")
    return number


def _refuse_equal_addresses(hosts: Mapping[str, Mapping[str, Any]]) -> None:
    seen: dict[str, str] = {}
    for host, values in hosts.items():
        other = seen.setdefault(values["address"], host)
        if other != host:
            raise EstateError(f"hosts {other} and {host} have the same address {values['address']}")


def _refuse_processes_that_look_alike(hosts: Mapping[str, Mapping[str, Any]]) -> None:
    """Processes are looked for on a machine, and ended there, by a pattern: two that it fits would end together."""
    seen: dict[tuple[str, bool, str | None], str] = {}
    for host, values in hosts.items():
        machine, is_server = values["address"].partition(":")[0], values["role"] == "nameserver"
        other = seen.setdefault((machine, is_server, values["pattern"]), host)
        if other != host:
            kind = "name servers" if is_server else "brokers"
            raise EstateError(
                f"hosts {other} and {host} are two {kind} on the machine {machine}: give each a "
                f"rocketmq_process_pattern for pgrep -f that fits its process alone, such as '[b]roker-a.properties'"
            )


def _refuse_targets_on_the_machine_of_a_source(
    hosts: Mapping[str, Mapping[str, Any]], source_hosts: Iterable[str], target_hosts: Iterable[str]
) -> None:
    """The pattern that finds a source's process would find the target's beside it, in its container, too."""

    def kind_and_place(host: str) -> tuple[bool, str]:
        return hosts[host]["role"] == "nameserver", hosts[host]["address"].partition(":")[0]

    there = {kind_and_place(host): host for host in target_hosts}
    for host in source_hosts:
        other = there.get(kind_and_place(host))
        if other and hosts[host]["pattern"] is None:
            raise EstateError(
                f"hosts {host} of a source and {other} of the target are processes of one kind on one machine: give"
                f" {host} a rocketmq_process_pattern for pgrep -f that does not fit the target's process, for what it"
                f" fits is ended"
            )


def _refuse_another_port(source: Mapping[str, Any], target: Mapping[str, Any]) -> None:
    """DNS moves clients to another address; the port they keep."""
    ports = {address.rpartition(":")[2] for address in source["nameservers"]}
    there = {address.rpartition(":")[0] for address in target["nameservers"]}
    if not {f"{address}:{port}" for address in there for port in ports} <= set(target["nameservers"]):
        raise EstateError(
            f"clients that know {source['nameserver_name']} keep the port they use there, but the name servers are"
            f" {', '.join(source['nameservers'])} of '{source['name']}' and {', '.join(target['nameservers'])} of"
            f" '{target['name']}': let each of the target's machines listen on the sources' port"
            f" (rocketmq_port)"
        )


def _group_of(
    cluster: str,
    members: list[str],
    hosts: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Iterable[str]],
    parents: list[str],
) -> str:
    """Return the inventory group that is this source: ``groups`` is flat, so it is found by its hosts."""
    wanted = set(members)
    exact = []
    whole = []  # groups of some of the hosts that look like a cluster by themselves
    for name in groups:
        held = {str(host) for host in groups[name]}
        if name in ("all", "ungrouped"):
            continue
        if held == wanted:
            exact.append(str(name))
        elif held < wanted and {"nameserver", "master"} <= {hosts[host]["role"] for host in held}:
            whole.append(str(name))
    if len(whole) > 1 and set(exact) <= set(parents):
        raise EstateError(f"two sources have the name '{cluster}': groups {', '.join(sorted(whole))}")
    if not exact:
        raise EstateError(f"the hosts of source '{cluster}' ({', '.join(members)}) have no group of their own")
    # A group named after the cluster first, the common parent last.
    plain = cluster.replace("-", "_")
    return min(exact, key=lambda name: (name not in (cluster, plain), name in parents, name))


def _cluster(name: str, members: list[str], hosts: Mapping[str, Mapping[str, Any]], group: str) -> dict[str, Any]:
    by_role = {role: [host for host in members if hosts[host]["role"] == role] for role in ROLES}
    if not by_role["nameserver"]:
        raise EstateError(f"cluster '{name}' (group '{group}') has no host with rocketmq_role nameserver")
    if not by_role["master"]:
        raise EstateError(f"cluster '{name}' (group '{group}') has no host with rocketmq_role master")
    seen: dict[tuple[str, int], str] = {}
    for host in by_role["master"] + by_role["slave"]:
        key = (hosts[host]["broker"], hosts[host]["id"])
        other = seen.setdefault(key, host)
        if other != host:
            raise EstateError(f"hosts {other} and {host} are both broker {key[0]} with id {key[1]} of '{name}'")
    for host in by_role["slave"]:
        if (hosts[host]["broker"], 0) not in seen:
            raise EstateError(f"slave {host} of '{name}' names broker {hosts[host]['broker']}, which has no master")
    names = sorted({hosts[host]["nameserver_name"] for host in members if hosts[host]["nameserver_name"]})
    if len(names) > 1:
        raise EstateError(f"cluster '{name}' has several values of rocketmq_nameserver_name: {', '.join(names)}")
    return {
        "name": name,
        "nameservers": [hosts[host]["address"] for host in by_role["nameserver"]],
        "brokers": [
            {"name": hosts[host]["broker"], "id": hosts[host]["id"], "address": hosts[host]["address"]}
            for host in by_role["master"] + by_role["slave"]
        ],
        "nameserver_name": names[0] if names else "",
        "group": group,
        "hosts": {
            "nameservers": by_role["nameserver"],
            "masters": by_role["master"],
            "slaves": by_role["slave"],
        },
    }


def _restrict(clusters: list[dict[str, Any]], batch: Iterable[str] | None) -> list[dict[str, Any]]:
    if batch is None or batch == "":
        return clusters
    wanted = [name.strip() for name in batch.split(",")] if isinstance(batch, str) else [str(name) for name in batch]
    if not wanted:
        return clusters
    known = [cluster["name"] for cluster in clusters]
    for name in wanted:
        if name not in known:
            raise EstateError(f"batch names '{name}', which is no source (sources: {', '.join(known)})")
    return [cluster for cluster in clusters if cluster["name"] in wanted]


def estate(hostvars: Any, groups: Any, batch: Any = None, **names: Any) -> dict[str, Any]:
    """Jinja face of :func:`build_estate`."""
    if not isinstance(hostvars, Mapping) or not isinstance(groups, Mapping):
        raise AnsibleFilterError("mqops.rocketmq.estate: use it as `hostvars | mqops.rocketmq.estate(groups)`")
    try:
        return build_estate(hostvars, groups, batch, **names)
    except (EstateError, TypeError) as error:
        raise AnsibleFilterError(f"mqops.rocketmq.estate: {error}") from error


class FilterModule:
    """Filters of the collection that read the inventory."""

    def filters(self) -> dict[str, Any]:
        return {"estate": estate}
