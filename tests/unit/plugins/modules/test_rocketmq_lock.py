# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_lock: a second run learns which run is first; what no longer counts is taken over, visibly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import lock
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import run_owner
from ansible_collections.mqops.rocketmq.tests.unit.support.clock import Clock

Run = Callable[..., dict[str, Any]]
ELSEWHERE = "ops@other:1.beef:12:34"


@pytest.fixture
def take(run: Run, estate: Any, tmp_path: Path) -> Run:
    def call(**more: Any) -> dict[str, Any]:
        return run("rocketmq_lock", **{"nameserver": "n:1", "directory": str(tmp_path / "one"), **more})

    return call


def test_taken_renewed_and_given_back(take: Run, estate: Any, tmp_path: Path) -> None:
    first = take(what="freeze_source")
    assert first["changed"] and first["places"] == [str(tmp_path / "one/lock.json"), "n:1 MQOPS_LOCK"]
    assert list(estate.servers["n:1"].table("MQOPS_LOCK")) == [first["owner"]]
    again = take(what="drain_source")
    assert not again["changed"] and not again["failed"]
    assert take(state="absent")["changed"]
    assert estate.servers["n:1"].table("MQOPS_LOCK") == {} and not (tmp_path / "one/lock.json").exists()
    assert not take(state="absent")["changed"]


def test_the_second_is_told_who_holds_it(take: Run, estate: Any, tmp_path: Path) -> None:
    take(owner=ELSEWHERE, what="freeze_source")
    held = dict(estate.servers["n:1"].table("MQOPS_LOCK"))
    for elsewhere in ({}, {"directory": str(tmp_path / "two")}, {"check": True}):
        refused = take(**elsewhere)
        assert refused["failed"] and not refused["changed"]
        assert f"{ELSEWHERE} holds the lock of this estate since " in refused["msg"]
        assert "for freeze_source" in refused["msg"] and refused["held_by"]["owner"] == ELSEWHERE
    # Neither given back by another run nor disturbed.
    take(state="absent")
    assert estate.servers["n:1"].table("MQOPS_LOCK") == held


def test_before_the_name_server_exists(take: Run, estate: Any) -> None:
    estate.servers["n:1"].down = True
    assert "Connection refused" in take()["msg"]
    alone = take(must_answer=False, owner=ELSEWHERE)
    assert not alone["failed"] and len(alone["places"]) == 1
    assert ELSEWHERE in take(must_answer=False)["msg"]


def test_an_expired_lock_is_taken_over(take: Run, estate: Any) -> None:
    old = lock.Claim(ELSEWHERE, "deploy", time.time() - 500, time.time() - 100)
    estate.servers["n:1"].table("MQOPS_LOCK")[ELSEWHERE] = old.dump()
    planned = take(check=True)
    assert "it expired 100 s ago" in planned["taken_over"][0] and ELSEWHERE in estate.servers["n:1"].table("MQOPS_LOCK")
    taken = take()
    assert taken["taken_over"] == planned["taken_over"]
    assert list(estate.servers["n:1"].table("MQOPS_LOCK")) == [taken["owner"]]


def test_a_run_that_was_killed_is_taken_over_and_a_living_one_is_not(take: Run) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    owner = f"ops@here:{run_owner.machine()}:{process.pid}:{run_owner._start(process.pid)}"
    try:
        take(owner=owner, expiry=1)
        assert take()["failed"]
        # For as long as it is seen to run, whatever its time was.
        claim = lock.Claim(owner, "drain_source", 0.0, 1.0)
        assert lock.judge("me", [claim], time.time(), run_owner.ended).holders == (claim,)
        # The same number, another process.
        assert run_owner.ended(owner.rpartition(":")[0] + ":1")
    finally:
        process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    # Killed and not yet waited for by its parent: it has ended all the same.
    assert "its run has ended" in take()["taken_over"][0]
    process.wait()


def test_an_owner_who_is_said_to_have_ended_is_taken_over_and_nobody_else(take: Run) -> None:
    take(owner=ELSEWHERE)
    refused = take(ended_owner="ops@third:1.beef:12:34")
    assert refused["failed"] and f"rocketmq_migration_lock_ended='{ELSEWHERE}'" in refused["msg"]
    taken = take(ended_owner=ELSEWHERE)
    assert not taken["failed"] and ELSEWHERE in taken["taken_over"][0]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        # From this module upwards to process 1.
        (["python", "python", "sh"], None),
        (["python", "ansible-playbook", "ansible-playbook", "bash"], 2),
        (["python", "ansible-playbook", "ansible-playbook"], 1),  # a container that runs nothing else
        (["python", "ansible-playbook", "ansible-runner", "dumb-init"], 2),
        (["python", "ansible-playbook", "bash", "ansible-runner"], 3),
    ],
)
def test_the_run_is_found_up_to_process_one(
    monkeypatch: pytest.MonkeyPatch, names: list[str], found: int | None
) -> None:
    me = len(names)
    monkeypatch.setattr(run_owner.os, "getpid", lambda: me)
    monkeypatch.setattr(run_owner.os, "getppid", lambda: 4711)
    monkeypatch.setattr(run_owner, "_parent", lambda pid: pid - 1)
    monkeypatch.setattr(run_owner, "_is_ansible", lambda pid: names[me - pid].startswith("ansible-"))
    assert run_owner.run_process() == (4711 if found is None else found)


def test_what_is_no_lock_is_left_alone(take: Run, estate: Any) -> None:
    estate.servers["n:1"].table("MQOPS_LOCK")["x"] = json.dumps({"owner": "x"})
    assert "holds something that is no lock" in take()["msg"]
    assert list(estate.servers["n:1"].table("MQOPS_LOCK")) == ["x"]


@pytest.mark.parametrize("first", ["a", "z"])
def test_two_that_met_do_not_both_have_it(take: Run, estate: Any, clock: Clock, first: str) -> None:
    """Another claim appears between our reading and our writing; it goes only if its owner has to withdraw."""
    other = lock.Claim(first, "deploy", time.time(), time.time() + 60)
    server, put = estate.servers["n:1"], estate.put_kv_config

    def put_both(where: Any, request: Any) -> None:
        put(where, request)
        where.table("MQOPS_LOCK")[first] = other.dump()

    estate.put_kv_config = put_both
    clock.on_sleep = lambda _now: server.table("MQOPS_LOCK").pop("z", None)
    result = take(owner="m")
    # "a" stays and we withdraw; "z" sorts behind us, so it withdraws and we have it.
    assert result["failed"] is (first == "a")
    assert sorted(server.table("MQOPS_LOCK")) == (["a"] if first == "a" else ["m"])
