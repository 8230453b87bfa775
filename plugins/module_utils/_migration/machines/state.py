# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the machines of a source: by their answers, and by processes that answer RocketMQ's protocol.

C(looked) is always host → name of a command → its answer, as machine_answer.Answer.as_dict gives it, with C(tried).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._admin.release import FAST_PORT_SHIFT
from ..clients.census import parse_ss
from ..reasons.reason import Reason
from . import end as machine_end
from . import supervision
from .answer import ANSWERED, TIMED_OUT, UNREACHABLE, printable

NOT_ASKED: Mapping[str, Any] = {"status": "garbled", "rc": None, "ok": False, "said": "it was not asked"}


def addresses(source: Mapping[str, Any]) -> dict[str, str]:
    """Host → ip:port of each process of a source of the estate."""
    hosts = source["hosts"]
    brokers = [broker["address"] for broker in source["brokers"]]
    return {
        **dict(zip(hosts["nameservers"], source["nameservers"], strict=False)),
        **dict(zip([*hosts["masters"], *hosts["slaves"]], brokers, strict=False)),
    }


def answering(clusters: Iterable[Mapping[str, Any]], sources: Iterable[Mapping[str, Any]]) -> set[str]:
    """Hosts of the sources whose processes answer RocketMQ's protocol at their addresses: they run, whatever SSH says.

    clusters: what rocketmq_cluster_info has returned, with the configurations. A broker that says another name is
    another process.
    """
    seen = {snapshot["name"]: snapshot for snapshot in clusters}
    found = set()
    for source in sources:
        snapshot = seen.get(source["name"]) or {}
        names = {broker["address"]: broker["name"] for broker in source["brokers"]}
        alive = set()
        for address, view in (snapshot.get("nameservers") or {}).items():
            if "brokers" in (view.get("cluster_info") or {}):
                alive.add(address)
        for address, view in (snapshot.get("brokers") or {}).items():
            config, name = (view or {}).get("config") or {}, names.get(address)
            if config and "unknown" not in config and config.get("brokerName", name) == name:
                alive.add(address)
        found |= {host for host, address in addresses(source).items() if address in alive}
    return found


def running(answer: Mapping[str, Any] | None) -> bool | None:
    """Whether a process runs, by what pgrep has ended with: 0 found, 1 nothing found; anything else is no answer."""
    if not answer or answer["status"] != ANSWERED:
        return None
    return {0: True, 1: False}.get(answer["rc"])


def lost(answer: Mapping[str, Any] | None) -> bool:
    """Whether the machine itself is not there: no connection, or one in which nothing comes back."""
    if not answer:
        return False
    # A command that was ended by its own limit has printed its marks: the machine is there.
    return answer["status"] == UNREACHABLE or (answer["status"] == TIMED_OUT and answer["rc"] is None)


def why(host: str, answer: Mapping[str, Any] | None) -> str:
    """What is to be said of a host without the answer that was needed."""
    answer = answer or NOT_ASKED
    if answer["status"] == UNREACHABLE:
        return str(Reason("MACHINE_UNREACHABLE", host, {"tried": answer.get("tried", ""), "answer": answer["said"]}))
    evidence = {"tried": answer.get("tried", ""), "answer": answer["said"] or f"exit status {answer['rc']}"}
    return str(Reason("MACHINE_UNKNOWN", host, {key: value for key, value in evidence.items() if value}))


def unreachable(looked: Mapping[str, Mapping[str, Any]], hosts: Iterable[str] | None = None) -> list[str]:
    """A line for each host (none given: each that was asked) that its connection did not reach."""
    found = []
    for host in looked if hosts is None else hosts:
        broken = [one for one in (looked.get(host) or {}).values() if one["status"] == UNREACHABLE]
        found += [why(host, broken[0])] if broken else []
    return found


def unable(looked: Mapping[str, Mapping[str, Any]], methods: Mapping[str, str], ended: Iterable[str] = ()) -> list[str]:
    """A line for each host whose process cannot be ended as the inventory says, or of which that is not known.

    methods: host → docker, systemd or command. The engine of docker is asked elsewhere. ended: hosts whose process runs
    no more. One that answers RocketMQ's protocol and that no process on the machine shows would be taken for ended.
    """
    found = []
    for host, method in methods.items():
        answer = (looked.get(host) or {}).get("method") or NOT_ASKED
        if method == "docker":
            continue
        if running((looked.get(host) or {}).get("process")) is False and host not in ended:
            found.append(
                f"{host} by {method}: it answers RocketMQ's protocol, but no process there fits its pattern"
                " (rocketmq_process_pattern; or this user does not see the processes of others)"
            )
            continue
        if answer["ok"]:
            starters, wrong = supervision.judge(answer["lines"])
            found += [f"{host} by {method}: {wrong}"] if wrong else []
            found += [str(Reason("PROCESS_SUPERVISED", host, {"seen": first_of(starters)}))] if starters else []
            continue
        found.append(f"{host} by {method}: {answer['said']}" if answer["status"] == ANSWERED else why(host, answer))
    return found


def first_of(lines: list[str]) -> str:
    """The first of some lines, and how many more there are."""
    return f"{lines[0]} (and {len(lines) - 1} more)" if len(lines) > 1 else "".join(lines)


def not_ended(answer: Mapping[str, Any]) -> str:
    """Why a process has not ended although it was stopped, by the answer to machine_end.stop."""
    if answer["status"] == ANSWERED and answer["rc"] == machine_end.CAME_BACK:
        lineage = supervision.parse(line for line in answer["lines"] if line.strip() != "terminated")
        return supervision.returned(lineage) if lineage else "it was started again"
    if answer["status"] == ANSWERED:
        return str(answer["said"])
    return f"nothing is known of it ({answer['status']}): {answer['said']}"


def containers(results: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """What keeps containers from being ended by their engines, of results of docker_container_info (item: the host)."""
    found = []
    for result in results:
        host, container = str(result["item"]), result.get("container") or {}
        if not result.get("exists") or not container:
            why_not = printable(result.get("msg") or "its engine has no such container", 300)
            found.append(Reason("COMMAND_FAILED", f"{host}/rocketmq_method", {"answer": why_not}))
            continue
        name = printable(str(container.get("Name") or "").lstrip("/"), 100)
        policy = ((container.get("HostConfig") or {}).get("RestartPolicy") or {}).get("Name")
        if policy == "always":
            seen = (
                f"the engine starts container {name} again whenever it starts itself (restart policy always): docker"
                f" update --restart=unless-stopped {name}"
            )
            found.append(Reason("PROCESS_SUPERVISED", host, {"seen": seen}))
    return found


def mute(looked: Mapping[str, Mapping[str, Any]], hosts: Iterable[str], names: Iterable[str]) -> list[str]:
    """A line for each host without an answer to one of the questions; resets and memory have to be a number."""
    found = []
    for host in hosts:
        for name in names:
            answer = (looked.get(host) or {}).get(name) or NOT_ASKED
            told = running(answer) is not None if name == "process" else answer["ok"]
            if told and name in ("resets", "memory"):
                told = bool(answer["lines"]) and answer["lines"][-1].strip().isdigit()
                said = f"no number: {printable(' '.join(answer['lines'][-3:]), 100)}"
                answer = answer if told else {**answer, "said": said}
            if not told:
                found.append(why(host, answer))
                break
    return found


def unread(host: str, answer: Mapping[str, Any]) -> list[str]:
    """Why the sockets in an answer of ss are not known, one line at most; lines that are none of ss are counted."""
    if answer["status"] != ANSWERED:
        return [why(host, answer)]
    odd = parse_ss(host, answer["lines"])[1]
    if not answer["ok"]:
        return [f"{host}: ss: {answer['said']}"]
    return [f"{host}: {len(odd)} lines are none of ss, such as {printable(odd[0], 100)}"] if odd else []


def peers(host: str, address: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """C({lines, error}): lines of ss about the ports of a process to which clients connect, or why there is none."""
    answer = answers.get("sockets") or next(iter(answers.values()), NOT_ASKED)
    why_not = unread(host, answer) if answers.get("sockets") else [why(host, answer)]
    if why_not:
        return {"lines": [], "error": why_not[0]}
    port = int(address.rpartition(":")[2])
    local = {str(port), str(port + FAST_PORT_SHIFT)}
    sockets = [one for one in parse_ss(host, answer["lines"])[0] if one.local.rpartition(":")[2] in local]
    return {"lines": [f"0 0 {one.local} {one.peer}" for one in sockets], "error": ""}
