# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine is asked: the text of each command, by the variables of its host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from .._admin.release import FAST_PORT_SHIFT
from .._migration.machines import commands, end, identity, kept_processes, settings, start_user
from .._migration.progress import address_lists
from . import preflight, processes

# Questions that change something on the machine; each other one only reads.
CHANGING = frozenset({"stop", "start", "edit"})


@dataclass(frozen=True)
class Known:
    """What questions need beyond the variables of the host. C(broker), C(nameserver): the usual patterns of processes.
    C(seconds): how long a process is given to end. C(kept): what was kept of the host's process before it was ended.
    C(settings): what the file is given by edit, none for a setting that is taken out. C(address_server): from which
    fetch gets the list of the host's broker. Of facts: C(script), which tells them; C(estate); C(wait), seconds for a
    connection; C(now), seconds since 1970.
    """

    broker: str = ""
    nameserver: str = ""
    seconds: int = 0
    kept: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    address_server: str = ""
    script: str = ""
    estate: Mapping[str, Any] = field(default_factory=dict)
    wait: int = 0
    now: float = 0.0


def command(host: str, values: Mapping[str, Any], question: str, known: Known) -> str:
    """The command for one question to a host. Raises ValueError, in words, for one that the host cannot be asked."""
    role = values.get("rocketmq_role")
    pattern = processes.pattern(values, known.broker, known.nameserver) if role else ""
    unit, stop = str(values.get("rocketmq_unit") or ""), str(values.get("rocketmq_stop_command") or "")
    start, user = str(values.get("rocketmq_start_command") or ""), str(values.get("rocketmq_user") or "")
    seconds, port = int(known.seconds), processes.port(values)
    # Clients send to the fast port.
    ports = [port] if role == "nameserver" else [port, port + FAST_PORT_SHIFT]

    def method() -> str:
        return processes.stop_method(values)

    def process() -> dict[str, Any]:
        file, owner = (str(values.get(name) or "").strip() for name in ("rocketmq_config_file", "rocketmq_user"))
        return kept_processes.known(known.kept, file, owner)

    def facts() -> str:
        words = [f"asked={known.now}", f"wait={known.wait}", *preflight.questions(known.estate, values, host)]
        # Without --norc bash reads .bashrc where it takes itself for started by sshd, and what that prints is no fact.
        return f"exec /bin/bash --norc -c {quote(known.script)} preflight {' '.join(map(quote, words))}"

    questions: dict[str, Callable[[], str]] = {
        "process": lambda: commands.process(pattern),
        "sockets": commands.sockets,
        "own_sockets": lambda: commands.sockets(*ports),
        "method": lambda: end.can_end(method(), pattern, unit, seconds, stop, user),
        "stop": lambda: end.stop(method(), pattern, unit, seconds, stop),
        "start": lambda: start_user.start(method(), pattern, unit, start, stop, user, process()),
        "resets": commands.refused_connections,
        "memory": commands.memory,
        "identity": lambda: identity.ask(pattern),
        "settings": lambda: settings.look(process()["config_file"]),
        # Before ansible-core 2.19 a template makes an empty text of none.
        "edit": lambda: settings.edit(
            process()["config_file"], {key: value or None for key, value in known.settings.items()}
        ),
        "fetch": lambda: commands.fetch(known.address_server, address_lists.path_of(values)),
        "facts": facts,
    }
    if question not in questions:
        raise ValueError(f"{question!r} is none of {', '.join(questions)}")
    try:
        return questions[question]()
    except ValueError as error:
        raise ValueError(f"{question}: {error}") from error


def connection(values: Mapping[str, Any]) -> str:
    """How Ansible reaches a host, in words for a message."""
    kind = str(values.get("ansible_connection") or "ssh").rpartition(".")[2]
    user = values.get("ansible_user") or values.get("ansible_ssh_user")
    place = values.get("ansible_host") or values.get("ansible_ssh_host") or values.get("inventory_hostname") or ""
    port = values.get("ansible_port") or values.get("ansible_ssh_port")
    return f"{kind} {f'{user}@' if user else ''}{place}{f':{port}' if port else ''}"
