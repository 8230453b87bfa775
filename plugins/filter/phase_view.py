# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A phase of the migration, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import phase_view as phases
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template


@never_template
def phase_view(
    estate: Mapping[str, Any],
    source_stages: Mapping[str, Mapping[str, Any]],
    name: str,
    check: bool = False,
    **known: Any,
) -> dict[str, Any]:
    """Jinja face of C(phase_view.view)."""
    try:
        return phases.view(estate, source_stages, name, check=bool(check), **known)
    except ValueError as error:
        raise AnsibleFilterError(f"phase_view: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f"phase_view: the stages have an unexpected shape: {error!r}") from error


class FilterModule:
    """The filter of the phases."""

    def filters(self) -> dict[str, Any]:
        return {"phase_view": phase_view}
