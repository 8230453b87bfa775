#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on each machine of a lab before it is switched on, and how the control host logs in to it.

Usage: write.py BUILD < HOSTS, the hosts as the filter lab_hosts gives them. Keys and the sudo password are
made once for an instance; everything else is written again.

BUILD/ssh/             the logins and their key, the sudo password, the known host keys, the configuration for ssh
BUILD/machines/NAME/   of each machine: its host key, who may log in, its manners, the files of its processes
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.filter_plugins.lab import ENGINE_LOGIN, GUEST_LOGIN, LOGIN, RELEASE

LOGINS = (LOGIN, ENGINE_LOGIN, GUEST_LOGIN)
SSH_CONFIG = """\
# Written by tests/lab/machines/write.py.
Host {net}.*
  User {login}
  IdentityFile {ssh}/id
  IdentitiesOnly yes
  UserKnownHostsFile {ssh}/known_hosts
  StrictHostKeyChecking yes
  ServerAliveInterval 10
  ServerAliveCountMax 3
# One connection to each machine is kept for what comes after it: engines are asked many small questions.
  ControlMaster auto
  ControlPath {sockets}/%C
  ControlPersist 60
Host {net}.* !{bastion}
  ProxyJump {bastion}
"""
SSHD_CONFIG = """\
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
AllowUsers {users}
MaxStartups 64:30:128
Banner /etc/issue.net
Subsystem sftp internal-sftp
"""


def key(path: Path) -> str:
    """Make the key pair where there is none; returns the public key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)], check=True)
    return path.with_name(path.name + ".pub").read_text()


def secret(path: Path) -> None:
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(18) + "\n")


def sockets() -> Path:
    """The directory of the sockets of kept connections: below a long path of a checkout their names would not fit."""
    place = Path(f"/tmp/mqops-ssh-{os.geteuid()}")
    place.mkdir(mode=0o700, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        sys.exit(f"{place} belongs to somebody else")
    return place


def properties(host: str, values: Mapping[str, Any]) -> str:
    """The file of a process that belongs to no container, as its department wrote it."""
    store = f"{RELEASE}/store-{host}"
    lines: dict[str, Any] = {"listenPort": values.get("rocketmq_port", 9876)}
    if values["rocketmq_role"] == "nameserver":
        return text(lines | {"kvConfigPath": f"{store}/kvConfig.json"})
    lines = {
        "brokerClusterName": values["rocketmq_cluster"],
        "brokerName": values["rocketmq_broker_name"],
        "brokerId": values["rocketmq_broker_id"],
        "brokerRole": "SLAVE" if values["rocketmq_role"] == "slave" else "ASYNC_MASTER",
        "namesrvAddr": ";".join(values["rocketmq_nameservers"]),
        "listenPort": values.get("rocketmq_port", 10911),
        "brokerIP1": values["lab_address"],
        "brokerIP2": values["lab_address"],
        "storePathRootDir": store,
        "storePathCommitLog": f"{store}/commitlog",
    }
    return text(lines | values["rocketmq_broker_options"])


def text(lines: Mapping[str, Any]) -> str:
    plain = {key: str(value).lower() if isinstance(value, bool) else value for key, value in lines.items()}
    return "".join(f"{key}={value}\n" for key, value in plain.items())


def java_options(values: Mapping[str, Any]) -> str:
    kind = "nameserver" if values["rocketmq_role"] == "nameserver" else "broker"
    heap, direct = values[f"rocketmq_{kind}_heap"], values[f"rocketmq_{kind}_direct_memory"]
    sizes = f"-Xms{heap} -Xmx{heap} -XX:MaxDirectMemorySize={direct}"
    return f"{sizes} -XX:+UseSerialGC {values['rocketmq_java_options']}\n"


def manners(name: str, hosts: list[str]) -> dict[str, bool]:
    """What is odd about a machine: tools of 2014 where the first plain process is, a login shell that is no bash on a
    machine under a supervisor."""
    return {"old_tools": name == "mro-ns", "dash": name == "mdm-ns"} if hosts else {}


def write(build: Path, hosts: list[dict[str, Any]]) -> None:
    ssh = build / "ssh"
    machines: dict[str, list[dict[str, Any]]] = {}
    for host in hosts:
        if "dns" not in host["groups"]:
            machines.setdefault(host["vars"]["lab_machine_name"], []).append(host)
    login = key(ssh / "id")
    secret(ssh / "sudo.password")
    [bastion] = [host["vars"]["lab_address"] for host in hosts if host["name"] == "bastion"]
    net = bastion.rpartition(".")[0]
    known = ""
    for name, members in machines.items():
        place = build / "machines" / name
        known += f"{members[0]['vars']['lab_address']} {key(place / 'ssh_host_ed25519_key')}"
        (place / "authorized_keys").write_text(login)
        peer = f"{net}.1" if name == "bastion" else bastion
        users = " ".join(f"{user}@{peer}" for user in LOGINS)
        (place / "sshd_config").write_text(SSHD_CONFIG.format(users=users))
        shutil.copy(ssh / "sudo.password", place / "password")
        # Docker's own server would know the machine's name. What the clients ask is looked at, and stays as it is.
        (place / "resolv.conf").unlink(missing_ok=True)
        if "business" not in members[0]["groups"]:
            server = members[0]["vars"]["lab_dns_server"]
            # A server that hangs, as in the chain of faults, must not make every sudo late.
            (place / "resolv.conf").write_text(f"nameserver {server}\noptions timeout:1 attempts:1\n")
        for manner, there in manners(name, [host["name"] for host in members]).items():
            (place / manner).unlink(missing_ok=True)
            if there:
                (place / manner).touch()
        for host in members:
            if host["vars"].get("lab_run_by") in ("scripts", "runit"):
                role = "nameserver" if host["vars"]["rocketmq_role"] == "nameserver" else "broker"
                process = place / "processes" / role / host["name"]
                process.mkdir(parents=True, exist_ok=True)
                (process / "run_by").write_text(host["vars"]["lab_run_by"] + "\n")
                (process / "conf").write_text(properties(host["name"], host["vars"]))
                (process / "java.options").write_text(java_options(host["vars"]))
    (ssh / "known_hosts").write_text(known)
    (ssh / "logins").write_text("".join(f"{user}\n" for user in LOGINS))
    (ssh / "config").write_text(SSH_CONFIG.format(net=net, ssh=ssh, login=LOGIN, bastion=bastion, sockets=sockets()))
    # Where bin/ssh looks, for all instances beside each other.
    (build.parent / "ssh_config").write_text(f"Include {build.parent}/*/ssh/config\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), json.load(sys.stdin))
