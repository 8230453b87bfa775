# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the clients of business hosts have come to the target."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.arrivals import missing

MRO = {"name": "mro"}
SS = ["0      0      198.18.9.80:9876 [::ffff:198.18.9.101]:46096", "0 0 198.18.9.80:9876 198.18.9.102:41552"]


def unconnected(printed, hosts, business, sources, left=(), there=()):
    """By the variables of the hosts, as the estate tells them."""
    clients = {
        host: {key: hosts[host].get(f"rocketmq_{key}") or "" for key in ("cluster", "address")} for host in business
    }
    machines = {
        host: {"cluster": values["rocketmq_cluster"]} for host, values in hosts.items() if values.get("rocketmq_role")
    }
    return missing(printed, {"clients": clients, "machines": machines}, sources, left, there)


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
    # How many name servers an earlier run has ended is not known.
    assert unconnected([SS], hosts, list(hosts), [MRO], [], there) == []


def test_nothing_odd_ends_the_wait_for_clients():
    """It comes after the point of no return: a client that is not seen counts as missing."""
    shops = {"shop-1": {"rocketmq_address": "198.18.9.101"}, "shop-2": {}}
    assert unconnected([["sh: ss: not found"], SS], shops, ["shop-1"], [MRO]) == []
    assert unconnected([["sh: ss: not found"]], shops, ["shop-1"], [MRO]) == ["shop-1"]
    assert unconnected([SS], shops, ["shop-2"], [MRO]) == ["shop-2 (no rocketmq_address in the inventory)"]
