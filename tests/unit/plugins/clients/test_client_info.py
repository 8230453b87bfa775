# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Client
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import endpoint, parse_ss
from ansible_collections.mqops.rocketmq.plugins.modules import rocketmq_client_info

from .conftest import ADDRESSES, HUB, MRO, World

Run = Callable[..., dict[str, Any]]


def test_what_ss_prints() -> None:
    lines = [
        "State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process",
        'ESTAB  0      0      [::ffff:198.18.10.20]:9876 [::ffff:198.18.10.101]:43210 users:(("java",pid=17,fd=5))',
        "0      0      198.18.10.20:9876 198.18.10.102:43211",
        "CLOSE-WAIT 1 0 198.18.10.20:9876 198.18.10.103:1",
        "LISTEN 0 128 *:9876 *:*",
        "ESTAB 0 0 [fe80::1%eth0]:22 [fe80::2]:50000",
        "",
        "what is this",
    ]
    sockets, odd = parse_ss("mro-ns", lines)
    assert odd == ["what is this"]
    assert [(one.state, one.local, one.peer, one.process, one.pid) for one in sockets] == [
        ("ESTAB", "198.18.10.20:9876", "198.18.10.101:43210", "java", 17),
        ("ESTAB", "198.18.10.20:9876", "198.18.10.102:43211", "", 0),
        ("CLOSE-WAIT", "198.18.10.20:9876", "198.18.10.103:1", "", 0),
        ("LISTEN", "*:9876", "*:*", "", 0),
        ("ESTAB", "fe80::1:22", "fe80::2:50000", "", 0),
    ]


@given(st.text())
def test_any_line_is_read_or_kept(line: str) -> None:
    sockets, odd = parse_ss("host", [line])
    assert len(sockets) + len(odd) <= 1


@pytest.mark.parametrize("text", ["", "x", "1.2.3.4", "1.2.3.4:x", ":80", "[]:80"])
def test_what_is_no_address(text: str) -> None:
    assert endpoint(text) is None


def test_census(run: Run, world: World) -> None:
    world.online("orders-g", ["c1", "c2"], ["mro"], ["orders"])
    world.producers[ADDRESSES["mro"], "orders-p"] = (Client("p1", "127.0.1.1:50009"),)
    result = run(
        rocketmq_client_info.main,
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


def test_what_did_not_answer_is_said(run: Run, world: World) -> None:
    world.online("orders-g", ["c1"], ["mro"], ["orders"])
    world.down.add(("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", ADDRESSES["mro"]))
    result = run(rocketmq_client_info.main, clusters=[MRO], peers=[{"host": "h", "lines": ["nonsense"]}])
    assert result["clients"] == [] and not result["complete"]
    assert ADDRESSES["mro"] in result["unanswered"][0] and result["unread"] == [{"host": "h", "line": "nonsense"}]
    assert "nothing to look at" in run(rocketmq_client_info.main, clusters=[])["msg"]
