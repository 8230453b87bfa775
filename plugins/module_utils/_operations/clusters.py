# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters as an operator has given them: their addresses, and the brokers that were left out (private)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .._admin.client import Admin
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._admin.snapshot import discover
from .errors import ArgumentError, OperationError
from .task import REMEDY

# IPv6 literals are left out on purpose: RocketMQ 4.4.0 splits addresses at the first colon and cannot use them.
_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?:([0-9]{1,5})")


def address(text: str, what: str) -> str:
    """C(host:port). Raises ArgumentError, naming C(what), for anything else."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or not 0 < int(match.group(1)) < 65536:
        raise ArgumentError(f"{what}: {text!r} is not an address of the form host:port")
    return text.strip()


def nameservers_of(cluster: str, given: Iterable[str]) -> tuple[str, ...]:
    """The name servers of a cluster. Raises ArgumentError for an empty list, and for one that is listed twice."""
    found = tuple(address(item, f"name server of cluster {cluster}") for item in given)
    if not found:
        raise ArgumentError(f"cluster {cluster}: the list of name servers is empty")
    no_twins(found, f"cluster {cluster}: name server")
    return found


def no_twins(values: Iterable[str], what: str) -> None:
    """Raises ArgumentError, naming C(what), for a value that is there twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ArgumentError(f"{what} {value} is listed twice")
        seen.add(value)


def with_brokers(admin: Admin, spec: ClusterSpec) -> ClusterSpec:
    """The cluster with the brokers that its name servers list, where none are given.

    Raises OperationError when no name server answers.
    """
    if spec.brokers:
        return spec
    try:
        return discover(admin, spec.name, spec.nameservers)
    except AdminError as error:
        raise OperationError(
            f"cluster {spec.name}: its brokers are not given and could not be found out from its name servers: "
            f"{error}. Nothing was changed. {REMEDY}"
        ) from error
