# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about brokers that have ended, or should have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import Unexpected
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.message import decode_all
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.release import BROKER_PORT, REAL_TOPIC
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import RETURNING_SUFFIX
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.names import METHODS
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients import census
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import state as machine_state
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import store_end as ends
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


def store_end(printed: Any, checked: Any, where: str) -> dict[str, Any]:
    """The verdict on one store, from what the script has printed where it lies: a text, or a machine's answer.

    C(readable) false says that nothing is known of it; C(ok) false with it, that something was written there.
    """
    if isinstance(printed, Mapping):
        answer, printed = printed, "\n".join(printed["lines"])
        if answer["status"] != "answered":
            end = ends.StoreEnd(error=machine_state.why(where, answer))
        elif not answer["ok"]:
            end = ends.StoreEnd(error=f"the commit log could not be read: {answer['said']}")
        else:
            end = ends.read(printed, None if checked in (None, "") else int(checked))
    else:
        end = ends.read(printed, None if checked in (None, "") else int(checked))
    messages: list[Message] = []
    for record in ends.records(end.behind):
        try:
            messages += decode_all(record)
        except Unexpected:
            break
    return {
        "ok": end.ok,
        "readable": end.error is None,
        "why": ends.explain(where, end, messages),
        "kilobytes": end.kilobytes,
        "topics": sorted({message.properties.get(REAL_TOPIC, message.topic) for message in messages}),
    }


def store_script(_unused: Any = None) -> str:
    """The script whose output P(mqops.rocketmq.store_end#filter) reads."""
    return ends.SCRIPT


def strangers(estate: dict[str, Any], clusters: list[dict[str, Any]]) -> list[str]:
    """Brokers that a name server of the target lists although they are none of the target's, in words."""
    target = estate["target"]
    own = {(broker["name"], broker["address"]) for broker in target["brokers"]}
    # A run that was killed may have left it for some seconds.
    own |= {(f"{name}{RETURNING_SUFFIX}", address) for name, address in own}
    names = {
        broker["address"]: f"{broker['name']} of {source['name']}"
        for source in estate["sources"]
        for broker in source["brokers"]
    }
    try:
        (snapshot,) = [one for one in clusters if one["name"] == target["name"]]
        found = []
        for address, view in sorted(snapshot["nameservers"].items()):
            for name, data in sorted((view["cluster_info"].get("brokers") or {}).items()):
                for ident, broker in sorted(data["addresses"].items()):
                    if (name, broker) not in own:
                        found.append(f"{names.get(broker, name)} (id {ident}, {broker}) at {address}")
        return found
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"strangers: the clusters have an unexpected shape: {error!r}") from error


def stop_method(values: Any) -> str:
    """How a host's process is ended and started: rocketmq_method, or docker where a container is named for it."""
    method = values.get("rocketmq_method") or ("docker" if values.get("rocketmq_container") else "command")
    if method not in METHODS:
        raise AnsibleFilterError(f"rocketmq_method is {method!r}; known are {', '.join(METHODS)}")
    if method == "systemd" and not values.get("rocketmq_unit"):
        raise AnsibleFilterError("rocketmq_method is systemd, but rocketmq_unit does not name the unit")
    return method


@told
def not_ended(answer: Mapping[str, Any]) -> str:
    """Why a process has not ended that was told to, by its machine's answer to C(stop)."""
    return machine_state.not_ended(answer)


@told
def containers_unable(results: list[dict[str, Any]]) -> list[str]:
    """A line for each container that its engine cannot end for good, of a registered docker_container_info."""
    return [str(reason) for reason in machine_state.containers(results)]


def process_pattern(values: Any, broker: str, nameserver: str) -> str:
    """What C(pgrep -f) finds a host's process by: rocketmq_process_pattern, or the usual pattern of its role."""
    usual = nameserver if values["rocketmq_role"] == "nameserver" else broker
    return str(values.get("rocketmq_process_pattern") or usual)


def by_engine(hostvars: Any) -> list[str]:
    """The hosts whose processes are ended and started through their engine."""
    return [
        host
        for host in hostvars
        if hostvars[host].get("rocketmq_role") and stop_method(hostvars[host]) == "docker"
    ]


def host_address(values: Any) -> str:
    """ip:port of a broker's host, from its variables."""
    return f"{values['rocketmq_address']}:{values.get('rocketmq_port') or BROKER_PORT}"


def checked_hosts(hostvars: Any, checked: Collection[str]) -> list[str]:
    """The hosts of whose brokers an end of the commit log was checked."""
    return [
        host
        for host in hostvars
        if hostvars[host].get("rocketmq_address") and host_address(hostvars[host]) in checked
    ]


def halted(estate: dict[str, Any], standings: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Sources whose name servers all run while some or all of their brokers have ended, wherever DNS leads."""
    found = []
    for source in estate["sources"]:
        ended, hosts = set(standings[source["name"]]["ended"]), source["hosts"]
        if ended & {*hosts["masters"], *hosts["slaves"]} and not ended & set(hosts["nameservers"]):
            found.append(source)
    return found


@told
def census_lines(clients: list[dict[str, Any]], hostvars: Any) -> list[str]:
    """A census in words; hosts are told with their role and cluster."""
    hosts = {
        socket["host"]: f"{hostvars[socket['host']].get('rocketmq_role', 'host')} {socket['host']}"
        for one in clients
        for socket in one["sockets"]
        if socket["host"] in hostvars
    }
    return census.lines(clients, hosts)


class FilterModule:
    """The collection's filters about brokers that have ended."""

    def filters(self) -> dict[str, Any]:
        return {
            "by_engine": by_engine,
            "census_lines": census_lines,
            "checked_hosts": checked_hosts,
            "containers_unable": containers_unable,
            "halted": halted,
            "host_address": host_address,
            "not_ended": not_ended,
            "process_pattern": process_pattern,
            "stop_method": stop_method,
            "store_end": store_end,
            "store_script": store_script,
            "strangers": strangers,
        }
