# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the demo leaves to read: the ledger, the phases with their times, the claims that were seen."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

COLUMNS = (
    "acknowledged",
    "ok",
    "lost",
    "unexpected",
    "duplicated",
    "beyond_baseline",
    "sent_again",
    "recovered",
    "order_violations",
    "longest_stall_s",
)
HEADS = ("acked", "ok", "lost", "unexpect.", "duplic.", "beyond b.", "sent ag.", "recovered", "disorder", "stall s")


@dataclass(frozen=True)
class LedgerStatus:
    """One business process as it describes itself: start time and, by mode, how much was sent and received."""

    started: str
    modes: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> LedgerStatus:
        body = json.loads(path.read_text())
        return cls(str(body["process_start"]), body["modes"])

    def received(self) -> int:
        return sum(counts["received"] for counts in self.modes.values())

    def behind(self, minimum: int, since: LedgerStatus | None = None) -> dict[str, str]:
        """Modes that have not yet sent and received the minimum (since the given status), with their counts."""
        found = {}
        for mode, counts in self.modes.items():
            base = since.modes[mode] if since else {}
            sent, received = (counts[key] - base.get(key, 0) for key in ("acknowledged", "received"))
            if min(sent, received) < minimum:
                found[mode] = f"{sent} sent, {received} received"
        return found


def read_phases(path: Path, *, raw: bool = False) -> Any:
    """Events of the phases' journal; without raw, one row a phase: seconds of its complete passes, and interruptions.

    A phase that was killed has a begin without an end: its time until the kill is not known and not guessed.
    """
    if not path.exists():
        return []
    events = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    if raw:
        return events
    rows: dict[str, dict[str, Any]] = {}
    began: dict[str, float] = {}
    for event in events:
        row = rows.setdefault(event["phase"], {"phase": event["phase"], "seconds": 0.0, "interrupted": 0})
        if event["event"] == "start":
            if event["phase"] in began:
                row["interrupted"] += 1
            began[event["phase"]] = event["time"]
        elif event["phase"] in began:
            row["seconds"] = round(row["seconds"] + event["time"] - began.pop(event["phase"]), 1)
    return list(rows.values())


def _cell(value: float | None) -> str:
    """Counts as they are, seconds with one decimal."""
    return "-" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


@dataclass
class Report:
    """Everything the end of the demo tells."""

    lab: str
    estate: str
    seconds: dict[str, float] = field(default_factory=dict)
    started: dict[str, str] = field(default_factory=dict)
    still: dict[str, str] = field(default_factory=dict)
    dns_before: dict[str, str] = field(default_factory=dict)
    dns_after: dict[str, str] = field(default_factory=dict)
    phases: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, str]] = field(default_factory=list)
    ledger: dict[str, Any] = field(default_factory=dict)

    def claim(self, what: str, seen: str) -> None:
        self.claims.append({"claim": what, "seen": seen})

    def write(self, path: Path, evidence: Path) -> None:
        path.write_text(
            json.dumps(
                {
                    "schema": 1,
                    "lab": self.lab,
                    "estate": self.estate,
                    "seconds": self.seconds,
                    "phases": self.phases,
                    "processes": {"before": self.started, "after": self.still},
                    "claims": self.claims,
                    "dns": {"before": self.dns_before, "after": self.dns_after},
                    "sources": self.ledger.get("sources", {}),
                    "timeline": self.ledger.get("timeline"),
                    "evidence": evidence.name,
                },
                indent=2,
                sort_keys=True,
            )
            + "\n"
        )

    @staticmethod
    def _stored_by(source: dict[str, Any]) -> str:
        """How many sends each broker acknowledged before the first phase, during the phases, and after the last."""
        taken: dict[str, Counter[str]] = {}
        for row in source["modes"].values():
            for window, counts in row.get("stored_by", {}).items():
                taken.setdefault(window, Counter()).update(counts)
        return "; ".join(
            f"{window}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
            for window, counts in taken.items()
        )

    def _again(self, phase: str) -> str:
        """How many messages came a second time in this phase that no check of 4.4.0 explains, by mode."""
        found: Counter[str] = Counter()
        for source in self.ledger.get("sources", {}).values():
            for mode, counts in source.get("phases", {}).get(phase, {}).items():
                found[mode] += counts["again"]
        said = ", ".join(f"{mode} {count}" for mode, count in found.items() if count)
        return f"   came again: {said}" if said else ""

    def show(self, out: TextIO, evidence: Path) -> None:
        def line(text: str = "") -> None:
            print(text, file=out)

        line("\n" + "=" * 100)
        line(f"Consolidated: {', '.join(sorted(self.started))} into hub ({self.estate} estate, lab {self.lab})")
        line("\nPhases")
        for row in self.phases:
            times = f", interrupted {row['interrupted']} x and resumed" if row["interrupted"] else ""
            line(f"  {row['phase']:<18}{row['seconds']:>8.1f} s{self._again(row['phase'])}{times}")
        line(
            f"  {'migration':<18}{self.seconds.get('migration', 0):>8.1f} s   (lab: {self.seconds.get('lab', 0):.1f} s)"
        )
        line("\nLedger")
        line(f"  {'source/mode':<24}" + "".join(f"{name:>10}" for name in HEADS))
        for source, body in sorted(self.ledger.get("sources", {}).items()):
            for mode, row in body.get("modes", {}).items():
                line(f"  {source + '/' + mode:<24}" + "".join(f"{_cell(row.get(name)):>10}" for name in COLUMNS))
            line(f"  {source + ' stored by':<24}{self._stored_by(body)}")
            for problem in body.get("problems", []):
                line(f"  PROBLEM {source}: {problem}")
        line("\nNames")
        for name in sorted(self.dns_before):
            line(f"  {name:<24}{self.dns_before[name]:>16}  ->  {self.dns_after.get(name, '?')}")
        line("\nSeen")
        for claim in self.claims:
            line(f"  {claim['claim']}: {claim['seen']}")
        same = "equal" if self.started == self.still else "DIFFERENT"
        line(f"  start times of the business processes before and after: {same}")
        line(f"\nEvidence: {evidence}, verdict.json beside it")
        line("=" * 100)
