# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixed report: one row for each comparison, as a table and as JSON."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """``ratio`` is the peer's figure divided by ours: above 1 we are better. None: there is no peer, or no figure.

    ``wanted`` says in words what the figure should be, ``met`` whether it is (None: only stated).
    """

    name: str
    ours: float
    unit: str
    how: str
    peer: str = ""
    figure: float | None = None
    wanted: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.figure / self.ours if self.figure is not None and self.ours > 0 else None


class Report:
    """Rows as they come; written after each, so that an interrupted run leaves what it has measured."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []

    def add(self, *rows: Row) -> None:
        for row in rows:
            self.rows.append(row)
            print(line(row), flush=True)
        self.write()

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        value: dict[str, Any] = {
            "taken": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "processors": os.cpu_count(),
            "load_average": [round(one, 1) for one in os.getloadavg()],
            "rows": [{**asdict(row), "ratio": row.ratio} for row in self.rows],
        }
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        new.replace(self.path)

    def table(self) -> str:
        return "\n".join([HEADING, *(line(row) for row in self.rows)])

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if row.met is False]


HEADING = f"{'':4} {'what':64} {'ours':>9} {'peer':>10} {'ratio':>7}  unit, peer, how sampled"


def line(row: Row) -> str:
    mark = {None: "    ", True: "ok  ", False: "MISS"}[row.met]
    figure = f"{row.figure:10.2f}" if row.figure is not None else f"{'-':>10}"
    ratio = f"{row.ratio:7.2f}" if row.ratio is not None else f"{'-':>7}"
    rest = "; ".join(part for part in (row.unit, row.peer, row.how, row.wanted and f"wanted {row.wanted}") if part)
    return f"{mark} {row.name:64} {row.ours:9.2f} {figure} {ratio}  {rest}"


def at_most(name: str, ours: float, limit: float, unit: str, how: str) -> Row:
    """A figure of ours alone against a limit."""
    return Row(name, ours, unit, how, wanted=f"at most {limit:g}", met=ours <= limit)


def against(
    name: str, ours: float, peer: str, figure: float, unit: str, how: str, *, ratio: float | None = None
) -> Row:
    """``ratio``: how many times the peer's figure has to be ours."""
    met = None if ratio is None else figure >= ratio * ours
    return Row(name, ours, unit, how, peer, figure, "" if ratio is None else f"ratio at least {ratio:g}", met)


def load_words() -> str:
    return f"load average {os.getloadavg()[0]:.1f}"
