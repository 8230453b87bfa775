# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer with every mistake, and no consequence of one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.check import find_mistakes
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.forms import Unreadable, Vaulted
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.mistakes import MOST, Mistakes

Inventory = tuple[dict[str, dict[str, Any]], dict[str, list[str]]]


@pytest.fixture
def inventory() -> Inventory:
    """Two sources and a target, each of a name server, a master and a slave; one machine of clients; no mistake."""
    hostvars: dict[str, dict[str, Any]] = {"localhost": {}, "shop": {"rocketmq_address": "198.18.50.101"}}
    groups = {"all": ["localhost", "shop"], "sources": [], "business": ["shop"], "machines": ["shop"]}
    for number, (group, prefix) in enumerate([("mro", "broker"), ("mdm", "broker"), ("target", "hub")], start=1):
        groups[group] = []
        for last, (host, role) in enumerate([("ns", "nameserver"), ("a", "master"), ("a-slave", "slave")]):
            name = f"{group}-{host}"
            hostvars[name] = {
                "rocketmq_role": role,
                "rocketmq_cluster": group,
                "rocketmq_address": f"198.18.50.{20 * number + last}",
                "rocketmq_nameserver_name": f"{group}-ns.mq.test",
            }
            if role != "nameserver":
                hostvars[name]["rocketmq_broker_name"] = f"{prefix}-a"
            for held in (group, "all", "machines", *(["sources"] if group != "target" else [])):
                groups[held].append(name)
    for values in hostvars.values():
        values["rocketmq_dns_servers"] = ["198.18.50.2"]
    return hostvars, groups


def told(inventory: Inventory, *arguments: Any, **more: Any) -> list[str]:
    return find_mistakes(*inventory, *arguments, **more).lines()


def test_inventory_without_a_mistake(inventory: Inventory) -> None:
    assert told(inventory) == []
    assert find_mistakes(*inventory).report() == []


def put(host: str, **values: Any) -> Callable[[Inventory], None]:
    return lambda inventory: inventory[0][host].update(values)


def rename(host: str, name: str, other: str) -> Callable[[Inventory], None]:
    return lambda inventory: inventory[0][host].update({other: inventory[0][host].pop(name)})


def everywhere(**values: Any) -> Callable[[Inventory], None]:
    return lambda inventory: [held.update(values) for held in inventory[0].values()] and None


def regroup(**groups: list[str] | None) -> Callable[[Inventory], None]:
    def apply(inventory: Inventory) -> None:
        for name, hosts in groups.items():
            if hosts is None:
                del inventory[1][name]
            else:
                inventory[1][name] = hosts

    return apply


# Each is one mistake and one line.
SINGLE = {
    "a role": (put("mdm-a", rocketmq_role="mastr"), "host mdm-a: rocketmq_role is the unknown 'mastr'"),
    "no role": (put("mdm-a", rocketmq_role=None), "host mdm-a: has no rocketmq_role"),
    "no cluster": (put("mdm-a", rocketmq_cluster=""), "host mdm-a: has no rocketmq_cluster"),
    "no cluster of the target": (put("target-a", rocketmq_cluster=""), "host target-a: has no rocketmq_cluster"),
    "the only name server": (put("mdm-ns", rocketmq_role="namesrv"), "host mdm-ns: rocketmq_role is the unknown"),
    "an address": (put("mdm-a", rocketmq_address="mdm-a.mq.test"), "host mdm-a: rocketmq_address is"),
    "a port": (put("mdm-ns", rocketmq_port="x"), "host mdm-ns: rocketmq_port is 'x'"),
    "an id": (put("mdm-a", rocketmq_broker_id=1), "host mdm-a: is a master with rocketmq_broker_id 1"),
    "a misspelt name": (rename("mdm-a", "rocketmq_broker_name", "rocketmq_brokr_name"), "mean rocketmq_broker_name?"),
    "a broker without name": (put("mdm-a", rocketmq_broker_name=None), "host mdm-a: has no rocketmq_broker_name"),
    "a method": (put("mdm-a", rocketmq_method="sysv"), "unknown 'sysv'; known are command, systemd, docker"),
    "a unit": (put("mdm-a", rocketmq_method="systemd"), "host mdm-a: has no rocketmq_unit"),
    "a misspelt unit": (put("mdm-a", rocketmq_method="systemd", rocketmq_untt="mq"), "did you mean rocketmq_unit?"),
    "an end without a start": (
        put("mdm-a", rocketmq_stop_command="sv stop mq"),
        "host mdm-a: has no rocketmq_start_command (its rocketmq_stop_command ends the process",
    ),
    "an end that systemd never runs": (
        put("mdm-a", rocketmq_stop_command="sv stop mq", rocketmq_method="systemd", rocketmq_unit="mq"),
        "host mdm-a: has a rocketmq_stop_command, which its rocketmq_method systemd never runs",
    ),
    "an end that an engine never runs": (
        put("mdm-ns", rocketmq_stop_command="sv stop mq", rocketmq_container="ns"),
        "host mdm-ns: has a rocketmq_stop_command, which never runs where rocketmq_container is given",
    ),
    "an end by a script": (
        put("mdm-a", rocketmq_stop_command="/opt/mq/stop.sh", rocketmq_start_command="/opt/mq/start.sh"),
        "host mdm-a: has no rocketmq_user (its rocketmq_stop_command is a script",
    ),
    "a user": (put("mdm-a", rocketmq_user="m q"), "host mdm-a: rocketmq_user is 'm q', which is no name of a user"),
    "a template": (put("mdm-a", rocketmq_broker_name=Unreadable("'x' is undefined")), "be computed: 'x' is undefined"),
    "no DNS server": (everywhere(rocketmq_dns_servers=[]), "rocketmq_dns_servers is not set"),
    "waivers": (everywhere(rocketmq_migration_waivers={"code": "STALLED"}), "_migration_waivers: waivers are a list"),
    "a batch": (everywhere(rocketmq_migration_batch=5), "rocketmq_migration_batch is 5; it takes a list of names"),
    "no group": (regroup(target=None), "the inventory has no group 'target'"),
    "a misspelt group": (regroup(business=None, busines=["shop"]), "no group 'business' (did you mean busines?)"),
    "an empty group": (regroup(sources=[]), "host group 'sources' is empty"),
    "a client's role": (put("shop", rocketmq_role="client"), "host shop: is in group 'business' and has"),
}  # fmt: skip


def test_a_name_server_is_never_started_again(inventory: Inventory) -> None:
    inventory[0]["mdm-ns"]["rocketmq_stop_command"] = "/opt/mq/stop.sh"
    more = {"rocketmq_stop_command": "docker stop mq", "rocketmq_start_command": "docker start mq"}
    inventory[0]["mdm-a"].update(more, rocketmq_container="mq", rocketmq_method="command")
    inventory[0]["mro-a"].update(rocketmq_stop_command="/opt/stop.sh", rocketmq_start_command="a", rocketmq_user="mq")
    assert told(inventory) == []


@pytest.mark.parametrize(("spoil", "words"), SINGLE.values(), ids=SINGLE)
def test_a_mistake_is_one_line_without_its_consequences(
    inventory: Inventory, spoil: Callable[[Inventory], None], words: str
) -> None:
    spoil(inventory)
    batch = inventory[0]["localhost"].get("rocketmq_migration_batch")
    (line,) = told(inventory, batch)
    assert words in line


def test_two_sources_of_one_name_are_one_mistake_though_their_brokers_are_equal(inventory: Inventory) -> None:
    for host in inventory[1]["mdm"]:
        inventory[0][host]["rocketmq_cluster"] = "mro"
    assert told(inventory) == ["two sources have the name 'mro': groups mdm, mro"]


def test_mistake_in_one_source_hides_none_in_another(inventory: Inventory) -> None:
    hostvars, groups = inventory
    hostvars["mdm-a"]["rocketmq_role"] = "mastr"
    for name in ("mro", "sources", "all", "machines"):
        groups[name].remove("mro-ns")
    lines = told(inventory)
    assert len(lines) == 2
    assert "cluster 'mro' (group 'mro') has no host with rocketmq_role nameserver" in lines


def test_batch_is_not_judged_while_a_source_has_no_name(inventory: Inventory) -> None:
    for host in inventory[1]["mdm"]:
        inventory[0][host]["rocketmq_cluster"] = None
    (line,) = told(inventory, ["mdm"])
    assert line.startswith("group mdm: has no rocketmq_cluster")


def test_host_in_a_source_and_in_the_target_is_one_mistake(inventory: Inventory) -> None:
    inventory[1]["target"].append("mdm-a")
    assert told(inventory) == ["host mdm-a: is in a source group and in group 'target': it can only be in one"]


def test_what_a_group_has_in_common_is_one_line(inventory: Inventory) -> None:
    hostvars, groups = inventory
    for host in groups["target"]:
        hostvars[host]["rocketmq_restart_polcy"] = "no"
    for values in hostvars.values():
        values["rocketmq_foo_bar_baz"] = 1
    for host in ("mro-ns", "target-a"):
        hostvars[host]["rocketmq_gc"] = "zgc"
    assert told(inventory) == [
        "all hosts: rocketmq_foo_bar_baz is no variable of this collection; correct it, or list it in"
        " rocketmq_other_variables if something else reads it",
        "group target: rocketmq_restart_polcy is no variable of this collection (did you mean"
        " rocketmq_restart_policy?); correct it, or list it in rocketmq_other_variables if something else reads it",
        "hosts mro-ns, target-a: rocketmq_gc is the unknown 'zgc'; known are g1, cms, serial",
    ]


@pytest.mark.parametrize("listed", [["rocketmq_foo", "rocketmq_user"], "rocketmq_foo, rocketmq_user"])
def test_variable_of_somebody_else_can_be_listed(inventory: Inventory, listed: Any) -> None:
    for values in inventory[0].values():
        values |= {"rocketmq_foo": 1, "rocketmq_user": "x", "rocketmq_other_variables": listed}
    assert told(inventory) == []


@pytest.mark.parametrize(
    "value", [Unreadable("'hostvars' is undefined"), ["{{ hostvars['ns1'].ansible_host }}"], [{"address": "{{ one }}"}]]
)
def test_what_only_a_play_can_compute_is_no_mistake(inventory: Inventory, value: Any) -> None:
    inventory[0]["localhost"]["rocketmq_expected_clients"] = value
    inventory[0]["localhost"]["rocketmq_dns_resolvers"] = value
    inventory[0]["target-a"]["rocketmq_image_build_docker_host"] = value
    assert told(inventory) == []


def test_a_vaulted_text_is_a_text_and_is_not_shown(inventory: Inventory) -> None:
    inventory[0]["localhost"]["rocketmq_dns_key_name"] = Vaulted("mq-key")
    inventory[0]["localhost"]["rocketmq_dns_zone"] = Vaulted("no zone")
    (line,) = told(inventory)
    assert "rocketmq_dns_zone is a vaulted text, which is no DNS name" in line


def test_secret_of_a_group_is_not_looked_at(inventory: Inventory) -> None:
    inventory[0]["target-a"]["rocketmq_secret_key"] = None
    assert told(inventory) == []


def test_group_with_another_meaning_is_no_misspelt_one(inventory: Inventory) -> None:
    inventory[1].pop("business", None)
    inventory[1]["users"] = ["target-a"]
    assert not [line for line in told(inventory) if "business" in line]


def test_batch_may_end_with_a_comma(inventory: Inventory) -> None:
    inventory[0]["localhost"]["rocketmq_migration_batch"] = "mro,"
    assert told(inventory) == []


def test_variable_that_localhost_does_not_see_is_told(inventory: Inventory) -> None:
    hostvars, groups = inventory
    del hostvars["localhost"]["rocketmq_dns_servers"]
    (line,) = told(inventory)
    assert "rocketmq_dns_servers is read for localhost, which does not have it; set it under all: vars:" in line


def test_dns_servers_may_come_from_a_play(inventory: Inventory) -> None:
    for values in inventory[0].values():
        del values["rocketmq_dns_servers"]
    assert told(inventory, dns_servers=["198.18.50.2"]) == []
    assert len(told(inventory, dns_servers=[])) == 1


class Computed(dict[str, Any]):
    """Variables that note which of them were computed."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.computed: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        self.computed.append(key)
        return super().get(key, default)


def test_secrets_are_not_computed_and_what_all_hosts_have_is_once(inventory: Inventory) -> None:
    hostvars, groups = inventory
    common = {"rocketmq_dns_key_secret": "x", "rocketmq_dns_zone": "a b"}
    seen = {host: Computed({**values, **common}) for host, values in hostvars.items()}
    (line,) = told((seen, groups))
    assert line.startswith("rocketmq_dns_zone is 'a b', which is no DNS name")
    assert [host for host, values in seen.items() if "rocketmq_dns_key_secret" in values.computed] == []
    assert [host for host, values in seen.items() if "rocketmq_dns_zone" in values.computed] == ["localhost"]


def test_clients_and_dns_do_not_matter_to_the_target_alone(inventory: Inventory) -> None:
    hostvars, groups = inventory
    del groups["sources"], hostvars["shop"]["rocketmq_address"]
    for values in hostvars.values():
        del values["rocketmq_dns_servers"]
    assert told(inventory, sources=[]) == []
    assert len(told(inventory)) == 3


def test_variables_of_ansible_and_of_the_role_are_left_alone(inventory: Inventory) -> None:
    hostvars, _groups = inventory
    hostvars["mro-a"].update(ansible_host="x", migration_estate={}, __migration_lock={}, rocketmqx=1, group_names=[])
    assert told(inventory) == []


def test_localhost_needs_a_python_only_where_it_is_listed(inventory: Inventory) -> None:
    (line,) = told(inventory, python="auto_legacy")
    assert line.startswith("host localhost: has no ansible_python_interpreter")
    assert told(inventory, python="/usr/bin/python3") == []
    unlisted = copy.deepcopy(inventory)
    unlisted[1]["all"].remove("localhost")
    assert told(unlisted, python="auto_legacy") == []


def test_answer_is_bounded_and_each_line_is_one() -> None:
    mistakes = Mistakes({"all": ["a\nb"]})
    for number in range(MOST + 7):
        mistakes.add(f"mistake {number}\x1b[31m" + "x" * 1000, "a\nb")
    head, *lines = mistakes.report()
    assert head == f"The inventory has {MOST + 7} mistakes:"
    assert len(lines) == MOST + 1
    assert lines[0].startswith("1. host a?b: mistake 0?[31m")
    assert lines[-1] == "... and 7 more"
    assert all(line.isprintable() and len(line) < 520 for line in lines)


def test_one_mistake_is_no_plural() -> None:
    mistakes = Mistakes({})
    mistakes.add("x")
    mistakes.add("x")
    assert mistakes.report() == ["The inventory has one mistake:", "1. x"]
