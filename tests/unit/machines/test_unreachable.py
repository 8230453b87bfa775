# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator reads when machines cannot be reached, over a real sshd and a sudo that talks."""

from __future__ import annotations

import json
import re

SOURCES = ("mro-ns", "mro-a", "mro-s", "mdm-ns", "mdm-a")


def unknown(host: str) -> str:
    return f"PROCESS_UNKNOWN {host}: it does not tell whether its process runs: MACHINE_UNREACHABLE {host}"


def recap(printed: str) -> dict[str, str]:
    """Host → its line of the recap."""
    return dict(re.findall(r"(\S+) : (ok=\d+ .*?ignored=\d+)", printed.partition("PLAY RECAP")[2]))


def test_status_names_each_machine_that_is_not_reached_and_the_stages_of_the_others(world):
    world.run(*world.hosts)
    world.up("mro-ns", "mro-a", "mdm-a")
    world.end("mro-s")
    code, printed = world("status")
    assert code == 0, printed
    # A process that answers runs, whatever SSH says; one that does not may have ended, or not.
    assert '"mdm: closed"' in printed
    assert f"mro: unknown ({unknown('mro-s')} (" in printed
    reason = r"MACHINE_UNREACHABLE mdm-ns \(tried ssh \S+@127\.\S+:2222, answer Failed to connect .* refused"
    assert re.search(reason, printed)
    # sudo's words and the shell's are no sockets.
    assert "Hosts whose sockets could not be read: mdm-ns (" in printed
    lines = recap(printed)
    assert "changed=0" in lines["localhost"] and "failed=0" in lines["localhost"]
    assert int(re.search(r"ok=(\d+)", lines["localhost"])[1]) > 15, "an empty recap"


def test_a_phase_that_is_called_as_a_role_asks_by_itself_those_that_do_not_answer(world):
    world.run(*world.hosts)
    world.hush("mro-a", "mdm-a", "mdm-ns")
    world.up("mro-ns", "mro-a", "mdm-ns")
    code, printed = world.play(
        {
            "ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"},
            "vars": {"migration_phase": "status"},
        }
    )
    assert code == 0, printed
    asked = printed.partition("On the machine: answer process")[2].partition("TASK")[0]
    assert set(re.findall(r"\(item=([\w-]+)\)", asked)) == {"mro-a", "mdm-ns", "mdm-a"}
    # It runs, and does not say how it stands.
    assert "mro: unknown (BROKER_UNKNOWN mro/broker-a: master broker-a does not tell its brokerPermission" in printed
    assert f"mdm: unknown ({unknown('mdm-a')}" in printed
    assert "could not be read: mdm-a (" in printed


def test_a_phase_that_needs_no_machine_passes_while_none_is_reached(world):
    agreed = world.plan()
    world.run(*world.hosts)
    code, printed = world("rollback_switch_dns", rocketmq_migration_confirm=agreed)
    assert code == 0, printed
    assert all(f"MACHINE_UNREACHABLE {host} (" in printed for host in SOURCES)
    ended = [json.loads(line) for line in (world.evidence / "phases.jsonl").read_text().splitlines()][-1]
    assert (ended["event"], {one["stage"] for one in ended["stages"].values()}) == ("end", {"closed"})
    assert not any(world.kv.values()), "the lock was not given back"


def test_a_phase_that_ends_processes_is_refused_before_the_first(world):
    agreed = world.plan()
    world.run(*world.hosts)
    for name in ("mro", "mdm"):
        world.point(name, "hub-ns")
    world.up("mro-ns", "mro-a", "mdm-ns", "mdm-a")
    code, printed = world("phase_80_stop_brokers", rocketmq_migration_confirm=agreed)
    assert code != 0
    refused = printed.partition("METHOD_UNUSABLE")[2]
    assert refused.partition("Nothing was changed")[0].count("MACHINE_UNREACHABLE mro-s (tried ssh") == 1, printed
    assert "mro-a by command" not in refused and "mdm-a" not in refused.partition("Nothing was changed")[0]
    assert all(process.poll() is None for process in world.processes.values())
    assert not any(world.kv.values()), "the lock was not given back"
    assert "failed=1" in recap(printed)["localhost"]


def test_machines_of_a_released_source_may_be_switched_off_and_no_others(world):
    for name in ("mro", "mdm"):
        world.point(name, "hub-ns")
    world.run("hub-ns", "hub-a", "hub-b")
    hosts = {host: world.address(host) for host in world.of("mro")}
    released = {"mro": {"hosts": hosts, "decommissioned": False}}
    world.prove(released=released)
    code, printed = world("status")
    assert code == 0, printed
    assert '"mro: done"' in printed and "MACHINE_UNREACHABLE mro" not in printed
    assert f"mdm: unknown ({unknown('mdm-a')}" in printed


def test_the_preflight_goes_on_with_the_others_and_writes_no_plan(world):
    world.joined, world.perm = False, {"mro": 6, "mdm": 6, "hub": 4}
    world.run(*world.hosts)
    world.up("mro-ns", "mro-a", "mdm-ns", "mdm-a", "hub-ns", "hub-a", "hub-b")
    code, printed = world("phase_20_preflight")
    assert code != 0
    assert "MACHINE_UNREACHABLE mro-s" in printed
    assert not re.findall(r"(?:MACHINE_UNKNOWN|COMMAND_FAILED).{0,200}", printed)
    assert not (world.evidence / "plan.json").exists()
    assert "failed=1" in recap(printed)["localhost"]
