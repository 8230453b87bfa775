# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ansible-core is tested, and with what."""

from __future__ import annotations

import dataclasses
import re
import shutil

import pytest
import yaml

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.matrix import cores

READ, OLDER = cores.read(cores.PINS.read_text())


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def test_the_oldest_is_the_one_that_is_supported_and_no_series_is_left_out() -> None:
    floor = yaml.safe_load((cores.ROOT / "meta/runtime.yml").read_text())["requires_ansible"]
    assert READ[0].core == floor.removeprefix(">=")
    minors = [version(core.core)[1] for core in READ]
    assert minors == list(range(minors[0], minors[0] + len(minors)))
    # The one of the environment in which everything else is tested.
    assert (
        f"ansible-core=={next(core.core for core in READ if core.series == '2.19')}\n"
        in (cores.ROOT / "requirements/runtime.in").read_text()
    )


@pytest.mark.parametrize("core", READ, ids=lambda core: core.series)
def test_everything_is_pinned_by_version_and_hash(core: cores.Core) -> None:
    listed = cores.requirements(core, OLDER, cores.LOCK.read_text())
    pins = re.findall(r"^([\w.-]+)==\S+", listed, re.MULTILINE)
    assert sorted(pins) == sorted(["ansible-core", *cores.PACKAGES])
    blocks = re.split(r"^(?=[\w.-]+==)", listed, flags=re.MULTILINE)[1:]
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []
    assert f"ansible-core=={core.core} " in listed
    assert ("resolvelib==1.0.1 " in listed) is (version(core.core) < (2, 19))


def test_a_package_that_is_not_locked_is_said() -> None:
    lock = cores.LOCK.read_text().replace("\nexecnet==", "\nother==")
    with pytest.raises(Failed, match=r"requirements/dev\.lock has no execnet, which"):
        cores.requirements(READ[0], OLDER, lock)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (None, "Tried: none was found"),
        ("echo 3.11", "/python3.12: 3.11"),
        ("echo No module named ensurepip >&2; exit 1", "/python3.12: No module named ensurepip"),
    ],
)
def test_a_python_that_is_absent_or_another_one_has_failed(tmp_path, script, says) -> None:
    core = dataclasses.replace(READ[-1], python="3.12")
    if script:
        (tmp_path / "python3.12").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "python3.12").chmod(0o755)
    with pytest.raises(Failed) as failed:
        cores.interpreter(core, {"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert says in str(failed.value)
    assert "PYTHON312=/path/to/python3.12 make matrix MATRIX=cores" in str(failed.value)


def test_a_python_is_taken_from_the_path_or_by_its_name(tmp_path) -> None:
    for name in ("python3.12", "other"):
        (tmp_path / name).write_text("#!/bin/sh\necho 3.12\n")
        (tmp_path / name).chmod(0o755)
    core = dataclasses.replace(READ[-1], python="3.12")
    assert cores.interpreter(core, {"PATH": str(tmp_path)}) == tmp_path / "python3.12"
    pyenv = tmp_path / ".pyenv/versions/3.12.1/bin/python3.12"
    pyenv.parent.mkdir(parents=True)
    shutil.copy(tmp_path / "other", pyenv)
    # pyenv's own stub on the path answers that it leads nowhere.
    (tmp_path / "python3.12").write_text("#!/bin/sh\necho command not found >&2; exit 127\n")
    assert cores.interpreter(core, {"PATH": str(tmp_path), "HOME": str(tmp_path)}) == pyenv
    named = {"PATH": str(tmp_path), "PYTHON312": str(tmp_path / "other")}
    assert cores.interpreter(core, named) == tmp_path / "other"
