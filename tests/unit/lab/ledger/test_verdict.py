# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on planted faults: each of them has to be found, and a faultless ledger has to pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.ledger import verdict

SOURCE = "mro"
START = 1_700_000_000_000
COUNT = 40


Events = list[dict[str, Any]]
DELAYS = (1, 5, 10, 30)


def _fate(number: int) -> str:
    return {4: "r", 7: "uc", 9: "ur"}.get(number % 10, "c")


def _mode_events(mode: str) -> Events:
    """A faultless mode: one message a second, taken 10 ms after it is due."""
    events: Events = []
    for number in range(COUNT):
        key = f"{SOURCE}-{mode}-x-{number:07d}"
        sent = START + number * 1000
        attempt: dict[str, Any] = {"kind": "attempt", "mode": mode, "t": sent}
        due = sent + 5
        arrives = True
        if mode == "ordered":
            attempt |= {"order_key": f"k{number % 4}", "order": number // 4}
        elif mode == "delayed":
            attempt["delay"] = DELAYS[number % 4]
            due += attempt["delay"] * 1000
        elif mode == "transactional":
            fate = attempt["fate"] = _fate(number)
            key += f"-{fate}"
            arrives = not fate.endswith("r")
            if fate.startswith("u"):
                due += 20_000
                answer = "commit" if arrives else "rollback"
                events.append({"kind": "check", "mode": mode, "key": key, "answer": answer, "t": due})
        place = {"broker": f"broker-{'ab'[number % 2]}", "queue": number % 4, "offset": number // 4}
        events.append(attempt | {"key": key})
        send = {"kind": "send", "mode": mode, "key": key, "outcome": "acknowledged", "t": sent + 5}
        events.append(send | place)
        receipt = place | {"kind": "receipt", "mode": mode, "key": key, "topic": f"{SOURCE}-{mode}"}
        if mode == "retry":
            events.append(receipt | {"consumer": "mro-c1", "result": "retry", "t": due + 10})
            receipt["topic"] = "%RETRY%mro-retry"
            due += 10_000
        readers = ("mro-c1", "mro-c2") if mode == "broadcast" else ("mro-c1",)
        if arrives:
            events += [receipt | {"consumer": reader, "result": "ok", "t": due + 10} for reader in readers]
    return events


def _clean() -> Events:
    started = {
        "kind": "started",
        "source": SOURCE,
        "pid": 7,
        "process_start": START - 1000,
        "consumers": 2,
        "t": START - 900,
    }
    events = [started]
    for mode in verdict.MODES:
        events += _mode_events(mode)
    events.sort(key=lambda event: event["t"])
    return events


def _find(events: Events, kind: str, mode: str, number: int) -> dict[str, Any]:
    """The last event of that kind about the mode's message (for retry: its accepted receipt)."""
    part = f"-x-{number:07d}"
    of_mode = [event for event in events if event["kind"] == kind and event.get("mode") == mode]
    return [event for event in of_mode if part in event["key"]][-1]


@pytest.fixture
def events() -> Events:
    return _clean()


def test_a_faultless_ledger_passes(events: Events) -> None:
    result = verdict.judge(events, minimum=COUNT)
    assert result.problems == []
    assert (result.source, result.pid, result.starts, result.process_start) == ("mro", 7, 1, START / 1000 - 1)
    for mode, row in result.modes.items():
        assert (row.attempted, row.acknowledged) == (COUNT, COUNT)
        assert (row.lost, row.duplicated, row.order_violations) == (0, 0, 0)
        assert row.ok + row.withheld == COUNT
        assert row.withheld == (8 if mode == "transactional" else 0)
        assert row.longest_stall_s == pytest.approx(0.01)
        assert row.sent_to == {"broker-a": 20, "broker-b": 20}


@pytest.mark.parametrize("mode", verdict.MODES)
def test_a_removed_receipt_is_lost(events: Events, mode: str) -> None:
    events.remove(_find(events, "receipt", mode, 12))
    result = verdict.judge(events)
    assert {name: row.lost for name, row in result.modes.items() if row.lost} == {mode: 1}
    assert result.modes[mode].ok == COUNT - 1 - result.modes[mode].withheld
    assert result.modes[mode].lost_at == {"broker-a": 1}
    assert [problem for problem in result.problems if "1 lost" in problem and "0000012" in problem]


def test_the_failed_first_delivery_is_no_receipt(events: Events) -> None:
    accepted = _find(events, "receipt", "retry", 3)
    accepted["result"] = "retry"
    assert verdict.judge(events).modes["retry"].lost == 1


def test_broadcast_needs_every_consumer_even_one_that_never_appears(events: Events) -> None:
    events = [event for event in events if not (event.get("mode") == "broadcast" and event.get("consumer") == "mro-c2")]
    row = verdict.judge(events).modes["broadcast"]
    assert (row.ok, row.lost, row.duplicated) == (0, COUNT, 0)


def test_a_ghost_is_unexpected(events: Events) -> None:
    ghost = _find(events, "receipt", "normal", 5) | {"key": "mro-normal-x-9999999"}
    result = verdict.judge([*events, ghost])
    assert result.modes["normal"].unexpected == 1
    assert not result.passed


def test_a_message_of_another_mode_is_unexpected(events: Events) -> None:
    stray = _find(events, "receipt", "normal", 5) | {"mode": "slow"}
    assert verdict.judge([*events, stray]).modes["slow"].unexpected == 1


@pytest.mark.parametrize("number", [4, 9])
def test_a_rolled_back_transaction_delivered_is_unexpected(events: Events, number: int) -> None:
    send = _find(events, "send", "transactional", number)
    receipt = _find(events, "receipt", "transactional", 5) | {"key": send["key"]}
    result = verdict.judge([*events, receipt])
    assert result.modes["transactional"].unexpected == 1
    assert not result.passed


def test_two_swapped_receipts_violate_the_order_and_do_not_fail(events: Events) -> None:
    one = events.index(_find(events, "receipt", "ordered", 8))
    two = events.index(_find(events, "receipt", "ordered", 12))
    events[one], events[two] = events[two], events[one]
    result = verdict.judge(events)
    assert result.modes["ordered"].order_violations == 1
    assert result.passed


def test_a_late_second_delivery_is_a_duplicate_and_no_order_violation(events: Events) -> None:
    again = _find(events, "receipt", "ordered", 8) | {"t": START + 60_000}
    row = verdict.judge([*events, again]).modes["ordered"]
    assert (row.order_violations, row.duplicated, row.read_twice, row.beyond_baseline) == (0, 1, 1, 1)


@pytest.mark.parametrize("events", [[], [{"kind": "started", "source": "mro", "t": START}]], ids=["empty", "started"])
def test_nothing_measured_fails(events: Events) -> None:
    result = verdict.judge(events)
    assert len([problem for problem in result.problems if "measured too little" in problem]) == len(verdict.MODES)


@pytest.mark.parametrize("mode", verdict.MODES)
def test_one_silent_mode_fails(events: Events, mode: str) -> None:
    result = verdict.judge([event for event in events if event.get("mode") != mode])
    assert len(result.problems) == 1 and result.problems[0].startswith(f"{mode}: measured too little")


def test_fewer_than_the_minimum_fails(events: Events) -> None:
    assert len(verdict.judge(events, minimum=COUNT + 1).problems) == len(verdict.MODES)


def test_a_send_that_the_business_repeated_is_counted(events: Events) -> None:
    _find(events, "send", "ordered", 3)["sent_again"] = "RemotingSendRequestException"
    judged = verdict.judge(events, forbid_failed=True)
    assert judged.passed and {mode: row.sent_again for mode, row in judged.modes.items() if row.sent_again} == {
        "ordered": 1
    }
    assert "sent again" in verdict.table(judged)


def test_an_unknown_send_is_not_acknowledged_and_recovers_when_it_arrives(events: Events) -> None:
    _find(events, "send", "normal", 3)["outcome"] = "unknown"
    _find(events, "send", "normal", 4)["outcome"] = "failed"
    events.remove(_find(events, "send", "normal", 5))
    events.remove(_find(events, "receipt", "normal", 5))
    row = verdict.judge(events).modes["normal"]
    assert (row.attempted, row.acknowledged, row.failed, row.unknown) == (COUNT, COUNT - 3, 1, 2)
    assert (row.recovered, row.lost, row.unexpected, row.duplicated) == (2, 0, 0, 0)
    assert verdict.judge(events).passed
    assert not verdict.judge(events, forbid_failed=True).passed


@pytest.mark.parametrize(("begin", "passed"), [(19, False), (22, True)])
def test_only_sends_since_the_first_phase_count_as_failed_by_the_migration(
    events: Events, begin: int, passed: bool
) -> None:
    attempt, sent = _find(events, "attempt", "normal", 20), _find(events, "send", "normal", 20)
    assert START + 19_000 < attempt["t"] < START + 22_000
    sent["outcome"] = "failed"
    phases = _phases(("all", "start", begin), ("all", "end", 37))
    assert verdict.judge(events, phases=phases, forbid_failed=True).passed is passed


def test_what_the_check_stored_again_is_told_from_what_was_read_twice(events: Events) -> None:
    first = _find(events, "receipt", "transactional", 5)
    check = {"kind": "check", "mode": "transactional", "key": first["key"], "answer": "commit", "t": START + 50_000}
    other_offset = first | {"offset": 900, "t": START + 50_010}
    row = verdict.judge([*events, check, other_offset]).modes["transactional"]
    assert (row.duplicated, row.redelivered_by_check, row.beyond_baseline) == (1, 1, 0)
    row = verdict.judge([*events, check, other_offset, other_offset]).modes["transactional"]
    assert (row.duplicated, row.redelivered_by_check, row.read_twice, row.beyond_baseline) == (2, 1, 1, 1)
    # Without a check-back there is nothing to blame it on.
    row = verdict.judge([*events, other_offset]).modes["transactional"]
    assert (row.redelivered_by_check, row.stored_twice, row.beyond_baseline) == (0, 1, 1)


def test_the_first_check_of_an_unknown_transaction_explains_no_duplicate(events: Events) -> None:
    other_offset = _find(events, "receipt", "transactional", 7) | {"offset": 900, "t": START + 50_010}
    row = verdict.judge([*events, other_offset]).modes["transactional"]
    assert (row.redelivered_by_check, row.stored_twice) == (0, 1)


def test_a_baseline_takes_off_what_happens_anyway(events: Events) -> None:
    again = _find(events, "receipt", "late", 8)
    baseline = verdict.as_json([verdict.judge([*events, again, again])])
    row = verdict.judge([*events, again, again, again], baseline=baseline).modes["late"]
    assert (row.duplicated, row.beyond_baseline) == (3, 1)
    assert "baseline" in verdict.judge(events, baseline={"sources": {}}).problems[0]


def test_a_stall_is_the_time_in_which_due_messages_waited_and_nothing_came(events: Events) -> None:
    # What was sent from second 10 to 19 comes at second 25, all of it at once.
    for number in range(10, 20):
        _find(events, "receipt", "normal", number)["t"] = START + 25_000
    for number in range(20, COUNT):
        _find(events, "receipt", "normal", number)["t"] = START + max(25_000, number * 1000 + 15)
    row = verdict.judge(events).modes["normal"]
    assert row.longest_stall_s == pytest.approx(25 - 10.005)
    assert row.longest_stall_at == pytest.approx(START / 1000 + 10.005)
    assert row.longest_wait_s == pytest.approx(25 - 10.005)


def test_one_message_that_waits_alone_is_a_wait_and_no_stall(events: Events) -> None:
    _find(events, "receipt", "normal", 10)["t"] = START + 30_000
    row = verdict.judge(events).modes["normal"]
    assert row.longest_stall_s < 1.5
    assert row.longest_wait_s == pytest.approx(30 - 10.005)


def test_a_delay_level_is_no_stall_and_absence_on_purpose_neither(events: Events) -> None:
    for number in range(10, COUNT):
        _find(events, "receipt", "late", number)["t"] = START + 100_000
    away = [
        {"kind": "offline", "mode": "late", "t": START + 9_900},
        {"kind": "online", "mode": "late", "t": START + 99_000},
    ]
    result = verdict.judge([*events, *away])
    assert result.modes["late"].longest_stall_s == pytest.approx(1.0)
    assert result.modes["delayed"].longest_stall_s < 1
    assert verdict.judge(events).modes["late"].longest_stall_s > 80


def test_a_stall_lasts_until_the_end_of_the_ledger_when_nothing_comes_any_more(events: Events) -> None:
    for number in range(30, COUNT):
        events.remove(_find(events, "receipt", "slow", number))
    end = max(event["t"] for event in events)
    row = verdict.judge(events).modes["slow"]
    assert row.longest_stall_s == pytest.approx((end - START - 30_005) / 1000)


def test_grace_spares_only_what_is_just_due(events: Events) -> None:
    end = max(event["t"] for event in events)
    events.remove(_find(events, "receipt", "delayed", 39))
    events.remove(_find(events, "receipt", "delayed", 2))
    row = verdict.judge(events, grace=(end - START) / 1000 - 60).modes["delayed"]
    assert (row.lost, row.pending) == (1, 1)


def _phases(*times: tuple[str, str, float]) -> Events:
    return [{"phase": phase, "event": event, "time": START / 1000 + at} for phase, event, at in times]


def test_traffic_is_demanded_before_during_and_after(events: Events) -> None:
    phases = _phases(("open", "start", 22), ("open", "end", 25), ("close", "start", 26), ("close", "end", 37))
    # Nothing of the transactional mode's first unknown ones matters here: every mode has both in every window.
    result = verdict.judge(events, phases=phases)
    assert result.passed
    assert result.modes["normal"].windows == {
        "before": {"sent": 22, "received": 22},
        "during": {"sent": 15, "received": 15},
        "after": {"sent": 3, "received": 3},
    }
    assert {window: sum(by.values()) for window, by in result.modes["normal"].stored_by.items()} == {
        "before": 22,
        "during": 15,
        "after": 3,
    }
    assert result.phases["open"]["normal"] == {"sent": 3, "received": 3, "again": 0, "failed": 0}
    silent = [event for event in events if not (event["kind"] == "send" and event["t"] > START + 37_000)]
    problems = verdict.judge(silent, phases=phases).problems
    assert problems == [f"{mode}: nothing sent after the migration" for mode in verdict.MODES]


def test_what_came_again_is_counted_in_the_phase_in_which_it_came(events: Events) -> None:
    phases = _phases(("open", "start", 22), ("open", "end", 25), ("close", "start", 26), ("close", "end", 37))
    first = _find(events, "receipt", "transactional", 5)
    check = {"kind": "check", "mode": "transactional", "key": first["key"], "answer": "commit", "t": START + 23_000}
    by_check = first | {"offset": 900, "t": START + 23_500}
    again = by_check | {"t": START + 30_000}
    result = verdict.judge([*events, check, by_check, again], phases=phases)
    assert {name: counts["transactional"]["again"] for name, counts in result.phases.items()} == {"open": 0, "close": 1}
    assert len(result.modes["transactional"].again_at) == result.modes["transactional"].beyond_baseline == 1
    without = verdict.judge([*events, by_check, again], phases=phases).phases
    assert without["open"]["transactional"]["again"] == 1


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_send_that_failed_is_counted_in_the_phase_in_which_it_ended(events: Events, outcome: str) -> None:
    phases = _phases(("open", "start", 22), ("open", "end", 25), ("close", "start", 26), ("close", "end", 37))
    sends = [event for event in events if event["kind"] == "send" and event["mode"] == "normal"]
    next(send for send in sends if send["t"] >= START + 26_000)["outcome"] = outcome
    found = verdict.judge(events, phases=phases).phases
    assert {name: modes["normal"]["failed"] for name, modes in found.items()} == {"open": 0, "close": 1}


def test_an_interrupted_phase_lasts_from_its_first_start(events: Events) -> None:
    phases = _phases(("open", "start", 10), ("open", "start", 20), ("open", "end", 30))
    assert verdict.judge(events, phases=phases).phases["open"]["normal"]["sent"] == 20


def test_a_restarted_process_is_a_problem(events: Events) -> None:
    assert "started 2 times" in verdict.judge([*events, events[0] | {"t": START + 1}]).problems[0]


def test_a_key_used_twice_is_a_problem(events: Events) -> None:
    assert "sent twice" in verdict.judge([*events, _find(events, "attempt", "normal", 1)]).problems[0]


# --- the files and the command ---------------------------------------------------------------------------------------

Write = Callable[[Events], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(events: Events) -> Path:
        folder = tmp_path / "ledger"
        folder.mkdir()
        files = {"attempt": "sends-", "send": "sends-", "receipt": "receipts-", "check": "checks-"}
        for event in events:
            name = files[event["kind"]] + event["mode"] if event["kind"] in files else "process"
            with (folder / f"{name}.jsonl").open("a", encoding="utf-8") as out:
                out.write(json.dumps(event) + "\n")
        return folder

    return _write


def test_the_command_passes_and_writes_json(
    events: Events, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    timeline = tmp_path / "phases.jsonl"
    phases = _phases(("all", "start", 22), ("all", "end", 37))
    timeline.write_text("".join(json.dumps(line) + "\n" for line in phases), encoding="utf-8")
    out = tmp_path / "verdict.json"
    assert verdict.main([str(write(events)), "--timeline", str(timeline), "--json", str(out), "--forbid-failed"]) == 0
    data = json.loads(out.read_text(encoding="utf-8"))
    assert data["passed"] is True
    assert data["sources"]["mro"]["modes"]["ordered"]["ok"] == COUNT
    assert "verdict: passed" in capsys.readouterr().out


def test_the_command_fails_on_a_loss(events: Events, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    events.remove(_find(events, "receipt", "normal", 12))
    assert verdict.main([str(write(events)), "--wait", "0.2"]) == 1
    printed = capsys.readouterr()
    assert "PROBLEM normal: 1 lost" in printed.out
    assert "mro misses 1" in printed.err


def test_a_half_written_last_line_is_left_out(events: Events, write: Write) -> None:
    folder = write(events)
    with (folder / "receipts-normal.jsonl").open("a", encoding="utf-8") as out:
        out.write('{"kind":"rece')
    assert verdict.main([str(folder)]) == 0


@pytest.mark.parametrize("line", ["not json", "{}", '{"kind": "receipt", "t": null}', "[]"])
def test_any_other_unreadable_line_ends_it(
    events: Events, write: Write, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(events)
    path = folder / "receipts-normal.jsonl"
    path.write_text(line + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert verdict.main([str(folder)]) == 2
    assert "receipts-normal.jsonl:1" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}\n", '{"phase": "a", "event": "middle", "time": 1}\n', "x\n"])
def test_a_timeline_that_is_none_ends_it(
    events: Events, write: Write, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    timeline = tmp_path / "phases.jsonl"
    timeline.write_text(text, encoding="utf-8")
    assert verdict.main([str(write(events)), "--timeline", str(timeline)]) == 2
    assert "phases.jsonl: " in capsys.readouterr().err


def test_a_missing_directory_or_one_source_twice_ends_it(events: Events, write: Write, tmp_path: Path) -> None:
    assert verdict.main([str(tmp_path / "nowhere")]) == 2
    folder = str(write(events))
    assert verdict.main([folder, folder]) == 2
