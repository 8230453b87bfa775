# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One admin request as a value: what is sent, to whom, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .._remoting.frame import Command

# Covariant, so that requests of several kinds can stand in one list.
T_co = TypeVar("T_co", covariant=True)


def nothing(_answer: Command) -> Any:
    """Parser of requests whose answer carries nothing but its code. Any, because it is the default for every kind."""


@dataclass(frozen=True)
class Request(Generic[T_co]):
    """``name``      4.4.0's own name of the request code, for messages and the audit.
    ``address``   host:port of the name server or broker.
    ``ext``       header fields, strings only.
    ``parse``     reads an answer with code 0 or one of ``accept``; raises Refused or Unexpected.
    ``changes``   True when the request changes something: it is never sent twice, and it is audited.
    ``fields``    what the audit shows, when the header fields do not say it.
    ``timeout``   seconds, when the request needs another deadline than the client's.
    ``retries``   how often code 1 is asked again (requests that 4.4.0 answers from unlocked maps).
    """

    name: str
    address: str
    code: int
    ext: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parse: Callable[[Command], T_co] = nothing
    changes: bool = False
    accept: frozenset[int] = frozenset()
    fields: Mapping[str, Any] | None = None
    timeout: float | None = None
    retries: int = 0
