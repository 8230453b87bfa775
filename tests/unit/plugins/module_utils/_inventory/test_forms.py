# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the value of a variable may look like."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.forms import meant, shown
from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.names import VARIABLES

GOOD: dict[str, list[Any]] = {
    "rocketmq_address": ["198.18.0.2", " 198.18.0.2 "],
    "rocketmq_broker_heap": ["8g", "512m", 1073741824],
    "rocketmq_broker_id": [0, "1", 3],
    "rocketmq_broker_name": ["broker-a", 1],
    "rocketmq_broker_options": [{}, {"a": 1}],
    "rocketmq_broker_permission": [0, 4, "6"],
    "rocketmq_config_file": ["/opt/rocketmq/conf/broker a.conf"],
    "rocketmq_dns_servers": [[], ["198.18.0.2", "2001:db8::53", "198.18.0.2#5353", "ns1.example.com"]],
    "rocketmq_dns_updates": [True, False, "true", "no", "off", 1, "0", "False"],
    "rocketmq_docker_host": [
        "unix:///var/run/docker.sock", "ssh://root@198.18.0.2", "ssh://198.18.0.2:2222", "tcp://198.18.0.2:2375",
        "ssh://root@[2001:db8::1]",
    ],
    "rocketmq_expected_clients": [[], [{"address": "198.18.0.*", "reason": "the console"}]],
    "rocketmq_migration_batch": [[], ["mro", "mdm"], "mro,mdm"],
    "rocketmq_nameserver_name": ["mro-ns.mq.test", "mq", "mro_ns.mq.test.", "9.mq.test"],
    "rocketmq_port": [1, "65535"],
    "rocketmq_process_pattern": ["[b]roker-a.conf"],
    "rocketmq_request_timeout": [5, "7.5", 0.5],
    "rocketmq_restart_policy": ["no", "unless-stopped"],
    "rocketmq_stop_command": ["sv -w 180 stop mq", "docker stop $(docker ps -qf name={{.Names}})"],
    "rocketmq_unit": ["rocketmq", "mq-broker@a.service"],
    "rocketmq_user": ["rocketmq", "_mq-1"],
}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "rocketmq_address": ["198.18.0.256", "198.18.0.2:1", "mq.test", 3323068418, ["198.18.0.2"], "2001:db8::1", True],
    "rocketmq_broker_heap": ["8 GB", "lots", "-1g", True],
    "rocketmq_broker_id": [-1, "x", True, 1.5, 2**31],
    "rocketmq_broker_name": [True, ["broker-a"], {}],
    "rocketmq_broker_options": ["a=1", ["a"], 1],
    "rocketmq_broker_permission": [2, 7, "rw"],
    "rocketmq_dns_servers": [
        ["198.18.0.2:53"], ["[2001:db8::53]:53"], ["198.18.0"], ["198.18.0.2#0"], ["198.18.0.2#x"], ["dns://198.18.0.2"],
        "198.18.0.2", "198.18.0.2,198.18.0.3", {"a": 1}, 5, [""], [None],
    ],
    "rocketmq_dns_updates": ["maybe", 2, [], "y"],
    "rocketmq_docker_host": ["root@198.18.0.2", "198.18.0.2", "ssh://", "ssh:/root@h", "ssh://root@h/x", "docker", 1],
    "rocketmq_expected_clients": ["198.18.0.1", ["198.18.0.1"], [{"address": "198.18.0.1"}], {"address": "a"}],
    "rocketmq_migration_batch": [{"mro": 1}, 5, [["mro"]]],
    "rocketmq_nameserver_name": [
        "mro-ns.mq.test:9876", "http://mro-ns.mq.test", "198.18.0.2", "a.test;b.test", ["a.test"], "a..test", "-a.test",
        "x" * 64, ".".join(["x" * 60] * 5), 5,
    ],
    "rocketmq_port": [0, 65536, "http", True, "1e3"],
    "rocketmq_process_pattern": ["broker-a.conf", "[b", ["[b]"], 1],
    "rocketmq_request_timeout": [0, "0", -1, "5s", True, "nan", "inf", None],
    "rocketmq_restart_policy": ["always", False],
    "rocketmq_config_file": ["conf/broker.conf", "/opt/", "/opt/a\nb", "/" + "x" * 1024, ["/opt/a.conf"], True],
    "rocketmq_stop_command": [True, ["sv", "stop"]],
    "rocketmq_unit": ["my unit", ["mq"], True, "mq; reboot"],
    "rocketmq_user": ["ro ot", "a b", "-c", 0, ["mq"], "x" * 33],
}  # fmt: skip


def cases(table: dict[str, list[Any]]) -> list[Any]:
    return [pytest.param(name, value, id=f"{name}-{value!r}"[:60]) for name in table for value in table[name]]


@pytest.mark.parametrize(("name", "value"), cases(GOOD))
def test_right_value_passes(name: str, value: Any) -> None:
    assert VARIABLES[name](value) is None


@pytest.mark.parametrize(("name", "value"), cases(BAD))
def test_wrong_value_is_told(name: str, value: Any) -> None:
    assert VARIABLES[name](value)


def test_bare_no_of_yaml_is_explained() -> None:
    assert VARIABLES["rocketmq_restart_policy"](False).endswith("(put it in quotes: 'no')")


def test_value_is_shown_bounded_and_escaped() -> None:
    assert shown("a\x1b[31m\n") == "'a\\x1b[31m\\n'"
    assert shown("it's") == '"it\'s"'
    assert len(shown("x" * 1000)) <= 60
    assert len(shown({"x" * 100: "y" * 1000})) <= 60


def test_what_was_meant() -> None:
    assert meant("sorces", ["sources", "target"]) == " (did you mean sources?)"
    assert meant("zzz", ["sources", "target"]) == ""
