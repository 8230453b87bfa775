# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of a lab's members have the port of the inventory, and the usual one where it says none."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.tests.lab.inventory import cluster

HOSTS = {
    "mro-ns": {"rocketmq_cluster": "mro", "rocketmq_role": "nameserver", "rocketmq_address": "198.18.10.20"},
    "mro-broker-a": {
        "rocketmq_cluster": "mro", "rocketmq_role": "master", "rocketmq_address": "198.18.10.20",
        "rocketmq_broker_name": "broker-a", "rocketmq_broker_id": 0,
    },
    "mro-broker-a-slave": {
        "rocketmq_cluster": "mro", "rocketmq_role": "slave", "rocketmq_address": "198.18.10.22", "rocketmq_port": 10921,
        "rocketmq_broker_name": "broker-a", "rocketmq_broker_id": 1,
    },
    "mro-business": {"rocketmq_cluster": "mro", "rocketmq_address": "{{ lab_address }}"},
    "hub-ns": {"rocketmq_cluster": "hub", "rocketmq_role": "nameserver", "rocketmq_address": "198.18.10.80"},
}  # fmt: skip


def test_ports_are_those_of_the_inventory() -> None:
    assert cluster(HOSTS, "mro") == {
        "name": "mro",
        "nameservers": ["198.18.10.20:9876"],
        "brokers": [
            {"name": "broker-a", "id": 0, "address": "198.18.10.20:10911"},
            {"name": "broker-a", "id": 1, "address": "198.18.10.22:10921"},
        ],
    }
