# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with DNS, typed. Every message says what was attempted, where, what came back, what to do."""

from __future__ import annotations


class DnsError(Exception):
    """Base of all errors of this package."""


class InputError(DnsError):
    """A name, value, TTL or key that cannot be right; nothing was sent."""


class ServerError(DnsError):
    """One server did not do what was asked.

    C(attempt): what was asked; C(server): C(address#port); C(answer): what came back; C(remedy): what to do.
    """

    def __init__(self, attempt: str, server: str, answer: str, remedy: str = "") -> None:
        self.attempt, self.server, self.answer, self.remedy = attempt, server, answer, remedy
        super().__init__(f"{attempt} at {server}: {answer}." + (f" {remedy}" if remedy else ""))


class Silent(ServerError):
    """No answer at all: timed out, refused connection, no route. An UPDATE may nevertheless have been applied."""


class Rejected(ServerError):
    """The server answered with an rcode that is not success; C(rcode) is its name."""

    def __init__(self, attempt: str, server: str, rcode: str, remedy: str = "") -> None:
        self.rcode = rcode
        super().__init__(attempt, server, f"answered {rcode}", remedy)


class KeyRejected(ServerError):
    """TSIG failed, at the server (BADKEY, BADSIG, BADTIME) or in its answer."""


class Malformed(ServerError):
    """The answer is no DNS message, or is not signed although the request was."""


class Unresolved(ServerError):
    """The name of a DNS server has no address, so nothing was sent to it."""


class NotServed(ServerError):
    """The server has no zone that holds the name."""


class Conflict(DnsError):
    """The record set is not what the change started from, or must not be replaced. Nothing was changed."""


class NoServer(DnsError):
    """None of several servers could be used; C(errors) has one error for each."""

    def __init__(self, errors: list[DnsError]) -> None:
        self.errors = errors
        super().__init__("No server could be used. " + " | ".join(str(error) for error in errors))
