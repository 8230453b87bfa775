# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Client
from ansible_collections.mqops.rocketmq.tests.unit.support.cluster import Estate
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import HUB, MRO, MRO_A
from ansible_collections.mqops.rocketmq.tests.unit.support.runner import Runner


def test_census(run: Runner, world: Estate) -> None:
    world.connect("orders-g", ["c1", "c2"], [MRO_A], ["orders"])
    world.brokers[MRO_A].producers["orders-p"] = (Client("p1", "127.0.1.1:50009"),)
    result = run.look(
        "rocketmq_client_info",
        clusters=[MRO, HUB],
        producer_groups=["orders-p"],
        ports=[9876, 10911],
        expected=[{"address": "127.0.0.2?", "reason": "the target"}],
        peers=[
            {
                "host": "mro-a",
                "lines": [
                    "ESTAB 0 0 [::ffff:127.0.0.2]:10911 [::ffff:127.0.1.1]:50001",
                    "ESTAB 0 0 127.0.0.2:22 127.0.1.7:1234",
                ],
            },
            {
                "host": "mro-ns",
                "lines": ["ESTAB 0 0 127.0.0.1:9876 127.0.1.2:60000", "ESTAB 0 0 127.0.0.1:9876 127.0.0.22:60001"],
            },
        ],
    )
    assert not result["changed"] and result["complete"]
    clients = {one["address"]: one for one in result["clients"]}
    assert set(clients) == {"127.0.1.1", "127.0.1.2", "127.0.0.22"}, "port 22 is none of the ports"
    first = clients["127.0.1.1"]
    assert first["client_ids"] == ["c1", "p1"]
    assert [(one["role"], one["group"], one["port"]) for one in first["holds"]] == [
        ("consumer", "orders-g", 50001),
        ("producer", "orders-p", 50009),
    ]
    assert [(one["host"], one["client_ids"]) for one in first["sockets"]] == [("mro-a", ["c1"])]
    assert [(one["host"], one["client_ids"]) for one in clients["127.0.1.2"]["sockets"]] == [("mro-ns", [])]
    assert clients["127.0.0.22"]["expected"] == "the target"
    assert result["unexpected"] == ["127.0.1.1", "127.0.1.2"]


def test_what_did_not_answer_is_said(run: Runner, world: Estate) -> None:
    world.connect("orders-g", ["c1"], [MRO_A], ["orders"])
    world.silent.add(("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", MRO_A))
    result = run.look("rocketmq_client_info", clusters=[MRO], peers=[{"host": "h", "lines": ["nonsense"]}])
    assert result["clients"] == [] and not result["complete"]
    assert MRO_A in result["unanswered"][0] and result["unread"] == [{"host": "h", "line": "nonsense"}]
    assert "nothing to look at" in run.look("rocketmq_client_info", clusters=[])["msg"]
