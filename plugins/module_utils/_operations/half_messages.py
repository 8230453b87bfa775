# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be known of a broker before something is deleted on it."""

from __future__ import annotations

from .._admin.broker import min_offset, pull
from .._admin.client import Asker
from .._admin.clients import producer_connections
from .._admin.errors import AdminError
from .._admin.models import BrokerView, Unknown
from .._admin.release import PRODUCER_GROUP
from .._admin.system_names import HALF_TOPIC

# What can be read within seconds; a broker with more than that is not fit for a deletion anyway.
_READ_AT_MOST = 20000


def transactional_producers(admin: Asker, view: BrokerView) -> tuple[str, ...] | Unknown:
    """Return the producer groups whose half messages are still kept and of which a client is connected.

    4.4.0 cannot list producers: their groups are read out of the half messages. One that has never sent a half message
    to this broker has no bookkeeping here.
    """
    address = view.spec.address
    if not isinstance(view.half, tuple):
        return Unknown("the half messages did not answer")
    end = view.half[1]
    if not end:
        return ()
    groups: set[str] = set()
    try:
        at = admin.ask(min_offset(address, HALF_TOPIC, 0))
        if end - at > _READ_AT_MOST:
            return Unknown(f"{end - at} half messages are too many to look through")
        while at < end:
            found = admin.ask(pull(address, HALF_TOPIC, 0, at))
            if found.next <= at:
                return Unknown(f"the half messages from {at} on cannot be read ({found.status})")
            groups.update(name for one in found.messages if (name := one.properties.get(PRODUCER_GROUP)))
            at = found.next
    except AdminError as error:
        return Unknown(str(error))
    names = sorted(groups)
    connected = []
    answers = admin.ask_all([producer_connections(address, name) for name in names])
    for name, answer in zip(names, answers, strict=True):
        if isinstance(answer, AdminError):
            return Unknown(str(answer))
        if answer:
            connected.append(name)
    return tuple(connected)
