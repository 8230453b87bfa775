# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clusters are described to a module (private to the collection).

The default is a list named C(clusters); CLUSTER, SOURCES and TARGET are the same under other names.
"""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  clusters:
    description:
      - The clusters to work on, in this order.
      - Where two clusters are being merged, list the old side first.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) says.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description:
          - The brokers that must exist, masters and slaves.
          - If left out, the brokers that the name servers list under O(clusters[].name) are taken.
          - A broker that is down is then not missed; give the list wherever something depends on completeness.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
"""

    CLUSTER = r"""
options:
  cluster:
    description:
      - The cluster to work on.
    type: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) says.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description:
          - The brokers that must exist, masters and slaves.
          - If left out, the brokers that the name servers list under O(cluster.name) are taken.
          - A broker that is down is then not missed; give the list wherever something depends on completeness.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
"""

    SOURCES = r"""
options:
  sources:
    description:
      - The old clusters, from which a migration moves away.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) says.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description:
          - The brokers that must exist, masters and slaves.
          - If left out, the brokers that the name servers list under O(sources[].name) are taken.
          - A broker that is down is then not missed; give the list wherever something depends on completeness.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
"""

    TARGET = r"""
options:
  target:
    description:
      - The new cluster, to which a migration moves.
    type: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) says.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description:
          - The brokers that must exist, masters and slaves.
          - If left out, the brokers that the name servers list under O(target.name) are taken.
          - A broker that is down is then not missed; give the list wherever something depends on completeness.
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
"""
