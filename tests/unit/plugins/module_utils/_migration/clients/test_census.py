# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import endpoint, lines, parse_ss


def test_what_ss_prints() -> None:
    printed = [
        "State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process",
        'ESTAB  0      0      [::ffff:198.18.10.20]:9876 [::ffff:198.18.10.101]:43210 users:(("java",pid=17,fd=5))',
        "0      0      198.18.10.20:9876 198.18.10.102:43211",
        "CLOSE-WAIT 1 0 198.18.10.20:9876 198.18.10.103:1",
        "LISTEN 0 128 *:9876 *:*",
        "ESTAB 0 0 [fe80::1%eth0]:22 [fe80::2]:50000",
        "",
        "what is this",
    ]
    sockets, odd = parse_ss("mro-ns", printed)
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


def test_who_is_left_in_words() -> None:
    socket = {"host": "mro-ns", "process": "java", "client_ids": []}
    held = {"role": "consumer", "group": "g", "cluster": "mro", "language": "JAVA"}
    clients = [
        {"address": "198.18.9.8", "expected": "console", "client_ids": [], "holds": [], "sockets": [socket]},
        {"address": "198.18.9.101", "expected": None, "client_ids": ["a@1"], "holds": [held], "sockets": [socket] * 2},
    ]
    assert lines(clients, {"mro-ns": "nameserver mro-ns"}) == [
        "198.18.9.101 [UNEXPECTED] holds nameserver mro-ns (2 connections); clients a@1 (JAVA); consumer of g at mro; "
        "served by java",
        "198.18.9.8 [console] holds nameserver mro-ns (1 connections); served by java",
    ]
