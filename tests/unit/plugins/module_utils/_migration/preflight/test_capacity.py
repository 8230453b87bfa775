# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    ClusterSpec,
    SubscriptionGroup,
    TopicConfig,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.release import FRAME_LIMIT
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight import capacity
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.capacity import (
    judge,
    measure,
    stored,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.merge import MergedTables
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.seed import broker_files

TARGET = ClusterSpec(
    "hub",
    ("198.18.50.80:9876",),
    (BrokerSpec("hub-a", 0, "198.18.50.81:10911"), BrokerSpec("hub-b", 0, "198.18.50.82:10911")),
)


def merged(topics: int, groups: int = 0, queues: int = 8) -> MergedTables:
    """Half of the topics are retry topics, as in a real estate, so names have 17 and 24 characters."""
    names = [f"topic-{number:011d}" for number in range(topics - topics // 2)]
    names += [f"%RETRY%group-{number:011d}" for number in range(topics // 2)]
    rows = {name: TopicConfig(name, queues, queues, 6) for name in names}
    subscribed = {f"group-{number:011d}": SubscriptionGroup(f"group-{number:011d}") for number in range(groups)}
    pairs = frozenset((group, names[0]) for group in subscribed)
    return MergedTables(rows, subscribed, {}, {}, {}, pairs)


def test_size_of_the_table_is_what_real_brokers_wrote() -> None:
    # Seen: 98,007 topics made a body of 16,563,144 bytes and 104,007 a registration of 17,577,306. Names had 17 to 26.
    for topics, length in ((98_007, 16_563_144), (104_007, 17_577_306)):
        assert measure(merged(topics), TARGET).registration == pytest.approx(length, rel=0.02)


def test_sizes_are_those_of_the_tables_themselves() -> None:
    table = merged(40, 20, 3)
    files = broker_files(table, 1)
    size = measure(table, TARGET)
    own = capacity.registration_bytes([], "hub", ["hub-a"])
    assert size.registration - own == pytest.approx(
        len(json.dumps(json.loads(files["topics.json"])["topicConfigTable"], separators=(",", ":"))), abs=4
    )
    table_text = json.dumps(
        json.loads(files["subscriptionGroup.json"])["subscriptionGroupTable"], separators=(",", ":")
    )
    assert size.groups_reply - measure(merged(0), TARGET).groups_reply == pytest.approx(len(table_text), abs=4)
    assert size.offsets_reply - 512 == pytest.approx(len(files["consumerOffset.json"]), abs=40)
    assert size.queues == 120


def test_names_count_by_their_bytes() -> None:
    plain = capacity.registration_bytes([TopicConfig("x" * 30, 8, 8, 6)], "hub", [])
    wide = capacity.registration_bytes([TopicConfig("ü" * 30, 8, 8, 6)], "hub", [])
    assert wide - plain == 60


def test_too_many_topics_are_refused_with_the_size_of_the_frame() -> None:
    size = measure(merged(105_000), TARGET)
    (reason,) = judge(size, TARGET)
    assert (reason.code, reason.subject, reason.severity) == ("TABLE_TOO_LARGE", "hub", "blocking")
    assert reason.evidence == {"bytes": size.registration, "limit": FRAME_LIMIT, "topics": 105_000}


def test_what_fits_passes_with_its_cost() -> None:
    size = measure(merged(70_000), TARGET, volume=10**12)
    (reason,) = judge(size, TARGET)
    assert (reason.code, reason.severity) == ("TARGET_CAPACITY", "notice")
    # Seen: 587 ms wall and 610 ms CPU for one creation on a broker with 70,000 topics.
    assert size.creation_ms[0] < 610 <= size.creation_ms[1] + 5
    assert reason.evidence["registration"] == f"{size.registration} bytes, 71% of the frame"
    assert reason.evidence["disk per master"] == "500000000000 bytes"


def test_creating_one_by_one_costs_what_was_extrapolated() -> None:
    # 10,000 topics with their retry topics and groups: about 17 and 8 minutes of a broker's CPU.
    low, high = measure(merged(20_000, 10_000), TARGET).one_by_one_ms
    assert low < 25 * 60_000 < high


@pytest.mark.parametrize(
    ("changes", "request_name"),
    [
        ({"groups_reply": FRAME_LIMIT + 1}, "GET_ALL_SUBSCRIPTIONGROUP_CONFIG"),
        ({"offsets_reply": FRAME_LIMIT + 1}, "GET_ALL_CONSUMER_OFFSET"),
    ],
)
def test_answers_that_no_slave_could_read_are_named(changes, request_name) -> None:
    size = dataclasses.replace(measure(merged(10, 10), TARGET), **changes)
    assert [f"{reason.code} {reason.subject}" for reason in judge(size, TARGET)] == [
        f"REPLY_TOO_LARGE hub/{request_name}",
        "TARGET_CAPACITY hub",
    ]
    fits = dataclasses.replace(size, **dict.fromkeys(changes, FRAME_LIMIT))
    assert [reason.code for reason in judge(fits, TARGET)] == ["TARGET_CAPACITY"]


def snapshot(*runtimes):
    masters = [BrokerSpec(f"b{number}", 0, f"198.18.50.{number}:10911") for number in range(len(runtimes))]
    views = {spec.address: SimpleNamespace(runtime=runtime) for spec, runtime in zip(masters, runtimes, strict=True)}
    return SimpleNamespace(spec=ClusterSpec("mro", (), tuple(masters)), brokers=views)


def test_what_is_stored_is_the_sum_over_the_masters_and_unknown_when_one_does_not_tell() -> None:
    told = {"commitLogMaxOffset": "1000", "commitLogMinOffset": "400"}
    # An empty store says -1.
    empty = {"commitLogMaxOffset": "0", "commitLogMinOffset": "-1"}
    assert stored([snapshot(told, empty), snapshot(told)]) == 1200
    for silent in (Unknown("no answer"), None, {}, {"commitLogMaxOffset": "x", "commitLogMinOffset": "0"}):
        assert stored([snapshot(told, silent)]) is None
