# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phases of the migration for playbooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import phases


def phase_view(standings: Mapping[str, Mapping[str, Any]], name: str, check: bool = False) -> dict[str, Any]:
    """A phase with what it finds in a batch: C(phase), its row; C(batch), C(early) and C(further) as C(View) has them;
    C(undos), what has to be undone before where a source is further; C(next), the playbook that comes next.

    standings: what P(mqops.rocketmq.standing#filter) says.
    """
    phase = phases.BY_NAME.get(name)
    if phase is None:
        raise AnsibleFilterError(f"phase_view: there is no phase {name!r}; there are: {', '.join(phases.BY_NAME)}")
    try:
        stages = {source: one["stage"] for source, one in standings.items()}
    except (AttributeError, KeyError, TypeError) as exc:
        raise AnsibleFilterError(f"phase_view: the standings have an unexpected shape: {exc!r}") from exc
    view = phases.view(phase, stages, check=bool(check))
    following = phases.following(stages)
    return {
        "phase": asdict(phase),
        "next": following.playbook if following else "",
        "undos": list(phases.undos_before(phase)),
        **phases.as_dict(view),
    }


class FilterModule:
    """The filter of the phases."""

    def filters(self) -> dict[str, Any]:
        return {"phase_view": phase_view}
