# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which queues have to be looked at before an offset of 0 may be stored."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    BrokerView,
    ClusterSnapshot,
    ClusterSpec,
    TopicConfig,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.merge import MergedTables
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.missing import (
    MasterWork,
    Offset,
    offset_batches,
    without_offset,
)

MASTER = BrokerSpec("hub-a", 0, "198.18.10.81:10911")
MERGED = MergedTables(
    topics={"orders": TopicConfig("orders", 3, 2, 6), "bills": TopicConfig("bills", 1, 1, 6)},
    groups={},
    order={},
    topic_origins={},
    group_origins={},
    pairs=frozenset({("readers", "orders"), ("readers", "bills")}),
)


def target(offsets: object) -> ClusterSnapshot:
    view = BrokerView(MASTER, offsets=offsets)
    return ClusterSnapshot(ClusterSpec("hub", (), (MASTER,)), brokers={MASTER.address: view})


def test_nothing_has_to_be_known_where_every_queue_has_its_offset() -> None:
    stored = {("orders", "readers"): {0: 0, 1: 7, 2: 0, 5: 1}, ("bills", "readers"): {0: 0}}
    assert without_offset(MERGED, target(stored)) == {MASTER.address: set()}


def test_one_queue_without_an_offset_is_enough() -> None:
    # Queue 2 is read and not written: it needs an offset as well.
    stored = {("orders", "readers"): {0: 0, 1: 0}, ("bills", "readers"): {0: 0}}
    assert without_offset(MERGED, target(stored)) == {MASTER.address: {"orders"}}


def test_everything_has_to_be_known_where_no_offset_is() -> None:
    assert without_offset(MERGED, target({})) == {MASTER.address: {"orders", "bills"}}
    assert without_offset(MERGED, target(Unknown("silent"))) == {MASTER.address: {"orders", "bills"}}


def test_the_first_offset_of_a_pair_is_answered_before_the_others_are_sent() -> None:
    rows = [Offset(group, topic, queue) for group in ("g", "h") for topic in ("t", "u") for queue in range(3)]
    masters = [MasterWork(name, f"{name}:10911", offsets=list(rows)) for name in ("a", "b")]
    batches = list(offset_batches(masters, 5))
    assert sorted((m.name, str(item)) for batch in batches for m, item in batch) == sorted(
        (name, str(item)) for name in ("a", "b") for item in rows
    )
    begun: set[tuple] = set()
    for batch in batches:
        pairs = [(master.name, item.group, item.topic) for master, item in batch]
        assert len(batch) <= 5 and all(pair in begun or pairs.count(pair) == 1 for pair in pairs)
        begun.update(pairs)
