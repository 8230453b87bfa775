# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real shell and real processes, for the commands that run on machines."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid

import pytest

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "sh"]}


def run(text, shell=("sh",), **environment):
    # The command's own text must be on no command line, as in the frame.
    return subprocess.run(
        [*shell, "-c", 'eval "$TEXT"'], env={**os.environ, **environment, "TEXT": text},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def sh():
    return run


@pytest.fixture(params=SHELLS)
def shells(request):
    """As sh, for each shell that a machine may have as its /bin/sh."""
    words = SHELLS[request.param]
    if not shutil.which(words[0]):
        pytest.skip(f"there is no {words[0]} here")
    return lambda text, **environment: run(text, words, **environment)


@pytest.fixture
def name():
    return f"mqops-test-{uuid.uuid4().hex}"


@pytest.fixture
def sleeper(name):
    process = subprocess.Popen([name, "60"], executable=shutil.which("sleep"))
    yield process
    process.kill()
    process.wait()
