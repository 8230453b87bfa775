# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the chain of cases has seen, and what the brokers and the ledger say when it is over."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.oracle import lag
from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD
from ansible_collections.mqops.rocketmq.tests.lab.traffic import short

LAB = os.environ.get("LAB", "traf")


@pytest.fixture(scope="module")
def results():
    return {one["case"]: one for one in json.loads((BUILD / LAB / "traffic.json").read_text())}


@pytest.mark.parametrize("case", [case.__name__ for case in short.CASES])
def test_case_was_observed(results, case):
    assert results[case]["passed"], results[case]["said"]


def test_nothing_is_left_on_the_source(brokers):
    for address in brokers.values():
        left = {
            pair: queues
            for pair, queues in lag.remaining(Peer(address)).items()
            if any(row[3] for row in queues.values())
        }
        assert left == {}


def test_the_source_is_closed_in_the_route_that_clients_get(route):
    # 4.4.0's own tool, at the name server that the business asks.
    shares = route("mro-normal")
    assert {broker: row["perm"] for broker, row in shares.items()} == {"broker-a": 0, "hub-a": 6, "hub-b": 6}


@pytest.mark.parametrize(
    "mode", ["normal", "ordered", "delayed", "transactional", "retry", "broadcast", "slow", "late"]
)
def test_the_business_lost_nothing(mode):
    row = json.loads((BUILD / LAB / "ledger.json").read_text())["sources"]["mro"]["modes"][mode]
    assert (row["lost"], row["unexpected"]) == (0, 0)
    assert row["sent_to"].get("broker-a", 0) > 0 and row["sent_to"].get("hub-a", 0) > 0
