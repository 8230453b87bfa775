# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages lead where they say, show what is really said, and are short enough to be read at night."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.census import Socket
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.clients.writers import lines
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.refusal import refusal

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("*.md", "docs/**/*.md", "roles/**/*.md", "inventories/**/*.md", "tests/**/*.md", "molecule/**/*.md")
PAGES = sorted(path for pattern in FOLDERS for path in ROOT.glob(pattern))
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
# Written by hand, for operators.
WRITTEN = [
    path
    for path in PAGES
    if path.relative_to(ROOT).parts[0] in ("README.md", "docs")
    and path.name not in ("reasons.md", "variables.md")
    and "developer" not in path.parts
]
LONGEST, MEAN = 40, 20


@cache
def prose(path: Path) -> str:
    """A page without its code, and without what tools write into it."""
    text = re.sub(r"^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"<!-- phases: \w+, .*?<!-- phases: end -->", "", text, flags=re.DOTALL)


@cache
def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as a forge makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        found.add(f"{name}-1" if name in found else name)
    return found


def broken(path: Path) -> list[str]:
    found = []
    for link in LINK.findall(re.sub(r"^ *```.*?^ *```$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _mark, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert broken(path) == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# One `word`, more\n\n```\n# no heading\n```\n")
    page = tmp_path / "page.md"
    page.write_text("[a](other.md#one-word-more) [b](other.md#no-heading) [c](none.md) [d](#here)\n\n## Here\n")
    assert broken(page) == ["other.md#no-heading", "none.md"]


def test_every_page_is_reached_from_the_first(repository: Path) -> None:
    reached, left = set(), [repository / "README.md"]
    while left:
        page = left.pop()
        reached.add(page)
        names = [link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
        left += [
            path for name in names if (path := (page.parent / name).resolve()).suffix == ".md" and path not in reached
        ]
    assert [str(path) for path in WRITTEN if path not in reached] == []


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120


def sentences(text: str) -> list[str]:
    """Sentences, items and cells of tables. A link and a piece of code are a word."""
    text = re.sub(r"`[^`]*`", "code", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text))
    parts = re.split(r"\n\s*\n|\n(?=\s*(?:[-*#|]|\d+\.) ?)|\s\|\s|(?<=[.?!])\s", text)
    return [part for part in parts if re.search(r"\w", part)]


def words(sentence: str) -> int:
    return len(re.findall(r"[\w'-]+", sentence))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_are_short(path: Path) -> None:
    assert [one for one in sentences(prose(path)) if words(one) > LONGEST] == []
    running = sentences(re.sub(r"^\s*[|#].*$", "", prose(path), flags=re.MULTILINE))
    assert sum(map(words, running)) <= MEAN * len(running)


def test_the_first_page_shows_a_failed_gate_as_it_is_told() -> None:
    shown = " ".join((ROOT / "README.md").read_text("utf-8").split())
    peer = "198.18.200.101:41372"
    wrote = {"cluster": "mro", "broker": "broker-a", "topic": "orders", "queue": 3, "kind": "send", "count": 13}
    writer = {**wrote, "rate": 0.1, "producer_groups": [], "hosts": [peer]}
    (line,) = lines([writer], [Socket("mro-a", "ESTAB", "198.18.200.21:10911", peer)])
    told = refusal("SOURCE_NOT_FROZEN", ["mro"], f"Who writes: {line}.", "Frozen and proved: mdm.")
    assert told.partition(": ")[0] in shown
    assert told.partition(": ")[2] in shown
