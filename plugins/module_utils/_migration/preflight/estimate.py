# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the migration will take, from what was read: rehearsed waits, and the ones that this estate adds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._admin import release
from ..._admin.models import known
from ..progress.phases import WAY
from .clients import offline_groups
from .facts import Facts, answered_masters
from .settings import setting

_HALF_CHECKS = 2


def estimate(facts: Facts, ttls: Iterable[int | None] = ()) -> dict[str, Any]:
    """C({seconds, phases: {phase: seconds}, longest: {phase, seconds, why}, unbounded: [text]}).

    ttls: original TTLs of the names, in seconds. C(unbounded) holds waits that end only when a person acts.
    """
    drain, why = _drain(facts)
    ttl = max((value for value in ttls if value is not None), default=0)
    phases = {phase.name: phase.seconds for phase in WAY if phase.seconds is not None}
    phases["drain_source"] += drain
    phases["switch_dns"] += ttl
    reasons = {"drain_source": why, "switch_dns": f"the longest TTL of the names is {ttl} s"}
    longest = max(phases, key=lambda name: phases[name])
    return {
        "seconds": sum(phases.values()),
        "phases": phases,
        "longest": {
            "phase": longest,
            "seconds": phases[longest],
            "why": reasons.get(longest, "what clients need, and the proof"),
        },
        "unbounded": [f"backlog of {name}: until its owner acts" for name in _absent(facts)],
    }


def _drain(facts: Facts) -> tuple[int, str]:
    """The longest delay level in use decides, then the checks of transactions."""
    longest, why = 0, "no delay level is in use"
    checks = 0
    for snapshot in facts.snapshots:
        for view in answered_masters(snapshot):
            if known(view.half) and view.half[1] > 0:
                interval = str(view.config.get("transactionCheckInterval") or 1000 * release.TRANSACTION_CHECK)
                usual = _HALF_CHECKS * release.TRANSACTION_CHECK
                checks = max(checks, _HALF_CHECKS * int(interval) // 1000 if interval.isdigit() else usual)
            levels = setting(view.config, "messageDelayLevel").split()
            for level, state in (view.schedule if known(view.schedule) else {}).items():
                if known(state) and state[1] > 0 and 0 < level <= len(levels):
                    seconds = _seconds(levels[level - 1])
                    if seconds > longest:
                        longest = seconds
                        why = f"delay level {level} ({levels[level - 1]}) is in use at {snapshot.spec.name}"
    return longest + checks, why


def _seconds(level: str) -> int:
    number, unit = level[:-1], level[-1:]
    return int(number) * release.DELAY_UNITS[unit] if number.isdigit() and unit in release.DELAY_UNITS else 0


def _absent(facts: Facts) -> list[str]:
    waiting = [reason.subject.split("/") for reason in offline_groups(facts) if reason.code == "NO_CONSUMER"]
    return list(dict.fromkeys(f"{source}/{group}" for source, group, *_topic in waiting))
