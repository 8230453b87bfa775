# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the chains of the cut-over share: phases in their order, the order table, an inventory that lacks a group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from ansible_collections.mqops.rocketmq.tests.lab.driver.chain import Chain

JOIN = ("phase_30_deploy", "phase_40_copy_metadata", "phase_50_open_target")
LEAVE = (
    "phase_60_freeze_source", "phase_65_drain_source", "phase_70_close_source", "phase_75_switch_dns",
    "phase_80_stop_brokers", "phase_85_release_clients", "phase_90_finalize", "phase_95_decommission",
)  # fmt: skip
UNCHECKED = "{}-broker-a: ended before a last check of the store was recorded"
ADDRESSES = "hub-ns-addresses"  # the container of the address server
ORDERED = ("mro-ordered", "mro-normal")  # what the order table lists where a chain wants one


class Cutover(Chain):
    """A chain that begins with a plan for a source whose topics may be in the order table."""

    def begin(self, ordered: str = "") -> None:
        """``ordered``: two topics are in the order table; "obeyed": the name servers hand it out, too."""
        self.bring_up_business()
        if ordered:
            self.order_by_table(obeyed=ordered == "obeyed")
        self.confirm = self.preflight()

    def order_by_table(self, *, obeyed: bool) -> None:
        """Brokers without write permission refuse the listed topics; producers who obey it look at no permission."""
        server = ("-n", "mro-ns.mq.test:9876")
        for topic in ORDERED:
            self.mqadmin("updateOrderConf", *server, "-t", topic, "-v", "broker-a:4", "-m", "put")
        waived = [("ORDERED_TOPIC", f"mro/{topic}") for topic in ORDERED]
        if obeyed:
            self.mqadmin("updateNamesrvConfig", *server, "-k", "orderMessageEnable", "-v", "true")
            self.more["rocketmq_nameserver_options"] = {"orderMessageEnable": "true"}
            waived.append(("ORDER_MESSAGE_ENABLED", "mro/*"))
        self.more["rocketmq_migration_waivers"] = [
            {"code": code, "subject": subject, "reason": "known to the owners"} for code, subject in waived
        ]

    @contextmanager
    def without_in_the_inventory(self, group: str) -> Iterator[None]:
        """A group is out of the inventory with its machines, as of a source that is gone."""
        file = self.inventory / "hosts.yml"
        before = file.read_text()
        known = yaml.safe_load(before)["all"]
        for host in known["children"].pop(group)["hosts"]:
            del known["hosts"][host]
        known["children"]["sources"]["children"].pop(group, None)
        file.write_text(yaml.safe_dump({"all": known}, sort_keys=False))
        try:
            yield
        finally:
            file.write_text(before)
