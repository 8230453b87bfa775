# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What measures: the business processes of a lab by what they write down, and the verdict on their ledgers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB, ROOT


@dataclass(frozen=True)
class LedgerStatus:
    """One business process as it describes itself: start time and, by mode, how much was sent and received."""

    started: str
    modes: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> LedgerStatus:
        body = json.loads(path.read_text())
        return cls(str(body["process_start"]), body["modes"])

    def behind(self, minimum: int, since: LedgerStatus | None = None) -> dict[str, str]:
        """Modes that have not yet sent and received the minimum (since the given status), with their counts."""
        found = {}
        for mode, counts in self.modes.items():
            base = since.modes[mode] if since else {}
            sent, received = (counts[key] - base.get(key, 0) for key in ("acknowledged", "received"))
            if min(sent, received) < minimum:
                found[mode] = f"{sent} sent, {received} received"
        return found


class Business:
    """All business processes of one lab: build/LAB/ledger has a directory for each source."""

    def __init__(self, build: Path, say: Callable[[str], None]) -> None:
        self.build, self.ledger, self.say = build, build / "ledger", say

    def status(self) -> dict[str, LedgerStatus]:
        """By source; {} before the first of them has written."""
        return {path.parent.name: LedgerStatus.read(path) for path in sorted(self.ledger.glob("*/status.json"))}

    def started(self) -> dict[str, str]:
        """When each process was started, by source: another value is a restart."""
        return {source: status.started for source, status in self.status().items()}

    def wait_for(self, minimum: int, deadline: float, since: dict[str, LedgerStatus] | None = None) -> None:
        """Until every mode of every source has sent and received at least minimum messages (more than in since)."""
        end, said = time.monotonic() + deadline, 0.0
        while True:
            now = self.status()
            behind = [
                f"{source}/{mode}: {counts}"
                for source, status in now.items()
                for mode, counts in status.behind(minimum, (since or {}).get(source)).items()
            ]
            if now and not behind:
                return
            if time.monotonic() > end:
                raise Failed(
                    f"the business did not send and receive {minimum} messages in each mode within {deadline:.0f} s: "
                    + ("; ".join(behind) if behind else "no ledger was written")
                )
            if time.monotonic() - said >= 10:
                said = time.monotonic()
                self.say(
                    f"waiting for the business: {len(behind)} modes behind" + (f", e.g. {behind[0]}" if behind else "")
                )
            time.sleep(1)

    def tell(self, *words: str, sources: Iterable[str] | None = None) -> None:
        """Words to the processes of these sources, or of all: stop-producing, catch-up, late-return (see ledger)."""
        for source in sources or [path.name for path in self.ledger.iterdir()]:
            for word in words:
                (self.ledger / source / word).touch()

    def quiesce(self) -> None:
        """Ask the business to stop sending; its processes live on and consume what is on its way."""
        self.tell("stop-producing")
        self.say("the business stops sending; the verdict waits for what is on its way")

    def verdict(self, journal: Path, minimum: int, *demands: str) -> tuple[bool, dict[str, Any]]:
        """Whether the ledgers are clean, and the figures. demands: more options of verdict.py."""
        ledgers = sorted(str(path) for path in self.ledger.iterdir() if path.is_dir())
        command = [
            sys.executable, str(LAB / "ledger/verdict.py"), *ledgers, "--timeline", str(journal),
            "--minimum", str(minimum), *demands, "--wait", "180", "--json", str(self.build / "ledger.json"),
        ]  # fmt: skip
        with (self.build / "ledger.txt").open("w") as page:
            done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=page, check=False)
        return done.returncode == 0, json.loads((self.build / "ledger.json").read_text())
