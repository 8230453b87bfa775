# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that the decommission runs on an old machine to pack a store."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

VARS = Path(__file__).resolve().parents[3] / "roles" / "migration" / "vars" / "main.yml"
PACK = yaml.safe_load(VARS.read_text(encoding="utf-8"))["__migration_pack_script"]


@pytest.fixture
def store(tmp_path):
    place = tmp_path / "store"
    (place / "commitlog").mkdir(parents=True)
    with (place / "commitlog" / "00000000000000000000").open("wb") as log:
        log.write(b"messages")
        log.truncate(64 * 2**20)
    return place


@pytest.fixture
def archive(tmp_path):
    place = tmp_path / "archive"
    place.mkdir()
    return place


def pack(*arguments, **environment):
    command = ["sh", "-c", PACK, "pack", *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_a_store_is_packed_without_its_empty_parts(store, archive):
    done = pack(store, archive, "mro-broker-a")
    packed = archive / "mro-broker-a.tar"
    assert (done.returncode, int(done.stdout)) == (0, packed.stat().st_size)
    assert packed.stat().st_size < 2**20
    log = Path("commitlog/00000000000000000000")
    with tarfile.open(packed) as members:
        # By tar's own names: the filters of extractall are missing in Python before 3.11.4.
        [member] = [one for one in members.getmembers() if Path(one.name) == log]
        assert members.extractfile(member).read() == (store / log).read_bytes()


def test_an_archive_belongs_to_whom_its_directory_belongs_and_is_not_readable_by_all(store, archive):
    owner = 65534 if os.geteuid() == 0 else os.getuid()
    os.chown(archive, owner, -1)
    assert pack(store, archive, "mro-broker-a").returncode == 0
    packed = (archive / "mro-broker-a.tar").stat()
    assert (packed.st_uid, packed.st_mode & 0o777) == (owner, 0o640)


def test_what_is_packed_is_left_alone(store, archive):
    (archive / "mro-broker-a.tar").write_bytes(b"whole")
    done = pack(store, archive, "mro-broker-a")
    assert (done.returncode, done.stdout.strip(), (archive / "mro-broker-a.tar").read_bytes()) == (0, "5", b"whole")


def test_what_could_not_be_packed_has_no_name(store, archive, tmp_path):
    assert pack(store, tmp_path / "not-mounted", "mro-broker-a").returncode != 0
    assert not (tmp_path / "not-mounted").exists()
    assert pack(tmp_path / "no-store", archive, "mro-broker-a").returncode != 0
    assert list(archive.iterdir()) == []


def test_what_differs_from_the_store_has_no_name(store, archive, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    # The store changes between packing and comparing.
    (tools / "tar").write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin tar "$@" && echo more >> {store}/commitlog/late\n')
    (tools / "tar").chmod(0o755)
    (store / "commitlog" / "late").write_text("some\n")
    assert pack(store, archive, "mro-broker-a", PATH=f"{tools}:/usr/bin:/bin").returncode != 0
    assert list(archive.iterdir()) == []
