#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a migration has proved and must not forget."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_proofs
short_description: Keep what a migration has proved
description:
  - Reads and changes C(proofs.json) in the directory of a migration. It holds what nothing live would show again, for
    this run and for one that goes on after an interruption.
  - Each option but O(directory), O(progress_file) and O(sent) says what was proved, or what proves nothing any more.
    One of them is given at a time; without any the module only reads.
  - The file is changed as a whole or not at all, and by one run of a host at a time. Nothing is written where nothing
    changes.
  - A file that is cut off, edited, of another kind, or written by a newer version of the collection is refused and left
    as it is. So is a directory without C(proofs.json) that has files of the time before there was one
    (C(drained.json), C(checked.json), C(empty.json), C(leaving.json), C(released_sources.json), C(processes.json)).
  - No broker and no name server is asked. Evidence is no change of what is migrated, so that C(changed) is never true;
    the diff of the result tells what is new.
options:
  directory:
    description: Directory of the migration on the host that runs the module.
    type: path
    required: true
  drained:
    description: Sources were proved to be drained and are about to be closed. Each later proof begins where this ended.
    type: dict
    suboptions:
      sources:
        description: The sources that have passed, each C(spec) of P(mqops.rocketmq.estate#filter).
        type: list
        elements: dict
        required: true
        suboptions: &source
          name:
            description: Name of the source.
            type: str
            required: true
          nameservers:
            description: Addresses of its name servers.
            type: list
            elements: str
            required: true
          brokers:
            description: Its brokers.
            type: list
            elements: dict
            required: true
            suboptions: &broker
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
      commit_logs:
        description: RV(mqops.rocketmq.rocketmq_offset_lag#module:commit_logs) of the proof.
        type: dict
        required: true
      clusters:
        description: RV(mqops.rocketmq.rocketmq_offset_lag#module:clusters) of the proof.
        type: dict
        required: true
  reopened:
    description:
      - Sources that were drained were opened for reading again, so that the proofs of their drain end.
      - What was written since to topics that are read by broadcast is kept as missed, because a broadcasting consumer
        gets a queue back at its end. What could not be read counts as written.
    type: dict
    suboptions:
      sources:
        description: The sources, each C(spec) of P(mqops.rocketmq.estate#filter).
        type: list
        elements: dict
        required: true
        suboptions: *source
      offenders:
        description: RV(mqops.rocketmq.rocketmq_write_stop#module:offenders) since the proof.
        type: list
        elements: dict
        default: []
      unread:
        description: RV(mqops.rocketmq.rocketmq_write_stop#module:unread). Left out where nothing was read at all.
        type: dict
      failure:
        description: Why nothing was read.
        type: str
      peers:
        description: Addresses, C(ip:port), that were connected to the masters meanwhile.
        type: list
        elements: str
        default: []
  unrecorded:
    description:
      - Closed sources, each C(spec) of P(mqops.rocketmq.estate#filter), that are about to be opened again. Of those
        without a proof of their drain it is kept that they may have missed anything.
    type: list
    elements: dict
    suboptions: *source
  told:
    description: Names of sources of which the operator has been told what they have missed.
    type: list
    elements: str
  checked:
    description: Where commit logs ended at the last check before their brokers are ended.
    type: list
    elements: dict
    suboptions:
      address:
        description: Address of the master.
        type: str
        required: true
      end:
        description: The end of its commit log, in bytes.
        type: int
        required: true
      path:
        description: Directory of its commit log.
        type: str
        required: true
  started:
    description:
      - Sources, each C(spec) of P(mqops.rocketmq.estate#filter), whose brokers run again or are about to. Where their
        stores ended, and that they were released, says nothing any more.
    type: list
    elements: dict
    suboptions: *source
  processes:
    description:
      - By host, all that is known of how its process was started, with C(config_file), C(user), C(uid),
        C(name_servers_given), C(without_file), C(unknown) and C(name_servers). It takes the place of what was known.
    type: dict
  released:
    description: The clients of sources were released, so that their machines may be switched off.
    type: dict
    suboptions:
      sources:
        description: The sources, each C(spec) of P(mqops.rocketmq.estate#filter) with its C(hosts).
        type: list
        elements: dict
        required: true
        suboptions:
          <<: *source
          hosts:
            description: The hosts of the inventory, in the order of RV(ignore:nameservers) and RV(ignore:brokers).
            type: dict
            required: true
            suboptions:
              nameservers:
                description: Hosts of the name servers.
                type: list
                elements: str
                required: true
              masters:
                description: Hosts of the masters.
                type: list
                elements: str
                required: true
              slaves:
                description: Hosts of the slaves.
                type: list
                elements: str
                required: true
      decommissioned:
        description: Whether no client was seen to call there any more. A source that was once stays so.
        type: bool
        default: false
  empty:
    description: The target holds nothing, until it is opened.
    type: dict
    suboptions:
      since:
        description: Whether no broker has run before the first deploy, or the undo of the deploy has proved it.
        type: str
        choices: [deploy, undo]
        required: true
      brokers:
        description: The brokers that are known to be empty.
        type: list
        elements: dict
        required: true
        suboptions: *broker
  opened:
    description: Whether the target takes writes or is about to, so that it is not known to be empty any more.
    type: bool
  leaving:
    description: The topics that only these sources own were proved to be read on a target that they leave.
    type: dict
    suboptions:
      sources:
        description: Names of the sources.
        type: list
        elements: str
        required: true
      topic_ends:
        description: RV(mqops.rocketmq.rocketmq_offset_lag#module:topic_ends) of the proof.
        type: dict
        required: true
      waived:
        description: Subjects that are unread by a waiver.
        type: list
        elements: str
        default: []
  not_leaving:
    description: Names of sources that have left, which was told, or that join the target again.
    type: list
    elements: str
  sent:
    description: Asks what was sent to topics since O(leaving). Changes nothing.
    type: dict
    suboptions:
      sources:
        description: Names of the sources that leave.
        type: list
        elements: str
        required: true
      topic_ends:
        description: RV(mqops.rocketmq.rocketmq_offset_lag#module:topic_ends) of now.
        type: dict
        required: true
  progress_file:
    description:
      - File on the host that runs the module to which a line is added while the module waits for another run.
      - If not given, the value of the environment variable E(MQOPS_PROGRESS_FILE) is used.
    type: path
extends_documentation_fragment:
  - mqops.rocketmq._attributes
attributes:
  check_mode:
    support: full
    details:
      - Nothing is written. RV(proofs) is what it would be, for the rest of this run in check mode, and RV(would_keep)
        says what would be kept. It proves nothing.
  diff_mode:
    support: full
  idempotent:
    support: full
requirements:
  - Python 3.11 or newer on the host that runs the module, which is normally the control node.
seealso:
  - module: mqops.rocketmq.rocketmq_plan
  - module: mqops.rocketmq.rocketmq_lock
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Read what was proved
  mqops.rocketmq.rocketmq_proofs:
    directory: /var/lib/mqops/consolidation
  delegate_to: localhost
  register: known

- name: Prove that nothing is left
  mqops.rocketmq.rocketmq_offset_lag:
    clusters: "{{ estate.sources | map(attribute='spec') }}"
  delegate_to: localhost
  register: drain

- name: Keep where the drained sources end, before any of them is closed
  mqops.rocketmq.rocketmq_proofs:
    directory: /var/lib/mqops/consolidation
    drained:
      sources: "{{ (estate.sources | mqops.rocketmq.batch_view([drain])).passed | map(attribute='spec') }}"
      commit_logs: "{{ drain.commit_logs }}"
      clusters: "{{ drain.clusters }}"
  delegate_to: localhost

- name: Forget that the target was empty, before it is opened
  mqops.rocketmq.rocketmq_proofs:
    directory: /var/lib/mqops/consolidation
    opened: true
  delegate_to: localhost
"""

RETURN = r"""
proofs:
  description: All that is known now.
  returned: success
  type: dict
  contains:
    kind:
      description: What the file is.
      type: str
      sample: mqops.rocketmq.proofs
    version:
      description: Version of its form.
      type: int
      sample: 1
    drained:
      description:
        - C(ends), by master's address the end of its commit log when it was proved to be drained; C(broadcast_topics)
          and C(missed), by source the topics that are read by broadcast, and a line for each message that no
          broadcasting consumer will read and that was not told yet.
      type: dict
      sample: {"ends": {"198.18.10.21:10911": 734003}, "broadcast_topics": {"mro": ["news"]}, "missed": {}}
    checked:
      description: By master's address, C(end) and C(path) of its commit log at the last check.
      type: dict
      sample: {"198.18.10.21:10911": {"end": 734003, "path": "/var/lib/rocketmq/store/commitlog"}}
    leaving:
      description:
        - C(sources), names of those that leave; C(topic_ends), by master's address and topic where it ended; C(waived),
          what is unread by a waiver.
      type: dict
      sample: {"sources": [], "topic_ends": {}, "waived": []}
    released:
      description: By source, C(hosts) with the address of each process, and whether they were C(decommissioned).
      type: dict
      sample: {"mro": {"hosts": {"mro-ns": "198.18.10.20:9876"}, "decommissioned": false}}
    empty:
      description: Since when the target is known to be empty (C(since)), and which C(brokers); null where it is not.
      type: dict
    processes:
      description: By host, how its process was started.
      type: dict
would_keep:
  description: What would be kept.
  returned: in check mode, where something new would be kept
  type: str
  sample: "Would keep in /var/lib/mqops/consolidation/proofs.json: drained"
sent_late:
  description: Where messages were sent to topics since O(leaving), a line each.
  returned: with O(sent)
  type: list
  elements: str
refused:
  description:
    - Why a file is refused, V(cut), V(foreign), V(newer), V(wrong) or V(huge); V(before) for files of the time before
      there was one.
  returned: when it is refused
  type: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import SOURCE, SOURCE_WITH_HOSTS
from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import proofs


@run_module
def main() -> None:
    mapping, names = {"type": "dict", "required": True}, {"type": "list", "elements": "str"}
    sources = {"type": "list", "elements": "dict", "options": SOURCE}
    some, named = {**sources, "required": True}, {**names, "required": True}
    reading = {
        "offenders": {"type": "list", "elements": "dict", "default": []},
        "unread": {"type": "dict"},
        "failure": {"type": "str"},
        "peers": {**names, "default": []},
    }
    store = {
        "address": {"type": "str", "required": True},
        "end": {"type": "int", "required": True},
        "path": {"type": "str", "required": True},
    }
    release = {
        "sources": {**some, "options": SOURCE_WITH_HOSTS},
        "decommissioned": {"type": "bool", "default": False},
    }
    empty = {
        "since": {"type": "str", "choices": ["deploy", "undo"], "required": True},
        "brokers": SOURCE["brokers"],
    }
    leaving = {"sources": named, "topic_ends": mapping, "waived": {**names, "default": []}}
    module = RocketmqModule(
        {
            "directory": {"type": "path", "required": True},
            "drained": {"type": "dict", "options": {"sources": some, "commit_logs": mapping, "clusters": mapping}},
            "reopened": {"type": "dict", "options": {"sources": some, **reading}},
            "unrecorded": sources,
            "told": names,
            "checked": {"type": "list", "elements": "dict", "options": store},
            "started": sources,
            "processes": {"type": "dict"},
            "released": {"type": "dict", "options": release},
            "empty": {"type": "dict", "options": empty},
            "opened": {"type": "bool"},
            "leaving": {"type": "dict", "options": leaving},
            "not_leaving": names,
            "sent": {"type": "dict", "options": {"sources": named, "topic_ends": mapping}},
        },
        connection=False,
        mutually_exclusive=[(*proofs.CHANGES, "sent")],
        supports_check_mode=True,
    )
    module.end(proofs.run(module, **module.options()))


if __name__ == "__main__":
    main()
