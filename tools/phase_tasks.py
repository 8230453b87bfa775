# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which task files each phase can come to, and which codes of refusals and which gates stand in them.

Needs the collection on PYTHONPATH.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import BY_NAME, PHASES, Phase
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import entry

ROOT = Path(__file__).resolve().parents[1]
# Taken where what would be said depends on a variable: the roles that run a process.
PROCESS_ROLES = ("broker", "nameserver")
REFUSAL = "mqops.rocketmq.refuse"
GATES = {
    "mqops.rocketmq.rocketmq_capacity_info": entry.CAPACITY,
    "mqops.rocketmq.dns_name_info": entry.NAMES,
    "mqops.rocketmq.rocketmq_drift": entry.DRIFT,
    "mqops.rocketmq.rocketmq_registration": entry.REGISTRATION,
    "mqops.rocketmq.rocketmq_consumer_assignment": entry.ASSIGNMENT,
    "mqops.rocketmq.rocketmq_write_stop": entry.WRITE_STOP,
    "mqops.rocketmq.rocketmq_offset_lag": entry.DRAIN,
    "mqops.rocketmq.rocketmq_traffic": entry.TRAFFIC,
}
# Gates by the task file that asks them: those of filters, and the preflight, whose module also looks at a plan.
ASKED_IN = {
    "phases/preflight": entry.PREFLIGHT,
    "steps/preflight/judge_machines": entry.MACHINES,
    "steps/preflight/judge_names": entry.NAMES,
    "steps/run/prepare": entry.EVIDENCE,
    "steps/proofs/read": entry.EVIDENCE,
    "steps/stages/read": entry.STAGE,
}

Place = tuple[str, str]  # a role, and a file below its tasks, without its ending
FRAME = ("migration", "main")


def every_task(content: Any) -> Iterator[dict[str, Any]]:
    """Tasks and plays of a file, those in blocks included."""
    for task in content if isinstance(content, list) else []:
        yield task
        for part in ("block", "rescue", "always", "tasks"):
            yield from every_task(task.get(part))


@cache
def tasks_of(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(every_task(yaml.safe_load(path.read_text(encoding="utf-8"))))


def path_of(place: Place) -> Path:
    return ROOT / "roles" / place[0] / "tasks" / f"{place[1]}.yml"


def _framed(phase: Phase, part: str) -> Iterator[Place]:
    """What main.yml includes for a part of a phase, itself among them."""
    yield FRAME
    yield "migration", part
    if part == phase.opening:
        yield "migration", "begin"
    if part == phase.closing:
        yield "migration", "end"


def _leads_to(task: dict[str, Any], role: str, phase: Phase) -> Iterator[Place]:
    """The task files that one task includes."""
    for key, value in task.items():
        action = key.rpartition(".")[2]
        if action in ("include_tasks", "import_tasks"):
            name = str(value).removesuffix(".yml")
            # What main.yml includes depends on the phase.
            if not name.startswith("{{") and name not in ("begin", "end"):
                yield role, name
        elif action in ("include_role", "import_role"):
            name = value["name"].removeprefix("mqops.rocketmq.")
            file = value.get("tasks_from", "main")
            for one in PROCESS_ROLES if name.startswith("{{") else (name,):
                if (one, file) != FRAME:
                    yield one, file
                else:
                    yield from _framed(phase, (task.get("vars") or {}).get("migration_tasks", phase.parts[0]))


def files_of(playbook: str, phase: str) -> set[Place]:
    """Every task file that a playbook can come to."""
    found: set[Place] = set()
    left: list[Place] = []
    for play in tasks_of(ROOT / "playbooks" / f"{playbook}.yml"):
        if "ansible.builtin.import_playbook" in play:
            found |= files_of(Path(play["ansible.builtin.import_playbook"]).stem, phase)
        left += _leads_to(play, "", BY_NAME[phase])
    while left:
        place = left.pop()
        if place not in found:
            found.add(place)
            left += [one for task in tasks_of(path_of(place)) for one in _leads_to(task, place[0], BY_NAME[phase])]
    return found


@cache
def files_by_phase() -> dict[str, frozenset[Place]]:
    return {phase.name: frozenset(files_of(phase.playbook, phase.name)) for phase in PHASES}


def codes_in(path: Path) -> set[str]:
    """The codes of the refusals that a task file gives."""
    return {task[REFUSAL]["code"] for task in tasks_of(path) if REFUSAL in task}


def codes_of(phase: str) -> set[str]:
    """The codes with which the tasks of a phase refuse."""
    return {code for place in files_by_phase()[phase] for code in codes_in(path_of(place))}


def gates_of(phase: str) -> set[str]:
    """The gates that a phase asks."""
    files = files_by_phase()[phase]
    modules = {GATES[key] for place in files for task in tasks_of(path_of(place)) for key in task if key in GATES}
    return modules | {ASKED_IN[name] for role, name in files if role == "migration" and name in ASKED_IN}


@cache
def codes_of_any() -> frozenset[str]:
    """The codes of every phase that begins as the phases do: all but image and restart."""
    begun = [name for name, files in files_by_phase().items() if ("migration", "begin") in files]
    return frozenset(set.intersection(*map(codes_of, begun)))
