# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A phase of the migration and what it finds in an estate (phases.py), as playbooks need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from . import agreed, phases


def view(
    estate: Mapping[str, Any],
    source_stages: Mapping[str, Mapping[str, Any]],
    name: str,
    *,
    check: bool = False,
    released: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """C(phase), its row; what C(phases.View) has; C(undos), what has to be undone before where a source is further;
    C(not_taken_back); C(next), the playbook that comes next.

    Sources: C(acted_on) and C(ready_sources), those of the batch; C(at), C(since) and C(until), by stage; C(window),
    those of C(phases.WINDOWS); C(halted); C(living), as modules take them. C(unknown), in words, those whose stage is
    not known; C(remaining), hosts. With a plan C(agreed), what follows from it.

    source_stages: what P(mqops.rocketmq.look_view#filter) says. released: what was proved of sources whose clients
    were. Raises ValueError where there is no such phase.
    """
    phase = phases.BY_NAME.get(name)
    if phase is None:
        raise ValueError(f"there is no phase {name!r}; there are: {', '.join(phases.BY_NAME)}")
    sources = estate["sources"]
    stages = {source: one["stage"] for source, one in source_stages.items()}
    ended = {source: one.get("ended", ()) for source, one in source_stages.items()}
    gone = {source: one.get("gone", ()) for source, one in source_stages.items()}
    following = phases.following(stages)
    found = phases.view(phase, stages, check=check)
    acted_on = [source for source in sources if source["name"] in found.batch]
    own = {one["name"]: source_stages[one["name"]] for one in sources}
    shown = {
        "phase": {**asdict(phase), "opening": phase.opening, "closing": phase.closing, "waivers": phase.waivers},
        "next": following.playbook if following else "",
        "undos": list(phases.undos_before(phase)),
        "not_taken_back": phases.not_taken_back(phase, own, check=check),
        "unknown": [one["said"] for one in source_stages.values() if one["stage"] == "unknown"],
        "acted_on": acted_on,
        "ready_sources": [source for source in acted_on if source["name"] in found.ready],
        "halted": phases.halted(sources, ended),
        "living": phases.living(sources, ended),
        "remaining": phases.remaining(sources, gone, released or {}),
        "window": phases.in_windows(sources, stages),
        **phases.by_stage(sources, stages),
        **phases.as_dict(found),
    }
    if plan is not None:
        listed = [source["name"] for source in [*sources, *estate["others"]]]
        shown["agreed"] = agreed.view(plan, acted_on, listed).as_dict()
    return shown
