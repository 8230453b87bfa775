# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that an inventory alone shows to be wrong, in one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .._migration.machines import end as machine_end
from .._migration.progress import address_lists
from .._migration.reasons.waivers import waiver_problems
from .estate import Groups, Reader
from .forms import given, meant, secret
from .hosts import HostVars
from .mistakes import Mistakes
from .names import HOST, RUN, closest, not_known

# The inventory's name of the control host, for which the playbooks read what belongs to the whole run.
CONTROL = "localhost"
# Settings of a broker by which it knows its name servers, or where to fetch them.
FETCH_OPTIONS = ("namesrvAddr", "fetchNamesrvAddrByAddressServer")


def find_mistakes(
    hostvars: HostVars,
    groups: Groups,
    batch: Any = None,
    sources: str | Iterable[str] = "sources",
    target: str = "target",
    business: str = "business",
    python: str = "",
    dns_servers: Any = None,
) -> Mistakes:
    """All mistakes of an inventory for a migration, or, with no group in C(sources), for the target alone.

    python: the interpreter of localhost's modules; C(auto) and its like, with which Ansible takes the first that it
    finds, is a mistake of an inventory that lists localhost. dns_servers: what the run has found for
    rocketmq_dns_servers, which a play can give, too.
    """
    mistakes = Mistakes(groups)
    reader = Reader(hostvars, groups, mistakes)
    reader.read(batch, sources, target, business)
    clients = [str(host) for host in groups.get(business) or []]
    hosts = list(dict.fromkeys([*([CONTROL] if CONTROL in hostvars else []), *reader.hosts, *clients]))
    mistakes.looked_at = set(hosts)
    if python.startswith("auto") and CONTROL in {str(host) for name in groups for host in groups[name]}:
        mistakes.add(
            "has no ansible_python_interpreter of its own (or auto), so that modules would run with any Python that"
            " Ansible finds there, and"
            ' they need dnspython and requests; write ansible_python_interpreter: "{{ ansible_playbook_python }}"',
            CONTROL,
        )
    _Check(reader, mistakes).all(hosts, clients, groups, business, given(dns_servers))
    return mistakes


class _Check:
    def __init__(self, reader: Reader, mistakes: Mistakes) -> None:
        self.reader = reader
        self.inventory = reader.inventory
        self.mistakes = mistakes

    def all(self, hosts: list[str], clients: list[str], groups: Groups, business: str, served: bool) -> None:
        for host in self.reader.hosts:
            if self.inventory.value(host, "rocketmq_method") == "systemd":
                self.inventory.required(host, "rocketmq_unit", "its rocketmq_method is systemd")
            self._stop_command(host)
            if host in self.reader.targets:
                self._own_list(host)
        if self.reader.parents:
            self._clients(clients, groups, business)
            self._migration(hosts, served)
        for host in hosts:
            for name in self.inventory.unknown(host):
                self.mistakes.add(not_known(name), host)
            for name in RUN:
                self._variable_of_the_run(host, name)
        # What else a machine of clients has is never read.
        for host in self.reader.hosts:
            for name in HOST:
                self.inventory.value(host, name)

    def _own_list(self, host: str) -> None:
        """A broker of the target that knows a list of name servers when it starts never fetches one."""
        if self.reader.hosts[host].role not in ("master", "slave"):
            return
        options = self.inventory.value(host, "rocketmq_broker_options") or {}
        java = str(self.inventory.value(host, "rocketmq_java_options") or "")
        given_twice = [name for name in FETCH_OPTIONS if name in options]
        given_twice += re.findall(r"-D(rocketmq[.]namesrv[.]\w+(?:[.]\w+)?)", java)
        if given_twice:
            self.mistakes.add(
                f"sets {', '.join(given_twice)}, but brokers of the target fetch their list of name servers from the"
                " address server, which the phases change while they run: take that out of rocketmq_broker_options and"
                " rocketmq_java_options",
                host,
            )
        broker = self.inventory.value(host, "rocketmq_broker_name")
        if broker and (wrong := address_lists.problem_of_name(str(broker))):
            self.mistakes.add(f"rocketmq_broker_name {wrong}", host)

    def _stop_command(self, host: str) -> None:
        command = self.inventory.value(host, "rocketmq_stop_command")
        if not command:
            return
        method = self.inventory.value(host, "rocketmq_method")
        if method in ("systemd", "docker"):
            self.mistakes.add(f"has a rocketmq_stop_command, which its rocketmq_method {method} never runs", host)
        elif not method and self.inventory.value(host, "rocketmq_container"):
            self.mistakes.add(
                "has a rocketmq_stop_command, which never runs where rocketmq_container is given without"
                " rocketmq_method: command",
                host,
            )
        elif self.reader.hosts[host].role in ("master", "slave"):
            # Name servers are never started again.
            what = "its rocketmq_stop_command ends the process, and nothing would start it again"
            self.inventory.required(host, "rocketmq_start_command", what)
            if machine_end.is_script(command):
                what = (
                    "its rocketmq_stop_command is a script, of which it is not known whether the broker's user runs"
                    " rocketmq_start_command, or the one who may speak to a supervisor: root, for example"
                )
                self.inventory.required(host, "rocketmq_user", what)

    def _variable_of_the_run(self, host: str, name: str) -> None:
        """Only localhost's is computed: one with a look-up would ask once for each host."""
        # A secret is never computed, so nothing can be said about it.
        if RUN[name] is secret or not self.inventory.present(host, name):
            return
        if host == CONTROL:
            self.inventory.value(host, name)
        elif not self.inventory.has_value(CONTROL, name) and self.inventory.has_value(host, name):
            self.mistakes.add(f"{name} is read for localhost, which does not have it; set it under all: vars:", host)

    def _clients(self, clients: list[str], groups: Groups, business: str) -> None:
        near = meant(business, set(groups) - {"all", "ungrouped"}, cutoff=0.8)
        if business not in groups and near:
            self.mistakes.add(f"the inventory has no group '{business}'{near}")
        for host in clients:
            self.inventory.required(host, "rocketmq_address", "the IP address from which its clients connect")
            if self.inventory.has_value(host, "rocketmq_role"):
                self.mistakes.add(
                    f"is in group '{business}' and has a rocketmq_role; list the machine of clients without one",
                    host,
                )

    def _migration(self, hosts: list[str], served: bool) -> None:
        name = "rocketmq_dns_servers"
        inventory = self.inventory
        # It has a mistake of its own: given to other hosts than localhost, or misspelt.
        nearly = any(inventory.has_value(host, name) or name in map(closest, inventory.unknown(host)) for host in hosts)
        if not served and not nearly:
            self.mistakes.add(
                f"{name} is not set: the addresses of the servers that serve the zone of the sources' names. Set it"
                " under all: vars: (inventories/example has it)"
            )
        for problem in waiver_problems(inventory.value(CONTROL, "rocketmq_migration_waivers")):
            self.mistakes.add(f"rocketmq_migration_waivers: {problem}")
