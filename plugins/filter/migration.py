# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the migration: where each source stands, which sources a phase acts on, what the modules are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.release import MASTER_ID, PERM_WRITE
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import ip_of, parse_ss
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.writers import lines as writer_lines
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import state as machine_state
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.source_stage import ORDER, judge


def _permissions(snapshot: dict[str, Any], masters: list[dict[str, Any]]) -> dict[str, int | str]:
    """Master's name -> brokerPermission, or what the module said instead."""
    found: dict[str, int | str] = {}
    for master in masters:
        config = (snapshot.get("brokers", {}).get(master["address"]) or {}).get("config") or {}
        value = config.get("brokerPermission")
        said = config.get("unknown", f"{master['address']} answered without it")
        found[master["name"]] = int(value) if value is not None else said
    return found


def _listed(snapshot: dict[str, Any]) -> list[set[str]] | str:
    """Names of the brokers that each name server of the snapshot lists; or what the module said instead."""
    told = [view["cluster_info"] for view in snapshot.get("nameservers", {}).values()]
    silent = [said.get("unknown", "no answer") for said in told if "brokers" not in said]
    if silent or not told:
        return "; ".join(silent) or "none was asked"
    return [set(said["brokers"]) for said in told]


def _knows(snapshot: dict[str, Any], masters: list[dict[str, Any]]) -> bool | str:
    """Does every name server of the snapshot list all the masters; or what the module said instead."""
    listed = _listed(snapshot)
    names = {master["name"] for master in masters}
    return listed if isinstance(listed, str) else all(names <= one for one in listed)


def _lists_any(snapshot: dict[str, Any], brokers: list[dict[str, Any]]) -> bool:
    """Does any name server of the snapshot list any of the brokers?"""
    listed = _listed(snapshot)
    return not isinstance(listed, str) and any({broker["name"] for broker in brokers} & one for one in listed)


def _running(source: dict[str, Any], looked: dict[str, Any], answering: set[str]) -> dict[str, bool | str]:
    """Host -> does its process run, or why that is not known. A process that answers RocketMQ's protocol runs."""
    found: dict[str, bool | str] = {}
    for host in machine_state.addresses(source):
        answer = (looked.get(host) or {}).get("process")
        state = True if host in answering else machine_state.running(answer)
        found[host] = machine_state.why(host, answer) if state is None else state
    return found


def _gone(source: dict[str, Any], looked: dict[str, Any], released: dict[str, Any]) -> frozenset[str]:
    """Hosts of a source that are not there any more, once its release was proved with these very addresses."""
    known = machine_state.addresses(source)
    if (released.get(source["name"]) or {}).get("hosts") != known:
        return frozenset()
    return frozenset(host for host in known if machine_state.lost((looked.get(host) or {}).get("process")))


def _switched(results: list[dict[str, Any]]) -> dict[str, bool | None]:
    """Source -> does DNS answer the target, from the results of a loop of dns_propagation without waiting."""
    found: dict[str, bool | None] = {}
    for result in results:
        silent = not result.get("dns_servers") or any(not server["answered"] for server in result["dns_servers"])
        found[result["item"]["name"]] = None if result.get("failed") or silent else bool(result["agreed"])
    return found


def gone(results: list[dict[str, Any]]) -> list[str]:
    """Sources whose names do not answer something else than the target, from such a loop over names.

    A name that is deleted answers nothing: nobody is led anywhere else by it.
    """
    elsewhere = {
        result["item"]["name"]: any(server.get("content") for server in result.get("dns_servers") or [])
        for result in results
    }
    return [name for name, switched in _switched(results).items() if switched is not False or not elsewhere[name]]


def _snapshots(results: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Cluster -> snapshot, from what rocketmq_cluster_info has returned."""
    return {snapshot["name"]: snapshot for snapshot in results}


def specs(clusters: list[dict[str, Any]], hosts: bool = False) -> list[dict[str, Any]]:
    """The part of an estate's clusters that the modules' option O(clusters) takes; with the hosts where they ask."""
    keys = ("name", "nameservers", "brokers", *(("hosts",) if hosts else ()))
    return [{key: cluster[key] for key in keys} for cluster in clusters]


def standing(estate: dict[str, Any], live: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Stage by source name. live: clusters and names, the results of the role's tasks; machines, host -> what it has
    answered; released, what the directory keeps of sources whose release was proved.
    """
    try:
        looked, released = live["machines"], live["released"]
        answering = machine_state.answering(live["clusters"], estate["sources"])
        switched = _switched(live["names"])
        snapshots = _snapshots(live["clusters"])
        target = estate["target"]
        target_masters = [broker for broker in target["brokers"] if int(broker["id"]) == MASTER_ID]
        target_perms = _permissions(snapshots.get(target["name"], {}), target_masters)
        result = {}
        for source in estate["sources"]:
            snapshot = snapshots.get(source["name"], {})
            hosts = source["hosts"]
            running, gone_hosts = _running(source, looked, answering), _gone(source, looked, released)
            verdict = judge(
                source["name"],
                running=running,
                gone=gone_hosts,
                nameservers=frozenset(hosts["nameservers"]),
                permissions=_permissions(snapshot, [b for b in source["brokers"] if int(b["id"]) == MASTER_ID]),
                target_permissions=target_perms,
                target_known=_knows(snapshot, target_masters),
                switched=switched.get(source["name"]),
            )
            result[source["name"]] = {
                "stage": verdict.stage,
                "switched": verdict.switched,
                "reasons": list(verdict.reasons),
                "position": ORDER.index(verdict.stage) if verdict.stage in ORDER else -1,
                "ended": sorted(
                    host for host, state in running.items()
                    if state is False or (verdict.stage == "done" and host in gone_hosts)
                ),
                "gone": sorted(gone_hosts) if verdict.stage == "done" else [],
                "listed": _lists_any(snapshot, target["brokers"]),
            }
        return result
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise AnsibleFilterError(f"standing: the estate or the live data have an unexpected shape: {exc!r}") from exc


def reached(
    estate: dict[str, Any], standings: dict[str, dict[str, Any]], first: str, last: str = "done"
) -> list[dict[str, Any]]:
    """Sources of the estate whose stage lies between first and last, both included."""
    low, high = ORDER.index(first), ORDER.index(last)
    return [source for source in estate["sources"] if low <= standings[source["name"]]["position"] <= high]


def writable(estate: dict[str, Any], snapshots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The target's masters that say that they take writes, in what rocketmq_cluster_info has returned."""
    target = estate["target"]
    masters = [broker for broker in target["brokers"] if int(broker["id"]) == MASTER_ID]
    permissions = _permissions(_snapshots(snapshots).get(target["name"], {}), masters)
    return [
        master for master in masters
        if isinstance(perm := permissions[master["name"]], int) and perm & PERM_WRITE
    ]


def serving(estate: dict[str, Any], snapshots: list[dict[str, Any]]) -> bool:
    """Whether any master of the target takes writes, in what rocketmq_cluster_info has returned."""
    return bool(writable(estate, snapshots))


def _peers(printed: Sequence[Sequence[str]]) -> Counter[str]:
    """Connections by the address they come from, in the lines of C(ss -tn), machine by machine.

    Lines that are none of ss are nobody: what waits for a client waits on, and P(mqops.rocketmq.sockets_unread#filter)
    names them.
    """
    sockets, _odd = parse_ss("", [line for machine in printed for line in machine])
    return Counter(ip_of(socket.peer) for socket in sockets)


def unconnected(
    printed: Sequence[Sequence[str]],
    hostvars: Any,
    business: list[str],
    sources: list[dict[str, Any]],
    left: Sequence[Sequence[str]] = (),
    there: Sequence[Sequence[str]] = (),
) -> list[str]:
    """Business hosts of the sources that are no peer in the lines of C(ss -tn) on name servers' machines, or with
    fewer connections than they had before some name servers ended: there (C(there)) and at those (C(left)) together,
    for each client of 4.4.0 keeps one.

    A business host that does not name its source (C(rocketmq_cluster)), or names one that the inventory does not know,
    belongs to all of them: else nobody would miss it.
    """
    names = {source["name"] for source in sources}
    known = {hostvars[host].get("rocketmq_cluster") for host in hostvars if hostvars[host].get("rocketmq_role")}
    now, gone_with, before = _peers(printed), _peers(left), _peers(there)
    missing = []
    for host in business:
        address = hostvars[host].get("rocketmq_address")
        if not address:
            # Refused before the release; after it nothing may end with an error of this filter.
            missing.append(f"{host} (no rocketmq_address in the inventory)")
            continue
        cluster = hostvars[host].get("rocketmq_cluster")
        wanted = gone_with[address] + before[address] if gone_with[address] else 1
        if (cluster in names or cluster not in known) and now[address] < wanted:
            missing.append(host if wanted == 1 else f"{host} ({now[address]} of {wanted} connections)")
    return missing


def passed(batch: list[dict[str, Any]], result: dict[str, Any], wanted: bool = True) -> list[dict[str, Any]]:
    """Sources of a batch whose gate has passed (or, with wanted=false, has not), by what a gate's module returned.

    A result without a verdict for a source, as an error leaves it, is no pass. In check mode nothing was judged.
    """
    judged = result.get("clusters")
    clusters = judged if isinstance(judged, dict) else {}
    skipped = bool(result.get("skipped"))
    return [
        source for source in batch
        if (skipped or (clusters.get(source["name"]) or {}).get("passed") is True) is bool(wanted)
    ]


def refused(batch: list[dict[str, Any]], results: list[dict[str, Any]], wanted: bool = True) -> list[dict[str, Any]]:
    """Sources of a batch for which a loop over sources has failed (or, with wanted=false, has not)."""
    failed = {result["item"]["name"] for result in results if result.get("failed") or result.get("unreachable")}
    return [source for source in batch if (source["name"] in failed) is bool(wanted)]


def failures(result: dict[str, Any]) -> str:
    """What a failed task said; of a loop, what each failed item said, for "One or more items failed" helps nobody."""
    failed = [one for one in result.get("results") or [] if one.get("failed") or one.get("unreachable")] or [result]
    return " ".join(str(one.get("msg") or one) for one in failed)


def writers(offenders: list[dict[str, Any]], answers: dict[str, dict[str, Any]]) -> list[str]:
    """Who writes, a line each, from what rocketmq_write_stop returned and the machines' answers of C(ss -tn)."""
    sockets = []
    for host, answer in answers.items():
        sockets += parse_ss(host, answer["lines"])[0]
    return writer_lines(offenders, sockets)


class FilterModule:
    """The collection's filters for the phases of the migration."""

    def filters(self) -> dict[str, Any]:
        return {
            "failures": failures,
            "gone": gone,
            "passed": passed,
            "reached": reached,
            "refused": refused,
            "serving": serving,
            "specs": specs,
            "standing": standing,
            "unconnected": unconnected,
            "writable": writable,
            "writers": writers,
        }
