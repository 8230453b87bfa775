# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look has shown, fed with results as the role registers them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.look_view import look_view
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.look import look

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
    "hosts": {"nameservers": ["hub-ns"], "masters": ["hub-a"], "slaves": []},
}
ESTATE = {"sources": [MRO], "target": HUB}
HOSTS = {"mro-ns": "198.18.9.20:9876", "mro-a": "198.18.9.21:10911"}


def stand(facts, estate=None):
    return look(estate or ESTATE, facts).source_stages


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
        "clusters": [source, snapshot(HUB, hub, {"hub-a": {"addresses": {}}})],
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
    assert stand(live(**changes))["mro"]["stage"] == stage


def test_a_machine_that_is_not_reached_is_the_reason():
    reasons = stand(live(**GONE))["mro"]["reasons"]
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
    verdict = stand(facts)["mro"]
    assert verdict["stage"] == stage
    assert (verdict["ended"], verdict["gone"]) == ((sorted(HOSTS), sorted(HOSTS)) if stage == "done" else ([], []))


def test_one_process_that_answers_is_enough_to_doubt_a_release():
    facts = live(**{**GONE, "off": False, "perm": None, "dns": (True, True)})
    facts["released"] = {"mro": {"hosts": HOSTS}}
    assert stand(facts)["mro"]["stage"] == "unknown"


def test_another_broker_at_the_address_is_not_the_source_s():
    facts = live(rc=1, perm="0", dns=(True, True))
    facts["clusters"][0]["brokers"]["198.18.9.21:10911"]["config"]["brokerName"] = "hub-a"
    assert stand(facts)["mro"]["stage"] == "stopped"


def test_cluster_of_which_nobody_answered_is_unknown_unless_its_processes_have_ended():
    facts = live(perm=None, hub=None)
    for cluster in facts["clusters"]:
        for view in cluster["nameservers"].values():
            view["cluster_info"] = {"unknown": "refused"}
    assert stand(facts)["mro"]["stage"] == "unknown"
    facts["machines"] = {host: told(1) for host in HOSTS}
    facts["names"] = live(dns=(True, True))["names"]
    assert stand(facts)["mro"]["stage"] == "done"


def test_name_server_that_is_silent_is_unknown():
    facts = live()
    facts["clusters"][0]["nameservers"]["198.18.9.20:9876"]["cluster_info"] = {"unknown": "timed out"}
    verdict = stand(facts)["mro"]
    assert verdict["stage"] == "unknown"
    assert "timed out" in verdict["reasons"][0]


def test_master_that_is_silent_is_named_with_what_came_back():
    assert stand(live(perm=None))["mro"]["reasons"] == [
        "BROKER_UNKNOWN mro/broker-a: master broker-a does not tell its brokerPermission: timed out"
    ]


def test_one_broker_of_the_target_in_one_name_server_is_listed_though_the_stage_is_apart():
    two = {**HUB, "brokers": [*HUB["brokers"], {"name": "hub-b", "id": 0, "address": "198.18.9.82:10911"}],
           "hosts": {"nameservers": [], "masters": ["hub-a", "hub-b"], "slaves": []}}  # fmt: skip
    facts = live(listed=("broker-a", "hub-b"))
    facts["clusters"][1]["brokers"]["198.18.9.82:10911"] = {"config": {"brokerPermission": "4"}}
    verdict = stand(facts, {"sources": [MRO], "target": two})["mro"]
    assert (verdict["stage"], verdict["listed"]) == ("apart", True)
    assert not stand(live(listed=["broker-a"]))["mro"]["listed"]


def test_masters_that_say_that_they_take_writes():
    assert look(ESTATE, live(hub="6")).writable == HUB["brokers"]
    for closed in ("4", "0", None):
        assert look(ESTATE, live(hub=closed)).writable == []


def test_odd_shape_is_named():
    with pytest.raises(AnsibleFilterError, match="unexpected shape"):
        look_view(ESTATE, {"machines": []})


@pytest.mark.parametrize(("perm", "expected"), [("6", True), ("2", True), ("4", False), ("0", False), (None, False)])
def test_serving_is_a_master_of_the_target_that_takes_writes(perm, expected):
    assert look(ESTATE, {"clusters": [snapshot(MRO, "6", {}), snapshot(HUB, perm, {})]}).serving is expected


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
    unlisted = [{"item": {"name": "mro"}, "agreed": agreed, "dns_servers": servers}]
    assert look(ESTATE, {**live(), "unlisted": unlisted}).left == expected
    assert look(ESTATE, live()).left == []


def listing(**brokers):
    info = {"brokers": {name.replace("_", "-"): {"addresses": addresses} for name, addresses in brokers.items()}}
    return {"clusters": [{"name": "hub", "nameservers": {"198.18.9.80:9876": {"cluster_info": info}}}]}


def test_a_source_broker_at_the_targets_name_server_is_named():
    def strangers(live):
        return look(ESTATE, live).strangers

    assert strangers(listing(hub_a={"0": "198.18.9.81:10911"})) == []
    found = strangers(listing(hub_a={"0": "198.18.9.81:10911"}, broker_a={"0": "198.18.9.21:10911"}))
    assert found == ["broker-a of mro (id 0, 198.18.9.21:10911) at 198.18.9.80:9876"]
    # What rocketmq_broker_listing announces is the target's own.
    assert strangers(listing(**{"hub-a-returning": {"0": "198.18.9.81:10911"}})) == []
    assert strangers(listing(**{"hub-a-returning": {"0": "198.18.9.99:10911"}})) != []
    # The target's name with another address is another broker, too.
    assert strangers(listing(hub_a={"0": "198.18.9.99:10911"})) != []


def test_a_name_server_that_does_not_answer_lists_nobody():
    clusters = [{"name": "hub", "nameservers": {"n": {"cluster_info": {"unknown": "timed out"}}}}]
    assert look(ESTATE, {"clusters": clusters}).strangers == []
    with pytest.raises(AnsibleFilterError):
        look_view(ESTATE, {"clusters": []})


def test_brokers_of_the_target_that_are_silent_or_will_not_be_seen():
    found = look(ESTATE, live(hub=None))
    assert (found.silent, found.unseen) == (["hub-a"], [])
    facts = live(hub="6")
    facts["clusters"][1]["brokers"]["198.18.9.81:10911"]["config"]["registerBrokerTimeoutMills"] = "-1"
    found = look(ESTATE, facts)
    assert (found.silent, found.unseen) == ([], ["hub-a"])


def test_only_processes_that_do_not_answer_are_asked_for():
    brokers = [*MRO["brokers"], {"name": "broker-a", "id": 1, "address": "198.18.9.22:10911"}]
    source = {**MRO, "brokers": brokers, "hosts": {**MRO["hosts"], "slaves": ["mro-s"]}}
    estate = {"sources": [source], "target": HUB}
    config = {"brokerName": "broker-a", "brokerPermission": "6"}
    clusters = [snapshot(HUB, "4", {}), {
        "name": "mro",
        "nameservers": {"198.18.9.20:9876": {"cluster_info": {"unknown": "refused"}}},
        "brokers": {"198.18.9.21:10911": {"config": config}, "198.18.9.22:10911": {"config": {"unknown": "refused"}}},
    }]  # fmt: skip
    found = look(estate, {"clusters": clusters})
    assert found.to_ask_again == found.to_ask == ["mro-ns", "mro-s"]
    machines = {"mro-ns": told(1), "mro-s": told(None, "unreachable")}
    found = look(estate, {"clusters": clusters, "machines": machines})
    assert (found.to_ask_again, found.to_ask) == (["mro-ns"], [])


def test_what_the_brokers_of_the_target_do():
    hub = {**HUB, "brokers": [*HUB["brokers"], {"name": "hub-b", "id": 0, "address": "198.18.9.82:10911"}],
           "hosts": {**HUB["hosts"], "masters": ["hub-a", "hub-b"]}}  # fmt: skip
    found = look({"sources": [MRO], "target": hub}, live(hub="6"))
    assert found.answering == HUB["brokers"]
    assert (found.silent, found.resting) == (["hub-b"], ["hub-b"])


def test_a_stranger_that_a_source_owns_has_strayed():
    facts = live()
    stray = {"broker-a": {"addresses": {"0": "198.18.9.21:10911"}}, "old": {"addresses": {"0": "198.18.9.99:1"}}}
    facts["clusters"][1]["nameservers"]["198.18.9.80:9876"]["cluster_info"]["brokers"] = stray
    found = look(ESTATE, facts)
    assert found.strayed == ["broker-a of mro (id 0, 198.18.9.21:10911) at 198.18.9.80:9876"]
    assert len(found.strangers) == 2


def test_where_a_source_stands_is_said_in_a_line():
    assert stand(live())["mro"]["said"] == "mro: joined"
    assert stand(live(perm=None))["mro"]["said"].startswith("mro: unknown (")


def test_where_the_stores_lie_whose_ends_are_known():
    facts = live()
    facts["clusters"][0]["brokers"]["198.18.9.21:10911"]["config"]["storePathCommitLog"] = "/store/commitlog"
    found = look(ESTATE, {**facts, "ends": {"198.18.9.21:10911": "5000"}})
    assert found.stores == [{"address": "198.18.9.21:10911", "end": 5000, "path": "/store/commitlog"}]


def test_a_store_of_a_broker_that_was_not_read_has_no_place():
    with pytest.raises(KeyError):
        look(ESTATE, {**live(), "ends": {"198.18.9.99:1": "5000"}})
