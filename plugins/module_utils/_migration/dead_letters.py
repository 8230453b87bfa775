# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead letters as lines of a file: everything that is needed to send a message again, and where it came from."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .._admin.models import Message
from .._admin.system_names import DLQ_PREFIX

# What a broker or client set for its own handling of the message that died; a new one must not inherit it.
_DROPPED = frozenset({
    "DELAY", "REAL_TOPIC", "REAL_QID", "RECONSUME_TIME", "MAX_RECONSUME_TIMES", "MIN_OFFSET", "MAX_OFFSET",
    "TRAN_MSG", "WAIT", "CONSUME_START_TIME",
})


class DeadLetterError(ValueError):
    """A line that is no dead letter; the text says which and why."""


def group_of(topic: str) -> str:
    return topic[len(DLQ_PREFIX):]


def line(cluster: str, broker: str, message: Message) -> str:
    """One message as a line of JSON. The body is base64, for it may be anything."""
    return json.dumps({
        "cluster": cluster, "broker": broker, "topic": message.topic, "queue": message.queue, "offset": message.offset,
        "origin_topic": message.properties.get("RETRY_TOPIC", ""), "keys": message.keys,
        "born_ms": message.born_ms, "stored_ms": message.stored_ms, "properties": message.properties,
        "body": base64.b64encode(message.body).decode("ascii"),
    }, sort_keys=True)


def identity(item: Mapping[str, Any]) -> str:
    """Names a dead letter: its place in the store that it was exported from."""
    return f"{item['cluster']}/{item['broker']}/{item['topic']}/{item['queue']}/{item['offset']}"


def parse(lines: Iterable[str], where: str) -> list[dict[str, Any]]:
    """The messages of a file with their body as bytes; raises DeadLetterError, naming the line, for anything else."""
    found = []
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            item = json.loads(text)
            identity(item)
            if not item["topic"].startswith(DLQ_PREFIX) or not isinstance(item["properties"], dict):
                raise ValueError("no dead letter")
            found.append({**item, "body": base64.b64decode(item["body"], validate=True)})
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise DeadLetterError(f"{where}, line {number}, is not an exported message: {error}") from error
    return found


def renewed(item: Mapping[str, Any]) -> dict[str, str]:
    """Properties for sending it again to its group's retry topic: the consumer sees its original topic."""
    properties = {str(key): str(value) for key, value in item["properties"].items() if key not in _DROPPED}
    properties["MQOPS_DEAD_LETTER"] = identity(item)
    return properties
