# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address server in the deployed image, run as its role runs it: what it gives to whom, and what nobody can do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import testinfra

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import address_lists

IMAGE = os.environ.get("ROCKETMQ_DEPLOYED_IMAGE", "mqops/rocketmq:4.4.0")
FILES = Path(__file__).resolve().parents[3] / "roles/address_server/files"
NAME, LISTS = "mqops-image-addresses", "/var/lib/rocketmq/addresses"
LIST = "198.18.9.20:9876;198.18.9.80:9876"
ASK = r"""
exec 3<>/dev/tcp/127.0.0.1/9875 || exit 1
printf "$1" >&3
timeout 20 head -c 9000 <&3 | tr -d '\r'
"""
local = testinfra.get_host("local://")


def tool(script: str, *words: str) -> str:
    """What a script of the role prints, run as the role runs it."""
    text = (FILES / script).read_text()
    command = f"docker run --rm --network none --read-only --cap-drop ALL --user 0 --entrypoint sh -v {NAME}:{LISTS}"
    quoted = " ".join(f"'{word}'" for word in words)
    return local.check_output(f"{command} -v {NAME}-log:/var/log/addresses {IMAGE} -c %s {script} {quoted}", text)


def ask(request: str) -> list[str]:
    done = local.run(f"docker exec {NAME} bash -c %s ask %s", ASK, request)
    return done.stdout.splitlines()


def get(path: str, version: str = "") -> list[str]:
    told = f"Client-Version: {version}\\r\\n" if version else ""
    return ask(f"GET {path} HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n{told}\\r\\n")


def await_(what: str, found: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.5)


def seen() -> address_lists.Seen:
    return address_lists.read(tool("read.sh").splitlines())


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    remove = f"docker rm -f {NAME}; docker volume rm {NAME} {NAME}-log"
    local.run(remove)
    local.check_output(
        f"docker run -d --name {NAME} --network none --read-only --cap-drop ALL --security-opt no-new-privileges"
        f" --memory 64m --pids-limit 32 -e ADDRESS_SERVER_PORT=9875 -v {NAME}:{LISTS}:ro"
        f" -v {NAME}-log:/var/log/addresses {IMAGE} addresses"
    )
    await_("an answer", lambda: bool(get("/rocketmq/")), 30)
    tool("serve.sh", "hub-a-0", LIST)
    yield
    local.run(remove)


def test_a_broker_gets_its_list_and_that_is_seen() -> None:
    assert address_lists.body(get("/rocketmq/hub-a-0", "V4_4_0")) == LIST
    awaited = {"hub-a-0": LIST}
    await_("the fetch", lambda: not address_lists.not_fetched(seen(), awaited), 20)


def test_whoever_is_no_broker_proves_nothing() -> None:
    tool("serve.sh", "hub-b-0", LIST)
    assert address_lists.body(get("/rocketmq/hub-b-0")) == LIST
    assert address_lists.not_fetched(seen(), {"hub-b-0": LIST})[0].startswith("hub-b-0 (never seen to fetch one")


def test_a_list_is_put_in_place_once() -> None:
    assert tool("serve.sh", "hub-c-0", LIST) == "written hub-c-0"
    before = seen().lists["hub-c-0"]
    assert tool("serve.sh", "hub-c-0", LIST) == ""
    assert seen().lists["hub-c-0"] == before
    tool("serve.sh", "hub-c-0", "198.18.9.80:9876")
    after = seen().lists["hub-c-0"]
    assert (after.text, after.before) == ("198.18.9.80:9876", LIST) and after.since > before.since


@pytest.mark.parametrize(
    "path",
    ["/", "/rocketmq/", "/rocketmq/.hub-a-0.since", "/rocketmq/../../../etc/passwd", "/rocketmq/%2e%2e/x"],
)
def test_nothing_else_is_given_away(path: str) -> None:
    assert get(path)[0].split()[1] in ("400", "403", "404")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_nothing_can_be_sent(method: str) -> None:
    head = f"{method} /rocketmq/hub-a-0 HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nConnection: close"
    assert ask(head + "\\r\\n\\r\\nx")[0].split()[1] in ("403", "405", "501")
    assert address_lists.body(get("/rocketmq/hub-a-0")) == LIST


@pytest.mark.parametrize("request_", [f"GET /rocketmq/{'a' * 5000} HTTP/1.1\\r\\n", "GET /rocketmq/hub-a-0 HTTP/1.1"])
def test_a_request_without_an_end_is_cut(request_: str) -> None:
    """ask() waits for 20 s: longer than the server does."""
    began = time.monotonic()
    answer = ask(request_)
    assert time.monotonic() - began < 18 and not any("200" in line.split()[1:2] for line in answer[:1])
    assert address_lists.body(get("/rocketmq/hub-a-0")) == LIST


def test_who_listens_may_write_no_list() -> None:
    done = local.run(f"docker exec {NAME} sh -c 'id -u; echo x >{LISTS}/rocketmq/hub-a-0; echo x >/tmp/x'")
    assert done.stdout == "10911\n" and done.stderr.count("Read-only file system") == 2
    done = local.run(f"docker exec --user 0 {NAME} sh -c 'echo x >{LISTS}/rocketmq/hub-a-0'")
    assert "Read-only file system" in done.stderr
