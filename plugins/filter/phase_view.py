# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A phase of the migration, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import phases


def phase_view(
    estate: Mapping[str, Any], standings: Mapping[str, Mapping[str, Any]], name: str, check: bool = False
) -> dict[str, Any]:
    """C(phase), its row; what C(View) has; C(undos), what has to be undone before where a source is further;
    C(not_taken_back); C(next), the playbook that comes next; C(at), C(since), C(until) and C(halted): sources.

    standings: what P(mqops.rocketmq.look_view#filter) says.
    """
    phase = phases.BY_NAME.get(name)
    if phase is None:
        raise AnsibleFilterError(f"phase_view: there is no phase {name!r}; there are: {', '.join(phases.BY_NAME)}")
    try:
        sources = estate["sources"]
        stages = {source: one["stage"] for source, one in standings.items()}
        following = phases.following(stages)
        return {
            "phase": {**asdict(phase), "opening": phase.opening, "closing": phase.closing},
            "next": following.playbook if following else "",
            "undos": list(phases.undos_before(phase)),
            "not_taken_back": phases.not_taken_back(
                phase, {one["name"]: standings[one["name"]] for one in sources}, check=bool(check)
            ),
            "halted": phases.halted(sources, {source: one.get("ended", ()) for source, one in standings.items()}),
            **phases.by_stage(sources, stages),
            **phases.as_dict(phases.view(phase, stages, check=bool(check))),
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f"phase_view: the standings have an unexpected shape: {error!r}") from error


class FilterModule:
    """The filter of the phases."""

    def filters(self) -> dict[str, Any]:
        return {"phase_view": phase_view}
