# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after converge, as dig sees it."""

from __future__ import annotations


def test_address_and_ttl(dig):
    (answer,) = dig("+noall", "+answer", "scenario.mq.test", "A").splitlines()
    assert answer.split() == ["scenario.mq.test.", "30", "IN", "A", "198.18.0.2"]


def test_both_texts(dig):
    assert sorted(dig("+short", "scenario.mq.test", "TXT").splitlines()) == [
        '"owner=messaging team"',
        r'"with \"quotes\""',
    ]


def test_removed_name_is_gone(dig):
    assert "status: NXDOMAIN" in dig("gone.mq.test", "A")


def test_names_of_others_are_untouched(dig, nameserver):
    assert dig("+short", "mro-ns.mq.test", "A").split() == [nameserver.split(":")[0]]
