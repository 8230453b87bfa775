# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of admin requests."""

from __future__ import annotations

from .._remoting.errors import DeadlineExceeded
from .models import Unknown
from .release import RESPONSE_NAMES


def response_name(code: int) -> str:
    """``1`` → ``1 SYSTEM_ERROR``; an unknown number stays a number."""
    name = RESPONSE_NAMES.get(code)
    return f"{code} {name}" if name else str(code)


class AdminError(Exception):
    """A request that was not answered, or answered with something else than success.

    ``request`` name of the request, ``address`` whom it was sent to, ``code`` the response code (None:
    there was no usable answer), ``remark`` the peer's or the transport's words.
    """

    def __init__(self, request: str, address: str, code: int | None, remark: str) -> None:
        self.request = request
        self.address = address
        self.code = code
        self.remark = remark
        super().__init__(request, address, code, remark)

    @property
    def was_answered(self) -> bool:
        return self.code is not None

    @property
    def timed_out(self) -> bool:
        """Whether the peer was reached and did not answer in time."""
        return isinstance(self.__cause__, DeadlineExceeded)

    def as_unknown(self) -> Unknown:
        """What stands in a snapshot instead of the answer."""
        return Unknown(str(self), timed_out=self.timed_out)

    def __str__(self) -> str:
        if self.code is None:
            return f"{self.request} at {self.address}: {self.remark}"
        return f"{self.request} at {self.address}: answered {response_name(self.code)}: {self.remark}"


class Unexpected(Exception):
    """Raised by a request's parser: an answer that the request does not know how to read."""


class Refused(Exception):
    """Raised by a request's parser: this answer is a refusal after all."""
