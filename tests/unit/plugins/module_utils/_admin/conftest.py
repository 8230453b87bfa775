# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command, decode

FIXTURES = Path(__file__).parents[3] / "fixtures"
# By the JSON library of the servers: that of 4.4.0, and the one that is deployed.
WIRES = ["wire", "wire-1.2.83"]


class Recorded:
    """What a real server was asked and answered, by the names that record.py gave."""

    def __init__(self, wire: str, name: str) -> None:
        self.exchanges = json.loads((FIXTURES / wire / f"{name}.json").read_text())["exchanges"]

    def answer(self, name: str) -> Command:
        return decode(base64.b64decode(self.exchanges[name]["answer"])[4:])

    def request(self, name: str) -> Command:
        return decode(base64.b64decode(self.exchanges[name]["request"])[4:])


@pytest.fixture(scope="session", params=WIRES)
def recorded(request: pytest.FixtureRequest) -> Recorded:
    return Recorded(request.param, "json")


@pytest.fixture(scope="session", params=WIRES)
def recorded_binary(request: pytest.FixtureRequest) -> Recorded:
    return Recorded(request.param, "binary")


@pytest.fixture(scope="session", params=WIRES)
def recorded_acl(request: pytest.FixtureRequest) -> Recorded:
    return Recorded(request.param, "acl")


@pytest.fixture(scope="session", params=WIRES)
def recorded_seeded(request: pytest.FixtureRequest) -> Recorded:
    return Recorded(request.param, "seeded")
