# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One changing run at a time, by an entry at a name server and a file (private)."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from .._admin.errors import AdminError
from .._admin.nameserver import kv_delete, kv_list, kv_put
from .._migration.progress import lock
from .._migration.progress.lock import Claim
from .._migration.reasons.refusal import stated
from .errors import ArgumentError, OperationError
from .run_owner import ended, this_owner
from .task import Outcome, Task

NAMESPACE = "MQOPS_LOCK"
# Two runs that met: the loser has withdrawn long before.
WITHDRAWAL = 10.0


class Places:
    """The claims, wherever they lie."""

    def __init__(self, task: Task, server: str, directory: str, must_answer: bool) -> None:
        self.admin, self.server, self.directory = task.admin, server, directory
        self.path = os.path.join(directory, "lock.json")
        try:
            self.admin.ask(kv_list(self.server, NAMESPACE))
            self.answers = True
        except AdminError as error:
            if must_answer:
                raise
            self.answers = False
            task.progress(f"the lock lies in {self.path} only: {error}")

    @property
    def names(self) -> list[str]:
        return [self.path, *([f"{self.server} {NAMESPACE}"] if self.answers else [])]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other run of this host reads or writes the file meanwhile."""
        try:
            os.makedirs(self.directory, exist_ok=True)
            handle = os.open(self.path + ".guard", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise OperationError(f"the lock cannot be kept in {self.directory}: {error}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def in_file(self) -> list[Claim]:
        try:
            with open(self.path, encoding="utf-8") as handle:
                text = handle.read()
        except FileNotFoundError:
            return []
        return [lock.parse(text, self.path)]

    def in_server(self) -> list[Claim]:
        if not self.answers:
            return []
        table = self.admin.ask(kv_list(self.server, NAMESPACE))
        return [lock.parse(text, f"{self.server} {NAMESPACE}/{key}") for key, text in sorted(table.items())]

    def write_file(self, claim: Claim | None) -> None:
        if claim is None:
            if os.path.exists(self.path):
                os.unlink(self.path)
            return
        with open(self.path + ".new", "w", encoding="utf-8") as handle:
            handle.write(claim.dump())
        os.replace(self.path + ".new", self.path)

    def put(self, claim: Claim) -> None:
        if self.answers:
            self.admin.ask(kv_put(self.server, NAMESPACE, claim.owner, claim.dump()))

    def remove(self, owner: str) -> None:
        if self.answers:
            self.admin.ask(kv_delete(self.server, NAMESPACE, owner))


def said(claim: Claim) -> dict[str, Any]:
    def when(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    return {"owner": claim.owner, "what": claim.what, "since": when(claim.since), "until": when(claim.until)}


def refuse(claim: Claim, path: str) -> OperationError:
    told = said(claim)
    why = (
        f"{told['owner']} holds the lock of this estate since {told['since']}, for {told['what']}; it counts until "
        f"{told['until']} unless renewed, and longer while it is seen to run on this machine. Nothing was changed. "
        f"Let that run end, or end it; then start this one again. "
        f"If it has ended where that cannot be seen from here (another host, a container that is gone), say so: "
        f"ended_owner, or with a playbook -e rocketmq_migration_lock_ended='{told['owner']}'. "
        f"(The lock lies in {path}.)"
    )
    return OperationError(stated("LOCK_HELD", "", why), held_by=told)


def take(places: Places, claim: Claim, check: bool, gone_owner: str | None) -> list[str]:
    """Returns what was taken over. Raises OperationError when another run holds it. C(gone_owner): known to have
    ended."""

    def over(owner: str) -> bool | None:
        return True if owner == gone_owner else ended(owner)

    with places.alone():
        now = time.time()
        file = lock.judge(claim.owner, places.in_file(), now, over)
        server = lock.judge(claim.owner, places.in_server(), now, over)
        for verdict, place in ((file, places.path), (server, places.server)):
            if not verdict.free:
                raise refuse(verdict.holders[0], place)
        gone = {
            one.owner: f"{said(one)['owner']}, {one.what}, since {said(one)['since']}: {why}"
            for one, why in (*file.gone, *server.gone)
        }
        if check:
            return sorted(gone.values())
        for one, _why in server.gone:
            places.remove(one.owner)
        places.put(claim)
        deadline = time.monotonic() + WITHDRAWAL
        while True:
            met = lock.judge(claim.owner, places.in_server(), time.time(), over)
            if met.free:
                break
            if not lock.waits(claim.owner, met.holders) or time.monotonic() > deadline:
                places.remove(claim.owner)
                raise refuse(met.holders[0], places.server)
            time.sleep(0.2)
        places.write_file(claim)
        return sorted(gone.values())


def give_back(places: Places, owner: str, check: bool) -> bool:
    """Whether there was anything to give back."""
    with places.alone():
        mine = [one for one in places.in_file() if one.owner == owner]
        there = [one for one in places.in_server() if one.owner == owner]
        if not check:
            if mine:
                places.write_file(None)
            if there:
                places.remove(owner)
    return bool(mine or there)


def run(
    task: Task,
    *,
    state: str,
    nameserver: str,
    must_answer: bool,
    directory: str,
    what: str,
    expiry: int,
    ended_owner: str | None,
    owner: str | None,
) -> Outcome:
    if expiry <= 0:
        raise ArgumentError(f"expiry must be greater than 0 seconds, got {expiry}")
    me = owner or this_owner()
    places = Places(task, nameserver, directory, must_answer)
    gone: list[str] = []
    try:
        if state == "present":
            before = [one for one in (*places.in_file(), *places.in_server()) if one.owner == me]
            since = min((one.since for one in before), default=time.time())
            claim = Claim(me, what, since, time.time() + expiry)
            gone = take(places, claim, task.check_mode, ended_owner)
            for text in gone:
                task.warn(f"The lock was taken over from {text}.")
            changed = not before
        else:
            changed = give_back(places, me, task.check_mode)
    except ValueError as error:
        why = f"{error}. Look at it, and remove it if it is none of yours."
        raise OperationError(stated("LOCK_FOREIGN", "", why)) from error
    return Outcome.passed(changed=changed, owner=me, taken_over=gone, places=places.names)
