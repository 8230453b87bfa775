#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One changing run at a time."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_lock
short_description: Let one changing run at a time work on an estate
description:
  - Takes, renews or gives back the lock of a migration. It lies in the key-value store of the new cluster's name
    server, where every run finds it whatever host it comes from, and in O(directory), which also serves before that
    name server exists.
  - A run that finds somebody else's lock fails and says who holds it, since when and for what. Nothing waits.
  - The owner is the C(ansible-playbook) process. Where the run of the owner is seen to have ended (same machine), or
    the lock has expired and its owner cannot be seen, it is taken over, and RV(taken_over) and a warning say so.
options:
  state:
    description:
      - V(present) takes the lock, or renews it when this run has it already.
      - V(absent) gives it back. A lock of somebody else is left alone.
    type: str
    choices: [present, absent]
    default: present
  nameserver:
    description: Address of the name server whose key-value store holds the lock, C(ip:port).
    type: str
    required: true
  must_answer:
    description: Whether a name server that does not answer is a failure. Otherwise only O(directory) is used.
    type: bool
    default: true
  directory:
    description: Directory on the host that runs the module, the same for all runs from that host.
    type: path
    required: true
  what:
    description: What the lock is taken for, for others to read.
    type: str
    default: a changing run
  expiry:
    description:
      - Seconds until the lock no longer counts unless it is renewed. Longer than the longest phase.
      - One whose owner is seen to run (same machine) counts on.
    type: int
    default: 7200
  ended_owner:
    description:
      - Owner of a lock whose run is known to have ended where that cannot be seen, such as in another container.
        Its lock is taken over like that of a run that is seen to have ended.
    type: str
  owner:
    description: Who takes it. By default this run, C(user@host:machine:process:start).
    type: str
extends_documentation_fragment:
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
    details:
      - A lock of somebody else fails in check mode too; nothing is written.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - Taking the lock again renews it.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Take the lock
  mqops.rocketmq.rocketmq_lock:
    nameserver: 198.18.10.80:9876
    directory: /var/lib/mqops/consolidation
    what: freeze_source
  delegate_to: localhost

- name: Give it back
  mqops.rocketmq.rocketmq_lock:
    state: absent
    nameserver: 198.18.10.80:9876
    directory: /var/lib/mqops/consolidation
  delegate_to: localhost
"""

RETURN = r"""
owner:
  description: Who this run is.
  returned: success
  type: str
  sample: ops@jump:4026531836.9f1c2b7a:4711:99812
held_by:
  description: The lock of somebody else, with C(owner), C(what), C(since) and C(until) (UTC).
  returned: when it is held
  type: dict
taken_over:
  description: Locks that no longer counted, each with why.
  returned: success
  type: list
  elements: str
places:
  description: Where the lock lies.
  returned: success
  type: list
  elements: str
"""

import fcntl
import getpass
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import lock
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.lock import Claim
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    ModuleError,
    RocketmqModule,
    run_module,
)

NAMESPACE = "MQOPS_LOCK"
# Two runs that met: the loser has withdrawn long before.
WITHDRAWAL = 10.0


def _start(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; None when there is none, or only its unread exit status."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as handle:
            words = handle.read().rpartition(")")[2].split()
        return None if words[0] == "Z" else words[19]
    except (OSError, IndexError):
        return None


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as handle:
            return int(handle.read().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _is_ansible(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as handle:
            words = handle.read().split(b"\0")[:3]
    except OSError:
        return False
    return any(os.path.basename(word).startswith((b"ansible-playbook", b"ansible-runner")) for word in words)


def run_process() -> int:
    """The ansible-playbook that this module belongs to; the module's own parent when it is none's.

    In a container it may be process 1 itself, or what process 1 was told to run.
    """
    found, pid = 0, os.getpid()
    while pid > 0:
        if _is_ansible(pid):
            found = pid
        elif found:
            break
        pid = _parent(pid)
    return found or os.getppid()


def machine() -> str:
    """Where a process id means the same: this boot, and this namespace of processes."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as handle:
            boot = handle.read().strip()[:8]
        return os.readlink("/proc/self/ns/pid").strip("pid:[]") + "." + boot
    except OSError:
        return "unknown"


def this_owner() -> str:
    pid = run_process()
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}:{machine()}:{pid}:{_start(pid)}"


def ended(owner: str) -> bool | None:
    """Is the owner's process gone? None: it is none of this machine, so that it cannot be seen."""
    place, _unused, rest = owner.partition(":")[2].partition(":")
    pid, _unused, start = rest.partition(":")
    if not pid.isdigit() or place != machine() or place == "unknown":
        return None
    return _start(int(pid)) != start


class Places:
    """The claims, wherever they lie."""

    def __init__(self, module: RocketmqModule) -> None:
        self.module, self.admin = module, module.admin
        self.server = module.params["nameserver"]
        self.directory = module.params["directory"]
        self.path = os.path.join(self.directory, "lock.json")
        try:
            self.admin.ask(nameserver.kv_list(self.server, NAMESPACE))
            self.answers = True
        except AdminError as error:
            if module.params["must_answer"]:
                raise
            self.answers = False
            module.progress(f"the lock lies in {self.path} only: {error}")

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
            raise ModuleError(f"the lock cannot be kept in {self.directory}: {error}") from error
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
        table = self.admin.ask(nameserver.kv_list(self.server, NAMESPACE))
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
            self.admin.ask(nameserver.kv_put(self.server, NAMESPACE, claim.owner, claim.dump()))

    def remove(self, owner: str) -> None:
        if self.answers:
            self.admin.ask(nameserver.kv_delete(self.server, NAMESPACE, owner))


def said(claim: Claim) -> dict[str, Any]:
    def when(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    return {"owner": claim.owner, "what": claim.what, "since": when(claim.since), "until": when(claim.until)}


def refuse(claim: Claim, path: str) -> ModuleError:
    told = said(claim)
    return ModuleError(
        f"{told['owner']} holds the lock of this estate since {told['since']}, for {told['what']}; it counts until "
        f"{told['until']} unless renewed, and longer while it is seen to run on this machine. Nothing was changed. "
        f"Let that run end, or end it; then start this one again. "
        f"If it has ended where that cannot be seen from here (another host, a container that is gone), say so: "
        f"ended_owner, or with a playbook -e rocketmq_migration_lock_ended='{told['owner']}'. "
        f"(The lock lies in {path}.)",
        held_by=told,
    )


def take(places: Places, claim: Claim, check: bool, gone_owner: str | None) -> list[str]:
    """Returns what was taken over. Raises ModuleError when somebody holds it. C(gone_owner): known to have ended."""

    def over(owner: str) -> bool | None:
        return True if owner == gone_owner else ended(owner)

    with places.alone():
        now = time.time()
        file = lock.judge(claim.owner, places.in_file(), now, over)
        server = lock.judge(claim.owner, places.in_server(), now, over)
        for verdict, place in ((file, places.path), (server, places.server)):
            if not verdict.free:
                raise refuse(verdict.holders[0], place)
        gone = {one.owner: f"{said(one)['owner']}, {one.what}, since {said(one)['since']}: {why}"
                for one, why in (*file.gone, *server.gone)}
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


@run_module
def main() -> None:
    module = RocketmqModule(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "nameserver": {"type": "str", "required": True},
            "must_answer": {"type": "bool", "default": True},
            "directory": {"type": "path", "required": True},
            "what": {"type": "str", "default": "a changing run"},
            "expiry": {"type": "int", "default": 7200},
            "ended_owner": {"type": "str"},
            "owner": {"type": "str"},
        },
        supports_check_mode=True,
    )
    params = module.params
    if params["expiry"] <= 0:
        raise ArgumentError(f"expiry must be greater than 0 seconds, got {params['expiry']}")
    owner = params["owner"] or this_owner()
    places = Places(module)
    try:
        if params["state"] == "present":
            before = [one for one in (*places.in_file(), *places.in_server()) if one.owner == owner]
            since = min((one.since for one in before), default=time.time())
            claim = Claim(owner, params["what"], since, time.time() + params["expiry"])
            gone = take(places, claim, module.check_mode, params["ended_owner"])
            for text in gone:
                module.module.warn(f"The lock was taken over from {text}.")
            module.exit(changed=not before, owner=owner, taken_over=gone, places=places.names)
        with places.alone():
            mine = [one for one in places.in_file() if one.owner == owner]
            there = [one for one in places.in_server() if one.owner == owner]
            if not module.check_mode:
                if mine:
                    places.write_file(None)
                if there:
                    places.remove(owner)
        module.exit(changed=bool(mine or there), owner=owner, taken_over=[], places=places.names)
    except ValueError as error:
        raise ModuleError(f"{error}. Look at it, and remove it if it is none of yours.") from error


if __name__ == "__main__":
    main()
