#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shift of the traffic under everything that can go wrong, with real brokers and a business that keeps a ledger.

One lab (estate shift), one chain of cases; the cases are in tests/lab/traffic.
"""

from __future__ import annotations

import sys

from ansible_collections.mqops.rocketmq.tests.lab.traffic import business, chain, close, drain, freeze

CASES = (
    business.prepare,
    freeze.pinned_producer,
    freeze.refused,
    freeze.freeze,
    drain.independent_check,
    drain.nothing_passes,
    drain.dies_in_mid_drain,
    drain.rewound,
    drain.dead_letters,
    drain.killed_in_mid_drain,
    drain.drained,
    freeze.lost_routes,
    close.second_straggler,
    close.seldom,
    close.straggler,
    close.missed_broadcast,
    business.verdict,
)

if __name__ == "__main__":
    sys.exit(chain.main(CASES, __doc__, alone=True))
