# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a lab instance, from its definition in lab.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

LETTERS = "abc"
# May log in to every machine, through the bastion; needs sudo, with a password, for what belongs to others.
LOGIN = "ops"
# May use the engines; Docker's client takes what a login prints for the engine's answer, so this one prints nothing.
ENGINE_LOGIN = "engine"
# May log in, and may not use sudo.
GUEST_LOGIN = "guest"
# Where departments without containers have 4.4.0, which belongs to the user mq.
RELEASE = "/home/mq/rocketmq"


def lab_hosts(
    definition: Mapping[str, Any], lab: str, estate: str, build: str, pace: str = "production"
) -> list[dict[str, Any]]:
    """Return ``[{"name": host, "groups": [group, ...], "vars": {...}}, ...]`` in the order of deployment.

    build is the directory of the instance, which holds its DNS key and what is needed to log in to its machines.
    """
    for kind, value in (("lab_instances", lab), ("lab_estates", estate), ("lab_paces", pace)):
        if value not in definition[kind]:
            raise AnsibleFilterError(f"'{value}' is none of {kind}: {', '.join(definition[kind])}")
    size = definition["lab_estates"][estate]
    prefix = f"mqops-{lab}"
    subnet = f"198.18.{definition['lab_instances'][lab]}"
    zone = definition["lab_dns_zone"]

    def machine(name: str, last_byte: int) -> dict[str, Any]:
        """Variables of a machine: a container that holds an address and an sshd, and outlives its processes."""
        return {
            "ansible_host": f"{subnet}.{last_byte}",
            "lab_machine": f"{prefix}-{name}-machine",
            "lab_machine_name": name,
            "lab_address": f"{subnet}.{last_byte}",
        }

    def cluster(
        name: str, group: str, first: int, broker_prefix: str, masters: int, slaves: int, listed: str,
        by: str, run_by: str,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The name server, the masters and the slaves of one cluster."""
        common = {"rocketmq_cluster": name, "rocketmq_nameserver_name": f"{name}-ns.{zone}", "lab_run_by": run_by}
        if group != "target":
            common["rocketmq_image"] = definition["lab_images"]["original"]
        # host, kind, last byte of its own machine, number of the broker
        members = [(f"{name}-ns", "nameserver", first, 0)]
        for role, count, offset, suffix in (("master", masters, 1, ""), ("slave", slaves, 4, "-slave")):
            members += [
                (f"{listed}{broker_prefix}-{LETTERS[number]}{suffix}", role, first + offset + number, number)
                for number in range(count)
            ]
        places = {host: (host, last_byte) for host, _role, last_byte, _number in members}
        ports = {host: 9876 if role == "nameserver" else 10911 for host, role, _last_byte, _number in members}
        if run_by == "scripts":
            # As a department with few machines does: name server and first master on one, ...
            places[f"{listed}{broker_prefix}-{LETTERS[0]}"] = places[f"{name}-ns"]
            if slaves > 1:
                # ... and a slave beside the master of another broker.
                second = f"{listed}{broker_prefix}-{LETTERS[0]}-slave"
                places[second] = places[f"{listed}{broker_prefix}-{LETTERS[1]}"]
                ports[second] = 10921
        nameserver = f"{subnet}.{places[f'{name}-ns'][1]}:9876" if by == "address" else f"{name}-ns.{zone}:9876"
        hosts = []
        for host, role, _last_byte, number in members:
            values = machine(*places[host]) | common | {"rocketmq_role": role}
            values["rocketmq_address"] = values["lab_address"]
            if role != "nameserver":
                values |= {
                    "rocketmq_broker_name": f"{broker_prefix}-{LETTERS[number]}",
                    "rocketmq_broker_id": 0 if role == "master" else 1,
                    "rocketmq_nameservers": [nameserver],
                }
            if ports[host] not in (9876, 10911):
                values["rocketmq_port"] = ports[host]
            beside = [other for other in members if other[1] != "nameserver" and places[other[0]] == places[host]]
            values |= process(host, role, values, shared=role != "nameserver" and len(beside) > 1)
            hosts.append(
                {"name": host, "groups": [group, "nameservers" if role == "nameserver" else "brokers"], "vars": values}
            )
        return hosts

    def process(host: str, role: str, values: dict[str, Any], shared: bool) -> dict[str, Any]:
        """How the process of a host is run, and is ended and started again."""
        kind = "nameserver" if role == "nameserver" else "broker"
        if values["lab_run_by"] == "scripts":
            starter = "mqnamesrv" if role == "nameserver" else "mqbroker"
            start = f"cd {RELEASE} && nohup sh bin/{starter} -c conf/{host}.conf >/dev/null 2>&1 &"
            found = {"rocketmq_method": "command", "rocketmq_start_command": start}
            # Two brokers on one machine are told apart by their files.
            return found | ({"rocketmq_process_pattern": f"BrokerStartup .*conf/{host}[.]conf"} if shared else {})
        if values["lab_run_by"] == "runit":
            return {
                "rocketmq_method": "command",
                "rocketmq_stop_command": f"sv -w 150 down rocketmq-{kind}",
                "rocketmq_start_command": f"sv -w 30 up rocketmq-{kind}",
            }
        return {
            # Its processes are seen, and can be ended, on the machine.
            "rocketmq_container": f"{prefix}-{host}",
            "rocketmq_network_mode": f"container:{values['lab_machine']}",
            "rocketmq_pid_mode": f"container:{values['lab_machine']}",
            "rocketmq_docker_host": f"ssh://{ENGINE_LOGIN}@{values['lab_address']}",
        }

    hosts: list[dict[str, Any]] = [
        {
            "name": "bind",
            "groups": ["dns"],
            "vars": machine("dns", definition["lab_dns_address"]) | {"ansible_connection": "community.docker.docker"},
        },
        {"name": "bastion", "groups": ["jump"], "vars": machine("bastion", definition["lab_bastion_address"])},
    ]
    for source in size["sources"]:
        values = definition["lab_sources"][source]
        hosts += cluster(
            source, source.replace("-", "_"), values["first_address"], definition["lab_source_broker_prefix"],
            size["masters"], size["slaves"], f"{source}-", values["nameserver_by"],
            values["run_by"] if size.get("departments") else "docker",
        )  # fmt: skip
    target = definition["lab_target"]
    hosts += cluster(
        target["name"], "target", target["first_address"], target["broker_prefix"],
        size["target_masters"], size["target_slaves"], "", "address", "docker",
    )  # fmt: skip
    for source in size["sources"]:
        name = f"{source}-business"
        hosts.append(
            {
                "name": name,
                "groups": ["business"],
                "vars": machine(name, definition["lab_sources"][source]["business_address"])
                | {
                    "rocketmq_cluster": source,
                    "rocketmq_address": "{{ lab_address }}",
                    "business_source": source,
                    "business_nameserver": f"{source}-ns.{zone}:9876",
                    "business_container": f"{prefix}-{name}",
                    "business_directory": f"{build}/ledger/{source}",
                },
            }
        )
    everywhere = lab_variables(definition, lab, build, pace)
    return [host | {"vars": everywhere | host["vars"]} for host in hosts]


def lab_variables(definition: Mapping[str, Any], lab: str, build: str, pace: str = "production") -> dict[str, Any]:
    """Variables of every host of the instance and of localhost."""
    periods = definition["lab_paces"][pace]
    memory = dict(definition["lab_memory"])
    memory["rocketmq_java_options"] = " ".join(filter(None, [memory["rocketmq_java_options"], periods["java"]]))
    subnet = f"198.18.{definition['lab_instances'][lab]}"
    dns = f"{subnet}.{definition['lab_dns_address']}"
    return {
        "lab_name": lab,
        "lab_network": f"mqops-{lab}",
        "lab_subnet": f"{subnet}.0/24",
        "rocketmq_container_prefix": f"mqops-{lab}-",
        "rocketmq_container_labels": {"mqops.lab": lab},
        "rocketmq_docker_host": "unix:///var/run/docker.sock",
        "rocketmq_image": definition["lab_images"]["rocketmq"],
        "rocketmq_broker_options": definition["lab_broker_options"] | periods["brokers"],
        "lab_dns_server": dns,
        "rocketmq_dns_servers": [dns],
        "rocketmq_dns_zone": definition["lab_dns_zone"],
        "rocketmq_dns_key_name": definition["lab_dns_key_name"],
        "rocketmq_dns_key_algorithm": definition["lab_dns_key_algorithm"],
        "rocketmq_dns_key_secret": "{{ lookup('ansible.builtin.file', '" + build + "/tsig.secret') }}",
        "lab_dns_ttl": periods["dns_ttl"],
        "business_periods": periods["business"],
        **periods["migration"],
        **memory,
    }


def lab_machines(build: str) -> dict[str, Any]:
    """Variables of the group machines: the way to them, as an operator writes it down. Business and old machines have
    no Python."""
    return {
        "ansible_user": LOGIN,
        "ansible_ssh_private_key_file": f"{build}/ssh/id",
        # In place of Ansible's own: which connections are kept, and for how long, stands in that file, too.
        "ansible_ssh_args": f"-F {build}/ssh/config",
        "ansible_become": True,
        "ansible_become_password": "{{ lookup('ansible.builtin.file', '" + build + "/ssh/sudo.password') }}",
    }


def lab_inventory(hosts: list[dict[str, Any]], variables: Mapping[str, Any], build: str) -> dict[str, Any]:
    """The same hosts as a YAML inventory; what all of them share stands once."""
    groups: dict[str, Any] = {}
    sources: list[str] = []
    for host in hosts:
        # The first one only: what kind of process a host runs is in its rocketmq_role, as in an operator's inventory.
        for group in host["groups"][:1]:
            groups.setdefault(group, {"hosts": {}})["hosts"][host["name"]] = {}
        if host["vars"].get("rocketmq_role") and host["groups"][0] not in ("target", *sources):
            sources.append(host["groups"][0])
    groups["sources"] = {"children": {group: {} for group in sources}}
    members = [group for group in ("sources", "target", "business") if group in groups]
    groups["machines"] = {"vars": lab_machines(build), "children": {group: {} for group in members}}
    listed = {
        host["name"]: {key: value for key, value in host["vars"].items() if variables.get(key) != value}
        for host in hosts
    }
    listed["localhost"] = {
        "ansible_connection": "local",
        # Discovery may pick another Python than the one that has the modules' requirements.
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    return {"all": {"vars": dict(variables), "hosts": listed, "children": groups}}


class FilterModule:
    """Filters of the lab's playbooks."""

    def filters(self) -> dict[str, Any]:
        """Names of the filters."""
        return {"lab_hosts": lab_hosts, "lab_variables": lab_variables, "lab_inventory": lab_inventory}
