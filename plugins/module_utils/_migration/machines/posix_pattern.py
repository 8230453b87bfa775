# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extended regular expressions of POSIX, in the form in which Python's re has the same meaning.

What POSIX leaves undefined is refused: it would mean one thing here and another on an old machine.
"""

from __future__ import annotations

import re

# As the C locale has them.
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
# GNU's additions, which every grep and pgrep of a Linux has.
_GNU = {"w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S", "b": r"\b", "B": r"\B", "<": r"\b(?=\w)", ">": r"\b(?<=\w)"}
_COUNT = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}")
_MOST = 255  # RE_DUP_MAX of POSIX


class PatternError(ValueError):
    """The text is no extended regular expression; says why."""


def to_python(pattern: str) -> str:
    """C(pattern) for Python's re. Raises PatternError."""
    return _Reader(pattern).read()


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.place = 0

    def read(self) -> str:
        out = self._alternatives()
        if self.place < len(self.text):
            raise PatternError("it has a ')' that nothing opens")
        return out

    def _alternatives(self) -> str:
        branches = [self._branch()]
        while self._peek() == "|":
            self.place += 1
            branches.append(self._branch())
        return "|".join(branches)

    def _branch(self) -> str:
        out = ""
        while self._peek() not in ("", "|", ")"):
            if self._peek() in "*+?{":
                raise self._nothing_to_repeat()
            anchor = self._peek() in "^$"
            atom = self._atom()
            if anchor and self._peek() and self._peek() in "*+?{":
                raise self._nothing_to_repeat()
            out += self._repeated(atom)
        return out

    def _nothing_to_repeat(self) -> PatternError:
        mark = self._peek()
        return PatternError(f"'{mark}' has nothing before it that it could repeat (literally: '\\{mark}')")

    def _repeated(self, atom: str) -> str:
        while (mark := self._peek()) and mark in "*+?{":
            if mark == "{":
                count = _COUNT.match(self.text, self.place)
                if count is None:
                    raise PatternError("a '{' begins no count such as {2} or {1,3} (literally: '\\{')")
                low, high = int(count[1]), int(count[3] or count[1])
                if high < low or high > _MOST:
                    raise PatternError(f"the count {count[0]} does not go from a number to a greater one below 256")
                mark = count[0]
            self.place += len(mark)
            # Two marks behind each other mean something else in Python.
            atom = f"(?:{atom}{mark})"
        return atom

    def _atom(self) -> str:
        letter = self._next()
        if letter == "(":
            inner = self._alternatives()
            if self._peek() != ")":
                raise PatternError("it has a '(' that nothing closes")
            self.place += 1
            return f"({inner})"
        if letter == "[":
            return self._bracket()
        if letter == "\\":
            return self._escaped()
        # Python's $ also fits before a line break at the end.
        return {".": "(?s:.)", "^": r"\A", "$": r"\Z"}.get(letter) or re.escape(letter)

    def _escaped(self) -> str:
        letter = self._next()
        if not letter:
            raise PatternError("it ends with a backslash")
        if letter in _GNU:
            return _GNU[letter]
        if letter.isascii() and letter.isalnum():
            hint = "write [0-9] for a digit" if letter == "d" else f"write {letter} for the letter itself"
            raise PatternError(f"pgrep knows no \\{letter}; {hint}")
        return re.escape(letter)

    def _bracket(self) -> str:
        """What follows a '[': a backslash means itself there, and a ']' that comes first, too."""
        out = "["
        if self._peek() == "^":
            self.place += 1
            out += "^"
        first = True
        while (letter := self._next()) != "]" or first:
            if not letter:
                raise PatternError("it has a '[' that nothing closes")
            named = re.compile(r"\[:([a-z]+):\]").match(self.text, self.place - 1)
            if letter == "[" and named:
                if named[1] not in _CLASSES:
                    raise PatternError(f"there is no class [:{named[1]}:]")
                out += _CLASSES[named[1]]
                self.place += len(named[0]) - 1
            elif letter == "[" and self._peek() in (".", "="):
                raise PatternError(f"'[{self._peek()}' begins a collating symbol, which is not supported here")
            elif letter == "-" and not first and self._peek() != "]":
                out += "-"
            else:
                out += re.escape(letter)
            first = False
        return out + "]"

    def _peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def _next(self) -> str:
        letter = self._peek()
        self.place += len(letter)
        return letter
