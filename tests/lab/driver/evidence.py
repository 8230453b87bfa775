# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the runs of a migration keep for later ones in the directory of the evidence, and how it can be lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed


def plan(evidence: Path) -> dict[str, Any]:
    """The plan that was agreed: decisions, hash."""
    return json.loads((evidence / "plan.json").read_text())


class Proofs:
    """What was proved (proofs.json). Every context puts back what it took away."""

    def __init__(self, evidence: Path) -> None:
        self.evidence = evidence

    def read(self) -> dict[str, Any]:
        return json.loads((self.evidence / "proofs.json").read_text())

    def change(self, **parts: Any) -> None:
        """Let the next run know something else in these parts of it."""
        (self.evidence / "proofs.json").write_text(json.dumps({**self.read(), **parts}))

    @contextmanager
    def without(self, **parts: Any) -> Iterator[None]:
        """These parts of what was proved are lost, and this is all that is left of them."""
        before = self.read()
        self.change(**parts)
        try:
            yield
        finally:
            self.change(**{part: before[part] for part in parts})

    @contextmanager
    def without_check_of(self, source: str) -> Iterator[None]:
        """Of the last check of this source's stores, as if the machines had only been switched off."""
        before = self.read()["checked"]
        sources = plan(self.evidence)["decisions"]["sources"]
        its = {broker["address"] for one in sources if one["name"] == source for broker in one["brokers"]}
        if not its & set(before):
            raise Failed(f"no last check of {source} is on record: {before}")
        self.change(checked={address: entry for address, entry in before.items() if address not in its})
        try:
            yield
        finally:
            self.change(checked=before | self.read()["checked"])
