# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files with which brokers start (private)."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from .._admin.models import ClusterSpec
from .._admin.release import FRAME_LIMIT
from .._admin.snapshot import take
from .._migration.preflight import judge as conflicts
from .._migration.tables import merge, seed
from .._migration.tables import missing as metadata
from . import files
from .errors import OperationError
from .task import Outcome, Task

SOURCE_PARTS = frozenset({"topics", "groups", "offsets", "clients"})


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as handle:
            return handle.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OperationError(f"{path} cannot be read: {error}") from error


def _summary(name: str, text: str | None) -> dict[str, Any] | str:
    """What a diff shows of a file: its names; thousands of lines would not be read."""
    if text is None:
        return ""
    if name == seed.OFFSETS:
        return {"entries": text.count("@")}
    try:
        value = json.loads(text)
    except ValueError:
        return "unreadable"
    return {key: table for key, table in value.items() if key != "dataVersion"}


def run(task: Task, *, sources: list[ClusterSpec], target: ClusterSpec, directory: str) -> Outcome:
    if not sources:
        raise OperationError("sources is empty: there is nothing to seed from")
    if not target.masters:
        raise OperationError(f"target {target.name} has no master")

    merged = merge.merge([take(task.admin, spec, SOURCE_PARTS) for spec in sources], target)
    if merged.gaps:
        lines = metadata.describe(merged.gaps)
        raise OperationError(
            f"the sources did not answer completely, nothing was written: {'; '.join(lines[:5])}", unanswered=lines
        )
    if not merged.topics and not merged.groups:
        raise OperationError("the sources have no topic and no group of their own: check their addresses")
    size = conflicts.registration_bytes(merged.topics.values(), target.name, [one.name for one in target.brokers])
    if size > FRAME_LIMIT:
        raise OperationError(
            f"{len(merged.topics)} topics make a registration of {size} bytes, a name server accepts "
            f"{FRAME_LIMIT}: the brokers would start and never be listed. Nothing was written."
        )

    contents: dict[str, str] = {}
    for broker in target.masters:
        for name, text in seed.broker_files(merged, int(time.time() * 1000)).items():
            contents[os.path.join(directory, broker.name, name)] = text
    for name, text in seed.nameserver_files(merged).items():
        contents[os.path.join(directory, "nameserver", name)] = text

    before, after, written = {}, {}, []
    for path, text in contents.items():
        name, old = os.path.basename(path), _read(path)
        if seed.same_content(name, old, text):
            continue
        written.append(path)
        before[path], after[path] = _summary(name, old), _summary(name, text)
        if not task.check_mode:
            # Brokers run under another user than the one who copies the files.
            files.write(path, text)
    return Outcome.passed(
        changed=bool(written),
        before=before,
        after=after,
        files=sorted(contents),
        written=written,
        topics=len(merged.topics),
        groups=len(merged.groups),
        offsets=len(merged.pairs),
    )
