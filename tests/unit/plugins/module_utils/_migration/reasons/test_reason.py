# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.reason import Reason, summary

LATE = Reason("NO_CONSUMER", "mro/mro-late/orders", {"remaining": 7})


def test_a_reason_needs_a_code_of_the_catalogue() -> None:
    with pytest.raises(ValueError, match="not in the catalogue"):
        Reason("MADE_UP", "x")


def test_summary_is_short() -> None:
    assert summary([LATE] * 12, limit=2).endswith("; and 10 more")
    assert summary([LATE]) == "NO_CONSUMER mro/mro-late/orders (remaining 7)"
