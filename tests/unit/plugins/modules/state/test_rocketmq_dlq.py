# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message, PullResult, QueueRange


@pytest.fixture
def letters(seeded, monkeypatch):
    """Three dead letters on master a, none on b. The estate gives them to whoever may read, and takes sends."""
    state = {"low": 2, "end": 5, "sent": [], "refuse": set(), "perms": []}

    def stats(broker, request):
        if request.ext["topic"] == "%DLQ%g" and broker.name == "a":
            return {0: QueueRange(state["low"], state["end"])}
        return {0: QueueRange(0, 0)}

    def pull(broker, request):
        perm = broker.topics["%DLQ%g"].perm
        state["perms"].append(perm)
        if not perm & 4 or broker.perm == 0:
            return AdminError(request.name, request.address, 16, "pulling message is forbidden")
        start, count = int(request.ext["queueOffset"]), min(int(request.ext["maxMsgNums"]), 2)
        found = tuple(
            Message(
                "%DLQ%g",
                0,
                offset,
                offset * 100,
                f"body {offset}".encode(),
                {"RETRY_TOPIC": "orders"},
                1,
                2,
                "h:9",
                "h:1",
            )
            for offset in range(start, min(start + count, state["end"]))
        )
        return PullResult("FOUND" if found else "NO_NEW", found, start + len(found), state["low"], state["end"])

    def send(broker, request):
        body = request.body.decode()
        if body in state["refuse"]:
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        state["sent"].append((broker.name, request.ext["b"], body))
        return len(state["sent"])

    for name, answer in (("get_topic_stats_info", stats), ("pull_message", pull), ("send_message_v2", send)):
        monkeypatch.setattr(seeded, name, answer, raising=False)
    return state


def perms(estate):
    return {broker.topics["%DLQ%g"].perm for broker in estate.brokers.values()}


def test_exported_once_and_the_permission_is_taken_back(run, seeded, letters, tmp_path) -> None:
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert not result["failed"], result["msg"]
    assert result["changed"]
    assert [(row["cluster"], row["group"], row["messages"]) for row in result["letters"]] == [("c", "g", 3)]
    lines = (tmp_path / "c" / "g.jsonl").read_text().splitlines()
    assert [json.loads(line)["offset"] for line in lines] == [2, 3, 4]
    assert (tmp_path / "c" / "g.jsonl").stat().st_mode & 0o077 == 0
    assert set(letters["perms"]) == {6}
    assert perms(seeded) == {2}
    again = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert not again["changed"]
    assert seeded.audit == []
    # What was exported stays when the broker has deleted it, and what is new is added.
    letters.update(low=4, end=6)
    assert run("rocketmq_dlq", state="exported", directory=str(tmp_path))["changed"]
    assert len((tmp_path / "c" / "g.jsonl").read_text().splitlines()) == 4


def test_check_mode_reads_and_writes_nothing(run, seeded, letters, tmp_path) -> None:
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path), _ansible_check_mode=True)
    assert result["changed"]
    assert not letters["perms"]
    assert seeded.audit == []
    assert list(tmp_path.iterdir()) == []


def test_a_broker_that_refuses_leaves_no_file_and_its_permission_as_it_was(run, seeded, letters, tmp_path) -> None:
    seeded.brokers["h:1"].perm = 0
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert result["failed"]
    assert "pulling message is forbidden" in result["msg"]
    assert not list(tmp_path.rglob("*.jsonl"))
    assert perms(seeded) == {2}


def test_a_queue_that_tells_less_than_it_holds_is_an_error(run, letters, tmp_path, seeded) -> None:
    pull = seeded.pull_message
    seeded.pull_message = lambda broker, request: (
        PullResult("NO_NEW", (), 4, 2, 5) if request.ext["queueOffset"] == "4" else pull(broker, request)
    )
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert "NO_NEW at 4, expected messages to 5" in result["msg"]
    assert not list(tmp_path.rglob("*.jsonl"))


def test_sent_again_once_each_and_resumed_where_it_failed(run, letters, tmp_path) -> None:
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    letters["refuse"] = {"body 3"}
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert result["failed"]
    assert "c/g: 2 of 3 were not sent: " in result["msg"]
    assert result["changed"]
    letters["refuse"] = set()
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert (result["failed"], result["letters"][0]["sent"]) == (False, 2)
    assert sorted(body for _broker, _topic, body in letters["sent"]) == ["body 2", "body 3", "body 4"]
    assert {topic for _broker, topic, _body in letters["sent"]} == {"%RETRY%g"}
    assert not run("rocketmq_dlq", state="resent", directory=str(tmp_path))["changed"]


def test_bad_input_changes_nothing(run, seeded, letters, tmp_path) -> None:
    for options, words in (
        ({"state": "exported", "groups": ["g", "nobody*"]}, "matches nobody*"),
        ({"state": "exported", "sources": ["c"]}, "sources is for state=resent"),
        ({"state": "resent", "sources": ["mars"]}, "no dead letters of mars"),
        ({"state": "resent", "groups": ["nobody"]}, "matches nobody"),
    ):
        result = run("rocketmq_dlq", directory=str(tmp_path), **options)
        assert result["failed"]
        assert words in result["msg"]
        assert seeded.audit == []
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "g.jsonl").write_text("{}\n")
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert "line 1, is not an exported message" in result["msg"]
    assert not letters["sent"]
