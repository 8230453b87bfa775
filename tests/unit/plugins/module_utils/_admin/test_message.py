# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import Unexpected
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.message import decode_all


def record(topic: bytes = b"order_created", body: bytes = b"body", properties: bytes = b"", sys_flag: int = 0) -> bytes:
    tail = struct.pack(">i", len(body)) + body + bytes([len(topic)]) + topic
    tail += struct.pack(">H", len(properties)) + properties
    born, stored = b"\xc6\x12\x0a\x65", b"\xc6\x12\x0a\x15"
    head = struct.pack(">IIiiqqiq4siq4siiq", 0, 0, 3, 0, 41, 4096, sys_flag, 1, born, 5, 2, stored, 6, 1, 0)
    return struct.pack(">i", 4 + len(head) + len(tail)) + head + tail


def test_records_one_after_the_other() -> None:
    delayed = record(b"SCHEDULE_TOPIC_XXXX", properties=b"REAL_TOPIC\x01order_created\x02KEYS\x01k1\x02EMPTY\x01\x02")
    first, second = decode_all(delayed + record())
    assert (first.topic, first.real_topic, first.keys) == ("SCHEDULE_TOPIC_XXXX", "order_created", "k1")
    assert first.properties["EMPTY"] == ""
    assert (second.queue, second.offset, second.physical_offset, second.reconsume_times) == (3, 41, 4096, 1)
    assert (second.born_host, second.store_host) == ("198.18.10.101:5", "198.18.10.21:6")
    assert decode_all(b"") == ()


def test_compressed_bodies() -> None:
    assert decode_all(record(body=zlib.compress(b"x" * 10_000), sys_flag=1))[0].body == b"x" * 10_000
    with pytest.raises(Unexpected, match="does not unpack"):
        decode_all(record(body=b"plain", sys_flag=1))
    with pytest.raises(Unexpected, match="cut off or larger"):
        decode_all(record(body=zlib.compress(b"x" * 10_000)[:-8], sys_flag=1))
    bomb = zlib.compress(b"\0" * (65 * 1024 * 1024))
    with pytest.raises(Unexpected, match="larger than 64 MiB"):
        decode_all(record(body=bomb, sys_flag=1))


def test_what_is_cut_off() -> None:
    whole = record(properties=b"KEYS\x01k\x02")
    for length in range(1, len(whole)):
        with pytest.raises(Unexpected):
            decode_all(whole[:length])


def test_a_part_that_reaches_into_the_next_record() -> None:
    raw = bytearray(record() + record())
    at = len(record()) - 2
    for length in (b"\x00\x01", b"\xff\xff"):
        raw[at : at + 2] = length
        with pytest.raises(Unexpected, match="do not fit"):
            decode_all(bytes(raw))


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_decode_or_fail(raw: bytes) -> None:
    try:
        decode_all(raw)
    except Unexpected:
        pass


@given(st.data())
def test_damaged_records(data) -> None:
    raw = bytearray(record(properties=b"KEYS\x01k\x02") + record(body=zlib.compress(b"zip"), sys_flag=1))
    for _unused in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_all(bytes(raw))
    except Unexpected:
        pass
