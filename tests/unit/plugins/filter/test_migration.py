# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the phases, fed with results as the role registers them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.migration import (
    failures,
    gone,
    passed,
    reached,
    refused,
    serving,
    specs,
    standing,
    unconnected,
    writable,
    writers,
)

MRO = {
    "name": "mro",
    "nameservers": ["198.18.9.20:9876"],
    "nameserver_name": "mro-ns.mq.test",
    "brokers": [{"name": "broker-a", "id": 0, "address": "198.18.9.21:10911"}],
    "hosts": {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": []},
}
HUB = {
    "name": "hub",
    "nameservers": ["198.18.9.80:9876"],
    "brokers": [{"name": "hub-a", "id": 0, "address": "198.18.9.81:10911"}],
}
ESTATE = {"sources": [MRO], "target": HUB}
SS = ["0      0      198.18.9.80:9876 [::ffff:198.18.9.101]:46096", "0 0 198.18.9.80:9876 198.18.9.102:41552"]
HOSTS = {"mro-ns": "198.18.9.20:9876", "mro-a": "198.18.9.21:10911"}


def snapshot(cluster, perm, listed):
    master = cluster["brokers"][0]
    servers = {address: {"cluster_info": {"brokers": listed}} for address in cluster["nameservers"]}
    config = {"brokerPermission": perm} if perm is not None else {"unknown": "timed out"}
    return {"name": cluster["name"], "nameservers": servers, "brokers": {master["address"]: {"config": config}}}


def told(rc, status="answered", said=""):
    """A machine's answer to pgrep."""
    return {"process": {"status": status, "rc": rc, "ok": rc == 0, "lines": [], "said": said, "tried": "ssh vm"}}


def live(
    *, rc=0, status="answered", said="", perm="6", hub="4", listed=("broker-a", "hub-a"), dns=(True, False), off=False
):
    """off: nothing of the source answers RocketMQ's protocol."""
    answered, agreed = dns
    source = snapshot(MRO, None if off else perm, dict.fromkeys(listed, {}))
    if off:
        source["nameservers"] = {address: {"cluster_info": {"unknown": "refused"}} for address in source["nameservers"]}
    return {
        "machines": {host: told(rc, status, said) for host in HOSTS},
        "clusters": [source, snapshot(HUB, hub, {"hub-a": {}})],
        "names": [{"item": MRO, "agreed": agreed, "dns_servers": [{"answered": answered}]}],
        "released": {},
    }


GONE = {"rc": None, "status": "unreachable", "said": "No route to host", "off": True}


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("joined", {}),
        ("apart", {"listed": ["broker-a"]}),
        ("open", {"hub": "6"}),
        ("frozen", {"perm": "4"}),
        ("switched", {"perm": "0", "dns": (True, True)}),
        ("done", {"rc": 1, "off": True, "dns": (True, True)}),
        ("unknown", {"perm": None}),
        # With the name switched, "nothing runs" would be "done".
        ("unknown", {"rc": 127, "off": True, "dns": (True, True)}),
        ("unknown", {"rc": 137, "status": "timed_out", "off": True, "dns": (True, True)}),
        ("unknown", {**GONE, "status": "garbled", "dns": (True, True)}),
        ("unknown", {**GONE, "dns": (True, True)}),
        ("unknown", {"dns": (False, False)}),
        # What answers runs, whatever the machine says, or does not.
        ("joined", {"rc": None, "status": "unreachable"}),
        ("joined", {"rc": 1}),
        ("closed", {"rc": None, "status": "timed_out", "perm": "0"}),
    ],
)
def test_results_become_a_stage(stage, changes):
    assert standing(ESTATE, live(**changes))["mro"]["stage"] == stage


def test_a_machine_that_is_not_reached_is_the_reason():
    reasons = standing(ESTATE, live(**GONE))["mro"]["reasons"]
    assert reasons[0] == (
        "PROCESS_UNKNOWN mro-a: it does not tell whether its process runs: "
        "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route to host)"
    )


@pytest.mark.parametrize(
    ("stage", "changes", "released"),
    [
        ("done", {}, HOSTS),
        # Before the release, or of another estate, that a machine is gone proves nothing; nor without the name.
        ("unknown", {}, None),
        ("unknown", {}, {**HOSTS, "mro-b": "198.18.9.22:10911"}),
        ("unknown", {}, {**HOSTS, "mro-a": "198.18.9.29:10911"}),
        ("unknown", {"dns": (True, False)}, HOSTS),
        # A machine that answers, and not to the question, is not gone; one on which something runs is alive.
        ("unknown", {"status": "garbled"}, HOSTS),
        ("unknown", {"status": "answered", "rc": 0}, HOSTS),
    ],
)
def test_machines_of_a_source_may_go_when_its_release_was_proved(stage, changes, released):
    facts = live(**{**GONE, "dns": (True, True), **changes})
    facts["released"] = {"mro": {"hosts": released}} if released else {}
    verdict = standing(ESTATE, facts)["mro"]
    assert verdict["stage"] == stage
    assert (verdict["ended"], verdict["gone"]) == ((sorted(HOSTS), sorted(HOSTS)) if stage == "done" else ([], []))


def test_one_process_that_answers_is_enough_to_doubt_a_release():
    facts = live(**{**GONE, "off": False, "perm": None, "dns": (True, True)})
    facts["released"] = {"mro": {"hosts": HOSTS}}
    assert standing(ESTATE, facts)["mro"]["stage"] == "unknown"


def test_another_broker_at_the_address_is_not_the_source_s():
    facts = live(rc=1, perm="0", dns=(True, True))
    facts["clusters"][0]["brokers"]["198.18.9.21:10911"]["config"]["brokerName"] = "hub-a"
    assert standing(ESTATE, facts)["mro"]["stage"] == "stopped"


def test_cluster_of_which_nobody_answered_is_unknown_unless_its_processes_have_ended():
    facts = live(perm=None, hub=None)
    for cluster in facts["clusters"]:
        for view in cluster["nameservers"].values():
            view["cluster_info"] = {"unknown": "refused"}
    assert standing(ESTATE, facts)["mro"]["stage"] == "unknown"
    facts["machines"] = {host: told(1) for host in HOSTS}
    facts["names"] = live(dns=(True, True))["names"]
    assert standing(ESTATE, facts)["mro"]["stage"] == "done"


def test_name_server_that_is_silent_is_unknown():
    facts = live()
    facts["clusters"][0]["nameservers"]["198.18.9.20:9876"]["cluster_info"] = {"unknown": "timed out"}
    verdict = standing(ESTATE, facts)["mro"]
    assert verdict["stage"] == "unknown"
    assert "timed out" in verdict["reasons"][0]


def test_master_that_is_silent_is_named_with_what_came_back():
    assert standing(ESTATE, live(perm=None))["mro"]["reasons"] == [
        "BROKER_UNKNOWN mro/broker-a: master broker-a does not tell its brokerPermission: timed out"
    ]


def test_one_broker_of_the_target_in_one_name_server_is_listed_though_the_stage_is_apart():
    two = {**HUB, "brokers": [*HUB["brokers"], {"name": "hub-b", "id": 0, "address": "198.18.9.82:10911"}]}
    facts = live(listed=("broker-a", "hub-b"))
    facts["clusters"][1]["brokers"]["198.18.9.82:10911"] = {"config": {"brokerPermission": "4"}}
    verdict = standing({"sources": [MRO], "target": two}, facts)["mro"]
    assert (verdict["stage"], verdict["listed"]) == ("apart", True)
    assert not standing(ESTATE, live(listed=["broker-a"]))["mro"]["listed"]


def test_masters_that_say_that_they_take_writes():
    assert writable(ESTATE, live(hub="6")["clusters"]) == HUB["brokers"]
    for closed in ("4", "0", None):
        assert writable(ESTATE, live(hub=closed)["clusters"]) == []


def test_phases_pick_between_two_stages_and_never_the_unknown():
    frozen = standing(ESTATE, live(perm="4"))
    assert reached(ESTATE, frozen, "open", "frozen") == [MRO]
    assert reached(ESTATE, frozen, "closing") == []
    assert reached(ESTATE, standing(ESTATE, live(perm=None)), "apart") == []


def test_modules_get_the_keys_that_they_take():
    assert specs([MRO]) == [{key: MRO[key] for key in ("name", "nameservers", "brokers")}]
    assert specs([MRO], hosts=True) == [{key: MRO[key] for key in ("name", "nameservers", "brokers", "hosts")}]


def test_odd_shape_is_named():
    with pytest.raises(AnsibleFilterError, match="unexpected shape"):
        standing(ESTATE, {"machines": []})


def test_business_hosts_that_are_no_peers_are_named():
    hosts = {f"shop-{n}": {"rocketmq_address": f"198.18.9.10{n}", "rocketmq_cluster": "mro"} for n in (1, 2, 3)}
    assert unconnected([SS], hosts, list(hosts), [MRO]) == ["shop-3"]
    shops = list(hosts)
    hosts["mdm-ns"] = {"rocketmq_role": "nameserver", "rocketmq_cluster": "mdm"}
    hosts["shop-3"]["rocketmq_cluster"] = "mdm"
    assert unconnected([SS], hosts, shops, [MRO]) == []
    for unknown in ("mmd", "", None):
        hosts["shop-3"]["rocketmq_cluster"] = unknown
        assert unconnected([SS], hosts, shops, [MRO]) == ["shop-3"]
    del hosts["shop-3"]["rocketmq_cluster"]
    assert unconnected([SS], hosts, shops, [MRO]) == ["shop-3"]
    assert unconnected([], hosts, shops, [MRO]) == ["shop-1", "shop-2", "shop-3"]


def test_a_host_of_several_clients_has_arrived_when_all_of_them_have():
    hosts = {f"shop-{n}": {"rocketmq_address": f"198.18.9.10{n}"} for n in (1, 2)}
    # Two name servers end.
    left = [["0 0 198.18.9.20:9876 198.18.9.101:40001"], ["0 0 198.18.9.30:9876 198.18.9.102:40002"]]
    there = [["0 0 198.18.9.80:9876 198.18.9.102:40003"]]
    # The second has a client of another source at the target already; the old one's is still to come.
    assert unconnected([SS], hosts, list(hosts), [MRO], left, there) == ["shop-2 (1 of 2 connections)"]
    assert unconnected([SS, *there], hosts, list(hosts), [MRO], left, there) == []
    # Of name servers that an earlier run has ended nobody knows how many there were.
    assert unconnected([SS], hosts, list(hosts), [MRO], [], there) == []


def test_nothing_odd_ends_the_wait_for_clients():
    """It comes after the point of no return: whoever is not seen is missed."""
    shops = {"shop-1": {"rocketmq_address": "198.18.9.101"}, "shop-2": {}}
    assert unconnected([["sh: ss: not found"], SS], shops, ["shop-1"], [MRO]) == []
    assert unconnected([["sh: ss: not found"]], shops, ["shop-1"], [MRO]) == ["shop-1"]
    assert unconnected([SS], shops, ["shop-2"], [MRO]) == ["shop-2 (no rocketmq_address in the inventory)"]


@pytest.mark.parametrize(("perm", "expected"), [("6", True), ("2", True), ("4", False), ("0", False), (None, False)])
def test_serving_is_a_master_of_the_target_that_takes_writes(perm, expected):
    assert serving(ESTATE, [snapshot(MRO, "6", {}), snapshot(HUB, perm, {})]) is expected
    assert serving(ESTATE, []) is False


def test_sources_are_split_by_what_their_gate_said():
    other = {**MRO, "name": "mdm"}
    result = {"clusters": {"mro": {"passed": True}, "mdm": {"passed": False}}, "failed": True}
    assert [one["name"] for one in passed([MRO, other], result)] == ["mro"]
    assert [one["name"] for one in passed([MRO, other], result, wanted=False)] == ["mdm"]
    # An error without a verdict, or a source that it does not name, is no pass; a task that was skipped stops nobody.
    assert passed([MRO], {"failed": True, "msg": "no such option"}) == []
    assert passed([MRO], {"clusters": {}}) == []
    assert passed([MRO], {"skipped": True}) == [MRO]


def test_sources_are_split_by_the_items_of_a_loop():
    other = {**MRO, "name": "mdm"}
    results = [{"item": MRO, "failed": True}, {"item": other, "changed": True}]
    assert refused([MRO, other], results) == [MRO]
    assert refused([MRO, other], results, wanted=False) == [other]


def test_what_failed_is_said_item_by_item():
    loop = {"failed": True, "msg": "One or more items failed", "results": [
        {"item": "a", "failed": True, "msg": "a holds another value."}, {"item": "b", "changed": True},
        {"item": "c", "unreachable": True, "msg": "c is gone."}]}  # fmt: skip
    assert failures(loop) == "a holds another value. c is gone."
    assert failures({"failed": True, "msg": "no answer"}) == "no answer"
    assert "rc" in failures({"failed": True, "rc": 1})


def test_writers_are_named_with_the_sockets_of_all_machines():
    offender = {"cluster": "mro", "broker": "a", "topic": "t", "queue": 0, "kind": "send", "count": 1, "rate": 0.0,
                "producer_groups": [], "hosts": ["198.18.9.101:4000"]}
    answers = {"mro-a": {"lines": ["0 0 198.18.9.21:10911 198.18.9.101:4000"]}, "mro-b": {"lines": []}}
    (text,) = writers([offender], answers)
    assert "connected now: 198.18.9.101:4000" in text


@pytest.mark.parametrize(
    ("answered", "agreed", "content", "expected"),
    [
        (True, True, ["198.18.9.80"], ["mro"]),
        (True, False, ["198.18.9.20"], []),
        (True, False, [], ["mro"]),
        (False, False, [], ["mro"]),
    ],
)
def test_a_source_is_gone_unless_its_name_answers_something_else(answered, agreed, content, expected):
    servers = [{"answered": answered, "content": content}]
    assert gone([{"item": {"name": "mro"}, "agreed": agreed, "dns_servers": servers}]) == expected
    assert gone([]) == []
