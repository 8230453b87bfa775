# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that no client writes to clusters any more (private)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._admin.broker import (
    broker_config,
    max_offset,
    runtime_info,
    topic_stats,
    topic_table,
)
from .._admin.client import Admin
from .._admin.clients import producer_connections
from .._admin.commit_log import record_at
from .._admin.errors import AdminError
from .._admin.models import BrokerSpec, ClusterSpec, Message
from .._admin.release import CLIENT_POLL, DELAY_LEVEL_COUNT
from .._admin.request import Request
from .._admin.system_names import (
    HALF_TOPIC,
    OP_TOPIC,
    SCHEDULE_TOPIC,
)
from .._migration.clients.write_stop import Watch, classify
from .._migration.reasons.reason import Reason, summary
from .errors import ArgumentError
from .gate import Gate
from .task import PROGRESS_EVERY, Outcome, Task

# Seconds, as the default of an option: every client has polled its routes by then.
SETTLE = CLIENT_POLL + 5.0
DISPATCH_LOOKS = 5
# After so many client writes in one reading, the rest of them adds nothing.
ENOUGH_WRITES = 256


@dataclass
class Master:
    """One master under observation. C(position): up to where its log was read (-1: not begun).

    C(whole): read all of it, whatever it holds. C(skipped), C(pending): why a part of it was left out for good, or is
    not read yet.
    """

    spec: BrokerSpec
    watch: Watch
    position: int = -1
    whole: bool = False
    skipped: str = ""
    pending: str = ""
    boot: str = ""
    records: int = 0
    before: dict[tuple[str, int], int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.watch.cluster}/{self.watch.broker}"

    def skip(self, end: int, why: str) -> None:
        self.position, self.skipped = end, self.skipped or why

    def unknown(self, part: str, why: str) -> Reason:
        return Reason("BROKER_UNKNOWN", str(self), {"part": part, "address": self.spec.address, "why": why})


class Observer:
    """The observation of all masters of some clusters.

    A window begins with C(begin) and ends with C(finish); between them C(read) reads what the logs grew by. Each
    returns what breaks the window; an empty list is the only thing that counts as nothing seen.

    C(topics): where messages have to belong to count; None for all.
    """

    def __init__(
        self,
        admin: Admin,
        specs: list[ClusterSpec],
        max_records: int,
        since: Mapping[str, int] | None = None,
        topics: frozenset[str] | None = None,
    ) -> None:
        self.admin, self.max_records, self.topics = admin, max_records, topics
        self.masters = [
            Master(spec, Watch(one.name, spec.name), (since or {}).get(spec.address, -1), spec.address in (since or {}))
            for one in specs
            for spec in one.masters
        ]

    def begin(self) -> list[Reason]:
        """A new window from here on. Writes up to now are noted and do not break it."""
        for attempt in range(DISPATCH_LOOKS):
            behind: list[Reason] = []
            reasons = [reason for reason in self.read(behind) if reason.code != "CLIENT_WRITES"]
            if reasons or not behind:
                break
            # What is in the log and not yet in its queue would look like growth without a record later on.
            time.sleep(0.2 * (attempt + 1))
        reasons += behind
        for master in self.masters:
            master.watch.restart()
            master.records = 0
        if reasons:
            return reasons
        ends, reasons = self._ends()
        for master in self.masters:
            master.before = ends.get(master.spec.address, {})
        return reasons

    def finish(self) -> list[Reason]:
        """The end of a window: first the ends of all queues, then the records up to behind them."""
        ends, reasons = self._ends()
        reasons += self.read()
        if reasons:
            return reasons
        return [
            reason
            for master in self.masters
            for reason in master.watch.unexplained(master.before, ends[master.spec.address])
        ]

    def unread(self) -> dict[str, str]:
        """Why a log was not read to the end of the last look, by cluster and broker."""
        whys = {str(master): master.skipped or master.pending for master in self.masters}
        return {name: why for name, why in whys.items() if why}

    def read(self, behind: list[Reason] | None = None) -> list[Reason]:
        """Reads every log up to its present end. C(behind) takes the masters whose queues lag behind their log."""
        counts = {
            (index, key): one.count
            for index, master in enumerate(self.masters)
            for key, one in master.watch.offenders.items()
        }
        reasons, ends = self._log_ends(behind)
        reasons += self._chains(ends)
        return reasons + [
            one.reason()
            for index, master in enumerate(self.masters)
            for key, one in master.watch.offenders.items()
            if one.count != counts.get((index, key), 0)
        ]

    def _log_ends(self, behind: list[Reason] | None) -> tuple[list[Reason], dict[int, int]]:
        reasons: list[Reason] = []
        ends: dict[int, int] = {}
        answers = self.admin.ask_all([runtime_info(master.spec.address) for master in self.masters])
        for index, (master, answer) in enumerate(zip(self.masters, answers, strict=True)):
            master.pending = ""
            if isinstance(answer, AdminError):
                master.pending = str(answer)
                reasons.append(master.unknown("runtime", str(answer)))
                continue
            try:
                end, boot = int(answer["commitLogMaxOffset"]), answer.get("bootTimestamp", "")
                waiting = int(answer.get("dispatchBehindBytes", "0"))
            except (KeyError, ValueError) as error:
                master.pending = f"no usable commitLogMaxOffset: {error!r}"
                reasons.append(master.unknown("runtime", master.pending))
                continue
            if waiting and behind is not None:
                behind.append(master.unknown("queues", f"dispatchBehindBytes is {waiting}"))
            known = master.boot or boot
            if master.position >= 0 and (boot != known or end < master.position):
                reasons.append(
                    Reason(
                        "BROKER_RESTARTED",
                        str(master),
                        {"boot": boot, "boot_before": master.boot, "end": end, "read_to": master.position},
                    )
                )
                master.skip(end, f"restarted: read to {master.position}, it ends at {end} now")
            if master.position < 0:
                master.position = end
            master.boot = boot
            ends[index] = end
        return reasons, ends

    def _chains(self, ends: dict[int, int]) -> list[Reason]:
        """One record of every log at a time: where the next one begins is known only from the one before it."""
        reasons = []
        writes = dict.fromkeys(ends, 0)
        todo = [index for index, end in ends.items() if self.masters[index].position < end]
        while todo:
            answers = self.admin.ask_all(
                [record_at(self.masters[index].spec.address, self.masters[index].position) for index in todo]
            )
            again = []
            for index, answer in zip(todo, answers, strict=True):
                master = self.masters[index]
                if isinstance(answer, AdminError):
                    master.pending = str(answer)
                    reasons.append(master.unknown(f"commit log at {master.position}", str(answer)))
                    continue
                master.position += answer.size
                master.records += 1
                if answer.message is not None and self._counts(answer.message):
                    writes[index] += master.watch.saw([answer.message])
                if master.records > self.max_records:
                    if self.topics is None:
                        reasons.append(master.unknown("commit log", f"more than {self.max_records} records"))
                    master.skip(ends[index], f"more than {self.max_records} records")
                elif writes[index] >= ENOUGH_WRITES and not master.whole:
                    # The window is broken many times over; a busy log must not be read at the pace of single records.
                    master.skip(ends[index], f"more than {ENOUGH_WRITES} writes of clients at once")
                elif master.position < ends[index]:
                    again.append(index)
            todo = again
        return reasons

    def _counts(self, message: Message) -> bool:
        return self.topics is None or message.topic in self.topics or classify(message).topic in self.topics

    def _ends(self) -> tuple[dict[str, dict[tuple[str, int], int]], list[Reason]]:
        """The next offset of every queue of every topic that a master has, by the master's address."""
        reasons: list[Reason] = []
        found: dict[str, dict[tuple[str, int], int]] = {}
        tables = self.admin.ask_all([topic_table(master.spec.address) for master in self.masters])
        configs = self.admin.ask_all([broker_config(master.spec.address) for master in self.masters])
        asked: list[tuple[Master, str, int | None]] = []
        requests: list[Request[Any]] = []
        for master, table, config in zip(self.masters, tables, configs, strict=True):
            address = master.spec.address
            if isinstance(table, AdminError) or isinstance(config, AdminError):
                bad = table if isinstance(table, AdminError) else config
                reasons.append(master.unknown("topics", str(bad)))
                continue
            found[address] = {}
            queues: list[tuple[str, int]] = []
            if self.topics is None:
                levels = len(config.get("messageDelayLevel", "").split()) or DELAY_LEVEL_COUNT
                queues += [(SCHEDULE_TOPIC, level) for level in range(levels)]
                queues += [(topic, 0) for topic in (HALF_TOPIC, OP_TOPIC) if topic not in table.topics]
            for topic in table.topics.values():
                if self.topics is not None and topic.name not in self.topics:
                    continue
                asked.append((master, topic.name, None))
                requests.append(topic_stats(address, topic.name))
                queues += [(topic.name, queue) for queue in range(topic.write_queues, topic.read_queues)]
            for topic_name, queue in queues:
                asked.append((master, topic_name, queue))
                requests.append(max_offset(address, topic_name, queue))
        for (master, topic_name, single), answer in zip(asked, self.admin.ask_all(requests), strict=True):
            ends = found[master.spec.address]
            if isinstance(answer, AdminError):
                reasons.append(master.unknown(f"queues of {topic_name}", str(answer)))
            elif single is not None:
                ends[topic_name, single] = answer
            else:
                # None: the topic was deleted meanwhile, which the comparison will find when it held anything.
                ends.update({(topic_name, number): span.max for number, span in (answer or {}).items()})
        return found, reasons


@dataclass(frozen=True)
class Ending:
    """How the observation of one cluster ended. C(ok): a whole window was clean. C(clean): its seconds so far.
    C(reasons): what broke the last one.
    """

    ok: bool
    clean: float
    reasons: list[Reason]


class Window:
    """One cluster under observation: looked at again and again until one window is clean or none fits any more.

    C(outcome) is None until then; C(due) is when to look next.
    """

    def __init__(
        self,
        observer: Observer,
        *,
        window: float,
        deadline: float,
        interval: float,
        progress: Callable[[str], None],
    ) -> None:
        self.observer, self.window, self.deadline, self.interval = observer, window, deadline, interval
        self.progress = progress
        self.outcome: Ending | None = None
        self.due = self.since = self.said = time.monotonic()
        self.begun = False

    def look(self) -> None:
        """One look: begins a window, reads on in it, or ends it."""
        ending = self.begun and time.monotonic() - self.since >= self.window
        if not self.begun:
            broken = self.observer.begin()
            self.since = self.said = time.monotonic()
        else:
            broken = self.observer.finish() if ending else self.observer.read()
        now = time.monotonic()
        self.begun = not broken
        if broken:
            self._broken(now, broken)
        elif ending:
            self.outcome = Ending(True, now - self.since, [])
        else:
            self.due = now + min(self.interval, max(self.since + self.window - now, 0.0))
            if now - self.said >= PROGRESS_EVERY:
                self.said = now
                self.progress(f"no client wrote for {now - self.since:.0f} of {self.window:.0f} s")

    def _broken(self, now: float, broken: list[Reason]) -> None:
        clean = now - self.since
        if now + self.interval + self.window > self.deadline:
            self.outcome = Ending(False, clean, broken)
            return
        self.progress(f"begins anew after {clean:.0f} s: {summary(broken, 3)}")
        self.due = now + self.interval


def observe(
    observers: Mapping[str, Observer],
    *,
    window: float,
    timeout: float,
    interval: float,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Ending]:
    """By cluster: looks every C(interval) seconds until one window is clean, or no whole one fits into C(timeout).

    A cluster that is still written to takes nothing from the windows of the others.
    """

    def under(name: str) -> Callable[[str], None]:
        return lambda text: progress(f"{name}: {text}")

    deadline = time.monotonic() + timeout
    windows = {
        name: Window(observer, window=window, deadline=deadline, interval=interval, progress=under(name))
        for name, observer in observers.items()
    }
    while True:
        left = [one for one in windows.values() if one.outcome is None]
        if not left:
            return {name: one.outcome for name, one in windows.items() if one.outcome is not None}
        for one in left:
            if one.due <= time.monotonic():
                one.look()
        waits = [one.due - time.monotonic() for one in left if one.outcome is None]
        if waits and min(waits) > 0:
            time.sleep(min(waits))


def ask_groups(admin: Admin, observers: Mapping[str, Observer], groups: list[str]) -> dict[str, set[str]]:
    """IP address to those of the named producer groups that have a client there; 4.4.0 cannot list them itself."""
    asked = [
        (group, master.spec.address)
        for observer in observers.values()
        for master in observer.masters
        for group in groups
    ]
    found: dict[str, set[str]] = {}
    answers = admin.ask_all([producer_connections(address, group) for group, address in asked])
    for (group, _address), answer in zip(asked, answers, strict=True):
        for client in answer if isinstance(answer, tuple) else ():
            found.setdefault(client.address.rpartition(":")[0], set()).add(group)
    return found


def run(
    task: Task,
    *,
    clusters: list[ClusterSpec],
    settle: float,
    window: float,
    max_records: int,
    since: dict[str, Any] | None,
    topics: list[str] | None,
    producer_groups: list[str],
) -> Outcome:
    timeout = task.timeout
    if not settle >= 0 or not window > 0 or max_records < 1:
        raise ArgumentError(
            f"settle ({settle}) must not be negative, window ({window}) and max_records "
            f"({max_records}) must be greater than 0"
        )
    if window > timeout:
        raise ArgumentError(f"window ({window:g} s) is longer than timeout ({timeout:g} s), so this could never pass")
    try:
        ends = {address: int(position) for address, position in (since or {}).items()}
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"since must hold one number for each address: {error}") from error
    if topics == []:
        raise ArgumentError("topics is empty: leave it out to observe all, there is nothing else to observe")
    if not any(one.masters for one in clusters):
        raise ArgumentError("clusters holds no master: there is nothing to observe")
    for one in clusters:
        if not one.masters:
            raise ArgumentError(f"cluster {one.name} has no master: there is nothing to observe")
    stray = set(ends) - {master.address for one in clusters for master in one.masters}
    if stray:
        raise ArgumentError(f"since names {', '.join(sorted(stray))}, which is no master of these clusters")
    begun = time.monotonic()
    if task.check_mode:
        # One look that tells who does not answer; nothing is read of the logs.
        settle, ends = 0.0, {}
    while (left := begun + settle - time.monotonic()) > 0:
        task.progress(f"{left:.0f} s until clients have asked for their routes")
        time.sleep(min(left, PROGRESS_EVERY))
    names = None if topics is None else frozenset(topics)
    observers = {one.name: Observer(task.admin, [one], max_records, since=ends, topics=names) for one in clusters}
    outcomes = (
        {name: Ending(False, 0.0, observer.read()) for name, observer in observers.items()}
        if task.check_mode
        else observe(observers, window=window, timeout=timeout, interval=task.interval, progress=task.progress)
    )
    masters = [master for observer in observers.values() for master in observer.masters]
    offenders = sorted(
        (one for master in masters for one in master.watch.offenders.values()), key=lambda one: -one.count
    )
    at = ask_groups(task.admin, observers, producer_groups) if offenders else {}
    reasons = [reason for outcome in outcomes.values() for reason in outcome.reasons]
    result: dict[str, Any] = {
        "offenders": [
            {**one.as_dict(), "likely_groups": sorted({group for ip in one.ips() for group in at.get(ip, ())})}
            for one in offenders
        ],
        "clusters": {
            name: {
                "passed": outcome.ok,
                "clean": round(outcome.clean, 1),
                "reasons": [reason.as_dict() for reason in outcome.reasons],
            }
            for name, outcome in outcomes.items()
        },
        "unread": {name: why for observer in observers.values() for name, why in observer.unread().items()},
        "internal": {str(master): dict(master.watch.internal) for master in masters},
        "clean": round(min(outcome.clean for outcome in outcomes.values()), 1),
        "commit_logs": {master.spec.address: master.position for master in masters if master.position >= 0},
        "reasons": [reason.as_dict() for reason in reasons],
        "elapsed": round(time.monotonic() - begun, 1),
    }
    still, why = ", ".join(name for name, outcome in outcomes.items() if not outcome.ok), summary(reasons)
    return Gate(task).end(
        not still, f"writes to {still} are not proved to have stopped after {result['elapsed']:.0f} s: {why}",
        until=f"no client has written to {still} for {window:.0f} s", seen=why, **result,
    )  # fmt: skip
