# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TTL that undo restores survives an interruption right after the migration has lowered it."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.plan import original_ttl


@pytest.mark.parametrize(
    ("given", "agreed", "seen", "original"),
    [
        (None, None, [60, 60], 60),
        (None, None, [], None),
        (None, 60, [30], 60),
        (None, 60, [], 60),
        (None, 60, [60, 30], 60),
        (None, 60, [3600], 3600),
        (900, 60, [30], 900),
        (0, 60, [30], 0),
    ],
)
def test_original_is_given_or_agreed_or_seen(given, agreed, seen, original):
    assert original_ttl(given, agreed, seen) == original
