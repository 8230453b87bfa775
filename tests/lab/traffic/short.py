#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shift of the traffic under what most often goes wrong, with real brokers and a business that keeps a ledger.

The scenario molecule/traffic runs it; the whole of it is tests/matrix/traffic.py.
"""

from __future__ import annotations

import sys

from ansible_collections.mqops.rocketmq.tests.lab.traffic import business, chain, close, drain, freeze

CASES = (
    business.prepare,
    freeze.pinned_producer,
    freeze.freeze,
    drain.independent_check,
    drain.nothing_passes,
    drain.dies_in_mid_drain,
    drain.rewound,
    drain.dead_letters,
    drain.drained,
    close.straggler,
    close.missed_broadcast,
    business.verdict,
)

if __name__ == "__main__":
    sys.exit(chain.main(CASES, __doc__))
