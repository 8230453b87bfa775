# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look at clusters, names and machines has shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.look import look
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template


@never_template
def look_view(estate: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """Jinja face of :func:`look`."""
    try:
        return look(estate, live).as_dict()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(
            f"look_view: the estate or the live data have an unexpected shape: {error!r}"
        ) from error


class FilterModule:
    """The filter of a look."""

    def filters(self) -> dict[str, Any]:
        return {"look_view": look_view}
