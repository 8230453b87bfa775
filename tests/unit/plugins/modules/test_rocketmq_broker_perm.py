# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_broker_perm at the Admin boundary."""

from __future__ import annotations

import pytest

UPDATE = "UPDATE_BROKER_CONFIG"


@pytest.fixture
def run(run, estate):
    """Runs on the clusters of the estate where a test gives no others."""
    return lambda module, **options: run(module, **{"clusters": estate.clusters, **options})


def results(result):
    return {row["name"]: row["result"] for row in result["brokers"]}


def test_sets_and_proves(run, seeded):
    result = run("rocketmq_broker_perm", perm=4)
    assert result["changed"] and not result["failed"]
    assert results(result) == {"a": "applied", "b": "applied"}
    assert [(row["before"], row["after"], row["cured"]) for row in result["brokers"]] == [(6, 4, False)] * 2
    # orders, %DLQ%g, %RETRY%g and the topic of the broker's own name
    assert [row["topics"] for row in result["brokers"]] == [4, 4]
    assert seeded.servers["n:2"].routes["%DLQ%g"] == {"a": (1, 1, 4), "b": (1, 1, 4)}
    assert seeded.sent(UPDATE) == ["h:1", "h:2"]
    # 10 to read, 2 changes, 2 configurations, 5 topics at 2 name servers
    assert seeded.count == 10 + 2 + 2 + 10
    assert result["diff"] == {
        "before": {"c": {"a (h:1)": {"brokerPermission a": 6}, "b (h:2)": {"brokerPermission b": 6}}},
        "after": {"c": {"a (h:1)": {"brokerPermission a": 4}, "b (h:2)": {"brokerPermission b": 4}}},
    }


def test_second_run_changes_nothing(run, seeded):
    run("rocketmq_broker_perm", perm=4)
    result = run("rocketmq_broker_perm", perm=4)
    assert not result["changed"] and results(result) == {"a": "unchanged", "b": "unchanged"}
    assert seeded.sent(UPDATE) == []


def test_full_permission_shows_each_topics_own(run, seeded):
    run("rocketmq_broker_perm", perm=0)
    result = run("rocketmq_broker_perm", perm=6)
    assert not result["failed"]
    assert seeded.servers["n:1"].routes["%DLQ%g"]["a"] == (1, 1, 2)


def test_check_mode(run, seeded):
    result = run("rocketmq_broker_perm", perm=4, check=True)
    assert result["changed"] and results(result) == {"a": "planned", "b": "planned"} and seeded.sent(UPDATE) == []
    assert not run("rocketmq_broker_perm", perm=6, check=True)["changed"]


def test_named_brokers_only(run, seeded):
    result = run("rocketmq_broker_perm", perm=4, brokers=["b"])
    assert results(result) == {"b": "applied"} and seeded.sent(UPDATE) == ["h:2"]


@pytest.mark.parametrize("brokers", [["x"], []])
def test_unknown_broker_is_refused(run, seeded, brokers):
    result = run("rocketmq_broker_perm", perm=4, brokers=brokers)
    assert result["failed"] and "no master is named" in result["msg"] and "masters: a, b" in result["msg"]
    assert seeded.count == 0


def test_slaves_are_never_asked(run, seeded):
    seeded.brokers["h:2"].id = 1
    del seeded.brokers["h:2"].topics["b"]
    run("rocketmq_broker_perm", perm=4)
    assert "h:2" not in {address for _request, address in seeded.log}


def test_broker_that_is_down_is_named_and_others_are_handled(run, seeded):
    seeded.brokers["h:1"].down = True
    result = run("rocketmq_broker_perm", perm=4)
    assert result["failed"] and result["changed"]
    assert results(result) == {"a": "failed", "b": "applied"}
    assert "on 1 of 2 master(s): a (h:1) of c: not changed: broker a:" in result["msg"]
    assert seeded.brokers["h:2"].perm == 4


def test_refusal_is_named_and_others_are_handled(run, seeded):
    seeded.brokers["h:2"].refuses.add("brokerPermission")
    result = run("rocketmq_broker_perm", perm=4)
    assert result["failed"] and result["changed"] and results(result) == {"a": "applied", "b": "failed"}
    assert "b (h:2) of c: UPDATE_BROKER_CONFIG at h:2: answered 1 SYSTEM_ERROR: no" in result["msg"]


def test_success_without_effect_is_none(run, seeded):
    seeded.brokers["h:2"].ignores.add("brokerPermission")
    result = run("rocketmq_broker_perm", perm=4, timeout=3)
    assert result["failed"] and "b (h:2) of c: not seen in time: brokerPermission is 6" in result["msg"]


def test_route_that_lags_is_published_again(run, seeded):
    seeded.servers["n:2"].routes["orders"]["a"] = (4, 4, 4)  # what a wiped write permission looks like
    result = run("rocketmq_broker_perm", perm=6)
    assert result["changed"] and not result["failed"]
    assert results(result) == {"a": "applied", "b": "unchanged"}
    assert [row["cured"] for row in result["brokers"]] == [True, False]
    assert seeded.sent(UPDATE) == ["h:1"]
    assert not run("rocketmq_broker_perm", perm=6)["changed"]


def test_check_mode_sees_the_lagging_route(run, seeded):
    del seeded.servers["n:2"].routes["a"]
    result = run("rocketmq_broker_perm", perm=6, check=True)
    assert result["changed"] and results(result) == {"a": "planned", "b": "unchanged"} and seeded.sent(UPDATE) == []


def test_route_that_never_comes_fails_with_what_was_seen(run, seeded):
    seeded.servers["n:2"].deaf_to_tables = True
    result = run("rocketmq_broker_perm", perm=4, timeout=5)
    assert result["failed"] and result["changed"]
    assert "name server n:2 publishes read/write/perm 1/1/2 for a, expected 1/1/4 (topic %DLQ%g)" in result["msg"]
    # the permission, and once more when the route did not follow
    assert seeded.sent(UPDATE) == ["h:1", "h:2", "h:1", "h:2"]


def test_rights_are_not_taken_while_a_name_server_is_silent(run, seeded):
    seeded.servers["n:2"].down = True
    result = run("rocketmq_broker_perm", perm=4)
    assert result["failed"] and not result["changed"] and seeded.sent(UPDATE) == []
    assert (
        "not changed, because it could not be seen everywhere: name server: " in result["msg"]
        and "n:2" in result["msg"]
    )


def test_rights_are_given_back_all_the_same(run, seeded):
    run("rocketmq_broker_perm", perm=4)
    seeded.servers["n:2"].down = True
    result = run("rocketmq_broker_perm", perm=6, timeout=3)
    assert result["failed"] and result["changed"]
    assert seeded.brokers["h:1"].perm == 6
    assert result["msg"].count("Connection refused") == 2  # once for each master, not once for each topic


@pytest.mark.parametrize("perm", [2, 5, 7, "rw"])
def test_other_permissions_are_refused(run, seeded, perm):
    result = run("rocketmq_broker_perm", perm=perm)
    assert result["failed"] and "perm" in result["msg"] and seeded.count == 0


def test_cluster_without_topics_still_has_something_to_see(run, estate):
    result = run("rocketmq_broker_perm", perm=4)
    assert not result["failed"] and [row["topics"] for row in result["brokers"]] == [1, 1]
    del estate.servers["n:1"].routes["a"]
    assert run("rocketmq_broker_perm", perm=4)["changed"]


def test_route_that_comes_by_itself_is_not_published_again(run, seeded):
    answer = seeded.get_routeinto_by_topic
    looks = []

    def late(server, request):
        looks.append((server.address, request.ext["topic"]))
        return None if looks.count(("n:2", "b")) == 1 and looks[-1] == ("n:2", "b") else answer(server, request)

    seeded.get_routeinto_by_topic = late
    result = run("rocketmq_broker_perm", perm=6)
    assert not result["failed"] and not result["changed"] and seeded.sent(UPDATE) == []
    # 5 topics of both brokers, then only the 4 of the broker that was not as it should be, at 2 name servers
    assert len(looks) == 10 + 8


def test_no_cluster_is_no_success(run, seeded):
    result = run("rocketmq_broker_perm", perm=4, clusters=[])
    assert result["failed"] and "clusters is empty" in result["msg"]


def test_silent_name_servers_are_all_named_where_the_brokers_are_to_be_found_out(run, seeded):
    seeded.servers["n:1"].down = seeded.servers["n:2"].down = True
    result = run("rocketmq_broker_perm", perm=4, clusters=[{"name": "c", "nameservers": ["n:1", "n:2"]}])
    assert result["failed"] and "cluster c: its brokers are not given" in result["msg"]
    assert "at n:1: " in result["msg"] and "at n:2: " in result["msg"] and "Nothing was changed" in result["msg"]


def test_what_changed_is_shown_though_another_master_failed(run, seeded):
    seeded.brokers["h:2"].down = True
    result = run("rocketmq_broker_perm", perm=4)
    assert result["failed"]
    assert result["diff"]["after"] == {"c": {"a (h:1)": {"brokerPermission a": 4}}}


@pytest.mark.parametrize("option", ["timeout", "interval", "connect_timeout", "request_timeout"])
@pytest.mark.parametrize("seconds", [1e12, float("inf")])
def test_waits_that_no_clock_can_measure_are_refused(run, seeded, option, seconds):
    result = run("rocketmq_broker_perm", perm=4, **{option: seconds})
    assert result["failed"] and f"{option} must not be more than 2592000 seconds" in result["msg"]
    assert seeded.count == 0
