# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a machine's output is the answer: the frame as a real shell runs it, and everything that may come instead."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import answer as machine_answer
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import framed, printable, read

MARK = "mqops-00112233"
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
NOISE = "sudo: unable to resolve host vm: Name or service not known\r\nwelcome\r\n"


def run(commands, limit=20, shell="sh"):
    """As raw returns it: the output of a connection that has a terminal."""
    text = framed(commands if isinstance(commands, dict) else {"command": commands}, MARK, limit)
    text = text.replace("/bin/sh", shell, 1)
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=False)
    printed = NOISE + done.stdout.replace("\n", "\r\n") + "bye\r\n"
    return {"rc": done.returncode, "stdout": printed, "stderr": done.stderr}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("command", "rc", "lines", "errors"),
    [
        ("echo one; echo two", 0, ["one", "two"], ""),
        ("printf 'no newline'", 0, ["no newline"], ""),
        ("true", 0, [], ""),
        ("echo out; echo 'first\nsecond' >&2; exit 3", 3, ["out"], "first second"),
        ("""printf '%s ' "it's" 'a "quoted"' '$HOME' '%s' 'b\\n'""", 0, ["""it's a "quoted" $HOME %s b\\n """], ""),
        # Nothing waits for an answer on the terminal; what a command is given does not stay in the environment.
        ("cat; echo after", 0, ["after"], ""),
        ('env | grep -c ^MQOPS_COMMAND; echo "[$MQOPS_COMMAND]"', 0, ["0", "[]"], ""),
        # Some commands break lines for a terminal.
        ("test -t 1 && echo terminal || echo pipe", 0, ["pipe"], ""),
    ],
)
def test_what_lies_between_the_marks_is_the_answer(shell, command, rc, lines, errors):
    answer = read(run(command, shell=shell), MARK, "command")
    assert (answer.status, answer.rc, answer.lines, answer.errors) == ("answered", rc, lines, errors)
    assert answer.ok is (rc == 0)
    assert answer.said == ("" if rc == 0 else f"exit status {rc}: {errors}")


def test_a_command_that_is_missing_says_so():
    answer = read(run("no-such-command"), MARK, "command")
    assert (answer.status, answer.rc) == ("answered", 127)
    assert "not found" in answer.said


def test_no_process_has_the_text_of_a_command_on_its_command_line():
    """A start command names the file by which a pattern finds the process that it starts."""
    answer = read(run("true 'broker-a.properties'; pgrep -f '[b]roker-a.properties'"), MARK, "command")
    assert (answer.rc, answer.lines) == (1, [])


def test_several_commands_are_answered_one_by_one():
    result = run({"first": "echo 1; exit 1", "second": "sleep 30", "third": "echo 3"}, limit=1)
    answers = [read(result, MARK, name) for name in ("first", "second", "third", "fourth")]
    assert [(answer.status, answer.rc) for answer in answers] == [
        ("answered", 1), ("timed_out", 124), ("answered", 0), ("garbled", 0),
    ]  # fmt: skip
    assert answers[2].lines == ["3"]
    assert "did not end within its time limit" in answers[1].said


def test_another_call_s_answer_is_none():
    assert read(run("echo 1"), "mqops-other", "command").status == "garbled"
    twice = run("echo 1")
    assert read({**twice, "stdout": twice["stdout"] * 2}, MARK, "command").status == "garbled"


def test_an_answer_that_is_cut_is_none():
    whole = run("echo 1; echo 2")["stdout"]
    for length in range(len(whole) - len("bye\r\n") - len(f"{MARK} end\r\n")):
        answer = read({"rc": 0, "stdout": whole[:length]}, MARK, "command")
        assert (answer.status, answer.ok) == ("garbled", False), whole[:length]
    assert "its answer is cut" in answer.said


@pytest.mark.parametrize(
    ("result", "status", "words"),
    [
        ({"unreachable": True, "msg": "Task failed: Failed to connect: refused"}, "unreachable", "Failed to connect"),
        ({"unreachable": True}, "unreachable", "no reason was given"),
        ({"failed": True, "timedout": {"period": 60}, "msg": "It was terminated"}, "timed_out", "terminated"),
        ({"failed": True, "msg": "The raw action failed to execute in the expected time frame (60) and was terminated"},
         "timed_out", "expected time frame"),
        ({"failed": True, "msg": "Missing sudo password"}, "garbled", "Missing sudo password"),
        ({"rc": 1, "stdout": "sudo: a password is required\r\n", "stderr": ""}, "garbled", "a password is required"),
        ({"rc": 0, "stdout": "", "stderr": ""}, "garbled", "nothing was printed"),
        ({"skipped": True}, "garbled", "not asked"),
        (None, "garbled", "not asked"),
        ("text", "garbled", "not asked"),
    ],
)  # fmt: skip
def test_no_answer_has_a_status_and_the_words_that_came_back(result, status, words):
    answer = read(result, MARK, "command")
    assert (answer.status, answer.ok, answer.lines) == (status, False, [])
    assert words in answer.said


def test_what_is_said_is_bounded_and_printable():
    command = "printf 'a\\033[2Jb\\007\\n' >&2; head -c 9000 /dev/zero | tr '\\0' x >&2; exit 1"
    answer = read(run(command), MARK, "command")
    assert len(answer.errors) <= 2000 and len(answer.said) <= 300
    assert printable("a\x1b[2J\nb\tc\udcff", 99) == "a\\x1b[2J b c\\udcff"
    hostile = read({"rc": 9, "stdout": "\x1b[2J" * 10_000}, MARK, "command")
    assert len(hostile.said) <= 300 and hostile.said.isprintable()


def test_more_than_can_be_believed_is_no_answer(monkeypatch):
    monkeypatch.setattr(machine_answer, "MOST", 10)
    answer = read(run("seq 1 20"), MARK, "command")
    assert (answer.status, answer.ok) == ("garbled", False)
    assert "more than 10 bytes" in answer.said


def test_what_a_machine_has_printed_says_more_than_the_words_for_an_exit_status():
    printed = "a lecture of sudo, " * 30 + "\r\n\r\nguest is not in the sudoers file.\r\n"
    answer = machine_answer.read({"msg": "non-zero return code", "rc": 1, "stdout": printed}, "mark", "process")
    assert answer.said.endswith("guest is not in the sudoers file.") and "non-zero" not in answer.said
    assert "boom" in machine_answer.read({"msg": "boom", "rc": 1, "stdout": printed}, "mark", "process").said
