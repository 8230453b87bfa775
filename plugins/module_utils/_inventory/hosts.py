# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of an inventory: each is one process of a cluster, on the machine with its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._admin.release import BROKER_PORT, MASTER_ID, NAMESERVER_PORT
from .forms import Unreadable, given, not_computed, shown
from .mistakes import Mistakes
from .names import COMMANDS, PLAYS, PREFIX, ROLES, RUN, VARIABLES, closest, not_known

DEFAULT_PORT = {"nameserver": NAMESERVER_PORT, "master": BROKER_PORT, "slave": BROKER_PORT}

HostVars = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Host:
    """One process of a cluster. None stands for what is missing or wrong; that is among the mistakes then."""

    name: str
    role: str | None
    cluster: str | None
    machine: str | None
    port: int | None
    nameserver_name: str | None
    pattern: str | None
    pattern_given: bool
    broker: str | None
    id: int | None

    @property
    def address(self) -> str | None:
        return f"{self.machine}:{self.port}" if self.machine and self.port else None


class Hosts:
    """Reads hosts out of C(hostvars) and adds what is wrong with them to C(mistakes)."""

    def __init__(self, hostvars: HostVars, mistakes: Mistakes) -> None:
        self.hostvars = hostvars
        self.mistakes = mistakes

    def value(self, host: str, name: str) -> Any:
        """A variable of a host if it is given and has its form; what is wrong with it becomes a mistake."""
        value = self.hostvars[host].get(name) if host in self.hostvars else None
        # A variable of the run belongs to no host, although it is read from localhost.
        where = None if name in RUN else host
        if name in PLAYS and not_computed(value):
            return None
        if isinstance(value, Unreadable):
            self.mistakes.add(f"{name} cannot be computed: {value.why}", where)
            return None
        if name not in COMMANDS and not_computed(value):
            self.mistakes.add(f"{name} cannot be computed: {shown(value)}", where)
            return None
        if not given(value):
            return None
        wrong = VARIABLES[name](value)
        if wrong:
            self.mistakes.add(f"{name} {wrong}", where)
            return None
        return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value

    def required(self, host: str, name: str, what: str) -> Any:
        """As C(value), and a mistake where it is not given: of a misspelt name, if the host has one."""
        value = self.value(host, name)
        if value is None and not self.has_value(host, name):
            misspelt = [other for other in self.unknown(host) if closest(other) == name]
            for other in misspelt:
                self.mistakes.add(not_known(other), host)
            if not misspelt:
                self.mistakes.add(f"has no {name} ({what})", host)
        return value

    def unknown(self, host: str) -> list[str]:
        """The variables of a host that look like the collection's and are not."""
        names = self.hostvars[host] if host in self.hostvars else ()
        others = self.hostvars[host].get("rocketmq_other_variables") if names else None
        others = others.split(",") if isinstance(others, str) else others
        known = VARIABLES.keys() | {str(one).strip() for one in (others if isinstance(others, (list, tuple)) else ())}
        return sorted(str(name) for name in names if str(name).startswith(PREFIX) and name not in known)

    def present(self, host: str, name: str) -> bool:
        """Whether the host has the variable; its value is not computed."""
        return host in self.hostvars and name in self.hostvars[host]

    def has_value(self, host: str, name: str) -> bool:
        """Whether the variable is given, with whatever value."""
        return host in self.hostvars and given(self.hostvars[host].get(name))

    def read(self, host: str) -> Host:
        role = self.required(host, "rocketmq_role", f"one of: {', '.join(ROLES)}")
        cluster = self.required(host, "rocketmq_cluster", "the name of its cluster, brokerClusterName")
        machine = self.required(host, "rocketmq_address", "the IP address that RocketMQ clients reach")
        port = self.value(host, "rocketmq_port")
        if port is None and role and not self.has_value(host, "rocketmq_port"):
            port = DEFAULT_PORT[role]
        broker = ident = None
        if role in ("master", "slave"):
            broker = self.required(host, "rocketmq_broker_name", f"it is a {role}")
            ident = self._id(host, role)
        return Host(
            name=host,
            role=role,
            cluster=cluster,
            machine=machine,
            port=None if port is None else int(port),
            nameserver_name=self.value(host, "rocketmq_nameserver_name"),
            pattern=self.value(host, "rocketmq_process_pattern"),
            pattern_given=self.has_value(host, "rocketmq_process_pattern"),
            broker=broker,
            id=ident,
        )

    def _id(self, host: str, role: str) -> int | None:
        value = self.value(host, "rocketmq_broker_id")
        if value is None:
            return None if self.has_value(host, "rocketmq_broker_id") else int(role == "slave")
        if (role == "master") != (int(value) == MASTER_ID):
            self.mistakes.add(f"is a {role} with rocketmq_broker_id {value} (0 is the master)", host)
            return None
        return int(value)
