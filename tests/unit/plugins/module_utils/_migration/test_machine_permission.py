# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permission that a broker has saved, read by a real shell from the files of real processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import machine_permission


def sh(text):
    return subprocess.run(
        ["sh", "-c", 'eval "$TEXT"'], env={**os.environ, "TEXT": text},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def name():
    return f"mqops-test-{uuid.uuid4().hex}"


@pytest.mark.parametrize("words", ["-c {0}", "-c{0}", "--configFile={0}", "-configFile {0}", "-pc{0} -c other.conf"])
def test_a_saved_permission_is_that_of_the_file_of_the_process(name, tmp_path, words):
    (tmp_path / f"{name}.conf").write_text("brokerPermission=6\n  brokerPermission = 4\nother=brokerPermission=0\n")
    absolute, relative = f"{tmp_path}/{name}.conf", f"{name}.conf"
    call = [shutil.which("bash"), "-c", "read -r never", "org.apache.rocketmq.broker.BrokerStartup"]
    # The shell that has started a broker has the same words; they are told once.
    processes = [
        subprocess.Popen(
            [*call, *words.format(path).split()], cwd=tmp_path, start_new_session=True, stdin=subprocess.PIPE
        )
        for path in (absolute, relative)
    ]
    try:
        deadline = time.monotonic() + 20
        while any(b"BrokerStartup" not in Path(f"/proc/{one.pid}/cmdline").read_bytes() for one in processes):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert sh(machine_permission.saved_permission(f"{name}.conf")).stdout == "4\n"
        (tmp_path / "b.conf").write_text("brokerPermission=0\n")
        assert sh(machine_permission.saved_permission(f"{name}.conf", "", f"{tmp_path}/b.conf")).stdout == "4\n"
        assert sh(machine_permission.saved_permission(f"{name}.conf", f"{tmp_path}/b.conf")).stdout == "0\n"
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert sh(machine_permission.saved_permission(f"{name}.conf")).stdout == ""
    # Of one that has ended, out of the file that was kept.
    assert sh(machine_permission.saved_permission(f"{name}.conf", "", f"{tmp_path}/b.conf")).stdout == "0\n"


def test_a_pattern_and_a_path_are_no_shell(tmp_path):
    odd = "it's $(touch hit) `touch hit`"
    for given in ((odd,), ("no-such-process-here", odd), ("no-such-process-here", "", odd)):
        sh(f"cd {tmp_path}; " + machine_permission.saved_permission(*given))
    assert not (tmp_path / "hit").exists()
