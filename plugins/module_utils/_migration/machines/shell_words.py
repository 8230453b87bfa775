# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which command a text for sh begins with, as far as that is known without a shell."""

from __future__ import annotations

import posixpath
import re
import shlex

# They prepare what follows, or ask whether it is to follow.
_BEFORE = frozenset((
    "cd", "export", "umask", "ulimit", "set", "unset", "exit", ":", "true",
    "[", "[[", "test", ".", "source", "echo", "sleep", "mkdir",
))  # fmt: skip
# They run the words that follow.
_PREFIXES = frozenset(("nohup", "setsid", "exec", "env", "nice", "ionice", "command"))
_SIGNS = re.compile(r"[();<>|&]+")
# Assignments, what groups commands, and the numbers of redirections and of nice.
_SKIPPED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*|[{}!]|[0-9]+", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9_./+:@%-]+")


def first_word(command: str) -> str:
    """The first command; empty where only a shell can tell, as where it has blanks or a variable in its name."""
    words = _words(command)
    for number, word in enumerate(words):
        # The word behind is a file.
        if re.search("[<>]", "".join(words[number : number + 1 + word.isdigit()])):
            return ""
        if _SIGNS.fullmatch(word) or (_SKIPPED.fullmatch(word) and not word.isdigit()):
            continue
        return word if _PLAIN.fullmatch(word) else ""
    return ""


def acting_word(command: str) -> str:
    """The first command that is no preparation of another one; empty where only a shell can tell."""
    preparing = prefixed = redirected = False
    for word in _words(command):
        if _SIGNS.fullmatch(word):
            redirected = "<" in word or ">" in word
            preparing = preparing and redirected
        elif redirected:
            redirected = False
        elif preparing or _SKIPPED.fullmatch(word) or (prefixed and word.startswith("-")):
            continue
        elif word in _BEFORE:
            preparing = True
        elif posixpath.basename(word) in _PREFIXES:
            prefixed = True
        else:
            return word if _PLAIN.fullmatch(word) else ""
    return ""


def _words(command: str) -> list[str]:
    lexer = shlex.shlex(command.replace("\n", "\n ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:
        return []
