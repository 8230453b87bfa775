# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of name servers with which running brokers start the next time (private)."""

from __future__ import annotations

from .._admin.broker import broker_config, update_broker_config
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._migration.machines.settings import NAME_SERVERS, same
from .._migration.progress.address_lists import text_of
from .._migration.tables import changes
from .changes import answers_of, finish_changes
from .errors import ArgumentError
from .task import Outcome, Task


def run(task: Task, *, cluster: ClusterSpec, nameservers: list[str]) -> Outcome:
    try:
        wanted = text_of(nameservers)
    except ValueError as error:
        raise ArgumentError(f"nameservers: {error}") from error
    if not cluster.brokers:
        raise ArgumentError(f"{cluster.name} has no brokers: there is nothing to change")
    configs = answers_of(
        task, {broker: broker_config(broker.address) for broker in cluster.brokers},
        f"nothing was changed, for not all brokers of {cluster.name} answer",
    )  # fmt: skip
    rows = {
        broker.address: changes.entry(
            "broker", NAME_SERVERS, cluster.name, broker.address, config.get(NAME_SERVERS), wanted, broker=broker.name
        )
        for broker, config in configs.items()
        if not same(config.get(NAME_SERVERS), wanted)
    }
    if rows and not task.check_mode:
        values = {NAME_SERVERS: wanted}
        sent = task.admin.ask_all(update_broker_config(address, values) for address in rows)
        seen = task.admin.ask_all(broker_config(address) for address in rows)
        for row, answer, config in zip(rows.values(), sent, seen, strict=True):
            # Without an answer it may have been applied all the same: what is read back tells.
            why = None
            if isinstance(config, AdminError):
                why = str(config)
            elif config.get(NAME_SERVERS) != wanted:
                why = str(answer) if isinstance(answer, AdminError) else f"it shows {config.get(NAME_SERVERS)!r}"
            changes.finish(row, why)
    return finish_changes(task, list(rows.values()), [])
