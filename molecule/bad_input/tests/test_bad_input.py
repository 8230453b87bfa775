# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After all that was refused the lab is as it was."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_both_masters_are_listed(mqadmin, nameserver, brokers):
    listed = mqadmin("clusterList", "-n", nameserver)
    for address in brokers.values():
        assert address in listed


def test_no_plan_was_written():
    evidence = ROOT / "build/mod/bad-input/evidence"
    assert evidence.is_dir()
    assert not list(evidence.glob("plan*"))
