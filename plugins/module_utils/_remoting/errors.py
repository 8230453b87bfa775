# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the transport. Each names the peer, what was attempted and what was seen."""

from __future__ import annotations


class RemotingError(Exception):
    """Base of all; ``address`` is the peer as the caller named it; ``sent`` is false where the request never left."""

    sent = True

    def __init__(self, address: str, message: str) -> None:
        self.address = address
        self.message = message
        super().__init__(address, message)

    def __str__(self) -> str:
        return f"{self.address}: {self.message}"


class ConnectError(RemotingError):
    """No connection could be made: nothing was sent."""


class DeadlineExceeded(RemotingError):
    """No answer in time. Whether the peer acted on the request is not known."""


class ConnectionLost(RemotingError):
    """The connection ended while an answer was awaited. Whether the peer acted is not known."""


class ProtocolError(RemotingError):
    """The peer sent something that is not the RocketMQ remoting protocol."""
