# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Letting masters register at once, with their whole tables.

4.4.0 sends a name server one topic with each change of a topic, and everything every 30 s. It also sends everything
whenever it is sent a brokerPermission, even the one that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .._admin.broker import update_broker_config
from .._admin.client import Admin
from .._admin.errors import AdminError
from .._admin.release import PERMISSION_KEY
from .wait import Left, wait_until

T = TypeVar("T")


def publish_again(admin: Admin, configs: Mapping[str, Any]) -> dict[str, AdminError | None]:
    """Sends each master its own brokerPermission once more; returns address → None, or the error that came instead.

    C(configs): the configuration of each by address (code 26). One that is not known is left out.
    """
    known = {
        address: config[PERMISSION_KEY]
        for address, config in configs.items()
        if isinstance(config, Mapping) and config.get(PERMISSION_KEY)
    }
    answers = admin.ask_all([update_broker_config(address, {PERMISSION_KEY: perm}) for address, perm in known.items()])
    return dict(zip(known, answers, strict=True))


def complete(
    look: Callable[[], dict[str, list[T]]],
    publish: Callable[[list[str]], object],
    *,
    patience: float,
    timeout: float,
    interval: float,
) -> tuple[dict[str, list[T]], dict[str, list[T]]]:
    """Waits until no name server lacks anything of a master, and lets masters publish again where that does not come.

    look: address of each master → what some name server lacks of it. publish: takes the addresses of the masters
    that have to. patience: seconds for which a registration may still be on its way. timeout: seconds after that.
    Returns what was lacking when masters had to publish again, and what still is.
    """
    found = _left(look, patience, interval)
    if not found:
        return {}, {}
    publish(sorted(found))
    return found, _left(look, timeout, interval)


def _left(look: Callable[[], dict[str, list[T]]], timeout: float, interval: float) -> dict[str, list[T]]:
    waited = wait_until(look, Left, timeout=timeout, interval=interval)
    if waited.sample is None:
        raise AssertionError("the wait ended without a look")
    return waited.sample
