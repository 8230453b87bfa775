# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the machines can carry the target, and whether each machine reaches the addresses that it has to reach.

C(probes) says what each machine is to be asked, C(parse) reads what it printed
(roles/migration/files/preflight_machine.sh), C(judge) decides. Before anything listens on the target a refused
connection proves the way to it: a reset comes from the machine itself. A time-out or an unreachable network does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._admin import release
from ..reasons.reason import Reason

REACHED = ("open", "refused")
CONTROL = "control host"
# What the role address_server adds to the name of the name server's container.
ADDRESS_SERVER_SUFFIX = "-addresses"
# What the phases run on the machines, beside the shell.
SOURCE_TOOLS = ("pgrep", "pkill", "ss", "awk")
TARGET_TOOLS = ("ss",)
UNLIMITED = 2**63 - 1
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


@dataclass(frozen=True)
class Machine:
    """What one machine printed. Sizes in bytes, clocks in seconds since the epoch; None when the machine did not say
    it.

    asked: the control host's clock when it sent the question, handed back.
    listening: port → process, as far as it is shown. connections: address → open, refused or what the system said.
    resolved: name → addresses as the machine itself resolves it. pinned: name → address in its hosts file.
    """

    asked: float | None = None
    clock: float | None = None
    cores: int | None = None
    memory: int | None = None
    memory_free: int | None = None
    disk: tuple[int, int, int] | None = None  # total, used, free for an ordinary user
    open_files: int | None = None
    mappings: int | None = None
    listening: dict[int, str] = field(default_factory=dict)
    connections: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    resolved: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pinned: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Engine:
    """The container engine of a target machine. running: container names. images: name and tag → id."""

    version: str
    running: frozenset[str] = frozenset()
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Host:
    """One machine as the inventory has it, with what was read from it; text instead says why it was not.

    unreachable: whether that is because its connection did not come about; tried: how it was tried. failed: commands of
    later phases that were run there and failed → what came back. supervised: who would start its process again.

    kind: target, source, business or control. answered: the control host's clock when the answer was there.
    memory: bytes that its process is given. nofile: open files that its container is given, 0 for the engine's.
    connect: the addresses that it has to reach. address_server: the port on which it will serve the target's brokers
    their lists of name servers, 0 on other machines.
    """

    name: str
    kind: str
    machine: Machine | str
    answered: float | None = None
    role: str = ""
    port: int = 0
    container: str = ""
    address_server: int = 0
    image: str = ""
    memory: int = 0
    nofile: int = 0
    disk_ratio: int = release.DISK_RATIO
    engine: Engine | str = ""
    connect: tuple[str, ...] = ()
    unreachable: bool = False
    tried: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    supervised: str = ""


@dataclass(frozen=True)
class Needs:
    """What a target master's machine must have room for: queues, and bytes of messages (None: not known).

    engine: the lowest version. skew: seconds between two clocks. image_planned: its absence is only a notice.
    """

    queues: int = 0
    disk: int | None = None
    engine: str = "20.10"
    skew: float = 5.0
    image_planned: bool = False


def probes(estate: Mapping[str, Any], addresses: Mapping[str, str], host: str) -> tuple[str, ...]:
    """The addresses (C(ip:port)) that I(host) has to reach. addresses: host → C(ip:port) of each member.

    Target to every name server, the address server and the brokers that share its name (HA); clients to all that the
    target will offer them; the control host to all brokers and name servers, and the address server.
    """
    target = estate["target"]
    servers = [server for cluster in (*estate["sources"], target) for server in cluster["nameservers"]]
    wanted: list[str] = []
    if host == CONTROL:
        brokers = [broker for cluster in (*estate["sources"], target) for broker in cluster["brokers"]]
        wanted = [*servers, *(broker["address"] for broker in brokers), target["address_server"]]
    elif host in estate["business"]:
        # Clients send to the fast port by default; that of replication is for brokers only.
        wanted = list(target["nameservers"])
        for broker in target["brokers"]:
            wanted += [_shifted(broker["address"], release.FAST_PORT_SHIFT), broker["address"]]
    elif host in (*target["hosts"]["masters"], *target["hosts"]["slaves"]):
        own = next((broker for broker in target["brokers"] if broker["address"] == addresses[host]), None)
        wanted = [*servers, target["address_server"]]
        for broker in target["brokers"]:
            if own is not None and broker["name"] == own["name"] and broker is not own:
                wanted += [_shifted(broker["address"], shift) for shift in release.BROKER_PORT_SHIFTS]
    return tuple(dict.fromkeys(wanted))


def parse(text: str) -> Machine | str:
    """The facts in what a machine printed; text when it is cut or holds a line that is none."""
    single: dict[str, Any] = {}
    lists: dict[str, list[str]] = {"missing": [], "resolver": []}
    tables: dict[str, dict[Any, Any]] = {"listen": {}, "connect": {}, "resolved": {}, "pinned": {}}
    ended = False
    for line in text.replace("\r", "").splitlines():
        key, _blank, value = line.strip().partition(" ")
        words = value.split()
        try:
            if key == "end":
                ended = True
            elif key in ("asked", "clock"):
                single[key] = float(value)
            elif key in ("cores", "memory", "memory_free", "mappings"):
                single[key] = int(value)
            elif key == "open_files":
                single[key] = UNLIMITED if value == "unlimited" else int(value)
            elif key == "disk":
                total, used, free = map(int, words)
                single["disk"] = (total, used, free)
            elif key in lists:
                lists[key] += words
            elif key == "listen":
                port = int(words[0].rpartition(":")[2])
                tables["listen"][port] = " ".join(words[1:]) or tables["listen"].get(port, "")
            elif key == "connect":
                tables["connect"][words[0]] = " ".join(words[1:])
            elif key == "resolved":
                tables["resolved"][words[0]] = tuple(words[1:])
            elif key == "pinned":
                tables["pinned"][words[0]] = words[1]
            elif key:
                return f"it printed a line that is no fact: {line.strip()[:80]}"
        except (ValueError, IndexError):
            return f"it printed a fact that cannot be read: {line.strip()[:80]}"
    if not ended:
        return "its answer is cut" if single else "it printed nothing"
    return Machine(
        listening=tables["listen"],
        connections=tables["connect"],
        missing=tuple(lists["missing"]),
        resolvers=tuple(lists["resolver"]),
        resolved=tables["resolved"],
        pinned=tables["pinned"],
        **single,
    )


def judge(hosts: Iterable[Host], needs: Needs) -> list[Reason]:
    """All reasons about the machines, host after host."""
    hosts = list(hosts)
    most = max(
        (host.machine.cores or 0 for host in hosts if host.kind == "source" and isinstance(host.machine, Machine)),
        default=0,
    )
    found: list[Reason] = []
    for host in hosts:
        if isinstance(host.machine, str):
            evidence = {"tried": host.tried} if host.tried else {}
            code = "MACHINE_UNREACHABLE" if host.unreachable else "MACHINE_UNKNOWN"
            found.append(Reason(code, host.name, {**evidence, "answer": host.machine}))
        else:
            found += _commands(host, host.machine)
            found += _tools(host, host.machine)
            found += _clock(host, host.machine, needs)
            found += _ways(host, host.machine)
        if host.kind == "target":
            found += _engine(host, needs)
            if isinstance(host.machine, Machine):
                found += _ports(host, host.machine)
                found += _room(host, host.machine, needs, most)
    found += _images(hosts)
    return found


def _commands(host: Host, machine: Machine) -> Iterator[Reason]:
    """A command that is not there at all is named as missing, not as failed."""
    # How a process is ended needs both.
    missing = {*machine.missing, *(["rocketmq_method"] if {"pgrep", "pkill"} & {*machine.missing} else [])}
    for command, answer in host.failed.items():
        if command not in missing:
            yield Reason("COMMAND_FAILED", f"{host.name}/{command}", {"answer": answer})
    if host.supervised:
        yield Reason("PROCESS_SUPERVISED", host.name, {"seen": host.supervised})


def _tools(host: Host, machine: Machine) -> Iterator[Reason]:
    if machine.missing:
        yield Reason("TOOL_MISSING", host.name, {"commands": ", ".join(machine.missing)})


def _clock(host: Host, machine: Machine, needs: Needs) -> Iterator[Reason]:
    if host.kind not in ("source", "target"):
        return
    seconds = None
    if machine.clock is not None and machine.asked is not None:
        # It was read at some moment between the question and the answer, late on a busy machine: what lies between is
        # no difference.
        behind, ahead = machine.clock - machine.asked, machine.clock - (host.answered or machine.asked)
        seconds = behind if behind < 0 else max(ahead, 0.0)
    if seconds is None or abs(seconds) > needs.skew:
        told = "not told" if seconds is None else f"{seconds:+.1f} s"
        yield Reason("CLOCK_SKEW", host.name, {"against the control host": told, "limit": f"{needs.skew:g} s"})


def _ways(host: Host, machine: Machine) -> Iterator[Reason]:
    """One reason for each machine that is not reached, with its ports."""
    lost: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    for address in host.connect:
        answer = machine.connections.get(address, "not tried")
        if answer not in REACHED:
            ip, _colon, port = address.rpartition(":")
            lost.setdefault(ip, []).append(port)
            answers.setdefault(ip, answer)
    code = "UNREACHABLE_FROM_BUSINESS" if host.kind == "business" else "UNREACHABLE"
    for ip, ports in lost.items():
        yield Reason(code, f"{host.name}/{ip}", {"ports": ", ".join(ports), "answer": answers[ip]})


def _engine(host: Host, needs: Needs) -> Iterator[Reason]:
    if isinstance(host.engine, str):
        yield Reason("ENGINE_UNKNOWN", host.name, {"answer": host.engine or "not asked"})
        return
    if _numbers(host.engine.version) < _numbers(needs.engine):
        yield Reason("ENGINE_OLD", host.name, {"version": host.engine.version, "wanted": needs.engine})
    if host.image not in host.engine.images:
        code = "IMAGE_PLANNED" if needs.image_planned else "IMAGE_MISSING"
        yield Reason(code, f"{host.name}/{host.image}")


def _images(hosts: Iterable[Host]) -> Iterator[Reason]:
    """The same name has to be the same image everywhere."""
    found: dict[str, dict[str, list[str]]] = {}
    for host in hosts:
        if isinstance(host.engine, Engine) and host.image in host.engine.images:
            found.setdefault(host.image, {}).setdefault(host.engine.images[host.image], []).append(host.name)
    for image, users in found.items():
        if len(users) > 1:
            yield Reason("IMAGE_DIFFERS", image, {number: ", ".join(names) for number, names in users.items()})


def _ports(host: Host, machine: Machine) -> Iterator[Reason]:
    shifts = (0,) if host.role == "nameserver" else release.BROKER_PORT_SHIFTS
    wanted = [] if _is_running(host) else [host.port + shift for shift in shifts]
    if host.address_server and not _runs(host, host.container + ADDRESS_SERVER_SUFFIX):
        wanted.append(host.address_server)
    for port in wanted:
        if port in machine.listening:
            yield Reason("PORT_IN_USE", f"{host.name}/{port}", {"process": machine.listening[port] or "not shown"})


def _is_running(host: Host) -> bool:
    """Whether what listens there is what was deployed there before."""
    return _runs(host, host.container)


def _runs(host: Host, container: str) -> bool:
    return isinstance(host.engine, Engine) and container in host.engine.running


def _room(host: Host, machine: Machine, needs: Needs, most_cores: int) -> Iterator[Reason]:
    """Cores, memory, disk, open files and mappings. A figure that the machine did not say counts as too low."""
    if machine.cores is None or (host.role != "nameserver" and machine.cores < most_cores):
        yield Reason("CORES_FEW", host.name, {"cores": machine.cores or "not told", "sources": most_cores})
    wanted = host.memory + release.MEMORY_BESIDE
    have = machine.memory if _is_running(host) else min(machine.memory or 0, machine.memory_free or 0)
    if (have or 0) < wanted:
        evidence = {"wanted": wanted, "free": machine.memory_free, "total": machine.memory}
        yield Reason("MEMORY_SHORT", host.name, evidence)
    if host.role == "nameserver":
        return
    yield from _disk(host, machine, needs)
    files = needs.queues + release.FILES_BESIDE
    for code, limit in (("OPEN_FILES_LOW", host.nofile or machine.open_files), ("MAP_COUNT_LOW", machine.mappings)):
        if limit is None or limit < files:
            told = "not told" if limit is None else limit
            yield Reason(code, host.name, {"limit": told, "wanted": files, "queues": needs.queues})


def _disk(host: Host, machine: Machine, needs: Needs) -> Iterator[Reason]:
    if machine.disk is None or needs.disk is None:
        who = "this machine" if machine.disk is None else "a source"
        yield Reason("DISK_SHORT", host.name, {"not told by": who})
        return
    total, used, free = machine.disk
    share = 0 if _is_running(host) else needs.disk
    full = 100 * (used + share) / total if total else 100.0
    if share > free or full > host.disk_ratio:
        evidence = {"wanted": share, "free": free, "full then": f"{full:.0f} %", "limit": f"{host.disk_ratio} %"}
        yield Reason("DISK_SHORT", host.name, evidence)


def parse_size(text: str) -> int:
    """Bytes of a size as a JVM takes it: C(512m), C(8g), a plain number. Raises ValueError for anything else."""
    match = re.fullmatch(r"(\d+)([kmgt]?)", str(text).strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is no size of the form 512m or 8g")
    return int(match[1]) * _UNITS[match[2]]


def parse_nofile(ulimits: Iterable[str]) -> int:
    """The hard limit of open files out of a container's ulimits (C(nofile:SOFT:HARD)); 0 when it is not there."""
    for item in ulimits:
        name, *numbers = str(item).split(":")
        if name == "nofile" and numbers and numbers[-1].isdigit():
            return int(numbers[-1])
    return 0


def _shifted(address: str, shift: int) -> str:
    host, _colon, port = address.rpartition(":")
    return f"{host}:{int(port) + shift}"


def _numbers(version: str) -> tuple[int, ...]:
    """C(20.10.24+dfsg1) as (20, 10, 24); what is no version is older than any."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()
