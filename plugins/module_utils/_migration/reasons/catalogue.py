# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason by its code: one place, so that a waiver means the same to every gate and each code is described
once."""

from __future__ import annotations

from collections.abc import Iterable

from . import (
    answers,
    clients,
    delete,
    drain,
    drift,
    environment,
    evidence,
    lists,
    phases,
    preflight,
    preflight_clients,
    processes,
    registration,
    run,
    stages,
    write_stop,
)
from .entry import Entry


def collect(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by code. Raises ValueError for a code that is there twice."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.code in found:
            raise ValueError(f"reason code {entry.code} is defined twice")
        found[entry.code] = entry
    return found


CATALOGUE = collect(
    entry
    for part in (
        answers, registration, write_stop, drain, clients, drift, environment, preflight, preflight_clients,
        run, evidence, stages, lists, processes, phases, delete,
    )
    for entry in part.ENTRIES
)  # fmt: skip


def waivable_codes() -> list[str]:
    return [code for code, entry in CATALOGUE.items() if entry.waivable_at()]


def waivable_only_at(gate: str) -> frozenset[str]:
    """Codes for which no other gate takes a waiver."""
    return frozenset(code for code, entry in CATALOGUE.items() if entry.waivable_at() == (gate,))
