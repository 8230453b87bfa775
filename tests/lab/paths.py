# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the drivers find the checkout, the lab's files and the two tools that ask a lab."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "tests/lab"
BUILD = ROOT / "build"  # of each lab a directory: inventory, keys, evidence, ledger, logs
MQADMIN = ROOT / "tools/mqadmin.sh"
DIG = ROOT / "tools/dig.sh"
