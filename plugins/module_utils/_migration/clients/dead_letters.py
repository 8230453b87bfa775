# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead letters as lines of a file: everything that is needed to send a message again, and where it came from.

Groups and topics come from brokers, which check no name. They are text inside a file, and never a part of its path.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..._admin import release
from ..._admin.models import Message
from ..._admin.system_names import DLQ_PREFIX

# What a broker or client set for its own handling of the message that died; a new one must not inherit it.
_DROPPED = frozenset(
    {
        release.DELAY,
        release.REAL_TOPIC,
        release.REAL_QUEUE,
        release.RECONSUME_TIME,
        release.MAX_RECONSUME_TIMES,
        release.MIN_OFFSET,
        release.MAX_OFFSET,
        release.HALF_MESSAGE,
        release.WAIT,
        release.CONSUME_START_TIME,
    }
)
_UNQUOTED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
# Characters of a file's name before the hash, and hexadecimal digits of the hash.
_READABLE, _HASH = 100, 32
# Names that the first form of rocketmq_dlq made a harmless path of, without a quote or a hash.
_EARLIER = re.compile(r"[%|A-Za-z0-9_-][%|.A-Za-z0-9_-]{0,199}")

# Broker and queue → offsets that are there, as (first, end) in ascending order.
Spans = Mapping[tuple[str, int], list[tuple[int, int]]]


class DeadLetterError(ValueError):
    """A file or line that holds no dead letters of one group; the text says which and why."""


def group_of(topic: str) -> str:
    return topic[len(DLQ_PREFIX) :]


def file_name(name: str) -> str:
    """The file name for a cluster or group: readable as far as it is harmless, and different for different names.

    At most 135 characters out of A-Z, a-z, 0-9, ``_``, ``-`` and ``%``, and no leading ``-``. Everything else is
    percent-quoted as in a URL; the hash is of the whole name, so that neither cutting nor a file system that does not
    tell ``A`` from ``a`` makes two names one.
    """
    raw = name.encode("utf-8", "surrogatepass")
    readable = ""
    for number, byte in enumerate(raw):
        plain = byte in _UNQUOTED and (number > 0 or byte != ord("-"))
        quoted = chr(byte) if plain else f"%{byte:02X}"
        if len(readable) + len(quoted) > _READABLE:
            break
        readable += quoted
    return f"{readable or '%'}-{hashlib.sha256(raw).hexdigest()[:_HASH]}"


def earlier_file_name(name: str) -> str | None:
    """The file name in the first form of rocketmq_dlq, which was the name itself; None where that is no safe path."""
    return name if _EARLIER.fullmatch(name) else None


def shown(text: str, limit: int = 200) -> str:
    """A name from a broker or of a file for a message to people: without control characters, and cut."""
    text = text if text.isprintable() else ascii(text)
    return text if len(text) <= limit else f"{text[:limit]}…"


def line(cluster: str, broker: str, message: Message) -> str:
    """One message as a line of JSON. The body is base64, for it may be anything."""
    return json.dumps(
        {
            "cluster": cluster,
            "broker": broker,
            "topic": message.topic,
            "queue": message.queue,
            "offset": message.offset,
            "origin_topic": message.properties.get(release.RETRY_TOPIC, ""),
            "keys": message.keys,
            "born_ms": message.born_ms,
            "stored_ms": message.stored_ms,
            "properties": message.properties,
            "body": base64.b64encode(message.body).decode("ascii"),
        },
        sort_keys=True,
    )


def identity(item: Mapping[str, Any]) -> str:
    """Names a dead letter: its place in the store that it was exported from."""
    return f"{item['cluster']}/{item['broker']}/{item['topic']}/{item['queue']}/{item['offset']}"


def note(item: Mapping[str, Any]) -> str:
    """The line that says that it was sent. Quoted, because a name may hold the end of a line."""
    return json.dumps(identity(item))


def is_noted(item: Mapping[str, Any], notes: set[str]) -> bool:
    """Whether one of the lines says so; the first form of rocketmq_dlq did not quote them."""
    return note(item) in notes or identity(item) in notes


def parse(lines: Iterable[str], where: str) -> Iterator[dict[str, Any]]:
    """Yields the messages of a file, with their body as bytes.

    Raises DeadLetterError, naming the file and line, for anything else, for a line of another cluster or group than
    the first one, and at the end when there was no message: such a file does not say whose it is.
    """
    owner = None
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            item = _item(json.loads(text))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DeadLetterError(f"{where}, line {number}, is not an exported message: {_why(error)}") from error
        mine = (item["cluster"], item["topic"])
        owner = owner or mine
        if mine != owner:
            raise DeadLetterError(
                f"{where}, line {number}, is of {shown('/'.join(mine))}, the lines before it of "
                f"{shown('/'.join(owner))}: a file holds the messages of one group of one cluster"
            )
        yield item
    if owner is None:
        raise DeadLetterError(f"{where} holds no message, so its group is not known")


def _item(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise ValueError("no object")
    for field, kind in (
        ("cluster", str),
        ("broker", str),
        ("topic", str),
        ("queue", int),
        ("offset", int),
        ("properties", dict),
        ("body", str),
    ):
        # True is an int in Python.
        if isinstance(item[field], bool) or not isinstance(item[field], kind):
            raise ValueError(f"its {field} has the wrong type")
    if not item["topic"].startswith(DLQ_PREFIX):
        raise ValueError("its topic is no dead-letter queue")
    if not group_of(item["topic"]):
        raise ValueError("its topic names no group")
    return {**item, "body": base64.b64decode(item["body"], validate=True)}


def _why(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else shown(str(error))


def spans(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], list[tuple[int, int]]]:
    """Which offsets these messages of one group have, by broker and queue, in as little memory as they leave gaps."""
    found: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for item in items:
        rows = found.setdefault((item["broker"], item["queue"]), [])
        offset = item["offset"]
        if rows and rows[-1][1] == offset:
            rows[-1] = (rows[-1][0], offset + 1)
        else:
            rows.append((offset, offset + 1))
    return {place: _joined(rows) for place, rows in found.items()}


def _joined(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, end in sorted(rows):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def missing(first: int, end: int, there: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of first … end - 1 that are in none of these, which ascend."""
    gaps = []
    for start, stop in there:
        if stop <= first:
            continue
        if start >= end:
            break
        if start > first:
            gaps.append((first, start))
        first = stop
    if first < end:
        gaps.append((first, end))
    return gaps


def renewed(item: Mapping[str, Any]) -> dict[str, str]:
    """Properties for sending it again to its group's retry topic: the consumer sees its original topic."""
    properties = {str(key): str(value) for key, value in item["properties"].items() if key not in _DROPPED}
    # Escaped where needed: 4.4.0 parts properties by control characters, which a broker's names may hold.
    properties["MQOPS_DEAD_LETTER"] = shown(identity(item), 1024)
    return properties
