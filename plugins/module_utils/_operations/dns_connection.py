# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How DNS servers are asked, and what is wrong with what was given (private)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .._dns.answers import Seen
from .._dns.transport import Key, Server, Transport
from .errors import ArgumentError


@dataclass(frozen=True)
class Connection:
    """The options of every DNS module. C(query_timeout): seconds. Raises ArgumentError for one that is not positive."""

    port: int
    protocol: str
    query_timeout: float
    key_name: str | None
    key_secret: str | None
    key_algorithm: str
    allow_md5: bool

    def __post_init__(self) -> None:
        if math.isnan(self.query_timeout) or self.query_timeout <= 0:
            raise ArgumentError(f"query_timeout must be greater than 0 seconds, got {self.query_timeout}")

    @property
    def key(self) -> Key | None:
        """Raises InputError for a key that cannot be used."""
        if not self.key_name:
            return None
        return Key.build(self.key_name, self.key_secret or "", self.key_algorithm, self.allow_md5)

    def transport(self, signed: bool = True) -> Transport:
        return Transport(self.query_timeout, self.protocol, self.key if signed else None)

    def servers(self, texts: Iterable[str]) -> list[Server]:
        """Raises InputError for one that cannot be a server."""
        return [Server.parse(text, self.port) for text in texts]


@dataclass(frozen=True)
class Agreement:
    """One round of asking. C(missing): which server does not agree, and why."""

    seen: list[Seen]
    missing: list[str]

    @property
    def ok(self) -> bool:
        return not self.missing
