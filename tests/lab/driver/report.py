# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reports: the ledger, the phases with their times and the claims that were seen, as JSON and to read."""

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


def _cell(value: float | None) -> str:
    """Counts as they are, seconds with one decimal."""
    return "-" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


@dataclass
class Report:
    """Everything the end of a migration tells."""

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

    def show(self, out: TextIO, evidence: Path | None) -> None:
        """evidence: None where it is gone."""

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
        if evidence:
            line(f"\nEvidence: {evidence}, verdict.json beside it")
        line("=" * 100)
