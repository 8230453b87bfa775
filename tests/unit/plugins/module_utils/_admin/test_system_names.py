# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import (
    is_system_group,
    is_system_topic,
    retry_topic,
)


@pytest.mark.parametrize(
    "name",
    [
        "TBW102", "SELF_TEST_TOPIC", "BenchmarkTest", "OFFSET_MOVED_EVENT", "SCHEDULE_TOPIC_XXXX",
        "RMQ_SYS_TRACE_TOPIC", "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC", "rmq_sys_x",
        "%RETRY%TOOLS_CONSUMER", "%DLQ%CID_RMQ_SYS_TRANS", "mro", "broker-a",
    ],
)  # fmt: skip
def test_system_topics(name: str) -> None:
    assert is_system_topic(name, clusters=["mro", "hub"], brokers={"broker-a"})


@pytest.mark.parametrize("name", ["order_created", "%RETRY%CG_order", "%DLQ%CG_order", "mdm", "broker-b", "tbw102", ""])
def test_topics_of_the_business(name: str) -> None:
    assert not is_system_topic(name, clusters=["mro", "hub"], brokers={"broker-a"})


def test_groups() -> None:
    assert is_system_group("CID_RMQ_SYS_TRANS") and is_system_group("TOOLS_CONSUMER")
    assert not is_system_group("CG_order") and not is_system_group("CID_order")


@pytest.mark.parametrize(
    ("name", "own"),
    [
        # Consumer groups in MixAll of rocketmq-all-4.4.0.
        ("DEFAULT_CONSUMER", True), ("TOOLS_CONSUMER", True), ("FILTERSRV_CONSUMER", True),
        ("__MONITOR_CONSUMER", True), ("SELF_TEST_C_GROUP", True), ("CID_ONS-HTTP-PROXY", True),
        ("CID_ONSAPI_PERMISSION", True), ("CID_ONSAPI_OWNER", True), ("CID_ONSAPI_PULL", True),
        ("CID_RMQ_SYS_TRANS", True), ("CID_RMQ_SYS_ANY", True),
        # Of later versions: with 4.4.0 such a name is the business's.
        ("SCHEDULE_CONSUMER", False), ("CID_RMQ_OTHER", False), ("cid_rmq_sys_trans", False),
    ],
)  # fmt: skip
def test_groups_of_4_4_0(name: str, own: bool) -> None:
    assert is_system_group(name) is own


def test_topics_of_a_group() -> None:
    assert retry_topic("CG_order") == "%RETRY%CG_order"
