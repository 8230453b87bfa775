# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests against what real servers were asked and answered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import broker, client, clients, nameserver
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    Client,
    ClusterInfo,
    MessageQueue,
    QueueData,
    QueueRange,
    SubscriptionGroup,
    TopicConfig,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command

NS = "127.10.0.20:23876"
MASTER = "127.10.0.21:23911"
SLAVE = "127.10.0.24:23931"
T, G = "order_created", "CG_order"

REQUESTS = {
    "cluster_info": nameserver.cluster_info(NS),
    "topic_route": nameserver.topic_route(NS, T),
    "topic_list": nameserver.topic_list(NS),
    "kv_list": nameserver.kv_list(NS, "ORDER_TOPIC_CONFIG"),
    "kv_put": nameserver.kv_put(NS, "ORDER_TOPIC_CONFIG", T, "broker-a:3"),
    "kv_delete": nameserver.kv_delete(NS, "ORDER_TOPIC_CONFIG", T),
    "nameserver_config": nameserver.nameserver_config(NS),
    "topic_table": broker.topic_table(MASTER),
    "group_table": broker.group_table(MASTER),
    "create_topic": broker.create_topic(MASTER, TopicConfig(T, 4, 3, 6)),
    "update_group": broker.update_group(MASTER, SubscriptionGroup(G, retry_max=9)),
    "consumer_offsets": broker.consumer_offsets(MASTER),
    "delay_offsets": broker.delay_offsets(MASTER),
    "topic_stats": broker.topic_stats(MASTER, T),
    "max_offset": broker.max_offset(MASTER, T, 0),
    "min_offset": broker.min_offset(MASTER, T, 0),
    "update_offset": broker.update_offset(MASTER, "CG_idle", T, 3, 7),
    "broker_config": broker.broker_config(MASTER),
    "update_broker_config": broker.update_broker_config(
        MASTER, {"brokerPermission": "4", "messageDelayLevel": "1s 2s"}
    ),
    "runtime_info": broker.runtime_info(MASTER),
    "pull": broker.pull(MASTER, T, 0, 0),
    "consumer_connections": clients.consumer_connections(MASTER, G),
    "producer_connections": clients.producer_connections(MASTER, "CLIENT_INNER_PRODUCER"),
    "running_info": clients.running_info(MASTER, G, "198.18.255.1@29459"),
}


def read(recorded, name: str, request=None):
    return client._read(request or REQUESTS[name], recorded.answer(name))


@pytest.mark.parametrize("name", sorted(set(REQUESTS) - {"running_info"}))
def test_what_is_sent_is_what_real_servers_accepted(recorded, name: str) -> None:
    request, sent = REQUESTS[name], recorded.request(name)
    assert (sent.code, sent.ext, sent.body) == (request.code, dict(request.ext), request.body)
    assert request.changes == name.startswith(("create", "update", "kv_put", "kv_delete"))
    assert all(isinstance(value, str) for value in request.ext.values())


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_recorded_answer_is_read(recorded, name: str) -> None:
    result = read(recorded, name)
    assert not isinstance(result, AdminError)
    assert (result is None) == REQUESTS[name].changes


def test_cluster_info(recorded) -> None:
    addresses = {0: MASTER, 1: SLAVE}
    assert read(recorded, "cluster_info") == ClusterInfo(
        brokers={"broker-a": BrokerData("broker-a", "mro", addresses)}, clusters={"mro": ("broker-a",)}
    )


def test_topic_route(recorded) -> None:
    route = read(recorded, "topic_route")
    assert route.queues == (QueueData("broker-a", 4, 3, 6),)
    assert route.brokers[0].addresses[1] == SLAVE
    assert read(recorded, "topic_route_read_only", REQUESTS["topic_route"]).queues[0].perm == 4
    assert read(recorded, "topic_route_none", REQUESTS["topic_route"]) is None


def test_topic_lists(recorded) -> None:
    assert {T, "%RETRY%CG_order", "TBW102"} <= read(recorded, "topic_list")


def test_kv(recorded) -> None:
    assert read(recorded, "kv_list_none", REQUESTS["kv_list"]) == {}
    assert read(recorded, "kv_list") == {T: "broker-a:3"}


def test_configurations(recorded) -> None:
    before = read(recorded, "broker_config")
    after = read(recorded, "broker_config_after", REQUESTS["broker_config"])
    assert (before["brokerPermission"], after["brokerPermission"]) == ("6", "4")
    assert len(before["messageDelayLevel"].split()) == 18
    assert after["messageDelayLevel"] == "1s 2s"
    assert read(recorded, "nameserver_config")["orderMessageEnable"] == "false"


def test_tables(recorded) -> None:
    table = read(recorded, "topic_table")
    assert table.topics[T] == TopicConfig(T, 4, 3, 6)
    assert table.topics["TBW102"].perm == 7
    assert table.version.counter == 3
    groups = read(recorded, "group_table").groups
    assert groups[G] == SubscriptionGroup(G, retry_max=9)
    assert groups["TOOLS_CONSUMER"] == SubscriptionGroup("TOOLS_CONSUMER")


def test_offsets(recorded) -> None:
    assert read(recorded, "consumer_offsets") == {
        (T, G): {0: 2, 1: 1, 2: 2, 3: 0},
        ("%RETRY%CG_order", G): {0: 0},
        ("RMQ_SYS_TRANS_HALF_TOPIC", "CID_RMQ_SYS_TRANS"): {0: 4},
        (T, "CG_idle"): {3: 7},
    }
    assert read(recorded, "delay_offsets") == {1: 1, 18: 0}
    assert read(recorded, "max_offset") == 2
    assert read(recorded, "max_offset_schedule", REQUESTS["max_offset"]) == 1
    assert read(recorded, "min_offset") == 0


def test_topic_stats(recorded) -> None:
    ranges = read(recorded, "topic_stats")
    assert {queue: (found.min, found.max) for queue, found in ranges.items()} == {0: (0, 2), 1: (0, 1), 2: (0, 2)}
    assert ranges[0].updated_ms > 1_000_000_000_000
    assert read(recorded, "topic_stats_unknown", REQUESTS["topic_stats"]) is None


def test_topic_stats_are_read_by_their_shape_as_they_are_read_in_full(recorded) -> None:
    body = recorded.answer("topic_stats").body
    assert broker._stats_of_one(body) == read(recorded, "topic_stats")
    other_order = body.replace(b'"brokerName"', b'"brokerName_"')
    assert broker._stats_of_one(other_order) is None
    two = (
        b'{"offsetTable":{{"brokerName":"a","queueId":11,"topic":"x\\"y{},"}:{"lastUpdateTimestamp":7,"maxOffset":9,'
        b'"minOffset":4},{"brokerName":"a","queueId":2,"topic":"x"}:{"lastUpdateTimestamp":0,"maxOffset":0,"minOffset":0}}}'
    )
    assert broker._stats_of_one(two) == {2: QueueRange(0, 0, 0), 11: QueueRange(4, 9, 7)}
    assert list(broker._stats_of_one(two)) == [2, 11]
    # The tolerant reader knows what a table without queues is.
    for broken in (b'{"offsetTable":{}}', two[:-1], two + b"}", two.replace(b"},{", b"}{"), two.replace(b"9", b"-9")):
        assert broker._stats_of_one(broken) is None


def test_pull(recorded) -> None:
    pulled = read(recorded, "pull")
    assert (pulled.status, pulled.next, pulled.min, pulled.max) == ("FOUND", 2, 0, 2)
    first, compressed = pulled.messages
    assert (first.topic, first.queue, first.offset, first.body) == (T, 0, 0, b"order 0")
    assert first.properties == {"KEYS": "k0", "TAGS": "new"}
    assert (first.keys, first.real_topic) == ("k0", T)
    assert first.store_host == MASTER
    assert first.born_host.startswith("127.0.0.1:")
    assert 0 <= first.stored_ms - first.born_ms < 60_000
    assert compressed.body == b"large order " * 500
    assert (compressed.sys_flag, compressed.keys) == (1, "k3")
    nothing = read(recorded, "pull_nothing_new", REQUESTS["pull"])
    assert (nothing.status, nothing.messages, nothing.next) == ("NO_NEW", (), 2)
    assert read(recorded, "pull_beyond", REQUESTS["pull"]).status == "OFFSET_MOVED"
    for name in ("pull_unknown_topic", "pull_delayed"):
        assert read(recorded, name, REQUESTS["pull"]).code == 17


def test_clients(recorded) -> None:
    found = read(recorded, "consumer_connections")
    assert found.clients[0].language == "JAVA" and found.clients[0].version == 293
    assert found.is_push and not found.is_broadcast
    assert found.from_where == "CONSUME_FROM_FIRST_OFFSET"
    assert found.subscriptions == {T: "new || *", "%RETRY%CG_order": "*"}
    assert read(recorded, "consumer_connections_offline", REQUESTS["consumer_connections"]) is None
    assert isinstance(read(recorded, "producer_connections")[0], Client)
    assert read(recorded, "producer_connections_none", REQUESTS["producer_connections"]) is None


def test_an_error_that_only_looks_like_nobody_is_an_error() -> None:
    broken = Command(1, flag=1, remark="java.lang.NullPointerException")
    assert client._read(REQUESTS["producer_connections"], broken).code == 1


def test_running_info(recorded) -> None:
    info = read(recorded, "running_info")
    held = {queue for queue in info.queues if queue.topic == T}
    assert held == {MessageQueue(T, "broker-a", queue) for queue in range(4)}
    assert info.queues[MessageQueue(T, "broker-a", 0)]["commitOffset"] == 2
    assert info.subscriptions[T] == "new || *"
    assert info.properties["PROP_CONSUME_TYPE"] == "CONSUME_PASSIVELY"
    refused = read(recorded, "running_info_unknown", REQUESTS["running_info"])
    assert "not online" in str(refused)


def test_runtime(recorded) -> None:
    runtime = read(recorded, "runtime_info")
    assert runtime["brokerVersion"] == "293"
    assert runtime["scheduleMessageOffset_18"] == "0,1"


def test_refusals_are_readable(recorded, recorded_acl) -> None:
    refused = read(recorded, "update_group_without_a_name", REQUESTS["update_group"])
    assert str(refused).startswith(
        f"UPDATE_AND_CREATE_SUBSCRIPTIONGROUP at {MASTER}: answered 1 SYSTEM_ERROR: java.lang.NullPointerException"
    )
    assert "No accessKey" in read(recorded_acl, "unsigned", REQUESTS["topic_table"]).remark
    assert "Check signature failed" in read(recorded_acl, "wrong_secret", REQUESTS["topic_table"]).remark


def test_binary_headers_are_read_alike(recorded_binary) -> None:
    assert read(recorded_binary, "max_offset") == 0
    assert read(recorded_binary, "topic_table").topics[T] == TopicConfig(T, 4, 4, 6)
    assert read(recorded_binary, "topic_route_none", REQUESTS["topic_route"]) is None


@pytest.mark.parametrize(
    ("key", "pair"),
    [
        ("order_created@CG_order", ("order_created", "CG_order")),
        ("%RETRY%CG_order@CG_order", ("%RETRY%CG_order", "CG_order")),
        ("%RETRY%team@orders@team@orders", ("%RETRY%team@orders", "team@orders")),
        ("a@b@group", ("a@b", "group")),
        ("%RETRY%x@group", ("%RETRY%x", "group")),
        ("topic@", ("topic", "")),
        ("no separator", ("", "no separator")),
    ],
)
def test_offset_keys(key: str, pair: tuple[str, str]) -> None:
    assert broker.split_offset_key(key) == pair


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({"brokerPermission": "4"}, b"brokerPermission=4\n"),
        ({"path": r"C:\new"}, b"path=C:\\\\new\n"),
        ({"text": " a=b:c#d "}, b"text=\\ a=b:c#d \n"),
        ({"a b": "x\ny"}, b"a\\ b=x\\ny\n"),
        ({"name": "é \U0001f600"}, b"name=\\u00e9 \\ud83d\\ude00\n"),
        ({"x": "1", "y": "2"}, b"x=1\ny=2\n"),
        ({"half": "\ud800"}, b"half=\\ud800\n"),
    ],
)
def test_configuration_is_written_as_java_reads_it(values: dict, body: bytes) -> None:
    request = broker.update_broker_config(MASTER, values)
    assert request.body == body
    assert request.fields == values


def test_a_group_is_always_written_whole() -> None:
    group = SubscriptionGroup("CG", False, False, False, 2, 3, 4, 5, False)
    assert json.loads(broker.update_group(MASTER, group).body) == {
        "groupName": "CG",
        "consumeEnable": False,
        "consumeFromMinEnable": False,
        "consumeBroadcastEnable": False,
        "retryQueueNums": 2,
        "retryMaxTimes": 3,
        "brokerId": 4,
        "whichBrokerWhenConsumeSlowly": 5,
        "notifyConsumerIdsChangedEnable": False,
    }


FIELDS = ["offset", "value", "nextBeginOffset", "minOffset", "maxOffset"]
members = st.sampled_from(
    "offsetTable brokerAddrTable clusterAddrTable topicConfigTable subscriptionGroupTable dataVersion counter "
    "timestamp table topicList brokerDatas queueDatas connectionSet subscriptionTable mqTable "
    "consumerIdList T@G 0 perm".split()
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=4),
)


@given(
    name=st.sampled_from(sorted(REQUESTS)),
    code=st.sampled_from([0, 0, 0, 1, 17, 19, 22, 206]),
    body=values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=120),
    ext=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=5)),
)
def test_no_answer_does_anything_but_be_read_or_be_an_error(name, code, body, ext) -> None:
    result = client._read(REQUESTS[name], Command(code, ext, body, flag=1))
    if isinstance(result, AdminError):
        assert REQUESTS[name].name in str(result) and REQUESTS[name].address in str(result)


@given(st.data())
def test_damaged_real_bodies(recorded, data) -> None:
    name = data.draw(st.sampled_from(sorted(REQUESTS)))
    answer = recorded.answer(name)
    body = bytearray(answer.body or b"{}")
    for _unused in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    client._read(REQUESTS[name], Command(answer.code, answer.ext, bytes(body), flag=1))
