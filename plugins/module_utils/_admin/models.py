# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RocketMQ 4.4.0 tells an administrator, as plain frozen values.

No class here does I/O. Offsets are queue positions (message counts), times are milliseconds since the
epoch, addresses are ``host:port`` strings as the brokers publish them, permissions are the bits 4 (read),
2 (write) and 1 (inherit).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeGuard, TypeVar

from . import release

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """Stands where an answer was asked for and did not come; ``reason`` is readable as it is.

    ``timed_out``: the peer may be alive and hang; what it holds is not known."""

    reason: str
    timed_out: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"unknown: {self.reason}"


def known(value: T | Unknown | None) -> TypeGuard[T]:
    """Whether something was asked for and answered."""
    return value is not None and not isinstance(value, Unknown)


def answered(value: T | Unknown | None) -> T | None:
    """The value, or None where there is no answer."""
    return None if isinstance(value, Unknown) else value


def require_answer(value: T | Unknown | None) -> T:
    """The value, where the caller has made sure that there is one."""
    if value is None or isinstance(value, Unknown):
        raise AssertionError(f"there is no answer: {value}")
    return value


# --- who is there ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BrokerSpec:
    """One broker process as the inventory (or a name server) names it."""

    name: str
    id: int
    address: str

    @property
    def is_master(self) -> bool:
        return self.id == release.MASTER_ID


@dataclass(frozen=True)
class ClusterSpec:
    """One cluster: its name servers and all its brokers, slaves included."""

    name: str
    nameservers: tuple[str, ...]
    brokers: tuple[BrokerSpec, ...] = ()

    @property
    def masters(self) -> tuple[BrokerSpec, ...]:
        return tuple(broker for broker in self.brokers if broker.is_master)

    @property
    def slaves(self) -> tuple[BrokerSpec, ...]:
        return tuple(broker for broker in self.brokers if not broker.is_master)


@dataclass(frozen=True)
class BrokerData:
    """One broker name as a name server lists it: broker id → address."""

    name: str
    cluster: str
    addresses: dict[int, str]


@dataclass(frozen=True)
class ClusterInfo:
    """Code 106: all broker names by name, and cluster name → sorted broker names."""

    brokers: dict[str, BrokerData]
    clusters: dict[str, tuple[str, ...]]


# --- topics and groups ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class QueueData:
    """One broker's share of a topic's route, with the *published* permission."""

    broker: str
    read_queues: int
    write_queues: int
    perm: int
    sys_flag: int = 0


@dataclass(frozen=True)
class TopicRoute:
    """Code 105. ``queues`` and ``brokers`` are sorted by broker name."""

    topic: str
    queues: tuple[QueueData, ...]
    brokers: tuple[BrokerData, ...]
    order_conf: str | None = None


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """A topic in a broker's own table (the true permission, not the published one)."""

    name: str
    read_queues: int
    write_queues: int
    perm: int
    filter_type: str = release.SINGLE_TAG
    sys_flag: int = 0
    order: bool = False

    def as_entry(self) -> dict[str, Any]:
        """As 4.4.0 writes it into topics.json, and sends it when a broker registers."""
        return {
            "order": self.order,
            "perm": self.perm,
            "readQueueNums": self.read_queues,
            "topicFilterType": self.filter_type,
            "topicName": self.name,
            "topicSysFlag": self.sys_flag,
            "writeQueueNums": self.write_queues,
        }


@dataclass(frozen=True)
class DataVersion:
    """Changes whenever the table changes; only equality means anything."""

    counter: int
    timestamp: int


@dataclass(frozen=True)
class TopicTable:
    version: DataVersion
    topics: dict[str, TopicConfig]


@dataclass(frozen=True, slots=True)
class SubscriptionGroup:
    """A consumer group's settings; the defaults are those of 4.4.0."""

    name: str
    consume_enable: bool = release.GROUP_CONSUME_ENABLE
    consume_from_min: bool = release.GROUP_CONSUME_FROM_MIN
    broadcast: bool = release.GROUP_BROADCAST
    retry_queues: int = release.GROUP_RETRY_QUEUES
    retry_max: int = release.GROUP_RETRY_MAX
    broker_id: int = release.GROUP_BROKER_ID
    slow_broker_id: int = release.GROUP_SLOW_BROKER_ID
    notify_changes: bool = release.GROUP_NOTIFY_CHANGES


@dataclass(frozen=True)
class GroupTable:
    version: DataVersion
    groups: dict[str, SubscriptionGroup]


# --- queues and messages --------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class MessageQueue:
    topic: str
    broker: str
    queue: int


@dataclass(frozen=True, slots=True)
class QueueRange:
    """``min`` first kept offset, ``max`` next offset to be written, ``updated_ms`` store time of the
    last message (0: none, or not asked for)."""

    min: int
    max: int
    updated_ms: int = 0


@dataclass(frozen=True)
class Message:
    """One stored message. ``body`` is already decompressed."""

    topic: str
    queue: int
    offset: int
    physical_offset: int
    body: bytes
    properties: dict[str, str]
    born_ms: int
    stored_ms: int
    born_host: str
    store_host: str
    reconsume_times: int = 0
    sys_flag: int = 0
    flag: int = 0
    prepared_offset: int = 0

    @property
    def real_topic(self) -> str:
        """Where the message belongs: delayed and half messages are kept under a system topic."""
        return self.properties.get(release.REAL_TOPIC, self.topic)

    @property
    def keys(self) -> str:
        return self.properties.get(release.KEYS, "")


@dataclass(frozen=True)
class PullResult:
    """``status`` is FOUND, NO_NEW, RETRY or OFFSET_MOVED; ``next`` is the offset to ask for next."""

    status: str
    messages: tuple[Message, ...]
    next: int
    min: int
    max: int


# --- clients --------------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Client:
    """A live client connection; ``address`` is the peer address as the broker sees it."""

    id: str
    address: str
    language: str = "JAVA"
    version: int = 0


@dataclass(frozen=True)
class ConsumerConnections:
    """Code 203. ``subscriptions``: topic → expression (``*`` or ``TagA || TagB``)."""

    clients: tuple[Client, ...]
    consume_type: str  # CONSUME_PASSIVELY (push) or CONSUME_ACTIVELY (pull)
    message_model: str  # CLUSTERING or BROADCASTING
    from_where: str
    subscriptions: dict[str, str]

    @property
    def is_broadcast(self) -> bool:
        return self.message_model == "BROADCASTING"

    @property
    def is_push(self) -> bool:
        return self.consume_type == "CONSUME_PASSIVELY"


@dataclass(frozen=True)
class RunningInfo:
    """Code 307, one client's own view. ``queues``: the queues it holds now, each with 4.4.0's raw
    figures (``commitOffset``, ``cachedMsgCount``, ``locked``, ``lastPullTimestamp`` …)."""

    properties: dict[str, str]
    subscriptions: dict[str, str]
    queues: dict[MessageQueue, dict[str, Any]]

    @property
    def is_ordered(self) -> bool:
        return self.properties.get("PROP_CONSUMEORDERLY") == "true"


# --- snapshot -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NameServerView:
    """What one name server says. A part that was not asked for is None.

    ``order_held``: what is held out of the order table for a while; ``order_conf`` contains it.
    """

    cluster_info: ClusterInfo | Unknown | None = None
    topic_list: frozenset[str] | Unknown | None = None
    order_conf: dict[str, str] | Unknown | None = None
    order_held: dict[str, str] | Unknown | None = None


@dataclass(frozen=True)
class BrokerView:
    """What one broker says. None: not asked for (a part that was not wanted, or one that only masters
    are asked for). Unknown: asked for and not answered, as a whole or, inside ``stats``, ``schedule`` and
    ``connections``, for one entry.

    ``offsets``      (topic, group) → {queue: committed offset}, read *before* the maxima, so that
                     committed == max proves that the queue was empty in between.
    ``delay``        level → delivered offset (code 45), as read.
    ``stats``        topic → {queue: QueueRange}, for every topic of the table and every topic with
                     offsets, queues beyond writeQueueNums included.
    ``schedule``     level → (delivered, max) of SCHEDULE_TOPIC_XXXX.
    ``half``         (committed, max) of RMQ_SYS_TRANS_HALF_TOPIC queue 0.
    ``connections``  online groups only: a group of the tables that is missing here answered "not online".
    """

    spec: BrokerSpec
    config: dict[str, str] | Unknown | None = None
    runtime: dict[str, str] | Unknown | None = None
    topics: TopicTable | Unknown | None = None
    groups: GroupTable | Unknown | None = None
    offsets: dict[tuple[str, str], dict[int, int]] | Unknown | None = None
    delay: dict[int, int] | Unknown | None = None
    stats: dict[str, dict[int, QueueRange] | Unknown] | Unknown | None = None
    schedule: dict[int, tuple[int, int] | Unknown] | Unknown | None = None
    half: tuple[int, int] | Unknown | None = None
    connections: dict[str, ConsumerConnections | Unknown] | Unknown | None = None


@dataclass(frozen=True)
class ClusterSnapshot:
    """One sweep over one cluster; ``taken_ms`` is the controller's clock when it began."""

    spec: ClusterSpec
    nameservers: dict[str, NameServerView] = field(default_factory=dict)
    brokers: dict[str, BrokerView] = field(default_factory=dict)
    taken_ms: int = 0

    @property
    def masters(self) -> tuple[BrokerView, ...]:
        return tuple(self.brokers[spec.address] for spec in self.spec.masters)

    @property
    def slaves(self) -> tuple[BrokerView, ...]:
        return tuple(self.brokers[spec.address] for spec in self.spec.slaves)
