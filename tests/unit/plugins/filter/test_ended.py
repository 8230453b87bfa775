# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about brokers that have ended, or should have."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.ended import (
    census_lines,
    store_end,
)


def test_who_is_left_in_words() -> None:
    socket = {"host": "mro-ns", "process": "java", "client_ids": []}
    held = {"role": "consumer", "group": "g", "cluster": "mro", "language": "JAVA"}
    clients = [
        {"address": "198.18.9.8", "expected": "console", "client_ids": [], "holds": [], "sockets": [socket]},
        {"address": "198.18.9.101", "expected": None, "client_ids": ["a@1"], "holds": [held], "sockets": [socket] * 2},
    ]
    assert census_lines(clients, {"mro-ns": {"rocketmq_role": "nameserver"}}) == [
        "198.18.9.101 [UNEXPECTED] holds nameserver mro-ns (2 connections); clients a@1 (JAVA); consumer of g at mro; "
        "served by java",
        "198.18.9.8 [console] holds nameserver mro-ns (1 connections); served by java",
    ]


@pytest.mark.parametrize(
    ("told", "readable", "words"),
    [
        ({"status": "answered", "ok": True, "lines": ["kilobytes=4", "file=0 from=9 more=0", "end"]}, True, None),
        ({"status": "answered", "ok": True, "lines": ["kilobytes=4", "file=0 from=9 more=1", "bytes=AQ==", "end"]},
         True, "written after the last check"),
        ({"status": "answered", "ok": True, "lines": ["welcome", "kilobytes=4", "end"]}, False, "unexpected output"),
        ({"status": "answered", "ok": False, "rc": 3, "lines": [], "said": "exit status 3: cd"}, False, "status 3: cd"),
        ({"status": "unreachable", "ok": False, "rc": None, "lines": [], "said": "No route", "tried": "ssh vm"},
         False, "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route)"),
        ({"status": "garbled", "ok": False, "rc": 1, "lines": [], "said": "no answer came back"}, False, "no answer"),
        ("", False, "nothing was printed"),
    ],
)  # fmt: skip
def test_a_store_that_was_not_read_is_no_message(told, readable, words) -> None:
    """The one stops the run, the other takes the stop of the brokers back."""
    verdict = store_end(told, 9, "mro-a")
    assert (verdict["ok"], verdict["readable"]) == (words is None, readable)
    assert words is None or words in verdict["why"]
