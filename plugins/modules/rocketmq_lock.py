#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One changing run at a time."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_lock
short_description: Let one changing run at a time work on an estate
description:
  - Takes, renews or gives back the lock of a migration. It lies in the key-value store of the new cluster's name
    server, where every run finds it whatever host it comes from, and in O(directory), which also serves before that
    name server exists.
  - A run that finds the lock of another run fails and says who holds it, since when and for what. Nothing waits.
  - The owner is the C(ansible-playbook) process. Where the run of the owner is seen to have ended (same machine), or
    the lock has expired and its owner cannot be seen, it is taken over, and RV(taken_over) and a warning say so.
options:
  state:
    description:
      - V(present) takes the lock, or renews it when this run has it already.
      - V(absent) gives it back. A lock of another run is left alone.
    type: str
    choices: [present, absent]
    default: present
  nameserver:
    description: Address of the name server whose key-value store holds the lock, C(ip:port).
    type: str
    required: true
  must_answer:
    description: Whether a name server that does not answer is a failure. Otherwise only O(directory) is used.
    type: bool
    default: true
  directory:
    description: Directory on the host that runs the module, the same for all runs from that host.
    type: path
    required: true
  what:
    description: What the lock is taken for, for others to read.
    type: str
    default: a changing run
  expiry:
    description:
      - Seconds until the lock no longer counts unless it is renewed. Longer than the longest phase.
      - One whose owner is seen to run (same machine) counts on.
    type: int
    default: 7200
  ended_owner:
    description:
      - Owner of a lock whose run is known to have ended where that cannot be seen, such as in another container.
        Its lock is taken over like that of a run that is seen to have ended.
    type: str
  owner:
    description: Who takes it. By default this run, C(user@host:machine:process:start).
    type: str
extends_documentation_fragment:
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - The lock of another run is a failure in check mode, too; nothing is written.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - Taking the lock again renews it.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Take the lock
  mqops.rocketmq.rocketmq_lock:
    nameserver: 198.18.10.80:9876
    directory: /var/lib/mqops/consolidation
    what: freeze_source
  delegate_to: localhost

- name: Give it back
  mqops.rocketmq.rocketmq_lock:
    state: absent
    nameserver: 198.18.10.80:9876
    directory: /var/lib/mqops/consolidation
  delegate_to: localhost
"""

RETURN = r"""
owner:
  description: Who this run is.
  returned: success
  type: str
  sample: ops@jump:4026531836.9f1c2b7a:4711:99812
held_by:
  description: The lock of another run, with C(owner), C(what), C(since) and C(until) (UTC).
  returned: when it is held
  type: dict
taken_over:
  description: Locks that no longer counted, each with why.
  returned: success
  type: list
  elements: str
places:
  description: Where the lock lies.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.base import RocketmqModule, run_module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import lock


@run_module
def main() -> None:
    module = RocketmqModule(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "nameserver": {"type": "str", "required": True},
            "must_answer": {"type": "bool", "default": True},
            "directory": {"type": "path", "required": True},
            "what": {"type": "str", "default": "a changing run"},
            "expiry": {"type": "int", "default": 7200},
            "ended_owner": {"type": "str"},
            "owner": {"type": "str"},
        },
        supports_check_mode=True,
    )
    module.end(lock.run(module, **module.options()))


if __name__ == "__main__":
    main()
