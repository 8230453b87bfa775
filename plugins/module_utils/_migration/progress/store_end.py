# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a stopped broker's commit log end where the last proof saw it end?

Read from the files themselves, since the process that could be asked has ended. 4.4.0 fills commit-log files with zeros
up to their full size, so whatever is not zero behind the checked end was written after the check. What reads them is
__migration_store_script of the role migration.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._admin.errors import Unexpected
from ..._admin.message import SIZE_AND_MAGIC, decode_all
from ..._admin.models import Message
from ..._admin.release import LEAST_MESSAGE, MESSAGE_MAGIC, REAL_TOPIC
from ..machines import state

# What the script says of a file behind the checked end: whether anything is there.
_MORE = {"0": 0, "1": 1}


@dataclass(frozen=True)
class StoreEnd:
    """C(kilobytes): size of the commit log. C(behind): raw bytes behind the checked end, none when it ends there.

    C(error): why nothing is known; then it is no proof.
    """

    kilobytes: int = 0
    behind: bytes = b""
    error: str | None = None

    @property
    def ok(self) -> bool:
        return self.error is None and not self.behind


def read(printed: str, checked: int | None) -> StoreEnd:
    """What the script printed. C(checked): None when no proof has recorded where the commit log has to end."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    if checked is None:
        return StoreEnd(error="no proof has recorded where this commit log has to end")
    if not lines or lines[-1] != "end":
        return StoreEnd(error=f"the commit log could not be read: {' '.join(lines)[-200:] or 'nothing was printed'}")
    kilobytes, behind, files, unread = 0, b"", 0, 0
    for line in lines[:-1]:
        key, _unused, value = line.partition("=")
        try:
            if key == "kilobytes":
                kilobytes = int(value)
            elif key == "file":
                files += 1
                unread += _MORE[value.rpartition(" more=")[2]]
            elif key == "bytes":
                found = base64.b64decode(value, validate=True)
                behind += found
                unread -= bool(found)
            else:
                return StoreEnd(error=f"unexpected output: {line[:200]}")
        except (ValueError, KeyError, binascii.Error) as error:
            return StoreEnd(error=f"unexpected output: {line[:80]} ({error})")
    if unread:
        return StoreEnd(error="something is behind the checked end, but it could not be read")
    # At an exact end of a file 4.4.0 has the next one ready; with neither, these are not the files that were checked.
    if not files and checked > 0:
        return StoreEnd(error=f"no file reaches offset {checked}: is this the store of that broker?")
    return StoreEnd(kilobytes, behind)


def records(behind: bytes) -> list[bytes]:
    """Whole messages at the beginning of what was found; bytes that are none end the list."""
    found, position = [], 0
    while position + SIZE_AND_MAGIC.size <= len(behind):
        size, magic = SIZE_AND_MAGIC.unpack_from(behind, position)
        if magic != MESSAGE_MAGIC or size < LEAST_MESSAGE or position + size > len(behind):
            break
        found.append(behind[position : position + size])
        position += size
    return found


def explain(where: str, end: StoreEnd, messages: Iterable[Any]) -> str | None:
    """None when it ends as checked; else what was written, by topic."""
    if end.ok:
        return None
    if end.error is not None:
        return f"{where}: {end.error}"
    topics: dict[str, int] = {}
    for message in messages:
        real = message.properties.get(REAL_TOPIC, message.topic)
        topics[real] = topics.get(real, 0) + 1
    named = ", ".join(f"{count} of topic {topic}" for topic, count in sorted(topics.items()))
    rest = f"{len(end.behind.rstrip(bytes(1)))} bytes that are no message"
    return f"{where}: written after the last check: {named or rest}"


def verdict(printed: Any, checked: Any, where: str) -> dict[str, Any]:
    """The verdict on one store, from what the script has printed where it lies: a text, or a machine's answer.

    C(readable) false says that nothing is known of it; C(ok) false with it, that something was written there.
    """
    end = _end(printed, None if checked in (None, "") else int(checked), where)
    messages: list[Message] = []
    for record in records(end.behind):
        try:
            messages += decode_all(record)
        except Unexpected:
            break
    return {
        "ok": end.ok,
        "readable": end.error is None,
        "why": explain(where, end, messages),
        "kilobytes": end.kilobytes,
        "kept": f"{where}: {end.kilobytes // 1024} MiB kept, commit log ends at {checked}" if end.ok else "",
        "topics": sorted({message.properties.get(REAL_TOPIC, message.topic) for message in messages}),
    }


def _end(printed: Any, checked: int | None, where: str) -> StoreEnd:
    if not isinstance(printed, Mapping):
        return read(printed, checked)
    if printed["status"] != "answered":
        return StoreEnd(error=state.why(where, printed))
    if not printed["ok"]:
        return StoreEnd(error=f"the commit log could not be read: {printed['said']}")
    return read("\n".join(printed["lines"]), checked)
