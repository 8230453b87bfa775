# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command, decode

# A busy machine is no finding: what may take how long is tested on its own.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

WIRE = Path(__file__).parents[3] / "fixtures" / "wire"


class Recorded:
    """What a real server was asked and answered, by the names that record.py gave."""

    def __init__(self, name: str) -> None:
        self.exchanges = json.loads((WIRE / f"{name}.json").read_text())["exchanges"]

    def answer(self, name: str) -> Command:
        return decode(base64.b64decode(self.exchanges[name]["answer"])[4:])

    def request(self, name: str) -> Command:
        return decode(base64.b64decode(self.exchanges[name]["request"])[4:])


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    return Recorded("json")


@pytest.fixture(scope="session")
def recorded_binary() -> Recorded:
    return Recorded("binary")


@pytest.fixture(scope="session")
def recorded_acl() -> Recorded:
    return Recorded("acl")
