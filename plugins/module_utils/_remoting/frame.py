# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of the RocketMQ remoting protocol.

A frame is a 4-byte length (of all that follows), a 4-byte header word (serialization in the top byte, header
length in the lower three), the header and the body. Requests are sent with a JSON header. A server answers in
the serialization that *it* is configured for, so both are read.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

# Ordinal of 4.4.0 in the list of all versions (MQVersion.CURRENT_VERSION).
VERSION = 293
# Seconds. Servers close a connection without traffic (NettyServerConfig.serverChannelMaxIdleTimeSeconds).
IDLE = 120
FLAG_RESPONSE = 1
FLAG_ONEWAY = 2

# 4.4.0's own peers refuse more than 16 MiB, but a broker sends what it has; this only bounds our memory.
MAX_FRAME = 256 * 1024 * 1024
MIN_FRAME = 4

SERIALIZE_JSON = 0
SERIALIZE_BINARY = 1

# In the order of their numbers (LanguageCode.JAVA and on).
LANGUAGES = ("JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS")


# A sweep makes and reads a hundred thousand frames, so these are looked up once and not for each frame.
_quote = json.encoder.encode_basestring_ascii
_DECODER = json.JSONDecoder()
_WORD = struct.Struct(">I")
_NUMBERS = (("code", None), ("opaque", None), ("flag", 0), ("version", 0))


class FrameError(Exception):
    """Bytes that are no frame; the text says what was seen."""


# Not frozen: to make a frozen one takes three times as long, and a sweep makes many. No code changes one.
@dataclass(slots=True)
class Command:
    """One request or response.

    ``repeatable`` is not sent: it tells the pool that asking twice does no harm.
    """

    code: int
    ext: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    opaque: int = 0
    flag: int = 0
    remark: str | None = None
    language: str = "PYTHON"
    version: int = VERSION
    repeatable: bool = field(default=False, compare=False)

    @property
    def is_response(self) -> bool:
        return bool(self.flag & FLAG_RESPONSE)


def encode(command: Command, opaque: int | None = None, ext: Mapping[str, str] | None = None) -> bytes:
    """The frame with a JSON header; ``opaque`` and ``ext`` replace the command's own when given."""
    fields = command.ext if ext is None else ext
    quoted = ",".join([f"{_quote(key)}:{_quote(value)}" for key, value in fields.items()])
    remark = "" if command.remark is None else f',"remark":{_quote(command.remark)}'
    # Put together here, because a JSON encoder of its own for each request costs as much as all the rest. extFields is
    # always present, even empty: 4.4.0 has paths (its ACL among them) that fail without it.
    raw = (
        f'{{"code":{command.code:d},"language":{_quote(command.language)},"version":{command.version:d},'
        f'"opaque":{command.opaque if opaque is None else opaque:d},"flag":{command.flag:d},'
        f'"extFields":{{{quoted}}}{remark}}}'
    ).encode("ascii")
    return struct.pack(">II", 4 + len(raw) + len(command.body), len(raw)) + raw + command.body


def frame_length(data: bytes | bytearray | memoryview, begin: int = 0, max_frame: int = MAX_FRAME) -> int:
    """Bytes that follow the length field at ``begin``; FrameError when what is there cannot begin a frame."""
    length: int = _WORD.unpack_from(data, begin)[0]
    if not MIN_FRAME <= length <= max_frame:
        raise FrameError(f"a frame of {length} bytes was announced")
    if len(data) - begin >= 8:
        (word,) = _WORD.unpack_from(data, begin + 4)
        if word >> 24 not in (SERIALIZE_JSON, SERIALIZE_BINARY):
            raise FrameError(f"header serialization {word >> 24} is not known")
        if (word & 0xFFFFFF) > length - 4:
            raise FrameError(f"a header of {word & 0xFFFFFF} bytes does not fit into a frame of {length}")
    return length


def decode(data: bytes | bytearray, begin: int = 0, end: int | None = None) -> Command:
    """Read one whole frame, which lies at ``begin`` to ``end`` *without* its length field. Raises FrameError only."""
    end = len(data) if end is None else end
    if end - begin < 4:
        raise FrameError(f"a frame of {end - begin} bytes has no header")
    (word,) = _WORD.unpack_from(data, begin)
    middle = begin + 4 + (word & 0xFFFFFF)
    if middle > end:
        raise FrameError(f"a header of {middle - begin - 4} bytes does not fit into a frame of {end - begin}")
    with memoryview(data) as view:
        header, body = bytes(view[begin + 4 : middle]), bytes(view[middle:end])
    if word >> 24 == SERIALIZE_JSON:
        return _decode_json(header, body)
    if word >> 24 == SERIALIZE_BINARY:
        return _decode_binary(header, body)
    raise FrameError(f"header serialization {word >> 24} is not known")


def _decode_json(raw: bytes, body: bytes) -> Command:
    try:
        header = _DECODER.decode(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header is not JSON ({raw[:64]!r})") from error
    if not isinstance(header, dict):
        raise FrameError(f"the header is not an object ({raw[:64]!r})")
    ext = header.get("extFields") or {}
    if not isinstance(ext, dict):
        raise FrameError(f"extFields is not an object ({raw[:64]!r})")
    numbers = []
    for name, default in _NUMBERS:
        value = header.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise FrameError(f"the header has no number {name!r}")
        numbers.append(value)
    code, opaque, flag, version = numbers
    remark = header.get("remark")
    return Command(
        code,
        {_text(key): _text(value) for key, value in ext.items() if value is not None} if ext else {},
        body,
        opaque,
        flag,
        None if remark is None else _text(remark),
        _text(header.get("language", "OTHER")),
        version,
    )


def _text(value: object) -> str:
    """A string that can be printed: JSON escapes can smuggle in lone surrogates."""
    if not isinstance(value, str):
        value = json.dumps(value)
    if value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")


def _decode_binary(raw: bytes, body: bytes) -> Command:
    try:
        code, language, version, opaque, flag, remark_length = struct.unpack_from(">hBhiii", raw)
        remark, position = _take(raw, 17, remark_length)
        (ext_length,) = struct.unpack_from(">i", raw, position)
        ext_raw, position = _take(raw, position + 4, ext_length)
        ext: dict[str, str] = {}
        at = 0
        while at < len(ext_raw):
            (length,) = struct.unpack_from(">h", ext_raw, at)
            key, at = _take(ext_raw, at + 2, length)
            (length,) = struct.unpack_from(">i", ext_raw, at)
            value, at = _take(ext_raw, at + 4, length)
            ext[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    except struct.error as error:
        raise FrameError(f"the binary header is cut off ({raw[:64]!r})") from error
    return Command(
        code=code,
        ext=ext,
        body=body,
        opaque=opaque,
        flag=flag,
        remark=remark.decode("utf-8", "replace") if remark else None,
        language=LANGUAGES[language] if language < len(LANGUAGES) else "OTHER",
        version=version,
    )


def _take(raw: bytes, start: int, length: int) -> tuple[bytes, int]:
    if length < 0 or start + length > len(raw):
        raise FrameError(f"the binary header is cut off ({raw[:64]!r})")
    return raw[start : start + length], start + length
