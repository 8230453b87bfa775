# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where one source stands in the migration, derived from the live world and from nothing else.

A run that was interrupted is continued by asking this again, so every form that an interrupted phase can leave
behind has a name of its own (the words ending in "-ing").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._admin.release import PERM_READ, READ_WRITE
from ..reasons.refusal import stated

# In the order of the migration. A phase compares positions, so the order is part of the contract.
ORDER = (
    "apart",  # the target's brokers are not in the source's name server
    "joined",  # they are, read-only
    "open",  # they take writes; the source does too
    "freezing",  # some masters of the source are read-only
    "frozen",  # all masters of the source are read-only
    "closing",  # some are closed
    "closed",  # all are closed: no client reads or writes them
    "switched",  # closed, and DNS answers the target's name server
    "stopping",  # some broker processes have ended
    "stopped",  # all broker processes have ended; the name server lives
    "done",  # the name server's process has ended too, and DNS answers the target
)


@dataclass(frozen=True)
class SourceStage:
    """C(stage): one of ORDER, or "unknown" with the reasons that make it so, each C(CODE subject: what was seen)."""

    name: str
    stage: str
    switched: bool
    reasons: tuple[str, ...] = ()


def judge(
    name: str,
    *,
    running: Mapping[str, bool | str | None],
    nameservers: frozenset[str],
    permissions: Mapping[str, int | str],
    target_permissions: Mapping[str, int | str],
    target_known: bool | str,
    switched: bool | None,
    gone: frozenset[str] = frozenset(),
) -> SourceStage:
    """Stage of the source I(name).

    running: inventory host -> does its process run (None, or in words why: the host did not say); nameservers: which of
    them are name servers; permissions: master's name -> brokerPermission, or in words why that is not known;
    target_permissions: the same for the target's masters; target_known: are all the target's masters in the source's
    name server, or in words why that is not known; switched: does DNS answer the target's name server (None: it did
    not answer); gone: hosts whose machines are not reached any more, of a source whose processes were proved to have
    ended before. They count as ended where nothing of the source runs and DNS answers the target.
    """

    def unknown(*reasons: str) -> SourceStage:
        return SourceStage(name, "unknown", bool(switched), reasons)

    silent = {host: state for host, state in sorted(running.items()) if not isinstance(state, bool)}
    if switched and gone.issuperset(silent) and not any(state is True for state in running.values()):
        running, silent = dict.fromkeys(running, False), {}
    if silent:
        return unknown(
            *(
                stated(
                    "PROCESS_UNKNOWN", host, f"it does not tell whether its process runs{f': {state}' if state else ''}"
                )
                for host, state in silent.items()
            )
        )
    if not running:
        return unknown(stated("SOURCE_WITHOUT_HOSTS", name, "no host of this source was asked"))
    if switched is None:
        return unknown(stated("ADDRESS_UNRESOLVED", name, "DNS did not answer for its name server's name"))

    def contradicts(seen: str) -> SourceStage:
        return unknown(stated("NAME_CONTRADICTS_STAGE", name, seen))

    brokers = {host: state for host, state in running.items() if host not in nameservers}
    alive = [host for host, state in brokers.items() if state]
    names_alive = [host for host in nameservers if running.get(host)]
    if not alive:
        if not names_alive:
            return (
                SourceStage(name, "done", True)
                if switched
                else contradicts("all its processes have ended, but DNS does not answer the target's name server")
            )
        return (
            SourceStage(name, "stopped", True)
            if switched
            else contradicts("all its brokers have ended, but DNS does not answer the target's name server")
        )
    if len(alive) < len(brokers):
        ended = sorted(set(brokers) - set(alive))
        return (
            SourceStage(name, "stopping", True)
            if switched
            else unknown(
                *(stated("PROCESS_ENDED", host, f"the broker process on {host} does not run") for host in ended)
            )
        )
    if not names_alive:
        return unknown(
            stated(
                "NAMESERVER_ENDED",
                name,
                "its name server's process has ended while its brokers run (after an interrupted rescue of it run "
                "rescue again; brokers that came back by themselves, as when a machine boots, are ended with SIGTERM "
                "by hand)",
            )
        )
    if not permissions:
        return unknown(stated("SOURCE_WITHOUT_MASTER", name, "it has no master that could tell its brokerPermission"))
    mute = [
        stated("BROKER_UNKNOWN", f"{name}/{master}", f"master {master} does not tell its brokerPermission: {perm}")
        for master, perm in sorted(permissions.items())
        if isinstance(perm, str)
    ]
    if isinstance(target_known, str):
        why = f"its name server does not tell which brokers it knows: {target_known}"
        mute.append(stated("NAMESERVER_UNKNOWN", name, why))
    if mute:
        return unknown(*mute)
    values = set(permissions.values())
    if values == {0}:
        return SourceStage(name, "switched" if switched else "closed", switched)
    if switched:
        return contradicts("DNS answers the target's name server although its masters are not closed")
    if 0 in values:
        return SourceStage(name, "closing", False)
    if values == {PERM_READ}:
        return SourceStage(name, "frozen", False)
    if PERM_READ in values:
        return SourceStage(name, "freezing", False)
    if values != {READ_WRITE}:
        why = f"its masters have the unexpected permissions {sorted(map(str, values))}"
        return unknown(stated("SOURCE_PERMISSION", name, why))
    if not target_known:
        return SourceStage(name, "apart", False)
    opened = bool(target_permissions) and all(perm == READ_WRITE for perm in target_permissions.values())
    return SourceStage(name, "open" if opened else "joined", False)
