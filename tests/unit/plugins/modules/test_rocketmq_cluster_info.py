# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_cluster_info: nothing is left out, nothing unknown is hidden."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerView,
    ClusterInfo,
    ClusterSnapshot,
    ClusterSpec,
    DataVersion,
    NameServerView,
    QueueRange,
    TopicConfig,
    TopicTable,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import cluster_info


@pytest.fixture
def run(run, estate):
    """Runs on the clusters of the estate where a test gives no others."""
    return lambda module, **options: run(module, **{"clusters": estate.clusters, **options})


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the next snapshot says: keyword arguments of BrokerView; and the parts that were asked for."""
    state: dict[str, Any] = {"view": {}, "server": NameServerView(ClusterInfo({}, {}), frozenset({"t"}), {})}

    def take(_admin: Any, spec: ClusterSpec, parts: frozenset[str]) -> ClusterSnapshot:
        state["parts"] = parts
        return ClusterSnapshot(
            spec,
            {"n:1": state["server"]},
            {broker.address: BrokerView(broker, **state["view"]) for broker in spec.brokers[:1]},
        )

    monkeypatch.setattr(cluster_info, "take", take)
    return state


def test_tables_are_unwrapped_and_offsets_nested(run, taken):
    taken["view"] = {
        "config": {"brokerName": "a"},
        "topics": TopicTable(DataVersion(1, 1), {"t": TopicConfig("t", 1, 2, 6)}),
        "offsets": {("t", "g"): {0: 5}},
        "stats": {"t": {0: QueueRange(1, 9, 7)}},
    }
    result = run("rocketmq_cluster_info", gather=["topics", "offsets"])
    assert not result["changed"] and result["unknown"] == []
    assert taken["parts"] == {"topics", "offsets"}
    broker = result["clusters"][0]["brokers"]["h:1"]
    assert (broker["name"], broker["id"], broker["groups"]) == ("a", 0, None)
    assert broker["topics"]["t"]["write_queues"] == 2
    assert broker["offsets"] == {"g": {"t": {"0": 5}}}
    assert broker["stats"]["t"]["0"] == {"min": 1, "max": 9, "updated_ms": 7}
    assert result["clusters"][0]["nameservers"]["n:1"]["topic_list"] == ["t"]


def test_what_did_not_answer_is_named(run, taken):
    taken["view"] = {"config": {}, "topics": Unknown("silent"), "stats": {"t": Unknown("late")}}
    result = run("rocketmq_cluster_info")
    assert result["unknown"] == ["c: a h:1 topics: silent", "c: a h:1 stats t: late"]
    assert result["clusters"][0]["brokers"]["h:1"]["topics"] == {"unknown": "silent"}


def test_nobody_answered(run, taken):
    taken["server"] = NameServerView(Unknown("gone"), Unknown("gone"), Unknown("gone"))
    taken["view"] = {"config": Unknown("gone")}
    result = run("rocketmq_cluster_info", gather=["config"])
    assert result["failed"] and "no broker and no name server of cluster c answered" in result["msg"]
    assert "name server n:1 cluster_info: gone" in result["msg"]
    silent = run("rocketmq_cluster_info", gather=["config"], must_answer=False)
    assert not silent.get("failed")
    assert any("name server n:1 cluster_info: gone" in text for text in silent["unknown"])
