# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's sizes come from one definition; wrong numbers in it would show as a migration that proves too little."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.tests.lab.filter_plugins import lab as filters
from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB, ROOT


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    return yaml.safe_load((LAB / "lab.yml").read_text())


def hosts(definition: dict[str, Any], lab: str, estate: str) -> list[dict[str, Any]]:
    return filters.lab_hosts(definition, lab, estate, "/build")


def count(found: list[dict[str, Any]], role: str, group: str | None = None) -> int:
    return sum(h["vars"].get("rocketmq_role") == role and (group is None or group in h["groups"]) for h in found)


@pytest.mark.parametrize(
    ("estate", "nameservers", "masters", "slaves", "target_masters"),
    [("tiny", 2, 2, 0, 1), ("pair", 3, 5, 2, 1), ("trio", 4, 4, 0, 1), ("compact", 4, 5, 5, 2), ("full", 4, 12, 12, 3)],
)
def test_sizes(
    definition: dict[str, Any], estate: str, nameservers: int, masters: int, slaves: int, target_masters: int
) -> None:
    found = hosts(definition, "demo", estate)
    assert (count(found, "nameserver"), count(found, "master"), count(found, "slave")) == (nameservers, masters, slaves)
    assert count(found, "master", "target") == target_masters


def test_addresses_are_those_of_machines_and_where_everybody_expects_them(definition: dict[str, Any]) -> None:
    found = {host["name"]: host["vars"] for host in hosts(definition, "demo", "full")}
    addresses: dict[str, set[str]] = {}
    for values in found.values():
        addresses.setdefault(values["lab_address"], set()).add(values["lab_machine"])
    assert all(len(machines) == 1 for machines in addresses.values())
    assert len(addresses) == len({values["lab_machine"] for values in found.values()})
    assert found["bind"]["lab_address"] == "198.18.10.2"
    assert found["rot-sc-ns"]["rocketmq_address"] == "198.18.10.40"
    assert found["mdm-broker-c"]["rocketmq_address"] == "198.18.10.33"
    assert found["mdm-broker-a-slave"]["rocketmq_address"] == "198.18.10.34"
    assert found["hub-c-slave"]["rocketmq_address"] == "198.18.10.86"
    assert found["mdm-business"]["lab_address"] == "198.18.10.102"


def test_sources_are_run_as_departments_do(definition: dict[str, Any]) -> None:
    found = {host["name"]: host["vars"] for host in hosts(definition, "demo", "full")}
    ways = {source: found[f"{source}-broker-b"] for source in ("mro", "mdm", "rot-sc")}
    assert [values["lab_run_by"] for values in ways.values()] == ["scripts", "runit", "docker"]
    # By hand: a name server and a master on one machine, a master and the slave of another one on the next.
    assert found["mro-ns"]["lab_machine"] == found["mro-broker-a"]["lab_machine"]
    assert found["mro-broker-b"]["lab_machine"] == found["mro-broker-a-slave"]["lab_machine"]
    assert found["mro-broker-a-slave"]["rocketmq_port"] == 10921
    patterns = [found[host]["rocketmq_process_pattern"] for host in ("mro-broker-b", "mro-broker-a-slave")]
    lines = [f"java BrokerStartup -c conf/{host}.conf" for host in ("mro-broker-b", "mro-broker-a-slave")]
    fits = [[bool(re.search(pattern, line)) for line in lines] for pattern in patterns]
    assert fits == [[True, False], [False, True]]
    # A supervisor starts again what ends by a signal alone.
    assert "rocketmq_stop_command" in ways["mdm"] and "rocketmq_stop_command" not in ways["mro"]
    # Engines are those of the machines, over ssh.
    assert ways["rot-sc"]["rocketmq_docker_host"] == "ssh://engine@198.18.10.42"
    assert found["hub-a"]["rocketmq_docker_host"] == "ssh://engine@198.18.10.81"


def test_small_estates_are_in_containers(definition: dict[str, Any]) -> None:
    for estate in ("tiny", "modules", "pair", "trio", "shift"):
        ways = {host["vars"].get("lab_run_by", "docker") for host in hosts(definition, "demo", estate)}
        assert ways == {"docker"}


def test_all_sources_have_the_same_broker_names_and_one_names_its_name_server_by_address(
    definition: dict[str, Any],
) -> None:
    found = hosts(definition, "demo", "full")
    names = {
        group: {h["vars"]["rocketmq_broker_name"] for h in found if group in h["groups"] and "brokers" in h["groups"]}
        for group in ("mro", "mdm", "rot_sc")
    }
    assert names["mro"] == names["mdm"] == names["rot_sc"] == {"broker-a", "broker-b", "broker-c"}
    listed = {h["name"]: h["vars"].get("rocketmq_nameservers") for h in found}
    assert listed["mro-broker-a"] == ["mro-ns.mq.test:9876"]
    assert listed["mdm-broker-a"] == ["198.18.10.30:9876"]


def test_instances_share_nothing(definition: dict[str, Any]) -> None:
    def used(lab: str) -> set[str]:
        return {
            value
            for host in hosts(definition, lab, "full")
            for key, value in host["vars"].items()
            if key in ("lab_address", "ansible_host", "rocketmq_container", "business_container")
        }

    labs = list(definition["lab_instances"])
    everything = [value for lab in labs for value in used(lab)]
    assert len(everything) == len(set(everything))


def test_inventory_holds_what_all_share_once(definition: dict[str, Any]) -> None:
    module = filters
    variables = module.lab_variables(definition, "ci", "/build")
    inventory = module.lab_inventory(hosts(definition, "ci", "compact"), variables, "/build")["all"]
    assert set(inventory["children"]["sources"]["children"]) == {"mro", "mdm", "rot_sc"}
    assert set(inventory["children"]["target"]["hosts"]) == {"hub-ns", "hub-a", "hub-a-slave", "hub-b", "hub-b-slave"}
    # An operator's inventory has no groups by kind of process, so the playbooks must do without.
    assert not {"nameservers", "brokers"} & set(inventory["children"])
    assert "rocketmq_image" in inventory["vars"]
    assert "rocketmq_image" not in inventory["hosts"]["hub-a"]
    # The way to the machines is no business of the control host.
    assert inventory["children"]["machines"]["vars"]["ansible_become"] is True
    assert set(inventory["children"]["machines"]["children"]) == {"sources", "target", "business"}
    assert not [name for name in inventory["vars"] if name.startswith("ansible_")]
    assert inventory["hosts"]["localhost"]["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"


def test_the_sources_have_what_4_4_0_came_with_and_the_target_what_is_deployed(definition: dict[str, Any]) -> None:
    images = definition["lab_images"]
    deployed = filters.lab_variables(definition, "demo", "/build")["rocketmq_image"]
    assert deployed == images["rocketmq"] != images["original"]
    found = {
        group: {host["vars"]["rocketmq_image"] for host in hosts(definition, "demo", "full") if group in host["groups"]}
        for group in ("mro", "mdm", "rot_sc", "target")
    }
    assert found.pop("target") == {deployed}
    assert set(map(frozenset, found.values())) == {frozenset({images["original"]})}


def test_what_plays_the_clients_is_made_from_the_image_of_the_sources(definition: dict[str, Any]) -> None:
    bases = {
        (path.parent.name, base)
        for folder in ("molecule", "tests")
        for path in (ROOT / folder).rglob("Dockerfile")
        for base in re.findall(r"^ARG \w+=(mqops/rocketmq:\S+)$", path.read_text(), re.MULTILINE)
    }
    assert {name for name, _base in bases} == {"bind", "jdk", "knot", "ledger", "machine", "peer"}
    assert {base for _name, base in bases} == {definition["lab_images"]["original"]}


@pytest.mark.parametrize(("lab", "estate"), [("nosuch", "tiny"), ("demo", "nosuch")])
def test_unknown_names_are_refused(definition: dict[str, Any], lab: str, estate: str) -> None:
    with pytest.raises(AnsibleFilterError, match="nosuch"):
        hosts(definition, lab, estate)


def test_quick_pace_sets_only_what_the_collection_and_the_ledger_know(definition: dict[str, Any]) -> None:
    """A misspelt period would leave the long one in place, and nobody would notice but by the clock."""
    defaults = yaml.safe_load((ROOT / "roles/migration/defaults/main.yml").read_text())
    business = (LAB / "ledger/ledger.sh").read_text()
    business += "".join(path.read_text() for path in (LAB / "ledger/src").rglob("*.java"))
    quick, production = definition["lab_paces"]["quick"], definition["lab_paces"]["production"]
    assert quick.keys() == production.keys()
    for name, value in quick["migration"].items():
        assert value < defaults[name], name
    for name in quick["business"]:
        assert name in business


def test_pace_reaches_brokers_business_and_collection(definition: dict[str, Any]) -> None:
    module = filters
    quick = module.lab_variables(definition, "ci", "/build", "quick")
    production = module.lab_variables(definition, "ci", "/build")
    assert quick["rocketmq_broker_options"]["registerNameServerPeriod"] == 10000
    assert "lockMaxLiveTime=20000" in quick["rocketmq_java_options"]
    assert quick["business_periods"]["POLL_NAMESERVER"] == "10"
    assert quick["migration_settle"] == 20
    assert "registerNameServerPeriod" not in production["rocketmq_broker_options"]
    assert not production["business_periods"]
    assert not [name for name in production if name.startswith("migration_")]
