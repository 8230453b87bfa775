# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a process of 4.4.0 as the process itself has read them from its command line.

4.4.0 gives its arguments to PosixParser of commons-cli 1.2 (BrokerStartup, NamesrvStartup, ServerUtil). So C(-c FILE),
C(-cFILE), C(-pcFILE), C(--configFile FILE), C(--configFile=FILE), C(-configFile FILE) and C(--c FILE) are all the same;
C(-c=FILE) is a file whose name begins with an equals sign. Of an option that is given twice the first value counts. An
option that it does not know ends a process before it runs, so one that runs has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MAIN = re.compile(r"(?:[\w$]+\.)*(?:BrokerStartup|NamesrvStartup)")
_LONG = {"c": "configFile", "n": "namesrvAddr", "h": "help", "p": "printConfigItem", "m": "printImportantConfig"}
_WITH_VALUE = ("configFile", "namesrvAddr")


@dataclass(frozen=True)
class Options:
    """C(config_file): the value of -c as it is given. C(name_servers): that of -n, which overrules the file."""

    config_file: str = ""
    name_servers: str = ""


def starts(words: Sequence[str]) -> bool:
    """Whether the main class of a broker or a name server is one of the words of a command line."""
    return any(_MAIN.fullmatch(word) for word in words[1:])


def options(words: Sequence[str]) -> Options | None:
    """The options behind the main class; None where no word is one. What stands before it is the JVM's, -cp too."""
    mains = [place for place, word in enumerate(words) if place and _MAIN.fullmatch(word)]
    if not mains:
        return None
    values: dict[str, str] = {}
    tokens = _flattened(words[mains[0] + 1 :])
    while tokens:
        token = tokens.pop(0)
        if token == "--":
            break
        name = _name(token) if token.startswith("-") else None
        if name in _WITH_VALUE and tokens and not (tokens[0].startswith("-") and _name(tokens[0])):
            values.setdefault(name, _unquoted(tokens.pop(0)))
    return Options(values.get("configFile", ""), values.get("namesrvAddr", ""))


def _name(token: str) -> str | None:
    """The long name of an option, however many hyphens it has; None of what is none."""
    word = token.lstrip("-") if token.startswith("--") else token.removeprefix("-")
    return _LONG.get(word) or (word if word in _LONG.values() else None)


def _flattened(words: Sequence[str]) -> list[str]:
    """PosixParser.flatten: values that are glued to their option become words of their own."""
    found: list[str] = []
    for word in words:
        head, equals, value = word.partition("=")
        if word.startswith("--"):
            found += [head, value] if equals and _name(head) else [word]
        elif word.startswith("-") and len(word) > 2 and not _name(word):
            found += _burst(word)
        else:
            found.append(word)
    return found


def _burst(word: str) -> list[str]:
    found: list[str] = []
    for place, letter in enumerate(word[1:], start=1):
        if letter not in _LONG:
            return [*found, word]
        found.append(f"-{letter}")
        if _LONG[letter] in _WITH_VALUE and place + 1 < len(word):
            return [*found, word[place + 1 :]]
    return found


def _unquoted(value: str) -> str:
    return value.removeprefix('"').removesuffix('"')
