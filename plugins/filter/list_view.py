# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the lists of name servers that brokers fetch from an address server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import list_view as lists
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template


@never_template
def list_view(read: Mapping[str, Any], **known: Any) -> dict[str, Any]:
    """Jinja face of C(list_view.view)."""
    try:
        return lists.view(read, **known)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"list_view: {error}") from error


class FilterModule:
    """The filter of the lists."""

    def filters(self) -> dict[str, Any]:
        return {"list_view": list_view}
