# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With which name servers brokers run, told to a module that would read it out of their configuration (private)."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  registers_with:
    description:
      - Addresses of the name servers with which the brokers that are changed run, each C(host:port).
      - Brokers that fetch their list from an address server do not tell it. If not given, C(namesrvAddr) in their
        configuration counts.
    type: list
    elements: str
    default: []
"""
