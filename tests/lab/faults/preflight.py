#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a preflight has to find: how each is made in the lab and taken back, and which code and subject it has.

Usage: preflight.py LAB plant|clear|expect ROUND. What is expected is printed as JSON: [[code, subject], ...].
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import broker, nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.request import Request
from ansible_collections.mqops.rocketmq.tests.lab.inventory import cluster
from ansible_collections.mqops.rocketmq.tests.lab.machines.processes import Processes
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, LAB, MQADMIN

LONG_TOPIC, LONG_GROUP = "t" * 128, "g" * 121
DEADLINE = 180.0
JDK = os.environ.get("JDK_IMAGE", "mqops/jdk:4.4.0")


class Lab:
    """Addresses and containers of the lab, and the requests that faults are made of."""

    def __init__(self, name: str) -> None:
        self.name = name
        sources = {source: cluster(Processes(name).hosts, source) for source in ("mro", "mdm")}
        brokers = [(source, one) for source, told in sources.items() for one in told["brokers"]]
        self.ns = {source: told["nameservers"][0] for source, told in sources.items()}
        self.masters = {f"{source}/{one['name']}": one["address"] for source, one in brokers if one["id"] == 0}
        self.slaves = {source: one["address"] for source, one in brokers if one["id"] == 1}
        self.net = self.ns["mro"].rpartition(".")[0]
        self.state = BUILD / name

    def of(self, source: str) -> list[str]:
        return [address for name, address in self.masters.items() if name.startswith(f"{source}/")]

    def send(self, *requests: Request) -> None:
        with Admin(timeout=15.0) as admin:
            for request in requests:
                admin.ask(request)

    def topic(self, source: str, name: str, queues: int = 4, perm: int = 6, only: str | None = None) -> None:
        row = TopicConfig(name, queues, queues, perm)
        addresses = [self.masters[f"{source}/{only}"]] if only else self.of(source)
        self.send(*(broker.create_topic(address, row) for address in addresses))

    def group(self, source: str, name: str, retry_queues: int = 1, only: str | None = None) -> None:
        addresses = [self.masters[f"{source}/{only}"]] if only else self.of(source)
        row = SubscriptionGroup(name, retry_queues=retry_queues)
        self.send(*(broker.update_group(address, row) for address in addresses))

    def mqadmin(self, *lines: str) -> str:
        done = subprocess.run(
            [MQADMIN, self.name, "-"],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return done.stdout + done.stderr

    def docker(self, *words: str) -> str:
        return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=180, check=True).stdout

    def container(self, host: str) -> str:
        return f"mqops-{self.name}-{host}"

    def until(self, what: str, seen: Callable[[], bool]) -> None:
        end = time.monotonic() + DEADLINE
        while not seen():
            if time.monotonic() > end:
                sys.exit(f"{what}: not seen within {DEADLINE:.0f} s")
            time.sleep(0.5)

    def answers(self, address: str) -> bool:
        with Admin(timeout=2.0, connect_timeout=1.0) as admin:
            (answer,) = admin.ask_all([broker.broker_config(address)])
        return isinstance(answer, dict)

    def registered(self, source: str, name: str, number: int) -> bool:
        with Admin() as admin:
            info = admin.ask(nameserver.cluster_info(self.ns[source]))
        return name in info.brokers and number in info.brokers[name].addresses


# --- names ------------------------------------------------------------------------------------------------


def plant_names(lab: Lab) -> None:
    for source, queues in (("mro", 4), ("mdm", 8)):
        lab.topic(source, "pre-shared")
        lab.topic(source, "pre-unequal", queues)
        lab.group(source, "pre-group")
    lab.topic("mdm", "hub")
    lab.topic("mro", "hub-a")
    lab.topic("mro", LONG_TOPIC)
    lab.group("mdm", LONG_GROUP)
    lab.topic("mro", "pre space")
    lab.group("mdm", "pre@at")
    lab.topic("mro", "pre-lonely", only="broker-a")
    lab.group("mdm", "pre-lonely", only="broker-a")
    lab.group("mro", "pre-narrow", retry_queues=3)
    lab.topic("mro", "%RETRY%pre-narrow", 1)
    lab.topic("mro", "pre-ordered")
    lab.send(nameserver.kv_put(lab.ns["mro"], nameserver.ORDER_NAMESPACE, "pre-ordered", "broker-a:4;broker-b:4"))


def expect_names(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("SAME_TOPIC", "pre-shared"),
        ("SAME_TOPIC_UNEQUAL", "pre-unequal"),
        ("SAME_GROUP", "pre-group"),
        ("NAME_IS_TOPIC", "mdm/hub"),
        ("NAME_IS_TOPIC", "mro/hub-a"),
        ("TOPIC_NAME_TOO_LONG", f"mro/{LONG_TOPIC}"),
        ("GROUP_NAME_TOO_LONG", f"mdm/{LONG_GROUP}"),
        ("NAME_UNUSABLE", "mro/pre space"),
        ("NAME_HAS_AT", "mdm/pre@at"),
        ("TOPIC_TABLES_DIFFER", "mro/pre-lonely"),
        ("TOPIC_UNREAD", "mro/pre-lonely"),
        ("GROUP_TABLES_DIFFER", "mdm/pre-lonely"),
        ("GROUP_WITHOUT_OFFSETS", "mdm/pre-lonely"),
        ("RETRY_TOPIC_NARROW", "mro/pre-narrow"),
        ("ORDERED_TOPIC", "mro/pre-ordered"),
    ]


# --- queues -----------------------------------------------------------------------------------------------


def plant_queues(lab: Lab) -> None:
    for topic in ("pre-unread", "pre-backlog", "%DLQ%pre-narrow"):
        lab.topic("mro", topic, 1)
    said = lab.mqadmin(
        *(f"sendMessage -n {lab.ns['mro']} -t {topic} -p hello -b broker-a -i 0"
          for topic in ("pre-unread", "pre-backlog", "%DLQ%pre-narrow"))
    )  # fmt: skip
    if said.count("SEND_OK") != 3:
        sys.exit(f"mqadmin sent {said.count('SEND_OK')} of 3 messages: {said}")
    lab.group("mro", "pre-offline")
    lab.send(broker.update_offset(lab.masters["mro/broker-a"], "pre-offline", "pre-backlog", 0, 0))


def expect_queues(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("TOPIC_WITHOUT_GROUP", "mro/pre-unread"),
        ("NO_CONSUMER", "mro/pre-offline/pre-backlog"),
        ("DLQ_CONTENT", "mro/%DLQ%pre-narrow"),
    ]


# --- settings ---------------------------------------------------------------------------------------------

SETTINGS = {
    "mro/broker-a": {
        "messageDelayLevel": "1s 5s",
        "maxMessageSize": "8388608",
        "aclEnable": "true",
        "enablePropertyFilter": "true",
        "traceTopicEnable": "true",
    },
    "mro/broker-b": {"namesrvAddr": "198.18.0.99:9876"},
    "mdm/broker-a": {"maxMessageSize": "65536", "brokerPermission": "4"},
    "mdm/broker-b": {"autoCreateTopicEnable": "true", "fileReservedTime": "1", "namesrvAddr": "mro-ns.mq.test:9876"},
}


def plant_settings(lab: Lab) -> None:
    before = {}
    with Admin(timeout=15.0) as admin:
        for name, values in SETTINGS.items():
            config = admin.ask(broker.broker_config(lab.masters[name]))
            before[name] = {key: config[key] for key in values}
            admin.ask(broker.update_broker_config(lab.masters[name], values))
    (lab.state / "settings.json").write_text(json.dumps(before))
    # By 4.4.0's own tool: the collection has no request that changes a name server's configuration.
    lab.mqadmin(f"updateNamesrvConfig -n {lab.ns['mdm']} -k orderMessageEnable -v true")


def clear_settings(lab: Lab) -> None:
    before = json.loads((lab.state / "settings.json").read_text())
    lab.send(*(broker.update_broker_config(lab.masters[name], values) for name, values in before.items()))
    lab.mqadmin(f"updateNamesrvConfig -n {lab.ns['mdm']} -k orderMessageEnable -v false")


def expect_settings(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("DELAY_LEVELS_DIFFER", "mro/broker-a"),
        ("MAX_MESSAGE_SIZE_SMALLER", "mro/broker-a"),
        ("MAX_MESSAGE_SIZE_LARGER", "mdm/broker-a"),
        ("ACL_DIFFERS", "mro/broker-a"),
        ("FILTER_DIFFERS", "mro/broker-a"),
        ("TRACE_DIFFERS", "mro/broker-a"),
        ("AUTO_CREATE_DIFFERS", "mdm/broker-b"),
        ("RETENTION_SHORT", "mdm/broker-b"),
        ("SOURCE_PERMISSION", "mdm/broker-a"),
        ("NAMESERVER_UNLISTED", "mro/broker-b:0"),
        ("NAMESERVER_UNLISTED", "mdm/broker-b:0"),
        ("BROKER_NAMES_MEET", "broker-b"),
        ("ORDER_MESSAGE_ENABLED", f"mdm/{lab.ns['mdm']}"),
        ("ORDER_MESSAGE_DIFFERS", f"mdm/{lab.ns['mdm']}"),
    ]


# --- processes --------------------------------------------------------------------------------------------

STOPPED = ("mro-broker-a-slave", "mdm-broker-b")
PAUSED = ("mro-broker-b", "mdm-ns", "mdm-broker-a-slave")


def plant_processes(lab: Lab) -> None:
    for host in STOPPED:
        lab.docker("stop", "--time", "60", lab.container(host))
    for host in PAUSED:
        lab.docker("pause", lab.container(host))
    lab.until("the slave's end in the name server", lambda: not lab.registered("mro", "broker-a", 1))


def clear_processes(lab: Lab) -> None:
    for host in PAUSED:
        lab.docker("unpause", lab.container(host))
    for host in STOPPED:
        lab.docker("start", lab.container(host))
    for source, name, number in (("mro", "broker-a", 1), ("mdm", "broker-b", 0), ("mro", "broker-b", 0)):
        lab.until(f"{name}:{number} at {source}", lambda s=source, n=name, i=number: lab.registered(s, n, i))
    lab.until("the slave that hung", lambda: lab.answers(lab.slaves["mdm"]) and lab.registered("mdm", "broker-a", 1))


def expect_processes(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("SLAVE_UNKNOWN", "mro/broker-a:1"),
        ("BROKER_NOT_REGISTERED", f"{lab.ns['mro']}/broker-a:1"),
        ("BROKER_UNKNOWN", "mdm/broker-b"),
        ("BROKER_UNKNOWN", "mro/broker-b"),
        ("NAMESERVER_UNKNOWN", f"mdm/{lab.ns['mdm']}"),
        ("SLAVE_UNKNOWN", "mdm/broker-a:1"),
    ]


# --- routes and replication -------------------------------------------------------------------------------


def plant_routes(lab: Lab) -> None:
    # The slave is told to replicate from an address where nobody is; it reads that when it starts.
    lab.send(broker.update_broker_config(lab.slaves["mdm"], {"haMasterAddress": f"{lab.net}.99:10912"}))
    lab.docker("restart", "--time", "60", lab.container("mdm-broker-a-slave"))
    lab.topic("mdm", "pre-tail", 1)
    said = lab.mqadmin(
        f"sendMessage -n {lab.ns['mdm']} -t pre-tail -p hello -b broker-a -i 0",
        f"wipeWritePerm -n {lab.ns['mdm']} -b broker-a",
    )
    if "SEND_OK" not in said or "wipe write perm" not in said:
        sys.exit(f"mqadmin: {said}")
    lab.until("the slave", lambda: lab.answers(lab.slaves["mdm"]) and lab.registered("mdm", "broker-a", 1))
    # As a name server that was restarted and heard one increment only: it lost a topic, the brokers think it has it.
    forget = Request("DELETE_TOPIC_IN_NAMESRV", lab.ns["mro"], 216, ext={"topic": "mro-normal"}, changes=True)
    lab.send(forget)


def clear_routes(lab: Lab) -> None:
    lab.send(*(broker.update_broker_config(address, {"brokerPermission": "6"}) for address in lab.masters.values()))


def expect_routes(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("SLAVE_BEHIND", "mdm/broker-a:1"),
        ("TOPICS_NOT_ROUTED", f"{lab.ns['mro']}/broker-a"),
        ("TOPICS_NOT_ROUTED", f"{lab.ns['mro']}/broker-b"),
        ("ROUTE_PERM_DIFFERS", f"{lab.ns['mdm']}/broker-a"),
    ]


# --- clients ----------------------------------------------------------------------------------------------


def plant_clients(lab: Lab) -> None:
    for source in ("mro", "mdm"):
        lab.topic(source, f"pre-clients-{source}")
    (lab.state / "held.log").unlink(missing_ok=True)
    with open(lab.state / "held.log", "w", encoding="utf-8") as log:
        held = subprocess.Popen(
            [sys.executable, LAB / "faults/hold.py", lab.masters["mro/broker-a"], lab.masters["mdm/broker-a"], lab.net],
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    (lab.state / "held.pid").write_text(str(held.pid))
    name = lab.container("clients")
    lab.docker(
        "run", "--detach", "--name", name, "--network", f"mqops-{lab.name}", "--label", f"mqops.lab={lab.name}",
        "--no-healthcheck", "--volume", f"{LAB}/faults/Clients.java:/source/Clients.java:ro",
        "--entrypoint", "sh", JDK, "-c",
        "javac -d /tmp -cp '/opt/rocketmq/lib/*' /source/Clients.java && "
        f"exec java -Xmx96m -cp '/tmp:/opt/rocketmq/lib/*' Clients {lab.ns['mro']} {lab.ns['mdm']}",
    )  # fmt: skip
    lab.until("the clients", lambda: "ready" in lab.docker("logs", name))
    lab.until("the held clients", lambda: "held" in (lab.state / "held.log").read_text())


def clear_clients(lab: Lab) -> None:
    lab.docker("rm", "--force", "--volumes", lab.container("clients"))
    with contextlib.suppress(ProcessLookupError):
        os.kill(int((lab.state / "held.pid").read_text()), signal.SIGTERM)


def expect_clients(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("BROADCAST_GROUP", "mro/pre-broadcast"),
        ("ORDERLY_GROUP", "mro/pre-orderly"),
        ("SUBSCRIPTIONS_DIFFER", "mro/pre-differ"),
        ("MODELS_DIFFER", "mro/pre-models"),
        ("PULL_CLIENT", "mro/pre-pull"),
        ("CLIENT_OTHER_LANGUAGE", f"mro/pre-go/{lab.net}.1@go"),
        ("CLIENT_SILENT", f"mro/pre-go/{lab.net}.1@go"),
        ("CLIENT_OLD", f"mdm/pre-old/{lab.net}.1@twin"),
        ("CLIENT_ID_SHARED", f"{lab.net}.1@twin"),
        ("CLIENT_UNKNOWN_HOST", f"mro/{lab.net}.1"),
        ("TRANSACTION_GROUP_SHARED", "pre-transactions"),
        ("TRANSACTIONS_OPEN", "mro/broker-a"),
    ]


# --- inventory: made by the arguments of the module ---------------------------------------------------------


def nothing(_lab: Lab) -> None:
    """The fault is elsewhere, or needs no taking back."""


def expect_inventory(lab: Lab) -> list[tuple[str, str]]:
    return [
        ("BROKER_NOT_IN_INVENTORY", f"{lab.ns['mro']}/broker-b:0"),
        ("BROKER_ADDRESS_DIFFERS", f"{lab.ns['mdm']}/broker-a:1"),
        ("SAME_BROKER_NAME_TARGET", "mro/broker-a"),
        ("SAME_CLUSTER_NAME", "mro"),
        ("SAME_ADDRESS", lab.ns["mdm"]),
        ("DNS_SOURCE_UNKNOWN", "mro-ns.mq.test"),
        ("NAME_RESOLVES_ELSEWHERE", "mdm-ns.mq.test"),
        ("ADDRESS_UNRESOLVED", "other-ns.mq.test"),
        ("WAIVER_EXPIRED", "SLAVE_UNKNOWN mro/*"),
        ("WAIVER_UNMATCHED", "OTHER_VERSION mdm/*"),
    ]


@dataclasses.dataclass(frozen=True)
class Round:
    plant: Callable[[Lab], None]
    clear: Callable[[Lab], None]
    expect: Callable[[Lab], list[tuple[str, str]]]


ROUNDS = {
    "names": Round(plant_names, nothing, expect_names),
    "queues": Round(plant_queues, nothing, expect_queues),
    "settings": Round(plant_settings, clear_settings, expect_settings),
    "processes": Round(plant_processes, clear_processes, expect_processes),
    "routes": Round(plant_routes, clear_routes, expect_routes),
    "clients": Round(plant_clients, clear_clients, expect_clients),
    "inventory": Round(nothing, nothing, expect_inventory),
}


def main() -> None:
    lab, what, name = Lab(sys.argv[1]), sys.argv[2], sys.argv[3]
    answer = getattr(ROUNDS[name], what)(lab)
    if what == "expect":
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
