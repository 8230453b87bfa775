# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.acl import Credentials, sign
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import (
    MAX_FRAME,
    Command,
    FrameError,
    decode,
    encode,
    frame_length,
)

FIXTURES = Path(__file__).parents[3] / "fixtures"
# By the JSON library of the servers: that of 4.4.0, and the one that is deployed.
WIRES = ["wire", "wire-1.2.83"]


def exchanges(name: str, wire: str = WIRES[0]) -> dict[str, tuple[bytes, bytes]]:
    document = json.loads((FIXTURES / wire / f"{name}.json").read_text())
    return {
        key: (base64.b64decode(item["request"]), base64.b64decode(item["answer"]))
        for key, item in document["exchanges"].items()
    }


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("name", ["json", "binary", "acl", "seeded"])
def test_what_real_servers_answered(name: str, wire: str) -> None:
    for request, answer in exchanges(name, wire).values():
        asked, answered = decode(request[4:]), decode(answer[4:])
        assert frame_length(answer) == len(answer) - 4
        assert answered.is_response and not asked.is_response
        assert answered.opaque == asked.opaque
        assert (answered.language, answered.version) == ("JAVA", 293)


@pytest.mark.parametrize("wire", WIRES)
def test_both_serializations_say_the_same(wire: str) -> None:
    plain, binary = exchanges("json", wire), exchanges("binary", wire)
    assert {answer[4] for _request, answer in binary.values()} == {1}
    assert {answer[4] for _request, answer in plain.values()} == {0}
    for name in ("topic_route_none", "consumer_connections_offline", "cluster_info"):
        one, other = decode(plain[name][1][4:]), decode(binary[name][1][4:])
        assert (one.code, one.remark, one.body) == (other.code, other.remark, other.body)
    assert decode(binary["max_offset"][1][4:]).ext == {"offset": "0"}


@pytest.mark.parametrize("wire", WIRES)
def test_the_signature_that_a_real_broker_accepted(wire: str) -> None:
    credentials = Credentials("recorder", "recorder-secret")
    for name, (request, answer) in exchanges("acl", wire).items():
        asked = decode(request[4:])
        bare = {key: value for key, value in asked.ext.items() if key not in ("AccessKey", "Signature")}
        accepted = decode(answer[4:]).code == 0
        assert accepted == (name not in ("unsigned", "wrong_secret"))
        assert (sign(credentials, bare, asked.body) == asked.ext) == accepted


def test_names_are_signed_in_order_and_the_token_with_them() -> None:
    credentials = Credentials("key", "secret", security_token="token")
    one = sign(credentials, {"b": "2", "a": "1", "Z": "0"})
    assert one == sign(credentials, {"Z": "0", "a": "1", "b": "2", "Signature": "of something else"})
    assert one["SecurityToken"] == "token"
    assert one["Signature"] != sign(Credentials("key", "secret"), {"b": "2", "a": "1", "Z": "0"})["Signature"]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    code=st.integers(0, 32767),
    ext=st.dictionaries(texts, texts, max_size=5),
    body=st.binary(max_size=100),
    opaque=st.integers(0, 2**31 - 1),
    flag=st.integers(0, 3),
    remark=st.none() | texts,
)
def test_encode_and_decode(code, ext, body, opaque, flag, remark) -> None:
    command = Command(code, ext, body, opaque, flag, remark)
    raw = encode(command)
    assert frame_length(raw[:8]) == len(raw) - 4
    assert decode(raw[4:]) == command


def test_ext_fields_are_always_sent() -> None:
    assert b'"extFields":{}' in encode(Command(21))


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_decode_or_fail(raw: bytes) -> None:
    try:
        decode(raw)
    except FrameError:
        pass
    if len(raw) >= 4:
        try:
            frame_length(raw)
        except FrameError:
            pass


@given(st.sampled_from([0, 1]), st.integers(0, 80), st.binary(max_size=80))
def test_no_header_does_anything_but_decode_or_fail(kind: int, length: int, rest: bytes) -> None:
    try:
        decode(struct.pack(">I", kind << 24 | length) + rest)
    except FrameError:
        pass


@given(st.sampled_from(sorted(exchanges("binary").items())), st.data())
def test_damaged_real_answers(item, data) -> None:
    raw = bytearray(item[1][1][4:])
    for _unused in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, min(len(raw), 120) - 1))] = data.draw(st.integers(0, 255))
    del raw[data.draw(st.integers(0, len(raw))) :]
    try:
        decode(raw)
    except FrameError:
        pass


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"code":"0","opaque":1}',
        b'{"code":true,"opaque":1}',
        b'{"code":0,"opaque":1,"extFields":[1]}',
        b"[" * 100000,
        b'{"code":' + b"9" * 5000 + b',"opaque":1}',
        b"\xff\xfe",
    ],
)
def test_headers_that_are_none(header: bytes) -> None:
    with pytest.raises(FrameError):
        decode(struct.pack(">I", len(header)) + header)


def test_a_negative_length_in_a_binary_header_does_not_lead_back() -> None:
    ext = struct.pack(">h1si", 1, b"a", -7)  # after this value one would stand at the key again
    header = struct.pack(">hBhiiii", 0, 0, 293, 1, 1, 0, len(ext)) + ext
    with pytest.raises(FrameError, match="cut off"):
        decode(struct.pack(">I", 1 << 24 | len(header)) + header)


def test_a_remark_can_always_be_printed() -> None:
    header = b'{"code":1,"opaque":1,"remark":"\\ud800 broken","extFields":{"a":1,"b":null,"c":true}}'
    command = decode(struct.pack(">I", len(header)) + header)
    assert command.remark == "? broken"
    assert command.ext == {"a": "1", "c": "true"}


@pytest.mark.parametrize("length", [0, 3, MAX_FRAME + 1, 0xFFFFFFFF])
def test_lengths_that_begin_no_frame(length: int) -> None:
    with pytest.raises(FrameError):
        frame_length(struct.pack(">I", length))


def test_length_limits_hold_for_the_header_too() -> None:
    with pytest.raises(FrameError, match="does not fit"):
        frame_length(struct.pack(">II", 10, 7))
    with pytest.raises(FrameError, match="not known"):
        frame_length(struct.pack(">II", 10, 2 << 24))
    assert frame_length(struct.pack(">II", 10, 6)) == 10
