# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that talk DNS (private to the collection)."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  port:
    description: Port of every server that does not give its own as C(address#port), from V(1) to V(65535).
    type: int
    default: 53
  protocol:
    description:
      - V(udp) falls back to TCP when an answer is truncated or does not come, and for large updates.
      - V(tcp) uses nothing else.
    type: str
    choices: [udp, tcp]
    default: udp
  query_timeout:
    description: Seconds that one query or update may take over one protocol at one address.
    type: float
    default: 3.0
  key_name:
    description:
      - Name of the TSIG key that signs the requests.
      - Without a key, requests are not signed.
    type: str
  key_secret:
    description: Secret of O(key_name) in base64, as key files have it.
    type: str
  key_algorithm:
    description: Algorithm of O(key_name). V(hmac-md5) is refused unless O(allow_md5=true).
    type: str
    choices: [hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512, hmac-sha1, hmac-md5]
    default: hmac-sha256
  allow_md5:
    description: Whether O(key_algorithm=hmac-md5) may be used, for servers that have nothing better.
    type: bool
    default: false
  progress_file:
    description:
      - File on the host that runs the module to which a line is added while the module waits.
      - If not given, the value of the environment variable E(MQOPS_PROGRESS_FILE) is used.
    type: path
requirements:
  - Python 3.11 or newer on the host that runs the module, which is normally the control node.
  - dnspython 2.7 or newer on the same host.
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
    description: Use C(group/mqops.rocketmq.dns) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - mqops.rocketmq.dns
"""
