# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file, one writer at a time, and whole at every moment."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import proofs as documents
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.proofs import Proofs
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import proofs
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.errors import ArgumentError, OperationError


class FakeTask:
    """As much of a task as the operation asks for."""

    def __init__(self, check_mode: bool = False) -> None:
        self.check_mode = check_mode
        self.said: list[str] = []

    def progress(self, text: str) -> None:
        self.said.append(text)


# Runs in a process of its own: argument 1 the directory, 2 the number of the first master, 3 how many.
WRITER = """
import os, signal, sys
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import proofs
from ansible_collections.mqops.rocketmq.tests.unit.plugins.module_utils._operations.test_proofs import FakeTask
directory, first, many = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
replace = os.replace
def killed(*names):
    os.kill(os.getpid(), signal.SIGKILL)
if "killed" in sys.argv:
    os.replace = killed
for number in range(first, first + many):
    store = {"address": f"198.18.9.{number}:10911", "end": number, "path": "/store"}
    proofs.run(FakeTask(), directory=directory, sent=None, checked=[store])
"""


def writer(directory: Path, *words: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(directory), *map(str, words)])


def run(directory: Path, check_mode: bool = False, **changes: Any) -> Any:
    return proofs.run(FakeTask(check_mode), directory=str(directory), sent=changes.pop("sent", None), **changes)  # type: ignore[arg-type]


def checked(number: int) -> list[dict[str, Any]]:
    return [{"address": f"198.18.9.{number}:10911", "end": number, "path": "/store"}]


def test_where_there_is_no_file_nothing_was_proved_and_none_is_made(tmp_path: Path) -> None:
    assert run(tmp_path / "away").values["proofs"] == Proofs().as_dict()
    run(tmp_path, opened=True)
    run(tmp_path, True, checked=checked(21))
    assert not (tmp_path / "proofs.json").exists() and not (tmp_path / "away").exists()


def test_it_is_written_once_and_only_where_something_changes(tmp_path: Path) -> None:
    outcome = run(tmp_path, checked=checked(21))
    file = tmp_path / "proofs.json"
    assert not outcome.changed and json.loads(file.read_text())["checked"] == outcome.values["proofs"]["checked"]
    assert (outcome.before["checked"], outcome.after) == ({}, outcome.values["proofs"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    was = file.stat()
    again = run(tmp_path, checked=checked(21))
    planned = run(tmp_path, True, checked=checked(22))
    assert again.before == again.after and not planned.changed and len(planned.values["proofs"]["checked"]) == 2
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["proofs.json", "proofs.json.guard"]


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    both = [writer(tmp_path, first, 40) for first in (20, 60)]
    assert [one.wait(120) for one in both] == [0, 0]
    found = run(tmp_path).values["proofs"]["checked"]
    assert found == {f"198.18.9.{number}:10911": {"end": number, "path": "/store"} for number in range(20, 100)}


def test_a_writer_that_is_killed_before_the_new_file_has_its_name_leaves_the_old_one(tmp_path: Path) -> None:
    run(tmp_path, checked=checked(21))
    before = (tmp_path / "proofs.json").read_bytes()
    assert writer(tmp_path, 22, 1, "killed").wait(120) == -signal.SIGKILL
    left = [path for path in tmp_path.iterdir() if not path.name.startswith("proofs.json")]
    assert len(left) == 1 and b"198.18.9.22" in left[0].read_bytes(), "it was not killed in between"
    assert (tmp_path / "proofs.json").read_bytes() == before
    # It has taken its guard with it.
    run(tmp_path, checked=checked(22))
    assert len(run(tmp_path).values["proofs"]["checked"]) == 2


def test_who_has_to_wait_says_so(tmp_path: Path) -> None:
    task = FakeTask()
    with (tmp_path / "proofs.json.guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        given = {"directory": str(tmp_path), "sent": None, "checked": checked(21)}
        other = threading.Thread(target=proofs.run, args=(task,), kwargs=given)
        other.start()
        other.join(0.5)
        assert other.is_alive() and not (tmp_path / "proofs.json").exists()
        # Whoever only reads waits for nobody.
        assert run(tmp_path).values["proofs"]["checked"] == {}
    other.join(60)
    assert len(run(tmp_path).values["proofs"]["checked"]) == 1
    assert task.said == [f"another process holds {tmp_path}/proofs.json.guard; waiting"]


def write(directory: Path, content: bytes) -> None:
    (directory / "proofs.json").write_bytes(content)


WHOLE = Proofs().dump().encode()


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", "cut"),
        (WHOLE[:-3], "cut"),
        (b"\x00" * 4096, "cut"),
        ("\ufeff{}".encode(), "cut"),
        ("{}".encode("utf-16"), "cut"),
        (b'{"sources": {}}', "foreign"),
        (b"[" * 100_000, "foreign"),
        (WHOLE.replace(b'"version": 1', b'"version": 2'), "newer"),
        (WHOLE.replace(b'"checked": {}', b'"checked": {"a": {"end": 1, "path": "/\xff"}}'), "wrong"),
        (WHOLE.replace(b'"processes": {}', b'"processes": []'), "wrong"),
        (WHOLE.replace(b'"processes": {},', b""), "wrong"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes, refused: str) -> None:
    write(tmp_path, content)
    for changes in ({}, {"checked": checked(21)}, {"check_mode": True, "opened": True}):
        with pytest.raises(OperationError) as caught:
            run(tmp_path, **changes)
        assert caught.value.result["refused"] == refused
        assert str(caught.value).startswith(f"PROOFS_UNREADABLE: {tmp_path}/proofs.json ")
    assert (tmp_path / "proofs.json").read_bytes() == content


def test_of_a_huge_file_no_more_is_read_than_what_proves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_MIB", 1)
    with (tmp_path / "proofs.json").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(OperationError, match="has more than 1 MiB"):
        run(tmp_path)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "proofs.json").mkdir()
    with pytest.raises(OperationError, match=r"proofs\.json cannot be read: .*directory"):
        run(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(OperationError, match=r"so proofs\.json cannot be changed"):
        run(tmp_path / "file" / "below", opened=True)


@pytest.mark.parametrize("name", proofs.BEFORE)
def test_files_of_the_time_before_are_refused_where_nothing_has_taken_their_place(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    (tmp_path / "released.json").write_text("{}")
    for changes in ({}, {"checked": checked(21)}):
        with pytest.raises(OperationError, match=rf"has {name}, where an earlier version.*version that has begun it"):
            run(tmp_path, **changes)
    assert not (tmp_path / "proofs.json").exists() and (tmp_path / name).exists()
    write(tmp_path, WHOLE)
    assert run(tmp_path, checked=checked(21)).before["checked"] == {}


SOURCE = {"name": "mro", "nameservers": [], "brokers": []}


def test_what_may_not_stand_in_the_file_is_not_written(tmp_path: Path) -> None:
    for changes in (
        {"checked": [{"address": "a:1", "end": -1, "path": "/store"}]},
        {"processes": {"mro-a": ["no mapping"]}},
        {"drained": {"sources": [SOURCE], "commit_logs": {}, "clusters": {"mro": {"passed": True}}}},
    ):
        for check_mode in (False, True):
            with pytest.raises(ArgumentError, match=r"Nothing was written\."):
                run(tmp_path, check_mode, **changes)
    assert not (tmp_path / "proofs.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    run(tmp_path, checked=checked(21))
    os.chown(tmp_path / "proofs.json", 54321, 54322)
    run(tmp_path, checked=checked(22))
    assert ((tmp_path / "proofs.json").stat().st_uid, (tmp_path / "proofs.json").stat().st_gid) == (54321, 54322)
