# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on the lab's machines: a way around the bastion, or a secret that anybody reads, would prove too little."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.mqops.rocketmq.tests.lab.filter_plugins.lab import lab_hosts
from ansible_collections.mqops.rocketmq.tests.lab.machines.write import write
from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB


def make(place: Path) -> None:
    definition = yaml.safe_load((LAB / "lab.yml").read_text())
    write(place, lab_hosts(definition, "demo", "full", str(place)))


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("lab") / "build" / "demo"
    place.mkdir(parents=True)
    make(place)
    return place


def test_every_machine_takes_logins_from_the_bastion_alone_and_the_bastion_from_the_control_host(build: Path) -> None:
    for config in build.glob("machines/*/sshd_config"):
        [allowed] = [line.split()[1:] for line in config.read_text().splitlines() if line.startswith("AllowUsers")]
        peers = {user.partition("@")[2] for user in allowed}
        assert peers == ({"198.18.10.1"} if config.parent.name == "bastion" else {"198.18.10.9"}), config


def test_ssh_goes_through_the_bastion_and_asks_nobody(build: Path) -> None:
    def option(host: str, name: str) -> list[str]:
        shown = subprocess.run(
            ["ssh", "-G", "-F", build / "ssh/config", host], capture_output=True, text=True, check=True
        )
        return [line.partition(" ")[2] for line in shown.stdout.splitlines() if line.partition(" ")[0] == name]

    assert option("198.18.10.20", "proxyjump") in (["198.18.10.9"], ["[198.18.10.9]"])
    assert option("198.18.10.9", "proxyjump") == []
    assert option("198.18.10.20", "user") == ["ops"]
    assert option("198.18.10.20", "stricthostkeychecking") in (["true"], ["yes"])
    known = (build / "ssh/known_hosts").read_text().splitlines()
    assert {line.split()[0] for line in known} >= {"198.18.10.9", "198.18.10.20", "198.18.10.101"}


def test_secrets_are_readable_by_their_owner_alone_and_made_once(build: Path) -> None:
    secrets = [build / "ssh/sudo.password", build / "ssh/id", *build.glob("machines/*/ssh_host_ed25519_key")]
    before = [path.read_text() for path in secrets]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in [*secrets, *build.glob("machines/*/password")])
    make(build)
    assert [path.read_text() for path in secrets] == before


def test_files_of_plain_processes_are_those_of_their_machine(build: Path) -> None:
    machine = build / "machines/mro-broker-b/processes/broker"
    assert {path.name for path in machine.iterdir()} == {"mro-broker-b", "mro-broker-a-slave"}
    slave = dict(line.split("=", 1) for line in (machine / "mro-broker-a-slave/conf").read_text().splitlines())
    assert (slave["brokerRole"], slave["listenPort"], slave["brokerIP1"]) == ("SLAVE", "10921", "198.18.10.22")
    assert slave["autoCreateTopicEnable"] == "false"
    assert (machine / "mro-broker-b/run_by").read_text() == "scripts\n"
    assert not (build / "machines/hub-a/processes").exists()
