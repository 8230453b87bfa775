# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What old machines have counted before they may go."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import released

MACHINES = {
    # Two processes on one machine.
    "mro-ns": {"role": "nameserver", "address": "198.18.9.20:9876"},
    "mro-a": {"role": "master", "address": "198.18.9.20:10911"},
    "mro-s": {"role": "slave", "address": "198.18.9.24:10911"},
}


def counted(memory: int, **resets: int):
    return {
        host.replace("_", "-"): {"resets": {"lines": ["a banner", f" {number} "]}, "memory": {"lines": [str(memory)]}}
        for host, number in resets.items()
    }


def test_who_has_called_is_told_with_both_counts():
    before, again = counted(0, mro_ns=3, mro_a=7), counted(0, mro_ns=3, mro_a=9)
    assert released.called(before, again, ["mro-ns", "mro-a"]) == ["mro-a (7 -> 9)"]
    assert released.called(before, again, ["mro-ns"]) == []


def test_memory_of_a_machine_is_counted_once_and_a_store_without_a_size_is_named():
    before = counted(2048, mro_ns=0, mro_a=0, mro_s=0)
    found = released.figures(before, list(MACHINES), MACHINES, {"mro-a": 10240}, {})
    assert (found.machines, found.jvms) == (["mro-ns", "mro-s"], 3)
    assert (found.memory_mib, found.store_mib, found.stores_unknown) == (4, 10, ["mro-s"])
    text = released.said(found, ["mro-ns", "mro-a", "mro-s"], "")
    assert text == (
        "2 machines with 3 JVMs may go, with 4 MiB of memory and 10 MiB of stores (without those of mro-s, whose size "
        "is not known): mro-ns, mro-a, mro-s. The data are kept until you archive or delete them. Nothing here deletes "
        "anything."
    )
    assert "packed into /mnt/old of each machine" in released.said(found, [], "/mnt/old")
