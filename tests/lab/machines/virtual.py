# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An old machine with systemd as process 1, which no unprivileged container can have: Debian in an emulated computer.

It needs no KVM. What it boots is made once for each content of vm/ beside this file; what it writes is gone when it
ends.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import LAB, ROOT

VM = LAB / "machines/vm"
# Everything that decides what is on the disk. What Debian has for it changes, too: remove build/vm to get that.
INPUTS = (
    VM / "disk.sh", VM / "init.sh", VM / "root", ROOT / "roles/image/vars/main.yml", ROOT / "roles/image/files/conf",
)  # fmt: skip
PACKAGES = {
    "qemu-system-x86_64": "qemu-system-x86",
    "debootstrap": "debootstrap",
    "mke2fs": "e2fsprogs",
    "ssh": "openssh-client",
}
SSH_PORT, NAMESERVER_PORT = 2222, 9876
USER = "ops"


def key(inputs: Iterable[Path]) -> str:
    """Another one when a file is another, has another name, or comes or goes."""
    digest = hashlib.sha256()
    for path in inputs:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(path.parent)} {os.access(file, os.X_OK)} {content}\n".encode())
    return digest.hexdigest()[:16]


def last_lines(console: str, most: int = 5) -> str:
    """The last lines that are not empty, on one line, printable."""
    lines = ["".join(char for char in line if char.isprintable()).strip() for line in console.splitlines()]
    return " | ".join([line for line in lines if line][-most:]) or "nothing"


class Machine:
    """place: where its disk is kept. run: where what belongs to this run is put (key, console, sockets)."""

    def __init__(self, place: Path, run: Path) -> None:
        self.place, self.run = place / key(INPUTS), run
        # Several runs may be at work on one machine.
        number = os.getpid()
        self.address = f"127.0.{40 + number % 200}.{1 + number // 200 % 250}"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}

    # -- making --------------------------------------------------------------------------------------------------

    def get_tools(self) -> None:
        """Debian's packages of what is missing; only root can install them."""
        missing = [name for name in PACKAGES if not shutil.which(name, path=self.environment["PATH"])]
        packages = [PACKAGES[name] for name in missing]
        if missing and os.geteuid() == 0 and shutil.which("apt-get"):
            for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
                subprocess.run(
                    ["apt-get", *words], env={**self.environment, "DEBIAN_FRONTEND": "noninteractive"},
                    stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False,
                )  # fmt: skip
            missing = [name for name in missing if not shutil.which(name, path=self.environment["PATH"])]
        if missing:
            raise Failed(f"there is no {', '.join(missing)}: as root, apt-get install {' '.join(packages)}")

    def make(self, playbook: Callable[..., bool]) -> bool:
        """Whether it had to be made. playbook: runs one with arguments, and tells if it ended well."""
        if (self.place / "disk").exists():
            return False
        # An interrupted debootstrap leaves /proc mounted in its tree, which nobody could remove.
        below = f"{self.place.parent}/"
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in sorted((one for one in mounted if one.startswith(below)), reverse=True):
            subprocess.run(["umount", "--lazy", place], capture_output=True, timeout=30, check=False)
        shutil.rmtree(self.place.parent, ignore_errors=True)
        self.place.mkdir(parents=True, exist_ok=True)
        if not playbook(str(VM / "make.yml"), "-e", f"vm_directory={self.place}"):
            raise Failed(f"the disk could not be made; see what make.yml said, and {self.place}/debootstrap.log")
        return True

    # -- running -------------------------------------------------------------------------------------------------

    @property
    def password(self) -> Path:
        """The file with what sudo asks the user for."""
        return self.place / "password"

    def ssh_options(self) -> list[str]:
        return [
            "-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={self.run}/known_hosts",
            "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10", "-o", "BatchMode=yes",
        ]  # fmt: skip

    def boot(self, seconds: float) -> None:
        """Returns when its user can log in."""
        self.run.mkdir(parents=True, exist_ok=True)
        for name in ("key", "key.pub"):
            (self.run / name).unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.run / "key"], check=True)
        public = (self.run / "key.pub").read_text().split()[1]
        host = (self.place / "host.pub").read_text()
        (self.run / "known_hosts").write_text(f"[{self.address}]:{SSH_PORT} {host}")
        forwards = f"hostfwd=tcp:{self.address}:{SSH_PORT}-:22,hostfwd=tcp:{self.address}:{NAMESERVER_PORT}-:9876"
        command = [
            "qemu-system-x86_64", "-M", "pc", "-accel", "tcg,tb-size=256", "-cpu", "max", "-smp", "1", "-m", "1024",
            "-nodefaults", "-no-user-config", "-display", "none", "-serial", f"file:{self.run}/console.log",
            "-kernel", f"{self.place}/kernel", "-initrd", f"{self.place}/initrd",
            # TERM: no colours on the console. Process 1 of the initrd takes the key.
            "-append", f"console=ttyS0 loglevel=4 systemd.show_status=1 TERM=dumb mitigations=off mqops_key={public}",
            "-drive", f"file={self.place}/disk,format=raw,if=virtio,snapshot=on",
            # The machine itself reaches nobody.
            "-netdev", f"user,id=net,net=198.18.253.0/24,restrict=on,{forwards}",
            "-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci",
        ]  # fmt: skip
        with (self.run / "qemu.log").open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self.environment,
            )  # fmt: skip
        began, said = time.monotonic(), ""
        while True:
            if self.process.poll() is not None:
                raise Failed(f"qemu has ended: {last_lines((self.run / 'qemu.log').read_text(errors='replace'))}")
            try:
                done = self.ssh("true", timeout=30)
            except subprocess.TimeoutExpired:
                said = "ssh took longer than 30 s"
            else:
                if done.returncode == 0:
                    return
                said = last_lines(done.stderr, 1)
            if time.monotonic() - began > seconds:
                seen = last_lines((self.run / "console.log").read_text(errors="replace"))
                raise Failed(f"nobody could log in {seconds:.0f} s after power-on: {said}; the console's end: {seen}")
            time.sleep(1)

    def ssh(self, command: str, *, told: str = "", timeout: float) -> subprocess.CompletedProcess[str]:
        options = [*self.ssh_options(), "-i", str(self.run / "key"), "-p", str(SSH_PORT)]
        return subprocess.run(
            ["ssh", *options, f"{USER}@{self.address}", command],
            input=told, capture_output=True, text=True, errors="replace", timeout=timeout, check=False,
        )  # fmt: skip

    def root(self, command: str) -> str:
        """What a command for sh prints there, as root; how it ends does not matter."""
        # The command comes behind the password, so that no quoting is needed.
        told = f"{self.password.read_text().strip()}\n{command}\n"
        try:
            return self.ssh("sudo -k -S -p '' sh", told=told, timeout=300).stdout
        except subprocess.TimeoutExpired as error:
            raise Failed(f"the machine did not do this within 300 s: {last_lines(command)}") from error

    def end(self) -> None:
        """Power off, at once: nothing on its disk is kept."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
