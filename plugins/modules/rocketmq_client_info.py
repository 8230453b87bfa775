#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected to what?"""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_client_info
short_description: List the clients of clusters, with what they hold and which sockets they have
description:
  - Lists the consumers of every group, the producers of the groups in O(producer_groups), and, where the output of
    C(ss) from the hosts is given in O(peers), everything else that is connected to them, by address.
  - RocketMQ 4.4.0 cannot list producer groups, and its name servers list no clients at all; only sockets show those.
  - A socket on a broker's host is joined with the client that reports the same address and port. One on a name
    server's host can only be joined by its IP address.
options:
  groups:
    description: Shell patterns for names of consumer groups to look at. If empty, all.
    type: list
    elements: str
    default: []
  producer_groups:
    description: Names of producer groups to ask for.
    type: list
    elements: str
    default: []
  peers:
    description: Sockets of hosts.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name of the host, for the result.
        type: str
        required: true
      lines:
        description: Lines that C(ss -tn) printed there; with C(-p) the processes show too.
        type: list
        elements: str
        required: true
  ports:
    description: Local ports of the hosts in O(peers) whose connections count. If empty, all.
    type: list
    elements: int
    default: []
  expected:
    description: Addresses whose connections are expected, such as those of consoles and exporters; they are marked.
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description: Shell pattern for the IP address.
        type: str
        required: true
      reason:
        description: Who that is.
        type: str
        required: true
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Read the sockets of the old machines
  ansible.builtin.command:
    argv: [ss, -tnp]
  register: sockets
  changed_when: false
  delegate_to: "{{ item }}"
  loop: "{{ groups['mro'] }}"

- name: Who still holds what at mro
  mqops.rocketmq.rocketmq_client_info:
    clusters:
      - name: mro
        nameservers: ["198.18.10.20:9876"]
    producer_groups: [mro-order-producer]
    peers: "{{ peers }}"
    ports: [9876, 10909, 10911]
    expected:
      - address: 198.18.10.8?
        reason: the target's own machines
  vars:
    # One entry per host: its name and the lines it printed.
    peers: >-
      {%- set found = [] -%}
      {%- for result in sockets.results -%}
      {%- set _ = found.append({'host': result.item, 'lines': result.stdout_lines}) -%}
      {%- endfor -%}
      {{ found }}
"""

RETURN = r"""
clients:
  description: What is connected, by IP address.
  returned: always
  type: list
  elements: dict
  contains:
    address:
      description: IP address.
      returned: always
      type: str
    expected:
      description: The reason out of O(expected), V(null) for others.
      returned: always
      type: str
    client_ids:
      description: Client ids that brokers report from this address.
      returned: always
      type: list
      elements: str
    holds:
      description: What brokers report, each entry with C(cluster), C(broker), C(role) (V(consumer) or V(producer)),
        C(group), C(client_id), C(language) and C(port).
      returned: always
      type: list
      elements: dict
    sockets:
      description: Its connections out of O(peers), each entry with C(host), C(state), C(local), C(peer), C(process),
        C(pid) and C(client_ids) (the clients that report exactly this connection).
      returned: always
      type: list
      elements: dict
unexpected:
  description: Addresses in RV(clients) that O(expected) does not name.
  returned: always
  type: list
  elements: str
unanswered:
  description: Requests that were not answered. What those brokers know is missing from RV(clients).
  returned: always
  type: list
  elements: str
unread:
  description: Lines of O(peers) that could not be read, with their host.
  returned: always
  type: list
  elements: dict
complete:
  description: Whether every broker answered and every line was read. Otherwise an empty list proves nothing.
  returned: always
  type: bool
requests:
  description: Changing requests that were sent, always none.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import clusters_option
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import client_info


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "groups": {"type": "list", "elements": "str", "default": []},
            "producer_groups": {"type": "list", "elements": "str", "default": []},
            "peers": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "host": {"type": "str", "required": True},
                    "lines": {"type": "list", "elements": "str", "required": True},
                },
            },
            "ports": {"type": "list", "elements": "int", "default": []},
            "expected": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "address": {"type": "str", "required": True},
                    "reason": {"type": "str", "required": True},
                },
            },
        },
        supports_check_mode=True,
    )
    module.end(client_info.run(module, **module.options()))


if __name__ == "__main__":
    main()
