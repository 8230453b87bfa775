# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader and the one writer of what a migration has proved (private)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from .._admin.models import BrokerSpec, ClusterSpec
from .._migration.machines.state import addresses
from .._migration.progress import proofs
from .._migration.progress.file_values import ShapeError
from .._migration.progress.proofs import Checked, Proofs, ProofsError, Reading
from .._migration.reasons.refusal import stated
from . import files
from .errors import ArgumentError, OperationError
from .task import Outcome, Task

NAME = "proofs.json"
# Where earlier versions have kept the same things.
BEFORE = ("checked.json", "drained.json", "empty.json", "leaving.json", "processes.json", "released_sources.json")


class Store:
    """C(proofs.json) in the directory of a migration."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.path = os.path.join(directory, NAME)

    def read(self) -> Proofs:
        """What is there; nothing was proved where there is no file."""
        try:
            with open(self.path, "rb") as handle:
                content = handle.read(proofs.MOST_MIB * 1024**2 + 1)
        except FileNotFoundError:
            self._refuse_files_of_before()
            return Proofs()
        except OSError as error:
            raise OperationError(f"{self.path} cannot be read: {error}") from error
        try:
            # What is no UTF-8 is refused as what it stands in.
            return proofs.parse(content.decode("utf-8", "surrogateescape"), self.path)
        except ProofsError as error:
            raise OperationError(stated("PROOFS_UNREADABLE", "", str(error)), refused=error.kind) from error

    def write(self, text: str) -> None:
        """One that is replaced keeps its owner, where that is allowed: other operators go on reading it."""
        try:
            there = os.stat(self.path) if os.path.exists(self.path) else None
        except OSError as error:
            raise OperationError(f"{self.path} cannot be written: {error}") from error
        files.write(self.path, text, 0o640)
        if there is not None:
            with suppress(OSError):
                os.chown(self.path, there.st_uid, there.st_gid)

    @contextmanager
    def alone(self, task: Task) -> Iterator[None]:
        """No other run of this host changes the file meanwhile."""
        guard = self.path + ".guard"
        try:
            os.makedirs(self.directory, exist_ok=True)
            handle = os.open(guard, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise OperationError(f"{guard} cannot be opened, so {NAME} cannot be changed: {error}") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                task.progress(f"another process holds {guard}; waiting")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _refuse_files_of_before(self) -> None:
        found = [name for name in BEFORE if os.path.exists(os.path.join(self.directory, name))]
        if found:
            why = (
                f"{self.directory} has {', '.join(found)}, where an earlier version of this collection has kept what "
                f"it had proved, and no {NAME}. This version does not read them, and without them nothing would count "
                "as proved. They were left as they are. Finish their migration with the version that has begun it; "
                "where it is finished, move them elsewhere and run this again."
            )
            raise OperationError(stated("PROOFS_UNREADABLE", "", why), refused="before")


def _brokers(value: Iterable[Mapping[str, Any]]) -> tuple[BrokerSpec, ...]:
    return tuple(BrokerSpec(one["name"], one["id"], one["address"]) for one in value)


def _clusters(value: Iterable[Mapping[str, Any]]) -> list[ClusterSpec]:
    return [ClusterSpec(one["name"], tuple(one["nameservers"]), _brokers(one["brokers"])) for one in value]


def _drained(known: Proofs, given: Mapping[str, Any], _where: str) -> Proofs:
    sources = _clusters(given["sources"])
    topics = {source.name: given["clusters"][source.name]["broadcast_topics"] for source in sources}
    return known.with_drained(sources, given["commit_logs"], topics)


def _reopened(known: Proofs, given: Mapping[str, Any], _where: str) -> Proofs:
    reading = Reading(
        offenders=tuple(given["offenders"]),
        unread=given["unread"],
        failure=given["failure"] or Reading.failure,
        peers=tuple(given["peers"]),
    )
    return known.reopened(_clusters(given["sources"]), reading)


def _checked(known: Proofs, given: Iterable[Mapping[str, Any]], _where: str) -> Proofs:
    return known.with_checked({one["address"]: Checked(one["end"], one["path"]) for one in given})


def _started(known: Proofs, given: Iterable[Mapping[str, Any]], _where: str) -> Proofs:
    sources = _clusters(given)
    without = known.without_checked_of(broker.address for source in sources for broker in source.brokers)
    return without.forget_released(source.name for source in sources)


def _released(known: Proofs, given: Mapping[str, Any], _where: str) -> Proofs:
    return known.with_released({one["name"]: addresses(one) for one in given["sources"]}, given["decommissioned"])


def _leaving(known: Proofs, given: Mapping[str, Any], _where: str) -> Proofs:
    return known.with_leaving(given["sources"], given["topic_ends"], given["waived"])


# Option → what becomes of the document, by the option's value and the path of the file.
CHANGES: Mapping[str, Callable[[Proofs, Any, str], Proofs]] = {
    "drained": _drained,
    "reopened": _reopened,
    "unrecorded": lambda known, given, where: known.unrecorded(_clusters(given), where),
    "told": lambda known, given, _where: known.reported(given),
    "checked": _checked,
    "started": _started,
    "processes": lambda known, given, _where: known.with_processes(given),
    "released": _released,
    "empty": lambda known, given, _where: known.with_empty(given["since"], _brokers(given["brokers"])),
    "opened": lambda known, given, _where: known.without_empty() if given else known,
    "leaving": _leaving,
    "not_leaving": lambda known, given, _where: known.without_leaving_of(given),
}


def change(known: Proofs, option: str, value: Any, where: str) -> tuple[Proofs, str]:
    """What becomes of the document by an option's value, and its text."""
    try:
        now = CHANGES[option](known, value, where)
        return now, now.dump()
    except (KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(f"{option} is not what the module documents: {error!r}. Nothing was written.") from error
    except ShapeError as error:
        raise ArgumentError(f"{option} cannot be kept in {where}: {error}. Nothing was written.") from error


def run(task: Task, *, directory: str, sent: Mapping[str, Any] | None, **changes: Any) -> Outcome:
    """C(changes): by the name of an option in CHANGES, None where it is not given; one is given at most.

    Evidence is no change of what is migrated: the outcome is never C(changed).
    """
    store = Store(directory)
    given = [(option, value) for option, value in changes.items() if value is not None]
    if not given:
        known = store.read()
        shown: dict[str, Any] = {"proofs": known.as_dict()}
        if sent is not None:
            shown["sent_late"] = known.sent_since(sent["sources"], sent["topic_ends"])
        return Outcome.passed(**shown)
    [(option, value)] = given
    more: dict[str, Any] = {}
    if task.check_mode:
        known = store.read()
        now, _text = change(known, option, value, store.path)
        if now != known:
            more["would_keep"] = f"Would keep in {store.path}: {option}"
    else:
        with store.alone(task):
            known = store.read()
            now, text = change(known, option, value, store.path)
            if now != known:
                store.write(text)
    return Outcome.passed(False, known.as_dict(), now.as_dict(), proofs=now.as_dict(), **more)
