# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a pattern for C(pgrep -f) and C(pkill -f) is fit to find a process, and to end it.

pgrep takes an extended regular expression of POSIX and looks for it anywhere in a process's whole command line. The
shell that runs C(pgrep -f 'PATTERN') has the pattern in its own command line: a pattern that matches its own text finds
that shell, so that a look never says "ended" and pkill ends its own shell.
"""

from __future__ import annotations

import re
import shlex

from .posix_pattern import PatternError, to_python

LONGEST = 300

# Command lines in which a pattern stands when the collection looks for a process; {0} is the pattern as it is written.
_CARRIERS = (
    "{0}",
    "pgrep -f {0}",
    "pkill -TERM -f {0}",
    "/bin/sh -c pgrep -f {0} >/dev/null; echo pgrep=$?",
    "sudo -n /bin/sh -c pkill -TERM -f {0} && echo terminated",
    "/bin/bash -c for pid in $(pgrep -f {0}); do echo $pid; done; pgrep -f {0} >/dev/null || true",
)


def problem(pattern: str) -> str | None:
    """What is wrong with C(pattern), as a part of a sentence and with what to write instead; None if nothing is."""
    if not pattern.strip():
        return "is empty, and would fit every process"
    if len(pattern) > LONGEST:
        return f"has {len(pattern)} characters; it takes at most {LONGEST}"
    if not pattern.isprintable():
        return "holds a control character, such as a line break; write it in one line"
    if pattern.startswith("-"):
        return f"begins with '-', which pgrep takes for an option; write '[-]{pattern[1:]}'"
    try:
        expression = re.compile(to_python(pattern))
    except (PatternError, re.error) as error:
        return f"is no extended regular expression as pgrep takes it: {error}"
    if not _finds_its_own(expression, pattern):
        return None
    better = _with_a_bracket(pattern)
    advice = f": '{better}'" if better else ", for example '[b]roker-a.conf', and leave out what fits any text"
    return (
        "fits the command line that carries it, so that pgrep would always find a process and pkill would end its own"
        f" shell; put one letter in brackets{advice}"
    )


def _finds_its_own(expression: re.Pattern[str], pattern: str) -> bool:
    forms = dict.fromkeys((pattern, f"'{pattern}'", shlex.quote(pattern), f'"{pattern}"'))
    return any(expression.search(carrier.format(form)) for carrier in _CARRIERS for form in forms)


def _with_a_bracket(pattern: str) -> str | None:
    """The pattern with its first letter in brackets for which nothing is wrong with it any more."""
    # Brackets that are there already count as one place each.
    for word in re.finditer(r"\\.|\[\^?\]?[^]]*\]|(?P<letter>[A-Za-z0-9])", pattern):
        if (letter := word["letter"]) is not None:
            place = word.start()
            better = f"{pattern[:place]}[{letter}]{pattern[place + 1 :]}"
            try:
                if not _finds_its_own(re.compile(to_python(better)), better):
                    return better
            except (PatternError, re.error):
                continue  # the letter stood in a count
    return None
