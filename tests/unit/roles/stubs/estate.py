# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the connections of modules: two sources and a target at the stage that STAGE names.

Every process of a module makes the fake cluster anew, as nothing may change in it; what is changed all the same is
added to the file that CHANGED names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..module_utils._admin.models import TopicConfig
from ..module_utils._migration.progress.source_stage import ORDER
from .cluster import Estate, cluster

NET = "127.0.9"
NS, HUB_NS = {"mro": f"{NET}.20:9876", "mdm": f"{NET}.30:9876"}, f"{NET}.80:9876"
MASTERS = {"mro": {"broker-a": f"{NET}.21:10911"}, "mdm": {"broker-a": f"{NET}.31:10911"}}
HUBS = {"hub-a": f"{NET}.81:10911", "hub-b": f"{NET}.82:10911"}
SLAVES = {"mro": ("broker-a", f"{NET}.24:10911"), "hub": ("hub-a", f"{NET}.84:10911")}
# Where the brokers of the target register.
LISTED = ";".join([*NS.values(), HUB_NS])


def _cluster(name: str, server: str, masters: dict[str, str]) -> dict[str, Any]:
    made = cluster(name, server, masters)
    if name in SLAVES:
        broker, address = SLAVES[name]
        made["brokers"].append({"name": broker, "id": 1, "address": address})
    return made


def reached(stage: str) -> bool:
    """Whether the sources have come so far."""
    return ORDER.index(os.environ["STAGE"]) >= ORDER.index(stage)


class World(Estate):
    """The estate at its stage. Messages are written all the time while the sources take them."""

    def __init__(self) -> None:
        super().__init__(*(_cluster(name, NS[name], MASTERS[name]) for name in NS), _cluster("hub", HUB_NS, HUBS))
        hubs, sources = [*HUBS.values(), SLAVES["hub"][1]], list(self.brokers.values())
        for broker in sources:
            broker.settings.update(messageDelayLevel="1s 5s", storePathCommitLog="/store/commitlog", brokerIP2="x")
            broker.runtime["runtime"] = "[ 1 days, 0 hours, 0 minutes, 0 seconds ]"
            broker.settings["registerBrokerTimeoutMills"] = "6000"
            broker.log_end = 5000
        for name, masters in MASTERS.items():
            for address in masters.values():
                self.brokers[address].add(TopicConfig(f"{name}-orders", 2, 2, 6))
                self.brokers[address].ends[f"{name}-orders", 0] = 10
                self.brokers[address].offsets[f"{name}-orders", f"{name}-shop"] = {0: 10, 1: 0}
            slave = self.brokers.get(SLAVES.get(name, ("", ""))[1])
            if slave:
                slave.offsets = self.brokers[MASTERS[name]["broker-a"]].offsets
        joined = reached("joined")
        for address in (HUB_NS, *hubs):
            self.peer(address).down = not joined
        for address in hubs:
            self.brokers[address].settings["namesrvAddr"] = LISTED if joined else HUB_NS
            self.brokers[address].perm = 6 if reached("open") else 4
            for name in NS:
                self.brokers[address].add(TopicConfig(f"{name}-orders", 2, 2, 6))
        perm = 0 if reached("closed") else 4 if reached("frozen") else 6
        for name, masters in MASTERS.items():
            where = [*masters.values(), *(HUBS.values() if joined else ())]
            self.connect(f"{name}-shop", [f"{name}-1"], where, [f"{name}-orders"])
            for address in masters.values():
                self.brokers[address].perm = perm
        self.publish_all()
        for name in NS:
            if reached("stopped"):
                for address in (*MASTERS[name].values(), SLAVES.get(name, ("", ""))[1]):
                    if address:
                        self.brokers[address].down = True
                        self.forget(NS[name], "broker-a")
            self.servers[NS[name]].down = reached("done")

    def client(self, **_options: Any) -> World:
        super().client()
        return self

    def answer(self, request: Any) -> Any:
        if request.changes:
            with Path(os.environ["CHANGED"]).open("a") as log:
                log.write(f"{request}\n")
        return super().answer(request)
