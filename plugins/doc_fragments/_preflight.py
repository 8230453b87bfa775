# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that judge whether clusters can become one (C(preflight_spec) in _module/arguments.py)."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  target_config:
    description:
      - Configuration that the target's brokers will be given, as far as it is compared with the sources' (delay levels,
        message size, ACL, filters, traces, automatic creation). Keys that are not given have the defaults of RocketMQ
        4.4.0.
    type: dict
    default: {}
  target_nameserver_config:
    description: Configuration that the target's name servers will be given; C(orderMessageEnable) is compared.
    type: dict
    default: {}
  business:
    description:
      - IP addresses of the hosts of the business. Clients from elsewhere are reported.
      - If left out, no client is reported for its address.
    type: list
    elements: str
  peers:
    description: Sockets of the sources' hosts, which also show producers and the clients of a name server.
    type: list
    elements: dict
    default: []
    suboptions:
      source:
        description: Name of the source that the host belongs to.
        type: str
        required: true
      host:
        description: Name of the host, for the reason when it does not tell.
        type: str
        default: ""
      lines:
        description: Lines that C(ss -tn) printed there, for the ports of RocketMQ.
        type: list
        elements: str
        required: true
      error:
        description: What came instead, if the host did not tell.
        type: str
        default: ""
  replication_timeout:
    description: Seconds that slaves and the dispatch of masters are given to reach what the masters held at first.
    type: float
    default: 10.0
"""
