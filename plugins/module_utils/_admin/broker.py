# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a broker. Every function returns a Request; nothing is sent here.

Always use the broker's main port (10911): the fast port does not serve every request. Send changes to masters
only, a slave takes them and forgets them at its next synchronization. Success does not mean applied: some
requests are answered before they take effect and most values are not checked, so read back what matters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .._remoting.frame import Command
from . import message, read, release
from .models import GroupTable, PullResult, QueueRange, SubscriptionGroup, TopicConfig, TopicTable
from .request import Request
from .system_names import CREATING_TOPIC, RETRY_PREFIX, TOOLS_GROUP

_PULL_STATUS = {
    release.SUCCESS: "FOUND",
    release.PULL_NOT_FOUND: "NO_NEW",
    release.PULL_RETRY_IMMEDIATELY: "RETRY",
    release.PULL_OFFSET_MOVED: "OFFSET_MOVED",
}


# --- topics and groups ----------------------------------------------------------------------------------


def topic_table(addr: str) -> Request[TopicTable]:
    """Code 21: the broker's own topics with their true permissions, whatever brokerPermission is."""

    def parse(answer: Command) -> TopicTable:
        body = read.table(answer)
        topics = {}
        for name, item in body["topicConfigTable"].items():
            topics[name] = TopicConfig(
                name=name,
                read_queues=read.integer(item["readQueueNums"]),
                write_queues=read.integer(item["writeQueueNums"]),
                perm=read.integer(item["perm"]),
                filter_type=read.text(item.get("topicFilterType", release.SINGLE_TAG)),
                sys_flag=read.integer(item.get("topicSysFlag", 0)),
                order=read.boolean(item.get("order", False)),
            )
        return TopicTable(version=read.version(body["dataVersion"]), topics=topics)

    return Request("GET_ALL_TOPIC_CONFIG", addr, 21, parse=parse)


def group_table(addr: str) -> Request[GroupTable]:
    """Code 201: the broker's subscription groups, those every broker creates included."""

    def parse(answer: Command) -> GroupTable:
        body = read.table(answer)
        groups = {}
        for name, item in body["subscriptionGroupTable"].items():
            groups[name] = SubscriptionGroup(
                name=name,
                consume_enable=read.boolean(item["consumeEnable"]),
                consume_from_min=read.boolean(item["consumeFromMinEnable"]),
                broadcast=read.boolean(item["consumeBroadcastEnable"]),
                retry_queues=read.integer(item["retryQueueNums"]),
                retry_max=read.integer(item["retryMaxTimes"]),
                broker_id=read.integer(item["brokerId"]),
                slow_broker_id=read.integer(item["whichBrokerWhenConsumeSlowly"]),
                notify_changes=read.boolean(item["notifyConsumerIdsChangedEnable"]),
            )
        return GroupTable(version=read.version(body["dataVersion"]), groups=groups)

    return Request("GET_ALL_SUBSCRIPTIONGROUP_CONFIG", addr, 201, parse=parse)


def create_topic(addr: str, topic: TopicConfig) -> Request[None]:
    """Code 17: create a topic or replace its settings.

    Answered *before* anything is applied. 4.4.0 checks almost nothing and always stores order=false.
    """
    ext = {
        "topic": topic.name,
        "defaultTopic": CREATING_TOPIC,  # required by the header, not used by the broker
        "readQueueNums": str(topic.read_queues),
        "writeQueueNums": str(topic.write_queues),
        "perm": str(topic.perm),
        "topicFilterType": topic.filter_type,
        "topicSysFlag": str(topic.sys_flag),
        "order": "true" if topic.order else "false",
    }
    return Request("UPDATE_AND_CREATE_TOPIC", addr, 17, ext=ext, changes=True)


def delete_topic(addr: str, topic: str) -> Request[None]:
    """Code 215: take a topic out of the broker's table and its queues off the disk; also succeeds when there is none.

    4.4.0 then deletes the queues of *every* topic that is not in the table, SCHEDULE_TOPIC_XXXX excepted: those of
    RMQ_SYS_TRANS_OP_HALF_TOPIC always. The name servers do not learn of it.
    """
    return Request("DELETE_TOPIC_IN_BROKER", addr, 215, ext={"topic": topic}, changes=True)


def delete_group(addr: str, group: str) -> Request[None]:
    """Code 207: forget a group's settings; its offsets stay. Also succeeds when there is none."""
    return Request("DELETE_SUBSCRIPTIONGROUP", addr, 207, ext={"groupName": group}, changes=True)


def update_group(addr: str, group: SubscriptionGroup) -> Request[None]:
    """Code 200: create a group or replace all its settings (a member left out would become the default)."""
    fields = {
        "groupName": group.name,
        "consumeEnable": group.consume_enable,
        "consumeFromMinEnable": group.consume_from_min,
        "consumeBroadcastEnable": group.broadcast,
        "retryQueueNums": group.retry_queues,
        "retryMaxTimes": group.retry_max,
        "brokerId": group.broker_id,
        "whichBrokerWhenConsumeSlowly": group.slow_broker_id,
        "notifyConsumerIdsChangedEnable": group.notify_changes,
    }
    body = json.dumps(fields).encode("ascii")
    return Request("UPDATE_AND_CREATE_SUBSCRIPTIONGROUP", addr, 200, body=body, changes=True, fields=fields)


# --- offsets --------------------------------------------------------------------------------------------


def split_offset_key(key: str) -> tuple[str, str]:
    """``topic@group`` → (topic, group).

    A name that contains ``@`` itself makes this ambiguous (4.4.0 creates such names when asked to, its Java
    clients refuse them). A retry topic says what its group is called; otherwise the last ``@`` separates, for a
    group is the rarer place for it.
    """
    if key.startswith(RETRY_PREFIX):
        names = key[len(RETRY_PREFIX) :]
        middle = len(names) // 2
        if names[middle : middle + 1] == "@" and names[:middle] == names[middle + 1 :]:
            return RETRY_PREFIX + names[:middle], names[:middle]
    topic, _at, group = key.rpartition("@")
    return topic, group


def consumer_offsets(addr: str) -> Request[dict[tuple[str, str], dict[int, int]]]:
    """Code 43: every committed offset, (topic, group) → {queue: next offset to consume}.

    Entries stay for ever, also of groups that are long gone. See split_offset_key for names with ``@``.
    """

    def parse(answer: Command) -> dict[tuple[str, str], dict[int, int]]:
        entries = read.table(answer)["offsetTable"]
        return {split_offset_key(key): _queue_numbers(queues) for key, queues in entries.items()}

    return Request("GET_ALL_CONSUMER_OFFSET", addr, 43, parse=parse)


def delay_offsets(addr: str) -> Request[dict[int, int]]:
    """Code 45: delay level → offset delivered so far in SCHEDULE_TOPIC_XXXX queue level-1.

    A level that was never used may be missing. A slave answers what it read at its start.
    """

    def parse(answer: Command) -> dict[int, int]:
        return _queue_numbers(read.table(answer)["offsetTable"])

    return Request("GET_ALL_DELAY_OFFSET", addr, 45, parse=parse)


def _queue_numbers(value: Mapping[Any, Any]) -> dict[int, int]:
    return {int(key): read.integer(number) for key, number in value.items()}


# An entry as fastjson writes it in a TopicStatsTable, whatever the names are. A sweep reads hundreds of thousands.
_STAT = re.compile(
    rb'\{"brokerName":"(?:[^"\\]++|\\.)*+","queueId":(\d{1,9}),"topic":"(?:[^"\\]++|\\.)*+"\}:'
    rb'\{"lastUpdateTimestamp":(\d{1,18}),"maxOffset":(\d{1,18}),"minOffset":(\d{1,18})\}'
)
_STATS_BEGIN, _STATS_END = b'{"offsetTable":{', b"}}"
_NEVER_USED = QueueRange(min=0, max=0)


def _stats_of_one(body: bytes) -> dict[int, QueueRange] | None:
    """The same as the tolerant reader finds, many times as fast; None when the body has another shape."""
    # What stands between the entries, then the four numbers of one, and so on.
    parts = _STAT.split(body)
    between = parts[::5]
    if between[0] != _STATS_BEGIN or between[-1] != _STATS_END or between.count(b",") != len(between) - 2:
        return None
    ranges = [
        _NEVER_USED if time == high == low == b"0" else QueueRange(int(low), int(high), int(time))
        for time, high, low in zip(parts[2::5], parts[3::5], parts[4::5], strict=True)
    ]
    return dict(sorted(zip(map(int, parts[1::5]), ranges, strict=True)))


def topic_stats(addr: str, topic: str) -> Request[dict[int, QueueRange] | None]:
    """Code 202: queue → range for queues 0 … writeQueueNums-1; None when the table has no such topic.

    SCHEDULE_TOPIC_XXXX and RMQ_SYS_TRANS_OP_HALF_TOPIC are never in the table, queues beyond
    writeQueueNums are never in the answer: ask max_offset and min_offset for those.
    """

    def parse(answer: Command) -> dict[int, QueueRange] | None:
        if answer.code == release.TOPIC_NOT_EXIST:
            return None
        found = _stats_of_one(answer.body)
        if found is not None:
            return found
        found = {}
        for key, item in read.table(answer)["offsetTable"].items():
            found[read.integer(dict(key)["queueId"])] = QueueRange(
                min=read.integer(item["minOffset"]),
                max=read.integer(item["maxOffset"]),
                updated_ms=read.integer(item["lastUpdateTimestamp"]),
            )
        return dict(sorted(found.items()))

    return Request(
        "GET_TOPIC_STATS_INFO",
        addr,
        202,
        ext={"topic": topic},
        parse=parse,
        accept=frozenset({release.TOPIC_NOT_EXIST}),
    )


def max_offset(addr: str, topic: str, queue: int) -> Request[int]:
    """Code 30: the next offset to be written; 0 for a queue that was never used.

    The broker makes a queue object in memory for whatever name it is asked: do not ask for invented ones.
    """
    return Request("GET_MAX_OFFSET", addr, 30, ext={"topic": topic, "queueId": str(queue)}, parse=read.offset)


def min_offset(addr: str, topic: str, queue: int) -> Request[int]:
    """Code 31: the first offset still kept."""
    return Request("GET_MIN_OFFSET", addr, 31, ext={"topic": topic, "queueId": str(queue)}, parse=read.offset)


def update_offset(addr: str, group: str, topic: str, queue: int, offset: int) -> Request[None]:
    """Code 15: store a committed offset. No validation at all: it may go backwards or beyond the end."""
    ext = {"consumerGroup": group, "topic": topic, "queueId": str(queue), "commitOffset": str(offset)}
    return Request("UPDATE_CONSUMER_OFFSET", addr, 15, ext=ext, changes=True)


# --- the broker itself ----------------------------------------------------------------------------------


def broker_config(addr: str) -> Request[dict[str, str]]:
    """Code 26: the running configuration, all keys."""
    return Request("GET_BROKER_CONFIG", addr, 26, parse=read.properties)


def update_broker_config(addr: str, values: Mapping[str, str]) -> Request[None]:
    """Code 25: change configuration keys and rewrite the broker's configuration file.

    Answers success for unknown keys, for values that do not parse and for files that cannot be written: read
    back. With ``brokerPermission`` among the keys, also with its present value, the broker publishes its whole
    topic table at every name server before it answers, up to 6 s later.
    """
    lines = "".join(f"{_escape(key, is_key=True)}={_escape(value)}\n" for key, value in values.items())
    return Request(
        "UPDATE_BROKER_CONFIG",
        addr,
        25,
        body=lines.encode("ascii"),
        changes=True,
        fields=dict(values),
        timeout=15.0,
    )


def _escape(text: str, is_key: bool = False) -> str:
    """Java properties: backslash escapes, and nothing beyond ASCII."""
    special = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
    written = []
    for position, char in enumerate(text):
        if char in special:
            written.append(special[char])
        elif (char == " " and (is_key or position == 0)) or (is_key and char in "=:#!"):
            written.append("\\" + char)
        elif " " <= char <= "~":
            written.append(char)
        else:
            units = char.encode("utf-16-be", "surrogatepass")
            written.extend(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
    return "".join(written)


def runtime_info(addr: str) -> Request[dict[str, str]]:
    """Code 28: counters and state; all values are text as 4.4.0 writes them."""

    def parse(answer: Command) -> dict[str, str]:
        return read.string_map(read.table(answer)["table"])

    return Request("GET_BROKER_RUNTIME_INFO", addr, 28, parse=parse)


# --- messages -------------------------------------------------------------------------------------------


def pull(
    addr: str, topic: str, queue: int, offset: int, count: int = release.PULL_COUNT, group: str = TOOLS_GROUP
) -> Request[PullResult]:
    """Code 11: read messages without being a consumer: no offset is committed and nothing waits.

    ``group`` must exist (the default one exists on every broker). Do not ask beyond the queue's range: the
    broker stores a message about that.
    """

    def parse(answer: Command) -> PullResult:
        found = message.decode_all(answer.body) if answer.code == release.SUCCESS else ()
        return PullResult(
            status=_PULL_STATUS[answer.code],
            messages=found,
            next=read.ext_int(answer, "nextBeginOffset"),
            min=read.ext_int(answer, "minOffset"),
            max=read.ext_int(answer, "maxOffset"),
        )

    ext = {
        "consumerGroup": group,
        "topic": topic,
        "queueId": str(queue),
        "queueOffset": str(offset),
        "maxMsgNums": str(count),
        "sysFlag": str(release.PULL_SUBSCRIPTION),
        "commitOffset": "0",
        "suspendTimeoutMillis": "0",
        "subscription": "*",
        "subVersion": "0",
        "expressionType": "TAG",
    }
    return Request("PULL_MESSAGE", addr, 11, ext=ext, parse=parse, accept=frozenset(_PULL_STATUS) - {release.SUCCESS})
