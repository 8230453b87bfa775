#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: machine_command
short_description: Run commands on a machine that has no Python
version_added: 1.0.0
description:
  - Runs commands over the connection of the inventory, like M(ansible.builtin.raw), and needs nothing on the machine
    but a shell.
  - Each command runs in a frame that tells its output from whatever else the machine prints;
    P(mqops.rocketmq.machine_view#filter) reads the answers.
  - What the machine prints stays text, also where the connection fails. Up to ansible-core 2.18 the message of a failed
    connection is evaluated as a template when a later task names the result of M(ansible.builtin.raw), and a machine
    writes into that message whatever it likes.
  - In check mode only what reads is run, so that later tasks have its answers.
author:
  - mqops.rocketmq contributors (@mqops)
options:
  host:
    description: The inventory's host to whose machine the task is delegated. Its variables say what the questions mean.
    type: str
    required: true
  limit:
    description: Seconds for each command.
    type: int
    required: true
  asks:
    description:
      - What the machine is asked. V(process), does the host's process run; V(sockets) and V(own_sockets), who is
        connected to the machine, and to the process; V(method), can it be ended; V(stop) and V(start); V(resets), how
        often a connection was refused; V(memory), in KiB; V(identity), how the process was started; V(settings) and
        V(edit), the settings in its file; V(fetch), its broker's list of name servers; V(facts), what the preflight has
        to know.
    type: list
    elements: str
    choices:
      [process, sockets, own_sockets, method, stop, start, resets, memory, identity, settings, edit, fetch, facts]
    default: []
  known:
    description:
      - What the questions need beyond the variables of the host, C(broker) and C(nameserver), the usual patterns of
        processes; C(seconds) that a process is given to end; C(kept), what was kept of it before it was ended;
        C(settings) of V(edit); C(address_server) of V(fetch); C(script), C(estate) and C(wait) of V(facts).
    type: dict
    default: {}
  commands:
    description: Commands of one's own in place of the questions, by name the text for sh. They may change something.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Can run in check mode and return what it would do.
    support: partial
    details:
      - V(stop), V(start), V(edit) and O(commands) are not run. RV(planned) names them, and
        P(mqops.rocketmq.machine_view#filter) takes them for answered as wanted. What they could not be asked for in a
        run fails all the same.
  diff_mode:
    description: Returns what it has changed.
    support: none
seealso:
  - module: ansible.builtin.raw
"""

EXAMPLES = r"""
- name: Read who is connected
  mqops.rocketmq.machine_command:
    host: "{{ __migration_machine }}"
    asks: [sockets]
    limit: 60
  loop: "{{ groups.sources }}"
  loop_control:
    loop_var: __migration_machine
  delegate_to: "{{ __migration_machine }}"
  register: sockets
  failed_when: false
  ignore_unreachable: true
  # Without this the play ends where it has any_errors_fatal.
  any_errors_fatal: false
"""

RETURN = r"""
mark:
  description: What stands in the frame of each command, and in nothing else.
  type: str
  returned: always
  sample: mqops-0123456789abcdef
tried:
  description: How the machine was to be reached.
  type: str
  returned: always
  sample: ssh ops@198.18.10.20
planned:
  description: What was not run, because it changes something.
  type: list
  elements: str
  returned: in check mode, where something was not run
  sample: [stop]
rc:
  description: The exit status of the frame. Not there for a machine that cannot be reached.
  type: int
  returned: when the machine was reached
  sample: 0
stdout:
  description: What the machine has printed, with the frames.
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
