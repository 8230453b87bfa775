# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of an inventory in the preflight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.machine_view import machine_view
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.preflight import DEFAULTS, findings, questions

ENGINE = "unix:///var/run/docker.sock"
ESTATE = {
    "sources": [
        {
            "name": "mro",
            "nameservers": ["198.18.50.20:9876"],
            "brokers": [{"name": "broker-a", "id": 0, "address": "198.18.50.21:10911"}],
            "nameserver_name": "mro-ns.mq.test",
            "hosts": {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": []},
        },
    ],
    "target": {
        "name": "hub",
        "nameservers": ["198.18.50.80:9876"],
        "address_server": "198.18.50.80:9875",
        "brokers": [{"name": "hub-a", "id": 0, "address": "198.18.50.81:10911"}],
        "hosts": {"nameservers": ["hub-ns"], "masters": ["hub-a"], "slaves": []},
    },
    "business": ["shop-1"],
    "clients": {"shop-1": {"cluster": "mro", "address": ""}},
}
FACTS = """\
asked 1000.0
clock 1000.2
cores 4
memory 34359738368
memory_free 34359738368
disk 1000000000000 1000 1000000000000
open_files 655350
mappings 655360
resolver 198.18.50.2
resolved mro-ns.mq.test 198.18.50.20
{connections}end
"""
CAPACITY = {"queues": 100, "disk": 1000}


def hostvars():
    found = {"localhost": {}, "shop-1": {"rocketmq_cluster": "mro"}}
    found |= {name: {"rocketmq_cluster": "mro"} for name in ("mro-ns", "mro-a")}
    found |= {name: {"rocketmq_cluster": "hub"} for name in ("hub-ns", "hub-a")}
    for name, values in found.items():
        words = questions(ESTATE, values, name)
        addresses = [word.partition("=")[2] for word in words if word.startswith("connect=")]
        connections = "".join(f"connect {address} refused\n" for address in addresses)
        values["answers"] = {name: answer() for name in ("process", "sockets", "method")}
        values["answers"]["facts"] = answer(FACTS.format(connections=connections).splitlines())
    return found


def answer(lines=(), status="answered", rc=0, said=""):
    ok = status == "answered" and rc == 0
    return {"status": status, "rc": rc, "ok": ok, "lines": list(lines), "said": said, "tried": "ssh vm"}


def engines():
    return [
        {
            "item": ENGINE,
            "host_info": {"ServerVersion": "27.1.0"},
            "images": [{"Id": "sha256:1", "RepoTags": ["mqops/rocketmq:4.4.0"]}, {"Id": "sha256:2", "RepoTags": None}],
            "containers": [{"Names": ["/other"]}],
        }
    ]


def judged(found=None, told=None, **more):
    arguments = {"capacity": CAPACITY, "listed": ["198.18.50.2"], "engines": told or engines()} | more
    found = found or hostvars()
    looked = {name: values["answers"] for name, values in found.items() if values["answers"]}
    reasons = findings(ESTATE, found, looked, **arguments)
    return [f"{reason['code']} {reason['subject']}" for reason in reasons]


def test_each_machine_is_asked_what_concerns_it() -> None:
    asked = {name: questions(ESTATE, values, name) for name, values in hostvars().items()}
    assert asked["mro-a"] == ["data=/var/lib/docker", "tool=pgrep", "tool=pkill", "tool=ss", "tool=awk"]
    assert asked["hub-a"] == [
        "data=/var/lib/docker", "tool=ss", "connect=198.18.50.20:9876", "connect=198.18.50.80:9876",
        "connect=198.18.50.80:9875",
    ]  # fmt: skip
    assert asked["shop-1"][-1] == "resolve=mro-ns.mq.test"
    assert "connect=198.18.50.81:10909" in asked["shop-1"]
    assert "connect=198.18.50.21:10911" in asked["localhost"]


def test_a_ready_estate_has_no_reason() -> None:
    assert judged() == []


def test_a_client_that_names_no_source_uses_the_names_of_all() -> None:
    def asked(cluster):
        return questions({**ESTATE, "clients": {"shop-1": {"cluster": cluster}}}, {}, "shop-1")

    assert "resolve=mro-ns.mq.test" in asked("")
    assert not [word for word in asked("mdm") if "resolve" in word]


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("MACHINE_UNKNOWN", None),
        ("MACHINE_UNREACHABLE", answer(status="unreachable", rc=None, said="Connection timed out")),
        ("MACHINE_UNKNOWN", answer(status="timed_out", rc=124, said="it did not end within its time limit")),
        ("MACHINE_UNKNOWN", answer(status="garbled", rc=1, said="no answer came back: sudo: a password is required")),
        ("MACHINE_UNKNOWN", answer(rc=127, said="sh: /bin/bash: not found")),
        ("MACHINE_UNKNOWN", answer()),
    ],
)
@pytest.mark.parametrize("host", ["mro-a", "hub-ns", "shop-1", "localhost"])
def test_a_machine_without_an_answer_is_missed(host, code, facts) -> None:
    found = hostvars()
    found[host]["answers"] = {**found[host]["answers"], "facts": facts} if facts else None
    assert judged(found) == [f"{code} {host}"]


@pytest.mark.parametrize(
    ("question", "told", "subject"),
    [
        ("sockets", answer(rc=255, said="exit status 255: ss: invalid option"), "mro-a/ss"),
        ("sockets", answer(["Cannot open netlink socket"]), "mro-a/ss"),
        ("process", answer(rc=2, said="exit status 2: pgrep: regex error"), "mro-a/pgrep"),
        ("method", answer(rc=1, said="exit status 1: this user may not signal"), "mro-a/rocketmq_method"),
    ],
)
def test_what_later_phases_run_is_run_and_judged(question, told, subject) -> None:
    found = hostvars()
    found["mro-a"]["answers"][question] = told
    assert judged(found) == [f"COMMAND_FAILED {subject}"]
    # Nothing runs there that could be ended, or whose connections are asked for.
    found = hostvars()
    found["shop-1"]["answers"][question] = told
    assert judged(found) == []


def test_who_would_start_a_process_again_is_a_reason() -> None:
    found = hostvars()
    shown = ["shell\t"]
    for pid in (8, 9):
        shown += [f"process\t{pid}\t\t\t", "parent\t7\trunsv\trunsv\tbroker"]
    found["mro-a"]["answers"]["method"] = answer([*shown, "end"])
    assert judged(found) == ["PROCESS_SUPERVISED mro-a"]
    looked = {name: values["answers"] for name, values in found.items()}
    (reason,) = findings(ESTATE, found, looked, engines=engines(), capacity=CAPACITY, listed=["198.18.50.2"])
    assert reason["evidence"]["seen"].startswith("process 8 is started again by runsv (process 7): ")
    assert reason["evidence"]["seen"].endswith(" (and 1 more)")
    found["mro-a"]["answers"]["method"] = answer(shown)
    assert judged(found) == ["COMMAND_FAILED mro-a/rocketmq_method"]


def test_a_container_that_its_engine_would_start_again_is_a_reason() -> None:
    def result(policy):
        return {"item": "mro-a", "exists": True, "container": {"Name": "/mq", "HostConfig": {"RestartPolicy": policy}}}

    for policy in ({"Name": "unless-stopped"}, {"Name": "on-failure"}, {"Name": "no"}, {"Name": ""}, None):
        assert judged(containers=[result(policy)]) == []
    assert judged(containers=[result({"Name": "always"})]) == ["PROCESS_SUPERVISED mro-a"]
    for missing in ({"item": "mro-a", "exists": False}, {"item": "mro-a", "msg": "Error connecting", "failed": True}):
        assert judged(containers=[missing]) == ["COMMAND_FAILED mro-a/rocketmq_method"]


def test_a_tool_that_is_not_there_is_told_once() -> None:
    found = hostvars()
    answers = found["mro-a"]["answers"]
    answers["facts"]["lines"].insert(0, "missing pgrep")
    for question in ("process", "method"):
        answers[question] = answer(rc=127, said="exit status 127: pgrep: not found")
    assert judged(found) == ["TOOL_MISSING mro-a"]


def test_engines_that_did_not_answer_are_missed() -> None:
    for told in ([], [{"item": ENGINE, "msg": "Error connecting", "failed": True}]):
        reasons = findings(
            ESTATE, hostvars(), {name: values["answers"] for name, values in hostvars().items()},
            engines=told, capacity=CAPACITY, listed=["198.18.50.2"],
        )  # fmt: skip
        assert [reason["code"] for reason in reasons] == ["ENGINE_UNKNOWN"] * 2


def test_what_runs_there_is_known_by_the_container_s_name() -> None:
    found = hostvars()
    found["hub-a"]["answers"]["facts"]["lines"].insert(0, "listen 0.0.0.0:10911 java")
    assert judged(found) == ["PORT_IN_USE hub-a/10911"]
    told = engines()
    told[0]["containers"] = [{"Names": ["/rocketmq-hub-a"]}]
    assert judged(found, told) == []
    found["hub-a"]["rocketmq_container"] = "mine"
    assert judged(found, told) == ["PORT_IN_USE hub-a/10911"]


def test_settings_of_the_inventory_count() -> None:
    found = hostvars()
    found["hub-a"] |= {"rocketmq_ulimits": ["nofile:10:10"], "rocketmq_broker_heap": "64g"}
    found["hub-ns"]["rocketmq_image"] = "registry/own:1"
    assert judged(found) == [
        "IMAGE_MISSING hub-ns/registry/own:1",
        "MEMORY_SHORT hub-a",
        "OPEN_FILES_LOW hub-a",
    ]
    found["hub-a"]["rocketmq_broker_heap"] = "lots"
    with pytest.raises(ValueError, match="'lots' is no size"):
        judged(found)
    with pytest.raises(AnsibleFilterError, match="'lots' is no size"):
        machine_view(ESTATE, hostvars=found, preflight={"engines": engines()})


def test_options_reach_the_judgement() -> None:
    assert judged(skew=0.1) == [f"CLOCK_SKEW {host}" for host in ("mro-ns", "mro-a", "hub-ns", "hub-a")]
    assert judged(engine="28") == ["ENGINE_OLD hub-ns", "ENGINE_OLD hub-a"]
    assert judged(capacity=None) == ["DISK_SHORT hub-a"]
    assert judged(listed=[]) == ["RESOLVER_NOT_LISTED shop-1/198.18.50.2"]
    assert judged(told=[engines()[0] | {"images": []}], planned=True) == [
        f"IMAGE_PLANNED {host}/mqops/rocketmq:4.4.0" for host in ("hub-ns", "hub-a")
    ]


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_the_roles(repository: Path, name: str) -> None:
    text = "".join(
        (repository / "roles" / role / "defaults" / "main.yml").read_text(encoding="utf-8")
        for role in ("broker", "nameserver")
    )
    found = set(re.findall(rf"\b{name}\s*\|\s*default\('([^']*)'", text))
    assert found == {DEFAULTS[name]}
