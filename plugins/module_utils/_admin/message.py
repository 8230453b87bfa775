# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored messages as a pull answers them: records one after the other."""

from __future__ import annotations

import struct
import zlib

from .errors import Unexpected
from .models import Message
from .release import COMPRESSED

# The begin of every record of a commit log: its size, and of what kind it is.
SIZE_AND_MAGIC = struct.Struct(">iI")
_FIXED = struct.Struct(">iIIiiqqiq4siq4siiqi")
# No fact of RocketMQ: it bounds our memory.
_BODY_LIMIT = 64 * 1024 * 1024


def decode_all(raw: bytes) -> tuple[Message, ...]:
    """All records of a body; raises Unexpected when they do not fill it exactly."""
    found = []
    position = 0
    while position < len(raw):
        message, position = _decode(raw, position)
        found.append(message)
    return tuple(found)


def _decode(raw: bytes, start: int) -> tuple[Message, int]:
    try:
        fields = _FIXED.unpack_from(raw, start)
    except struct.error:
        raise Unexpected(f"a message of {len(raw) - start} bytes is cut off") from None
    (size, _magic, _crc, queue, flag, offset, physical, sys_flag, born_ms, born_host, born_port) = fields[:11]
    (stored_ms, store_host, store_port, reconsume_times, prepared, body_length) = fields[11:]
    end = start + size
    if size < _FIXED.size or end > len(raw):
        raise Unexpected(f"a message says that it has {size} bytes, {len(raw) - start} are there")
    body, at = _take(raw, start + _FIXED.size, body_length, end)
    topic_length, at = _take(raw, at, 1, end)
    topic, at = _take(raw, at, topic_length[0], end)
    properties_length, at = _take(raw, at, 2, end)
    properties, at = _take(raw, at, int.from_bytes(properties_length, "big"), end)
    if sys_flag & COMPRESSED and body:
        body = _decompress(body)
    return (
        Message(
            topic=topic.decode("utf-8", "replace"),
            queue=queue,
            offset=offset,
            physical_offset=physical,
            body=body,
            properties=_properties(properties.decode("utf-8", "replace")),
            born_ms=born_ms,
            stored_ms=stored_ms,
            born_host=_host(born_host, born_port),
            store_host=_host(store_host, store_port),
            reconsume_times=reconsume_times,
            sys_flag=sys_flag,
            flag=flag,
            prepared_offset=prepared,
        ),
        end,
    )


def _take(raw: bytes, start: int, length: int, end: int) -> tuple[bytes, int]:
    if length < 0 or start + length > end:
        raise Unexpected("the parts of a message do not fit into it")
    return raw[start : start + length], start + length


def _decompress(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(body, _BODY_LIMIT)
    except zlib.error as error:
        raise Unexpected(f"a compressed message does not unpack ({error})") from None
    if not inflater.eof:
        raise Unexpected("a compressed message is cut off or larger than 64 MiB")
    return plain


def _properties(text: str) -> dict[str, str]:
    """``name \\x01 value \\x02 …``"""
    found = {}
    for item in text.split("\x02"):
        name, separator, value = item.partition("\x01")
        if separator and name:
            found[name] = value
    return found


def _host(raw: bytes, port: int) -> str:
    return ".".join(str(byte) for byte in raw) + f":{port}"
