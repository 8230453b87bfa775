# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of `make bench` and `make fidelity` that decide: a comparison that cannot come out badly says nothing."""

from __future__ import annotations

import json

from ansible_collections.mqops.rocketmq.tests.benchmarks import report
from ansible_collections.mqops.rocketmq.tests.matrix.fidelity import rules, tables


def test_a_ratio_is_the_peers_figure_by_ours() -> None:
    assert report.against("x", 2.0, "peer", 10.0, "s", "once", ratio=4).met is True
    row = report.against("x", 4.0, "peer", 10.0, "s", "once", ratio=4)
    assert (row.ratio, row.met) == (2.5, False)
    assert report.at_most("x", 5.0, 5, "s", "once").met is True
    assert report.at_most("x", 5.1, 5, "s", "once").met is False


def test_the_report_holds_every_row_and_counts_what_is_missed(tmp_path, capsys) -> None:
    one = report.Report(tmp_path / "bench" / "report.json")
    one.add(report.at_most("good", 1, 2, "s", "once"), report.at_most("bad", 3, 2, "s", "once"))
    value = json.loads(one.path.read_text())
    assert [row["name"] for row in value["rows"]] == ["good", "bad"]
    assert {"name", "ours", "peer", "figure", "ratio", "unit", "how"} <= value["rows"][0].keys()
    assert [row.name for row in one.missed] == ["bad"] and "MISS" in capsys.readouterr().out


def topic(read: int, write: int, perm: int) -> dict:
    return {
        "topicName": "t", "readQueueNums": read, "writeQueueNums": write, "perm": perm, "topicFilterType": "SINGLE_TAG",
        "topicSysFlag": 0, "order": False,
    }  # fmt: skip


def test_the_rules_of_the_copy() -> None:
    group = {"groupName": "g", "retryQueueNums": 2, "retryMaxTimes": 3, **dict.fromkeys(rules.SWITCHES, False)}
    other = {**group, "retryQueueNums": 1, "retryMaxTimes": 9, "consumeBroadcastEnable": True}
    groups = rules.expected_groups([{"g": group}, {"g": other, "TOOLS_CONSUMER": {}}], {"g"})
    assert groups == {"g": {**group, "retryMaxTimes": 9, "consumeBroadcastEnable": True}}
    found = rules.expected_topics([{"t": topic(4, 2, 4)}, {"t": topic(1, 3, 2)}], {"t"}, groups, {"t"})
    assert found["t"] == {**topic(4, 3, 6), "order": True}
    assert found["%RETRY%g"]["readQueueNums"] == 2
    assert rules.expected_offsets(["t@g", "gone@g"], found, groups) == {
        "t@g": {"0": 0, "1": 0, "2": 0, "3": 0},
        "%RETRY%g@g": {"0": 0, "1": 0},
    }
    assert rules.expected_order([{"t": "a:2;b:4"}, {"t": "a:8"}, {"u": "a:1"}], found) == {"t": {"a": 8, "b": 4}}


def test_differences_name_what_lacks_what_differs_and_what_is_too_much() -> None:
    lines = rules.differences("here", {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": 4})
    assert [line.split(":")[1].strip() for line in lines] == ["b", "c", "d"]


def test_the_random_sources_hold_what_is_hard() -> None:
    sources = tables.generate(20190101)
    assert sources == tables.generate(20190101) != tables.generate(1)
    for source in sources.values():
        names = {name for table in source.topics.values() for name in table}
        plain = {name for name in names if not name.startswith("%")}
        assert len(plain) == tables.TOPICS and any("%" in name for name in plain) and any("|" in name for name in plain)
        assert max(map(len, plain)) == tables.LONGEST
        assert any(name.startswith("%DLQ%") for name in names) and source.order
        first, second = (source.topics[broker] for broker in tables.MASTERS)
        assert first.keys() - second.keys()
        assert any(first[name] != second[name] for name in first.keys() & second.keys())
        assert {topic["perm"] for topic in first.values()} >= {0, 2, 4, 5, 6, 7}
