# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection's modules promise, in one wording (private to the collection)."""

from __future__ import annotations


class ModuleDocFragment:
    # check_mode, diff_mode and idempotent: a module that uses this fragment adds C(support) to each.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description: Returns details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the system controlled or queried by the module has not changed in a relevant way.
"""

    # Modules that only read.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
"""

    # Modules that only look, and wait for what they look for.
    GATE_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
      - It does not wait in check mode, because nothing that it could wait for is brought about there. It looks once,
        says in RV(would_wait) for what a run would wait, and passes. A peer that does not answer, or does not exist
        yet, is named there.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
"""

    # Modules in the action group with the connection options.
    ACTIONGROUP_ROCKETMQ = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/mqops.rocketmq.rocketmq) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - mqops.rocketmq.rocketmq
"""
