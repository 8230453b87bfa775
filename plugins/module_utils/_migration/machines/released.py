# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What old machines have counted before they may go: who still called, and what is released with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Counted = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Released:
    """C(machines): a host of each; C(jvms): their number; sizes in MiB; C(stores_unknown): hosts whose store could not
    be measured; C(archives): by host C(file) and C(bytes); C(store_kilobytes): by host."""

    machines: list[str]
    jvms: int
    memory_mib: int
    store_mib: int
    stores_unknown: list[str]
    archives: dict[str, Any]
    store_kilobytes: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def last(counted: Counted, host: str, question: str) -> str:
    return str(counted[host][question]["lines"][-1]).strip()


def called(before: Counted, again: Counted, hosts: Iterable[str]) -> list[str]:
    """A line for each host that has refused a connection between two counts."""
    counts = [(host, last(before, host, "resets"), last(again, host, "resets")) for host in hosts]
    return [f"{host} ({first} -> {second})" for host, first, second in counts if first != second]


def figures(
    counted: Counted,
    hosts: Iterable[str],
    machines: Mapping[str, Mapping[str, Any]],
    kilobytes: Mapping[str, int],
    archives: Mapping[str, Any],
) -> Released:
    """What goes with these hosts. machines: of the estate, C(role) and C(address) of each; kilobytes: by host the size
    of its store, where it could be measured."""
    meant = list(hosts)
    first: dict[str, str] = {}
    for host in meant:
        first.setdefault(machines[host]["address"].rpartition(":")[0], host)
    stores = [host for role in ("master", "slave") for host in meant if machines[host]["role"] == role]
    return Released(
        machines=list(first.values()),
        jvms=len(meant),
        memory_mib=sum(int(last(counted, host, "memory")) for host in first.values()) // 1024,
        store_mib=sum(kilobytes.values()) // 1024,
        stores_unknown=[host for host in stores if host not in kilobytes],
        archives=dict(archives),
        store_kilobytes=dict(kilobytes),
    )


def said(released: Released, hosts: Iterable[str], archive: str) -> str:
    """The figures for a reader. archive: the directory of each machine in which the stores are packed; empty: none."""
    unknown = released.stores_unknown
    stores = f"{released.store_mib} MiB of stores"
    if unknown:
        stores += f" (without those of {', '.join(unknown)}, whose size is not known)"
    kept = (
        f"The stores are packed into {archive} of each machine."
        if archive
        else "The data are kept until you archive or delete them."
    )
    return (
        f"{len(released.machines)} machines with {released.jvms} JVMs may go, with {released.memory_mib} MiB of memory"
        f" and {stores}: {', '.join(hosts)}. {kept} Nothing here deletes anything."
    )
