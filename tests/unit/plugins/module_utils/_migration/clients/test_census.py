# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A census in words."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import lines


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
