# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.estate import FilterModule, build_estate, estate


def inventory():
    hostvars = {}
    groups = {"sources": [], "target": [], "business": ["b1"], "all": ["b1"]}
    for index, (group, cluster, prefix) in enumerate(
        [("mro", "mro", "broker"), ("rot_sc", "rot-sc", "broker"), ("target", "hub", "hub")]
    ):
        members = []
        for role, number in (("nameserver", 0), ("master", 1), ("slave", 4)):
            host = f"{group}-{role}"
            members.append(host)
            hostvars[host] = {
                "rocketmq_role": role,
                "rocketmq_cluster": cluster,
                "rocketmq_address": f"198.18.50.{20 * (index + 1) + number}",
                "rocketmq_nameserver_name": f"{cluster}-ns.mq.test",
            }
            if role != "nameserver":
                hostvars[host]["rocketmq_broker_name"] = f"{prefix}-a"
        groups[group] = members
        groups["all"] += members
        if group != "target":
            groups["sources"] += members
    return hostvars, groups


def test_shape():
    hostvars, groups = inventory()
    result = build_estate(hostvars, groups)
    assert [source["name"] for source in result["sources"]] == ["mro", "rot-sc"]
    spec = {
        "name": "rot-sc",
        "nameservers": ["198.18.50.40:9876"],
        "brokers": [
            {"name": "broker-a", "id": 0, "address": "198.18.50.41:10911"},
            {"name": "broker-a", "id": 1, "address": "198.18.50.44:10911"},
        ],
    }
    hosts = {"nameservers": ["rot_sc-nameserver"], "masters": ["rot_sc-master"], "slaves": ["rot_sc-slave"]}
    assert result["sources"][1] == {
        **spec,
        "spec": spec,
        "spec_with_hosts": {**spec, "hosts": hosts},
        "addresses": ["198.18.50.40"],
        "masters": spec["brokers"][:1],
        "nameserver_name": "rot-sc-ns.mq.test",
        "record": {"name": "rot-sc-ns.mq.test", "expected": ["198.18.50.40"]},
        "group": "rot_sc",
        "hosts": hosts,
        "broker_hosts": ["rot_sc-master", "rot_sc-slave"],
        "all_hosts": ["rot_sc-nameserver", "rot_sc-master", "rot_sc-slave"],
    }
    assert result["target"]["name"] == "hub"
    assert result["target"]["group"] == "target"
    assert result["business"] == ["b1"]
    assert (result["clients"], result["by_engine"]) == ({"b1": {"cluster": "", "address": ""}}, [])
    assert result["machines"]["rot_sc-slave"] == {
        "role": "slave", "cluster": "rot-sc", "address": "198.18.50.44:10911", "method": "command",
        "config_file": "", "user": "", "has_start_command": False,
    }  # fmt: skip


def test_machines_are_those_of_all_clusters_and_say_how_they_are_ended():
    hostvars, groups = inventory()
    hostvars["mro-master"]["rocketmq_container"] = "mq"
    result = build_estate(hostvars, groups, ["rot-sc"])
    assert list(result["machines"]) == [*groups["mro"], *groups["rot_sc"], *groups["target"]]
    assert result["by_engine"] == ["mro-master"]
    hostvars["mro-slave"]["rocketmq_method"] = "kill"
    with pytest.raises(AnsibleFilterError, match="known are command, systemd, docker"):
        estate(hostvars, groups)


def test_batch_restricts():
    hostvars, groups = inventory()
    assert [s["name"] for s in build_estate(hostvars, groups, ["rot-sc"])["sources"]] == ["rot-sc"]
    assert [s["name"] for s in build_estate(hostvars, groups, "mro,rot-sc")["sources"]] == ["mro", "rot-sc"]
    assert len(build_estate(hostvars, groups, [])["sources"]) == 2


def test_single_source_may_be_the_sources_group_itself():
    hostvars, groups = inventory()
    groups["sources"] = groups.pop("mro")
    del groups["rot_sc"]
    assert build_estate(hostvars, groups)["sources"][0]["group"] == "sources"


def change(host, **values):
    def apply(hostvars, groups):
        hostvars[host].update(values)

    return apply


def drop(host):
    def apply(hostvars, groups):
        for members in groups.values():
            if host in members:
                members.remove(host)

    return apply


def empty(group):
    def apply(hostvars, groups):
        groups[group] = []

    return apply


def nameless(group):
    def apply(hostvars, groups):
        for host in groups[group]:
            del hostvars[host]["rocketmq_nameserver_name"]

    return apply


def equal_names(hostvars, groups):
    for host in groups["rot_sc"]:
        hostvars[host]["rocketmq_cluster"] = "mro"
        if "rocketmq_broker_name" in hostvars[host]:
            hostvars[host]["rocketmq_broker_name"] = "broker-z"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (empty("target"), "host group 'target' is empty"),
        (empty("sources"), "host group 'sources' is empty"),
        (drop("mro-nameserver"), "'mro' .*no host with rocketmq_role nameserver"),
        (drop("mro-master"), "no host with rocketmq_role master"),
        (equal_names, "two sources have the name 'mro'.*mro, rot_sc"),
        (
            change("rot_sc-master", rocketmq_address="198.18.50.21", rocketmq_port=10921),
            "mro-master and rot_sc-master are two brokers on the machine 198.18.50.21: .*rocketmq_process_pattern",
        ),
        (
            change("rot_sc-master", rocketmq_address="198.18.50.21"),
            "mro-master and rot_sc-master have the same address",
        ),
        (
            change("target-master", rocketmq_address="198.18.50.21", rocketmq_port=10921),
            "mro-master of a source and target-master of the target .*rocketmq_process_pattern",
        ),
        (
            change("rot_sc-nameserver", rocketmq_port=9870),
            "rot-sc-ns.mq.test keep the port .* 198.18.50.40:9870 of 'rot-sc' and 198.18.50.60:9876 of 'hub'",
        ),
        (change("mro-slave", rocketmq_role="spare"), "mro-slave: rocketmq_role is the unknown 'spare'; known are "),
        (change("mro-slave", rocketmq_role=None), "mro-slave: has no rocketmq_role"),
        (change("mro-slave", rocketmq_address=""), "mro-slave: has no rocketmq_address"),
        (change("mro-slave", rocketmq_address="mq.test"), "no IPv4 address"),
        (change("mro-slave", rocketmq_port="x"), "rocketmq_port is 'x', which is no number from 1 to 65535"),
        (change("mro-slave", rocketmq_broker_id=0), "slave with rocketmq_broker_id 0"),
        (change("mro-slave", rocketmq_broker_name="broker-q"), "broker-q, which has no master"),
        (change("mro-master", rocketmq_broker_name=None), "mro-master: has no rocketmq_broker_name"),
        (change("target-slave", rocketmq_cluster="other"), "several clusters: hub, other"),
        (nameless("rot_sc"), "source 'rot-sc' has no rocketmq_nameserver_name: .* in the variables of group 'rot_sc'"),
    ],
)
def test_faults_are_named(fault, words):
    hostvars, groups = inventory()
    fault(hostvars, groups)
    with pytest.raises(AnsibleFilterError, match=words):
        estate(hostvars, groups)


def test_a_source_whose_own_pattern_tells_it_from_the_target_may_share_its_machine():
    hostvars, groups = inventory()
    change("target-master", rocketmq_address="198.18.50.21", rocketmq_port=10921)(hostvars, groups)
    change("mro-master", rocketmq_process_pattern="[b]roker-a.conf")(hostvars, groups)
    assert [source["name"] for source in build_estate(hostvars, groups)["sources"]] == ["mro", "rot-sc"]


def test_the_port_may_be_another_one_when_all_have_it():
    hostvars, groups = inventory()
    for host in ("mro-nameserver", "rot_sc-nameserver", "target-nameserver"):
        change(host, rocketmq_port=9870)(hostvars, groups)
    assert build_estate(hostvars, groups)["target"]["nameservers"] == ["198.18.50.60:9870"]


def test_target_with_a_source_name():
    hostvars, groups = inventory()
    for host in groups["target"]:
        hostvars[host]["rocketmq_cluster"] = "mro"
    with pytest.raises(AnsibleFilterError, match="'mro' is used by a source and by"):
        estate(hostvars, groups)


def test_the_target_needs_no_name():
    hostvars, groups = inventory()
    nameless("target")(hostvars, groups)
    assert build_estate(hostvars, groups)["target"]["nameserver_name"] == ""


def test_missing_group_and_wrong_batch():
    hostvars, groups = inventory()
    with pytest.raises(AnsibleFilterError, match="batch names 'mdm'.*sources: mro, rot-sc"):
        estate(hostvars, groups, ["mdm"])
    without = copy.copy(groups)
    del without["target"]
    with pytest.raises(AnsibleFilterError, match="no group 'target'"):
        estate(hostvars, without)


def test_is_registered():
    assert FilterModule().filters()["estate"] is estate


def test_what_is_known_of_the_machines_that_have_business_at_the_sources():
    hostvars, groups = inventory()
    hostvars["b1"] = {"rocketmq_address": "198.18.50.101"}
    groups["business"] = ["b1", "b2"]
    result = build_estate(hostvars, groups, batch=["mro"])
    assert [source["name"] for source in result["others"]] == ["rot-sc"]
    assert result["names"] == [
        {"name": "mro-ns.mq.test", "source": "mro", "type": "A", "from": ["198.18.50.20"],
         "to": result["target"]["addresses"]}
    ]  # fmt: skip
    assert result["ports"] == [9876, 10909, 10911, 10912]
    assert result["own"] == [
        {"address": "198.18.50.61", "reason": "the target's own hub-a"},
        {"address": "198.18.50.64", "reason": "the target's own hub-a"},
        {"address": "198.18.50.21", "reason": "mro's own broker-a"},
        {"address": "198.18.50.24", "reason": "mro's own broker-a"},
        {"address": "198.18.50.101", "reason": "business host b1"},
    ]
