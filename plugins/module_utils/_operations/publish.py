# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Letting masters register at once, with their whole tables.

4.4.0 sends a name server one topic with each change of a topic, and everything every 30 s. It also sends everything
whenever it is told a brokerPermission, even the one that it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._admin.broker import update_broker_config
from .._admin.client import Admin
from .._admin.errors import AdminError

KEY = "brokerPermission"


def publish_again(admin: Admin, configs: Mapping[str, Any]) -> dict[str, AdminError | None]:
    """Sends each master its own brokerPermission once more; returns address → None, or the error that came instead.

    C(configs): the configuration of each by address (code 26). One that is not known is left out.
    """
    known = {
        address: config[KEY] for address, config in configs.items() if isinstance(config, Mapping) and config.get(KEY)
    }
    answers = admin.ask_all([update_broker_config(address, {KEY: perm}) for address, perm in known.items()])
    return dict(zip(known, answers, strict=True))
