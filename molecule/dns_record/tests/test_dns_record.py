# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after converge at BIND (last byte 3) and Knot DNS (4), as dig sees it."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.message
import dns.name
import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.change import Wish
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.errors import KeyRejected
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.records import parse_values
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.transport import Key, Server, Transport
from ansible_collections.mqops.rocketmq.plugins.module_utils._dns.update import apply

Ask = Callable[..., str]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=[3, 4], ids=["bind", "knot"])
def address(request: pytest.FixtureRequest, members: dict[str, dict[str, Any]]) -> str:
    (lab,) = {values["rocketmq_dns_servers"][0] for values in members.values() if "rocketmq_dns_servers" in values}
    return f"{lab.rpartition('.')[0]}.{request.param}"


@pytest.fixture
def ask(address: str) -> Ask:
    """dig at one of the two, in a container of its own."""

    def run(*words: str) -> str:
        image = os.environ.get("BIND_IMAGE", "mqops/bind:9")
        command = ["docker", "run", "--rm", "--network", "host", image, "dig", f"@{address}", *words]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout

    return run


def test_address_and_ttl(ask: Ask) -> None:
    (answer,) = ask("+noall", "+answer", "scenario.record.test", "A").splitlines()
    assert answer.split() == ["scenario.record.test.", "30", "IN", "A", "198.18.0.2"]


def test_both_texts(ask: Ask) -> None:
    assert sorted(ask("+short", "scenario.record.test", "TXT").splitlines()) == [
        '"owner=messaging team"',
        r'"with \"quotes\""',
    ]


def test_removed_name_is_gone(ask: Ask) -> None:
    assert "status: NXDOMAIN" in ask("gone.record.test", "A")


def test_wrong_input_left_nothing(ask: Ask) -> None:
    assert "status: NXDOMAIN" in ask("wrong.record.test", "A")
    assert ask("+short", "alias.record.test", "CNAME").split() == ["ns.record.test."]


def test_names_of_others_are_untouched(dig: Ask, nameserver: str) -> None:
    assert dig("+short", "mro-ns.mq.test", "A").split() == [nameserver.split(":")[0]]


def test_a_clock_outside_the_fudge(address: str, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Key.build("record.", (ROOT / "build" / os.environ["LAB"] / "tsig.secret").read_text().strip())
    real, here = dns.message.time.time, threading.get_ident()
    monkeypatch.setattr(dns.message.time, "time", lambda: real() + (4000 if threading.get_ident() == here else 0))
    wish = Wish(dns.name.from_text("late.record.test"), "A", values=parse_values("A", ["198.18.0.4"]))
    with pytest.raises(KeyRejected, match="BADTIME"):
        apply(Transport(key=key), [Server.parse(address)], wish)
    assert ask("+short", "late.record.test", "A") == ""
