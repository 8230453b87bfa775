# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from ansible.module_utils import basic

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    Message,
    PullResult,
    QueueRange,
    TopicConfig,
)


@pytest.fixture
def run(run, estate):
    """Runs on the clusters of the estate where a test gives no others."""
    return lambda module, **options: run(module, **{"clusters": estate.clusters, **options})


@pytest.fixture
def letters(seeded, monkeypatch):
    """Three dead letters on master a, none on b. The estate gives them to a client that may read, and takes sends."""
    state = {"low": 2, "end": 5, "sent": [], "refuse": set(), "perms": [], "groups": {"g"}}

    def stats(broker, request):
        if request.ext["topic"].removeprefix("%DLQ%") in state["groups"] and broker.name == "a":
            return {0: QueueRange(state["low"], state["end"])}
        return {0: QueueRange(0, 0)}

    def pull(broker, request):
        topic = request.ext["topic"]
        perm = broker.topics[topic].perm
        state["perms"].append(perm)
        if not perm & 4 or broker.perm == 0:
            return AdminError(request.name, request.address, 16, "pulling message is forbidden")
        start, count = int(request.ext["queueOffset"]), min(int(request.ext["maxMsgNums"]), 2)
        found = tuple(
            Message(
                topic,
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


def hostile(seeded, letters, *groups):
    """Dead letters of groups with these names as well; 4.4.0 refuses no name."""
    for group in groups:
        seeded.add(TopicConfig(f"%DLQ%{group}", 1, 1, 2), TopicConfig(f"%RETRY%{group}", 1, 1, 6))
    letters["groups"] |= set(groups)


def all_below(path):
    return {str(one.relative_to(path)) for one in path.rglob("*")}


def perms(estate):
    return {broker.topics["%DLQ%g"].perm for broker in estate.brokers.values()}


def test_exported_once_and_the_permission_is_taken_back(run, seeded, letters, tmp_path) -> None:
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert not result["failed"], result["msg"]
    assert result["changed"]
    assert [(row["cluster"], row["group"], row["messages"]) for row in result["letters"]] == [("c", "g", 3)]
    file = Path(result["letters"][0]["file"])
    assert (file.parent.parent, file.parent.name[:2], file.name[:2], file.suffix) == (tmp_path, "c-", "g-", ".jsonl")
    assert [json.loads(line)["offset"] for line in file.read_text().splitlines()] == [2, 3, 4]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert set(letters["perms"]) == {6}
    assert perms(seeded) == {2}
    again = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert not again["changed"]
    assert seeded.audit == []
    # What was exported stays when the broker has deleted it, and what is new is added.
    letters.update(low=4, end=6)
    assert run("rocketmq_dlq", state="exported", directory=str(tmp_path))["changed"]
    assert [json.loads(line)["offset"] for line in file.read_text().splitlines()] == [2, 3, 4, 5]
    # Only what is new was read again.
    assert len(letters["perms"]) == 3
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_check_mode_reads_and_writes_nothing(run, seeded, letters, tmp_path) -> None:
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path), check=True)
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
    (tmp_path / "any").mkdir()
    for text, words in (
        ("{}\n", "line 1, is not an exported message"),
        ("", "any/foreign.jsonl holds no message"),
    ):
        (tmp_path / "any" / "foreign.jsonl").write_text(text)
        result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
        assert result["failed"]
        assert words in result["msg"]
        assert "Move this file to another directory" in result["msg"]
        assert not letters["sent"]


NAMES = (
    "..", ".", "../../../outside", "/abs/outside", "a/b", "nul\0", "two\nlines", "100%", "%2e%2e", "größe", "G",
    "-rf", "x" * 127, "\x1b[2Jred",
)  # fmt: skip


def test_no_name_of_a_group_leads_out_of_the_directory(run, seeded, letters, tmp_path) -> None:
    hostile(seeded, letters, *NAMES)
    directory = tmp_path / "deep" / "letters"
    result = run("rocketmq_dlq", state="exported", directory=str(directory))
    assert not result["failed"], result["msg"]
    assert {row["group"] for row in result["letters"]} == {"g", *NAMES}
    files = {row["file"] for row in result["letters"]}
    assert {str(path) for path in directory.glob("*/*")} == files
    assert (len(files), len(all_below(tmp_path))) == (len(NAMES) + 1, len(NAMES) + 4)
    assert all((tmp_path / path).stat().st_mode & 0o077 == 0 for path in all_below(tmp_path))
    assert not run("rocketmq_dlq", state="exported", directory=str(directory))["changed"]
    # All of them are found, sent once, and noted.
    result = run("rocketmq_dlq", state="resent", directory=str(directory))
    assert not result["failed"], result["msg"]
    assert {(row["group"], row["sent"], row["file"]) for row in result["letters"]} == {
        (row["group"], 3, row["file"]) for row in result["letters"] if row["file"] in files
    }
    assert {topic for _broker, topic, _body in letters["sent"]} == {f"%RETRY%{name}" for name in ("g", *NAMES)}
    assert not run("rocketmq_dlq", state="resent", directory=str(directory))["changed"]


def test_a_topic_without_a_group_is_told_and_the_others_are_exported(run, seeded, letters, tmp_path) -> None:
    hostile(seeded, letters, "")
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert "%DLQ% names no group, so nothing was exported of its 3 messages" in result["msg"]
    assert [(row["group"], row["error"] is None) for row in result["letters"]] == [("", False), ("g", True)]
    assert len(list(tmp_path.glob("*/*.jsonl"))) == 1


def test_a_group_is_named_without_what_a_terminal_obeys(run, seeded, letters, tmp_path) -> None:
    hostile(seeded, letters, "\x1b[2Jred")
    seeded.brokers["h:1"].perm = 0
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert "c/'\\x1b[2Jred': " in result["msg"]


def test_links_are_refused_and_nothing_is_written(run, seeded, letters, tmp_path) -> None:
    outside, directory = tmp_path / "outside", tmp_path / "letters"
    outside.mkdir()
    run("rocketmq_dlq", state="exported", directory=str(directory))
    (file,) = directory.glob("*/*.jsonl")
    folder = file.parent
    victim = outside / "victim"
    victim.write_text("mine\n")

    def refused(path, **options):
        before = all_below(tmp_path)
        for state in ("exported", "resent"):
            result = run("rocketmq_dlq", state=state, directory=str(directory), **options)
            assert result["failed"]
            assert f"{path} is a symbolic link" in result["msg"]
        assert (all_below(tmp_path), victim.read_text(), letters["sent"]) == (before, "mine\n", [])
        assert perms(seeded) == {2}

    letters["end"] = 6  # something to write
    file.unlink()
    file.symlink_to(victim)
    refused(file)
    file.unlink()
    folder.rmdir()
    folder.symlink_to(outside)
    refused(folder)
    folder.unlink()
    directory.rmdir()
    directory.symlink_to(outside)
    refused(directory)


def test_a_named_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(run, letters, tmp_path) -> None:
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    (file,) = tmp_path.glob("*/*.jsonl")
    file.unlink()
    os.mkfifo(file)
    for state in ("exported", "resent"):
        assert f"{file} is no plain file" in run("rocketmq_dlq", state=state, directory=str(tmp_path))["msg"]


def test_a_link_in_the_place_of_the_notes_is_refused(run, letters, tmp_path) -> None:
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    (file,) = tmp_path.glob("*/*.jsonl")
    file.with_suffix(".sent").symlink_to(tmp_path / "victim")
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert f"{file.with_suffix('.sent')} is a symbolic link" in result["msg"]
    assert not letters["sent"]
    assert not (tmp_path / "victim").exists()


def test_an_absurd_end_costs_no_memory(run, letters, tmp_path, seeded) -> None:
    letters["end"] = 10**12
    pull = seeded.pull_message
    seeded.pull_message = lambda broker, request: (
        PullResult("NO_NEW", (), 9, 2, 10**12) if int(request.ext["queueOffset"]) > 8 else pull(broker, request)
    )
    tracemalloc.start()
    try:
        result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert f"expected messages to {10**12}" in result["msg"]
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize("change", [{"offset": 7}, {"queue": 1}, {"topic": "%DLQ%other"}])
def test_a_broker_that_answers_with_other_messages_is_not_believed(run, letters, tmp_path, seeded, change) -> None:
    pull = seeded.pull_message

    def lying(broker, request):
        result = pull(broker, request)
        return replace(result, messages=tuple(replace(one, **change) for one in result.messages))

    seeded.pull_message = lying
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert "%DLQ%g queue 0 at h:1: expected message 2, got " in result["msg"]
    assert not list(tmp_path.rglob("*.*"))
    assert perms(seeded) == {2}


def test_more_than_was_asked_for_is_left_for_the_next_export(run, letters, tmp_path, seeded) -> None:
    pull = seeded.pull_message

    def generous(broker, request):
        letters["end"], request.ext["maxMsgNums"] = 9, "99"
        found = pull(broker, request)
        more = tuple(replace(found.messages[-1], offset=found.next + number) for number in range(5))
        return replace(found, messages=(*found.messages, *more))

    seeded.pull_message = generous
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    (file,) = tmp_path.glob("*/*.jsonl")
    assert [json.loads(line)["offset"] for line in file.read_text().splitlines()] == [2, 3, 4]


def test_each_line_of_each_file_is_read_before_anything_is_sent(run, seeded, letters, tmp_path) -> None:
    hostile(seeded, letters, "h")
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    with max(tmp_path.glob("*/*.jsonl")).open("a") as out:
        out.write("cut of")
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert "line 4, is not an exported message" in result["msg"]
    assert not letters["sent"]


def test_queues_of_the_retry_topic_are_counted_and_not_listed(run, letters, tmp_path, seeded) -> None:
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    for broker in seeded.brokers.values():
        broker.topics["%RETRY%g"] = TopicConfig("%RETRY%g", 2**31 - 1, 2**31 - 1, 6)
    sent = []
    seeded.send_message_v2 = lambda broker, request: sent.append((broker.name, request.ext["e"])) or 1
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert not result["failed"], result["msg"]
    assert sent == [("a", "0"), ("b", "0"), ("a", "1")]


def test_what_the_first_form_of_the_module_wrote_is_continued_and_sent(run, letters, tmp_path) -> None:
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    (file,) = tmp_path.glob("*/*.jsonl")
    (tmp_path / "c").mkdir()
    earlier = file.rename(tmp_path / "c" / "g.jsonl")
    earlier.with_suffix(".sent").write_text("c/a/%DLQ%g/0/3\n")
    letters["end"] = 6
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert [(row["file"], row["changed"]) for row in result["letters"]] == [(str(earlier), True)]
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert [row["sent"] for row in result["letters"]] == [3]
    assert [body for _broker, _topic, body in letters["sent"]] == ["body 2", "body 4", "body 5"]


def test_two_files_of_one_group_are_refused(run, letters, tmp_path) -> None:
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    (file,) = tmp_path.glob("*/*.jsonl")
    file.with_name("copy.jsonl").write_text(file.read_text())
    result = run("rocketmq_dlq", state="resent", directory=str(tmp_path))
    assert f"{file.with_name('copy.jsonl')} and {file} both hold dead letters of c/g" in result["msg"]
    assert not letters["sent"]


def test_a_directory_below_that_of_a_cluster_is_not_passed_in_silence(run, letters, tmp_path, monkeypatch) -> None:
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _self, text: warnings.append(text))
    (tmp_path / "c" / "a").mkdir(parents=True)
    (tmp_path / "phases.jsonl").write_text("{}\n")  # files lie in directories of clusters
    assert not run("rocketmq_dlq", state="resent", directory=str(tmp_path))["failed"]
    assert warnings == [f"{tmp_path / 'c' / 'a'} is a directory; dead letters were not looked for in it"]


def test_a_file_of_another_group_in_the_place_of_this_one_is_refused(run, seeded, letters, tmp_path) -> None:
    hostile(seeded, letters, "h")
    run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    first, second = sorted(tmp_path.glob("*/*.jsonl"))
    os.replace(second, first)
    result = run("rocketmq_dlq", state="exported", directory=str(tmp_path))
    assert f"c/g: {first} holds dead letters of c/h" in result["msg"]
