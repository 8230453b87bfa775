# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerSpec, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import arguments
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import clusters
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.errors import ArgumentError

CLUSTER = {"name": "c", "nameservers": ["n:9876"], "brokers": [{"name": "a", "id": 0, "address": "h:10911"}]}


def test_clusters_keep_their_order() -> None:
    found = arguments.clusters_from([CLUSTER, {**CLUSTER, "name": "d"}])
    assert found[0] == ClusterSpec("c", ("n:9876",), (BrokerSpec("a", 0, "h:10911"),))
    assert [cluster.name for cluster in found] == ["c", "d"]
    assert arguments.clusters_from(CLUSTER) == [found[0]]
    assert arguments.clusters_from(None) == []


def test_brokers_left_out_are_discovered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "discover", lambda admin, name, servers: (admin, name, servers))
    assert arguments.cluster_from({**CLUSTER, "brokers": None}, "client") == ("client", "c", ("n:9876",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "name is empty"),
        ({"nameservers": []}, "list of name servers is empty"),
        ({"nameservers": ["10.0.0.1"]}, "not an address of the form host:port"),
        ({"nameservers": ["[::1]:9876"]}, "not an address"),
        ({"nameservers": ["n:0"]}, "not an address"),
        ({"brokers": []}, "list of brokers is empty"),
        ({"brokers": [{"name": "a", "id": -1, "address": "h:1"}]}, "cannot exist"),
        (
            {"brokers": [{"name": "a", "id": 0, "address": "h:1"}, {"name": "b", "id": 0, "address": "h:1"}]},
            "broker address h:1 is listed twice",
        ),
    ],
)
def test_impossible_clusters(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(words)):
        arguments.cluster_from({**CLUSTER, **change})


def test_a_cluster_twice() -> None:
    with pytest.raises(ArgumentError, match="cluster c is listed twice"):
        arguments.clusters_from([CLUSTER, CLUSTER])
