# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_seed: the files that the masters of a new cluster start with, from the tables of its sources."""

from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting import fastjson


@pytest.fixture
def seed(run, sides, tmp_path):
    return lambda **more: run(
        "rocketmq_seed", **{"sources": [sides.spec("c")], "target": sides.spec("d"), "directory": str(tmp_path), **more}
    )


def written(directory):
    return {str(path.relative_to(directory)): fastjson.loads(path.read_bytes()) for path in directory.rglob("*.json")}


def test_files_are_written_once_for_each_master_and_for_the_name_servers(seed, sides, tmp_path) -> None:
    sides.servers["n:1"].order["orders"] = "a:4"
    planned = seed(check=True)
    assert planned["changed"] and written(tmp_path) == {}
    done = seed()
    assert not done["failed"], done["msg"]
    assert (done["written"], done["diff"]) == (planned["written"], planned["diff"])
    found = written(tmp_path)
    assert set(found) == {
        *(f"hub-{letter}/{name}.json" for letter in "ab" for name in ("topics", "subscriptionGroup", "consumerOffset")),
        "nameserver/kvConfig.json",
    }
    assert sorted(str(tmp_path / name) for name in found) == done["files"]
    assert found["hub-a/topics.json"] == found["hub-b/topics.json"]
    table = found["hub-a/topics.json"]["topicConfigTable"]
    assert {name: (row["readQueueNums"], row["perm"]) for name, row in table.items()} == {
        "orders": (4, 6), "audit": (2, 6), "%RETRY%billing": (2, 6),
    }  # fmt: skip
    assert found["hub-a/subscriptionGroup.json"]["subscriptionGroupTable"]["billing"]["retryQueueNums"] == 2
    # Offset 0, whatever the source has.
    assert found["hub-a/consumerOffset.json"]["offsetTable"]["orders@billing"] == dict.fromkeys(range(4), 0)
    assert "orders" in found["nameserver/kvConfig.json"]["configTable"]["ORDER_TOPIC_CONFIG"]
    assert (done["topics"], done["groups"]) == (3, 1)
    assert done["offsets"] == len(found["hub-a/consumerOffset.json"]["offsetTable"])
    assert not seed()["changed"] and sides.audit == []


def test_only_what_is_no_longer_right_is_written_again(seed, sides, tmp_path) -> None:
    seed()
    (tmp_path / "hub-b" / "topics.json").write_text("{")
    assert seed()["written"] == [str(tmp_path / "hub-b" / "topics.json")]
    sides.brokers["h:1"].add(TopicConfig("born", 1, 1, 6))
    assert seed()["written"] == [str(tmp_path / hub / "topics.json") for hub in ("hub-a", "hub-b")]


def test_half_a_picture_is_not_written(seed, sides, tmp_path) -> None:
    sides.silent.add(("GET_ALL_CONSUMER_OFFSET", "h:1"))
    result = seed()
    assert result["failed"] and not result["changed"] and written(tmp_path) == {}
    assert "did not answer completely, nothing was written: " in result["msg"] and "h:1" in result["unanswered"][0]


def test_nothing_to_seed_from_or_for(seed, sides, tmp_path) -> None:
    assert "sources is empty" in seed(sources=[])["msg"]
    assert "target needs its list of brokers" in seed(target={"name": "d", "nameservers": ["n:8"]})["msg"]
    for name in ("orders", "audit"):
        del sides.brokers["h:1"].topics[name]
    sides.brokers["h:1"].groups.clear()
    assert "no topic and no group of their own" in seed()["msg"]
    assert written(tmp_path) == {}
