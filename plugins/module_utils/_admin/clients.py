# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests about live clients. A broker only knows the clients that send their heartbeats to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._remoting.frame import Command
from . import read
from .errors import Refused
from .models import Client, ConsumerConnections, MessageQueue, RunningInfo
from .release import CONSUMER_NOT_ONLINE, RELAY_TIMEOUT, SYSTEM_ERROR
from .request import Request

# The broker relays 307 to the client and waits for it.
_RUNNING_INFO_TIMEOUT = RELAY_TIMEOUT + 2.0


def consumer_connections(addr: str, group: str) -> Request[ConsumerConnections | None]:
    """Code 203: the group's live clients; None when it has none at this broker.

    Model, start position and subscriptions are those of the client that said so last.
    """

    def parse(answer: Command) -> ConsumerConnections | None:
        if answer.code == CONSUMER_NOT_ONLINE:
            return None
        body = read.table(answer)
        return ConsumerConnections(
            clients=_clients(body),
            consume_type=read.text(body.get("consumeType", "")),
            message_model=read.text(body.get("messageModel", "")),
            from_where=read.text(body.get("consumeFromWhere", "")),
            subscriptions=_expressions(body["subscriptionTable"].values()),
        )

    return Request(
        "GET_CONSUMER_CONNECTION_LIST",
        addr,
        203,
        ext={"consumerGroup": group},
        parse=parse,
        accept=frozenset({CONSUMER_NOT_ONLINE}),
    )


def producer_connections(addr: str, group: str) -> Request[tuple[Client, ...] | None]:
    """Code 204: live producers of a group; None when the group is unknown here.

    4.4.0 cannot list producer groups: the name must be known.
    """

    def parse(answer: Command) -> tuple[Client, ...] | None:
        if answer.code == SYSTEM_ERROR:
            if "not exist" not in (answer.remark or ""):
                raise Refused
            return None
        return _clients(read.table(answer))

    return Request(
        "GET_PRODUCER_CONNECTION_LIST",
        addr,
        204,
        ext={"producerGroup": group},
        parse=parse,
        accept=frozenset({SYSTEM_ERROR}),
    )


def running_info(addr: str, group: str, client_id: str) -> Request[RunningInfo]:
    """Code 307: what the client itself says, relayed by a broker that it is connected to."""

    def parse(answer: Command) -> RunningInfo:
        body = read.table(answer)
        queues = {}
        for key, info in body.get("mqTable", {}).items():
            parts = dict(key)
            queues[MessageQueue(parts["topic"], parts["brokerName"], read.integer(parts["queueId"]))] = info
        return RunningInfo(
            properties=read.string_map(body.get("properties", {})),
            subscriptions=_expressions(body.get("subscriptionSet", [])),
            queues=queues,
        )

    return Request(
        "GET_CONSUMER_RUNNING_INFO",
        addr,
        307,
        ext={"consumerGroup": group, "clientId": client_id, "jstackEnable": "false"},
        parse=parse,
        timeout=_RUNNING_INFO_TIMEOUT,
    )


def _clients(body: Mapping[str, Any]) -> tuple[Client, ...]:
    return tuple(
        sorted(
            Client(
                id=read.text(item["clientId"]),
                address=read.text(item.get("clientAddr", "")),
                language=read.text(item.get("language", "OTHER")),
                version=read.integer(item.get("version", 0)),
            )
            for item in body["connectionSet"]
        )
    )


def _expressions(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {read.text(item["topic"]): item.get("subString") or "*" for item in items}
