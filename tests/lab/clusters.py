# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real name servers and brokers in containers, made for one run and removed after it.

Smaller than the lab (up.yml): no DNS, no machines that outlive their processes, no business. What it
adds is that a broker can start with any store files, and that its processor time can be read.
"""

from __future__ import annotations

import io
import socket
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import docker

# What phase_10_image deploys, and what stands for the clusters that are there, mqadmin and everything else.
DEPLOYED = "mqops/rocketmq:4.4.0"
ORIGINAL = "mqops/rocketmq:4.4.0-original"
BROKER_PORT, NAMESERVER_PORT = 10911, 9876
CONFIG = "/var/lib/rocketmq/store/config"
_USER = 10911  # rocketmq's user and group in the image

# Small files: every one is mapped at once. The disk belongs to the machine that runs this.
_OPTIONS = {
    "mapedFileSizeCommitLog": "16777216",
    "mapedFileSizeConsumeQueue": "400000",
    "maxHashSlotNum": "50000",
    "maxIndexNum": "200000",
    "diskMaxUsedSpaceRatio": "95",
    "autoCreateTopicEnable": "false",
    "autoCreateSubscriptionGroup": "false",
    "waitTimeMillsInSendQueue": "3000",
    "osPageCacheBusyTimeOutMills": "5000",
}


@dataclass
class Member:
    """One process: ``address`` as host:port."""

    name: str
    address: str
    container: Any


@dataclass
class Cluster:
    """``masters`` in the order of their start."""

    name: str
    nameservers: list[Member] = field(default_factory=list)
    masters: list[Member] = field(default_factory=list)

    def spec(self) -> dict[str, Any]:
        """As the modules' options take it."""
        return {
            "name": self.name,
            "nameservers": [one.address for one in self.nameservers],
            "brokers": [{"name": one.name, "id": 0, "address": one.address} for one in self.masters],
        }


class Estate:
    """A network of its own (198.18.``subnet``.0/24) and what runs in it; everything carries ``label``.

    As a context manager it removes all of it at the end, and what an interrupted run left at the beginning.
    """

    def __init__(self, label: str, subnet: int) -> None:
        self.label, self.subnet = label, subnet
        self.client = docker.from_env(timeout=180)
        self.network = f"mqops-{label}"
        self._last_byte = 10

    def __enter__(self) -> Estate:
        self.remove()
        pool = docker.types.IPAMPool(subnet=f"198.18.{self.subnet}.0/24", gateway=f"198.18.{self.subnet}.1")
        ipam = docker.types.IPAMConfig(pool_configs=[pool])
        self.client.networks.create(self.network, driver="bridge", ipam=ipam, labels=self._labels())
        return self

    def __exit__(self, *_exc: object) -> None:
        self.remove()

    def remove(self) -> None:
        selected = {"label": f"mqops.lab={self.label}"}
        for container in self.client.containers.list(all=True, filters=selected):
            container.remove(force=True, v=True)
        for volume in self.client.volumes.list(filters=selected):
            volume.remove(force=True)
        for network in self.client.networks.list(filters=selected):
            network.remove()

    def _labels(self) -> dict[str, str]:
        return {"mqops.lab": self.label}

    # --- containers ---------------------------------------------------------------------------------------

    def free_address(self) -> str:
        self._last_byte += 1
        return f"198.18.{self.subnet}.{self._last_byte}"

    def create(self, name: str, command: Sequence[str], *, ip: str | None = None, **more: Any) -> Any:
        ip = ip or self.free_address()
        endpoint = self.client.api.create_endpoint_config(ipv4_address=ip)
        more = {"image": ORIGINAL, "healthcheck": {"test": ["NONE"]}, **more}
        return self.client.containers.create(
            command=list(command),
            name=f"{self.network}-{name}",
            network=self.network,
            networking_config={self.network: endpoint},
            labels=self._labels(),
            **more,
        )

    def machine(self, name: str) -> tuple[str, str]:
        """A container that only holds an address, for a process that joins it: (container's name, address)."""
        ip = self.free_address()
        container = self.create(f"{name}-machine", ["infinity"], ip=ip, entrypoint=["sleep"], init=True)
        container.start()
        return container.name, ip

    def nameserver(
        self, name: str, files: Mapping[str, str] | None = None, heap: str = "256m", image: str = ORIGINAL
    ) -> Member:
        ip = self.free_address()
        store = "/var/lib/rocketmq/store"
        conf = f"listenPort={NAMESERVER_PORT}\nkvConfigPath={CONFIG}/kvConfig.json\nrocketmqHome=/opt/rocketmq\n"
        container = self.create(name, ["namesrv"], ip=ip, image=image, environment=_java(heap, "128m"))
        _put(container, "/etc/rocketmq", {"namesrv.conf": conf})
        if files:
            _put(container, f"{store}/config", files)
        container.start()
        member = Member(name, f"{ip}:{NAMESERVER_PORT}", container)
        await_port(member)
        return member

    def broker(
        self,
        cluster: str,
        name: str,
        nameservers: Sequence[Member],
        files: Mapping[str, str] | None = None,
        *,
        heap: str = "256m",
        options: Mapping[str, str] | None = None,
        image: str = ORIGINAL,
    ) -> Member:
        """Starts a master; ``files`` go into its store's config directory before. Does not wait for it."""
        ip = self.free_address()
        settings = {
            "brokerClusterName": cluster,
            "brokerName": name,
            "brokerId": "0",
            "brokerRole": "ASYNC_MASTER",
            "namesrvAddr": ";".join(one.address for one in nameservers),
            "listenPort": str(BROKER_PORT),
            "brokerIP1": ip,
            "brokerIP2": ip,
            "brokerPermission": "6",
            "storePathRootDir": "/var/lib/rocketmq/store",
            "storePathCommitLog": "/var/lib/rocketmq/store/commitlog",
            **_OPTIONS,
            **(options or {}),
        }
        container = self.create(f"{cluster}-{name}", ["broker"], ip=ip, image=image, environment=_java(heap, "256m"))
        _put(container, "/etc/rocketmq", {"broker.conf": "".join(f"{k}={v}\n" for k, v in settings.items())})
        if files:
            _put(container, CONFIG, files)
        container.start()
        return Member(name, f"{ip}:{BROKER_PORT}", container)

    def cluster(
        self, name: str, masters: Mapping[str, Mapping[str, str] | None], image: str = ORIGINAL, **options: Any
    ) -> Cluster:
        """A name server and the masters (name → store files), all listening."""
        found = Cluster(name, [self.nameserver(f"{name}-ns", image=image)])
        found.masters = [
            self.broker(name, one, found.nameservers, files, image=image, **options) for one, files in masters.items()
        ]
        for member in found.masters:
            await_port(member)
        return found

    def run(self, command: Sequence[str], **more: Any) -> str:
        """Output of a command in a container of its own, which is removed. Raises docker.errors.ContainerError."""
        container = self.create(f"run-{time.monotonic_ns()}", command, **more)
        try:
            container.start()
            status = container.wait(timeout=1200)["StatusCode"]
            output = container.logs(stdout=True, stderr=False).decode("utf-8", "replace")
            if status:
                errors = container.logs(stdout=False, stderr=True)
                image = more.get("image", ORIGINAL)
                raise docker.errors.ContainerError(container, status, list(command), image, errors or output.encode())
            return output
        finally:
            container.remove(force=True, v=True)


def read_file(container: Any, path: str) -> bytes:
    """One file of a container."""
    chunks, _stat = container.get_archive(path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        member = archive.extractfile(archive.getmembers()[0])
        if member is None:
            raise FileNotFoundError(path)
        return member.read()


def cpu_seconds(containers: Sequence[Any]) -> float:
    """Processor time that the containers have used so far."""
    total = 0
    for container in containers:
        stats = container.client.api.stats(container.id, stream=False, one_shot=True)
        total += stats["cpu_stats"]["cpu_usage"]["total_usage"]
    return total / 1e9


def await_port(member: Member, timeout: float = 120.0) -> None:
    """Waits until something listens there. Raises TimeoutError with the end of the container's log."""
    host, port = member.address.split(":")
    end = time.monotonic() + timeout
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=2).close()
            return
        except OSError as error:
            if time.monotonic() > end:
                log = member.container.logs(tail=20).decode("utf-8", "replace")
                raise TimeoutError(f"{member.name} at {member.address}: {error} after {timeout:g} s\n{log}") from error
            time.sleep(0.2)


def _java(heap: str, direct: str) -> dict[str, str]:
    return {"JAVA_HEAP": heap, "JAVA_DIRECT": direct, "JAVA_GC": "serial", "JAVA_OPTIONS": "-Xss256k"}


def _put(container: Any, directory: str, files: Mapping[str, str]) -> None:
    """Files below a directory, which is made; readable and writable for rocketmq."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        parts = directory.strip("/").split("/")
        for depth in range(1, len(parts) + 1):
            # Only what belongs to RocketMQ: /etc and /var keep their owner.
            if "rocketmq" in parts[:depth]:
                entry = tarfile.TarInfo("/".join(parts[:depth]))
                entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o755, _USER, _USER
                archive.addfile(entry)
        for name, text in files.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"{directory.strip('/')}/{name}")
            entry.size, entry.mode, entry.uid, entry.gid = len(data), 0o644, _USER, _USER
            archive.addfile(entry, io.BytesIO(data))
    container.put_archive("/", buffer.getvalue())
