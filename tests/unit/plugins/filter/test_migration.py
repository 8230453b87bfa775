# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the phases, fed with results as the role registers them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.migration import (
    failures,
    unconnected,
    writers,
)

MRO = {
    "name": "mro",
    "nameservers": ["198.18.9.20:9876"],
    "nameserver_name": "mro-ns.mq.test",
    "brokers": [{"name": "broker-a", "id": 0, "address": "198.18.9.21:10911"}],
    "hosts": {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": []},
}
HUB = {
    "name": "hub",
    "nameservers": ["198.18.9.80:9876"],
    "brokers": [{"name": "hub-a", "id": 0, "address": "198.18.9.81:10911"}],
}
ESTATE = {"sources": [MRO], "target": HUB}
SS = ["0      0      198.18.9.80:9876 [::ffff:198.18.9.101]:46096", "0 0 198.18.9.80:9876 198.18.9.102:41552"]
HOSTS = {"mro-ns": "198.18.9.20:9876", "mro-a": "198.18.9.21:10911"}


def test_business_hosts_that_are_no_peers_are_named():
    hosts = {f"shop-{n}": {"rocketmq_address": f"198.18.9.10{n}", "rocketmq_cluster": "mro"} for n in (1, 2, 3)}
    assert unconnected([SS], hosts, list(hosts), [MRO]) == ["shop-3"]
    shops = list(hosts)
    hosts["mdm-ns"] = {"rocketmq_role": "nameserver", "rocketmq_cluster": "mdm"}
    hosts["shop-3"]["rocketmq_cluster"] = "mdm"
    assert unconnected([SS], hosts, shops, [MRO]) == []
    for unknown in ("mmd", "", None):
        hosts["shop-3"]["rocketmq_cluster"] = unknown
        assert unconnected([SS], hosts, shops, [MRO]) == ["shop-3"]
    del hosts["shop-3"]["rocketmq_cluster"]
    assert unconnected([SS], hosts, shops, [MRO]) == ["shop-3"]
    assert unconnected([], hosts, shops, [MRO]) == ["shop-1", "shop-2", "shop-3"]


def test_a_host_of_several_clients_has_arrived_when_all_of_them_have():
    hosts = {f"shop-{n}": {"rocketmq_address": f"198.18.9.10{n}"} for n in (1, 2)}
    # Two name servers end.
    left = [["0 0 198.18.9.20:9876 198.18.9.101:40001"], ["0 0 198.18.9.30:9876 198.18.9.102:40002"]]
    there = [["0 0 198.18.9.80:9876 198.18.9.102:40003"]]
    # The second has a client of another source at the target already; the old one's is still to come.
    assert unconnected([SS], hosts, list(hosts), [MRO], left, there) == ["shop-2 (1 of 2 connections)"]
    assert unconnected([SS, *there], hosts, list(hosts), [MRO], left, there) == []
    # Of name servers that an earlier run has ended nobody knows how many there were.
    assert unconnected([SS], hosts, list(hosts), [MRO], [], there) == []


def test_nothing_odd_ends_the_wait_for_clients():
    """It comes after the point of no return: whoever is not seen is missed."""
    shops = {"shop-1": {"rocketmq_address": "198.18.9.101"}, "shop-2": {}}
    assert unconnected([["sh: ss: not found"], SS], shops, ["shop-1"], [MRO]) == []
    assert unconnected([["sh: ss: not found"]], shops, ["shop-1"], [MRO]) == ["shop-1"]
    assert unconnected([SS], shops, ["shop-2"], [MRO]) == ["shop-2 (no rocketmq_address in the inventory)"]


def test_what_failed_is_said_item_by_item():
    loop = {"failed": True, "msg": "One or more items failed", "results": [
        {"item": "a", "failed": True, "msg": "a holds another value."}, {"item": "b", "changed": True},
        {"item": "c", "unreachable": True, "msg": "c is gone."}]}  # fmt: skip
    assert failures(loop) == "a holds another value. c is gone."
    assert failures({"failed": True, "msg": "no answer"}) == "no answer"
    assert "rc" in failures({"failed": True, "rc": 1})


def test_writers_are_named_with_the_sockets_of_all_machines():
    offender = {"cluster": "mro", "broker": "a", "topic": "t", "queue": 0, "kind": "send", "count": 1, "rate": 0.0,
                "producer_groups": [], "hosts": ["198.18.9.101:4000"]}
    answers = {"mro-a": {"lines": ["0 0 198.18.9.21:10911 198.18.9.101:4000"]}, "mro-b": {"lines": []}}
    (text,) = writers([offender], answers)
    assert "connected now: 198.18.9.101:4000" in text
