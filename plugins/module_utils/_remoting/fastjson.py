# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies as fastjson 1.2.51 (4.4.0's own) and 1.2.83 (in the image of the role C(image)) write them: the same.

That is JSON, except that map keys which are no strings are written as they are: ``{0:"a"}``, and whole objects
``{{"queueId":0,"topic":"T"}:1}``. Four ways, fastest first: the standard parser for bodies that are plain JSON,
regular expressions for the two shapes that can be large, the standard parser again where only keys are numbers (routes,
asked for by the ten thousand), a tokenizer for everything else. All are linear in the input: the expressions have
possessive quantifiers only, the tokenizer keeps its own stack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeAlias

MAX_DEPTH = 256

# What a parsed object or list is; keys may be numbers and tuples, too.
Container: TypeAlias = "dict[object, object] | list[object]"


class FastjsonError(ValueError):
    """The input is not what fastjson writes; says where."""


def loads(raw: bytes | bytearray | str) -> object:
    """Parse one value. An object that stands as a key becomes the tuple of its items, sorted by name:
    ``(("brokerName", "b"), ("queueId", 0), ("topic", "T"))``. Raises FastjsonError and nothing else."""
    if isinstance(raw, str):
        text = raw
    else:
        try:
            text = bytes(raw).decode("utf-8")
        except UnicodeDecodeError as error:
            raise FastjsonError(f"not UTF-8 at byte {error.start}") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    for shape in (_offset_table, _queue_table, _number_keys):
        value = shape(text)
        if value is not None:
            return value
    return _Tokenizer(text).parse()


# --- shapes that can be large ---------------------------------------------------------------------------

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_NUMBER = r"-?\d{1,19}+"

# {"offsetTable":{"TOPIC@GROUP":{0:12,1:34},…}}
_COUNTS = rf"\{{(?:\d{{1,9}}+:{_NUMBER}(?:,(?=\d)|(?=\}})))*+\}}"
_OFFSETS_ALL = re.compile(rf'\{{"offsetTable":\{{(?:{_STRING}:{_COUNTS}(?:,(?=")|(?=\}})))*+\}}\}}', re.ASCII)
_OFFSETS_ONE = re.compile(rf"({_STRING}):\{{([^}}]*+)\}}")

# {"offsetTable":{{"brokerName":"b","queueId":0,"topic":"T"}:{"lastUpdateTimestamp":1,…},…}}
_KEY = rf'\{{"brokerName":({_STRING}),"queueId":({_NUMBER}),"topic":({_STRING})\}}'
_FIELDS = rf"(\{{(?:{_STRING}:{_NUMBER}(?:,(?=\")|(?=\}})))*+\}})"
_QUEUES_ONE = re.compile(f"{_KEY}:{_FIELDS}", re.ASCII)
_QUEUES_ALL = re.compile(rf'\{{"offsetTable":\{{(?:{_KEY}:{_FIELDS}(?:,(?=\{{)|(?=\}})))*+\}}\}}', re.ASCII)


def _offset_table(text: str) -> dict[str, object] | None:
    if not text.startswith('{"offsetTable":{"') or not _OFFSETS_ALL.fullmatch(text):
        return None
    entries: dict[str, dict[int, int]] = {}
    try:
        for key, counts in _OFFSETS_ONE.findall(text, len('{"offsetTable":{')):
            pairs = counts.split(",") if counts else ()
            numbers = (pair.partition(":") for pair in pairs)
            entries[json.loads(key)] = {int(queue): int(number) for queue, _colon, number in numbers}
    except ValueError:
        return None
    return {"offsetTable": entries}


def _queue_table(text: str) -> dict[str, object] | None:
    if not text.startswith('{"offsetTable":{{') or not _QUEUES_ALL.fullmatch(text):
        return None
    entries: dict[object, object] = {}
    try:
        for broker, queue, topic, fields in _QUEUES_ONE.findall(text, len('{"offsetTable":{')):
            key = (("brokerName", json.loads(broker)), ("queueId", int(queue)), ("topic", json.loads(topic)))
            entries[key] = json.loads(fields)
    except ValueError:
        return None
    return {"offsetTable": entries}


_NUMBER_KEY = re.compile(r"([{,])(\d{1,18}):", re.ASCII)
_MARK = "\\u0000"


def _number_keys(text: str) -> object:
    # Escapes could spell the mark, or hide where a string ends; what is nested deeply is not for a parser with a stack.
    if "\\" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        return None
    # What stands between the keys, then the two parts of one, and so on.
    first, *parts = _NUMBER_KEY.split(text)
    written, quotes = [first], first.count('"')
    for before, number, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        # After an odd number of quotes it is in the middle of a string.
        written.append(f"{before}{number}:{rest}" if quotes & 1 else f'{before}"{_MARK}{number}":{rest}')
        quotes += rest.count('"')
    try:
        return _WITH_NUMBERS.decode("".join(written))
    except (ValueError, RecursionError):
        return None


def _with_numbers(pairs: list[tuple[str, object]]) -> dict[object, object]:
    return {int(key[1:]) if key[:1] == "\0" else key: value for key, value in pairs}


_WITH_NUMBERS = json.JSONDecoder(object_pairs_hook=_with_numbers)


# --- everything else ------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"[ \t\r\n]*+(?:"
    r'(?P<string>"(?:[^"\\]++|\\.)*+")'
    r"|(?P<number>-?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+)"
    r"|(?P<word>true|false|null|NaN)"
    r"|(?P<mark>[{}\[\],:])"
    r"|(?P<end>\Z))",
    re.DOTALL | re.ASCII,
)
_WORDS = {"true": True, "false": False, "null": None, "NaN": None}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_ESCAPES.update({str(digit): chr(digit) for digit in range(8)})

# What may come next in the innermost container.
_VALUE, _FIRST_VALUE, _FIRST_KEY, _KEY_AGAIN, _COLON, _AFTER, _DONE = range(7)


class _Tokenizer:
    """A parser with its own stack, so that depth costs an error and not the interpreter's."""

    def __init__(self, text: str) -> None:
        self._text = text
        # For each container around the innermost: itself, its pending key, what may come next, whether it is a key.
        self._stack: list[tuple[Container | None, object, int, bool]] = []
        self._container: Container | None = None
        self._is_key = False
        self._pending: object = None
        self._state = _VALUE
        self._result: object = None
        self._at = 0

    def parse(self) -> object:
        text, match = self._text, _TOKEN.match
        position, length = 0, len(text)
        while position < length:
            token = match(text, position)
            # Every kind of token has its group: without one there is no token.
            if token is None or token.lastgroup is None:
                raise self._error(position)
            kind = token.lastgroup
            self._at = token.start(kind)
            if kind == "mark":
                self._mark(token["mark"])
            elif kind != "end":
                self._scalar(kind, token[kind])
            position = token.end()
        if self._state != _DONE:
            raise FastjsonError(f"the text ends in the middle, after {length} characters")
        return self._result

    def _error(self, position: int | None = None) -> FastjsonError:
        position = self._at if position is None else position
        return FastjsonError(f"unexpected {self._text[position : position + 24]!r} at character {position}")

    def _mark(self, mark: str) -> None:
        state = self._state
        if mark == "{":
            if state in (_VALUE, _FIRST_VALUE):
                self._open({}, is_key=False)
            elif state in (_FIRST_KEY, _KEY_AGAIN):
                self._open({}, is_key=True)
            else:
                raise self._error()
        elif mark == "[" and state in (_VALUE, _FIRST_VALUE):
            self._open([], is_key=False)
        elif mark == "}" and isinstance(self._container, dict) and state in (_FIRST_KEY, _AFTER):
            self._close()
        elif mark == "]" and isinstance(self._container, list) and state in (_FIRST_VALUE, _AFTER):
            self._close()
        elif mark == "," and state == _AFTER:
            self._state = _KEY_AGAIN if isinstance(self._container, dict) else _VALUE
        elif mark == ":" and state == _COLON:
            self._state = _VALUE
        else:
            raise self._error()

    def _scalar(self, kind: str, token: str) -> None:
        value: object
        if kind == "string":
            value = self._string(token)
        elif kind == "word":
            value = _WORDS[token]
        else:
            try:
                value = int(token) if token.lstrip("-").isdigit() else float(token)
            except ValueError:
                raise self._error() from None
        self._take(value)

    def _take(self, value: object) -> None:
        """A finished value: a key, a member, an element or the whole."""
        state = self._state
        if state in (_FIRST_KEY, _KEY_AGAIN):
            self._pending = value
            self._state = _COLON
        elif state not in (_VALUE, _FIRST_VALUE):
            raise self._error()
        elif self._container is None:
            self._result = value
            self._state = _DONE
        elif isinstance(self._container, dict):
            self._container[self._pending] = value
            self._state = _AFTER
        else:
            self._container.append(value)
            self._state = _AFTER

    def _open(self, container: Container, is_key: bool) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise FastjsonError(f"nested deeper than {MAX_DEPTH} at character {self._at}")
        self._stack.append((self._container, self._pending, self._state, self._is_key))
        self._container, self._pending, self._is_key = container, None, is_key
        self._state = _FIRST_KEY if isinstance(container, dict) else _FIRST_VALUE

    def _close(self) -> None:
        value: object = self._container
        # A list never stands as a key.
        if self._is_key and isinstance(self._container, dict):
            value = self._frozen(self._container)
        self._container, self._pending, self._state, self._is_key = self._stack.pop()
        self._take(value)

    def _frozen(self, value: dict[object, object]) -> tuple[tuple[object, object], ...]:
        if any(isinstance(item, (dict, list)) for item in value.values()):
            raise FastjsonError(f"an object with parts stands as a key before character {self._at}")
        return tuple(sorted(value.items(), key=lambda item: str(item[0])))

    def _string(self, token: str) -> str:
        inner = token[1:-1]
        if "\\" not in inner:
            return inner
        whole: Callable[[re.Match[str]], str] = self._unescape
        text = _ESCAPE.sub(whole, inner)
        # Characters beyond 16 bits come as two escapes; a lone half is replaced.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _unescape(self, match: re.Match[str]) -> str:
        escape = match[1]
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPES:
            raise self._error()
        return _ESCAPES[escape]
