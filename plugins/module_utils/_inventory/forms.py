# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the value of an inventory's variable may look like.

A form takes a value that was given and returns what is wrong with it, as the end of a sentence that begins with the
variable's name, or None. Values are shown shortened and escaped, secrets never.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._migration.machines import account as accounts
from .._migration.machines import identity as machine_identity
from .._migration.machines import process_pattern
from .._migration.preflight.machines import parse_size

Form = Callable[[Any], "str | None"]

_SHOWN = 60
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\.?$){_LABEL}(?:\.{_LABEL})*\.?")
_ENGINE = re.compile(r"unix:///\S+|ssh://(?:[^\s/@]+@)?[^\s/@]+/?|(?:tcp|https?)://[^\s/@]+/?")
# What both the filter bool and the argument specifications take.
_TRUTH = ("true", "false", "yes", "no", "on", "off", "1", "0")


@dataclass(frozen=True)
class Unreadable:
    """Stands for a value that could not be computed, for example because it uses a variable that is not defined."""

    why: str


def not_computed(value: Any) -> bool:
    """Whether a value could not be computed; before ansible-core 2.19 the text of the template is left then."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, Mapping):
        return any(map(not_computed, value.values()))
    return isinstance(value, Unreadable) or (isinstance(value, (list, tuple)) and any(map(not_computed, value)))


def given(value: Any) -> bool:
    """Whether a variable has a value: empty text, null and what is empty otherwise are none."""
    if isinstance(value, str):
        return value.strip() != ""
    return value is not None and not (isinstance(value, (list, tuple, Mapping)) and not value)


class Vaulted(str):
    """A text that a vault has given; no message shows it."""


def shown(value: Any) -> str:
    """A value for a message: quoted, escaped, at most about 60 characters."""
    if isinstance(value, Vaulted):
        return "a vaulted text"
    text = str(value) if isinstance(value, str) else value
    quoted = f"'{text}'" if isinstance(text, str) and text.isprintable() and "'" not in text else repr(text)
    return quoted if len(quoted) <= _SHOWN else f"{quoted[: _SHOWN - 4]} ..."


def meant(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """C( (did you mean NAME?)), or nothing where no known name is near."""
    near = difflib.get_close_matches(str(name), [str(one) for one in known], n=1, cutoff=cutoff)
    return f" (did you mean {near[0]}?)" if near else ""


def any_value(_value: Any) -> None:
    """Of a value that is judged elsewhere."""


def text(value: Any) -> str | None:
    if isinstance(value, bool):
        return f"is {shown(value)}, which is no text; put it in quotes"
    return None if isinstance(value, (str, int, float)) else f"is {shown(value)}, which is no text"


def secret(_value: Any) -> None:
    """Of a value that is not even computed: that may ask a vault, which is the business of who needs the secret."""


def number(low: int, high: int) -> Form:
    def form(value: Any) -> str | None:
        try:
            right = not isinstance(value, bool) and low <= int(str(value)) <= high
        except ValueError:
            right = False
        return None if right else f"is {shown(value)}, which is no number from {low} to {high}"

    return form


def seconds(value: Any) -> str | None:
    try:
        right = not isinstance(value, bool) and 0 < float(str(value)) < math.inf
    except ValueError:
        right = False
    return None if right else f"is {shown(value)}, which is no number of seconds above 0"


def truth(value: Any) -> str | None:
    right = isinstance(value, bool) or str(value).strip().lower() in _TRUTH
    return None if right else f"is {shown(value)}; it takes true or false"


def choice(*known: str) -> Form:
    def form(value: Any) -> str | None:
        if not isinstance(value, bool) and str(value).strip() in known:
            return None
        # YAML reads a bare no as false.
        hint = " (put it in quotes: 'no')" if value is False and "no" in known else meant(value, known)
        return f"is the unknown {shown(value)}; known are {', '.join(known)}{hint}"

    return form


def size(value: Any) -> str | None:
    try:
        parse_size(value)
    except ValueError:
        return f"is {shown(value)}; it takes a size of a JVM, such as 512m or 8g"
    return None


def ip_address(value: Any) -> str | None:
    """4.4.0 stores hosts in four bytes; and a name here would follow the switch of the DNS names."""
    try:
        ipaddress.IPv4Address(str(value).strip() if not isinstance(value, int) else "")
    except ValueError:
        return f"is {shown(value)}, which is no IPv4 address (the one that RocketMQ's clients reach, without a port)"
    return None


def dns_name(value: Any) -> str | None:
    word = value.strip() if isinstance(value, str) else ""
    # Digits alone are an address, or a mistake in one.
    if _NAME.fullmatch(word) and not word.replace(".", "").isdigit():
        return None
    return f"is {shown(value)}, which is no DNS name; it takes one name without a port, such as mro-ns.mq.example.com"


def _dns_server(value: Any) -> bool:
    host, mark, port = str(value).strip().partition("#")
    if mark and number(1, 65535)(port):
        return False
    try:
        ipaddress.ip_address(host)
        return True
    except ValueError:
        return dns_name(host) is None


def dns_servers(value: Any) -> str | None:
    if not isinstance(value, (list, tuple)):
        return f"is {shown(value)}; it takes a list of IP addresses, such as [198.18.200.2]"
    for item in value:
        if not isinstance(item, str) or not _dns_server(item):
            return f"holds {shown(item)}, which is no IP address (another port than 53: 198.18.200.2#5353)"
    return None


def words(value: Any) -> str | None:
    """A list of names, or names in one text with commas."""
    if isinstance(value, str):
        return None
    right = isinstance(value, (list, tuple)) and all(text(item) is None for item in value)
    return None if right else f"is {shown(value)}; it takes a list of names"


def mapping(value: Any) -> str | None:
    return None if isinstance(value, Mapping) else f"is {shown(value)}; it takes a mapping of names to values"


def mappings(*required: str) -> Form:
    """A list of mappings that have these keys."""

    def form(value: Any) -> str | None:
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
            return f"is {shown(value)}; it takes a list of mappings with {' and '.join(required)}"
        for count, item in enumerate(value, start=1):
            missing = [key for key in required if not given(item.get(key))]
            if missing:
                return f"has no {' and no '.join(missing)} in its entry {count}"
        return None

    return form


def engine(value: Any) -> str | None:
    if isinstance(value, str) and _ENGINE.fullmatch(value.strip()):
        return None
    return f"is {shown(value)}, which names no engine; it takes ssh://USER@ADDRESS, unix:///PATH or tcp://ADDRESS:PORT"


def unit(value: Any) -> str | None:
    right = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9:_.@\\-]+", value.strip())
    return None if right else f"is {shown(value)}, which is no name of a systemd unit, such as rocketmq-broker.service"


def path(value: Any) -> str | None:
    wrong = machine_identity.problem_of_path(value.strip()) if isinstance(value, str) else "no text"
    return f"is {shown(value)}; it takes the absolute path of a file on the machine" if wrong else None


def account(value: Any) -> str | None:
    wrong = accounts.problem(value.strip() if isinstance(value, str) else "")
    return wrong and f"is {shown(value)}, which {wrong}"


def pattern(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"is {shown(value)}, which is no text; put it in quotes: '[b]roker-a.conf'"
    wrong = process_pattern.problem(value)
    return wrong and f"{shown(value)} {wrong}"
