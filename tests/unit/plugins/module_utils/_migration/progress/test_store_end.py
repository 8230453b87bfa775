# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a stopped broker's commit log, read by the real script from real files."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.store_end import read, records
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.store_end import verdict as store_end

SIZE = 4096
ROLE = Path(__file__).resolve().parents[6] / "roles/migration"
SCRIPT = yaml.safe_load((ROLE / "vars/main.yml").read_text())["__migration_store_script"]


def message(topic: str, properties: str = "UNIQ_KEY\x01a\x02") -> bytes:
    """As 4.4.0 stores it: 4.4 CommitLog's fixed part, then body, topic, properties, each with its length."""
    tail = struct.pack(">i", 4) + b"body" + bytes([len(topic)]) + topic.encode()
    tail += struct.pack(">h", len(properties)) + properties.encode()
    fixed = struct.pack(">IiiiqqiqIiqIiiq", 0xDAA320A7, 0, 0, 0, 0, 0, 0, 0, 0, 10911, 0, 0, 10911, 0, 0)
    # The first field is unsigned only to spell the magic number; on the wire it is the same four bytes.
    size = 4 + len(fixed) + len(tail)
    return struct.pack(">i", size) + fixed + tail


def run(store: Path, end: int) -> str:
    done = subprocess.run(["sh", "-c", SCRIPT, "sh", str(store), str(end)], capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two files of 4096 bytes, written up to 4196: 100 bytes of the second."""
    (tmp_path / f"{0:020d}").write_bytes(b"x" * SIZE)
    (tmp_path / f"{SIZE:020d}").write_bytes((b"y" * 100).ljust(SIZE, b"\0"))
    return tmp_path


def test_ends_where_it_was_checked(store: Path) -> None:
    found = store_end(run(store, SIZE + 100), SIZE + 100, "mro-a")
    assert found["ok"] and found["why"] is None and found["kilobytes"] > 0


@pytest.mark.parametrize("properties", ["UNIQ_KEY\x01a\x02", "REAL_TOPIC\x01orders\x02REAL_QID\x010\x02"])
def test_a_message_after_the_check_is_named_by_its_real_topic(store: Path, properties: str) -> None:
    topic = "orders" if properties.startswith("UNIQ") else "SCHEDULE_TOPIC_XXXX"
    raw = b"y" * 100 + message(topic, properties) + message(topic, properties)
    (store / f"{SIZE:020d}").write_bytes(raw.ljust(SIZE, b"\0"))
    found = store_end(run(store, SIZE + 100), SIZE + 100, "mro-a")
    assert not found["ok"] and found["topics"] == ["orders"]
    assert found["why"] == "mro-a: written after the last check: 2 of topic orders"


def test_a_message_in_the_next_file_is_seen(store: Path) -> None:
    (store / f"{2 * SIZE:020d}").write_bytes(message("late").ljust(SIZE, b"\0"))
    assert store_end(run(store, SIZE + 100), SIZE + 100, "mro-a")["topics"] == ["late"]


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_no_proof(store: Path) -> None:
    (store / f"{SIZE:020d}").write_bytes((b"y" * 200).ljust(SIZE, b"\0"))
    (store / f"{SIZE:020d}").chmod(0o000)
    command = ["sh", "-c", SCRIPT, "sh", str(store), str(SIZE + 100)]
    if os.geteuid() == 0:
        # Root of a user namespace reads everything, too; this leaves root without the right to.
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override", *command]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = store_end(printed, SIZE + 100, "mro-a")
    assert not found["ok"] and "cannot be read by" in found["why"]


def test_a_record_that_cannot_be_decoded_is_no_proof(store: Path) -> None:
    broken = bytearray(message("late"))
    broken[-2:] = b"\xff\xff"
    broken[84:88] = struct.pack(">i", 1 << 20)  # the length of the body
    (store / f"{2 * SIZE:020d}").write_bytes(bytes(broken).ljust(SIZE, b"\0"))
    found = store_end(run(store, SIZE + 100), SIZE + 100, "mro-a")
    assert not found["ok"] and "bytes that are no message" in found["why"]


def test_bytes_that_are_no_message_are_no_proof_either(store: Path) -> None:
    found = store_end(run(store, SIZE + 99), SIZE + 99, "mro-a")
    assert not found["ok"] and "1 bytes that are no message" in found["why"]


@pytest.mark.parametrize(
    ("printed", "checked", "words"),
    [
        ("", 1, "could not be read"),
        ("sh: 1: cd: can't cd to /nowhere\n", 1, "could not be read"),
        ("kilobytes=4\nend\n", 10, "no file reaches offset 10"),
        ("kilobytes=4\nend\n", None, "no proof has recorded"),
        ("kilobytes=x\nend\n", 1, "unexpected output"),
        ("file=0 from=0 more=1\nbytes=%%\nend\n", 1, "unexpected output"),
        ("file=0 from=0 more=\nend\n", 1, "unexpected output"),
        ("file=0 from=0 more=1\nbytes=\nend\n", 1, "could not be read"),
        ("file=0 from=0 more=1\nend\n", 1, "could not be read"),
    ],
)
def test_what_cannot_be_read_is_no_proof(printed: str, checked: int | None, words: str) -> None:
    found = read(printed, checked)
    assert not found.ok and words in str(found.error)


@pytest.mark.parametrize("broken", ["tr", "head", "tail"])
def test_a_tool_that_fails_is_no_proof(store: Path, broken: str) -> None:
    script = f"{broken}() {{ return 127; }}\n{SCRIPT}"
    command = ["sh", "-c", script, "sh", str(store), str(SIZE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not read(done.stdout, SIZE).ok


def test_cut_off_records_end_the_list() -> None:
    whole = message("orders")
    assert records(whole + whole[:50]) == [whole]
    assert records(b"\0" * 200) == []


@pytest.mark.parametrize(
    ("told", "readable", "words"),
    [
        ({"status": "answered", "ok": True, "lines": ["kilobytes=4", "file=0 from=9 more=0", "end"]}, True, None),
        ({"status": "answered", "ok": True, "lines": ["kilobytes=4", "file=0 from=9 more=1", "bytes=AQ==", "end"]},
         True, "written after the last check"),
        ({"status": "answered", "ok": True, "lines": ["welcome", "kilobytes=4", "end"]}, False, "unexpected output"),
        ({"status": "answered", "ok": False, "rc": 3, "lines": [], "said": "exit status 3: cd"}, False, "status 3: cd"),
        ({"status": "unreachable", "ok": False, "rc": None, "lines": [], "said": "No route", "tried": "ssh vm"},
         False, "MACHINE_UNREACHABLE mro-a (tried ssh vm, answer No route)"),
        ({"status": "garbled", "ok": False, "rc": 1, "lines": [], "said": "no answer came back"}, False, "no answer"),
        ("", False, "nothing was printed"),
    ],
)  # fmt: skip
def test_a_store_that_was_not_read_is_no_message(told, readable, words) -> None:
    """The one stops the run, the other takes the stop of the brokers back."""
    verdict = store_end(told, 9, "mro-a")
    assert (verdict["ok"], verdict["readable"]) == (words is None, readable)
    assert words is None or words in verdict["why"]
