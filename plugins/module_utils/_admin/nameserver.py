# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a name server. Every function returns a Request; nothing is sent here.

Name servers of 4.4.0 know no authentication and share nothing with each other: what is asked or written here
holds for this one name server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from .._remoting.frame import Command
from . import read
from .models import ClusterInfo, QueueData, TopicConfig, TopicRoute
from .release import MASTER_ID, ORDER_NAMESPACE, QUERY_NOT_FOUND, TOPIC_NOT_EXIST
from .request import Request

# Where C(rocketmq_order_hold) keeps entries of the order table for a while. Brokers and clients know nothing of it.
HELD_NAMESPACE = "MQOPS_ORDER_HELD"

# 105 and 106 are written out of maps that are not locked: a rare code 1 that is gone on the next try.
_UNLOCKED_RETRIES = 3


def cluster_info(ns: str) -> Request[ClusterInfo]:
    """Code 106: every broker that is registered here, masters and slaves, of all clusters."""

    def parse(answer: Command) -> ClusterInfo:
        body = read.table(answer)
        return ClusterInfo(
            brokers={name: read.broker_data(data) for name, data in sorted(body["brokerAddrTable"].items())},
            clusters={name: tuple(sorted(names)) for name, names in sorted(body["clusterAddrTable"].items())},
        )

    return Request("GET_BROKER_CLUSTER_INFO", ns, 106, parse=parse, retries=_UNLOCKED_RETRIES)


def topic_route(ns: str, topic: str) -> Request[TopicRoute | None]:
    """Code 105: where a topic's queues are; None when this name server has no route for it.

    The permissions are the *published* ones: those of a broker without full permission hide the topic's own.
    ``order_conf`` is only filled when the name server runs with orderMessageEnable=true.
    """

    def parse(answer: Command) -> TopicRoute | None:
        if answer.code == TOPIC_NOT_EXIST:
            return None
        body = read.table(answer)
        queues = [
            QueueData(
                broker=read.text(item["brokerName"]),
                read_queues=read.integer(item["readQueueNums"]),
                write_queues=read.integer(item["writeQueueNums"]),
                perm=read.integer(item["perm"]),
                sys_flag=read.integer(item.get("topicSynFlag", 0)),
            )
            for item in body["queueDatas"]
        ]
        brokers = [read.broker_data(item) for item in body["brokerDatas"]]
        return TopicRoute(
            topic=topic,
            queues=tuple(sorted(queues, key=lambda queue: queue.broker)),
            brokers=tuple(sorted(brokers, key=lambda broker: broker.name)),
            order_conf=body.get("orderTopicConf"),
        )

    return Request(
        "GET_ROUTEINTO_BY_TOPIC",
        ns,
        105,
        ext={"topic": topic},
        parse=parse,
        accept=frozenset({TOPIC_NOT_EXIST}),
        retries=_UNLOCKED_RETRIES,
    )


def topic_list(ns: str) -> Request[frozenset[str]]:
    """Code 206: every topic of every cluster that is registered here, system topics included."""
    return Request("GET_ALL_TOPIC_LIST_FROM_NAMESERVER", ns, 206, parse=_topics, retries=_UNLOCKED_RETRIES)


def delete_topic_route(ns: str, topic: str) -> Request[None]:
    """Code 216: forget the topic's queues at *all* brokers of all clusters, until one publishes them again."""
    return Request("DELETE_TOPIC_IN_NAMESRV", ns, 216, ext={"topic": topic}, changes=True)


def _topics(answer: Command) -> frozenset[str]:
    return frozenset(read.text(name) for name in read.table(answer)["topicList"])


def register_master(
    ns: str, cluster: str, broker: str, address: str, ha_address: str, topics: Iterable[TopicConfig]
) -> Request[None]:
    """Code 103: list a master with these topics, as if it had registered itself.

    A slave with the same master address gets C(ha_address) from the name server, whatever the broker's name.

    A name server forgets it as soon as the connection ends over which this was said, or 120 s after it. One for each
    connection: of several, RouteInfoManager.onChannelDestroy forgets the first alone.
    """
    table = {topic.name: topic.as_entry() for topic in topics}
    wrapper = {"dataVersion": {"timestamp": 0, "counter": 0}, "topicConfigTable": table}
    ext = {
        "clusterName": cluster,
        "brokerName": broker,
        "brokerId": str(MASTER_ID),
        "brokerAddr": address,
        "haServerAddr": ha_address,
        "compressed": "false",
        "bodyCrc32": "0",  # not checked when it is 0
    }
    body = json.dumps({"topicConfigSerializeWrapper": wrapper, "filterServerList": []}).encode()
    return Request("REGISTER_BROKER", ns, 103, ext=ext, body=body, changes=True)


def unregister_broker(ns: str, cluster: str, broker: str, address: str, broker_id: int = MASTER_ID) -> Request[None]:
    """Code 104: forget a broker and, if it was the last of its name, its topics. Also succeeds when it is not known."""
    ext = {"clusterName": cluster, "brokerName": broker, "brokerId": str(broker_id), "brokerAddr": address}
    return Request("UNREGISTER_BROKER", ns, 104, ext=ext, changes=True)


def kv_list(ns: str, namespace: str) -> Request[dict[str, str]]:
    """Code 219: all keys of a namespace; empty when the namespace has never existed."""

    def parse(answer: Command) -> dict[str, str]:
        if answer.code == QUERY_NOT_FOUND:
            return {}
        return read.string_map(read.table(answer)["table"])

    return Request(
        "GET_KVLIST_BY_NAMESPACE",
        ns,
        219,
        ext={"namespace": namespace},
        parse=parse,
        accept=frozenset({QUERY_NOT_FOUND}),
    )


def order_tables(servers: Iterable[str]) -> dict[tuple[str, str], Request[dict[str, str]]]:
    """The order table of each name server and what is held out of it, by address and namespace."""
    return {
        (server, space): kv_list(server, space) for server in servers for space in (ORDER_NAMESPACE, HELD_NAMESPACE)
    }


def kv_put(ns: str, namespace: str, key: str, value: str) -> Request[None]:
    """Code 100: set one value and rewrite the name server's kvConfig.json."""
    ext = {"namespace": namespace, "key": key, "value": value}
    return Request("PUT_KV_CONFIG", ns, 100, ext=ext, changes=True)


def kv_delete(ns: str, namespace: str, key: str) -> Request[None]:
    """Code 102: remove one value; also succeeds when there is none."""
    return Request("DELETE_KV_CONFIG", ns, 102, ext={"namespace": namespace, "key": key}, changes=True)


def nameserver_config(ns: str) -> Request[dict[str, str]]:
    """Code 319: the running configuration, all keys."""
    return Request("GET_NAMESRV_CONFIG", ns, 319, parse=read.properties)
