# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that stand in each other's way on one machine."""

from __future__ import annotations

from .hosts import Host
from .mistakes import Mistakes


def judge(sources: list[Host], targets: list[Host], mistakes: Mistakes) -> None:
    """Adds what is wrong between the processes of all clusters; a host whose address is not known is left out."""
    placed = [host for host in sources if host.address], [host for host in targets if host.address]
    _equal_addresses([*placed[0], *placed[1]], mistakes)
    source_processes, target_processes = ([host for host in side if host.role] for side in placed)
    _that_look_alike(source_processes, mistakes)
    _targets_beside_sources(source_processes, target_processes, mistakes)


def _equal_addresses(hosts: list[Host], mistakes: Mistakes) -> None:
    seen: dict[str | None, str] = {}
    for host in hosts:
        other = seen.setdefault(host.address, host.name)
        if other != host.name:
            mistakes.add(
                f"hosts {other} and {host.name} have the same address {host.address}: correct rocketmq_address or"
                f" rocketmq_port"
            )


def _that_look_alike(hosts: list[Host], mistakes: Mistakes) -> None:
    """Processes are looked for on a machine, and ended there, by a pattern: two that it fits would end together."""
    seen: dict[tuple[str | None, bool, str | None], Host] = {}
    for host in hosts:
        if host.pattern is None and host.pattern_given:
            continue
        is_server = host.role == "nameserver"
        other = seen.setdefault((host.machine, is_server, host.pattern), host)
        if other.address != host.address:
            kind = "name servers" if is_server else "brokers"
            mistakes.add(
                f"hosts {other.name} and {host.name} are two {kind} on the machine {host.machine}: give each a"
                f" rocketmq_process_pattern for pgrep -f that fits its process alone, such as '[b]roker-a.properties'"
            )


def _targets_beside_sources(sources: list[Host], targets: list[Host], mistakes: Mistakes) -> None:
    """The pattern that finds a source's process would find the target's beside it, in its container, too."""
    there = {(host.role == "nameserver", host.machine): host for host in targets}
    for host in sources:
        other = there.get((host.role == "nameserver", host.machine))
        if other and other.address != host.address and not host.pattern_given:
            mistakes.add(
                f"hosts {host.name} of a source and {other.name} of the target are processes of one kind on one"
                f" machine: give {host.name} a rocketmq_process_pattern for pgrep -f that does not fit the target's"
                f" process, for what it fits is ended"
            )
