# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

LIST = ["198.18.9.80:9876", "198.18.9.20:9876"]
TEXT = ";".join(LIST)


@pytest.fixture
def pin(run, estate):
    def start(nameservers=None, **options):
        (cluster,) = estate.clusters
        wanted = LIST if nameservers is None else nameservers
        return run("rocketmq_broker_pin", cluster=cluster, nameservers=wanted, **options)

    return start


def test_every_broker_is_pinned_once(pin, estate) -> None:
    result = pin()
    assert not result["failed"], result["msg"]
    assert [(one["address"], one["before"], one["after"], one["result"]) for one in result["changes"]] == [
        ("h:1", None, TEXT, "applied"),
        ("h:2", None, TEXT, "applied"),
    ]
    assert {broker.settings["namesrvAddr"] for broker in estate.brokers.values()} == {TEXT}
    assert result["changed"] and not pin()["changed"]
    assert estate.audit == []
    # The same list in another order is the same.
    assert not pin(list(reversed(LIST)))["changed"]


def test_check_mode_shows_and_sends_nothing(pin, estate) -> None:
    result = pin(check=True)
    assert result["changed"] and [one["result"] for one in result["changes"]] == ["planned", "planned"]
    assert estate.audit == []


def test_what_is_no_list_is_refused(pin, estate) -> None:
    for wrong in ([], ["hub-ns"], ["a:0"]):
        assert "nameservers: " in pin(wrong)["msg"]
    assert estate.audit == []


def test_a_silent_broker_leaves_all_as_they_were(pin, estate) -> None:
    estate.brokers["h:2"].down = True
    result = pin()
    assert result["failed"] and "nothing was changed, for not all brokers of c answer: " in result["msg"]
    assert estate.audit == []


def test_a_broker_that_does_not_take_it_is_named(pin, estate) -> None:
    estate.brokers["h:2"].ignores.add("namesrvAddr")
    result = pin()
    assert result["failed"] and result["changed"]
    assert "namesrvAddr at b (h:2)" in result["msg"] and "it shows None" in result["msg"]
    assert [one["result"] for one in result["changes"]] == ["applied", "failed"]
