# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oracles of the scenarios: what 4.4.0's own mqadmin and BIND's dig say, and where they ask."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest
import testinfra

from ansible_collections.mqops.rocketmq.tests.lab.inventory import cluster
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD

# With 4.4.0's own JSON library: an oracle must not depend on what the collection puts into the target's image.
ROCKETMQ_IMAGE = os.environ.get("ROCKETMQ_IMAGE", "mqops/rocketmq:4.4.0-original")
IN_CONTAINER = ("docker", "run", "--rm", "--network", "host")
BIND_IMAGE = os.environ.get("BIND_IMAGE", "mqops/bind:9")


def command(*words: str) -> str:
    """What a command prints on this host; one that fails is a test that cannot say anything."""
    done = testinfra.get_host("local://").run(shlex.join(words))
    assert done.rc == 0, f"{done.command}: {done.rc}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def members() -> dict[str, dict[str, Any]]:
    """Variables of the lab's hosts by name; the lab is the one that the environment's LAB names."""
    inventory = BUILD / os.environ["LAB"] / "inventory"
    return json.loads(command("ansible-inventory", "-i", str(inventory), "--list"))["_meta"]["hostvars"]


@pytest.fixture(scope="session")
def nameserver(members: dict[str, dict[str, Any]]) -> str:
    """The name server of mro, as ip:port."""
    (found,) = cluster(members, "mro")["nameservers"]
    return found


@pytest.fixture(scope="session")
def brokers(members: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The masters of mro: broker name to ip:port."""
    found = {one["name"]: one["address"] for one in cluster(members, "mro")["brokers"] if one["id"] == 0}
    assert found
    return found


@pytest.fixture(scope="session")
def mqadmin() -> Callable[..., str]:
    def run(*words: str) -> str:
        return command(*IN_CONTAINER, "-e", "JAVA_GC=serial", ROCKETMQ_IMAGE, "mqadmin", *words)

    return run


@pytest.fixture(scope="session")
def route(mqadmin: Callable[..., str], nameserver: str) -> Callable[[str], dict[str, dict[str, Any]]]:
    """The queue data of a topic by broker name, as a client would get it."""

    def read(topic: str) -> dict[str, dict[str, Any]]:
        printed = mqadmin("topicRoute", "-n", nameserver, "-t", topic)
        # fastjson writes numbers as keys without quotes.
        answer = json.loads(re.sub(r"([{,]\s*)(\d+):", r'\1"\2":', printed[printed.index("{") :]))
        return {row["brokerName"]: row for row in answer["queueDatas"]}

    return read


@pytest.fixture(scope="session")
def dig(members: dict[str, dict[str, Any]]) -> Callable[..., str]:
    (server,) = {values["rocketmq_dns_servers"][0] for values in members.values() if "rocketmq_dns_servers" in values}

    def run(*words: str) -> str:
        return command(*IN_CONTAINER, BIND_IMAGE, "dig", f"@{server}", *words)

    return run
