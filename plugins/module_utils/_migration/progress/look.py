# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look at clusters, names and machines has shown: where each source stands, and what the target does.

A snapshot is a cluster as rocketmq_cluster_info returns it. C(looked): host → question → its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._admin.release import MASTER_ID, PERM_WRITE
from ..._admin.system_names import RETURNING_SUFFIX
from ..machines import state as machine_state
from ..machines.answer import UNREACHABLE
from .source_stage import ORDER, judge


@dataclass(frozen=True)
class Look:
    """What a look has shown.

    source_stages     source → the stage it is in (C(stage)), whether its name has C(switched), the C(reasons) of an
                  unknown stage, C(position) in ORDER, the hosts whose processes have C(ended), those that are C(gone),
                  whether any broker of the target is C(listed) at its name servers, and the line that is C(said) of it

    Of the sources:

    to_ask        hosts whose processes do not answer RocketMQ's protocol, and that have not yet said if they run
    to_ask_again  those, and the hosts that have said it already; without those that were not reached
    left          sources that the inventory lists no more, and whose names may lead to the target

    Of the target:

    answering     its brokers that answer
    silent        hosts of its brokers that do not answer
    writable      its masters that say that they take writes
    resting       names of its other masters
    serving       whether any of its masters takes writes
    unseen        names of its masters that do not register at their name servers, by their configuration
    strangers     brokers that its name servers list although they are none of its own, a line each
    strayed       those of them that the sources own

    stores        C(address), C(end) and C(path) of each commit log whose end was given
    """

    source_stages: dict[str, dict[str, Any]]
    to_ask: list[str]
    to_ask_again: list[str]
    left: list[str]
    answering: list[dict[str, Any]]
    silent: list[str]
    writable: list[dict[str, Any]]
    resting: list[str]
    serving: bool
    unseen: list[str]
    strangers: list[str]
    strayed: list[str]
    stores: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def look(estate: Mapping[str, Any], live: Mapping[str, Any]) -> Look:
    """The look. live: C(clusters), snapshots of the target and of the sources; C(machines), looked; C(names), the
    results of a loop of dns_propagation over the sources, without waiting; C(unlisted), the same of sources that the
    inventory lists no more; C(released), what the directory keeps of sources whose release was proved; C(ends), by
    address of a broker where its commit log ends. What is not given was not asked, but the target has to be. Raises
    KeyError, TypeError, ValueError or AttributeError where one of them has another shape.
    """
    clusters, looked = live["clusters"], live.get("machines") or {}
    sources, target = estate["sources"], estate["target"]
    snapshots = {snapshot["name"]: snapshot for snapshot in clusters}
    seen = snapshots[target["name"]]
    answering = machine_state.answering(clusters, sources)
    asked = {
        host: (looked.get(host) or {}).get("process")
        for source in sources
        for host in machine_state.addresses(source)
        if host not in answering
    }
    masters = _masters(target)
    writable = _writable(seen, masters)
    strangers = _strangers(estate, seen)
    return Look(
        source_stages=_source_stages(estate, snapshots, looked, answering, live),
        to_ask=[host for host, answer in asked.items() if answer is None],
        to_ask_again=[host for host, answer in asked.items() if answer is None or answer["status"] != UNREACHABLE],
        left=_left(live.get("unlisted") or []),
        answering=[broker for broker in target["brokers"] if "brokerPermission" in _config(seen, broker["address"])],
        writable=writable,
        resting=[master["name"] for master in masters if master not in writable],
        serving=bool(writable),
        silent=[
            host
            for host, address in machine_state.addresses({**target, "nameservers": []}).items()
            if "brokerPermission" not in _config(seen, address)
        ],
        unseen=[
            master["name"]
            for master in masters
            if int(_config(seen, master["address"]).get("registerBrokerTimeoutMills", 0)) < 0
        ],
        strangers=strangers,
        strayed=[line for line in strangers if " of " in line],
        stores=[
            {"address": address, "end": int(end), "path": _path(clusters, address)}
            for address, end in (live.get("ends") or {}).items()
        ],
    )


def _path(clusters: Iterable[Mapping[str, Any]], address: str) -> str:
    """Where the commit log of a broker lies, as it says itself. Raises KeyError where it has not said it."""
    found = {at: broker for one in clusters for at, broker in one["brokers"].items()}
    return str(found[address]["config"]["storePathCommitLog"])


def _left(results: list[dict[str, Any]]) -> list[str]:
    """A name that is deleted answers nothing, so it leads no client to another address."""
    elsewhere = {
        result["item"]["name"]: any(server.get("content") for server in result.get("dns_servers") or [])
        for result in results
    }
    return [name for name, switched in _switched(results).items() if switched is not False or not elsewhere[name]]


def _source_stages(
    estate: Mapping[str, Any],
    snapshots: Mapping[str, Any],
    looked: Mapping[str, Any],
    answering: set[str],
    live: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    target, released = estate["target"], live.get("released") or {}
    target_masters = _masters(target)
    target_perms = _permissions(snapshots.get(target["name"], {}), target_masters)
    switched = _switched(live.get("names") or [])
    found = {}
    for source in estate["sources"]:
        snapshot = snapshots.get(source["name"], {})
        running, gone_hosts = _running(source, looked, answering), _gone(source, looked, released)
        verdict = judge(
            source["name"],
            running=running,
            gone=gone_hosts,
            nameservers=frozenset(source["hosts"]["nameservers"]),
            permissions=_permissions(snapshot, _masters(source)),
            target_permissions=target_perms,
            target_known=_knows(snapshot, target_masters),
            switched=switched.get(source["name"]),
        )
        found[source["name"]] = {
            "stage": verdict.stage,
            "switched": verdict.switched,
            "reasons": list(verdict.reasons),
            "position": ORDER.index(verdict.stage) if verdict.stage in ORDER else -1,
            "ended": sorted(
                host
                for host, state in running.items()
                if state is False or (verdict.stage == "done" and host in gone_hosts)
            ),
            "gone": sorted(gone_hosts) if verdict.stage == "done" else [],
            "listed": _lists_any(snapshot, target["brokers"]),
            "said": f"{source['name']}: {verdict.stage}"
            + (f" ({'; '.join(verdict.reasons)})" if verdict.reasons else ""),
        }
    return found


def _masters(cluster: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [broker for broker in cluster["brokers"] if int(broker["id"]) == MASTER_ID]


def _config(snapshot: Mapping[str, Any], address: str) -> Mapping[str, Any]:
    return ((snapshot.get("brokers") or {}).get(address) or {}).get("config") or {}


def _writable(snapshot: Mapping[str, Any], masters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    permissions = _permissions(snapshot, masters)
    return [master for master in masters if isinstance(perm := permissions[master["name"]], int) and perm & PERM_WRITE]


def _strangers(estate: Mapping[str, Any], snapshot: Mapping[str, Any]) -> list[str]:
    own = {(broker["name"], broker["address"]) for broker in estate["target"]["brokers"]}
    # A run that was killed may have left it for some seconds.
    own |= {(f"{name}{RETURNING_SUFFIX}", address) for name, address in own}
    names = {
        broker["address"]: f"{broker['name']} of {source['name']}"
        for source in estate["sources"]
        for broker in source["brokers"]
    }
    found = []
    for address, view in sorted((snapshot.get("nameservers") or {}).items()):
        for name, data in sorted((view["cluster_info"].get("brokers") or {}).items()):
            for ident, broker in sorted(data["addresses"].items()):
                if (name, broker) not in own:
                    found.append(f"{names.get(broker, name)} (id {ident}, {broker}) at {address}")
    return found


def _permissions(snapshot: Mapping[str, Any], masters: list[dict[str, Any]]) -> dict[str, int | str]:
    """Master's name -> brokerPermission, or what the module said instead."""
    found: dict[str, int | str] = {}
    for master in masters:
        config = _config(snapshot, master["address"])
        value = config.get("brokerPermission")
        said = config.get("unknown", f"{master['address']} answered without it")
        found[master["name"]] = int(value) if value is not None else said
    return found


def _listed(snapshot: Mapping[str, Any]) -> list[set[str]] | str:
    """Names of the brokers that each name server of the snapshot lists; or what the module said instead."""
    told = [view["cluster_info"] for view in snapshot.get("nameservers", {}).values()]
    silent = [said.get("unknown", "no answer") for said in told if "brokers" not in said]
    if silent or not told:
        return "; ".join(silent) or "none was asked"
    return [set(said["brokers"]) for said in told]


def _knows(snapshot: Mapping[str, Any], masters: list[dict[str, Any]]) -> bool | str:
    """Does every name server of the snapshot list all the masters; or what the module said instead."""
    listed = _listed(snapshot)
    names = {master["name"] for master in masters}
    return listed if isinstance(listed, str) else all(names <= one for one in listed)


def _lists_any(snapshot: Mapping[str, Any], brokers: list[dict[str, Any]]) -> bool:
    """Does any name server of the snapshot list any of the brokers?"""
    listed = _listed(snapshot)
    return not isinstance(listed, str) and any({broker["name"] for broker in brokers} & one for one in listed)


def _running(source: Mapping[str, Any], looked: Mapping[str, Any], answering: set[str]) -> dict[str, bool | str]:
    """Host -> does its process run, or why that is not known. A process that answers RocketMQ's protocol runs."""
    found: dict[str, bool | str] = {}
    for host in machine_state.addresses(source):
        answer = (looked.get(host) or {}).get("process")
        state = True if host in answering else machine_state.running(answer)
        found[host] = machine_state.why(host, answer) if state is None else state
    return found


def _gone(source: Mapping[str, Any], looked: Mapping[str, Any], released: Mapping[str, Any]) -> frozenset[str]:
    """Hosts of a source that are not there any more, once its release was proved with these very addresses."""
    known = machine_state.addresses(source)
    if (released.get(source["name"]) or {}).get("hosts") != known:
        return frozenset()
    return frozenset(host for host in known if machine_state.lost((looked.get(host) or {}).get("process")))


def _switched(results: Iterable[Mapping[str, Any]]) -> dict[str, bool | None]:
    """Source -> does DNS answer the target, from the results of a loop of dns_propagation without waiting."""
    found: dict[str, bool | None] = {}
    for result in results:
        silent = not result.get("dns_servers") or any(not server["answered"] for server in result["dns_servers"])
        found[result["item"]["name"]] = None if result.get("failed") or silent else bool(result["agreed"])
    return found
