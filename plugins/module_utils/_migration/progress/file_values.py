# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values out of a file that may be cut, edited or of another program: each is checked before it is used.

Each function returns the value, or raises ShapeError. C(place) is where the value stands, in words for a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from ..machines.answer import printable

T = TypeVar("T")

# Characters of a name (a path is no longer on Linux), and of a line for people.
LONGEST_NAME = 4096
LONGEST_LINE = 100_000
# Offsets and sizes of RocketMQ are Java's long.
LARGEST_NUMBER = 2**63 - 1
# Characters of a value that a message shows.
_SHOWN = 60
# Halves of surrogate pairs are no characters either: no file could be written with them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class ShapeError(ValueError):
    """A value that may not stand there. The text says where it stands and what is wrong with it."""


def mapping(value: Any, place: str) -> Mapping[str, Any]:
    """A mapping whose keys are names."""
    if not isinstance(value, Mapping):
        raise ShapeError(f"{place} is {_shown(value)}, and no mapping")
    for key in value:
        name(key, f"a key of {place}")
    return value


def fields(value: Any, place: str, wanted: Collection[str]) -> Mapping[str, Any]:
    """A mapping with these keys, all of them and no others."""
    found = mapping(value, place)
    for key in wanted:
        if key not in found:
            raise ShapeError(f"{place} has no {key}")
    for key in found:
        if key not in wanted:
            raise ShapeError(f"{place} has {_shown(key)}, which this version does not know")
    return found


def by_name(value: Any, place: str, read: Callable[[Any, str], T]) -> dict[str, T]:
    """A mapping of names to values that C(read) looks at."""
    return {key: read(one, f"{place}.{printable(key, _SHOWN)}") for key, one in mapping(value, place).items()}


def listed(value: Any, place: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    """A list of values that C(read) looks at."""
    if not isinstance(value, (list, tuple)):
        raise ShapeError(f"{place} is {_shown(value)}, and no list")
    return tuple(read(one, f"{place}[{index}]") for index, one in enumerate(value))


def number(value: Any, place: str) -> int:
    """A whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_NUMBER:
        raise ShapeError(f"{place} is {_shown(value)}, and no whole number from 0 to {LARGEST_NUMBER}")
    return value


def flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise ShapeError(f"{place} is {_shown(value)}, and neither true nor false")
    return value


def name(value: Any, place: str) -> str:
    """A text of one line that is not empty."""
    found = text(value, place)
    if not found:
        raise ShapeError(f"{place} is empty")
    return found


def text(value: Any, place: str) -> str:
    """A short text of one line, which may be empty."""
    return _plain(value, place, LONGEST_NAME)


def line(value: Any, place: str) -> str:
    """A line for people."""
    return _plain(value, place, LONGEST_LINE)


def opaque(value: Any, place: str) -> str:
    """A text of any characters, which is judged where it is used."""
    return _bounded(value, place, LONGEST_LINE)


def _plain(value: Any, place: str, most: int) -> str:
    found = _bounded(value, place, most)
    if _CONTROL.search(found):
        raise ShapeError(f"{place} is {_shown(value)}, which has control characters")
    return found


def _bounded(value: Any, place: str, most: int) -> str:
    if not isinstance(value, str):
        raise ShapeError(f"{place} is {_shown(value)}, and no text")
    if len(value) > most:
        raise ShapeError(f"{place} has {len(value)} characters, more than {most}")
    return value


def _shown(value: Any) -> str:
    """A value of any kind and size in few words."""
    for kind, word in ((Mapping, "a mapping"), ((list, tuple), "a list"), (type(None), "nothing")):
        if isinstance(value, kind):
            return word
    if isinstance(value, str):
        return f"'{printable(value, _SHOWN)}'"
    # Python refuses to print a whole number of more than some thousand digits.
    return "a number of many digits" if isinstance(value, int) and value.bit_length() > 256 else str(value)
