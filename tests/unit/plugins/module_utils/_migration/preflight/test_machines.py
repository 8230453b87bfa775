# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.machines import (
    CONTROL,
    UNLIMITED,
    Engine,
    Host,
    Machine,
    Needs,
    judge,
    parse,
    parse_nofile,
    parse_size,
    probes,
)

GIB = 1024**3
IMAGE = "mqops/rocketmq:4.4.0"
MACHINE = Machine(
    asked=1000.0,
    clock=1000.4,
    cores=8,
    memory=32 * GIB,
    memory_free=30 * GIB,
    disk=(500 * GIB, 100 * GIB, 400 * GIB),
    open_files=655350,
    mappings=655360,
)
BROKER = Host(
    "hub-a",
    "target",
    dataclasses.replace(MACHINE, connections={"198.18.50.20:9876": "open", "198.18.50.84:10912": "refused"}),
    answered=1003.0,
    role="broker",
    port=10911,
    container="rocketmq-hub-a",
    image=IMAGE,
    memory=16 * GIB,
    engine=Engine("27.3.1", frozenset({"other"}), {IMAGE: "sha256:1"}),
    connect=("198.18.50.20:9876", "198.18.50.84:10912"),
)
SOURCE = Host("mro-a", "source", MACHINE)
NEEDS = Needs(queues=80_000, disk=100 * GIB)


def seen(host: Host = BROKER, needs: Needs = NEEDS, **machine) -> list[str]:
    """The reasons for one target machine beside a source's, with these facts instead."""
    host = dataclasses.replace(host, machine=dataclasses.replace(host.machine, **machine))
    return [f"{reason.code} {reason.subject}" for reason in judge([SOURCE, host], needs)]


def test_a_machine_with_everything_has_no_reason() -> None:
    assert seen() == []


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        ({"missing": ("ss",)}, "TOOL_MISSING hub-a"),
        ({"clock": 1008.1}, "CLOCK_SKEW hub-a"),
        ({"clock": 994.9}, "CLOCK_SKEW hub-a"),
        ({"clock": None}, "CLOCK_SKEW hub-a"),
        ({"cores": 7}, "CORES_FEW hub-a"),
        ({"cores": None}, "CORES_FEW hub-a"),
        ({"memory_free": 16 * GIB}, "MEMORY_SHORT hub-a"),
        ({"memory": 16 * GIB}, "MEMORY_SHORT hub-a"),
        ({"memory_free": None}, "MEMORY_SHORT hub-a"),
        ({"disk": (500 * GIB, 276 * GIB, 224 * GIB)}, "DISK_SHORT hub-a"),
        ({"disk": (5000 * GIB, 100 * GIB, 99 * GIB)}, "DISK_SHORT hub-a"),
        ({"disk": None}, "DISK_SHORT hub-a"),
        ({"open_files": 65_535}, "OPEN_FILES_LOW hub-a"),
        ({"open_files": None}, "OPEN_FILES_LOW hub-a"),
        ({"mappings": 65_530}, "MAP_COUNT_LOW hub-a"),
        ({"mappings": None}, "MAP_COUNT_LOW hub-a"),
        ({"listening": {10909: ""}}, "PORT_IN_USE hub-a/10909"),
        ({"listening": {10911: ""}}, "PORT_IN_USE hub-a/10911"),
        ({"listening": {10912: ""}}, "PORT_IN_USE hub-a/10912"),
        ({"connections": {"198.18.50.20:9876": "open"}}, "UNREACHABLE hub-a/198.18.50.84"),
        (
            {"connections": {"198.18.50.20:9876": "no answer", "198.18.50.84:10912": "refused"}},
            "UNREACHABLE hub-a/198.18.50.20",
        ),
    ],
)
def test_what_a_machine_lacks_is_named(machine, reason) -> None:
    assert seen(**machine) == [reason]


def test_a_slow_answer_is_no_difference_of_clocks() -> None:
    assert seen(clock=1007.9) == []
    assert seen(dataclasses.replace(BROKER, answered=None), clock=1005.1) == ["CLOCK_SKEW hub-a"]
    assert seen(clock=994.9) == ["CLOCK_SKEW hub-a"]


def test_ports_beside_the_broker_s_are_free_for_others() -> None:
    assert seen(listening={10910: "", 9876: ""}) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"engine": "no route"}, "ENGINE_UNKNOWN hub-a"),
        ({"engine": Engine("19.03.1", images={IMAGE: "sha256:1"})}, "ENGINE_OLD hub-a"),
        ({"engine": Engine("", images={IMAGE: "sha256:1"})}, "ENGINE_OLD hub-a"),
        ({"engine": Engine("27.3.1")}, f"IMAGE_MISSING hub-a/{IMAGE}"),
        ({"nofile": 1024}, "OPEN_FILES_LOW hub-a"),
        ({"disk_ratio": 39}, "DISK_SHORT hub-a"),
    ],
)
def test_what_the_inventory_or_the_engine_lacks_is_named(changes, reason) -> None:
    assert seen(dataclasses.replace(BROKER, **changes)) == [reason]


def test_a_missing_image_is_only_told_where_its_phase_was_only_checked() -> None:
    host = dataclasses.replace(BROKER, engine=Engine("27.3.1"))
    assert seen(host, dataclasses.replace(NEEDS, image_planned=True)) == [f"IMAGE_PLANNED hub-a/{IMAGE}"]


def test_a_source_that_did_not_tell_its_volume_leaves_the_disk_unknown() -> None:
    assert seen(needs=Needs(queues=1)) == ["DISK_SHORT hub-a"]


def test_what_was_deployed_there_before_may_listen_and_use_memory() -> None:
    running = dataclasses.replace(BROKER, engine=Engine("27.3.1", frozenset({"rocketmq-hub-a"}), {IMAGE: "sha256:1"}))
    assert seen(running, listening={10911: "java"}, memory_free=1 * GIB) == []


def test_a_name_server_needs_neither_disk_nor_queues() -> None:
    host = dataclasses.replace(BROKER, role="nameserver", port=9876)
    assert seen(host, listening={9876: "java"}, disk=None, mappings=1, cores=1) == ["PORT_IN_USE hub-a/9876"]
    assert seen(host, listening={9874: "java"}) == []


def test_the_port_of_the_address_server_has_to_be_free_too() -> None:
    host = dataclasses.replace(BROKER, role="nameserver", port=9876, address_server=9875)
    assert seen(host, listening={9875: "nginx"}) == ["PORT_IN_USE hub-a/9875"]
    running = Engine("27.3.1", frozenset({host.container, f"{host.container}-addresses"}), host.engine.images)
    assert seen(dataclasses.replace(host, engine=running), listening={9875: "", 9876: ""}) == []
    alone = Engine("27.3.1", frozenset({host.container}), host.engine.images)
    assert seen(dataclasses.replace(host, engine=alone), listening={9875: "", 9876: ""}) == ["PORT_IN_USE hub-a/9875"]


def test_the_same_name_is_one_image() -> None:
    other = dataclasses.replace(BROKER, name="hub-b", engine=Engine("27.3.1", images={IMAGE: "sha256:2"}))
    (reason,) = judge([SOURCE, BROKER, other], NEEDS)
    assert (reason.code, reason.subject) == ("IMAGE_DIFFERS", IMAGE)
    assert reason.evidence == {"sha256:1": "hub-a", "sha256:2": "hub-b"}


def test_a_machine_that_was_not_read_is_no_machine_without_faults() -> None:
    hosts = [Host("mro-a", "source", "timed out"), dataclasses.replace(BROKER, machine="its answer is cut")]
    assert [f"{reason.code} {reason.subject}" for reason in judge(hosts, NEEDS)] == [
        "MACHINE_UNKNOWN mro-a",
        "MACHINE_UNKNOWN hub-a",
    ]


def test_clients_that_do_not_reach_the_target_can_be_waived_and_one_line_names_all_ports() -> None:
    answers = {
        "198.18.50.81:10909": "no answer",
        "198.18.50.81:10911": "No route to host",
        "198.18.50.80:9876": "refused",
    }
    machine = dataclasses.replace(MACHINE, connections=answers, clock=1.0)
    (reason,) = judge([Host("shop-1", "business", machine, connect=tuple(answers))], NEEDS)
    assert (reason.code, reason.severity) == ("UNREACHABLE_FROM_BUSINESS", "waivable")
    assert reason.subject == "shop-1/198.18.50.81"
    assert reason.evidence == {"ports": "10909, 10911", "answer": "no answer"}


ESTATE = {
    "sources": [
        {"nameservers": ["198.18.50.20:9876"], "brokers": [{"name": "a", "id": 0, "address": "198.18.50.21:10911"}]}
    ],
    "target": {
        "nameservers": ["198.18.50.80:9876"],
        "address_server": "198.18.50.80:9875",
        "brokers": [
            {"name": "hub-a", "id": 0, "address": "198.18.50.81:10911"},
            {"name": "hub-b", "id": 0, "address": "198.18.50.82:10921"},
            {"name": "hub-a", "id": 1, "address": "198.18.50.84:10911"},
        ],
        "hosts": {"masters": ["hub-a", "hub-b"], "slaves": ["hub-a-slave"]},
    },
    "business": ["shop-1"],
}
ADDRESSES = {"hub-a": "198.18.50.81:10911", "hub-b": "198.18.50.82:10921", "hub-a-slave": "198.18.50.84:10911"}


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("hub-b", ["20:9876", "80:9876", "80:9875"]),
        ("hub-a-slave", ["20:9876", "80:9876", "80:9875", "81:10909", "81:10911", "81:10912"]),
        ("hub-a", ["20:9876", "80:9876", "80:9875", "84:10909", "84:10911", "84:10912"]),
        ("shop-1", ["80:9876", "81:10909", "81:10911", "82:10919", "82:10921", "84:10909", "84:10911"]),
        (CONTROL, ["20:9876", "80:9876", "21:10911", "81:10911", "82:10921", "84:10911", "80:9875"]),
        ("mro-a", []),
    ],
)
def test_everybody_is_asked_for_whom_he_will_need(host, wanted) -> None:
    assert probes(ESTATE, ADDRESSES, host) == tuple(f"198.18.50.{address}" for address in wanted)


def test_what_the_script_prints_is_what_is_read(repository: Path) -> None:
    script = repository / "roles" / "migration" / "files" / "preflight_machine.sh"
    words = ["asked=12.5", "data=/nowhere/at/all", "wait=2", "tool=bash", "tool=no-such-tool", "connect=127.0.0.1:1"]
    printed = subprocess.run(
        ["bash", script, *words, "resolve=localhost"], capture_output=True, text=True, timeout=30, check=True
    )
    machine = parse(printed.stdout.replace("\n", "\r\n"))
    assert isinstance(machine, Machine), machine
    assert machine.asked == 12.5
    assert machine.clock is not None and machine.clock > 1_700_000_000
    assert machine.cores and machine.memory and machine.disk and machine.open_files and machine.mappings
    assert machine.missing == ("no-such-tool",)
    assert machine.connections == {"127.0.0.1:1": "refused"}
    assert machine.resolved["localhost"] == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it printed nothing"),
        ("clock 1.0\ncores 4\n", "its answer is cut"),
        ("clock 1.0\nbash: df: command not found\nend\n", "no fact: bash: df"),
        ("cores many\nend\n", "cannot be read: cores many"),
        ("disk 1 2\nend\n", "cannot be read: disk 1 2"),
    ],
)
def test_half_an_answer_is_none(text, said) -> None:
    found = parse(text)
    assert isinstance(found, str)
    assert said in found


def test_an_answer_without_limits_and_with_listeners() -> None:
    machine = parse(
        'open_files unlimited\nlisten [::]:10911 users:(("java",pid=7,fd=9))\nlisten 0.0.0.0:22\n'
        "resolver 198.18.50.2\nresolved a.mq.test\npinned a.mq.test 198.18.50.9\nend"
    )
    assert isinstance(machine, Machine)
    assert machine.open_files == UNLIMITED
    assert machine.listening == {10911: 'users:(("java",pid=7,fd=9))', 22: ""}
    assert machine.resolved == {"a.mq.test": ()}
    assert machine.pinned == {"a.mq.test": "198.18.50.9"}


def test_sizes_and_limits_as_the_inventory_has_them() -> None:
    assert [parse_size(text) for text in ("8g", "512M", "160m", "1024")] == [
        8 * GIB,
        512 * 1024**2,
        160 * 1024**2,
        1024,
    ]
    with pytest.raises(ValueError, match="no size of the form"):
        parse_size("8 GB")
    assert parse_nofile(["nproc:1:2", "nofile:655350:655351"]) == 655351
    assert parse_nofile(["nofile:1024"]) == 1024
    assert parse_nofile([]) == 0
