# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The phases of the migration as data: between which stages of its sources each acts, and what follows from that.

The refusals "too early" and "already further", the batch that a phase works on, what C(status) says comes next, the
order of C(site.yml) and the tables of the documentation are made of this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..._admin.release import ADDRESS_FETCH
from .source_stage import ORDER


@dataclass(frozen=True)
class Phase:
    """One playbook of the migration.

    name: as the role and the playbook have it. number: its place in the order, None for what is no step of the way.
    first, last: the stages of the sources that it acts on; empty where it acts on no source.
    least: the stage that every source of the batch must have reached; early: what is said of one that has not.
    most: the last stage from which an undo takes a source back.
    leaves: the stage after it; empty where it stays. undo: the playbook that takes it back.
    changes: whether it takes the lock. judges: whether it stops where the stage of a source is unknown.
    gate: what it proves before it passes.
    seconds: how long it takes as rehearsed, without what depends on the estate; None where only the estate decides.
    """

    name: str
    title: str
    number: int | None = None
    first: str = ""
    last: str = ""
    least: str = ""
    early: str = ""
    most: str = ""
    leaves: str = ""
    undo: str = ""
    changes: bool = True
    judges: bool = True
    gate: str = ""
    seconds: int | None = None

    @property
    def playbook(self) -> str:
        return self.name if self.number is None else f"phase_{self.number}_{self.name}"


PHASES = (
    Phase(
        "image",
        "brings the RocketMQ image to the new machines",
        10,
        changes=False,
        judges=False,
        gate="each machine of the target runs the image, all the same digest",
    ),
    Phase(
        "preflight",
        "looks for conflicts, at machines, names and capacity; writes the plan",
        20,
        changes=False,
        judges=False,
        gate="nothing blocks, or what may be waived has a waiver",
    ),
    Phase(
        "deploy",
        "starts the new cluster, read-only, in every old name server",
        30,
        first="apart",
        last="closed",
        leaves="joined",
        undo="rollback_deploy",
        seconds=60,
        gate="every name server lists every broker of the target with all its topics, read-only",
    ),
    Phase(
        "copy_metadata",
        "copies topics, groups and order configuration",
        40,
        first="apart",
        last="frozen",
        gate="a pass finds no difference",
    ),
    Phase(
        "open_target",
        "lets the new brokers take writes",
        50,
        first="joined",
        last="open",
        least="joined",
        early="The target's brokers are not in every source's name server; run the phase deploy first.",
        leaves="open",
        undo="rollback_open_target",
        seconds=35 + 22 + 60,
        gate=(
            "every online consumer holds the target's queues, then set brokerPermission 6 on the target's masters "
            "and wait until the target receives and its consumers consume"
        ),
    ),
    Phase(
        "freeze_source",
        "makes the old brokers read-only",
        60,
        first="open",
        last="frozen",
        least="open",
        early=(
            "The target does not take writes yet; a frozen source would leave its producers without a queue. Run "
            "open_target first."
        ),
        leaves="frozen",
        undo="rollback_freeze_source",
        seconds=28 + 60,
        gate="a whole window passes without one client write on any queue of the sources",
    ),
    Phase(
        "drain_source",
        "waits until everything is consumed",
        65,
        first="frozen",
        last="frozen",
        least="frozen",
        early="A source still takes writes; run freeze_source first.",
        undo="rollback_freeze_source",
        gate="nothing is left on the sources, twice, with the writes still stopped",
    ),
    Phase(
        "close_source",
        "takes the old queues out of the clients' hands",
        70,
        first="frozen",
        last="closed",
        least="frozen",
        early="A source still takes writes; run freeze_source and drain_source first.",
        leaves="closed",
        undo="rollback_close_source",
        seconds=35 + 60,
        gate="no client holds a queue of the sources and no offset or lag grows there",
    ),
    Phase(
        "switch_dns",
        "points the old names at the new name server",
        75,
        first="closed",
        last="switched",
        least="closed",
        early="A source is not closed; run close_source first.",
        leaves="switched",
        undo="rollback_switch_dns",
        gate=(
            "no server or resolver holds an answer from before the time to live was lowered, then every one gives "
            "the new answer and old answers have aged"
        ),
    ),
    Phase(
        "stop_brokers",
        "ends the old brokers, data kept",
        80,
        first="switched",
        last="stopped",
        least="switched",
        early="A source is not switched; run switch_dns first.",
        leaves="stopped",
        undo="rollback_stop_brokers",
        seconds=20 + 60,
        gate="each process has ended and the sources' name servers show the target's queues only",
    ),
    Phase(
        "release_clients",
        "ends the old name servers, so that clients reconnect: the point of no return",
        85,
        first="stopped",
        last="stopped",
        least="stopped",
        early="The brokers of a source run; run stop_brokers first.",
        leaves="done",
        seconds=28 + 60,
        gate="every business host is connected to the target's name server and the business flows",
    ),
    Phase(
        "finalize",
        "gives the new brokers a list without the old name servers",
        90,
        first="done",
        last="done",
        least="done",
        early="A source is not done, so the target's brokers still need its name server; run release_clients first.",
        seconds=ADDRESS_FETCH + 30,
        gate="every broker of the target has fetched its new list of name servers and has it in its file",
    ),
    Phase(
        "decommission",
        "says which machines may go",
        95,
        first="done",
        last="done",
        least="done",
        early="A source is not done; run release_clients first.",
        seconds=90,
        gate="nobody has knocked at the old machines for a while",
    ),
    Phase("status", "says where everything stands", changes=False, judges=False),
    Phase(
        "sync",
        "copies what was created on the sources since",
        first="apart",
        last="frozen",
        gate="what is new is read by every online consumer, then it is opened and both sides are compared once more",
    ),
    Phase(
        "attach",
        "lets a target that serves join further sources",
        first="apart",
        last="open",
        undo="rollback_attach",
        gate=(
            "every broker of the target has fetched its new list of name servers, the joined name servers list the "
            "target with all topics, and every consumer of the joined sources holds its queues"
        ),
    ),
    Phase(
        "rollback_deploy",
        "takes the target out of the sources",
        first="apart",
        last="joined",
        gate="nobody writes to the target, nothing is left on it, and no source's name server lists it",
    ),
    Phase(
        "rollback_attach",
        "lets go of sources that the target serves beside others",
        first="apart",
        last="open",
        gate=(
            "no client writes to the topics that the leaving sources alone own and nothing is left in them, then "
            "every broker of the target has fetched a list without their name servers, and none comes back there"
        ),
    ),
    Phase("rollback_open_target", "takes the writes back from the target", first="open", last="open"),
    Phase(
        "rollback_freeze_source", "lets the sources take writes again", first="freezing", last="frozen", most="frozen"
    ),
    Phase(
        "rollback_close_source", "lets clients read the sources again", first="closing", last="closed", most="closed"
    ),
    Phase("rollback_switch_dns", "points the names back", first="closed", last="switched", most="switched"),
    Phase(
        "rollback_stop_brokers",
        "points the names back and starts the brokers",
        first="switched",
        last="stopped",
        most="stopped",
        judges=False,
    ),
    Phase(
        "rescue",
        "reads what a source that has ended still holds",
        first="stopping",
        last="done",
        judges=False,
        gate="nothing is left on the source's masters, towards the target's name server",
    ),
    Phase("restart", "restarts the target's brokers gently", judges=False),
)
BY_NAME = {phase.name: phase for phase in PHASES}
# The way from the beginning to the end, as site.yml goes it.
WAY = tuple(sorted((phase for phase in PHASES if phase.number is not None), key=lambda phase: phase.number or 0))


@dataclass(frozen=True)
class View:
    """What a phase finds in a batch. C(batch): names of the sources that it acts on. C(early), C(further): in words,
    the sources that it must not act on yet, or any more."""

    batch: tuple[str, ...]
    early: tuple[str, ...]
    further: tuple[str, ...]


def between(stages: Mapping[str, str], first: str, last: str = "done") -> tuple[str, ...]:
    """Names of the sources whose stage lies between two of ORDER, both included. An unknown stage lies nowhere."""
    low, high = ORDER.index(first), ORDER.index(last)
    return tuple(name for name, stage in stages.items() if stage in ORDER and low <= ORDER.index(stage) <= high)


def by_stage(
    sources: Iterable[dict[str, Any]], stages: Mapping[str, str]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Sources by each stage of ORDER: C(at) it; C(since) it, that have come at least so far; C(until) it, at most. One
    whose stage is unknown is nowhere. stages: source's name to its stage; KeyError where one is missing.
    """
    known = [(source, ORDER.index(stages[source["name"]])) for source in sources if stages[source["name"]] in ORDER]
    return {
        "at": {stage: [source for source, at in known if at == place] for place, stage in enumerate(ORDER)},
        "since": {stage: [source for source, at in known if at >= place] for place, stage in enumerate(ORDER)},
        "until": {stage: [source for source, at in known if at <= place] for place, stage in enumerate(ORDER)},
    }


def halted(sources: Iterable[dict[str, Any]], ended: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
    """Sources whose name servers all run while some or all of their brokers have ended, wherever DNS leads. ended: by
    source the hosts whose processes have ended."""
    found = []
    for source in sources:
        hosts, gone = source["hosts"], set(ended.get(source["name"], ()))
        if gone & {*hosts["masters"], *hosts["slaves"]} and not gone & set(hosts["nameservers"]):
            found.append(source)
    return found


def view(phase: Phase, stages: Mapping[str, str], *, check: bool = False) -> View:
    """What the phase finds; stages: source's name to its stage. In check mode nothing has changed before, so a phase
    shows what it would do with every source that is not further than it."""
    if not phase.first:
        return View((), (), ())
    batch = between(stages, ORDER[0] if check and phase.least else phase.first, phase.last)
    early: Sequence[str] = ()
    if phase.least and not check:
        reached = between(stages, phase.least)
        early = tuple(f"{name} is {stage}" for name, stage in stages.items() if name not in reached)
    further: Sequence[str] = ()
    if phase.most and phase.most != ORDER[-1]:
        beyond = between(stages, ORDER[ORDER.index(phase.most) + 1])
        further = tuple(f"{name} is {stages[name]}" for name in beyond)
    return View(batch, tuple(early), tuple(further))


def undos_before(phase: Phase) -> tuple[str, ...]:
    """The undos that take a source back to where this one begins, in the order in which they are run."""
    if not phase.most:
        return ()
    most = ORDER.index(phase.most)
    return tuple(one.undo for one in reversed(WAY) if one.undo and one.leaves and ORDER.index(one.leaves) > most)


def following(stages: Mapping[str, str]) -> Phase | None:
    """The phase that comes next for a batch: the first of the way that acts on the source that is least far, and that
    either takes it further or proves something of it. None where a stage is unknown.
    """
    if not stages or any(stage not in ORDER for stage in stages.values()):
        return None
    least = min(ORDER.index(stage) for stage in stages.values())
    return next((phase for phase in WAY if _moves_on(phase, least)), None)


def _moves_on(phase: Phase, position: int) -> bool:
    if not phase.first or not ORDER.index(phase.first) <= position <= ORDER.index(phase.last):
        return False
    return ORDER.index(phase.leaves) > position if phase.leaves else bool(phase.least)


def as_dict(found: View) -> dict[str, Any]:
    """A view as a playbook reads it."""
    return {"batch": list(found.batch), "early": list(found.early), "further": list(found.further)}
