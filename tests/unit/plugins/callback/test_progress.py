# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live progress: what is shown, how much of it, and that it ends."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.callback import progress


def append(path: Path, text: str | bytes) -> None:
    with path.open("ab") as stream:
        stream.write(text if isinstance(text, bytes) else text.encode())


def test_only_new_and_complete_lines(tmp_path: Path) -> None:
    path = tmp_path / "p"
    append(path, "old\n")
    tail = progress.Tail(str(path))
    assert tail.lines() == []
    append(path, "one\ntwo\nhal")
    assert tail.lines() == ["one", "two"]
    append(path, "f\n\n")
    assert tail.lines() == ["half"]
    assert tail.lines() == []


def test_file_that_appears_shrinks_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "p"
    tail = progress.Tail(str(path))
    assert tail.lines() == []
    append(path, "one\n")
    assert tail.lines() == ["one"]
    path.write_text("x\n")
    assert tail.lines() == ["x"]
    other = tmp_path / "q"
    other.write_text("replaced and longer\n")
    other.rename(path)
    assert tail.lines() == ["replaced and longer"]
    path.unlink()
    assert tail.lines() == []


def test_flood_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "p"
    tail = progress.Tail(str(path))
    append(path, "".join(f"line {number}\n" for number in range(200)))
    lines = tail.lines()
    assert len(lines) == progress.MAX_LINES + 1
    assert lines[0] == "(150 lines left out)" and lines[-1] == "line 199"
    append(path, "x" * (3 * progress.MAX_BYTES) + "\nlast\n")
    assert tail.lines() == ["last"]
    append(path, "y" * 10_000 + "\n")
    assert tail.lines() == ["y" * progress.MAX_WIDTH]


def test_control_characters_and_broken_text_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "p"
    tail = progress.Tail(str(path))
    append(path, b"a\x1b[2Jb\xff\n")
    assert tail.lines() == ["a [2Jb\ufffd"]


def test_printer_shows_while_it_runs_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "p"
    shown: list[str] = []
    seen = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        seen.set()

    printer = progress.Printer(str(path), show, interval=0.01)
    append(path, "12:00:00 waiting\n")
    assert seen.wait(5)
    append(path, "last words\n")
    printer.stop()
    printer.stop()
    assert shown == ["  ... 12:00:00 waiting", "  ... last words"]
    assert "mqops-progress" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("with_file", [True, False])
def test_callback_follows_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_file: bool) -> None:
    path = tmp_path / "p"
    callback = progress.CallbackModule()
    shown: list[str] = []
    monkeypatch.setattr(callback, "get_option", lambda name: str(path) if with_file else None)
    monkeypatch.setattr(callback, "_display", type("D", (), {"display": staticmethod(shown.append)}))
    callback.v2_playbook_on_start(None)
    running = [thread for thread in threading.enumerate() if thread.name == "mqops-progress"]
    assert len(running) == with_file
    assert all(thread.daemon for thread in running)
    append(path, "line\n")
    callback.v2_playbook_on_stats(None)
    callback.v2_playbook_on_stats(None)
    deadline = time.monotonic() + 5
    while any(thread.is_alive() for thread in running) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shown == (["  ... line"] if with_file else [])


def test_it_is_what_ansible_needs(tmp_path: Path) -> None:
    plugin: Any = progress.CallbackModule
    assert plugin.CALLBACK_TYPE == "aggregate" and plugin.CALLBACK_NEEDS_ENABLED
    assert plugin.CALLBACK_NAME == "mqops.rocketmq.progress"
