# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the answers of machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory import preflight as preflights
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import machine_view as machines
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template


@never_template
def machine_view(
    estate: Mapping[str, Any],
    looked: Mapping[str, Any] | None = None,
    hostvars: Any = None,
    preflight: Mapping[str, Any] | None = None,
    **given: Any,
) -> dict[str, Any]:
    """Jinja face of C(machine_view.view), with C(findings) as C(preflight.findings) has them."""
    try:
        view = machines.view(estate, looked or {}, **given).as_dict()
        if preflight is not None:
            view["findings"] = preflights.findings(estate, hostvars, looked or {}, **preflight)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"machine_view: what was given has an unexpected shape: {error!r}") from error
    return view


class FilterModule:
    """The filter of machines."""

    def filters(self) -> dict[str, Any]:
        return {"machine_view": machine_view}
