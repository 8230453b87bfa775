#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_dlq
short_description: Export dead-letter queues to files, and send the messages again
description:
  - Dead letters stay on the broker that they died on, and end with it. With O(state=exported) every one of them is
    written into a file, one file for each group of each cluster; with O(state=resent) such files are sent to a cluster.
  - Messages are sent to the retry topic of their group, so that this group alone gets them, with their original topic.
  - RocketMQ 4.4.0 creates dead-letter queues without the permission to read. To export them, each topic gets it for as
    long as it is read, on the masters that hold something, and loses it again.
options:
  state:
    description:
      - V(exported) makes the files hold what the queues hold now. A file that does is left alone. What it holds beyond
        that, because the broker has deleted it since, stays in it.
      - V(resent) sends what the files hold and was not sent yet. What was sent is noted beside each file, in
        C(GROUP-HASH.sent). All files C(*.jsonl) in the directories of O(directory) count. One that is empty, that holds
        anything but dead letters of one group of one cluster, or that is one of two of the same group fails the module
        before anything is sent.
    type: str
    choices: [exported, resent]
    required: true
  directory:
    description:
      - Directory of the files. It is created, and what is made in it, readable for its owner alone, because messages
        may be anything.
      - Each file is C(CLUSTER-HASH/GROUP-HASH.jsonl). Names of groups come from brokers, which check none. So a file's
        name holds what is harmless of the group's name, with the rest percent-quoted, 100 characters at most, and a
        hash of the whole name. Which cluster and group it is of is read from its lines.
      - No symbolic link is followed, neither this directory, nor one of a cluster, nor a file.
    type: path
    required: true
  groups:
    description:
      - Shell patterns of the groups whose dead letters are meant.
      - A pattern that matches none fails the module.
    type: list
    elements: str
    default: ["*"]
  sources:
    description:
      - For O(state=resent), names of the clusters whose messages are sent. All that are in O(directory) if not given.
    type: list
    elements: str
  timeout:
    description: Seconds until a changed permission must be read back.
    default: 30.0
  interval:
    default: 0.5
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
notes:
  - A send that was not answered may have been stored. It counts as not sent, so that it is repeated the next time; a
    message may then come twice, but none is missing.
  - A run that was killed may leave a C(*.part) beside a file. It is not used again and may be deleted.
  - Files that this module named C(CLUSTER/GROUP.jsonl) in its first form are found and continued.
  - A broker with C(brokerPermission) V(0) refuses to be read. Export before the source is closed.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Keep what died on the sources
  mqops.rocketmq.rocketmq_dlq:
    state: exported
    clusters: "{{ sources }}"
    directory: /var/lib/mqops/dead-letters
  register: exported

- name: Show which file holds the messages of which group
  ansible.builtin.debug:
    msg: "{{ item.cluster }}/{{ item.group }}: {{ item.messages }} messages in {{ item.file }}"
  loop: "{{ exported.letters }}"
  loop_control:
    label: "{{ item.group }}"

- name: Give billing another chance in the new cluster
  mqops.rocketmq.rocketmq_dlq:
    state: resent
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    directory: /var/lib/mqops/dead-letters
    sources: [mro]
    groups: [mro-billing]
"""

RETURN = r"""
letters:
  description: One entry for each group of each cluster that has dead letters, or a file of them.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: The cluster that they died in.
      type: str
    group:
      description: The group that could not process them.
      type: str
    messages:
      description: How many there are.
      type: int
    file:
      description: The file that holds them, as an absolute path without links.
      type: str
      sample: /var/lib/mqops/dead-letters/mro-3f1b…/mro-billing-9c07….jsonl
    sent:
      description: With O(state=resent), how many were sent now.
      type: int
    changed:
      description: Whether the file was written, or something sent.
      type: bool
    error:
      description: Why it did not succeed; null where it did.
      type: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import clusters_option, gate_spec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import dead_letters


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "state": {"type": "str", "choices": ["exported", "resent"], "required": True},
            "directory": {"type": "path", "required": True},
            "groups": {"type": "list", "elements": "str", "default": ["*"]},
            "sources": {"type": "list", "elements": "str"},
            **gate_spec(timeout=30.0, interval=0.5),
        },
        supports_check_mode=True,
    )
    module.end(dead_letters.run(module, **module.options()))


if __name__ == "__main__":
    main()
