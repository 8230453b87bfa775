# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the catalogue says of one reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

BLOCKING = "blocking"  # cannot be waived
WAIVABLE = "waivable"  # blocks without a waiver
NOTICE = "notice"  # never blocks
SEVERITIES = (BLOCKING, WAIVABLE, NOTICE)

# Who gives a reason. A waiver for a reason of the preflight alone has to cover something at the preflight.
PREFLIGHT = "preflight"
MACHINES = "machines"
NAMES = "names"
CAPACITY = "capacity"
DRIFT = "drift"
REGISTRATION = "registration"
ASSIGNMENT = "assignment"
WRITE_STOP = "write stop"
DRAIN = "drain"
TRAFFIC = "traffic"
DELETE = "delete"
# What is kept between phases (lock, plan, proofs): every phase asks for it first.
EVIDENCE = "evidence"
# Where each source stands: every phase looks first.
STAGE = "stage"
# The tasks of a phase themselves; tools/reasons.py finds out which phases.
TASKS = "tasks"
GATES = (
    PREFLIGHT, MACHINES, NAMES, CAPACITY, DRIFT, REGISTRATION, ASSIGNMENT, WRITE_STOP, DRAIN, TRAFFIC,
    DELETE, EVIDENCE, STAGE, TASKS,
)  # fmt: skip

_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


@dataclass(frozen=True)
class Entry:
    """One code. C(subject) shows the form of the subject, C(gates) who gives the reason, C(milder) the severity of a
    gate for which it weighs less than elsewhere.

    Raises ValueError for a code that is not in upper snake case, an unknown severity, an empty text, or no gate.
    """

    code: str
    severity: str
    subject: str
    meaning: str
    remedy: str
    gates: tuple[str, ...]
    milder: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"reason code {self.code!r} is not in upper snake case")
        for severity in (self.severity, *self.milder.values()):
            if severity not in SEVERITIES:
                raise ValueError(f"reason code {self.code}: severity {severity!r} is none of {', '.join(SEVERITIES)}")
        if not (self.subject and self.meaning and self.remedy):
            raise ValueError(f"reason code {self.code}: a subject, a meaning and a remedy are needed")
        if not self.gates or set(self.gates) - set(GATES):
            raise ValueError(f"reason code {self.code}: gates {self.gates} are not some of {', '.join(GATES)}")
        if set(self.milder) - set(self.gates):
            raise ValueError(f"reason code {self.code}: milder for gates that do not give it")

    def severity_at(self, gate: str) -> str:
        """How much it weighs for a gate."""
        return self.milder.get(gate, self.severity)

    def waivable_at(self) -> tuple[str, ...]:
        """The gates that take a waiver for it."""
        return tuple(gate for gate in self.gates if self.severity_at(gate) == WAIVABLE)
