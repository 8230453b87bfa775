# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real shell and real processes, for the commands that run on machines."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import uuid

import pytest

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "sh"]}


def run(temporary, shell, text, **environment):
    # The command's own text must be on no command line, as in the frame. What it keeps belongs to the test.
    return subprocess.run(
        [*shell, "-c", 'eval "$TEXT"'],
        env={**os.environ, "TMPDIR": str(temporary), **environment, "TEXT": text},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def temporary(tmp_path_factory):
    """Where commands make the files that they leave, as in /tmp of a machine."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture
def sh(temporary):
    return functools.partial(run, temporary, ["sh"])


@pytest.fixture(params=SHELLS)
def shells(request, temporary):
    """As sh, for each shell that a machine may have as its /bin/sh."""
    words = SHELLS[request.param]
    if not shutil.which(words[0]):
        pytest.skip(f"there is no {words[0]} here")
    return functools.partial(run, temporary, words)


@pytest.fixture
def name():
    return f"mqops-test-{uuid.uuid4().hex}"


@pytest.fixture
def sleeper(name):
    process = subprocess.Popen([name, "60"], executable=shutil.which("sleep"))
    yield process
    process.kill()
    process.wait()
