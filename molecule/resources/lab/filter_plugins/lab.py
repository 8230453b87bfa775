# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a lab instance, from its definition in lab.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

LETTERS = "abc"


def lab_hosts(
    definition: Mapping[str, Any], lab: str, estate: str, build: str, pace: str = "production"
) -> list[dict[str, Any]]:
    """Return ``[{"name": host, "groups": [group, ...], "vars": {...}}, ...]`` in the order of deployment.

    build is the directory of the instance, which holds its DNS key.
    """
    for kind, value in (("lab_instances", lab), ("lab_estates", estate), ("lab_paces", pace)):
        if value not in definition[kind]:
            raise AnsibleFilterError(f"'{value}' is none of {kind}: {', '.join(definition[kind])}")
    size = definition["lab_estates"][estate]
    prefix = f"mqops-{lab}"
    subnet = f"198.18.{definition['lab_instances'][lab]}"
    zone = definition["lab_dns_zone"]

    def machine(name: str, last_byte: int) -> dict[str, Any]:
        """Variables of a machine: a container that holds an address and outlives its processes."""
        return {
            "ansible_connection": "community.docker.docker",
            "ansible_host": f"{prefix}-{name}-machine",
            "lab_machine": f"{prefix}-{name}-machine",
            "lab_address": f"{subnet}.{last_byte}",
        }

    def process(name: str, last_byte: int) -> dict[str, Any]:
        """Variables of a machine on which a RocketMQ process runs."""
        values = machine(name, last_byte)
        return values | {
            "rocketmq_address": values["lab_address"],
            "rocketmq_container": f"{prefix}-{name}",
            "rocketmq_network_mode": f"container:{values['lab_machine']}",
            # Its processes are seen, and can be ended, on the machine.
            "rocketmq_pid_mode": f"container:{values['lab_machine']}",
        }

    def cluster(
        name: str, group: str, first: int, broker_prefix: str, masters: int, slaves: int, listed: str, by: str
    ) -> list[dict[str, Any]]:
        """The name server, the masters and the slaves of one cluster."""
        common = {"rocketmq_cluster": name, "rocketmq_nameserver_name": f"{name}-ns.{zone}"}
        if group != "target":
            common["rocketmq_image"] = definition["lab_images"]["original"]
        nameserver = f"{subnet}.{first}:9876" if by == "address" else f"{name}-ns.{zone}:9876"
        hosts = [
            {
                "name": f"{name}-ns",
                "groups": [group, "nameservers"],
                "vars": process(f"{name}-ns", first) | common | {"rocketmq_role": "nameserver"},
            }
        ]
        for role, count, offset, suffix in (("master", masters, 1, ""), ("slave", slaves, 4, "-slave")):
            for number in range(count):
                broker = f"{broker_prefix}-{LETTERS[number]}"
                host = f"{listed}{broker}{suffix}"
                hosts.append(
                    {
                        "name": host,
                        "groups": [group, "brokers"],
                        "vars": process(host, first + offset + number)
                        | common
                        | {
                            "rocketmq_role": role,
                            "rocketmq_broker_name": broker,
                            "rocketmq_broker_id": 0 if role == "master" else 1,
                            "rocketmq_nameservers": [nameserver],
                        },
                    }
                )
        return hosts

    hosts: list[dict[str, Any]] = [
        {"name": "bind", "groups": ["dns"], "vars": machine("dns", definition["lab_dns_address"])}
    ]
    for source in size["sources"]:
        values = definition["lab_sources"][source]
        hosts += cluster(
            source, source.replace("-", "_"), values["first_address"], definition["lab_source_broker_prefix"],
            size["masters"], size["slaves"], f"{source}-", values["nameserver_by"],
        )  # fmt: skip
    target = definition["lab_target"]
    hosts += cluster(
        target["name"], "target", target["first_address"], target["broker_prefix"],
        size["target_masters"], size["target_slaves"], "", "address",
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


def lab_variables(
    definition: Mapping[str, Any], lab: str, build: str, pace: str = "production"
) -> dict[str, Any]:
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


def lab_inventory(hosts: list[dict[str, Any]], variables: Mapping[str, Any]) -> dict[str, Any]:
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
