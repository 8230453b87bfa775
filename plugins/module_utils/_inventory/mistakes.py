# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mistakes of an inventory, collected, so that one answer names all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# An answer longer than this is not read; the rest is counted.
MOST = 50
_HOSTS = 4
_LONGEST = 500


class Mistakes:
    """Lines in the order in which they were found; one that several hosts have is one line.

    groups: inventory group → its hosts; a mistake of exactly its hosts is one line, with the group's name.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._groups = {str(name): {str(host) for host in groups[name]} for name in groups}
        self._found: dict[str, list[str]] = {}
        self.looked_at: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, said: str, host: str | None = None) -> None:
        """A mistake of the inventory, or of one host. Adding it again changes nothing."""
        hosts = self._found.setdefault(said, [])
        if host is not None and host not in hosts:
            hosts.append(host)

    def lines(self) -> list[str]:
        """All of them, at most MOST and one more line with how many are left."""
        told = [_printable(f"{self._where(hosts)}{said}") for said, hosts in self._found.items()]
        more = len(told) - MOST
        return told if more <= 0 else [*told[:MOST], f"... and {more} more"]

    def report(self) -> list[str]:
        """The lines, numbered, below a head line; empty if there is no mistake."""
        if not self._found:
            return []
        count = len(self._found)
        head = f"The inventory has {'one mistake' if count == 1 else f'{count} mistakes'}:"
        lines = self.lines()
        return [head, *(f"{number}. {line}" for number, line in enumerate(lines[:MOST], start=1)), *lines[MOST:]]

    def _where(self, hosts: list[str]) -> str:
        if not hosts:
            return ""
        if len(hosts) == 1:
            return f"host {hosts[0]}: "
        if set(hosts) == self.looked_at:
            return "all hosts: "
        same = [name for name, held in self._groups.items() if held == set(hosts) and name != "all"]
        if same:
            return f"group {same[0]}: "
        more = f" and {len(hosts) - _HOSTS} more" if len(hosts) > _HOSTS else ""
        return f"hosts {', '.join(hosts[:_HOSTS])}{more}: "


def _printable(line: str) -> str:
    """One line of bounded length, whatever the inventory holds."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in line)
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 4]} ..."
