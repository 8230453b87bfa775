# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons from other checks (machines, DNS, a check of the operator's own), as they enter the gate's verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..reasons.catalogue import CATALOGUE
from ..reasons.entry import PREFLIGHT
from ..reasons.reason import Reason


class FindingError(ValueError):
    """A finding that cannot be judged; the text says which one and why."""


def parse_findings(items: Iterable[Mapping[str, Any]] | None) -> tuple[Reason, ...]:
    """Reasons out of a list of ``{code, subject, severity, evidence?}``, the form of ``Reason.as_dict``.

    Raises FindingError for a code that the catalogue does not have, a severity that is not the catalogue's and a
    missing subject: a finding that cannot be looked up or waived must not count as judged.
    """
    found = []
    for number, item in enumerate(items or (), start=1):
        code, subject = str(item.get("code") or "").strip(), str(item.get("subject") or "").strip()
        where = f"finding {number} ({code or 'no code'} {subject or 'no subject'})"
        unknown = set(item) - {"code", "subject", "severity", "evidence"}
        if unknown:
            raise FindingError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")
        entry = CATALOGUE.get(code)
        if entry is None:
            raise FindingError(f"{where}: no reason has this code, see docs/reasons.md")
        if not subject:
            raise FindingError(f"{where}: the subject is missing (its form is {entry.subject})")
        severity = entry.severity_at(PREFLIGHT)
        if item.get("severity") != severity:
            raise FindingError(f"{where}: its severity is {severity}, not {item.get('severity') or 'left out'}")
        evidence = item.get("evidence") or {}
        if not isinstance(evidence, Mapping):
            raise FindingError(f"{where}: evidence is no dictionary")
        found.append(Reason(code, subject, {str(key): value for key, value in evidence.items()}, PREFLIGHT))
    return tuple(found)
