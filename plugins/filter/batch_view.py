# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sources of a batch go on."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import batch as batches
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


@told
def batch_view(batch: list[dict[str, Any]], returned: list[dict[str, Any]]) -> dict[str, Any]:
    """Jinja face of C(batch.judge)."""
    try:
        return batches.judge(batch, returned).as_dict()
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f"batch_view: what was returned has an unexpected shape: {error!r}") from error


class FilterModule:
    """The filter of a batch."""

    def filters(self) -> dict[str, Any]:
        return {"batch_view": batch_view}
