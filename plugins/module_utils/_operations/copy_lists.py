# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every name server lists every topic of a copy's target, or gets the table again (private)."""

from __future__ import annotations

from collections.abc import Iterable

from .._admin.broker import topic_table
from .._admin.errors import AdminError
from .._migration.tables import missing as metadata
from .copy_reading import Reading
from .errors import OperationError
from .publish import complete, publish_again
from .registration import listings

# Looks for which a registration may still be on its way.
_LOOKS = 10


class Lists:
    """The name servers' lists of the target's topics. C(republished): masters that were made to publish their table."""

    def __init__(self, reading: Reading) -> None:
        self.task, self.admin, self.reading = reading.task, reading.admin, reading
        self.republished: list[str] = []

    def incomplete(self) -> dict[str, list[str]]:
        """Master address → what a name server does not list of it, as of a fresh look at tables and routes."""
        masters = self.reading.target.masters
        answers = self.admin.ask_all([topic_table(spec.address) for spec in masters])
        tables = {
            spec.address: {} if isinstance(answer, AdminError) else answer.topics
            for spec, answer in zip(masters, answers, strict=True)
        }
        expected = metadata.expected_servers(self.reading.seen, self.reading.servers)
        servers = [server for server in self.reading.servers if any(server in listed for listed in expected.values())]
        topics = {topic for table in tables.values() for topic in table}
        said = listings(self.admin, servers, topics, names=False)
        found = metadata.unregistered(self.reading.target, tables, expected, said)
        for spec, answer in zip(masters, answers, strict=True):
            if isinstance(answer, AdminError):
                found.setdefault(spec.address, []).append(str(answer))
        return found

    def await_complete(self, why: str) -> None:
        """Wait until every name server lists every topic of every target master; publish again once if it has to be.

        Raises OperationError that begins with C(why).
        """
        timeout, interval = self.task.timeout, self.task.interval
        patience = min(timeout, _LOOKS * interval)
        _tried, left = complete(
            self.incomplete, self.publish_again, patience=patience, timeout=timeout, interval=interval
        )
        lines = [line for lacking in left.values() for line in lacking]
        if lines:
            raise OperationError(
                f"{why}: {'; '.join(lines[:5])}. Send the master its own brokerPermission again "
                "(mqops.rocketmq.rocketmq_broker_perm), which makes it publish its whole table.",
                incomplete=lines,
            )

    def publish_again(self, addresses: Iterable[str]) -> None:
        brokers = self.reading.seen.brokers
        answers = publish_again(self.admin, {address: brokers[address].config for address in addresses})
        self.republished += [address for address, answer in answers.items() if not isinstance(answer, AdminError)]
