# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns for pgrep -f, held against what grep and pgrep themselves make of them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.posix_pattern import (
    PatternError,
    to_python,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.process_pattern import problem

FIT = (
    "[B]rokerStartup",
    "[N]amesrvStartup",
    "[b]roker-a.conf",
    "[b]roker-a\\.properties",
    "java.*[b]roker-a",
    "^java .*broker-a",
    "/opt/mq-[12]/conf/broker",
    "\\<[b]roker\\>",
    "([b]roker|[n]amesrv)-a",
    "[[:digit:]]{2}[b]roker",
    "it's [b]roker-a",
)
SELF_FITTING = {
    "broker-a.conf": "'[b]roker-a.conf'",
    "a.*broker": "'a.*[b]roker'",
    "/opt/mq/conf/broker": "'/[o]pt/mq/conf/broker'",
    "\\.conf": "'\\.[c]onf'",
    # The shell and pgrep themselves stand in the line, too.
    "[s]h": None,
    "[p]grep": None,
    "x*": None,
    "a|[b]c": None,
    "^": None,
}
REFUSED = {
    "": "is empty",
    " ": "is empty",
    "[b": "a '\\[' that nothing closes",
    "(b": "a '\\(' that nothing closes",
    "b)": "a '\\)' that nothing opens",
    "*b": "'\\*' has nothing before it",
    "(?i)b": "'\\?' has nothing before it",
    "a|+": "'\\+' has nothing before it",
    "^*b": "'\\*' has nothing before it",
    "b{2": "begins no count",
    "b{3,2}": "the count .3,2. does not go",
    "[b]\\d": "pgrep knows no \\\\d; write \\[0-9\\]",
    "[b]\\": "ends with a backslash",
    "[[:nosuch:]]b": "no class",
    "[b-a]": "bad character range",
    "-f": "begins with '-'.*'\\[-\\]f'",
    "[b]\n": "control character",
    "[b]" * 200: "600 characters; it takes at most 300",
}


@pytest.mark.parametrize("pattern", FIT)
def test_pattern_that_does_not_find_itself_is_fit(pattern: str) -> None:
    assert problem(pattern) is None


@pytest.mark.parametrize(("pattern", "better"), SELF_FITTING.items())
def test_pattern_that_finds_itself_is_refused_with_one_that_does_not(pattern: str, better: str | None) -> None:
    said = problem(pattern)
    assert said and said.startswith("fits the command line that carries it")
    if better:
        assert said.endswith(f"put one letter in brackets: {better}")
        assert problem(better.strip("'")) is None
    else:
        assert "for example '[b]roker-a.conf'" in said


@pytest.mark.parametrize(("pattern", "words"), REFUSED.items())
def test_what_is_no_pattern_says_why(pattern: str, words: str) -> None:
    said = problem(pattern)
    assert said and re.search(words, said), said


@pytest.mark.parametrize("written", [shlex.quote, str])
@pytest.mark.parametrize("pattern", [*FIT, *SELF_FITTING])
def test_judgement_is_the_one_of_grep(pattern: str, written: Callable[[str], str]) -> None:
    """The same library of the system reads the patterns of pgrep and grep -E."""
    line = f"/bin/sh -c pgrep -f {written(pattern)} >/dev/null; echo pgrep=$?"
    found = subprocess.run(["grep", "-qE", "--", pattern], input=line, text=True, check=False).returncode
    assert found in (0, 1)
    assert (problem(pattern) is None) is (found == 1)


@pytest.mark.skipif(shutil.which("pgrep") is None, reason="no pgrep")
@pytest.mark.parametrize(("pattern", "itself"), [("nosuch-broker-a.conf", True), ("[n]osuch-broker-a.conf", False)])
def test_a_real_shell_is_found_by_what_is_refused_alone(pattern: str, itself: bool) -> None:
    script = f"pgrep -f '{pattern}' | grep -qx $$; echo found=$?"
    # A list of one command would replace the shell.
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == f"found={0 if itself else 1}\n"
    assert (problem(pattern) is not None) is itself


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        ("a+?b", ["b", "ab", "aab", "a"]),
        ("a{2}{2}b", ["aab", "aaaab"]),
        ("[]a]x", ["]x", "ax", "bx"]),
        ("[^]a]x", ["]x", "ax", "bx"]),
        ("[a\\]x", ["\\x", "ax", "bx"]),
        ("[a-]x", ["-x", "ax", "bx"]),
        ("[[:alpha:]_-]+=", ["a_b-=", "1=", "="]),
        ("a|b|", ["c", ""]),
        ("(a|b)c\\>", ["ac", "acd", "bc d", "c"]),
        ("^a.c$", ["abc", "abcd", " abc"]),
        ("a\\{2\\}", ["aa", "a{2}"]),
        ("\\bx\\w*\\b", ["x1", "ax"]),
        ("(ab|c){1,2}$", ["ab", "abc", "abd"]),
        ("a{2,}b", ["ab", "aab", "aaaab"]),
        (r"[.*+?^$()|{}]", ["a", "(", "^", "{", "."]),
    ],
)
def test_expression_means_what_it_means_to_grep(pattern: str, lines: list[str]) -> None:
    command = ["grep", "-E", "--", pattern]
    printed = subprocess.run(command, input="\n".join(lines) + "\n", text=True, capture_output=True, check=False)
    assert printed.returncode in (0, 1), printed.stderr
    expression = re.compile(to_python(pattern))
    assert [line for line in lines if expression.search(line)] == printed.stdout.splitlines()


def test_a_mistake_is_an_error_of_its_own() -> None:
    with pytest.raises(PatternError, match="nothing closes"):
        to_python("[a")
