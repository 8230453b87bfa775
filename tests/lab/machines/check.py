#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until the machines of a lab take logins, and require of them what they are to stand for.

Usage: check.py BUILD [NOISY]. Every machine is awaited, the bastion first. NOISY is a machine of which is
required: no login but through the bastion, none by sudo without a password, and all the noise: a banner, what .bashrc
prints, sudo's lecture, a host name that sudo cannot resolve. A lab without these would prove less than it says.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

DEADLINE = 60.0


def ssh(build: Path, address: str, command: str, *options: str, said: str = "") -> subprocess.CompletedProcess[str]:
    words = ["ssh", "-F", str(build / "ssh/config"), "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", *options]
    return subprocess.run(
        [*words, address, command], input=said, capture_output=True, text=True, timeout=60, check=False
    )


def await_logins(build: Path, addresses: list[str]) -> None:
    end = time.monotonic() + DEADLINE
    for address in addresses:
        while (done := ssh(build, address, "true")).returncode:
            if time.monotonic() > end:
                sys.exit(f"{address} takes no login after {DEADLINE:.0f} s: {done.stderr.strip()}")
            time.sleep(0.3)


def problems(build: Path, address: str) -> list[str]:
    """What this machine does not do that every machine is to do."""
    found = []
    direct = ssh(build, address, "true", "-o", "ProxyJump=none", "-o", "ControlMaster=no", "-o", "ControlPath=none")
    if direct.returncode == 0:
        found.append("takes a login that does not come through the bastion")
    if ssh(build, address, "sudo -n true").returncode == 0:
        found.append("its sudo wants no password")
    # A connection of its own, so that the banner is shown.
    alone = ("-o", "ControlMaster=no", "-o", "ControlPath=none")
    password = (build / "ssh/sudo.password").read_text()
    done = ssh(build, address, "sudo -S -p '' whoami", *alone, said=password)
    printed = done.stdout + done.stderr
    for what, words in (
        ("the banner of sshd", "Authorized users only"),
        ("what .bashrc prints", "this is a managed host"),
        ("sudo's lecture", "the usual lecture"),
        ("sudo that cannot resolve its host", "unable to resolve host"),
        ("root, by sudo with the password", "root"),
    ):
        if words not in printed:
            found.append(f"does not show {what}: {printed!r}")
    if ssh(build, address, "command -v python3").returncode == 0:
        found.append("has a Python")
    return found


def main() -> None:
    build, noisy = Path(sys.argv[1]), sys.argv[2:]
    known = [line.split()[0] for line in (build / "ssh/known_hosts").read_text().splitlines()]
    [bastion] = {
        line.split()[1] for line in (build / "ssh/config").read_text().splitlines() if line.split()[:1] == ["ProxyJump"]
    }
    await_logins(build, [bastion, *(address for address in known if address != bastion)])
    wrong = [f"{address} {problem}" for address in noisy for problem in problems(build, address)]
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
