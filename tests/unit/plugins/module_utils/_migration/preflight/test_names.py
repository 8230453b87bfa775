# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.machines import Host, Machine
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.names import (
    Answer,
    Name,
    Right,
    judge,
    judge_clients,
)

OLD = ("198.18.50.20",)
PRIMARY, SECONDARY, RESOLVER = (f"198.18.50.{number}#53" for number in (2, 3, 4))
NAME = Name(
    name="mro-ns.mq.test",
    expected=OLD,
    servers=(Answer(PRIMARY, OLD, 30, True),),
    others=(Answer(SECONDARY, OLD, 30, True),),
    resolvers=(Answer(RESOLVER, OLD, 12),),
    serials={PRIMARY: 7, SECONDARY: 7},
    rights=(Right(PRIMARY, True, "took it"), Right(SECONDARY, False, "answered REFUSED")),
)


def seen(max_ttl: int | None = 30, **changes) -> list[str]:
    return [f"{reason.code} {reason.subject}" for reason in judge([dataclasses.replace(NAME, **changes)], max_ttl)]


def test_a_name_that_can_be_switched_has_no_reason() -> None:
    assert seen() == []


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"servers": (), "rights": ()}, ["DNS_NOT_SERVED mro-ns.mq.test/-"]),
        ({"zone_errors": {PRIMARY: "REFUSED"}}, [f"DNS_NOT_SERVED mro-ns.mq.test/{PRIMARY}"]),
        ({"servers": (Answer(PRIMARY, error="no answer"),)}, ["ADDRESS_UNRESOLVED mro-ns.mq.test"]),
        ({"others": (Answer(SECONDARY, error="no answer"),)}, ["ADDRESS_UNRESOLVED mro-ns.mq.test"]),
        (
            {"others": (Answer(SECONDARY, (*OLD, "198.18.50.99"), 30, True),)},
            ["NAME_RESOLVES_ELSEWHERE mro-ns.mq.test", f"DNS_SERVERS_DISAGREE mro-ns.mq.test/{SECONDARY}"],
        ),
        ({"others": (Answer(SECONDARY, OLD, 20, True),)}, [f"DNS_SERVERS_DISAGREE mro-ns.mq.test/{SECONDARY}"]),
        ({"serials": {PRIMARY: 8, SECONDARY: 7}}, [f"DNS_SERVERS_DISAGREE mro-ns.mq.test/{SECONDARY}"]),
        ({"rights": (Right(PRIMARY, False, "BADSIG"), Right(SECONDARY, False, "REFUSED"))},
         ["DNS_UPDATE_REFUSED mro-ns.mq.test"]),
        ({"resolvers": (Answer(RESOLVER, error="no answer"),)}, [f"RESOLVER_SILENT mro-ns.mq.test/{RESOLVER}"]),
        ({"resolvers": (Answer(RESOLVER, ("198.18.50.80",), 12),)}, ["NAME_RESOLVES_ELSEWHERE mro-ns.mq.test"]),
        ({"resolvers": (Answer(RESOLVER, (), None),)}, ["NAME_RESOLVES_ELSEWHERE mro-ns.mq.test"]),
        ({"resolvers": (Answer(RESOLVER, OLD, 570),)}, [f"DNS_ANSWER_STALE mro-ns.mq.test/{RESOLVER}"]),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_of_a_switch_is_named(changes, reasons) -> None:
    assert seen(**changes) == reasons


def test_rights_that_were_not_tried_are_no_reason() -> None:
    assert seen(rights=()) == []


def test_a_long_ttl_is_told_with_what_is_left_of_it() -> None:
    (reason,) = judge([NAME], 29)
    assert (reason.code, reason.severity) == ("DNS_TTL_LONG", "notice")
    assert reason.evidence == {"ttl": "30 s", "wanted": "29 s", RESOLVER: "12 s left"}
    assert seen(None) == []


def clients(**machine) -> list[str]:
    facts = {"resolvers": ("198.18.50.4",), "resolved": {NAME.name: OLD}} | machine
    hosts = [
        Host("shop-1", "business", Machine(**facts)),
        Host("mro-a", "source", Machine()),
        Host("b", "business", "?"),
    ]
    reasons = judge_clients(hosts, {NAME.name: OLD}, ["198.18.50.2#5353", "198.18.50.4"], {"shop-1": [NAME.name]})
    return [f"{reason.code} {reason.subject}" for reason in reasons]


def test_a_client_s_machine_that_follows_the_names_has_no_reason() -> None:
    assert clients() == []


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        ({"resolvers": ("198.18.50.4", "198.18.50.5")}, "RESOLVER_NOT_LISTED shop-1/198.18.50.5"),
        ({"resolvers": ("127.0.0.53",)}, "RESOLVER_LOCAL shop-1/127.0.0.53"),
        ({"pinned": {NAME.name: OLD[0]}}, "NAME_PINNED shop-1/mro-ns.mq.test"),
        ({"resolved": {NAME.name: ("198.18.50.99",)}}, "HOST_RESOLVES_ELSEWHERE shop-1/mro-ns.mq.test"),
        ({"resolved": {NAME.name: (*OLD, "198.18.50.99")}}, "HOST_RESOLVES_ELSEWHERE shop-1/mro-ns.mq.test"),
        ({"resolved": {}}, "HOST_RESOLVES_ELSEWHERE shop-1/mro-ns.mq.test"),
    ],
)
def test_a_client_s_machine_that_would_not_see_the_switch_is_named(machine, reason) -> None:
    assert clients(**machine) == [reason]
