# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a broker's commit log record by record."""

from __future__ import annotations

from dataclasses import dataclass

from .._remoting.frame import Command
from . import message as stored_message
from .errors import Unexpected
from .models import Message
from .release import BLANK_MAGIC
from .request import Request


@dataclass(frozen=True)
class Record:
    """What lies at one position of the commit log. C(message) is None for the filler at the end of a file."""

    size: int
    message: Message | None


def record_at(addr: str, position: int) -> Request[Record]:
    """Code 33: the record that begins at this position of the commit log.

    The broker takes whatever it finds there for a record, so positions must come from the log's own chain: an end of
    the log, or a record's position plus its size.
    """

    def parse(answer: Command) -> Record:
        if len(answer.body) < stored_message.SIZE_AND_MAGIC.size:
            raise Unexpected(f"a record of {len(answer.body)} bytes")
        size, magic = stored_message.SIZE_AND_MAGIC.unpack_from(answer.body)
        # What fills the end of a commit log file into which the next message did not fit.
        if magic == BLANK_MAGIC and size >= stored_message.SIZE_AND_MAGIC.size:
            return Record(size, None)
        messages = stored_message.decode_all(answer.body)
        if len(messages) != 1 or messages[0].physical_offset != position:
            raise Unexpected(f"no record begins at {position}")
        return Record(len(answer.body), messages[0])

    return Request("VIEW_MESSAGE_BY_ID", addr, 33, ext={"offset": str(position)}, parse=parse)
