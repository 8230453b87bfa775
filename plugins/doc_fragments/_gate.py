# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that waits for a condition (private to the collection)."""

from __future__ import annotations


class ModuleDocFragment:
    # A module with other defaults repeats only C(default) of the option; the rest is merged from here.
    DOCUMENTATION = r"""
options:
  timeout:
    description:
      - Seconds to wait for the condition. V(0) looks once.
      - The module fails with the last state seen when they are over.
    type: float
    default: 300.0
  interval:
    description: Seconds between two looks.
    type: float
    default: 2.0
"""

    WAIVERS = r"""
options:
  waivers:
    description:
      - What may remain.
      - A waiver covers reasons with its code whose subject matches.
    type: list
    elements: dict
    default: []
    suboptions:
      code:
        description: Code of the reason, as in RV(reasons).
        type: str
        required: true
      subject:
        description: Shell pattern for the reason's subject. V(*) also matches slashes.
        type: str
        required: true
      reason:
        description: Why it may remain. It is shown wherever the waiver is used.
        type: str
        required: true
      who:
        description: Who decided it.
        type: str
      until:
        description: Last day on which the waiver counts, as V(YYYY-MM-DD).
        type: str
"""
