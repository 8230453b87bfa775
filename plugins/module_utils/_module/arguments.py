# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules have, and what is made of their values (private)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback

from .._admin.client import Admin
from .._admin.models import BrokerSpec, ClusterSpec
from .._dns.transport import ALGORITHMS
from .._operations.clusters import address, nameservers_of, no_twins, with_brokers
from .._operations.errors import ArgumentError

# Suboptions of one waiver and of one cluster (fragments C(_gate.waivers), C(_clusters)). C(RocketmqModule.options)
# knows by these what an option holds.
WAIVER: dict[str, dict[str, Any]] = {
    "code": {"type": "str", "required": True},
    "subject": {"type": "str", "required": True},
    "reason": {"type": "str", "required": True},
    "who": {"type": "str"},
    "until": {"type": "str"},
}
CLUSTER: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "nameservers": {"type": "list", "elements": "str", "required": True},
    "brokers": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "id": {"type": "int", "required": True},
            "address": {"type": "str", "required": True},
        },
    },
}

# Its brokers have to be given, or are never looked up.
LISTED_CLUSTER = dict(CLUSTER)
UNASKED_CLUSTER = dict(CLUSTER)

# A source of which something is kept; with its hosts, where it is about machines.
SOURCE: dict[str, dict[str, Any]] = {**CLUSTER, "brokers": {**CLUSTER["brokers"], "required": True}}
SOURCE_WITH_HOSTS: dict[str, dict[str, Any]] = {
    **SOURCE,
    "hosts": {
        "type": "dict",
        "required": True,
        "options": {
            role: {"type": "list", "elements": "str", "required": True} for role in ("nameservers", "masters", "slaves")
        },
    },
}


def connection_spec() -> dict[str, dict[str, Any]]:
    """Options of every module that talks RocketMQ's protocol (documented in the fragment C(_connection))."""
    return {
        "request_timeout": {"type": "float", "default": 5.0},
        "connect_timeout": {"type": "float", "default": 3.0},
        "access_key": {"type": "str", "no_log": False},
        "secret_key": {"type": "str", "no_log": True},
        "tls": {"type": "bool", "default": False},
        "progress_file": {"type": "path", "fallback": (env_fallback, ["MQOPS_PROGRESS_FILE"])},
    }


def gate_spec(timeout: float = 300.0, interval: float = 2.0) -> dict[str, dict[str, Any]]:
    """Options of a module that waits, in seconds (fragment C(_gate); a module with other defaults documents them)."""
    return {
        "timeout": {"type": "float", "default": timeout},
        "interval": {"type": "float", "default": interval},
    }


def registers_option() -> dict[str, Any]:
    """With which name servers the brokers run (fragment C(_registers))."""
    return {"type": "list", "elements": "str", "default": []}


def waivers_option() -> dict[str, Any]:
    """Waivers, as C(_migration.reasons.parse_waivers) takes them (fragment C(_gate.waivers))."""
    return {"type": "list", "elements": "dict", "default": [], "options": WAIVER}


def preflight_spec() -> dict[str, dict[str, Any]]:
    """What a preflight gets beside the clusters (fragment C(_preflight))."""
    return {
        "target_config": {"type": "dict", "default": {}},
        "target_nameserver_config": {"type": "dict", "default": {}},
        "business": {"type": "list", "elements": "str"},
        "peers": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "source": {"type": "str", "required": True},
                "host": {"type": "str", "default": ""},
                "lines": {"type": "list", "elements": "str", "required": True},
                "error": {"type": "str", "default": ""},
            },
        },
        "replication_timeout": {"type": "float", "default": 10.0},
    }


def clusters_option(required: bool = True, kind: dict[str, Any] | None = None) -> dict[str, Any]:
    """A list of clusters, for C(clusters) and C(sources). C(kind): CLUSTER or another, such as LISTED_CLUSTER."""
    return {"type": "list", "elements": "dict", "required": required, "options": kind or CLUSTER}


def cluster_option(required: bool = True, kind: dict[str, Any] | None = None) -> dict[str, Any]:
    """One cluster, for C(cluster) and C(target)."""
    return {"type": "dict", "required": required, "options": kind or CLUSTER}


def cluster_from(value: Mapping[str, Any], admin: Admin | None = None) -> ClusterSpec:
    """One cluster out of its option's value.

    Brokers that are not given are discovered from the cluster's name servers; without C(admin) they stay empty.

    Raises ArgumentError for addresses that are none and for members named twice, AdminError when no name server answers
    the discovery.
    """
    name = value["name"].strip()
    if not name:
        raise ArgumentError("a cluster's name is empty")
    nameservers = nameservers_of(name, value["nameservers"])
    given = value.get("brokers")
    if given is None:
        found = ClusterSpec(name, nameservers, ())
        return found if admin is None else with_brokers(admin, found)
    if not given:
        # An empty list is an empty host group far more often than a wish; treating it as "discover" would hide that.
        raise ArgumentError(f"cluster {name}: the list of brokers is empty (leave it out to discover the brokers)")
    brokers = tuple(
        BrokerSpec(item["name"], item["id"], address(item["address"], f"broker {item['name']} of cluster {name}"))
        for item in given
    )
    for broker in brokers:
        if not broker.name or broker.id < 0:
            raise ArgumentError(f"cluster {name}: broker {broker.name!r} with id {broker.id} cannot exist")
    no_twins([f"{broker.name}:{broker.id}" for broker in brokers], f"cluster {name}: broker")
    no_twins([broker.address for broker in brokers], f"cluster {name}: broker address")
    return ClusterSpec(name, nameservers, brokers)


def clusters_from(
    value: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None, admin: Admin | None = None
) -> list[ClusterSpec]:
    """The clusters of an option that holds one or a list (None: no cluster), in the listed order."""
    if value is None:
        return []
    items = [value] if isinstance(value, Mapping) else list(value)
    clusters = [cluster_from(item, admin) for item in items]
    no_twins([cluster.name for cluster in clusters], "cluster")
    return clusters


def dns_spec() -> dict[str, dict[str, Any]]:
    """Options of every module that talks to DNS servers (fragment C(_dns)); C(Connection) takes them."""
    return {
        "port": {"type": "int", "default": 53},
        "protocol": {"type": "str", "choices": ["udp", "tcp"], "default": "udp"},
        "query_timeout": {"type": "float", "default": 3.0},
        "key_name": {"type": "str", "no_log": False},
        "key_secret": {"type": "str", "no_log": True},
        "key_algorithm": {"type": "str", "choices": list(ALGORITHMS), "default": "hmac-sha256", "no_log": False},
        "allow_md5": {"type": "bool", "default": False},
    }


def dns_type_option() -> dict[str, Any]:
    """The type of a record."""
    choices = ["A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "SSHFP", "TLSA", "TXT"]
    return {"type": "str", "choices": choices, "default": "A"}
