# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.refusal import refusal


def test_a_task_that_passes_has_nothing_to_say() -> None:
    assert refusal("RUN_LIMITED", None, None) == refusal("RUN_LIMITED")
    assert refusal("RUN_LIMITED", 7, {"mro": "open"}).startswith("RUN_LIMITED 7: {'mro': 'open'}. ")


def test_an_unknown_code_is_an_error_of_the_task() -> None:
    assert refusal("RUN_LIMITED", "mro-a").startswith("RUN_LIMITED mro-a: ")
    with pytest.raises(AnsibleFilterError, match="MADE_UP"):
        refusal("MADE_UP", "x")
