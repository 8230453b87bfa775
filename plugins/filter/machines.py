# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about commands on machines: what a machine is asked, and what of its output is the answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.release import FAST_PORT_SHIFT
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory import processes
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.processes import stop_method
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import parse_ss
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import commands as machine_commands
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import end as machine_end
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import identity as machine_identity
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import (
    kept_processes,
    start_user,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import settings as machine_settings
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import state as machine_state
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import (
    GARBLED,
    Answer,
    framed,
    printable,
    read,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import address_lists
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told

# Of the loop in roles/migration/tasks/on_machine.yml: each result holds the host that was asked, and the mark.
CALL = "__migration_machine"


def machine_calls(hosts: list[str]) -> list[dict[str, str]]:
    """One call for each host, with a mark that nothing else prints: a list of C({host, mark})."""
    return [{"host": host, "mark": f"mqops-{secrets.token_hex(8)}"} for host in hosts]


def machine_frame(commands: Mapping[str, str], mark: str, limit: int) -> str:
    """The text for C(raw) that runs the commands (name → text for sh), each for at most C(limit) seconds."""
    return framed(commands, mark, int(limit))


def _connection(values: Any) -> str:
    """How Ansible reaches a host, in words for a message."""
    kind = str(values.get("ansible_connection") or "ssh").rpartition(".")[2]
    user = values.get("ansible_user") or values.get("ansible_ssh_user")
    place = values.get("ansible_host") or values.get("ansible_ssh_host") or values.get("inventory_hostname") or ""
    port = values.get("ansible_port") or values.get("ansible_ssh_port")
    return f"{kind} {f'{user}@' if user else ''}{place}{f':{port}' if port else ''}"


def _answers(
    said: Any, hostvars: Any, names: Iterable[str] | None, hosts: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Host → name of a command → its answer, of a registered on_machine.yml; C(names) none: those that were asked.

    hosts: those that were asked, each of which has an answer then. Before ansible-core 2.19 an error that is met before
    the connection, such as a look-up of a password that fails, ends the whole loop without a result for anybody.
    """
    found: dict[str, dict[str, Any]] = {}
    for result in (said or {}).get("results") or []:
        call = result.get(CALL)
        if not isinstance(call, Mapping):
            continue
        host = str(call["host"])
        tried = _connection(hostvars[host]) if hostvars and host in hostvars else "the inventory's connection"
        for name in names or call.get("asked") or ["command"]:
            found.setdefault(host, {})[name] = {
                **read(result, call["mark"], name).as_dict(), "tried": tried, "answered": result.get("answered"),
            }  # fmt: skip
    for host in set(hosts) - found.keys():
        why = printable((said or {}).get("msg") or "no result came back", 300)
        answer = Answer(GARBLED, said=f"it was not asked: {why}").as_dict()
        found[host] = {name: {**answer, "tried": "the inventory's connection"} for name in names or ["command"]}
    return found


@told
def machine_answers(said: Any, hosts: list[str], name: str = "command", hostvars: Any = None) -> dict[str, Any]:
    """Host → its answer to the command C(name), out of what on_machine.yml has registered for these hosts."""
    return {host: answers[name] for host, answers in _answers(said, hostvars, [name], hosts).items()}


@told
def machines_looked(
    said: list[Any], hostvars: Any, names: list[str], hosts: list[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Host → name → answer, out of what on_machine.yml has registered on several hosts, or several times.

    hosts: of one registered for several hosts, those that were asked, so that none of them is without an answer.
    """
    found: dict[str, dict[str, Any]] = {}
    for one in said:
        for host, answers in _answers(one, hostvars, names, hosts or ()).items():
            found.setdefault(host, {}).update(answers)
    return found


def machine_command(
    values: Any, kind: str, broker: str = "", nameserver: str = "", seconds: int = 0, facts: str = "",
    kept: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None, address_server: str = "",
) -> str:
    """The command C(kind) for a host, by its variables: process, sockets, own_sockets, method, stop, start, resets,
    memory, identity, settings, edit, fetch or facts.

    C(broker), C(nameserver): the usual patterns of processes. C(seconds): how long a process is given to end.
    C(facts): the text of the command of that name. C(kept): what was kept of the host's process before it was ended.
    C(settings): what the file is given by edit, none for a setting that is taken out. C(address_server): from which
    fetch gets the list of the host's broker.
    """
    role = values.get("rocketmq_role")
    pattern = processes.pattern(values, broker, nameserver) if role else ""
    unit, seconds = str(values.get("rocketmq_unit") or ""), int(seconds)
    end = str(values.get("rocketmq_stop_command") or "")
    user = str(values.get("rocketmq_user") or "")
    port = processes.port(values)
    # Clients send to the fast port.
    ports = [port] if role == "nameserver" else [port, port + FAST_PORT_SHIFT]
    kinds: dict[str, Callable[[], str]] = {
        "process": lambda: machine_commands.process(pattern),
        "sockets": machine_commands.sockets,
        "own_sockets": lambda: machine_commands.sockets(*ports),
        "method": lambda: machine_end.can_end(stop_method(values), pattern, unit, seconds, end, user),
        "stop": lambda: machine_end.stop(stop_method(values), pattern, unit, seconds, end),
        "start": lambda: start_user.start(
            stop_method(values), pattern, unit, str(values.get("rocketmq_start_command") or ""), end, user,
            process_known(values, kept),
        ),
        "resets": machine_commands.refused_connections,
        "memory": machine_commands.memory,
        "identity": lambda: machine_identity.ask(pattern),
        "settings": lambda: machine_settings.look(process_known(values, kept)["config_file"]),
        "edit": lambda: machine_settings.edit(
            process_known(values, kept)["config_file"],
            # Before ansible-core 2.19 a template makes an empty text of none.
            {key: value or None for key, value in (settings or {}).items()},
        ),
        "fetch": lambda: machine_commands.fetch(address_server, address_lists.path_of(values)),
        "facts": lambda: facts,
    }
    if kind not in kinds:
        raise AnsibleFilterError(f"machine_command: {kind!r} is none of {', '.join(kinds)}")
    try:
        return kinds[kind]()
    except ValueError as error:
        raise AnsibleFilterError(f"machine_command: {kind}: {error}") from error


def process_known(values: Any, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is known of a host's process: what was kept of it, overruled by the host's variables."""
    return kept_processes.known(
        kept, str(values.get("rocketmq_config_file") or "").strip(), str(values.get("rocketmq_user") or "").strip()
    )


def machine_commands_of(values: Any, kinds: list[str], **more: Any) -> dict[str, str]:
    """The commands C(kinds) for a host as P(mqops.rocketmq.machine_frame#filter) takes them."""
    return {kind: machine_command(values, kind, **more) for kind in kinds}


def machines_unreachable(looked: Mapping[str, Mapping[str, Any]], hosts: list[str] | None = None) -> list[str]:
    """A line for each host that its connection did not reach, with its reason and what was tried."""
    return machine_state.unreachable(looked, hosts)


def machines_unable(
    looked: Mapping[str, Mapping[str, Any]], hosts: list[str], hostvars: Any, ended: list[str]
) -> list[str]:
    """A line for each of the hosts whose process cannot be ended as the inventory says, or is not known to be."""
    return machine_state.unable(looked, {host: stop_method(hostvars[host]) for host in hosts}, ended)



def machine_peers(sources: list[dict[str, Any]], looked: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who is connected to the processes of the sources, as O(mqops.rocketmq.rocketmq_plan#module:peers) takes it."""
    return [
        {"source": source["name"], "host": host, **machine_state.peers(host, address, looked.get(host) or {})}
        for source in sources
        for host, address in machine_state.addresses(source).items()
    ]


def machines_without(hosts: list[str], looked: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    """The hosts that were not asked the question C(name), although they can be reached as far as is known."""
    return [
        host for host in hosts
        if name not in (answers := looked.get(host) or {})
        and not any(answer["status"] == "unreachable" for answer in answers.values())
    ]


def machines_mute(hosts: list[str], looked: Mapping[str, Mapping[str, Any]], names: list[str]) -> list[str]:
    """A line for each of the hosts that has not answered one of the questions; a number where it has to be one."""
    return machine_state.mute(looked, hosts, names)


def sockets_unread(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each host whose connections are not known: no answer of ss, or lines that are none of its."""
    return [line for host, answer in answers.items() for line in machine_state.unread(host, answer)]


def sockets_seen(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Each established connection as C(LOCAL from PEER), of what C(ss -tn) has printed on the hosts."""
    sockets = [one for host, answer in answers.items() for one in parse_ss(host, answer["lines"])[0]]
    return [f"{socket.local} from {socket.peer}" for socket in sockets]


class FilterModule:
    """The collection's filters about commands on machines."""

    def filters(self) -> dict[str, Any]:
        return {
            "machine_answers": machine_answers,
            "machine_calls": machine_calls,
            "machine_command": machine_command,
            "machine_commands": machine_commands_of,
            "machine_frame": machine_frame,
            "machine_peers": machine_peers,
            "machines_looked": machines_looked,
            "machines_mute": machines_mute,
            "machines_unable": machines_unable,
            "machines_unreachable": machines_unreachable,
            "machines_without": machines_without,
            "process_known": process_known,
            "sockets_seen": sockets_seen,
            "sockets_unread": sockets_unread,
        }
