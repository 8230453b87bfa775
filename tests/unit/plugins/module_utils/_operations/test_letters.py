# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients import dead_letters
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.errors import OperationError
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.letters import Letters, Place


def line(offset=0, topic="%DLQ%g", cluster="mro"):
    message = Message(topic, 0, offset, 0, b"body", {}, 1, 2, "h:1", "h:2")
    return dead_letters.line(cluster, "broker-a", message)


@pytest.fixture
def letters(tmp_path):
    with Letters(str(tmp_path / "letters")) as found:
        yield found


@pytest.fixture
def place(letters):
    """A file with one message."""
    place = letters.place("mro", "g")
    letters.add(place, [line(0)])
    return place


def offsets(letters, place):
    return [item["offset"] for item in letters.read(place)]


def below(letters):
    return sorted(path.name for path in letters.directory.rglob("*.*"))


def test_nothing_is_made_by_looking(letters, tmp_path) -> None:
    assert letters.places() == ([], [])
    assert letters.spans(letters.place("mro", "g"), "mro", "g") == {}
    assert list(tmp_path.iterdir()) == []


def test_directories_and_files_are_the_owner_s_alone_whatever_the_umask(tmp_path) -> None:
    before = os.umask(0)
    try:
        with Letters(str(tmp_path / "a" / "b")) as letters:
            place = letters.place("mro", "g")
            letters.add(place, [line()])
            with letters.noting(place) as note:
                note("x")
    finally:
        os.umask(before)
    modes = {path.name[:2]: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_dir()}
    assert modes == {"a": 0o700, "b": 0o700, "mr": 0o700}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o600}


def test_a_file_is_replaced_as_a_whole_or_stays(letters, place) -> None:
    def broken():
        yield line(1)
        raise OperationError("the broker is gone")

    with pytest.raises(OperationError, match="the broker is gone"):
        letters.add(place, broken())
    assert (offsets(letters, place), below(letters)) == ([0], [f"{place.name}.jsonl"])
    letters.add(place, [line(1), line(2)])
    assert (offsets(letters, place), below(letters)) == ([0, 1, 2], [f"{place.name}.jsonl"])


def test_a_full_disk_is_told_and_leaves_the_file_as_it_was(letters, place, monkeypatch) -> None:
    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperationError, match=rf"{place.name}.jsonl cannot be written: No space left on device"):
        letters.add(place, [line(1)])
    assert (offsets(letters, place), below(letters)) == ([0], [f"{place.name}.jsonl"])


def test_what_is_on_the_disk_is_renamed_and_the_rename_is_on_the_disk(letters, place, monkeypatch) -> None:
    steps = []
    fsync, rename = os.fsync, os.rename
    monkeypatch.setattr(
        os, "fsync", lambda one: (steps.append("directory" if is_directory(one) else "file"), fsync(one))
    )
    monkeypatch.setattr(os, "rename", lambda *names, **more: (steps.append("rename"), rename(*names, **more)))
    letters.add(place, [line(1)])
    assert steps == ["file", "rename", "directory"]


def is_directory(descriptor):
    return os.path.isdir(f"/proc/self/fd/{descriptor}")


def test_the_part_of_a_killed_run_is_in_nobody_s_way(letters, place, monkeypatch) -> None:
    stale = letters.path(place, ".part")
    stale.write_text("half a li")
    monkeypatch.setattr("secrets.token_hex", lambda _bytes: "0")
    planted = letters.path(place, ".0.part")
    planted.symlink_to(letters.directory / "victim")
    # No two names meet by chance; nothing goes through one that was planted, and nothing of others is removed.
    with pytest.raises(OperationError, match="is a symbolic link"):
        letters.add(place, [line(1)])
    assert planted.is_symlink()
    planted.unlink()
    planted.write_text("another run's")
    with pytest.raises(OperationError, match="cannot be opened: File exists"):
        letters.add(place, [line(1)])
    assert planted.read_text() == "another run's"
    monkeypatch.undo()
    letters.add(place, [line(1)])
    assert offsets(letters, place) == [0, 1]
    assert stale.read_text() == "half a li"
    assert not (letters.directory / "victim").exists()


def test_a_last_line_without_an_end_is_not_joined_to_the_next(letters, place) -> None:
    letters.path(place).write_text(line(0))
    letters.add(place, [line(1)])
    assert offsets(letters, place) == [0, 1]


def test_half_a_note_of_a_killed_run_says_nothing(letters, place) -> None:
    notes = letters.path(place, ".sent")
    notes.write_text("first\nmro/broker-a/%DLQ%g/0/1")
    assert letters.sent(place) == {"first"}
    with letters.noting(place) as note:
        note("second")
        assert letters.sent(place) == {"first", "second"}
    assert notes.read_text() == "first\nsecond\n"


def test_foreign_files_are_named(letters, place) -> None:
    path = letters.path(place)
    for content, words in (
        (b"", "holds no message"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (line().encode() + b"\n" + line(topic="%DLQ%h").encode(), "line 2, is of mro/%DLQ%h"),
    ):
        path.write_bytes(content)
        with pytest.raises(OperationError, match=words) as error:
            list(letters.read(place))
        assert str(path) in str(error.value)
    path.unlink()
    path.mkdir()
    with pytest.raises(OperationError, match=f"{path} is no plain file"):
        list(letters.read(place))
    with pytest.raises(OperationError, match=f"{path} is no plain file"):
        letters.add(place, [line(1)])
    assert below(letters) == [path.name]


def test_a_file_of_the_first_form_is_continued_where_there_is_no_other(letters, tmp_path) -> None:
    earlier, own = Place("mro", "g"), letters.own("mro", "g")
    assert letters.place("mro", "g") == own
    letters.add(earlier, [line()])
    assert letters.place("mro", "g") == earlier
    assert letters.place("mro", "../mro/g") == letters.own("mro", "../mro/g")
    letters.add(own, [line()])
    assert letters.place("mro", "g") == own


def test_a_file_that_holds_another_group_is_not_added_to(letters, place) -> None:
    letters.path(place).write_text(line(cluster="mdm"))
    with pytest.raises(OperationError, match="holds dead letters of mdm/g"):
        letters.spans(place, "mro", "g")


def test_the_path_is_the_real_one(tmp_path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    # Above the directory itself a link is the operator's.
    with Letters(str(tmp_path / "link" / "letters")) as letters:
        place = letters.place("mro", "g")
        letters.add(place, [line()])
        assert letters.path(place).parent.parent == tmp_path / "real" / "letters"
        assert letters.path(place).is_file()
    with pytest.raises(OperationError, match=f"{tmp_path / 'link'} is a symbolic link"):
        Letters(f"{tmp_path / 'link'}/")


def test_a_directory_that_is_swapped_for_a_link_is_not_followed(letters, place, tmp_path) -> None:
    folder = letters.path(place).parent
    folder.rename(tmp_path / "aside")
    folder.symlink_to(tmp_path)
    for use in (lambda: letters.add(place, [line(1)]), lambda: letters.sent(place), letters.places):
        with pytest.raises(OperationError, match=f"{folder} is a symbolic link"):
            use()
    # The directory that was opened stays the one that is written to.
    letters.directory.rename(tmp_path / "moved")
    letters.directory.symlink_to(tmp_path / "elsewhere")
    other = Place("other", "x")
    letters.add(other, [line()])
    assert (tmp_path / "moved" / "other" / "x.jsonl").is_file()
    assert not (tmp_path / "elsewhere").exists()
