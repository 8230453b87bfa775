# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated machine of the chain systemd: when its disk is made again, and what is told when it does not boot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.machines import virtual
from ansible_collections.mqops.rocketmq.tests.lab.machines.virtual import Machine


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    folder, file = tmp_path / "root", tmp_path / "disk.sh"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/unit").write_text("TimeoutStopSec=180")
    file.write_text("debootstrap")
    return folder, file


def test_the_disk_is_made_again_when_an_input_changes(inputs: tuple[Path, Path]) -> None:
    folder, file = inputs
    keys = [virtual.key(inputs), virtual.key(inputs)]
    assert keys[0] == keys[1]
    (folder / "etc/unit").write_text("TimeoutStopSec=20")
    keys.append(virtual.key(inputs))
    (folder / "etc/unit").rename(folder / "etc/other")
    keys.append(virtual.key(inputs))
    file.chmod(0o755)
    keys.append(virtual.key(inputs))
    (folder / "etc/more").touch()
    keys.append(virtual.key(inputs))
    assert len(set(keys)) == len(keys) - 1


def test_every_input_is_there() -> None:
    assert [path for path in virtual.INPUTS if not path.exists()] == []


def test_the_console_is_told_by_its_last_lines_and_printable() -> None:
    console = "one\n\x1b[32mtwo\x1b[0m\r\n\n  three \n"
    assert virtual.last_lines(console, 2) == "[32mtwo[0m | three"
    assert virtual.last_lines("") == "nothing"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """One whose disk is made, and whose tools are stand-ins; a test makes qemu and ssh."""
    (tmp_path / "tools").mkdir()
    tool(tmp_path, "ssh-keygen", 'for file; do :; done\necho "ssh-ed25519 AAAA" > "$file.pub"')
    monkeypatch.setenv("PATH", f"{tmp_path}/tools:/usr/bin:/bin")
    made = Machine(tmp_path / "vm", tmp_path / "run")
    made.place.mkdir(parents=True)
    (made.place / "host.pub").write_text("ssh-ed25519 BBBB")
    yield made
    made.end()
    assert made.process is not None and made.process.poll() is not None


def tool(place: Path, name: str, text: str) -> None:
    (place / "tools" / name).write_text(f"#!/bin/sh\n{text}\n")
    (place / "tools" / name).chmod(0o755)


def test_an_emulation_that_ends_says_why(machine: Machine, tmp_path: Path) -> None:
    tool(tmp_path, "qemu-system-x86_64", "echo could not set up host forwarding rule; exit 1")
    tool(tmp_path, "ssh", "exit 255")
    with pytest.raises(Failed, match="qemu has ended: could not set up host forwarding rule"):
        machine.boot(60)


def test_a_machine_that_does_not_boot_is_told_by_what_its_console_shows(machine: Machine, tmp_path: Path) -> None:
    console, told = tmp_path / "run/console.log", tmp_path / "told"
    tool(tmp_path, "qemu-system-x86_64", f"echo Kernel panic > {console}; touch {told}; exec sleep 60")
    tool(tmp_path, "ssh", f"until [ -e {told} ]; do sleep 0.05; done; echo no route >&2; exit 255")
    with pytest.raises(Failed, match="no route; the console's end: Kernel panic"):
        machine.boot(0)
