# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the migration will take, from what was read: rehearsed waits, and the ones that this estate adds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._admin.models import known
from .conflicts_clients import offline_groups
from .conflicts_settings import setting
from .facts import Facts, answered_masters

# Seconds, as rehearsed: what clients need (polls of 30 s, rebalances of 20 s) and the lengths of the proofs.
_FIXED = {
    "deploy": 60,
    "open target": 35 + 22 + 60,
    "freeze source": 28 + 60,
    "close source": 35 + 60,
    "stop brokers": 20 + 60,
    "release clients": 28 + 60,
    # A broker fetches its list of name servers each 120 s.
    "finalize": 120 + 30,
    "decommission": 90,
}
_PROOF = 60
_HALF_CHECKS = 2
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def estimate(facts: Facts, ttls: Iterable[int | None] = ()) -> dict[str, Any]:
    """C({seconds, phases: {phase: seconds}, longest: {phase, seconds, why}, unbounded: [text]}).

    ttls: original TTLs of the names, in seconds. C(unbounded) holds waits that end when somebody acts.
    """
    drain, why = _drain(facts)
    ttl = max((value for value in ttls if value is not None), default=0)
    phases = {
        **_FIXED,
        "drain source": drain,
        "switch dns": ttl + 30,
    }
    reasons = {"drain source": why, "switch dns": f"the longest TTL of the names is {ttl} s"}
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
                interval = str(view.config.get("transactionCheckInterval") or "60000")
                checks = max(checks, _HALF_CHECKS * int(interval) // 1000 if interval.isdigit() else 120)
            levels = setting(view.config, "messageDelayLevel").split()
            for level, state in (view.schedule if known(view.schedule) else {}).items():
                if known(state) and state[1] > 0 and 0 < level <= len(levels):
                    seconds = _seconds(levels[level - 1])
                    if seconds > longest:
                        longest = seconds
                        why = f"delay level {level} ({levels[level - 1]}) is in use at {snapshot.spec.name}"
    return longest + checks + _PROOF, why


def _seconds(level: str) -> int:
    number, unit = level[:-1], level[-1:]
    return int(number) * _UNITS[unit] if number.isdigit() and unit in _UNITS else 0


def _absent(facts: Facts) -> list[str]:
    return [reason.subject for reason in offline_groups(facts) if reason.code == "OFFLINE_GROUP_BACKLOG"]
