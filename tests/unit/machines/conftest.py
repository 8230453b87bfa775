# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines without a lab: an sshd on a loopback address each, and peers that answer the little that a look asks.

Every machine prints what real ones print: a sudo that cannot resolve its host and lectures, an echo in .bashrc, an ss
and a systemctl of 2014.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerSpec, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import plan
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.proofs import Proofs
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command, decode, encode
from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import DnsServer

REPOSITORY = Path(__file__).resolve().parents[3]
PORT = 2222
ROLES = {"ns": "nameserver", "a": "master", "b": "master", "s": "slave"}
SUDO = """#!/bin/sh
echo "sudo: unable to resolve host vm: Name or service not known" >&2
echo "We trust you have received the usual lecture from the local System Administrator." >&2
while [ "${1#-}" != "$1" ]; do case $1 in -u) shift 2 ;; *) shift ;; esac; done
exec "$@"
"""
SS = """#!/bin/sh
case " $* " in *" -"*H*) echo "ss: invalid option -- 'H'" >&2; exit 255 ;; esac
exec REAL "$@"
"""
SYSTEMCTL = """#!/bin/sh
case "$*" in *--value*) echo "systemctl: unrecognized option '--value'" >&2; exit 1 ;; esac
case "$*" in
  *LoadState*) echo LoadState=loaded ;;
  *SendSIGKILL*) echo SendSIGKILL=yes ;;
  *TimeoutStopUSec*) echo "TimeoutStopUSec=3min 20s" ;;
esac
"""


def command(name: str, package: str) -> str:
    """Where a command is; its Debian package is installed where it is missing, which only root can."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if not shutil.which(name, path=path) and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        # One of several workers installs it; the others find it there.
        with Path("/tmp/mqops-apt.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
                subprocess.run(["apt-get", *words], env=environment, capture_output=True, timeout=300, check=False)
    found = shutil.which(name, path=path)
    assert found, f"there is no {name}: install {package}, or run this once as root where apt-get works"
    return found


class Server:
    """A name server or a broker on a loopback address: C(answer) gives code and body for a request."""

    def __init__(self, address: str, answer: Callable[[Command], tuple[int, bytes]]) -> None:
        ip, _colon, port = address.rpartition(":")
        self.listener = socket.create_server((ip, int(port)))
        self.answer, self.open = answer, [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _peer = self.listener.accept()
            except OSError:
                return
            self.open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with sock, sock.makefile("rb") as stream:
                while prefix := stream.read(4):
                    request = decode(stream.read(int.from_bytes(prefix, "big")))
                    code, body = self.answer(request)
                    sock.sendall(encode(Command(code, body=body, opaque=request.opaque, flag=1)))
        except OSError:
            return

    def close(self) -> None:
        for sock in self.open:
            # Without this a thread in accept() would keep the port.
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()


class Process:
    """One that fits a name and has no parent: the collection asks who would start it again."""

    def __init__(self, name: str) -> None:
        words = ["bash", "-c", 'exec -a "$1" sleep 600 >/dev/null 2>&1 </dev/null & echo $!', "bash", name]
        self.pid = int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    def poll(self) -> int | None:
        """None while it runs, as subprocess.Popen has it."""
        try:
            # That of one whose parent has not looked after it is empty.
            return None if Path(f"/proc/{self.pid}/cmdline").read_bytes() else 0
        except OSError:
            return 0

    def wait(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while self.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return 0

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, 9)


class World:
    """An estate of two sources and a target; machines and processes come and go by methods."""

    command = staticmethod(command)

    def __init__(self, place: Path, dns: Any) -> None:
        self.place, self.dns = place, dns
        # Several runs of these tests may be at work on one machine.
        number = os.getpid()
        self.net = f"127.{100 + number % 100}.{number // 100 % 250}"
        self.evidence = place / "evidence"
        self.evidence.mkdir()
        self.hosts: dict[str, dict[str, Any]] = {}
        for first, cluster, kinds in ((20, "mro", "ns a s"), (30, "mdm", "ns a"), (80, "hub", "ns a b")):
            for offset, kind in enumerate(kinds.split()):
                self.hosts[f"{cluster}-{kind}"] = {
                    "rocketmq_cluster": cluster,
                    "rocketmq_role": ROLES[kind],
                    "rocketmq_address": f"{self.net}.{first + offset}",
                    "rocketmq_broker_name": f"{'hub' if cluster == 'hub' else 'broker'}-{kind.replace('s', 'a')}",
                }
        self.servers: dict[str, Server] = {}
        self.processes: dict[str, Process] = {}
        self.sshds: dict[str, subprocess.Popen] = {}
        self.joined = True
        self.perm = {"mro": 0, "mdm": 0, "hub": 6}
        self.kv: dict[str, dict[str, str]] = {}
        for name in ("mro", "mdm"):
            self.point(name, f"{name}-ns")
        self._make_machine()

    def address(self, host: str) -> str:
        values = self.hosts[host]
        return f"{values['rocketmq_address']}:{9876 if values['rocketmq_role'] == 'nameserver' else 10911}"

    def of(self, cluster: str) -> list[str]:
        return [host for host, values in self.hosts.items() if values["rocketmq_cluster"] == cluster]

    def point(self, cluster: str, host: str) -> None:
        """Let the DNS name of a source answer the address of a host."""
        self.dns.put(f"{cluster}-ns.mq.test.", 30, "A", self.hosts[host]["rocketmq_address"])

    # Machines
    def _make_machine(self) -> None:
        home, tools = self.place / "home", self.place / "tools"
        self.temporary = self.place / "tmp"
        for folder in (home, tools, self.temporary):
            folder.mkdir()
        (home / ".bashrc").write_text("echo welcome to this machine\n")
        ss = SS.replace("REAL", command("ss", "iproute2"))
        for name, text in (("sudo", SUDO), ("ss", ss), ("systemctl", SYSTEMCTL)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.sshd = command("sshd", "openssh-server")
        for name in ("host", "user"):
            subprocess.run(
                [command("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", self.place / name],
                check=True,
            )
        shutil.copy(self.place / "user.pub", self.place / "authorized")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)

    def up(self, *hosts: str) -> None:
        """Start the sshd of each host."""
        for host in hosts:
            config = self.place / f"{host}.conf"
            config.write_text(
                f"ListenAddress {self.hosts[host]['rocketmq_address']}\nPort {PORT}\nHostKey {self.place / 'host'}\n"
                f"AuthorizedKeysFile {self.place / 'authorized'}\nStrictModes no\nPidFile none\nUsePAM no\n"
                f"PermitRootLogin prohibit-password\nPasswordAuthentication no\n"
                f'SetEnv "HOME={self.place / "home"}" "PATH={self.place / "tools"}:/usr/bin:/bin"'
                f' "TMPDIR={self.temporary}"\n'
            )
            self.sshds[host] = subprocess.Popen(
                [self.sshd, "-D", "-e", "-f", config], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        deadline = time.monotonic() + 20
        for host in hosts:
            while True:
                try:
                    socket.create_connection((self.hosts[host]["rocketmq_address"], PORT), 1).close()
                    break
                except OSError:
                    assert self.sshds[host].poll() is None and time.monotonic() < deadline, f"no sshd of {host}"
                    time.sleep(0.05)

    def down(self, *hosts: str) -> None:
        """End the sshd of each host: its machine cannot be reached, what runs there runs on."""
        for host in hosts:
            self.sshds[host].terminate()
            self.sshds.pop(host).wait(10)

    # Processes
    def pattern(self, host: str) -> str:
        return f"[m]qops-test-{os.getpid()}-{host}-end"

    def run(self, *hosts: str) -> None:
        """Start a process that fits the host's pattern, and let it answer RocketMQ's protocol."""
        for host in hosts:
            name = self.pattern(host).replace("[m]", "m")
            self.processes[host] = Process(name)
            cluster = self.hosts[host]["rocketmq_cluster"]
            self.servers[host] = Server(
                self.address(host),
                (lambda request, cluster=cluster: self._name_server(cluster, request))
                if self.hosts[host]["rocketmq_role"] == "nameserver"
                else (lambda request, host=host: self._broker(host, request)),
            )

    def end(self, *hosts: str) -> None:
        self.hush(*hosts)
        for host in hosts:
            self.processes[host].kill()
            self.processes.pop(host).wait(10)

    def hush(self, *hosts: str) -> None:
        """Let the processes run, and answer no request any more."""
        for host in hosts:
            if host in self.servers:
                self.servers.pop(host).close()

    def close(self) -> None:
        self.end(*list(self.processes))
        self.down(*list(self.sshds))

    def _name_server(self, cluster: str, request: Command) -> tuple[int, bytes]:
        if request.code == 106:
            tables: dict[str, Any] = {"brokerAddrTable": {}, "clusterAddrTable": {}}
            for host in self.of(cluster) + (self.of("hub") if self.joined and cluster != "hub" else []):
                values = self.hosts[host]
                if values["rocketmq_role"] == "nameserver" or host not in self.servers:
                    continue
                name, own = values["rocketmq_broker_name"], values["rocketmq_cluster"]
                data = {"brokerName": name, "cluster": own, "brokerAddrs": {}}
                data = tables["brokerAddrTable"].setdefault(name, data)
                data["brokerAddrs"]["1" if values["rocketmq_role"] == "slave" else "0"] = self.address(host)
                tables["clusterAddrTable"].setdefault(own, []).append(name)
            return 0, json.dumps(tables).encode()
        table = self.kv.setdefault(cluster + "/" + request.ext.get("namespace", ""), {})
        if request.code == 100:
            table[request.ext["key"]] = request.ext["value"]
            return 0, b""
        if request.code == 102:
            table.pop(request.ext["key"], None)
            return 0, b""
        if request.code == 219:
            return (0, json.dumps({"table": table}).encode()) if table else (22, b"")
        return 3, b""

    def _broker(self, host: str, request: Command) -> tuple[int, bytes]:
        values = self.hosts[host]
        if request.code != 26:
            return 3, b""
        lines = {
            "brokerName": values["rocketmq_broker_name"],
            "brokerClusterName": values["rocketmq_cluster"],
            "brokerId": "1" if values["rocketmq_role"] == "slave" else "0",
            "brokerPermission": self.perm[values["rocketmq_cluster"]],
            "namesrvAddr": self.address(f"{values['rocketmq_cluster']}-ns"),
        }
        return 0, "".join(f"{key}={value}\n" for key, value in lines.items()).encode()

    # Runs
    def proofs(self) -> dict[str, Any]:
        """What was proved, as the run of a playbook has left it."""
        return json.loads((self.evidence / "proofs.json").read_text())

    def prove(self, **known: Any) -> None:
        """Let it be known to the next run, by the keys of the document."""
        (self.evidence / "proofs.json").write_text(json.dumps({**Proofs().as_dict(), **known}))

    def plan(self) -> str:
        """A plan of this estate in the evidence; returns its hash."""

        def spec(cluster: str) -> ClusterSpec:
            brokers = [
                BrokerSpec(values["rocketmq_broker_name"], int(values["rocketmq_role"] == "slave"), self.address(host))
                for role in ("master", "slave")
                for host in self.of(cluster)
                if (values := self.hosts[host])["rocketmq_role"] == role
            ]
            return ClusterSpec(cluster, (self.address(f"{cluster}-ns"),), tuple(brokers))

        parts = [
            {**plan.cluster(spec(name)), "broker_permission": {}, "topics": {}, "groups": {}, "order": {}}
            for name in ("mdm", "mro")
        ]
        names = [
            {"name": f"{name}-ns.mq.test", "source": name, "servers": ["127.0.0.1"], "type": "A", "ttl": 60, "zone": "",
             "from": [self.hosts[f"{name}-ns"]["rocketmq_address"]], "to": [self.hosts["hub-ns"]["rocketmq_address"]]}
            for name in ("mdm", "mro")
        ]  # fmt: skip
        agreed = plan.document(plan.decisions(parts, spec("hub"), names, []), {})
        (self.evidence / "plan.json").write_text(plan.dump(agreed))
        return agreed["hash"]

    def __call__(self, playbook: str, **more: Any) -> tuple[int, str]:
        """Run a playbook of the collection; exit status and what the operator reads."""
        return self._run(f"playbooks/{playbook}.yml", more)

    def play(self, *tasks: dict[str, Any], **more: Any) -> tuple[int, str]:
        """Run tasks of the role on the control host, with the same inventory."""
        (self.place / "play.yml").write_text(
            yaml.safe_dump([{
                "hosts": "localhost", "gather_facts": False, "any_errors_fatal": True,
                "vars": {"migration_estate": "{{ hostvars | mqops.rocketmq.estate(groups) }}", **more},
                "tasks": list(tasks),
            }])
        )  # fmt: skip
        return self._run(self.place / "play.yml", {})

    def _run(self, playbook: Any, more: dict[str, Any]) -> tuple[int, str]:
        inventory: dict[str, Any] = {
            "all": {
                "vars": {
                    "rocketmq_dns_servers": ["127.0.0.1"],
                    "rocketmq_dns_port": self.dns.port,
                    "rocketmq_dns_updates": False,
                    "rocketmq_migration_directory": str(self.evidence),
                    "ansible_python_interpreter": sys.executable,
                },
                "hosts": {"localhost": {"ansible_connection": "local"}},
                "children": {"sources": {"children": {}}, "business": {"hosts": {}}},
            }
        }
        ssh = {
            "ansible_user": getpass.getuser(),
            "ansible_port": PORT,
            "ansible_ssh_private_key_file": str(self.place / "user"),
            "ansible_ssh_args": (
                "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlMaster=no -o LogLevel=ERROR"
            ),
            "ansible_become": True,
            "ansible_become_exe": str(self.place / "tools" / "sudo"),
        }
        children = inventory["all"]["children"]
        for cluster in ("mro", "mdm", "hub"):
            members = {
                host: {
                    **self.hosts[host], **ssh, "ansible_host": self.hosts[host]["rocketmq_address"],
                    "rocketmq_process_pattern": self.pattern(host),
                }
                for host in self.of(cluster)
            }  # fmt: skip
            values: dict[str, Any] = {"rocketmq_method": "command", "rocketmq_start_command": "/bin/true"}
            values |= {} if cluster == "hub" else {"rocketmq_nameserver_name": f"{cluster}-ns.mq.test"}
            group = {"hosts": members, "vars": values}
            if cluster == "hub":
                children["target"] = group
            else:
                children["sources"]["children"][cluster] = group
        (self.place / "hosts.yml").write_text(yaml.safe_dump(inventory))
        (self.place / "more.json").write_text(json.dumps(more))
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", self.place / "hosts.yml",
             playbook, "-e", f"@{self.place / 'more.json'}"],
            cwd=REPOSITORY,
            env={**os.environ, "ANSIBLE_TIMEOUT": "30", "ANSIBLE_FORKS": "8"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    server = DnsServer("127.0.0.1")
    made = World(tmp_path, server)
    try:
        yield made
    finally:
        made.close()
        server.close()


@pytest.fixture
def more(world: World) -> dict[str, Any]:
    """What the ways back are called with: nothing registers here, so a gate that waits for it is given up at once."""
    return {
        "rocketmq_migration_confirm": world.plan(),
        "rocketmq_migration_batch": "mro",
        "migration_registration_timeout": 1,
        "migration_assignment_timeout": 1,
        "migration_dns_ttl": 1,
        "migration_stop_timeout": 10,
    }
