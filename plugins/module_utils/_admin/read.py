# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small readers that the request modules share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._remoting import fastjson
from .._remoting.frame import Command
from .errors import Unexpected
from .models import BrokerData, DataVersion


def table(answer: Command) -> dict[Any, Any]:
    """The body as an object."""
    if not answer.body:
        raise Unexpected("an answer without a body")
    value = fastjson.loads(answer.body)
    if not isinstance(value, dict):
        raise Unexpected(f"a body that is no object ({answer.body[:64]!r})")
    return value


def offset(answer: Command) -> int:
    """The header field ``offset``."""
    return ext_int(answer, "offset")


def ext_int(answer: Command, name: str) -> int:
    value = answer.ext.get(name)
    if value is None:
        raise Unexpected(f"an answer without the field {name!r}")
    try:
        return int(value)
    except ValueError:
        raise Unexpected(f"the field {name!r} is {value!r}") from None


def string_map(value: object) -> dict[str, str]:
    """An object of strings; numbers and booleans are written out."""
    if not isinstance(value, dict):
        raise Unexpected(f"no map of strings ({value!r:.64})")
    return {str(key): item if isinstance(item, str) else str(item) for key, item in value.items()}


def integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unexpected(f"no whole number ({value!r:.64})")
    return value


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unexpected(f"no truth value ({value!r:.64})")
    return value


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Unexpected(f"no string ({value!r:.64})")
    return value


def version(value: Mapping[str, Any]) -> DataVersion:
    return DataVersion(counter=integer(value["counter"]), timestamp=integer(value["timestamp"]))


def broker_data(value: Mapping[str, Any]) -> BrokerData:
    return BrokerData(
        name=text(value["brokerName"]),
        cluster=value.get("cluster") or "",
        addresses={int(key): text(address) for key, address in sorted(value["brokerAddrs"].items())},
    )


def properties(answer: Command) -> dict[str, str]:
    """``key=value`` lines. 4.4.0 escapes nothing, so a line without ``=`` continues the value before it."""
    try:
        lines = answer.body.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Unexpected(f"a body that is not UTF-8 ({answer.body[:64]!r})") from error
    found: dict[str, str] = {}
    last: str | None = None
    for line in lines:
        key, equals, value = line.partition("=")
        if equals:
            last = key.strip()
            found[last] = value
        elif last is not None and line:
            found[last] += "\n" + line
    return found
