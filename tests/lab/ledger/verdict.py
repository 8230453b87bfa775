#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledgers of the business processes prove: per source and mode, what became of every message.

One directory holds the ledger of one source, written by the Java program beside this file (JSON lines: kinds
``attempt``, ``send``, ``receipt``, ``check``, and about the process ``started``, ``ready``, ``online``, ``offline``).

Classes, per mode (a message is its key):

* ``attempted`` – the business called send. ``acknowledged`` – the client said so. ``failed`` – surely never stored.
  ``unknown`` – everything else (time-out after the request was sent, connection lost, no outcome written at all);
  never counted as acknowledged.
* ``ok`` – acknowledged, meant to arrive, and taken by a consumer (broadcast: by *every* consumer; retry: after its
  failed first delivery). ``lost`` – acknowledged, meant to arrive, and not taken.
  Transactions that were rolled back are not meant to arrive (``withheld``).
* ``unexpected`` – received, and never sent by this process in this mode, or rolled back.
* ``sent_again`` – sends that the business itself had to repeat: the client had closed the connection of its only try.
* ``recovered`` – arrived although the send was unknown or failed.
* ``duplicated`` – receipts beyond the first (broadcast: per consumer) =
  ``read_twice`` (the same stored message) + ``stored_twice`` (the same key at another offset) +
  ``redelivered_by_check`` (a committed transaction stored again because the broker asked and got commit again:
  4.4.0 does that by itself; attributed one by one through the check-backs in the ledger).
  ``beyond_baseline`` – duplicated, less redelivered_by_check, less what a baseline says happens without a migration.
  ``again_at`` – when each of those came that no check explains; ``again`` is their number in one phase (whose
  ``failed`` counts the sends that were not acknowledged, unknown ones, too).
* ``order_violations`` – first deliveries that came after a later message of the same order key (reported only).
* ``longest_stall_s`` – longest time in which no message came for the first time although at least one acknowledged one
  was due. Due is: acknowledgement, plus the delay level's time, plus 10 s for the retry mode's second delivery; for a
  transaction left unknown, the check-back that committed it. Time in which the group was offline on purpose does not
  count. ``longest_wait_s`` – longest time from due to first receipt of any single message (the same subtraction): shows
  one queue standing still while others move. Both are long on purpose in the slow group; there read the stall.

Exit status: 0 all well; 1 lost, unexpected, or another condition failed; 2 the ledger cannot be judged.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MODES = ("normal", "ordered", "delayed", "transactional", "retry", "broadcast", "slow", "late")
WINDOWS = ("before", "during", "after")
RETRY_DELAY_MS = 10_000  # 4.4.0 sends a first failed delivery back at level 3
SHOWN = 20  # keys named per finding; the counts are complete

Event = Mapping[str, Any]


class LedgerError(Exception):
    """The ledger itself is unreadable: nothing can be concluded from it."""


@dataclass
class ModeVerdict:
    """Counts of one mode of one source; times in seconds."""

    attempted: int = 0
    acknowledged: int = 0
    failed: int = 0
    unknown: int = 0
    withheld: int = 0
    ok: int = 0
    lost: int = 0
    pending: int = 0
    unexpected: int = 0
    sent_again: int = 0
    recovered: int = 0
    duplicated: int = 0
    read_twice: int = 0
    stored_twice: int = 0
    redelivered_by_check: int = 0
    beyond_baseline: int = 0
    again_at: list[float] = field(default_factory=list)
    order_violations: int = 0
    longest_stall_s: float = 0.0
    longest_stall_at: float | None = None
    longest_wait_s: float = 0.0
    longest_wait_at: float | None = None
    sent_to: dict[str, int] = field(default_factory=dict)
    received_from: dict[str, int] = field(default_factory=dict)
    lost_at: dict[str, int] = field(default_factory=dict)
    lost_keys: list[str] = field(default_factory=list)
    unexpected_keys: list[str] = field(default_factory=list)
    windows: dict[str, dict[str, int]] = field(default_factory=dict)
    stored_by: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass
class Verdict:
    """One source: ``modes`` by name, ``problems`` in words (empty means that it passed)."""

    source: str
    process_start: float | None
    pid: int | None
    starts: int
    modes: dict[str, ModeVerdict]
    phases: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.problems

    def total(self, name: str) -> int:
        """Sum of one count over all modes."""
        return sum(getattr(mode, name) for mode in self.modes.values())


# --- reading ---------------------------------------------------------------------------------------------------------


def read(directory: Path | str) -> list[dict[str, Any]]:
    """All events of one ledger directory, receipts first: so a live one never shows a receipt without its send.

    The last line of a file may be half written and is then left out; any other unreadable line is a LedgerError.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise LedgerError(f"{folder}: no such directory")
    events: list[dict[str, Any]] = []
    for pattern in ("receipts-*.jsonl", "checks-*.jsonl", "sends-*.jsonl", "process.jsonl"):
        for path in sorted(folder.glob(pattern)):
            lines = path.read_bytes().split(b"\n")
            for number, line in enumerate(lines[:-1], 1):
                try:
                    event = json.loads(line)
                    int(event["t"]), str(event["kind"])
                except (ValueError, KeyError, TypeError) as error:
                    raise LedgerError(f"{path}:{number}: not a ledger line: {line[:80]!r} ({error})") from error
                events.append(event)
    return events


def read_phases(path: Path | str) -> list[dict[str, Any]]:
    """Lines ``{"phase", "event": "start"|"end", "time": epoch seconds}``, in the order of the run."""
    try:
        phases = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
        for line in phases:
            if line["event"] not in ("start", "end"):
                raise ValueError(f"event {line['event']!r}")
            str(line["phase"]), float(line["time"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"{path}: not a timeline: {error!r}") from error
    if not phases:
        raise LedgerError(f"{path}: an empty timeline")
    return phases


# --- judging ---------------------------------------------------------------------------------------------------------


@dataclass
class _Message:
    """One key of one mode, from all of its send lines."""

    key: str
    outcome: str = "unknown"
    attempted_at: int = 0
    acknowledged_at: int | None = None
    broker: str = ""
    fate: str = "c"
    delay: float = 0.0
    order_key: str | None = None
    order: int = 0
    again: bool = False

    @property
    def meant(self) -> bool:
        return not self.fate.endswith("r")


def _messages(events: Iterable[Event], problems: list[str]) -> dict[str, dict[str, _Message]]:
    """Mode → key → message; a key that was used twice would hide a loss, so it is a problem."""
    messages: dict[str, dict[str, _Message]] = {mode: {} for mode in MODES}
    seen: Counter[tuple[str, str]] = Counter()
    for event in events:
        if event["kind"] not in ("attempt", "send"):
            continue
        seen[event["kind"], event["key"]] += 1
        of_mode = messages.setdefault(event["mode"], {})
        message = of_mode.setdefault(event["key"], _Message(event["key"]))
        message.fate = event.get("fate", message.fate)
        message.delay = event.get("delay", message.delay)
        message.order_key = event.get("order_key", message.order_key)
        message.order = event.get("order", message.order)
        if event["kind"] == "attempt":
            message.attempted_at = event["t"]
        else:
            message.attempted_at = message.attempted_at or event["t"]
            message.outcome = event["outcome"]
            message.broker = event.get("broker", "")
            message.again = "sent_again" in event
            if message.outcome == "acknowledged":
                message.acknowledged_at = event["t"]
    twice = [key for (kind, key), count in seen.items() if count > 1]
    if twice:
        problems.append(f"{len(twice)} keys were sent twice by the business itself, first {twice[0]}")
    return messages


def _offline(events: Iterable[Event], end: int) -> dict[str, list[tuple[int, int]]]:
    """Mode → spans (ms) in which its group was away on purpose."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    gone: dict[str, int] = {}
    for event in events:
        if event["kind"] == "offline":
            gone[event["mode"]] = event["t"]
        elif event["kind"] == "online" and event["mode"] in gone:
            spans[event["mode"]].append((gone.pop(event["mode"]), event["t"]))
    for mode, since in gone.items():
        spans[mode].append((since, end))
    return spans


def _online_ms(start: int, stop: int, offline: Sequence[tuple[int, int]]) -> int:
    away = sum(max(0, min(stop, until) - max(start, since)) for since, until in offline)
    return max(0, stop - start - away)


def _stall(waits: Sequence[tuple[int, int | None]], end: int, offline: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Longest stall in ms and when it began. ``waits``: (due, first receipt or None) of each acknowledged message."""
    changes: list[tuple[int, int]] = []
    for due, got in waits:
        if got is None or got > due:
            changes.append((due, 1))
        if got is not None:
            # An early arrival still is a first receipt; it only never was pending.
            changes.append((got, -1 if got > due else 0))
    changes.sort(key=lambda change: (change[0], change[1]))
    longest, at = 0, 0
    pending, since = 0, 0
    for moment, change in changes:
        if change == 1:
            if pending == 0:
                since = moment
            pending += 1
            continue
        if pending:
            stalled = _online_ms(since, moment, offline)
            if stalled > longest:
                longest, at = stalled, since
        pending += change
        since = moment
    if pending and _online_ms(since, end, offline) > longest:
        longest, at = _online_ms(since, end, offline), since
    return longest, at


def _due(message: _Message, mode: str, commits: Sequence[int]) -> int | None:
    """When a consumer should have it (epoch ms); None when that is not known or never."""
    if message.acknowledged_at is None or not message.meant:
        return None
    if message.fate == "uc":
        return commits[0] if commits else None
    due = message.acknowledged_at + int(message.delay * 1000)
    return due + RETRY_DELAY_MS if mode == "retry" else due


def _position(receipt: Event) -> tuple[Any, ...]:
    return receipt.get("topic"), receipt["broker"], receipt["queue"], receipt["offset"]


def _duplicates(result: ModeVerdict, message: _Message, taken: Sequence[Event], commits: int) -> None:
    """Sorts the receipts beyond the first (of one consumer, for broadcast) by where they come from."""
    positions = len({_position(receipt) for receipt in taken})
    decisions = commits + (1 if message.fate == "c" else 0)
    by_check = min(positions - 1, max(0, decisions - 1))
    result.duplicated += len(taken) - 1
    result.read_twice += len(taken) - positions
    result.redelivered_by_check += by_check
    result.stored_twice += positions - 1 - by_check
    met: set[tuple[Any, ...]] = set()
    for receipt in sorted(taken, key=lambda one: one["t"]):
        # The first message is none, and neither are the first copies that a check has made.
        if _position(receipt) in met or len(met) > by_check:
            result.again_at.append(receipt["t"] / 1000)
        met.add(_position(receipt))


def _judge_mode(
    mode: str,
    messages: Mapping[str, _Message],
    receipts: Sequence[Event],
    commits: Mapping[str, list[int]],
    consumers: Sequence[str],
    offline: Sequence[tuple[int, int]],
    end: int,
    grace: float,
) -> ModeVerdict:
    result = ModeVerdict(attempted=len(messages))
    # Whoever has to have it: each consumer for itself, or the group as one.
    readers: Sequence[str] = consumers if mode == "broadcast" else ("",)
    taken: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
    newest: dict[str, int] = {}
    ghosts: dict[str, None] = {}
    for receipt in receipts:
        message = messages.get(receipt["key"])
        if message is None or not message.meant:
            ghosts[receipt["key"]] = None
            continue
        if receipt.get("result", "ok") != "ok":
            continue
        by_reader = taken[receipt["key"]]
        reader = receipt["consumer"] if mode == "broadcast" else ""
        if message.order_key is not None and reader not in by_reader:
            if message.order < newest.get(message.order_key, -1):
                result.order_violations += 1
            newest[message.order_key] = max(message.order, newest.get(message.order_key, -1))
        by_reader[reader].append(receipt)
        result.received_from[receipt["broker"]] = result.received_from.get(receipt["broker"], 0) + 1
    result.unexpected = len(ghosts)
    result.unexpected_keys = list(ghosts)[:SHOWN]

    waits: dict[str, list[tuple[int, int | None]]] = {reader: [] for reader in readers}
    longest_wait, wait_at = 0, 0
    for key, message in messages.items():
        by_reader = taken.get(key, {})
        arrived = all(reader in by_reader for reader in readers)
        if message.outcome == "acknowledged":
            result.acknowledged += 1
            result.sent_to[message.broker] = result.sent_to.get(message.broker, 0) + 1
        elif message.outcome == "failed":
            result.failed += 1
        else:
            result.unknown += 1
        result.sent_again += message.again
        due = _due(message, mode, commits.get(key, ()))
        if message.outcome != "acknowledged":
            result.recovered += 1 if by_reader else 0
        elif not message.meant:
            result.withheld += 1
        elif arrived:
            result.ok += 1
        elif grace and (due is None or due > end - grace * 1000):
            result.pending += 1
        else:
            result.lost += 1
            result.lost_at[message.broker] = result.lost_at.get(message.broker, 0) + 1
            if len(result.lost_keys) < SHOWN:
                result.lost_keys.append(key)
        for of_reader in by_reader.values():
            _duplicates(result, message, of_reader, len(commits.get(key, ())))
        if due is None:
            continue
        for reader in readers:
            got = by_reader[reader][0]["t"] if reader in by_reader else None
            waits[reader].append((due, got))
            waited = _online_ms(due, end if got is None else got, offline)
            if waited > longest_wait:
                longest_wait, wait_at = waited, due
    result.beyond_baseline = result.duplicated - result.redelivered_by_check
    stalled, stalled_at = max((_stall(of_reader, end, offline) for of_reader in waits.values()), default=(0, 0))
    if stalled:
        result.longest_stall_s, result.longest_stall_at = stalled / 1000, stalled_at / 1000
    if longest_wait:
        result.longest_wait_s, result.longest_wait_at = longest_wait / 1000, wait_at / 1000
    return result


def _window(events: Sequence[Event], mode: str, start: float, stop: float) -> dict[str, int]:
    """Acknowledged sends and accepted receipts of a mode in [start, stop), epoch seconds."""
    counts = {"sent": 0, "received": 0}
    for event in events:
        if event.get("mode") != mode or not start <= event["t"] / 1000 < stop:
            continue
        if event["kind"] == "send" and event["outcome"] == "acknowledged":
            counts["sent"] += 1
        elif event["kind"] == "receipt" and event.get("result", "ok") == "ok":
            counts["received"] += 1
    return counts


def _stored_by(events: Sequence[Event], start: float, stop: float) -> dict[str, int]:
    """Acknowledged sends in [start, stop), by the broker that took them."""
    taken = (
        event["broker"]
        for event in events
        if event["kind"] == "send" and event["outcome"] == "acknowledged" and start <= event["t"] / 1000 < stop
    )
    return dict(sorted(Counter(taken).items()))


def _failed(events: Sequence[Event], start: float, stop: float) -> int:
    """Sends in [start, stop) that were not acknowledged: failed or unknown."""
    return sum(
        event["kind"] == "send" and event["outcome"] != "acknowledged" and start <= event["t"] / 1000 < stop
        for event in events
    )


def _timeline(verdict: Verdict, events: Sequence[Event], phases: Sequence[Event]) -> None:
    """Every mode has to have sent and received before, during and after; the phases themselves are only counted."""
    first = min(float(line["time"]) for line in phases)
    last = max(float(line["time"]) for line in phases)
    spans = dict(zip(WINDOWS, ((-math.inf, first), (first, last), (last, math.inf)), strict=True))
    by_mode: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event["kind"] in ("send", "receipt"):
            by_mode[event["mode"]].append(event)
    for mode, result in verdict.modes.items():
        for name, (start, stop) in spans.items():
            counts = result.windows[name] = _window(by_mode[mode], mode, start, stop)
            result.stored_by[name] = _stored_by(by_mode[mode], start, stop)
            for what, count in counts.items():
                if not count:
                    verdict.problems.append(f"{mode}: nothing {what} {name} the migration")
    opened: dict[str, float] = {}
    for line in phases:
        phase = str(line["phase"])
        if line["event"] == "start":
            # An interrupted phase starts twice; it lasts from its first start.
            opened.setdefault(phase, float(line["time"]))
        elif phase in opened:
            start, stop = opened[phase], float(line["time"])
            verdict.phases[phase] = {
                mode: _window(by_mode[mode], mode, start, stop)
                | {
                    "again": sum(start <= moment < stop for moment in result.again_at),
                    "failed": _failed(by_mode[mode], start, stop),
                }
                for mode, result in verdict.modes.items()
            }


def _allow(verdict: Verdict, baseline: Mapping[str, Any]) -> None:
    """Takes off the duplicates that the same business has without a migration (rate per acknowledged message)."""
    known = baseline.get("sources", {}).get(verdict.source)
    if known is None:
        verdict.problems.append(f"the baseline does not know source {verdict.source}")
        return
    for mode, result in verdict.modes.items():
        row = known["modes"].get(mode, {})
        if row.get("acknowledged"):
            own = (row["duplicated"] - row["redelivered_by_check"]) / row["acknowledged"]
            result.beyond_baseline = max(0, result.beyond_baseline - math.floor(own * result.acknowledged))


def judge(
    events: Iterable[Event],
    *,
    phases: Sequence[Event] | None = None,
    baseline: Mapping[str, Any] | None = None,
    minimum: int = 1,
    grace: float = 0.0,
    forbid_failed: bool = False,
) -> Verdict:
    """Judges the events of one source (the order of receipts is the order of their arrival).

    :arg phases: timeline; each mode must then have sent and received before, during and after.
    :arg baseline: JSON of a verdict on the same business without a migration.
    :arg minimum: acknowledged messages that each mode must have at least.
    :arg grace: seconds; what became due in the last so many is pending, not lost (for a ledger still being written).
    :arg forbid_failed: a failed or unknown send is a problem, with phases only since the first of them.
    """
    known = list(events)
    problems: list[str] = []
    started = [event for event in known if event["kind"] == "started"]
    first: Event = started[0] if started else {}
    source = first.get("source", "?")
    if not started:
        problems.append("the process never said that it started")
    elif len(started) > 1:
        problems.append(f"the process was started {len(started)} times")
    end = max((event["t"] for event in known), default=0)
    messages = _messages(known, problems)
    offline = _offline((event for event in known if event["kind"] in ("online", "offline")), end)
    receipts: dict[str, list[Event]] = defaultdict(list)
    commits: dict[str, list[int]] = defaultdict(list)
    for event in known:
        if event["kind"] == "receipt":
            receipts[event["mode"]].append(event)
        elif event["kind"] == "check" and event["answer"] == "commit":
            commits[event["key"]].append(event["t"])
    consumers = [f"{source}-c{number}" for number in range(1, int(first.get("consumers", 2)) + 1)]
    modes = {
        mode: _judge_mode(mode, messages[mode], receipts[mode], commits, consumers, offline.get(mode, ()), end, grace)
        for mode in messages
    }
    verdict = Verdict(
        source=source,
        process_start=first["process_start"] / 1000 if "process_start" in first else None,
        pid=first.get("pid"),
        starts=len(started),
        modes=modes,
        problems=problems,
    )
    since = min(float(line["time"]) for line in phases) * 1000 if phases else 0.0
    for mode, result in modes.items():
        if result.lost:
            problems.append(f"{mode}: {result.lost} lost, first {result.lost_keys[0]}")
        if result.unexpected:
            problems.append(f"{mode}: {result.unexpected} unexpected, first {result.unexpected_keys[0]}")
        if result.acknowledged < max(1, minimum) or not result.ok:
            problems.append(
                f"{mode}: measured too little: {result.acknowledged} acknowledged, {result.ok} ok,"
                f" at least {max(1, minimum)} and 1 needed"
            )
        if forbid_failed:
            outcomes = Counter(one.outcome for one in messages[mode].values() if one.attempted_at >= since)
            if outcomes["failed"] + outcomes["unknown"]:
                problems.append(f"{mode}: {outcomes['failed']} sends failed, {outcomes['unknown']} unknown")
    if baseline is not None:
        _allow(verdict, baseline)
    if phases is not None:
        _timeline(verdict, known, phases)
    return verdict


# --- telling ---------------------------------------------------------------------------------------------------------

COLUMNS = (
    ("attempted", "attempted"),
    ("acknowledged", "acked"),
    ("failed", "failed"),
    ("unknown", "unknown"),
    ("withheld", "rolled back"),
    ("ok", "ok"),
    ("lost", "lost"),
    ("unexpected", "unexpected"),
    ("sent_again", "sent again"),
    ("recovered", "recovered"),
    ("duplicated", "duplicated"),
    ("redelivered_by_check", "by check"),
    ("beyond_baseline", "beyond"),
    ("order_violations", "order"),
)


def table(verdict: Verdict) -> str:
    """One source as a page for people."""
    start = (
        "unknown"
        if verdict.process_start is None
        else time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(verdict.process_start))
    )
    lines = [f"{verdict.source}: process {verdict.pid} started {start}, {verdict.starts} start(s)"]
    titles = "".join(f"{title:>12}" for _unused, title in COLUMNS)
    lines.append(f"  {'mode':14}{titles}   stall s    wait s  taken")
    for mode, row in verdict.modes.items():
        cells = "".join(f"{getattr(row, name):>12}" for name, _unused in COLUMNS)
        brokers = " ".join(f"{broker}={count}" for broker, count in sorted(row.sent_to.items()))
        lines.append(f"  {mode:14}{cells}{row.longest_stall_s:>10.1f}{row.longest_wait_s:>10.1f}  {brokers}")
    lines += [f"  PROBLEM {problem}" for problem in verdict.problems]
    return "\n".join(lines)


def as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The whole verdict as data: ``passed``, ``sources`` by name."""
    sources = {verdict.source: {**asdict(verdict), "passed": verdict.passed} for verdict in verdicts}
    return {"passed": bool(verdicts) and all(verdict.passed for verdict in verdicts), "sources": sources}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Judges the ledgers of the business processes.")
    parser.add_argument("directories", nargs="+", type=Path, metavar="LEDGER", help="one directory per source")
    parser.add_argument("--timeline", type=Path, help="phases.jsonl: traffic is demanded before, during and after")
    parser.add_argument("--baseline", type=Path, help="JSON of a verdict without a migration")
    parser.add_argument("--json", type=Path, help="write the verdict there as JSON")
    parser.add_argument("--minimum", type=int, default=1, help="acknowledged messages each mode must have")
    parser.add_argument("--grace", type=float, default=0, help="seconds that a due message may still be on its way")
    parser.add_argument("--forbid-failed", action="store_true", help="fail on a failed or unknown send")
    parser.add_argument("--wait", type=float, default=0, help="wait up to so many seconds until nothing is missing")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    give_up = time.monotonic() + arguments.wait
    try:
        phases = read_phases(arguments.timeline) if arguments.timeline else None
        baseline = json.loads(arguments.baseline.read_text(encoding="utf-8")) if arguments.baseline else None
        while True:
            verdicts = [
                judge(
                    read(directory),
                    phases=phases,
                    baseline=baseline,
                    minimum=arguments.minimum,
                    grace=arguments.grace,
                    forbid_failed=arguments.forbid_failed,
                )
                for directory in arguments.directories
            ]
            missing = {verdict.source: verdict.total("lost") for verdict in verdicts if verdict.total("lost")}
            late = time.monotonic() >= give_up
            if missing:
                said = ", ".join(f"{source} misses {n}" for source, n in missing.items())
                print(f"{'still' if late else 'waiting'}: {said}", file=sys.stderr)
            if not missing or late:
                break
            time.sleep(max(0.1, min(5.0, give_up - time.monotonic())))
    except (LedgerError, OSError, ValueError) as error:
        print(f"cannot judge: {error}", file=sys.stderr)
        return 2
    names = [verdict.source for verdict in verdicts]
    if len(set(names)) < len(names):
        print(f"cannot judge: two ledgers of one source: {', '.join(names)}", file=sys.stderr)
        return 2
    result = as_json(verdicts)
    for verdict in verdicts:
        print(table(verdict) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print("verdict: " + ("passed" if result["passed"] else "FAILED"))
    return 0 if result["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
