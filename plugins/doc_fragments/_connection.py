# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of every module that talks RocketMQ's protocol (private to the collection)."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  request_timeout:
    description:
      - Seconds that one request may take, from when it is sent until its answer is complete.
      - RocketMQ 4.4.0 never answers a request that it does not know, and answers a change of its configuration
        only after it has registered with every name server, so values below V(5) make healthy brokers look silent.
    type: float
    default: 5.0
  connect_timeout:
    description: Seconds that opening one connection may take.
    type: float
    default: 3.0
  access_key:
    description:
      - Access key of an account of the brokers' ACL, where C(aclEnable) is set.
      - Requests are signed only when both keys are given.
    type: str
  secret_key:
    description: Secret key that belongs to O(access_key).
    type: str
  tls:
    description:
      - Whether to encrypt connections.
      - RocketMQ 4.4.0 makes its own certificate by default, so the peer's identity is not verified.
    type: bool
    default: false
  progress_file:
    description:
      - File on the host that runs the module to which a line is added at every step of a long wait.
      - The callback plugin P(mqops.rocketmq.progress#callback) prints these lines while the task still runs.
      - If not given, the value of the environment variable E(MQOPS_PROGRESS_FILE) is used.
    type: path
requirements:
  - Python 3.11 or newer on the host that runs the module, which is normally the control node.
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description: Returns details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the system controlled or queried by the module has not changed in a relevant way.
  action_group:
    description: Use C(group/mqops.rocketmq.rocketmq) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - mqops.rocketmq.rocketmq
"""
