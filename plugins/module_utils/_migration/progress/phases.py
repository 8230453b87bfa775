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
    plays: what further plays of its playbook run, in their order, files of the role's tasks/phases/NAME/.
    begins: whether it begins as phases do, with the plan, the lock and a look at every source; ends: whether its end is
    noted, after the operator's own check.
    waives: codes that it waives by itself, for whatever subject, and waives_because, the reason.
    seconds: how long it takes as rehearsed, without what depends on the estate; None where only the estate decides.

    For the pages alone, which are made of this table (tools/phases.py). title: what it does, in a few words; does: the
    same in full, as Markdown of a page in docs/phases. starts: where the sources and the target are before an undo.
    costs: what a phase waits for, and for how long; of an undo, what the clients notice. measured: seconds that it
    took for three sources at once, for one, and for a second one after that; None where it was not run.
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
    plays: tuple[str, ...] = ()
    begins: bool = True
    ends: bool = True
    waives: tuple[str, ...] = ()
    waives_because: str = ""
    seconds: int | None = None
    does: str = ""
    starts: str = ""
    costs: str = ""
    measured: tuple[int | None, int | None, int | None] | None = None

    @property
    def playbook(self) -> str:
        return self.name if self.number is None else f"phase_{self.number}_{self.name}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The task files of its plays, as C(migration_tasks) names them."""
        return (f"phases/{self.name}", *(f"phases/{self.name}/{play}" for play in self.plays))

    @property
    def waivers(self) -> list[dict[str, str]]:
        """As modules take them."""
        return [{"code": code, "subject": "*", "reason": self.waives_because} for code in self.waives]

    @property
    def opening(self) -> str:
        """The one before which it begins; empty where it does not begin as phases do."""
        return self.parts[0] if self.begins else ""

    @property
    def closing(self) -> str:
        """The one after which it ends; empty where its end is not noted."""
        return self.parts[-1] if self.ends else ""


PHASES = (
    Phase(
        "image",
        "brings the RocketMQ 4.4.0 image to the new machines",
        10,
        changes=False,
        judges=False,
        gate="each machine of the target runs the image, all the same digest",
        begins=False,
        ends=False,
        does="builds or loads the image, sends it to the machines (registry, or export, copy and load)",
    ),
    Phase(
        "preflight",
        "changes nothing; looks for conflicts, at machines, names and capacity; writes the plan and its hash",
        20,
        changes=False,
        judges=False,
        gate="nothing blocks, or what may be waived has a waiver",
        does=(
            "inventories the sources, checks what their union would collide on, [the machines, the connections, the "
            "names, the size](../machines-names-capacity.md); writes `plan.json`, `plan.md` and a hash"
        ),
        measured=(39, 7, 7),
    ),
    Phase(
        "deploy",
        "starts the new cluster and its address server; the brokers are read-only and register at every old name "
        "server",
        30,
        first="apart",
        last="closed",
        leaves="joined",
        undo="rollback_deploy",
        seconds=60,
        gate="every name server lists every broker of the target with all its topics, read-only",
        plays=("nameserver", "address_server", "broker", "prove"),
        does=(
            "merges the order configuration in every name server; starts the target's name server, its [address "
            "server](../name-server-list.md) with the list of all old name servers, by address, and the new one, "
            "then the brokers, which fetch that list: `brokerPermission=4`, topics, groups and zero offsets already "
            "in their store; lowers the TTL of the DNS names"
        ),
        costs="the first fetch, 10 s after the start; registration: one period of 30 s",
        measured=(70, 44, None),
    ),
    Phase(
        "copy_metadata",
        "copies topics, groups and order configuration; again whenever you like",
        40,
        first="apart",
        last="frozen",
        gate="a pass finds no difference",
        does=(
            "creates what the sources have and the target lacks, all fields; retry and dead-letter topics; zero "
            "offsets; it never deletes (`sync` does the same, from deploy until a source is closed)"
        ),
        costs="about 0.1–0.3 s a topic",
        measured=(3, 3, None),
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
            "every online consumer holds the target's queues; then, with brokerPermission 6 on the target's masters, "
            "each topic that has traffic arrives there and is consumed"
        ),
        does=(
            "`brokerPermission=6` on the target once every online consumer holds its new queues, and none of the old "
            "ones stands still"
        ),
        costs="assignment 10–35 s, writes 14–22 s later; then 60 s",
        measured=(126, 110, None),
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
        gate=(
            "a whole window passes without one client write on any queue of the sources, delayed and half messages "
            "included"
        ),
        does=("`brokerPermission=4` on the sources' masters; 6 again by itself when a writer stays, which is named"),
        costs="last writes after 18–28 s; then the window, 60 s",
        measured=(130, 120, 103),
    ),
    Phase(
        "drain_source",
        "waits until everything is consumed, showing how far it is",
        65,
        first="frozen",
        last="frozen",
        least="frozen",
        early="A source still takes writes; run freeze_source first.",
        undo="rollback_freeze_source",
        seconds=60,
        gate=(
            "nothing is left on the sources, in queues, retries, delay levels and half messages, twice, with the "
            "writes still stopped"
        ),
        does="nothing; it watches until the sources are [drained](../why/drained.md)",
        costs=(
            "the backlog, the longest delay level, two transaction checks; then 60 s; at most 30 minutes, [unless "
            "set](65-drain-source.md#what-you-see)"
        ),
        measured=(67, 67, 67),
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
        does="`brokerPermission=0` on the drained masters",
        costs="16–35 s; then 60 s",
        measured=(191, 159, 164),
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
        seconds=30,
        gate=(
            "no server or resolver holds an answer from before the time to live was lowered, then every one gives "
            "the new answer and old answers have aged"
        ),
        does=(
            "waits until [no resolver holds an old, longer-lived answer](../machines-names-capacity.md#ageing), then "
            "compares and swaps each name's address, signed"
        ),
        costs="the TTL and a JVM's own cache, 30 s each",
        measured=(132, 128, 129),
    ),
    Phase(
        "stop_brokers",
        "ends the old brokers, data kept, addresses still answering",
        80,
        first="switched",
        last="stopped",
        least="switched",
        early="A source is not switched; run switch_dns first.",
        leaves="stopped",
        undo="rollback_stop_brokers",
        seconds=20 + 60,
        gate=(
            "each process has ended, its store ends where the drain saw it end, and the sources' name servers show "
            "the target's queues only"
        ),
        does="slaves, then masters: SIGTERM with ≥ 120 s; data kept, addresses answering",
        costs="seconds, then 60 s",
        measured=(300, 144, 148),
    ),
    Phase(
        "release_clients",
        "ends the old name servers, so that clients reconnect. **The point of no return**",
        85,
        first="stopped",
        last="stopped",
        least="stopped",
        early="The brokers of a source run; run stop_brokers first.",
        leaves="done",
        seconds=28 + 60,
        gate="every business host is connected to the target's name server and the business flows",
        does=(
            "SIGTERM to the old name servers, hosts left up. **Point of no return**: a rescue is possible after it, "
            "no undo"
        ),
        costs=(
            "1–28 s per client; given up after 180 s (`migration_release_timeout`), traffic after 240 s "
            "(`migration_traffic_timeout`): run it again, the old name servers have ended"
        ),
        measured=(84, 42, 36),
    ),
    Phase(
        "finalize",
        "gives the new brokers a list without the old name servers while they run",
        90,
        first="done",
        last="done",
        least="done",
        early="A source is not done, so the target's brokers still need its name server; run release_clients first.",
        seconds=ADDRESS_FETCH + 30,
        gate=(
            "every broker of the target has fetched its new list of name servers and has it in its file, and the name "
            "server lists them all"
        ),
        does=(
            "takes the old name servers out of the [list that the target's brokers fetch](../name-server-list.md), "
            "waits until each has fetched it, and pins it: the brokers run on and start with it, too; TTL raised again"
        ),
        costs=(
            "a fetch of each broker, at most 120 s for all of them; given up after 200 s (`migration_fetch_timeout`)"
        ),
        measured=(52, 103, 140),
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
        gate="no client has knocked at the old machines for a while, and nothing is left behind",
        plays=("prove",),
        does=("looks whether clients still knock, packs the stores if the plan says so, reports what was released"),
        costs="90 s",
        measured=(126, 96, 97),
    ),
    Phase("status", "says where everything stands", changes=False, judges=False, ends=False),
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
        measured=(None, None, 152),
    ),
    Phase(
        "rollback_deploy",
        "takes the target out of the sources",
        first="apart",
        last="joined",
        gate="no client writes to the target, nothing is left on it, and no source's name server lists it",
        starts="target read-only",
        does=(
            "proves that no client writes to the target and that it is drained; ends its brokers, name servers and "
            "address server; gives the names their recorded TTL"
        ),
        costs="one rebalance",
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
        starts="a source beside others that the target serves, none of its masters read-only",
        does=(
            "what it alone owns there is closed and read; the target's brokers take over a list without its name "
            "servers and leave these; its recorded TTL"
        ),
        costs="one rebalance of its clients; a fetch of each broker, then 65 s",
    ),
    Phase(
        "rollback_open_target",
        "takes the writes back from the target",
        first="open",
        last="open",
        starts="target writable, sources too",
        does="permission 4, then the proof that writes have stopped; says what is still unread there",
        costs="one rebalance",
    ),
    Phase(
        "rollback_freeze_source",
        "lets the sources take writes again",
        first="freezing",
        last="frozen",
        most="frozen",
        starts="sources read-only",
        does="the permissions that the plan recorded, master by master",
        costs="one rebalance",
    ),
    Phase(
        "rollback_close_source",
        "lets clients read the sources again",
        first="closing",
        last="closed",
        most="closed",
        starts="sources closed",
        does=(
            "permission 4; fails, naming it, where a client has sent to a closed source what is read by broadcast, "
            "which is not delivered again; then go on draining, or undo the freeze"
        ),
        costs="ordered consumers pause once; a minute",
    ),
    Phase(
        "rollback_switch_dns",
        "points the names back",
        first="closed",
        last="switched",
        most="switched",
        starts="names switched",
        does="the old addresses",
        costs="nothing",
    ),
    Phase(
        "rollback_stop_brokers",
        "points the names back and starts the brokers",
        first="switched",
        last="stopped",
        most="stopped",
        judges=False,
        starts="brokers ended, name server alive",
        does="names back *first*, then masters, then slaves; they come back closed, as they were",
        costs="messages twice for up to 30 s",
    ),
    Phase(
        "rescue",
        "reads what a source that has ended still holds",
        first="stopping",
        last="done",
        judges=False,
        gate="nothing is left on the source's masters, towards the target's name server",
    ),
    Phase(
        "restart",
        "restarts the target's brokers gently",
        judges=False,
        # Of a cluster without a migration, too, which has no plan and no source.
        plays=("broker", "prove"),
        # What a group that was never seen might want stays in the store, and so does what no group reads.
        waives=("GROUP_WITHOUT_OFFSETS", "TOPIC_WITHOUT_GROUP"),
        waives_because="the broker is restarted only",
        begins=False,
        ends=False,
    ),
)
BY_NAME = {phase.name: phase for phase in PHASES}
# The way from the beginning to the end, as site.yml goes it.
WAY = tuple(sorted((phase for phase in PHASES if phase.number is not None), key=lambda phase: phase.number or 0))


@dataclass(frozen=True)
class View:
    """What a phase finds in a batch. C(batch): names of the sources that it acts on. C(ready): those of them that have
    come so far already, which are all of them but in check mode. C(early), C(further): in words, the sources that it
    must not act on yet, or any more. C(would_wait): in check mode, for what a run would wait."""

    batch: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    early: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    would_wait: str = ""


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


# Sources between two stages, both included, that several phases look at.
WINDOWS = {
    # The target takes writes beside them.
    "sharing": ("joined", "open"),
    # Both sides have clients, so that their tables are to be equal.
    "compared": ("joined", "frozen"),
    "unclosed": ("joined", "closed"),
    # Their consumers read the target's queues.
    "reading": ("joined", "switched"),
    # Their name servers answer, and list the target.
    "registered": ("joined", "stopped"),
    "read_only": ("frozen", "closed"),
    "leaving": ("switched", "stopped"),
}


def in_windows(sources: Iterable[dict[str, Any]], stages: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The sources in each of WINDOWS."""
    listed = list(sources)
    return {
        window: [source for source in listed if source["name"] in between(stages, *ends)]
        for window, ends in WINDOWS.items()
    }


def living(sources: Iterable[Mapping[str, Any]], ended: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
    """The sources as modules take them, with those of their name servers that run. ended: as in C(halted)."""
    found = []
    for source in sources:
        gone = set(ended.get(source["name"], ()))
        hosts = zip(source["hosts"]["nameservers"], source["nameservers"], strict=True)
        found.append({**source["spec"], "nameservers": [address for host, address in hosts if host not in gone]})
    return found


def remaining(
    sources: Iterable[Mapping[str, Any]], gone: Mapping[str, Iterable[str]], released: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Hosts of the sources but those that were decommissioned before and may be switched off. gone: by source its hosts
    that are not there any more; released: what was proved of it."""
    found = []
    for source in sources:
        done = (released.get(source["name"]) or {}).get("decommissioned")
        off = set(gone.get(source["name"], ())) if done else set()
        found += [host for hosts in source["hosts"].values() for host in hosts if host not in off]
    return found


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
    would_wait = f"Would wait until {phase.gate}." if check and phase.changes and phase.gate else ""
    if not phase.first:
        return View(would_wait=would_wait)
    batch = between(stages, ORDER[0] if check and phase.least else phase.first, phase.last)
    reached = between(stages, phase.least or phase.first)
    early: Sequence[str] = ()
    if phase.least and not check:
        early = tuple(f"{name} is {stage}" for name, stage in stages.items() if name not in reached)
    further: Sequence[str] = ()
    if phase.most and phase.most != ORDER[-1]:
        beyond = between(stages, ORDER[ORDER.index(phase.most) + 1])
        further = tuple(f"{name} is {stages[name]}" for name in beyond)
    ready = tuple(name for name in batch if name in reached)
    return View(batch, ready, tuple(early), tuple(further), would_wait)


def not_taken_back(
    phase: Phase, source_stages: Mapping[str, Mapping[str, Any]], *, check: bool = False
) -> tuple[str, ...]:
    """Of an undo, in words, the sources that stand further afterwards than where what it takes back begins; none in
    check mode, in which nothing is taken back. source_stages: source's name to C(stage), and whether a broker of
    the target is C(listed) in its name servers.
    """
    undone = next((one for one in PHASES if one.undo == phase.name), None)
    if undone is None or check:
        return ()
    back = between({name: one["stage"] for name, one in source_stages.items()}, ORDER[0], undone.first)
    alone = undone.leaves == "joined"
    return tuple(f"{name} is {one['stage']}" for name, one in source_stages.items() if name not in back) + tuple(
        f"{name} is {one['stage']} and lists a broker of the target"
        for name, one in source_stages.items()
        if name in back and alone and one["listed"]
    )


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
    return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(found).items()}
