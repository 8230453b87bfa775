# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of processes that have ended, or are to end, and of the files by which they are started again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import process_view as processes
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.store_end import verdict
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template


@never_template
def process_view(
    estate: Mapping[str, Any],
    hosts: list[str],
    kept: Mapping[str, Any],
    looked: Mapping[str, Any] | None = None,
    volumes: Mapping[str, str] | None = None,
    ended: list[str] | None = None,
    source: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Any] | None = None,
    stores: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Jinja face of C(process_view.view), with C(volumes) as C(process_view.volumes) has them, and C(stores), by host
    what C(store_end.verdict) says of what was C(printed) there and the C(checked) end.
    """
    try:
        target, gone = estate["target"]["nameservers"], ended or []
        view = processes.view(
            estate["machines"], target, hosts, kept, looked or {}, ended=gone, source=source, wanted=wanted
        )
        return {
            **view.as_dict(),
            "volumes": processes.volumes(volumes or {}, kept, target, gone).as_dict(),
            "stores": {host: verdict(one["printed"], one["checked"], host) for host, one in (stores or {}).items()},
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"process_view: what was given has an unexpected shape: {error!r}") from error


class FilterModule:
    """The filter of processes."""

    def filters(self) -> dict[str, Any]:
        return {"process_view": process_view}
