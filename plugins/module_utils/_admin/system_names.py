# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that belong to RocketMQ itself and that no migration creates, copies or waits for.

The names of topics and groups that 4.4.0 gives are here; all else that is believed of it is in C(release).
"""

from __future__ import annotations

from collections.abc import Iterable

RETRY_PREFIX = "%RETRY%"
DLQ_PREFIX = "%DLQ%"
# A topic with one of them belongs to the group that it names.
DERIVED = (RETRY_PREFIX, DLQ_PREFIX)

# Under broker name + this, rocketmq_broker_listing announces a master that is not listed yet.
RETURNING_SUFFIX = "-returning"

# MixAll.AUTO_CREATE_TOPIC_KEY_TOPIC: topics are created by its example, and every Java client asks for its route.
CREATING_TOPIC = "TBW102"
SELF_TEST_TOPIC = "SELF_TEST_TOPIC"
BENCHMARK_TOPIC = "BenchmarkTest"
OFFSET_MOVED_TOPIC = "OFFSET_MOVED_EVENT"
TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC"
SCHEDULE_TOPIC = "SCHEDULE_TOPIC_XXXX"
HALF_TOPIC = "RMQ_SYS_TRANS_HALF_TOPIC"
OP_TOPIC = "RMQ_SYS_TRANS_OP_HALF_TOPIC"

SYSTEM_TOPICS = frozenset(
    {
        CREATING_TOPIC,
        SELF_TEST_TOPIC,
        BENCHMARK_TOPIC,
        OFFSET_MOVED_TOPIC,
        SCHEDULE_TOPIC,
        TRACE_TOPIC,
        HALF_TOPIC,
        OP_TOPIC,
    }
)
_TOPIC_PREFIXES = ("rmq_sys_", "RMQ_SYS_")

TOOLS_GROUP = "TOOLS_CONSUMER"
# SubscriptionGroupManager#init makes them on every broker.
BROKER_GROUPS = (
    TOOLS_GROUP,
    "FILTERSRV_CONSUMER",
    "SELF_TEST_C_GROUP",
    "CID_ONS-HTTP-PROXY",
    "CID_ONSAPI_PULL",
    "CID_ONSAPI_PERMISSION",
    "CID_ONSAPI_OWNER",
)
# The consumer groups in 4.4.0's MixAll: the default of clients that were given none (which they refuse), and that of
# mqadmin's monitor, too.
SYSTEM_GROUPS = frozenset({*BROKER_GROUPS, "DEFAULT_CONSUMER", "__MONITOR_CONSUMER"})
# In it a broker keeps how far it has come with the half messages.
HALF_GROUP = "CID_RMQ_SYS_TRANS"
# MixAll.isSysConsumerGroup
_GROUP_PREFIXES = ("CID_RMQ_SYS_",)


def is_system_topic(name: str, clusters: Iterable[str] = (), brokers: Iterable[str] = ()) -> bool:
    """True for RocketMQ's own topics, for those named after a cluster or broker, and for the retry and
    dead-letter topics of system groups.

    Brokers create a topic with their own name and one with their cluster's; give all names of all clusters,
    former ones included.
    """
    if name in SYSTEM_TOPICS or name.startswith(_TOPIC_PREFIXES):
        return True
    for prefix in DERIVED:
        if name.startswith(prefix):
            return is_system_group(name[len(prefix) :])
    return name in clusters or name in brokers


def is_system_group(name: str) -> bool:
    """True for groups that every broker creates or that 4.4.0's own tools use.

    They are no groups of the business: the migration does not copy them and does not wait for them, online or not.
    """
    return name in SYSTEM_GROUPS or name.startswith(_GROUP_PREFIXES)


def retry_topic(group: str) -> str:
    return RETRY_PREFIX + group
