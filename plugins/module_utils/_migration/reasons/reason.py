# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why something does not pass.

A reason's subject is a path of plain names joined with ``/``, from the largest thing to the smallest, for example
``mro/mro-late/mro-orders`` (cluster, group, topic). Each entry of the catalogue says what its subject looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .catalogue import CATALOGUE


@dataclass(frozen=True)
class Reason:
    """``evidence`` holds what was seen: numbers, request, address. Severity comes from the catalogue; ``gate`` is named
    by a gate for which a code weighs less than elsewhere."""

    code: str
    subject: str
    evidence: Mapping[str, Any] = field(default_factory=dict, hash=False)
    gate: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise ValueError(f"reason code {self.code!r} is not in the catalogue")

    @property
    def severity(self) -> str:
        return CATALOGUE[self.code].severity_at(self.gate)

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "subject": self.subject,
            "evidence": dict(self.evidence),
            "severity": self.severity,
        }

    def __str__(self) -> str:
        seen = ", ".join(f"{key} {value}" for key, value in self.evidence.items())
        return f"{self.code} {self.subject}" + (f" ({seen})" if seen else "")


def summary(reasons: Iterable[Reason], limit: int = 10) -> str:
    """The first reasons in one readable line, and how many more there are."""
    listed = list(reasons)
    text = "; ".join(str(reason) for reason in listed[:limit])
    return text + (f"; and {len(listed) - limit} more" if len(listed) > limit else "")
