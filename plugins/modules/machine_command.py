#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: machine_command
short_description: Run one command on a machine that has no Python
version_added: 1.0.0
description:
  - Runs a command over the connection of the inventory, like M(ansible.builtin.raw), and needs nothing on the machine
    but a shell.
  - What the machine prints stays text, also where the connection fails. Up to ansible-core 2.18 the message of a failed
    connection is evaluated as a template when a later task names the result of M(ansible.builtin.raw), and a machine
    writes into that message whatever it likes.
  - In check mode it is skipped, unless the task has C(check_mode=false).
author:
  - mqops.rocketmq contributors (@mqops)
options:
  command:
    description: The command, for the login shell of the connection's user.
    type: str
    required: true
attributes:
  check_mode:
    description: Can run in check mode and return what it would do.
    support: none
  diff_mode:
    description: Returns what it has changed.
    support: none
seealso:
  - module: ansible.builtin.raw
"""

EXAMPLES = r"""
- name: Read who is connected
  mqops.rocketmq.machine_command:
    command: ss -Htn state established
  register: sockets
  changed_when: false
  failed_when: false
  ignore_unreachable: true
  # Without this the play ends where it has any_errors_fatal.
  any_errors_fatal: false
"""

RETURN = r"""
rc:
  description: The command's exit status. Not there for a machine that cannot be reached.
  type: int
  returned: when the machine was reached
  sample: 0
stdout:
  description: What it has printed.
  type: str
  returned: when the machine was reached
  sample: ""
stderr:
  description: What it has printed as errors.
  type: str
  returned: when the machine was reached
  sample: ""
answered:
  description: When the machine had answered, in seconds since 1970 by the control host's clock.
  type: float
  returned: when the machine was reached
  sample: 1790000000.5
msg:
  description: Why the machine cannot be reached, or that the exit status is not 0.
  type: str
  returned: on failure
  sample: "Failed to connect to the host via ssh: Connection refused"
"""
