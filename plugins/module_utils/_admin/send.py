# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending one message, as a producer would."""

from __future__ import annotations

from collections.abc import Mapping

from .._remoting.frame import Command
from . import read, release
from .request import Request
from .system_names import CREATING_TOPIC

# Stored, although a slave or the disk did not confirm it in time.
_STORED = frozenset({release.FLUSH_DISK_TIMEOUT, release.SLAVE_NOT_AVAILABLE, release.FLUSH_SLAVE_TIMEOUT})


def send_message(
    addr: str,
    topic: str,
    queue: int,
    body: bytes,
    properties: Mapping[str, str],
    *,
    born_ms: int,
    group: str = "mqops-resend",
) -> Request[int]:
    """Code 310: stores one message and returns its queue offset. The topic has to exist.

    Not answered does not mean not stored: to send it again may make it twice.
    """

    def parse(answer: Command) -> int:
        return read.ext_int(answer, "queueOffset")

    ext = {
        "a": group,
        "b": topic,
        "c": CREATING_TOPIC,
        "d": str(release.PRODUCER_TOPIC_QUEUES),
        "e": str(queue),
        "f": "0",
        "g": str(born_ms),
        "h": "0",
        "i": "".join(f"{key}\x01{value}\x02" for key, value in properties.items()),
        "j": "0",
        "k": "false",
        # Read without a check for messages to a retry topic.
        "l": str(release.GROUP_RETRY_MAX),
        "m": "false",
    }
    return Request(
        "SEND_MESSAGE_V2",
        addr,
        310,
        ext=ext,
        body=body,
        parse=parse,
        changes=True,
        accept=_STORED,
        fields={"topic": topic, "queue": queue, "bytes": len(body)},
    )
