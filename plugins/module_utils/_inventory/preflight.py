# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of an inventory in the preflight: what each is asked, and what its answer is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._admin.release import DISK_RATIO, DISK_RATIO_BOUNDS
from .._migration.machines import state as machine_state
from .._migration.machines import supervision
from .._migration.preflight import machines as machine_reasons
from .._migration.preflight import names as dns_reasons
from .._migration.preflight.machines import (
    CONTROL,
    Engine,
    Host,
    Needs,
    parse,
    parse_nofile,
    parse_size,
    probes,
)

# What the roles broker and nameserver take when the inventory does not say; a unit test holds them equal.
DEFAULTS = {
    "rocketmq_image": "mqops/rocketmq:4.4.0",
    "rocketmq_docker_host": "unix:///var/run/docker.sock",
    "rocketmq_container_prefix": "rocketmq-",
    "rocketmq_broker_heap": "2g",
    "rocketmq_broker_direct_memory": "2g",
    "rocketmq_nameserver_heap": "512m",
    "rocketmq_nameserver_direct_memory": "256m",
}
DATA = "/var/lib/docker"
# The inventory's name of the control host.
LOCAL = "localhost"


def _members(estate: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(host, kind, role, address) of every machine of a cluster."""
    for kind, clusters in (("source", estate["sources"]), ("target", [estate["target"]])):
        for cluster in clusters:
            hosts = cluster["hosts"]
            for host, address in zip(hosts["nameservers"], cluster["nameservers"], strict=True):
                yield host, kind, "nameserver", address
            brokers = [broker["address"] for broker in cluster["brokers"]]
            for host, address in zip([*hosts["masters"], *hosts["slaves"]], brokers, strict=True):
                yield host, kind, "broker", address


def _wanted(estate: Mapping[str, Any], host: str) -> tuple[str, ...]:
    addresses = {name: address for name, _kind, _role, address in _members(estate)}
    return probes(estate, addresses, CONTROL if host == LOCAL else host)


def _names(estate: Mapping[str, Any], host: str) -> dict[str, list[str]]:
    """name → addresses, of the names that a business host's clients use: its source's, or all when it names none."""
    own = estate["clients"][host]["cluster"]
    return {
        source["nameserver_name"]: [address.rpartition(":")[0] for address in source["nameservers"]]
        for source in estate["sources"]
        if source["nameserver_name"] and own in ("", source["name"])
    }


def questions(estate: Mapping[str, Any], values: Mapping[str, Any], host: str) -> list[str]:
    """The arguments of preflight_machine.sh for one host of the inventory, by its variables."""
    kinds = {name: kind for name, kind, _role, _address in _members(estate)}
    needed = {"source": machine_reasons.SOURCE_TOOLS, "target": machine_reasons.TARGET_TOOLS}
    tools = needed.get(kinds.get(host, ""), ())
    words = [f"data={values.get('rocketmq_docker_directory') or DATA}"]
    words += [f"tool={tool}" for tool in tools]
    words += [f"connect={address}" for address in _wanted(estate, host)]
    if host in estate["business"]:
        words += [f"resolve={name}" for name in _names(estate, host)]
    return words


def _facts(answers: Mapping[str, Any] | None) -> Any:
    """The machine in its answers, or why there is none."""
    answer = (answers or {}).get("facts") or machine_state.NOT_ASKED
    return parse("\n".join(answer["lines"])) if answer["ok"] else answer["said"]


def _failed(answers: Mapping[str, Any] | None, kind: str, name: str) -> dict[str, str]:
    """The commands of later phases that were run on the machine and failed, with what came back."""
    found: dict[str, str] = {}
    asked = answers or {}
    if kind in ("source", "target"):
        sockets = asked.get("sockets") or machine_state.NOT_ASKED
        for line in machine_state.unread(name, sockets):
            found["ss"] = line
    if kind == "source":
        process, method = (asked.get(part) or machine_state.NOT_ASKED for part in ("process", "method"))
        if machine_state.running(process) is None:
            found["pgrep"] = process["said"]
        why_not = supervision.judge(method["lines"])[1] if method["ok"] else method["said"]
        if why_not:
            found["rocketmq_method"] = why_not
    return found


def _supervised(answers: Mapping[str, Any] | None, kind: str) -> str:
    """Who would start a source's process again that was ended by a signal."""
    method = (answers or {}).get("method") or machine_state.NOT_ASKED
    return machine_state.first_of(supervision.judge(method["lines"])[0]) if kind == "source" and method["ok"] else ""


def _engine(result: Mapping[str, Any] | None) -> Engine | str:
    """The engine in the result of docker_host_info."""
    if not result or "host_info" not in result:
        return " ".join(str((result or {}).get("msg") or "it was not asked").split())[:300]
    images = {tag: image["Id"] for image in result.get("images", ()) for tag in image.get("RepoTags") or ()}
    names = {name.lstrip("/") for container in result.get("containers", ()) for name in container.get("Names") or ()}
    return Engine(str(result["host_info"].get("ServerVersion", "")), frozenset(names), images)


def _host(
    estate: Mapping[str, Any], name: str, kind: str, role: str, address: str, values: Any, engines: Any, answers: Any
) -> Host:
    machine, facts = _facts(answers), (answers or {}).get("facts") or machine_state.NOT_ASKED
    answered = facts.get("answered")
    told: dict[str, Any] = {
        "unreachable": facts["status"] == "unreachable",
        "tried": facts.get("tried", ""),
        "failed": _failed(answers, kind, name),
        "supervised": _supervised(answers, kind),
        "connect": _wanted(estate, name),
    }
    if kind != "target":
        return Host(name, kind, machine, answered, **told)

    def value(key: str) -> str:
        return str(values.get(key) or DEFAULTS[key])

    container = values.get("rocketmq_container") or value("rocketmq_container_prefix") + name
    options = values.get("rocketmq_broker_options") or {}
    ratio = int(options.get("diskMaxUsedSpaceRatio", DISK_RATIO))
    return Host(
        name,
        kind,
        machine,
        answered,
        role=role,
        port=int(address.rpartition(":")[2]),
        container=str(container),
        address_server=_address_port(estate["target"]) if name == estate["target"]["hosts"]["nameservers"][0] else 0,
        image=value("rocketmq_image"),
        memory=parse_size(value(f"rocketmq_{role}_heap")) + parse_size(value(f"rocketmq_{role}_direct_memory")),
        nofile=parse_nofile(values.get("rocketmq_ulimits") or ()),
        disk_ratio=min(max(ratio, DISK_RATIO_BOUNDS[0]), DISK_RATIO_BOUNDS[1]),
        engine=_engine(engines.get(value("rocketmq_docker_host"))),
        **told,
    )


def _address_port(target: Mapping[str, Any]) -> int:
    return int(target["address_server"].rpartition(":")[2])


def findings(
    estate: Mapping[str, Any],
    hostvars: Any,
    looked: Mapping[str, Any],
    *,
    engines: Iterable[Mapping[str, Any]],
    capacity: Mapping[str, Any] | None = None,
    listed: Iterable[str] = (),
    engine: str = Needs.engine,
    skew: float = Needs.skew,
    planned: bool = False,
    containers: Iterable[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """Reasons about all machines of the estate, in the form of O(mqops.rocketmq.rocketmq_plan#module:findings).

    looked: host → what it was asked → its answer (facts, and of machines of clusters process, sockets, method).
    engines: results of docker_host_info. capacity: of rocketmq_capacity_info. listed: addresses of DNS servers that the
    inventory names. containers: results of docker_container_info for the sources' processes that are ended through
    their engines. Raises KeyError, TypeError or ValueError where one of them has another shape.
    """
    by_engine = {result["item"]: result for result in engines}
    hosts = [
        _host(estate, name, kind, role, address, hostvars[name], by_engine, looked.get(name))
        for name, kind, role, address in _members(estate)
    ]
    others = [*((name, "business") for name in estate["business"]), (LOCAL, "control")]
    hosts += [_host(estate, name, kind, "", "", hostvars[name], by_engine, looked.get(name)) for name, kind in others]
    size = capacity or {}
    needs = Needs(size.get("queues", 0), size.get("disk"), engine, float(skew), planned)
    used = {name: _names(estate, name) for name in estate["business"]}
    names = {name: addresses for own in used.values() for name, addresses in own.items()}
    reasons = machine_reasons.judge(hosts, needs) + machine_state.containers(containers)
    reasons += dns_reasons.judge_clients(hosts, names, listed, used)
    return [reason.as_dict() for reason in reasons]
