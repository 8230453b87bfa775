# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import Message
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients import dead_letters


def letter(**changes):
    return Message(
        "%DLQ%g",
        0,
        4,
        900,
        b"\x00\xff",
        {"RETRY_TOPIC": "orders", "KEYS": "k1", "REAL_TOPIC": "%RETRY%g", "DELAY": "3", "WAIT": "true", "mine": "x"},
        1,
        2,
        "h:1",
        "h:2",
        **changes,
    )


def test_a_dead_letter_survives_its_file() -> None:
    text = dead_letters.line("mro", "broker-a", letter())
    (item,) = dead_letters.parse([text, "\n"], "file")
    assert item["body"] == b"\x00\xff"
    assert item["origin_topic"] == "orders"
    assert dead_letters.identity(item) == "mro/broker-a/%DLQ%g/0/4"
    # The consumer restores the topic from RETRY_TOPIC; what made the old one wait must not make the new one wait.
    assert dead_letters.renewed(item) == {
        "RETRY_TOPIC": "orders",
        "KEYS": "k1",
        "mine": "x",
        "MQOPS_DEAD_LETTER": "mro/broker-a/%DLQ%g/0/4",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda item: "no json",
        lambda item: json.dumps({**item, "body": "not base64!"}),
        lambda item: json.dumps({**item, "topic": "orders"}),
        lambda item: json.dumps({**item, "properties": 1}),
        lambda item: json.dumps({key: value for key, value in item.items() if key != "offset"}),
    ],
)
def test_a_line_that_is_no_dead_letter_is_named(change) -> None:
    item = json.loads(dead_letters.line("mro", "broker-a", letter()))
    with pytest.raises(dead_letters.DeadLetterError, match="letters.jsonl, line 2, is not"):
        list(dead_letters.parse([json.dumps(item), change(item)], "letters.jsonl"))


@pytest.mark.parametrize(
    "change",
    [
        {"queue": True},
        {"offset": "4"},
        {"broker": None},
        {"cluster": ["mro"]},
        {"topic": "%DLQ%"},
        {"body": 7},
    ],
)
def test_a_field_of_another_type_is_no_dead_letter(change) -> None:
    item = json.loads(dead_letters.line("mro", "broker-a", letter()))
    with pytest.raises(dead_letters.DeadLetterError, match="file, line 1, is not"):
        list(dead_letters.parse([json.dumps({**item, **change})], "file"))


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "1", "null"])
def test_a_line_of_another_kind_is_no_dead_letter(text) -> None:
    with pytest.raises(dead_letters.DeadLetterError, match="file, line 1, is not"):
        list(dead_letters.parse([text], "file"))


@pytest.mark.parametrize("change", [{"topic": "%DLQ%h"}, {"cluster": "mdm"}])
def test_lines_that_disagree_about_their_group_are_refused(change) -> None:
    item = json.loads(dead_letters.line("mro", "broker-a", letter()))
    lines = [json.dumps(item), json.dumps({**item, "broker": "broker-b"}), json.dumps({**item, **change})]
    with pytest.raises(dead_letters.DeadLetterError, match="line 3, is of m.*, the lines before it of mro/%DLQ%g"):
        list(dead_letters.parse(lines, "file"))


@pytest.mark.parametrize("lines", [[], ["\n", "  \n"]])
def test_a_file_without_a_message_is_nobody_s(lines) -> None:
    with pytest.raises(dead_letters.DeadLetterError, match="file holds no message"):
        list(dead_letters.parse(lines, "file"))


# By twos: names that a plain quote, a cut, or a file system would take for one another.
NAMES = [
    "g", "G", "g ", "..", ".", "", "/", "a/b", "a%2Fb", "a%252Fb", "/etc/cron.d/x", "../../x", "nul\0", "nul%00",
    "two\nlines", "two\rlines", "%", "%25", "~", "-", "-rf", "gr\u00f6\u00dfe", "gro\u0308\u00dfe", "GR\u00d6SSE",
    "\ud800", "\u202eevil", "x" * 250, "x" * 251, "x" * 5000, "\u00e4" * 300, "con", "g-" + "0" * 32, "g.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_name_is_harmless_whatever_the_group_is_called(name) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_%][A-Za-z0-9_%-]{1,133}", dead_letters.file_name(name))


def test_two_groups_never_share_a_file() -> None:
    assert len({dead_letters.file_name(name).casefold() for name in NAMES}) == len(NAMES)


def test_a_file_name_can_be_read() -> None:
    assert dead_letters.file_name("mro-billing").startswith("mro-billing-")
    assert dead_letters.file_name("a/b.c").startswith("a%2Fb%2Ec-")
    # Not cut within a quote.
    assert dead_letters.file_name("\u00e4" * 300).startswith("%C3%A4" * 16 + "%C3-")


def test_a_file_name_stays_the_same() -> None:
    # With another one, a later version would not find what this one wrote.
    assert dead_letters.file_name("mro-billing") == "mro-billing-45f6c74dbdcd022927faff20d9d209b3"


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "/a", ".hidden", "a\0", "a\n", "x" * 201, "gr\u00f6\u00dfe"])
def test_only_a_harmless_name_can_be_one_of_the_first_form(name) -> None:
    assert dead_letters.earlier_file_name(name) is None
    assert dead_letters.earlier_file_name("mro-billing_%|1") == "mro-billing_%|1"


def test_a_note_is_one_line_and_earlier_ones_count() -> None:
    (item,) = dead_letters.parse([dead_letters.line("mro", "broker-a", replace(letter(), topic="%DLQ%a\nb"))], "file")
    assert "\n" not in dead_letters.note(item)
    assert dead_letters.is_noted(item, {dead_letters.note(item)})
    assert dead_letters.is_noted(item, {dead_letters.identity(item)})
    assert not dead_letters.is_noted(item, {"mro/broker-a/%DLQ%a", "b/0/4"})


def test_a_name_cannot_add_properties_to_a_message() -> None:
    topic = "%DLQ%g\x02DELAY\x013"
    (item,) = dead_letters.parse([dead_letters.line("mro", "broker-a", replace(letter(), topic=topic))], "file")
    assert not re.search("[\x01\x02]", dead_letters.renewed(item)["MQOPS_DEAD_LETTER"])


def test_ranges_of_what_is_there_and_what_is_missing() -> None:
    def at(*offsets, broker="a", queue=0):
        return [{"broker": broker, "queue": queue, "offset": offset} for offset in offsets]

    there = dead_letters.spans([*at(2, 3, 4, 9, 7, 8, 3), *at(0, broker="b"), *at(1, queue=1)])
    assert there == {("a", 0): [(2, 5), (7, 10)], ("b", 0): [(0, 1)], ("a", 1): [(1, 2)]}
    for first, end, gaps in (
        (2, 5, []),
        (0, 2, [(0, 2)]),
        (0, 12, [(0, 2), (5, 7), (10, 12)]),
        (3, 8, [(5, 7)]),
        (6, 7, [(6, 7)]),
        (10, 10**12, [(10, 10**12)]),
        (8, 9, []),
        (5, 5, []),
    ):
        assert dead_letters.missing(first, end, there["a", 0]) == gaps, (first, end)


def test_names_are_shown_without_control_characters_and_cut() -> None:
    assert dead_letters.shown("gr\u00f6\u00dfe 1") == "gr\u00f6\u00dfe 1"
    assert dead_letters.shown("a\x1b[2Jb\n") == "'a\\x1b[2Jb\\n'"
    assert dead_letters.shown("x" * 300) == "x" * 200 + "…"
